"""``plot``: one picture of a flow or a run, with several fields or times side by side."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

from fluidgrad.errors import ConfigError
from fluidgrad.output.atomic import write_file
from fluidgrad.plotting.choices import ShortForms, choose_looks, select
from fluidgrad.plotting.layers.base import Layer, Scene
from fluidgrad.plotting.layout import Sheet, arrange, choose_columns, panel_size
from fluidgrad.plotting.panel import Look, add_bars, add_key, add_panel, fill_panel, survey
from fluidgrad.plotting.sampling import Window, view_window
from fluidgrad.plotting.style import Picture, styled, time_label
from fluidgrad.plotting.themes import COLUMN_WIDTHS, Theme, theme_of

FORMATS = (".png", ".svg", ".pdf", ".webp")
WEBP_QUALITY = 90
"""Of 100: a picture takes a fifth of what it takes as PNG, for no difference from it to be seen."""
DPI = 150
LARGEST = 36
NARROWEST = 2.2
"""Width in inches that a panel with its bar needs in a figure of a given width."""


def plot(
    source: Any,
    fields: str | Sequence[str] | None = None,
    *,
    preset: str | None = None,
    layers: Sequence[Layer] | None = None,
    time: float | Sequence[float] | None = None,
    index: int | Sequence[int] | None = None,
    zoom: Sequence[float] | None = None,
    streamlines: bool | str = False,
    gradient: bool | str | Sequence[str] | None = None,
    velocity: bool = False,
    contours: bool | int | str | Sequence[float] = False,
    limits: Sequence[float] | dict[str, Sequence[float]] | None = None,
    cmap: str | dict[str, str] | None = None,
    columns: int | None = None,
    title: str | None = None,
    style: str | Theme = "screen",
    width: str | float | None = None,
    path: Path | str | None = None,
    dpi: float | None = None,
    size: Sequence[float] | None = None,
) -> Picture:
    """Draw a flow or a run: fields, or a finished picture by name, or layers of your own choice.

    Parameters
    ----------
    source : a :class:`~fluidgrad.flow.Flow` or several in a list, a run (:func:`fluidgrad.open_run`) or its path, a
        simulation, or a mean over time (:func:`fluidgrad.analysis.time_mean_flow`).
    fields : name or names from :func:`fluidgrad.fields.known`, one panel each, or groups of them; default: the
        field of ``gradient``, else vorticity.
    preset : name of a finished picture, :data:`fluidgrad.plotting.PRESETS`; ``fields`` then names the field it is of,
        for those that show one.
    layers : :data:`fluidgrad.plotting.LAYERS`, such as ``[LIC("velocity"), Vortices()]``: over the panels of
        ``fields``, or alone in one panel without them.
    time, index : which snapshots of a run: the nearest to a time in seconds, or by number (negative from the
        end); one or several; default the last.
    zoom : ``(x0, x1, y0, y1)`` in metres; colour limits follow what is visible.
    streamlines : True, or the field that colours them (``"speed"``). Over that field itself the lines stand
        alone.
    gradient : True for arrows of each panel's own gradient, or names of fields: the arrows are drawn over
        the panels of these fields, or of one field over all panels if it is not among them.
    velocity : arrows of the velocity.
    contours : True, a number of bands or a list of levels for level lines over the image; ``"lines"`` or
        ``"filled"`` in its place.
    limits, cmap : colour limits ``(low, high)`` and colour map, for all panels or as a dict by field name.
    columns : panels in a row. ``title`` : first words of the header; default the name of the run.
    style : one of :data:`fluidgrad.plotting.THEMES`.
    width : of the figure: ``"column"`` (3.5 in), ``"page"`` (7 in) or inches.
    path : also write the picture there, as PNG, SVG, PDF or WebP by the suffix.
    dpi : pixels per inch; default 150, on paper 300. ``size`` : width and height of the figure in inches; default
        fits the content.

    Returns the matplotlib figure; a notebook shows it when it is the value of a cell. Raises ConfigError for
    names, times or options that cannot be used, StorageError if the file cannot be written.
    """
    if path is not None:
        check_suffix(Path(path), FORMATS)
    theme = theme_of(style)
    dpi = check_dpi(max(DPI, theme.dpi) if dpi is None else dpi)
    fixed = check_figure(size, width)
    subject = select(source, time, index)
    short = ShortForms(streamlines, gradient, velocity, contours, limits, cmap)
    looks = choose_looks(subject, fields, preset, layers, short)
    window = view_window(subject.flows[0].grid, zoom)
    with styled(theme):
        sheet = _plan(Picture(dpi=dpi), len(subject.flows), len(looks), columns, window, fixed[1])
        pixels = max(dpi, 200) if _is_vector(path) else dpi
        plain_scene = Scene(
            subject.flows[0],
            window,
            {},
            subject.source,
            theme=theme,
            size=panel_size(sheet, *fixed),
            pixels=pixels,
        )
        scenes = [
            replace(plain_scene, flow=flow, index=k)
            for flow, k in zip(subject.flows, subject.numbers, strict=True)
        ]
        found = survey(scenes, looks)
        scenes = [replace(scene, found=found) for scene in scenes]
        content = _build(sheet, subject.name if title is None else title, scenes, looks)
        arrange(sheet, *fixed)
        for ax, scene, look in content:
            fill_panel(ax, look, scene)
        if path is not None:
            save(sheet.figure, Path(path), dpi)
    return sheet.figure


def _plan(
    figure: Picture, times: int, panels: int, columns: int | None, window: Window, width: float | None = None
) -> Sheet:
    """An empty sheet for every look at every time."""
    count, ratio = times * panels, window.width / window.height
    if count > LARGEST:
        raise ConfigError(f"{count} panels are too many for one picture (most: {LARGEST})")
    if columns is None:
        columns = panels if times > 1 and panels > 1 else choose_columns(count, ratio)
        if width is not None:
            columns = min(columns, max(1, int(width / NARROWEST)))
    return Sheet(figure, count, max(1, min(int(columns), count)), ratio)


def _build(sheet: Sheet, name: str, scenes: list[Scene], looks: list[Look]) -> list[tuple[Axes, Scene, Look]]:
    """Add empty panels with titles, bars and keys, and the header; return what is to be drawn in each."""
    scalars = scenes[0].flow.scalar_units
    several = len(scenes) > 1
    shared = several and len(looks) == 1
    width, height = scenes[0].size
    content = []
    for k, (scene, look) in enumerate((scene, look) for scene in scenes for look in looks):
        words = ["" if shared else look.title(scalars), time_label(scene.flow.time) if several else ""]
        inner = (k % sheet.columns > 0, k + sheet.columns < sheet.count)
        ax = add_panel(sheet.figure, scene.window, _joined(words), inner)
        add_key(ax, look, scene)
        sheet.panels.append(ax)
        if not shared:
            length = width if sheet.horizontal else height
            sheet.bars.append(add_bars(sheet.figure, look.bars(scene), length, sheet.horizontal))
        content.append((ax, scene, look))
    if shared:
        length = width * sheet.columns if sheet.horizontal else height * sheet.rows
        sheet.shared_bars = add_bars(sheet.figure, looks[0].bars(scenes[0]), length, sheet.horizontal)
    words = [
        name,
        looks[0].title(scalars) if shared else "",
        "" if several else time_label(scenes[0].flow.time),
    ]
    sheet.header = sheet.figure.text(0, 1, _joined(words), va="top", weight="bold")
    return content


def _joined(words: list[str]) -> str:
    return ", ".join(filter(None, words))


# Files -------------------------------------------------------------------------------------------------


def check_suffix(path: Path, known: Sequence[str]) -> str:
    """The suffix of a path in small letters; raises ConfigError if it is not among the ``known``."""
    suffix = path.suffix.lower()
    if suffix not in known:
        raise ConfigError(
            f"{path.name}: the name must end in one of {', '.join(known)}, not {suffix or 'nothing'!r}"
        )
    return suffix


def check_dpi(dpi: float) -> float:
    """Pixels per inch within reason. Raises ConfigError."""
    if not 20 <= dpi <= 1200:
        raise ConfigError(f"dpi must lie between 20 and 1200, not {dpi!r}")
    return float(dpi)


def check_size(size, least: float, most: float) -> tuple[float, float]:
    """Two numbers between ``least`` and ``most``. Raises ConfigError."""
    try:
        width, height = (float(value) for value in size)
    except (TypeError, ValueError):
        raise ConfigError(f"size must be two numbers (width, height), not {size!r}") from None
    if not (least <= width <= most and least <= height <= most):
        raise ConfigError(
            f"size must lie between {least:g} and {most:g} each way, not {width:g} x {height:g}"
        )
    return width, height


def check_figure(size, width) -> tuple[tuple[float, float] | None, float | None]:
    """Size and width of a figure in inches, at most one of them. Raises ConfigError."""
    if size is not None and width is not None:
        raise ConfigError("give size or width, not both: the height follows from the width")
    if size is not None:
        return check_size(size, 1.0, 60.0), None
    if width is None:
        return None, None
    inches = COLUMN_WIDTHS.get(width, width) if isinstance(width, str) else width
    if isinstance(inches, str) or not 1.0 <= inches <= 60.0:
        raise ConfigError(
            f"width must be {', '.join(map(repr, COLUMN_WIDTHS))} or 1 to 60 inches, not {width!r}"
        )
    return None, float(inches)


def _is_vector(path) -> bool:
    return path is not None and Path(path).suffix.lower() != ".png"


def save(figure: Picture, path: Path, dpi: float) -> None:
    """Write a figure in the format of the suffix, in one piece and the same bytes every time."""
    suffix = check_suffix(path, FORMATS)
    undated = {".png": {"Software": None}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
    buffer = io.BytesIO()
    options = {"pil_kwargs": {"quality": WEBP_QUALITY, "method": 6}} if suffix == ".webp" else {}
    figure.savefig(buffer, format=suffix[1:], dpi=dpi, metadata=undated.get(suffix), **options)
    write_file(path, buffer.getvalue())
