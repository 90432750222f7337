"""From the staggered grid, stretched or not, to the regular points that images, contours and arrows need."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fluidgrad.errors import ConfigError
from fluidgrad.fields import compute, lookup
from fluidgrad.flow import Flow
from fluidgrad.grid import LOCATIONS, Grid
from fluidgrad.plotting.style import Scale, choose_scale

SURVEY_POINTS = 160


class Window(NamedTuple):
    """The visible rectangle, metres."""

    x0: float
    x1: float
    y0: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    def points(self, nx: int, ny: int) -> tuple[np.ndarray, np.ndarray]:
        """Middles of ``nx`` by ``ny`` equal rectangles that fill the window: ``(x, y)``."""
        x = self.x0 + (np.arange(nx) + 0.5) * (self.width / nx)
        y = self.y0 + (np.arange(ny) + 0.5) * (self.height / ny)
        return x, y

    def raster(self, longer: int) -> tuple[int, int]:
        """Counts ``(nx, ny)`` of nearly square rectangles, ``longer`` along the longer side."""
        size = max(self.width, self.height) / longer
        return max(2, round(self.width / size)), max(2, round(self.height / size))


def view_window(grid: Grid, zoom=None) -> Window:
    """The domain, or the part ``zoom = (x0, x1, y0, y1)`` of it. Raises ConfigError for an empty view."""
    whole = Window(*map(float, (grid.x_f[0], grid.x_f[-1], grid.y_f[0], grid.y_f[-1])))
    if zoom is None:
        return whole
    try:
        x0, x1, y0, y1 = (float(value) for value in zoom)
    except (TypeError, ValueError):
        raise ConfigError(f"zoom must be four numbers x0, x1, y0, y1, not {zoom!r}") from None
    seen = Window(max(x0, whole.x0), min(x1, whole.x1), max(y0, whole.y0), min(y1, whole.y1))
    if not (seen.x0 < seen.x1 and seen.y0 < seen.y1):
        raise ConfigError(
            f"zoom {x0:g}, {x1:g}, {y0:g}, {y1:g} (x0, x1, y0, y1) shows nothing of the domain "
            f"x {whole.x0:g} to {whole.x1:g}, y {whole.y0:g} to {whole.y1:g}"
        )
    return seen


class Sampler:
    """Bilinear interpolation from one location of a grid to the regular points ``x`` by ``y``.

    Between an outermost centre and a side the value stays that of the centre, across a periodic side it
    is interpolated. Indices and weights are found once; each call costs two passes over the points.
    """

    def __init__(self, grid: Grid, location: str, x: np.ndarray, y: np.ndarray, dtype=np.float64):
        ydim, xdim = LOCATIONS[location]
        self._x = _weights(grid, xdim, x, dtype)
        self._y = _weights(grid, ydim, y, dtype)

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """``values`` of plain shape -> their interpolation, shape (y.size, x.size)."""
        j0, j1, fy = self._y
        i0, i1, fx = self._x
        low, high = values.take(j0, axis=0), values.take(j1, axis=0)
        rows = low + fy[:, None] * (high - low)
        low, high = rows.take(i0, axis=1), rows.take(i1, axis=1)
        high -= low
        high *= fx
        high += low
        return high


def _weights(grid: Grid, dim: str, wanted: np.ndarray, dtype) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Indices of the two neighbours of each wanted coordinate, and the weight of the second."""
    points = getattr(grid, dim)
    n = points.size
    along_x = dim.startswith("x")
    if not dim.endswith("_f") and (grid.periodic_x if along_x else grid.periodic_y):
        length = grid.length_x if along_x else grid.length_y
        points = np.concatenate([[points[-1] - length], points, [points[0] + length]])
        position = np.interp(wanted, points, np.arange(-1.0, n + 1))
    else:
        position = np.interp(wanted, points, np.arange(float(n)))
    first = np.floor(position).astype(np.intp)
    second = np.minimum(first + 1, points.size - 1) if points.size == n else first + 1
    return first % n, second % n, (position - first).astype(dtype)


def sample(flow: Flow, name: str, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A field at the regular points ``x`` by ``y``, shape (y.size, x.size)."""
    return Sampler(flow.grid, lookup(name).location, x, y)(compute(flow, name))


class Survey:
    """What values a field takes inside a window, over one flow or several: typical ones and the extremes."""

    def __init__(self, grid: Grid, name: str, window: Window):
        self.name = name
        location = lookup(name).location
        self._sampler = Sampler(grid, location, *window.points(*window.raster(SURVEY_POINTS)))
        y, x = grid.axes(location)
        self._visible = np.ix_(_between(y, window.y0, window.y1), _between(x, window.x0, window.x1))
        self._samples: list[np.ndarray] = []
        self._low, self._high = np.inf, -np.inf

    def add(self, flow: Flow) -> None:
        """Take a flow into account."""
        values = compute(flow, self.name)
        samples = self._sampler(values).ravel()
        visible = values[self._visible] if all(i.size for i in self._visible) else samples
        self._samples.append(samples)
        self._low = min(self._low, float(visible.min()), float(samples.min()))
        self._high = max(self._high, float(visible.max()), float(samples.max()))

    def scale(self, limits=None, cmap: str | None = None) -> Scale:
        """Limits and colours for everything taken into account."""
        return choose_scale(self.name, np.concatenate(self._samples), self._low, self._high, limits, cmap)


def _between(points: np.ndarray, low: float, high: float) -> np.ndarray:
    return np.flatnonzero((points >= low) & (points <= high))
