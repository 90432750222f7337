"""Two panels of curves, one above the other, that share the horizontal axis."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from fluidgrad.plotting.style import DARK, Picture, plain

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
"""Okabe & Ito's, told apart by everybody; curves beyond the last take dashes."""
SIZE = (8.0, 5.6)


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


def line_style(number: int) -> dict:
    """Colour and dashes of a curve."""
    dashes = ("-", "--", ":")[number // len(COLOURS) % 3]
    return {"color": COLOURS[number % len(COLOURS)], "linestyle": dashes, "linewidth": 1.3}


def legend_above(ax: Axes) -> None:
    """The legend above a panel, one entry below the other, in the way of nothing."""
    if ax.get_legend_handles_labels()[1]:
        ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), frameon=False, fontsize=9, borderpad=0.2)


def limit(ax: Axes, values: list[np.ndarray]) -> None:
    """Make a panel as high as these values need, zero line or not."""
    values = [array[np.isfinite(array)] for array in values]
    values = [array for array in values if array.size]
    if not values:
        return
    low, high = min(array.min() for array in values), max(array.max() for array in values)
    margin = 0.12 * (high - low) or 0.1 * abs(high) or 1.0
    ax.set_ylim(low - margin, high + margin)


def finish(figure: Picture, path: Path | str | None, dpi: float) -> Picture:
    """Write a figure if a path is given, and return it."""
    if path is not None:
        from fluidgrad.plotting.figure import save

        save(figure, Path(path), dpi)
    return figure
