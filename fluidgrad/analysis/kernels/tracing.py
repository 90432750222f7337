"""Lines of a vector field on a raster, followed by integration."""

from __future__ import annotations

import math

from numba import njit

LOST = 0.5
"""Length of an interpolated unit direction below which a line ends: the directions around disagree."""

NEVER = -(2**40)
"""In a map of visits: not visited."""


@njit(cache=True)
def _direction(ax, ay, x, y, way):
    """Unit direction at (x, y) in cells of the raster, times ``way``; (0, 0) outside and where it is lost."""
    ny, nx = ax.shape
    if not (0 <= x <= nx - 1 and 0 <= y <= ny - 1):
        return 0.0, 0.0
    i, j = min(int(x), nx - 2), min(int(y), ny - 2)
    e, n = x - i, y - j
    w, s = 1 - e, 1 - n
    a = s * (w * ax[j, i] + e * ax[j, i + 1]) + n * (w * ax[j + 1, i] + e * ax[j + 1, i + 1])
    b = s * (w * ay[j, i] + e * ay[j, i + 1]) + n * (w * ay[j + 1, i] + e * ay[j + 1, i + 1])
    size = math.hypot(a, b)
    if size < LOST:
        return 0.0, 0.0
    return way * a / size, way * b / size


@njit(cache=True)
def follow(ax, ay, x, y, way, step, visits, cell, apart, out):
    """Follow the field from (x, y) by the classical Runge-Kutta method; returns how many points are in ``out`` (n, 2).

    ``ax``, ``ay`` (ny, nx): unit direction on the raster, (0, 0) where a line ends; ``x``, ``y``, ``step`` and
    ``out`` in cells of the raster; ``way`` 1 or -1. ``visits`` (my, mx) int64, the number of the step, negative
    backwards, at which each square of ``cell`` raster cells was visited last, :data:`NEVER` at first: the line ends
    where it comes back to a square it was in more than ``apart`` steps ago.
    """
    out[0, 0], out[0, 1] = x, y
    half = 0.5 * step
    for k in range(1, out.shape[0]):
        a1, b1 = _direction(ax, ay, x, y, way)
        a2, b2 = _direction(ax, ay, x + half * a1, y + half * b1, way)
        a3, b3 = _direction(ax, ay, x + half * a2, y + half * b2, way)
        a4, b4 = _direction(ax, ay, x + step * a3, y + step * b3, way)
        if (a1 == 0 and b1 == 0) or (a2 == 0 and b2 == 0) or (a3 == 0 and b3 == 0) or (a4 == 0 and b4 == 0):
            return k
        x += step / 6 * (a1 + 2 * (a2 + a3) + a4)
        y += step / 6 * (b1 + 2 * (b2 + b3) + b4)
        j, i = int(y / cell), int(x / cell)
        last = visits[j, i]
        if last != NEVER and abs(way * k - last) > apart:
            return k
        visits[j, i] = way * k
        out[k, 0], out[k, 1] = x, y
    return out.shape[0]
