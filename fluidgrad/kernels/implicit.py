"""Implicit viscosity: ``(1 - a*Lx)(1 - a*Ly) delta = r`` by tridiagonal sweeps, x then y.

The factored operator differs from ``1 - a*(Lx + Ly)`` by ``a^2 Lx Ly delta``; in terms of the increment delta
that is third order in the step and vanishes in a steady state (Beam & Warming 1976, Kim & Moin 1985). One
sweep solves, along a line of n unknowns::

    -lower[i]*q[i-1] + diagonal[i]*q[i] - upper[i]*q[i+1] = r[i]

with the same coefficients for every line; a periodic line is bordered by its last unknown.
"""

from __future__ import annotations

from numba import njit, prange


@njit(parallel=True, cache=True)
def diffuse(u, v, rdx, rdxu, rdy, rdyv, du, dv, a):
    """Add ``a * laplacian`` of u and v (padded, halo filled) to du, dv in the cells' range."""
    ny, nx = u.shape[0] - 4, u.shape[1] - 4
    for row in prange(ny):
        s, c, n = row + 1, row + 2, row + 3
        hc, hs, gc, gn = rdy[c], rdy[s], rdyv[c], rdyv[n]
        for col in range(nx):
            w, i, e = col + 1, col + 2, col + 3
            q = u[c, i]
            along = ((u[c, e] - q) * rdx[i] - (q - u[c, w]) * rdx[w]) * rdxu[i]
            across = ((u[n, i] - q) * gn - (q - u[s, i]) * gc) * hc
            du[c, i] += a * (along + across)
        for col in range(nx):
            w, i, e = col + 1, col + 2, col + 3
            q = v[c, i]
            along = ((v[n, i] - q) * hc - (q - v[s, i]) * hs) * gc
            across = ((v[c, e] - q) * rdxu[e] - (q - v[c, w]) * rdxu[i]) * rdx[i]
            dv[c, i] += a * (along + across)


@njit(cache=True)
def factorise(lower, diagonal, upper, inverse, border):
    """Pivots of one line: fill ``inverse`` (n,) and ``border`` (n,), the response of the first n - 1 unknowns
    to the last one where the line is periodic (``lower[0] != 0``), else zero."""
    n = lower.size
    periodic = lower[0] != 0.0
    last = n - 1 if periodic else n
    inverse[0] = 1.0 / diagonal[0]
    for i in range(1, last):
        inverse[i] = 1.0 / (diagonal[i] - lower[i] * upper[i - 1] * inverse[i - 1])
    border[:] = 0.0
    if periodic:
        border[0] = lower[0] * inverse[0]
        for i in range(1, last):
            load = upper[n - 2] if i == n - 2 else 0.0
            border[i] = (load + lower[i] * border[i - 1]) * inverse[i]
        for i in range(last - 2, -1, -1):
            border[i] += upper[i] * inverse[i] * border[i + 1]
        inverse[n - 1] = 1.0 / (diagonal[n - 1] - lower[n - 1] * border[n - 2] - upper[n - 1] * border[0])


@njit(parallel=True, cache=True)
def sweep_rows(r, first_row, rows, first, lower, upper, inverse, border):
    """Solve along each of ``rows`` rows of r in place, unknowns ``r[j, first : first + n]``."""
    n = lower.size
    periodic = lower[0] != 0.0
    last = n - 1 if periodic else n
    for row in prange(rows):
        q = r[first_row + row, first : first + n]
        q[0] *= inverse[0]
        for i in range(1, last):
            q[i] = (q[i] + lower[i] * q[i - 1]) * inverse[i]
        for i in range(last - 2, -1, -1):
            q[i] += upper[i] * inverse[i] * q[i + 1]
        if periodic:
            q[n - 1] = (q[n - 1] + lower[n - 1] * q[n - 2] + upper[n - 1] * q[0]) * inverse[n - 1]
            for i in range(last):
                q[i] += q[n - 1] * border[i]


@njit(parallel=True, cache=True)
def sweep_columns(r, first_row, first_column, columns, lower, upper, inverse, border):
    """Solve along columns of r in place, unknowns ``r[first_row : first_row + n, i]``, blocks side by side."""
    n = lower.size
    periodic = lower[0] != 0.0
    last = n - 1 if periodic else n
    block = 128
    for b in prange((columns + block - 1) // block):
        lo = first_column + b * block
        q = r[first_row : first_row + n, lo : min(lo + block, first_column + columns)]
        m = q.shape[1]
        for k in range(m):
            q[0, k] *= inverse[0]
        for i in range(1, last):
            li, di = lower[i], inverse[i]
            for k in range(m):
                q[i, k] = (q[i, k] + li * q[i - 1, k]) * di
        for i in range(last - 2, -1, -1):
            ui = upper[i] * inverse[i]
            for k in range(m):
                q[i, k] += ui * q[i + 1, k]
        if periodic:
            for k in range(m):
                rest = lower[n - 1] * q[n - 2, k] + upper[n - 1] * q[0, k]
                q[n - 1, k] = (q[n - 1, k] + rest) * inverse[n - 1]
            for i in range(last):
                for k in range(m):
                    q[i, k] += q[n - 1, k] * border[i]
