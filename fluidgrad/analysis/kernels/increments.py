"""Moments of increments and products of two values a distance apart."""

from __future__ import annotations

import math

from numba import njit, prange


@njit
def _power(d, order, whole):
    """``d`` to the power ``order``; whole powers by multiplication, which keeps the sign and is fast."""
    if whole:
        result = 1.0
        for _ in range(int(order)):
            result *= d
        return result
    return d**order


@njit(parallel=True, cache=True)
def increment_moments(q, weights, lags, order, whole, absolute, joined, out):
    """``out[k]`` = mean of ``(q[j, i + lags[k]] - q[j, i])**order`` over all pairs, of the magnitude if ``absolute``.

    q (m, n), weights (m,) of its rows, lags (l,) below n, out (l,). ``joined``: the rows are periodic. ``whole``: the
    order is a whole number. Pairs with a NaN are left out; NaN where no pair is left.
    """
    rows, n = q.shape
    for k in prange(lags.size):
        lag = lags[k]
        total = count = 0.0
        for j in range(rows):
            part, pairs = 0.0, 0
            for i in range(n if joined else n - lag):
                other = i + lag
                if other >= n:
                    other -= n
                d = q[j, other] - q[j, i]
                if not math.isnan(d):
                    part += _power(abs(d) if absolute else d, order, whole)
                    pairs += 1
            total += weights[j] * part
            count += weights[j] * pairs
        out[k] = total / count if count > 0.0 else math.nan


@njit(parallel=True, cache=True)
def lagged_products(q, weights, lags, joined, out):
    """``out[k]`` = mean of ``q[j, i] q[j, i + lags[k]]`` over all pairs; arguments as :func:`increment_moments`."""
    rows, n = q.shape
    for k in prange(lags.size):
        lag = lags[k]
        total = count = 0.0
        for j in range(rows):
            part, pairs = 0.0, 0
            for i in range(n if joined else n - lag):
                other = i + lag
                if other >= n:
                    other -= n
                product = q[j, i] * q[j, other]
                if not math.isnan(product):
                    part += product
                    pairs += 1
            total += weights[j] * part
            count += weights[j] * pairs
        out[k] = total / count if count > 0.0 else math.nan
