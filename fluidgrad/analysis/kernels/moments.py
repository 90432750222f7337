"""Running means and products of fluctuations, one pair of samples at a time.

A pair of samples ``x0``, ``x1`` stands for the time between them. Its mean and its sum of squares about that mean
are merged with those of all time before (Chan, Golub & LeVeque, The American Statistician 37, 1983): no
differences of large sums, and the result is that of the trapezoidal rule.
"""

from __future__ import annotations

from numba import njit, prange


@njit(parallel=True, cache=True)
def merge_mean(mean, x0, x1, share):
    """``mean += share * ((x0 + x1)/2 - mean)``; all (n, m), ``share`` the new part of the time so far."""
    for j in prange(mean.shape[0]):
        for i in range(mean.shape[1]):
            mean[j, i] += share * (0.5 * (x0[j, i] + x1[j, i]) - mean[j, i])


@njit(parallel=True, cache=True)
def merge_square(total, x0, x1, mean, quarter, factor):
    """Add to ``total`` (n, m) the time integral of ``x'**2`` over a pair, see :func:`merge_product`; six times as fast,
    as with so few arrays the loop becomes vector instructions."""
    for j in prange(total.shape[0]):
        for i in range(total.shape[1]):
            change, away = x1[j, i] - x0[j, i], 0.5 * (x0[j, i] + x1[j, i]) - mean[j, i]
            total[j, i] += quarter * change * change + factor * away * away


@njit(parallel=True, cache=True)
def merge_product(total, x0, x1, mean_x, jx, ix, y0, y1, mean_y, jy, iy, quarter, factor):
    """Add to ``total`` (n, m) the time integral of ``x' y'`` over a pair: ``quarter (x1 - x0)(y1 - y0)`` within it,
    ``factor`` times the product of the distances of its means from those before.

    x is taken as the mean of the values ``[j, i]`` and ``[j + jx, i + ix]``: offsets 0, 0 where it lives with the
    product, 0, 1 or 1, 0 for a velocity on faces brought to the centre; y likewise. ``quarter`` is dt/4, ``factor``
    T dt/(T + dt) with the time T before. The means are those before the pair.
    """
    for j in prange(total.shape[0]):
        for i in range(total.shape[1]):
            x_a, x_b = x0[j, i] + x0[j + jx, i + ix], x1[j, i] + x1[j + jx, i + ix]
            y_a, y_b = y0[j, i] + y0[j + jy, i + iy], y1[j, i] + y1[j + jy, i + iy]
            from_x = 0.25 * (x_a + x_b) - 0.5 * (mean_x[j, i] + mean_x[j + jx, i + ix])
            from_y = 0.25 * (y_a + y_b) - 0.5 * (mean_y[j, i] + mean_y[j + jy, i + iy])
            total[j, i] += 0.25 * quarter * (x_b - x_a) * (y_b - y_a) + factor * from_x * from_y
