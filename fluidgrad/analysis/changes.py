"""Rates of change from values at uneven times."""

from __future__ import annotations

import numpy as np

WIDEST = 5
"""Instants that a rate is taken from: fourth order in the step in the middle of a series and at its ends."""


def rate_weights(times: np.ndarray, k: int) -> tuple[slice, np.ndarray]:
    """Where the instants around position ``k`` are, and the weights (1/s) whose sum with their values is the rate of
    change at ``times[k]``: that of the polynomial through up to :data:`WIDEST` of them.

    ``times`` (n,) increase; of a single instant the weight is nan.
    """
    first = min(max(k - WIDEST // 2, 0), max(times.size - WIDEST, 0))
    near = slice(first, min(first + WIDEST, times.size))
    offsets = times[near] - times[k]
    if offsets.size == 1:
        return near, np.array([np.nan])
    # The derivative at node c of the Lagrange polynomial of each other node m: prod(c - l)/prod(m - l)/(m - c).
    gaps = offsets[:, None] - offsets[None, :]
    np.fill_diagonal(gaps, 1.0)
    barycentric = 1.0 / gaps.prod(axis=1)
    here = k - first
    weights = barycentric / barycentric[here] / -np.where(offsets == 0.0, np.inf, offsets)
    weights[here] = -weights.sum()
    return near, weights
