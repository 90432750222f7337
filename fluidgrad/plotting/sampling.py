"""From the staggered grid, stretched or not, to the regular points that images, contours and arrows need."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fluidgrad.errors import ConfigError
from fluidgrad.grid import Grid
from fluidgrad.interpolation import Sampler

__all__ = ["Sampler", "Window", "view_window"]


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

    def even_raster(self, count: int) -> tuple[int, int]:
        """Counts ``(nx, ny)`` of nearly square rectangles, as many in all as ``count`` along each side of a square."""
        size = np.sqrt(self.width * self.height) / count
        return max(1, round(self.width / size)), max(1, round(self.height / size))

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
