"""``plot_series``: columns of the time series of a run over time, or their spectra."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from fluidgrad.analysis.frequencies import Periodogram, periodogram
from fluidgrad.errors import ConfigError
from fluidgrad.output.atomic import write_file
from fluidgrad.plotting.columns import CLOCK, Panel, choose_columns, oscillating, panels
from fluidgrad.plotting.curves import curve_panels, finish, legend_above, line_style, robust_limits, unit_axis
from fluidgrad.plotting.figure import DPI, FORMATS, check_dpi, check_size, check_suffix
from fluidgrad.plotting.style import plain, pretty_units, styled

DECADES = 10
"""Powers of ten below the peak that a spectrum shows."""


def plot_series(
    run: Any,
    columns: Sequence[str] | None = None,
    *,
    start: float | None = None,
    end: float | None = None,
    spectrum: bool = False,
    segments: int = 1,
    title: str | None = None,
    path: Path | str | None = None,
    dpi: float = DPI,
    size: tuple[float, float] | None = None,
) -> Any:
    """Draw columns of the time series of a run, those of one meaning and unit in one panel.

    Parameters
    ----------
    run : anything with ``series`` (name -> values, with ``t``), ``series_units`` and ``name``, or the path of a run.
    columns : names or patterns such as ``"probe_*"``; default the most telling ones.
    start, end : times (s) to show; default all; for spectra ``start`` is by default the middle of the series.
    spectrum : the power spectral density of the columns instead, with its peak marked; default columns then are the
        lift of bodies, else the probes, else the energy.
    segments : parts whose spectra are averaged, see :func:`fluidgrad.analysis.periodogram`.

    ``title``, ``path``, ``dpi``, ``size`` are those of :func:`fluidgrad.plotting.plot`. Raises ConfigError for unknown
    columns, or if there is nothing between these times.
    """
    if path is not None:
        check_suffix(Path(path), FORMATS)
    if isinstance(run, str | Path):
        from fluidgrad.output import open_run

        run = open_run(run)
    columns = choose_columns(run, columns or (oscillating(run) if spectrum else None))
    rows = between(run, start, end, late=spectrum)
    size = None if size is None else check_size(size, 2.0, 60.0)
    words = run.name if title is None else title
    with styled():
        if spectrum:
            figure, axes, letters = curve_panels(words, len(columns), "frequency [Hz]", check_dpi(dpi), size)
            for ax, name in zip(axes, columns, strict=True):
                _draw_spectrum(ax, run, name, rows, segments, letters)
        else:
            together = panels(run, columns)
            figure, axes, letters = curve_panels(words, len(together), "t [s]", check_dpi(dpi), size)
            for ax, panel in zip(axes, together, strict=True):
                _draw_panel(ax, run.series, panel, rows, letters)
    return finish(figure, path, dpi)


def between(run: Any, start: float | None, end: float | None, late: bool = False) -> np.ndarray:
    """Which rows of the time series lie between two times, bool (rows,); with ``late`` default the second half.

    Raises ConfigError if fewer than two do.
    """
    t = np.asarray(run.series["t"], dtype=float)
    if start is None:
        start = 0.5 * (t[0] + (t[-1] if end is None else min(end, t[-1]))) if late else t[0]
    rows = (t >= start) & (t <= (t[-1] if end is None else end))
    if rows.sum() < 2:
        raise ConfigError(
            f"the time series of {run.name!r}, t = {t[0]:g} to {t[-1]:g} s, has not two rows between "
            f"{start:g} and {t[-1] if end is None else end:g} s: give other times"
        )
    return rows


def _draw_panel(ax: Axes, series, panel: Panel, rows: np.ndarray, letters: int) -> None:
    """The curves of a panel over time."""
    t = np.asarray(series["t"], dtype=float)[rows]
    values = [np.asarray(series[name], dtype=float)[rows] for name in panel.curves]
    for number, (q, label) in enumerate(zip(values, panel.curves.values(), strict=True)):
        ax.plot(t, q, label=plain(label) or None, **line_style(number))
    legend_above(ax, panel.title, letters)
    ax.set_xlim(t[0], t[-1])
    limits = robust_limits(values)
    if limits is not None:
        ax.set_ylim(*limits)
    unit_axis(ax, "", panel.units)


def _draw_spectrum(ax: Axes, run: Any, name: str, rows: np.ndarray, segments: int, letters: int) -> None:
    """The power spectral density of a column, its peak marked."""
    units, long_name = run.series_units.get(name, ("", ""))
    t, q = (np.asarray(run.series[column], dtype=float)[rows] for column in ("t", name))
    found = periodogram(t, q, segments=segments)
    legend_above(ax, f"{name}, t = {t[0]:.4g} to {t[-1]:.4g} s: {long_name}".removesuffix(": "), letters)
    ax.set_ylabel(_density_label(units))
    if not np.isfinite(found.peak):
        ax.text(0.5, 0.5, "it does not change", transform=ax.transAxes, ha="center")
        return
    top = found.density.max()
    ax.loglog(found.frequency, np.maximum(found.density, top * 10.0**-DECADES), **line_style(0))
    ax.set(ylim=(top * 10.0**-DECADES, top * 30), xlim=(found.frequency[0], found.frequency[-1]))
    _mark(ax, found, top)


def _mark(ax: Axes, found: Periodogram, top: float) -> None:
    """Mark the peak with its frequency, to the digits that the length of the series gives; a density that falls from
    its lowest frequency on has none."""
    if found.peak <= found.frequency[0]:
        return
    decimals = int(np.clip(1 - np.floor(np.log10(found.resolution)), 0, 9))
    right = found.peak > np.sqrt(found.frequency[0] * found.frequency[-1])
    ax.axvline(found.peak, **line_style(1) | {"linestyle": ":"})
    ax.annotate(
        f"{found.peak:.{decimals}f} Hz",
        (found.peak, top),
        xytext=(-6 if right else 6, 2),
        textcoords="offset points",
        ha="right" if right else "left",
        color=line_style(1)["color"],
        weight="bold",
    )


def _density_label(units: str) -> str:
    squared = "" if units in ("", "1") else f"({pretty_units(units)})² "
    return f"density [{squared}Hz⁻¹]"


def write_csv(
    run: Any,
    path: Path | str,
    columns: Sequence[str] | None = None,
    *,
    start: float | None = None,
    end: float | None = None,
) -> None:
    """Write the time, the step and columns of the time series of a run to a CSV file, with name and unit at the head.

    ``columns``, ``start``, ``end`` and errors as for :func:`plot_series`.
    """
    names = [*CLOCK, *choose_columns(run, columns)]
    rows = between(run, start, end)
    table = [run.series[name][rows].tolist() for name in names]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    units = [run.series_units.get(name, ("", ""))[0] for name in names]
    writer.writerow(
        [name if unit in ("", "1") else f"{name} [{unit}]" for name, unit in zip(names, units, strict=True)]
    )
    writer.writerows(zip(*table, strict=True))
    write_file(path, text.getvalue().encode())
