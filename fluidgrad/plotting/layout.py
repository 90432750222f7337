"""Where panels and colour bars go: exact in inches, whatever the shape of the domain.

All panels of a figure show the same rectangle, so they form a regular lattice. What the texts around the
panels need is measured; the rest follows without an optimiser, and a figure without a given size is cut to
fit: neither a very wide, very tall nor square domain leaves empty margins or overlapping labels.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator

WIDE = 1.9
"""From this ratio of width to height on colour bars lie below the panels."""
EDGE = 0.08
GAP = 0.14
BAR = 0.13
BAR_PAD = 0.09
HEADER_PAD = 0.12
TALLEST = 9.0
"""Height in inches that a figure of a given width may reach: what a page has room for."""


@dataclass
class Sheet:
    """A figure for ``count`` panels of one ``ratio`` of width to height: the panels in reading order, the
    colour bars of each (or shared by all), and a header."""

    figure: Figure
    count: int
    columns: int
    ratio: float
    panels: list[Axes] = field(default_factory=list)
    bars: list[list[Axes]] = field(default_factory=list)
    shared_bars: list[Axes] = field(default_factory=list)
    header: Text | None = None

    @property
    def rows(self) -> int:
        return -(-self.count // self.columns)

    @property
    def horizontal(self) -> bool:
        """Whether colour bars lie below the panels, not beside them."""
        return self.ratio >= WIDE


def choose_columns(count: int, ratio: float) -> int:
    """Columns for ``count`` panels of a ratio of width to height, such that the whole is a bit wider than
    high and few places stay empty."""

    def cost(columns: int) -> float:
        rows = -(-count // columns)
        whole = (columns * (ratio + 0.35)) / (rows * 1.25)
        return abs(np.log(whole / 1.5)) + 0.35 * (rows * columns - count)

    return min(range(1, count + 1), key=cost)


def default_panel_size(sheet: Sheet) -> tuple[float, float]:
    """Width and height of one panel in inches when the figure may have any size."""
    area = 20.0 / sheet.count**0.65
    width, height = np.sqrt(area * sheet.ratio), np.sqrt(area / sheet.ratio)
    shrink = min(1.0, 11.0 / (width * sheet.columns), 8.0 / height, 14.0 / (height * sheet.rows))
    return width * shrink, height * shrink


def panel_size(
    sheet: Sheet, size: tuple[float, float] | None = None, width: float | None = None
) -> tuple[float, float]:
    """About the width and height of one panel in inches, before the texts around it are measured."""
    across, up = default_panel_size(sheet)
    room = width if size is None else size[0]
    if room is None:
        return across, up
    beside = 0.6 if sheet.horizontal else 1.3
    shrink = min(1.0, max(room / sheet.columns - beside, 0.3) / across)
    return across * shrink, up * shrink


def tick_count(length: float, along_x: bool) -> int:
    """Intervals between ticks on an axis of this length in inches."""
    return int(np.clip(length / (0.7 if along_x else 0.5), 1, 8))


def arrange(sheet: Sheet, size: tuple[float, float] | None = None, width: float | None = None) -> None:
    """Put everything in its place; ``size`` (inches) fixes the figure, or ``width`` alone, else the figure fits its
    content."""
    panel = np.array(default_panel_size(sheet))
    for _ in range(3):
        _set_ticks(sheet, panel)
        margins = _measure(sheet, panel)
        if size is None and width is None:
            break
        panel = _largest_panel(np.array((width, TALLEST) if size is None else size), sheet, margins)
    if size is None and width is not None:
        size = (width, float(panel[1] * sheet.rows + margins.total()[1]))
    _place(sheet, panel, margins, size)


@dataclass
class Margins:
    """Inches around the panels: of each column ``left`` and ``right``, of each row ``below`` and ``above``,
    and around all of them ``beside`` for shared bars, ``under`` likewise, ``top`` for the header."""

    left: np.ndarray
    right: np.ndarray
    below: np.ndarray
    above: np.ndarray
    beside: float = 0.0
    under: float = 0.0
    top: float = 0.0

    def total(self) -> np.ndarray:
        """All that is not panels, across and up, gaps between cells and the outer edge included."""
        across = self.left.sum() + self.right.sum() + GAP * (self.left.size - 1) + self.beside
        up = self.below.sum() + self.above.sum() + GAP * (self.below.size - 1) + self.under + self.top
        return np.array([across, up]) + 2 * EDGE


def _largest_panel(size: np.ndarray, sheet: Sheet, margins: Margins) -> np.ndarray:
    """Size of a panel that fills a figure of a given size."""
    free = np.maximum((size - margins.total()) / (sheet.columns, sheet.rows), 0.2)
    width = min(free[0], free[1] * sheet.ratio)
    return np.array([width, width / sheet.ratio])


def _set_ticks(sheet: Sheet, panel: np.ndarray) -> None:
    steps = [1, 2, 2.5, 5, 10]
    for ax in sheet.panels:
        ax.xaxis.set_major_locator(MaxNLocator(tick_count(panel[0], True), steps=steps))
        ax.yaxis.set_major_locator(MaxNLocator(tick_count(panel[1], False), steps=steps))


def _measure(sheet: Sheet, panel: np.ndarray) -> Margins:
    """What the texts around panels of a given size need, each panel laid out alone on a large figure."""
    sheet.figure.set_size_inches(*(panel + 6.0))
    box = np.array([3.0, 3.0, *panel])
    margins = Margins(*(np.zeros(n) for n in (sheet.columns, sheet.columns, sheet.rows, sheet.rows)))
    for k, ax in enumerate(sheet.panels):
        row, column = divmod(k, sheet.columns)
        low, high = _place_axes(ax, box)
        if sheet.bars:
            low, high = _place_bars(sheet, sheet.bars[k], box, (box[0] + panel[0], low[1]), low, high)
        (left, below), (right, above) = box[:2] - low, high - box[:2] - box[2:]
        margins.left[column] = max(margins.left[column], left)
        margins.right[column] = max(margins.right[column], right)
        margins.below[row] = max(margins.below[row], below)
        margins.above[row] = max(margins.above[row], above)
    if sheet.shared_bars:
        corner = (box[0] + panel[0], box[1])
        low, high = _place_bars(sheet, sheet.shared_bars, box, corner, box[:2], box[:2] + box[2:])
        if sheet.horizontal:
            margins.under = box[1] - low[1]
        else:
            margins.beside = high[0] - corner[0]
    if sheet.header is not None:
        margins.top = sheet.header.get_window_extent().height / sheet.figure.dpi + HEADER_PAD
    return margins


def _place_axes(ax: Axes, box: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Put an axes into a box (x, y, width, height; inches); return the corners of it with its texts."""
    figure = ax.get_figure()
    ax.set_position(box / np.tile(figure.get_size_inches(), 2))
    ax.apply_aspect()
    tight = ax.get_tightbbox(figure.canvas.get_renderer())
    low, high = tight.get_points() / figure.dpi
    return low, high


def _place_bars(sheet: Sheet, bars: list[Axes], box, corner, low, high) -> tuple[np.ndarray, np.ndarray]:
    """Put colour bars side by side along a box, as long as the box, beyond ``corner`` (x, y), which is the
    right end and the lower end of what is there; return ``low`` and ``high`` extended by the bars."""
    x, y, width, height = box
    beyond_x, beyond_y = corner
    for bar in bars:
        beside, below = (beyond_x + BAR_PAD, y, BAR, height), (x, beyond_y - BAR_PAD - BAR, width, BAR)
        bar_low, bar_high = _place_axes(bar, np.array(below if sheet.horizontal else beside))
        low, high = np.minimum(low, bar_low), np.maximum(high, bar_high)
        beyond_x, beyond_y = bar_high[0], bar_low[1]
    return low, high


def _place(sheet: Sheet, panel: np.ndarray, margins: Margins, size: tuple[float, float] | None) -> None:
    figure, header = sheet.figure, sheet.header
    needed = panel * (sheet.columns, sheet.rows) + margins.total()
    if header is not None:
        header_width = header.get_window_extent().width / figure.dpi
        needed[0] = max(needed[0], margins.left[0] + header_width + 2 * EDGE)
    figure.set_size_inches(*(needed if size is None else size))
    total = figure.get_size_inches()
    left, down = EDGE + np.maximum(total - needed, 0) / 2
    top = total[1] - down
    if header is not None:
        header.set_position(((left + margins.left[0]) / total[0], top / total[1]))
    columns = left + _starts(margins.left, panel[0], margins.right)
    rows = top - margins.top - _starts(margins.above, panel[1], margins.below) - panel[1]
    for k, ax in enumerate(sheet.panels):
        row, column = divmod(k, sheet.columns)
        box = np.array([columns[column], rows[row], *panel])
        low, high = _place_axes(ax, box)
        if sheet.bars:
            _place_bars(sheet, sheet.bars[k], box, (box[0] + panel[0], low[1]), low, high)
    if sheet.shared_bars:
        end = np.array([columns[-1] + panel[0], rows[0] + panel[1]])
        start = np.array([columns[0], rows[-1]])
        corner = (end[0] + margins.right[-1], start[1] - margins.below[-1])
        _place_bars(sheet, sheet.shared_bars, np.array([*start, *(end - start)]), corner, start, end)


def _starts(before: np.ndarray, length: float, after: np.ndarray) -> np.ndarray:
    """Where each panel starts along a line of cells."""
    ends = np.cumsum(before + length + after + GAP)
    return ends - GAP - after - length
