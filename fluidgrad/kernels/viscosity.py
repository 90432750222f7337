"""Friction with a viscosity that varies: rate of strain, viscosity, divergence of ``2*nu*S``, loss of energy.

With ``S = (grad u + grad u^T)/2`` the normal stresses ``2*nu*du/dx``, ``2*nu*dv/dy`` live at centres, the shear stress
``nu*(du/dy + dv/dx)`` on nodes, where the differences of the velocity are centred without interpolation. Every
stress is the flux of momentum out of one control volume and into its neighbour, so momentum is conserved exactly;
the work of the stresses sums to minus :func:`dissipation`, which cannot be negative. For constant nu and a discretely
divergence-free velocity the result is ``nu*laplacian`` of :mod:`fluidgrad.kernels.momentum` to round-off, on
stretched grids too.

The viscosity follows the shear rate ``g``, ``g^2 = 2 S:S = 2*(du/dx)^2 + 2*(dv/dy)^2 + (du/dy + dv/dx)^2``. The part
that is not at hand at a location is the mean of its squares around: a mean of the strains themselves would be
blind to waves of two cells.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numba import njit, prange

from fluidgrad.kernels.momentum import SAFE_MATH

CONSTANT, POWER_LAW, CARREAU = 0, 1, 2

AT_REST = 1e-200
"""Square of a shear rate (1/s2) that counts as none, so that negative powers of it are finite."""


@njit(parallel=True, cache=True, fastmath=SAFE_MATH)
def strain(u, v, m, normal, shear):
    """Squares of the strain (1/s2): ``normal = 2*(du/dx)^2 + 2*(dv/dy)^2`` at centres and one layer around,
    ``shear = (du/dy + dv/dx)^2`` on the nodes of those cells. Reads u, v (padded, halo filled)."""
    rdx, rdxu, _, _, rdy, rdyv, _, _ = m
    ny, nx = u.shape[0] - 4, u.shape[1] - 4
    for row in prange(ny + 3):
        s, c, n = row, row + 1, row + 2
        for col in range(nx + 3):
            w, i = col, col + 1
            g = (u[c, i] - u[s, i]) * rdyv[c] + (v[c, i] - v[c, w]) * rdxu[i]
            shear[c, i] = g * g
        if row < ny + 2:
            for col in range(nx + 2):
                i, e = col + 1, col + 2
                du_dx = (u[c, e] - u[c, i]) * rdx[i]
                dv_dy = (v[n, i] - v[c, i]) * rdy[c]
                normal[c, i] = 2.0 * (du_dx * du_dx + dv_dy * dv_dy)


@njit(fastmath=SAFE_MATH)
def _of_rate(law, square, a, b, c, d):
    """Viscosity (m2/s) at a squared shear rate (1/s2). The parameters are those of the law:

    CONSTANT: viscosity. POWER_LAW: consistency, exponent of the square, bounds. CARREAU: viscosity at rest less
    that far out, that far out, square of the time, exponent of the square.
    """
    if law == CONSTANT:
        return a
    if law == POWER_LAW:
        return min(max(a * max(square, AT_REST) ** b, c), d)
    return b + a * (1.0 + c * square) ** d


@cache
def viscosity(law: int):
    """The kernel ``of_strain(normal, shear, m, nu_c, nu_n, rows, parameters, length, steepness, constant)`` for a law.

    Viscosity (m2/s) at centres and one layer around, ``nu_c``, and on the nodes, ``nu_n``: that of the law at the
    local shear rate g plus ``(length*d)^2 * g``, ``d^2`` the area around the point (Smagorinsky 1963). ``rows``
    (ny + 2,): per row the largest rate of decay ``slope*(1/dx^2 + 1/dy^2)`` (1/s), which limits a time step; the slope
    of stress against strain is at most ``steepness`` times the law's part plus twice the other, less the ``constant``
    viscosity (m2/s) that is seen to elsewhere.
    """

    @njit(parallel=True, cache=True, fastmath=SAFE_MATH)
    def of_strain(normal, shear, m, nu_c, nu_n, rows, parameters, length, steepness, constant):
        rdx, rdxu, wxw, wxe, rdy, rdyv, wys, wyn = m
        p0, p1, p2, p3 = parameters
        ny, nx = normal.shape[0] - 4, normal.shape[1] - 4
        for row in prange(ny + 2):
            s, c, n = row, row + 1, row + 2
            largest = 0.0
            for col in range(nx + 2):
                i, e = col + 1, col + 2
                square = normal[c, i] + 0.25 * (shear[c, i] + shear[c, e] + shear[n, i] + shear[n, e])
                fluid = _of_rate(law, square, p0, p1, p2, p3)
                eddies = length * length / (rdx[i] * rdy[c]) * np.sqrt(square)
                nu_c[c, i] = fluid + eddies
                slope = steepness * fluid + 2.0 * eddies - constant
                largest = max(largest, slope * (rdx[i] * rdx[i] + rdy[c] * rdy[c]))
            if row > 0:
                # Linear interpolation between centres: the nearer one, of the smaller cell, weighs more.
                share_s, share_n = wyn[c], wys[c]
                for col in range(nx + 1):
                    w, i = col + 1, col + 2
                    west = share_s * normal[s, w] + share_n * normal[c, w]
                    east = share_s * normal[s, i] + share_n * normal[c, i]
                    square = shear[c, i] + wxe[i] * west + wxw[i] * east
                    fluid = _of_rate(law, square, p0, p1, p2, p3)
                    eddies = length * length / (rdxu[i] * rdyv[c]) * np.sqrt(square)
                    nu_n[c, i] = fluid + eddies
                    slope = steepness * fluid + 2.0 * eddies - constant
                    largest = max(largest, slope * (rdxu[i] * rdxu[i] + rdyv[c] * rdyv[c]))
            rows[row] = largest

    return of_strain


@njit(parallel=True, cache=True, fastmath=SAFE_MATH)
def add_stress(u, v, m, nu_c, nu_n, du, dv, constant):
    """Add the divergence of ``2*(nu - constant)*S`` (m/s2) to du, dv in the cells' range; ``constant`` (m2/s) is the
    viscosity that is seen to elsewhere."""
    rdx, rdxu, _, _, rdy, rdyv, _, _ = m
    ny, nx = u.shape[0] - 4, u.shape[1] - 4
    for row in prange(ny):
        s, c, n = row + 1, row + 2, row + 3
        hc, hs, gc, gn = rdy[c], rdy[s], rdyv[c], rdyv[n]
        for col in range(nx):
            w, i, e = col + 1, col + 2, col + 3
            q = u[c, i]
            te = (nu_c[c, i] - constant) * (u[c, e] - q) * rdx[i]
            tw = (nu_c[c, w] - constant) * (q - u[c, w]) * rdx[w]
            tn = (nu_n[n, i] - constant) * ((u[n, i] - q) * gn + (v[n, i] - v[n, w]) * rdxu[i])
            ts = (nu_n[c, i] - constant) * ((q - u[s, i]) * gc + (v[c, i] - v[c, w]) * rdxu[i])
            du[c, i] += 2.0 * (te - tw) * rdxu[i] + (tn - ts) * hc
        for col in range(nx):
            w, i, e = col + 1, col + 2, col + 3
            q = v[c, i]
            tn = (nu_c[c, i] - constant) * (v[n, i] - q) * hc
            ts = (nu_c[s, i] - constant) * (q - v[s, i]) * hs
            te = (nu_n[c, e] - constant) * ((v[c, e] - q) * rdxu[e] + (u[c, e] - u[s, e]) * gc)
            tw = (nu_n[c, i] - constant) * ((q - v[c, w]) * rdxu[i] + (u[c, i] - u[s, i]) * gc)
            dv[c, i] += 2.0 * (tn - ts) * gc + (te - tw) * rdx[i]


@njit(parallel=True, cache=True)
def dissipation(normal, shear, nu_c, nu_n, dx, dy, share_x, share_y, rows):
    """Integral of ``2*nu*S:S`` (m4/s3) over one row of nodes and the cells north of it, into ``rows`` (ny + 1,).

    ``share_x`` (nx + 1,), ``share_y`` (ny + 1,) in m: extent of the domain that belongs to each node.
    """
    nx = normal.shape[1] - 4
    ny = rows.size - 1
    for row in prange(ny + 1):
        c = row + 2
        total = 0.0
        for col in range(nx + 1):
            i = col + 2
            total += nu_n[c, i] * shear[c, i] * share_x[col] * share_y[row]
        if row < ny:
            for col in range(nx):
                i = col + 2
                total += nu_c[c, i] * normal[c, i] * dx[i] * dy[c]
        rows[row] = total
