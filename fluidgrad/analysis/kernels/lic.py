"""Line integral convolution on pixels."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange

LOST = np.float32(0.25)
"""Square of an interpolated unit direction below which a line ends: the directions around disagree."""

ZERO, HALF, THREE_HALVES = np.float32(0), np.float32(0.5), np.float32(1.5)


@njit(parallel=True, cache=True)
def pack(fx, fy, noise, calm, margin, wrap_x, wrap_y, packed):
    """Lay out per pixel what a line needs there, into ``packed`` (ny + 2 margin, nx + 2 margin, 4) float32: both
    components of the unit direction, noise, and the texture where there is no line.

    ``fx``, ``fy`` (ny, nx) in pixels per any time. The direction is (0, 0) where ``fx**2 + fy**2`` does not exceed
    ``calm``, which makes the texture 0.5, and where ``fx`` or ``fy`` is NaN, which makes it NaN. In the margins of
    sides that do not wrap the direction stays that of the side; the noise wraps everywhere.
    """
    ny, nx = fx.shape
    for row in prange(packed.shape[0]):
        up = (row - margin) % ny
        j = up if wrap_y else min(max(row - margin, 0), ny - 1)
        for column in range(packed.shape[1]):
            right = (column - margin) % nx
            i = right if wrap_x else min(max(column - margin, 0), nx - 1)
            a, b = fx[j, i], fy[j, i]
            size = a * a + b * b
            scale = 1 / math.sqrt(size) if size > calm else 0.0
            packed[row, column, 0] = a * scale if size > calm else 0.0
            packed[row, column, 1] = b * scale if size > calm else 0.0
            packed[row, column, 2] = noise[up, right]
            packed[row, column, 3] = 0.5 if size >= 0 else np.nan


@njit(inline="always")
def _bilinear(packed, x, y):
    """Both components of the direction and the noise at (x, y), counted in pixels of ``packed``."""
    i, j = np.uint32(x), np.uint32(y)
    east, north = x - np.float32(i), y - np.float32(j)
    e, n = i + np.uint32(1), j + np.uint32(1)
    low = packed[j, i, 0] + east * (packed[j, e, 0] - packed[j, i, 0])
    high = packed[n, i, 0] + east * (packed[n, e, 0] - packed[n, i, 0])
    along_x = low + north * (high - low)
    low = packed[j, i, 1] + east * (packed[j, e, 1] - packed[j, i, 1])
    high = packed[n, i, 1] + east * (packed[n, e, 1] - packed[n, i, 1])
    along_y = low + north * (high - low)
    low = packed[j, i, 2] + east * (packed[j, e, 2] - packed[j, i, 2])
    high = packed[n, i, 2] + east * (packed[n, e, 2] - packed[n, i, 2])
    return along_x, along_y, low + north * (high - low)


@njit(parallel=True, cache=True)
def convolve(packed, kernel, step, correlation, margin, out):
    """The weighted sum of the noise along the line through each pixel, over its standard deviation, as a number
    whose distribution is even between 0 and 1, into ``out`` (ny, nx) float32.

    ``packed`` is that of :func:`pack`; ``kernel`` (2 n + 1,) float32 the weights from ``n`` steps upstream to ``n``
    steps downstream, a step being ``step`` pixels and the margin at least ``(n + 1) step + 2``. Both halves of a line
    are followed at once by the two-step Adams-Bashforth method. The variance of the sum is that of the weights met,
    times ``correlation`` for the noise of neighbouring steps; so lines that end early, at a wall, do not differ in
    contrast.
    """
    reach = kernel.size // 2
    for j in prange(out.shape[0]):
        for i in range(out.shape[1]):
            row, column = j + margin, i + margin
            ax = bx = ax_old = bx_old = packed[row, column, 0]
            ay = by = ay_old = by_old = packed[row, column, 1]
            if ax == 0 and ay == 0:
                out[j, i] = packed[row, column, 3]
                continue
            total, square = kernel[reach] * packed[row, column, 2], kernel[reach] ** 2
            xa = xb = np.float32(column)
            ya = yb = np.float32(row)
            a = b = step
            for k in range(1, reach + 1):
                xa += a * (THREE_HALVES * ax - HALF * ax_old)
                ya += a * (THREE_HALVES * ay - HALF * ay_old)
                xb -= b * (THREE_HALVES * bx - HALF * bx_old)
                yb -= b * (THREE_HALVES * by - HALF * by_old)
                ax_old, ay_old, bx_old, by_old = ax, ay, bx, by
                ax, ay, noise_a = _bilinear(packed, xa, ya)
                bx, by, noise_b = _bilinear(packed, xb, yb)
                a = a if ax * ax + ay * ay > LOST else ZERO
                b = b if bx * bx + by * by > LOST else ZERO
                weight_a = kernel[np.uint32(reach + k)] if a > 0 else ZERO
                weight_b = kernel[np.uint32(reach - k)] if b > 0 else ZERO
                total += weight_a * noise_a + weight_b * noise_b
                square += weight_a * weight_a + weight_b * weight_b
            out[j, i] = 0.5 + 0.5 * math.erf(total / math.sqrt(2 * square * correlation))
