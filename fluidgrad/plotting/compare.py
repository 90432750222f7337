"""Runs side by side: ``plot_comparison``, ``plot_profiles`` and ``plot_overlaid``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from fluidgrad.analysis.comparison import Difference, common_time, difference, profile
from fluidgrad.analysis.masking import continued
from fluidgrad.analysis.sources import as_flow, as_run
from fluidgrad.errors import ConfigError
from fluidgrad.fields import Field, lookup
from fluidgrad.flow import Flow
from fluidgrad.plotting.columns import choose_columns
from fluidgrad.plotting.curves import (
    curve_panels,
    finish,
    legend_above,
    line_style,
    robust_limits,
    unit_axis,
)
from fluidgrad.plotting.figure import DPI, FORMATS, check_dpi, check_size, check_suffix
from fluidgrad.plotting.layers import Image
from fluidgrad.plotting.layers.base import Bar, Ground, Scene, paste
from fluidgrad.plotting.layout import Sheet, arrange, default_panel_size
from fluidgrad.plotting.layout import choose_columns as columns_of_panels
from fluidgrad.plotting.panel import Look, add_bars, add_panel, fill_panel
from fluidgrad.plotting.sampling import Window, view_window
from fluidgrad.plotting.style import Picture, Scale, choose_scale, plain, styled, time_label
from fluidgrad.plotting.survey import Survey
from fluidgrad.plotting.themes import SCREEN

MOST = 6
"""Runs in one picture."""


@dataclass(frozen=True, eq=False)
class DifferenceImage(Ground):
    """The difference of two flows as colours, between its values interpolated."""

    difference: Difference
    scale: Scale

    kind = "difference"

    def bars(self, scene: Scene) -> tuple[Bar, ...]:
        return (Bar(f"difference of {self.scale.label(self.difference.field)}", self.scale),)

    def draw(self, ax: Axes, scene: Scene) -> list[Artist]:
        x, y = scene.window.points(*scene.raster())
        found = self.difference
        values = _bilinear(found.x, found.y, continued(found.values), x, y)
        image = paste(ax, values, scene.window)
        image.set(cmap=self.scale.cmap, clim=(self.scale.low, self.scale.high))
        return [image]


def plot_comparison(
    runs: Sequence[Any],
    field: str = "vorticity",
    *,
    time: float | None = None,
    zoom: Sequence[float] | None = None,
    limits: Sequence[float] | None = None,
    cmap: str | None = None,
    title: str | None = None,
    path: Path | str | None = None,
    dpi: float = DPI,
    size: Sequence[float] | None = None,
) -> Picture:
    """Draw a field of several runs on common limits, and the difference of each from the first.

    Parameters
    ----------
    runs : two to six runs, their paths, simulations or flows, on any grids that overlap.
    field : a field that all have.
    time : s, of the nearest snapshots; default the latest that all have reached.
    zoom : ``(x0, x1, y0, y1)`` in metres; default all that the domains have in common.

    ``limits``, ``cmap`` (of the fields; those of the differences are symmetric about zero), ``title``, ``path``,
    ``dpi``, ``size`` are those of :func:`fluidgrad.plotting.plot`, as are the errors.
    """
    if path is not None:
        check_suffix(Path(path), FORMATS)
    runs, names = named_runs(runs)
    time = common_time(runs) if time is None else time
    flows = [as_flow(run, time=time) for run in runs]
    about = lookup(field, flows[0].scalar_units)
    window = common_window(flows, zoom)
    apart = [difference(run, runs[0], field, time=time) for run in runs[1:]]
    size = None if size is None else check_size(size, 1.0, 60.0)
    with styled():
        image = Image(field)
        scale = common_scale([[flow] for flow in flows], about, [window] * len(flows), limits, cmap)
        looks = [
            Look((image,), plain(f"{name}, {time_label(flow.time)}"))
            for name, flow in zip(names, flows, strict=True)
        ]
        of_differences = _difference_scale(apart, window)
        looks += [
            Look((DifferenceImage(one, of_differences),), plain(f"{name} less {names[0]}"))
            for name, one in zip(names[1:], apart, strict=True)
        ]
        sheet = _sheet(len(looks), window, check_dpi(dpi))
        found = {image.needs()[0]: scale}
        scenes = [
            Scene(flow, window, found, size=default_panel_size(sheet), pixels=dpi)
            for flow in [*flows, *flows[1:]]
        ]
        words = [title, about.long_name] if title else [about.long_name]
        _assemble(sheet, ", ".join(words), scenes, looks, size)
    return finish(sheet.figure, path, dpi)


def named_runs(sources: Sequence[Any]) -> tuple[list[Any], list[str]]:
    """The sources as runs, and names that tell them apart."""
    if isinstance(sources, str | Path) or not 2 <= len(sources) <= MOST:
        raise ConfigError(
            f"a comparison needs two to {MOST} runs: give their directories one after the other"
        )
    runs = [as_run(source) for source in sources]
    names = [str(run.name) or f"run {number}" for number, run in enumerate(runs, 1)]
    if len(set(names)) < len(names):
        names = [f"{name} ({number})" for number, name in enumerate(names, 1)]
    return runs, names


def common_window(sources: Sequence[Any], zoom: Sequence[float] | None = None) -> Window:
    """What is in the domains of all runs or flows, or a part of that. Raises ConfigError if that is nothing."""
    windows = [view_window(source.grid, zoom) for source in sources]
    low_x, low_y = (max(getattr(one, name) for one in windows) for name in ("x0", "y0"))
    high_x, high_y = (min(getattr(one, name) for one in windows) for name in ("x1", "y1"))
    if not (low_x < high_x and low_y < high_y):
        raise ConfigError("the domains do not overlap: there is nothing to show side by side")
    return Window(low_x, high_x, low_y, high_y)


def _sheet(count: int, window: Window, dpi: float) -> Sheet:
    ratio = window.width / window.height
    return Sheet(Picture(dpi=dpi), count, columns_of_panels(count, ratio), ratio)


def _assemble(sheet: Sheet, header: str, scenes: list[Scene], looks: list[Look], size) -> None:
    """Add the panels, put all in place and draw."""
    width, height = default_panel_size(sheet)
    length = width if sheet.horizontal else height
    for k, (scene, look) in enumerate(zip(scenes, looks, strict=True)):
        inner = (k % sheet.columns > 0, k + sheet.columns < sheet.count)
        sheet.panels.append(add_panel(sheet.figure, scene.window, look.words or "", inner))
        sheet.bars.append(add_bars(sheet.figure, look.bars(scene), length, sheet.horizontal))
    sheet.header = sheet.figure.text(0, 1, plain(header), va="top", weight="bold")
    arrange(sheet, size)
    for ax, scene, look in zip(sheet.panels, scenes, looks, strict=True):
        fill_panel(ax, look, scene)


def common_scale(
    series: Sequence[Iterable[Flow]], field: Field, windows: Sequence[Window], limits=None, cmap=None
) -> Scale:
    """One scale for a field of several runs, each a series of flows, in their windows."""
    whole: Survey | None = None
    for flows, window in zip(series, windows, strict=True):
        survey: Survey | None = None
        for flow in flows:
            survey = survey or Survey(flow.grid, field, window)
            survey.add(flow)
        if whole is None or survey is None:
            whole = whole or survey
        else:
            whole.join(survey)
    if whole is None:
        raise ConfigError("there is no snapshot to take the colours from")
    return whole.scale(limits, cmap)


def _difference_scale(differences: Sequence[Difference], window: Window) -> Scale:
    """Symmetric limits for differences, of what the window shows."""
    seen = []
    for one in differences:
        inside = np.ix_(
            (one.y >= window.y0) & (one.y <= window.y1), (one.x >= window.x0) & (one.x <= window.x1)
        )
        seen.append(one.values[inside].ravel())
    values = np.concatenate(seen)
    values = values[~np.isnan(values)]
    if not values.size:
        raise ConfigError("the window shows no place where all runs have values: choose another --zoom")
    reach = float(np.percentile(np.abs(values), 99.5)) or float(np.abs(values).max()) or 1.0
    field = differences[0].field
    return choose_scale(
        field, values, float(values.min()), float(values.max()), (-reach, reach), SCREEN.diverging
    )


def _bilinear(x, y, values: np.ndarray, x_new: np.ndarray, y_new: np.ndarray) -> np.ndarray:
    """Values (y.size, x.size) at other places, beyond the outermost those of the nearest."""
    j, b = _between(y, y_new)
    i, a = _between(x, x_new)
    rows = values[j] * (1 - b)[:, None] + values[j + 1] * b[:, None]
    return rows[:, i] * (1 - a) + rows[:, i + 1] * a


def _between(points: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    position = np.interp(wanted, points, np.arange(points.size, dtype=float))
    first = np.minimum(position.astype(int), points.size - 2)
    return first, position - first


def plot_profiles(
    runs: Sequence[Any],
    lines: Sequence[tuple[str, float]],
    fields: Sequence[str] = ("u", "v"),
    *,
    time: float | None = None,
    title: str | None = None,
    path: Path | str | None = None,
    dpi: float = DPI,
    size: tuple[float, float] | None = None,
) -> Picture:
    """Draw fields along straight lines, a curve for each run.

    Parameters
    ----------
    runs : one to six runs, their paths, simulations or flows.
    lines : ``("x", 0.5)`` for the vertical line at x = 0.5 m, ``("y", ...)`` for horizontal ones.
    fields : names; one panel for each field on each line.
    time : s, of the nearest snapshots; default the latest that all have reached.

    The rest, and the errors, as for :func:`plot_comparison`.
    """
    if path is not None:
        check_suffix(Path(path), FORMATS)
    runs, names = named_runs(runs) if len(runs) > 1 else ([as_run(runs[0])], [""])
    time = common_time(runs) if time is None else time
    if not lines or not fields:
        raise ConfigError("profiles need a line and a field: give for instance --along x=0.5")
    cuts = [(name, along, place) for along, place in lines for name in fields]
    size = None if size is None else check_size(size, 2.0, 60.0)
    with styled():
        words = time_label(time) if title is None else f"{title}, {time_label(time)}"
        figure, axes, letters = curve_panels(words, len(cuts), "", check_dpi(dpi), size, alike=False)
        for number, (ax, (field, along, place)) in enumerate(zip(axes, cuts, strict=True)):
            curves = [profile(run, field, **{along: place}, time=time) for run in runs]
            for k, (curve, name) in enumerate(zip(curves, names, strict=True)):
                label = plain(name) or None if number == 0 else None
                ax.plot(curve.position, curve.values, label=label, **line_style(k))
            about = curves[0].field
            ax.set_xlabel(f"{curves[0].axis} [m]")
            legend_above(ax, f"{about.long_name}, at {along} = {place:g} m", letters)
            ax.set_ylim(*(robust_limits([curve.values for curve in curves]) or (-1, 1)))
            unit_axis(ax, f"${about.symbol}$", about.units)
    return finish(figure, path, dpi)


def plot_overlaid(
    runs: Sequence[Any],
    columns: Sequence[str] | None = None,
    *,
    title: str | None = None,
    path: Path | str | None = None,
    dpi: float = DPI,
    size: tuple[float, float] | None = None,
) -> Picture:
    """Draw columns of the time series of several runs, one panel each with a curve for each run.

    ``columns`` are names or patterns, default the most telling ones of the first run that all have. The rest, and the
    errors, as for :func:`plot_comparison`.
    """
    if path is not None:
        check_suffix(Path(path), FORMATS)
    runs, names = named_runs(runs)
    chosen = choose_columns(runs[0], columns)
    shared = [name for name in chosen if all(name in run.series for run in runs)]
    if not shared:
        raise ConfigError(f"the runs have none of these columns in common: {', '.join(chosen)}")
    size = None if size is None else check_size(size, 2.0, 60.0)
    with styled():
        words = "time series" if title is None else title
        figure, axes, letters = curve_panels(words, len(shared), "t [s]", check_dpi(dpi), size)
        for number, (ax, column) in enumerate(zip(axes, shared, strict=True)):
            values = [np.asarray(run.series[column], dtype=float) for run in runs]
            for k, (run, q) in enumerate(zip(runs, values, strict=True)):
                label = plain(names[k]) if number == 0 else None
                ax.plot(run.series["t"], q, label=label, **line_style(k))
            units, long_name = runs[0].series_units.get(column, ("", ""))
            legend_above(ax, f"{column}: {long_name}".removesuffix(": "), letters)
            ax.set_ylim(*(robust_limits(values) or (-1, 1)))
            unit_axis(ax, "", units)
    return finish(figure, path, dpi)
