"""From the staggered grid, stretched or not, to the regular points that images, contours and arrows need."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fluidgrad.errors import ConfigError
from fluidgrad.grid import LOCATIONS, Grid
from fluidgrad.interpolation import weights


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
        self._x = weights(grid, xdim, x, dtype)
        self._y = weights(grid, ydim, y, dtype)

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
