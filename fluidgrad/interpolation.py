"""Bilinear interpolation from any location of a grid to points anywhere in the domain."""

from __future__ import annotations

import numpy as np

from fluidgrad.grid import LOCATIONS, Grid


def at_points(grid: Grid, location: str, values: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Bilinear interpolation of ``values`` of plain shape at the points (x, y), all shapes alike."""
    ydim, xdim = LOCATIONS[location]
    i0, i1, fx = weights(grid, xdim, x, np.float64)
    j0, j1, fy = weights(grid, ydim, y, np.float64)
    low = (1 - fx) * values[j0, i0] + fx * values[j0, i1]
    high = (1 - fx) * values[j1, i0] + fx * values[j1, i1]
    return (1 - fy) * low + fy * high


def weights(grid: Grid, dim: str, wanted: np.ndarray, dtype) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Indices of the two neighbours of each wanted coordinate along an axis (``x``, ``y_f`` ...), and the weight of
    the second. Between an outermost centre and a side the first has all of it; a periodic axis is closed."""
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
