"""Panels of curves: two that share the horizontal axis, or any number."""

from __future__ import annotations

import textwrap
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from fluidgrad.plotting.style import Picture, in_brackets, plain, power_of_ten
from fluidgrad.plotting.themes import DARK

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Okabe & Ito's, told apart by everybody; curves beyond the last take dashes."""
SIZE = (8.0, 5.6)
TALLEST = 4
"""Panels in one column."""

OUTLYING = 3.0
"""The start-up is cut off where it takes this many times the range of all that follows."""

START_UP = 0.04
"""Part of the rows that may be start-up."""


def two_panels(title: str, dpi: float, size) -> tuple[Picture, Axes, Axes]:
    """A figure with an upper and a lower panel."""
    figure = Picture(figsize=SIZE if size is None else size, dpi=dpi, layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True)
    if title:
        figure.suptitle(plain(title), x=0.01, ha="left", weight="bold", fontsize=10)
    figure.align_ylabels((upper, lower))
    for ax in (upper, lower):
        ax.axhline(0, color=DARK, linewidth=0.6, alpha=0.5, zorder=1)
        ax.grid(linewidth=0.4, alpha=0.5)
        ax.margins(x=0)
    return figure, upper, lower


def curve_panels(
    title: str, count: int, xlabel: str, dpi: float, size, alike: bool = True
) -> tuple[Picture, list[Axes], int]:
    """A figure with any number of panels, in one column or, beyond four, in two; and how many letters fit over each.
    ``alike`` tells that they have one horizontal axis in common, which is labelled at the bottom only."""
    columns = 1 if count <= TALLEST else 2
    rows = -(-count // columns)
    size = (SIZE[0] if columns == 1 else 11.0, 0.5 + max(2.1 * rows, 2.6)) if size is None else size
    figure = Picture(figsize=size, dpi=dpi, layout="constrained")
    axes = list(figure.subplots(rows, columns, squeeze=False).flat)
    for ax in axes[count:]:
        ax.remove()
    if title:
        figure.suptitle(plain(title), x=0.01, ha="left", weight="bold", fontsize=10)
    for number, ax in enumerate(axes[:count]):
        ax.grid(linewidth=0.4, alpha=0.5)
        ax.margins(x=0)
        if number + columns >= count or not alike:
            ax.set_xlabel(xlabel)
        else:
            ax.tick_params(labelbottom=False)
    figure.align_ylabels(axes[:count])
    return figure, axes[:count], letters_across(figure, columns)


def line_style(number: int) -> dict:
    """Colour and dashes of a curve."""
    dashes = ("-", "--", ":")[number // len(COLOURS) % 3]
    return {"color": COLOURS[number % len(COLOURS)], "linestyle": dashes, "linewidth": 1.3}


def legend_above(ax: Axes, title: str = "", letters: int = 0) -> None:
    """The legend above a panel, in the way of nothing, with the words of ``title`` over it; entries stand one below the
    other, or side by side if the panel is so many ``letters`` wide."""
    labels = ax.get_legend_handles_labels()[1]
    title = textwrap.shorten(plain(title), letters, placeholder=" …") if letters else plain(title)
    if labels:
        side_by_side = max(1, letters // (max(map(len, labels)) + 6))
        place = {"loc": "lower left", "bbox_to_anchor": (0.0, 1.0), "borderpad": 0.2, "alignment": "left"}
        words = {"title": title or None, "title_fontsize": 9.5, "fontsize": 9}
        ax.legend(ncols=min(side_by_side, len(labels)), frameon=False, **place, **words)
    elif title:
        ax.set_title(title, loc="left", fontsize=9.5)


def letters_across(figure: Picture, columns: int = 1) -> int:
    """About how many letters of a title fit over one of several panels side by side."""
    return int(13 * (figure.get_figwidth() - 0.8) / columns) - 6 * (columns - 1)


def limit(ax: Axes, values: list[np.ndarray]) -> None:
    """Make a panel as high as these values need, zero line or not."""
    values = [array[np.isfinite(array)] for array in values]
    values = [array for array in values if array.size]
    if not values:
        return
    low, high = min(array.min() for array in values), max(array.max() for array in values)
    margin = 0.12 * (high - low) or 0.1 * abs(high) or 1.0
    ax.set_ylim(low - margin, high + margin)


def unit_axis(ax: Axes, words: str, units: str) -> None:
    """Label the vertical axis, whose limits are set, with words and units; a power of ten goes from the ticks to the
    units."""
    exponent = power_of_ten(*ax.get_ylim())
    ax.set_ylabel(f"{words} {in_brackets(units, exponent)}".strip())
    if exponent:
        ax.yaxis.set_major_formatter(lambda tick, _: f"{tick * 10.0**-exponent:.6g}".replace("-", "−"))


def robust_limits(values: list[np.ndarray]) -> tuple[float, float] | None:
    """Lower and upper end of a panel; a start-up many times larger than the rest is cut off."""
    finite = [q[np.isfinite(q)] for q in values]
    finite = [q for q in finite if q.size]
    if not finite:
        return None
    later = [q[int(START_UP * q.size) :] for q in finite]
    low, high = min(q.min() for q in finite), max(q.max() for q in finite)
    low_later, high_later = min(q.min() for q in later), max(q.max() for q in later)
    if high - low > OUTLYING * (high_later - low_later) > 0:
        low, high = low_later, high_later
    margin = 0.08 * (high - low) or 0.1 * abs(high) or 1.0
    return low - margin, high + margin


def finish(figure: Picture, path: Path | str | None, dpi: float) -> Picture:
    """Write a figure if a path is given, and return it."""
    if path is not None:
        from fluidgrad.plotting.figure import save

        save(figure, Path(path), dpi)
    return figure
