"""Divergence and the subtraction of a gradient: exact negative transposes of each other.

With the inner products weighted by cell and face volumes, ``<p, div u> = -<grad p, u>`` for velocities that
vanish on (or are periodic across) the sides.
"""

from __future__ import annotations

from numba import njit, prange

H = 2


@njit(parallel=True, cache=True)
def divergence(u, v, rdx, rdy, div):
    """``div[j, i] = (ue - uw)/dx + (vn - vs)/dy`` in 1/s at centres, plain shape (ny, nx)."""
    ny, nx = div.shape
    for row in prange(ny):
        c, n = row + 2, row + 3
        hy = rdy[c]
        for col in range(nx):
            i, e = col + 2, col + 3
            div[row, col] = (u[c, e] - u[c, i]) * rdx[i] + (v[n, i] - v[c, i]) * hy


@njit(parallel=True, cache=True)
def subtract_gradient(phi, rdxu, rdyv, u, v):
    """``u -= dphi/dx`` on west faces, ``v -= dphi/dy`` on south faces of all cells; phi padded, its halo on
    the west and south filled (phi in m2/s)."""
    ny, nx = phi.shape[0] - 2 * H, phi.shape[1] - 2 * H
    for row in prange(ny):
        s, c = row + 1, row + 2
        hy = rdyv[c]
        for col in range(nx):
            w, i = col + 1, col + 2
            u[c, i] -= (phi[c, i] - phi[c, w]) * rdxu[i]
        for col in range(nx):
            i = col + 2
            v[c, i] -= (phi[c, i] - phi[s, i]) * hy
