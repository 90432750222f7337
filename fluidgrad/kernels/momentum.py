"""Rate of change of the velocity by convection, viscosity, uniform forces and linear drag.

Conservative form on the staggered grid (Harlow & Welch 1965), for u on x-faces::

    du/dt = -(fe - fw)/dx_u - (fn - fs)/dy + nu*(d2u/dx2 + d2u/dy2) + fx - drag*u

``fe = ue*q_e`` is the flux through the centre of the cell east of the face, ``fn = vn*q_n`` the flux through
the node north of it. The carrying velocities are means of the two neighbours along their own direction and
volume-weighted means across it, so that every control volume of momentum conserves mass exactly; with the
carried value the plain mean of its two neighbours (``CENTRAL``) the scheme conserves momentum and kinetic
energy on stretched grids too (Verstappen & Veldman, J. Comput. Phys. 187, 2003). ``UPWIND`` carries a
third-order upwind-biased value limited by Koren's function (Koren 1993) instead.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numba import njit, prange

CENTRAL, UPWIND = 0, 1

SAFE_MATH = {"contract", "arcp", "nsz", "afn"}
"""Fast-math flags that keep NaN and infinity and the order of sums."""

H = 2


class Metrics(NamedTuple):
    """Reciprocal spacings and interpolation weights, one-dimensional padded arrays (1/m, none)."""

    rdx: np.ndarray
    """1 / width of cell i."""
    rdxu: np.ndarray
    """1 / distance between the centres of cells i - 1 and i."""
    wxw: np.ndarray
    """Share of cell i - 1 in the control volume of u at face i."""
    wxe: np.ndarray
    """Share of cell i in it."""
    rdy: np.ndarray
    rdyv: np.ndarray
    wys: np.ndarray
    wyn: np.ndarray


def metrics(dx: np.ndarray, dy: np.ndarray) -> Metrics:
    """Metrics from padded cell widths ``dx`` (nx + 2H,) and ``dy`` (ny + 2H,)."""

    def one_axis(d):
        west = np.concatenate([d[:1], d[:-1]])
        between = 0.5 * (west + d)
        return 1.0 / d, 1.0 / between, 0.5 * west / between, 0.5 * d / between

    return Metrics(*one_axis(dx), *one_axis(dy))


@njit(fastmath=SAFE_MATH)
def _carried(scheme, qww, qw, qe, qee, speed):
    """Value carried through the face between qw and qe by ``speed`` (positive: from qw to qe)."""
    if scheme == CENTRAL:
        return 0.5 * (qw + qe)
    east = speed >= 0.0
    up = qw if east else qe
    behind = up - (qww if east else qee)
    ahead = (qe if east else qw) - up
    third = (behind + 2.0 * ahead) / 3.0
    # The median of 0, twice the smaller difference and the third-order one, without a branch.
    rise = min(min(2.0 * behind, 2.0 * ahead), third)
    fall = max(max(2.0 * behind, 2.0 * ahead), third)
    return up + 0.5 * (max(rise, 0.0) + min(fall, 0.0))


@cache
def tendency(scheme: int):
    """The kernel ``rate(u, v, m, du, dv, nu, fx, fy, drag)`` for ``CENTRAL`` or ``UPWIND`` convection.

    Reads u, v (padded, halo filled); writes du, dv (m/s2) in the cells' range. ``nu`` in m2/s, uniform
    forces ``fx, fy`` in m/s2, ``drag`` in 1/s.
    """

    @njit(parallel=True, cache=True, fastmath=SAFE_MATH)
    def rate(u, v, m, du, dv, nu, fx, fy, drag):
        rdx, rdxu, wxw, wxe, rdy, rdyv, wys, wyn = m
        ny, nx = u.shape[0] - 2 * H, u.shape[1] - 2 * H
        for row in prange(ny):
            ss, s, c, n, nn = row, row + 1, row + 2, row + 3, row + 4
            hc, hs, gc, gn = rdy[c], rdy[s], rdyv[c], rdyv[n]
            for col in range(nx):
                ww, w, i, e, ee = col, col + 1, col + 2, col + 3, col + 4
                q = u[c, i]
                ue, uw = 0.5 * (q + u[c, e]), 0.5 * (u[c, w] + q)
                vn = wxw[i] * v[n, w] + wxe[i] * v[n, i]
                vs = wxw[i] * v[c, w] + wxe[i] * v[c, i]
                fe = ue * _carried(scheme, u[c, w], q, u[c, e], u[c, ee], ue)
                fw = uw * _carried(scheme, u[c, ww], u[c, w], q, u[c, e], uw)
                fn = vn * _carried(scheme, u[s, i], q, u[n, i], u[nn, i], vn)
                fs = vs * _carried(scheme, u[ss, i], u[s, i], q, u[n, i], vs)
                viscous_x = ((u[c, e] - q) * rdx[i] - (q - u[c, w]) * rdx[w]) * rdxu[i]
                viscous_y = ((u[n, i] - q) * gn - (q - u[s, i]) * gc) * hc
                convective = (fe - fw) * rdxu[i] + (fn - fs) * hc
                du[c, i] = nu * (viscous_x + viscous_y) - convective + (fx - drag * q)
            share_s, share_n = wys[c], wyn[c]
            for col in range(nx):
                ww, w, i, e, ee = col, col + 1, col + 2, col + 3, col + 4
                q = v[c, i]
                vn, vs = 0.5 * (q + v[n, i]), 0.5 * (v[s, i] + q)
                ue = share_s * u[s, e] + share_n * u[c, e]
                uw = share_s * u[s, i] + share_n * u[c, i]
                fn = vn * _carried(scheme, v[s, i], q, v[n, i], v[nn, i], vn)
                fs = vs * _carried(scheme, v[ss, i], v[s, i], q, v[n, i], vs)
                fe = ue * _carried(scheme, v[c, w], q, v[c, e], v[c, ee], ue)
                fw = uw * _carried(scheme, v[c, ww], v[c, w], q, v[c, e], uw)
                viscous_y = ((v[n, i] - q) * hc - (q - v[s, i]) * hs) * gc
                viscous_x = ((v[c, e] - q) * rdxu[e] - (q - v[c, w]) * rdxu[i]) * rdx[i]
                convective = (fn - fs) * gc + (fe - fw) * rdx[i]
                dv[c, i] = nu * (viscous_y + viscous_x) - convective + (fy - drag * q)

    return rate


@njit(parallel=True, cache=True, fastmath=SAFE_MATH)
def advance(u, v, du, dv, du_old, dv_old, u_out, v_out, a, b):
    """``u_out = u + a*du + b*du_old`` and the same for v, over whole padded arrays (outflow values that
    live in the halo are advanced with the rest). ``u_out`` may be ``u``."""
    rows, cols = u.shape
    for j in prange(rows):
        for i in range(cols):
            u_out[j, i] = u[j, i] + a * du[j, i] + b * du_old[j, i]
        for i in range(cols):
            v_out[j, i] = v[j, i] + a * dv[j, i] + b * dv_old[j, i]
