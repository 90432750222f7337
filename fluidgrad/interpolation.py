"""Bilinear interpolation from any location of a grid, stretched or not, to points anywhere in the domain."""

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
    the second. Between an outermost centre and a side the first has all of it; a periodic axis is closed, and goes on
    for ever."""
    points = getattr(grid, dim)
    n, axis = points.size, dim[0]
    periodic, length = getattr(grid, f"periodic_{axis}"), getattr(grid, f"length_{axis}")
    if periodic:
        wanted = wanted - length * np.floor((wanted - getattr(grid, f"{axis}_f")[0]) / length)
    if periodic and not dim.endswith("_f"):
        points = np.concatenate([[points[-1] - length], points, [points[0] + length]])
        position = np.interp(wanted, points, np.arange(-1.0, n + 1))
    else:
        position = np.interp(wanted, points, np.arange(float(n)))
    first = np.floor(position).astype(np.intp)
    second = np.minimum(first + 1, points.size - 1) if points.size == n else first + 1
    return first % n, second % n, (position - first).astype(dtype)


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
