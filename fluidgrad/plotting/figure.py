"""``plot``: one picture of a flow or a run, with several fields or times side by side."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from fluidgrad.errors import ConfigError
from fluidgrad.field_names import expand
from fluidgrad.fields import Field, ScalarUnits, lookup
from fluidgrad.flow import Flow
from fluidgrad.output.atomic import write_file
from fluidgrad.plotting.arrows import Vectors
from fluidgrad.plotting.layout import Sheet, arrange, choose_columns, default_panel_size
from fluidgrad.plotting.panel import Look, Scales, add_bars, add_key, add_panel, fill_panel, survey
from fluidgrad.plotting.sampling import Window, view_window
from fluidgrad.plotting.style import Picture, plain, styled, time_label

FORMATS = (".png", ".svg", ".pdf")
DPI = 150
LARGEST = 36


def plot(
    source: Any,
    fields: str | Sequence[str] | None = None,
    *,
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
    path: Path | str | None = None,
    dpi: float = DPI,
    size: Sequence[float] | None = None,
) -> Picture:
    """Draw scalar fields of a flow, with streamlines, arrows or level lines over them if asked.

    Parameters
    ----------
    source : a :class:`~fluidgrad.flow.Flow`, a run (:func:`fluidgrad.open_run`), a simulation, or the path of
        a run.
    fields : name or names from :func:`fluidgrad.fields.known`, one panel each, or groups of them; default: the
        field of ``gradient``, else vorticity.
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
    path : also write the picture there, as PNG, SVG or PDF by the suffix.
    dpi : pixels per inch. ``size`` : width and height of the figure in inches; default fits the content.

    Returns the matplotlib figure; a notebook shows it when it is the value of a cell. Raises ConfigError for
    names, times or options that cannot be used, StorageError if the file cannot be written.
    """
    if path is not None:
        check_suffix(Path(path), FORMATS)
    name, flows = _select(source, time, index)
    window = view_window(flows[0].grid, zoom)
    scalars = flows[0].scalar_units
    shown = choose_fields(fields, gradient, scalars)
    looks = [choose_look(one, shown, streamlines, gradient, velocity, contours, scalars) for one in shown]
    with styled():
        sheet = _plan(Picture(dpi=check_dpi(dpi)), len(flows), len(looks), columns, window)
        looks = [look.fitted(*default_panel_size(sheet)) for look in looks]
        scales = survey(flows, flows[0].grid, looks, window, limits, cmap)
        content = _build(sheet, name if title is None else title, flows, looks, window, scales)
        arrange(sheet, None if size is None else check_size(size, 1.0, 60.0))
        for ax, flow, look in content:
            fill_panel(ax, flow, look, window, scales, max(dpi, 200) if _is_vector(path) else dpi)
        if path is not None:
            save(sheet.figure, Path(path), dpi)
    return sheet.figure


def _select(source: Any, time, index) -> tuple[str, list[Flow]]:
    """Name of the source and the flows asked for."""
    if isinstance(source, str | Path):
        from fluidgrad.output import open_run

        source = open_run(source)
    name = str(getattr(source, "name", ""))
    if isinstance(source, Flow) or not hasattr(source, "times"):
        if time is not None or index is not None:
            raise ConfigError("time and index choose among the snapshots of a run; this is a single instant")
        return name, [source if isinstance(source, Flow) else source.flow()]
    times = np.asarray(source.times)
    if not times.size:
        raise ConfigError(f"run {name!r} has no snapshots yet")
    if time is not None and index is not None:
        raise ConfigError("give time or index, not both")
    if time is not None:
        wanted = np.atleast_1d(np.asarray(time, dtype=float))
        if not np.isfinite(wanted).all():
            raise ConfigError(f"time {time} is not a moment of the run: give seconds")
        numbers = [int(np.argmin(np.abs(times - t))) for t in wanted]
    else:
        numbers = [int(i) for i in np.atleast_1d(-1 if index is None else index)]
    wrong = [i for i in numbers if not -times.size <= i < times.size]
    if wrong:
        raise ConfigError(
            f"there is no snapshot {wrong[0]}: run {name!r} has {times.size} (0 to {times.size - 1})"
        )
    return name, [source.flow(i) for i in numbers]


def choose_fields(fields, gradient, scalars: ScalarUnits) -> list[Field]:
    """The fields to draw, of a flow with these transported scalars. Raises ConfigError for an unknown name."""
    if fields is None:
        fields = "vorticity" if gradient is None or isinstance(gradient, bool) else gradient
    names = [fields] if isinstance(fields, str) else list(fields)
    if not names:
        raise ConfigError("name at least one field to draw")
    return [lookup(name, scalars) for name in expand(names, scalars)]


def choose_look(
    field: Field,
    shown: Sequence[Field],
    streamlines,
    gradient,
    velocity,
    contours,
    scalars: ScalarUnits,
) -> Look:
    """What the panel of a field shows, among the panels of the fields ``shown``. Raises ConfigError."""
    if isinstance(streamlines, str):
        streamlines = lookup(streamlines, scalars)
    if gradient and velocity:
        raise ConfigError("arrows show either a gradient or the velocity, not both in one panel")
    vectors = Vectors() if velocity else None
    if gradient is True:
        vectors = Vectors(field)
    elif gradient:
        wanted = [lookup(name, scalars) for name in ([gradient] if isinstance(gradient, str) else gradient)]
        drawn = [one for one in wanted if one in shown]
        if not drawn and len(wanted) > 1:
            first, second = (", ".join(one.name for one in some) for some in (wanted, shown))
            raise ConfigError(f"gradient: of {first} only one can be drawn over {second}")
        if field in drawn or not drawn:
            vectors = Vectors(field if drawn else wanted[0])
    return Look(field, contours, streamlines, vectors)


def _plan(figure: Picture, times: int, fields: int, columns, window: Window) -> Sheet:
    """An empty sheet for every field at every time."""
    count, ratio = times * fields, window.width / window.height
    if count > LARGEST:
        raise ConfigError(f"{count} panels are too many for one picture (most: {LARGEST})")
    if columns is None:
        columns = fields if times > 1 and fields > 1 else choose_columns(count, ratio)
    return Sheet(figure, count, max(1, min(int(columns), count)), ratio)


def _build(
    sheet: Sheet, name: str, flows: list[Flow], looks: list[Look], window: Window, scales: Scales
) -> list[tuple[Axes, Flow, Look]]:
    """Add empty panels with titles, bars and keys, and the header; return what is to be drawn in each."""
    times = [flow.time for flow in flows]
    several = len(flows) > 1
    shared = several and len(looks) == 1
    width, height = default_panel_size(sheet)
    content = []
    for k, (flow, look) in enumerate((flow, look) for flow in flows for look in looks):
        words = ["" if shared else look.title, time_label(flow.time, times) if several else ""]
        inner = (k % sheet.columns > 0, k + sheet.columns < sheet.count)
        ax = add_panel(sheet.figure, window, _joined(words), inner)
        add_key(ax, look, window, scales, width)
        sheet.panels.append(ax)
        if not shared:
            length = width if sheet.horizontal else height
            sheet.bars.append(add_bars(sheet.figure, look, scales, length, sheet.horizontal))
        content.append((ax, flow, look))
    if shared:
        length = width * sheet.columns if sheet.horizontal else height * sheet.rows
        sheet.shared_bars = add_bars(sheet.figure, looks[0], scales, length, sheet.horizontal)
    words = [
        name,
        plain(looks[0].field.long_name) if shared else "",
        "" if several else time_label(times[0]),
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


def _is_vector(path) -> bool:
    return path is not None and Path(path).suffix.lower() != ".png"


def save(figure: Picture, path: Path, dpi: float) -> None:
    """Write a figure in the format of the suffix, in one piece and the same bytes every time."""
    suffix = check_suffix(path, FORMATS)
    undated = {".png": {"Software": None}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
    buffer = io.BytesIO()
    figure.savefig(buffer, format=suffix[1:], dpi=dpi, metadata=undated[suffix])
    write_file(path, buffer.getvalue())
