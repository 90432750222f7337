"""Tridiagonal systems, one for every column of an array, solved row by row.

Each column k holds the system of a discrete operator ``-d/dy (d/dy) + lambda_k`` in the symmetric form::

    -c[j]*phi[j-1] + (c[j] + c[j+1] + h[j]*lam[k])*phi[j] - c[j+1]*phi[j+1] = h[j]*f[j]

with ``h`` the cell heights (n,) and ``c`` (n + 1,) the reciprocal distances between neighbouring centres,
zero at a closed end. If ``c[0] = c[n]`` is not zero the column is periodic: the last unknown borders a
tridiagonal block (Temperton 1975). Columns stand side by side in memory, so the inner loops vectorise.
"""

from __future__ import annotations

from numba import njit, prange

BLOCK = 128
"""Columns that one thread carries through all rows at a time; a few rows of them stay in the first cache."""

NEGLIGIBLE = 1e-25
"""Size of the response to the last unknown below which it is left out."""


@njit(parallel=True, cache=True)
def factorise(h, c, lam, inverse, border):
    """Fill ``inverse`` (n, m) with reciprocal pivots and, if periodic, ``border`` (n, m) with the response of
    the block to the last unknown (else ``border`` is not touched). A singular column (lam = 0, nothing held)
    gets a zero last pivot, which sets its last unknown to zero."""
    n, m = inverse.shape
    periodic = c[0] != 0.0
    for k in prange(m):
        last = n - 1 if periodic else n
        inverse[0, k] = 1.0 / (c[0] + c[1] + h[0] * lam[k])
        for j in range(1, last):
            inverse[j, k] = 1.0 / (c[j] + c[j + 1] + h[j] * lam[k] - c[j] * c[j] * inverse[j - 1, k])
        if periodic:
            border[0, k] = c[0] * inverse[0, k]
            for j in range(1, last):
                load = c[n - 1] if j == last - 1 else 0.0
                border[j, k] = (load + c[j] * border[j - 1, k]) * inverse[j, k]
            for j in range(last - 2, -1, -1):
                border[j, k] += c[j + 1] * inverse[j, k] * border[j + 1, k]
            rest = c[n - 1] * (1.0 - border[n - 2, k]) + c[n] * (1.0 - border[0, k])
            inverse[n - 1, k] = 1.0 / (rest + h[n - 1] * lam[k]) if lam[k] > 0.0 else 0.0
        elif lam[k] <= 0.0:
            inverse[n - 1, k] = 0.0


@njit(parallel=True, cache=True)
def solve_closed(f, h, c, inverse):
    """Replace ``f`` (n, m) by the solution of ``d2 phi/dy2 - lam*phi = f`` with closed ends."""
    n, m = f.shape
    for block in prange((m + BLOCK - 1) // BLOCK):
        first, end = block * BLOCK, min(m, (block + 1) * BLOCK)
        for k in range(first, end):
            f[0, k] *= -h[0] * inverse[0, k]
        for j in range(1, n):
            hj, cj = h[j], c[j]
            for k in range(first, end):
                f[j, k] = (cj * f[j - 1, k] - hj * f[j, k]) * inverse[j, k]
        for j in range(n - 2, -1, -1):
            cj = c[j + 1]
            for k in range(first, end):
                f[j, k] += cj * inverse[j, k] * f[j + 1, k]


@njit(cache=True)
def border_reach(border, reach):
    """For each block of columns, the number of rows from either end of the first n - 1 in which ``border`` matters,
    into ``reach``; it decays from both ends, faster the larger lam, and below ``NEGLIGIBLE`` it changes no bit."""
    rows, m = border.shape[0] - 1, border.shape[1]
    for block in range(reach.size):
        first, end = block * BLOCK, min(m, (block + 1) * BLOCK)
        reach[block] = 0
        for j in range(rows):
            for k in range(first, end):
                if abs(border[j, k]) > NEGLIGIBLE:
                    reach[block] = max(reach[block], min(j + 1, rows - j))


@njit(parallel=True, cache=True)
def solve_periodic(f, h, c, inverse, border, reach):
    """Replace ``f`` (n, m) by the solution of ``d2 phi/dy2 - lam*phi = f`` with joined ends."""
    n, m = f.shape
    for block in prange(reach.size):
        first, end = block * BLOCK, min(m, (block + 1) * BLOCK)
        inner_first, inner_end = reach[block], n - 1 - reach[block]
        for k in range(first, end):
            f[n - 1, k] = -h[n - 1] * f[n - 1, k] - h[0] * f[0, k] * border[0, k]
            f[0, k] *= -h[0] * inverse[0, k]
        for j in range(1, n - 1):
            hj, cj = h[j], c[j]
            if j < inner_first or j >= inner_end:
                for k in range(first, end):
                    f[n - 1, k] -= hj * f[j, k] * border[j, k]
            for k in range(first, end):
                f[j, k] = (cj * f[j - 1, k] - hj * f[j, k]) * inverse[j, k]
        for k in range(first, end):
            f[n - 1, k] *= inverse[n - 1, k]
        for j in range(n - 3, -1, -1):
            cj = c[j + 1]
            for k in range(first, end):
                f[j, k] += cj * inverse[j, k] * f[j + 1, k]
            if j + 1 < inner_first or j + 1 >= inner_end:
                for k in range(first, end):
                    f[j + 1, k] += f[n - 1, k] * border[j + 1, k]
        for k in range(first, end):
            f[0, k] += f[n - 1, k] * border[0, k]
