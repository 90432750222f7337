"""Sums and maxima over the cells, identical for any number of threads: a value per row, rows in order."""

from __future__ import annotations

from numba import njit, prange

H = 2


@njit(parallel=True, cache=True)
def survey(u, v, rdx, rdy, dx, dy, rows):
    """Per row of cells, into ``rows`` (ny, 3): largest ``|u|/dx + |v|/dy`` (1/s), kinetic energy per density
    (m4/s2, each face weighted by its share of the cell), largest ``|div|`` (1/s).

    Maxima by comparison drop NaN; the energy is a sum and keeps it.
    """
    nx = u.shape[1] - 2 * H
    for row in prange(rows.shape[0]):
        c, n = row + 2, row + 3
        rate = energy = worst = 0.0
        hy = rdy[c]
        for col in range(nx):
            i, e = col + 2, col + 3
            uw, ue, vs, vn = u[c, i], u[c, e], v[c, i], v[n, i]
            rate = max(rate, max(abs(uw), abs(ue)) * rdx[i] + max(abs(vs), abs(vn)) * hy)
            energy += 0.25 * (uw * uw + ue * ue + vs * vs + vn * vn) * dx[i]
            worst = max(worst, abs((ue - uw) * rdx[i] + (vn - vs) * hy))
        rows[row, 0], rows[row, 1], rows[row, 2] = rate, energy * dy[c], worst


@njit(parallel=True, cache=True)
def largest_change(u, v, u_old, v_old, rows):
    """Per row of cells, into ``rows`` (ny,): the larger of ``|u - u_old|`` and ``|v - v_old|`` (m/s)."""
    nx = u.shape[1] - 2 * H
    for row in prange(rows.size):
        c = row + 2
        worst = 0.0
        for col in range(nx):
            i = col + 2
            worst = max(worst, max(abs(u[c, i] - u_old[c, i]), abs(v[c, i] - v_old[c, i])))
        rows[row] = worst


@njit(parallel=True, cache=True)
def budget(u, v, rdxu, rdyv, dx, dy, share_x, share_y, rows):
    """Sums over one row of nodes and the cells north of it, into ``rows`` (ny + 1, 4): integrals of u and of v
    (m3/s), of half the square of the vorticity and of ``|grad u|^2 + |grad v|^2`` (m2/s2).

    ``share_x`` (nx + 1,), ``share_y`` (ny + 1,) in m: extent of the domain that belongs to each node. With them
    the gradients' sum is exactly the scheme's loss of kinetic energy per viscosity between walls at rest.
    """
    nx = u.shape[1] - 2 * H
    ny = rows.shape[0] - 1
    for row in prange(ny + 1):
        s, c, n = row + 1, row + 2, row + 3
        sum_u = sum_v = enstrophy = gradients = 0.0
        for col in range(nx + 1):
            w, i = col + 1, col + 2
            du_dy = (u[c, i] - u[s, i]) * rdyv[c]
            dv_dx = (v[c, i] - v[c, w]) * rdxu[i]
            area = share_x[col] * share_y[row]
            enstrophy += 0.5 * (dv_dx - du_dy) ** 2 * area
            gradients += (du_dy * du_dy + dv_dx * dv_dx) * area
        if row < ny:
            for col in range(nx):
                i, e = col + 2, col + 3
                area = dx[i] * dy[c]
                sum_u += 0.5 * (u[c, i] + u[c, e]) * area
                sum_v += 0.5 * (v[c, i] + v[n, i]) * area
                gradients += (((u[c, e] - u[c, i]) / dx[i]) ** 2 + ((v[n, i] - v[c, i]) / dy[c]) ** 2) * area
        rows[row, 0], rows[row, 1], rows[row, 2], rows[row, 3] = sum_u, sum_v, enstrophy, gradients
