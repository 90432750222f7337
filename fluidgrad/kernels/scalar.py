"""Transport of a scalar: convection, diffusion, the correction that keeps it within bounds; and its buoyancy.

Conservative form at the cell centres: the rate of change is minus the divergence of the fluxes, on the west face::

    f = u*c_w - D*(c[i] - c[i-1])/dx_u

with ``c_w`` the plain mean of the two neighbours (``CENTRAL``: conserves the scalar and its square, on stretched
grids too) or a third-order upwind-biased value limited by Koren's function (``LIMITED``; Koren 1993). On the
boundary of the domain it is always the mean: that is what the ghost cells stand for.

Limited fluxes alone bound the result only of Runge-Kutta schemes that are mixtures of Euler steps, which the
third-order one of :mod:`fluidgrad.stepping` is not. So a whole step is compared with the upwind Euler step whose
bounds are known, and the difference of their fluxes is scaled down where it leads out of the bounds: flux-corrected
transport (Zalesak, J. Comput. Phys. 31, 1979), with the range of the whole field as bounds.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numba import njit, prange

CENTRAL, LIMITED = 0, 1

SAFE_MATH = {"contract", "arcp", "nsz", "afn"}
"""Fast-math flags that keep NaN and infinity and the order of sums."""

H = 2

FIRST, LAST = 1 / 4, 3 / 4
"""Weights of the rates of the first and the last stage in a whole Runge-Kutta step; the middle one's is zero."""

TINY = 1e-300


@njit(fastmath=SAFE_MATH)
def _carried(scheme, cww, cw, ce, cee, speed, boundary):
    """Value carried through the face between cw and ce by ``speed`` (positive: from cw to ce)."""
    mean = 0.5 * (cw + ce)
    if scheme == CENTRAL:
        return mean
    east = speed >= 0.0
    up = cw if east else ce
    behind = up - (cww if east else cee)
    ahead = (ce if east else cw) - up
    third = (behind + 2.0 * ahead) / 3.0
    # The median of 0, twice the smaller difference and the third-order one, without a branch.
    rise = min(min(2.0 * behind, 2.0 * ahead), third)
    fall = max(max(2.0 * behind, 2.0 * ahead), third)
    return mean if boundary else up + 0.5 * (max(rise, 0.0) + min(fall, 0.0))


@njit(fastmath=SAFE_MATH)
def _flux(scheme, cww, cw, ce, cee, speed, g, boundary):
    """Flux from cw to ce; ``g`` is the diffusivity over the distance between them."""
    return speed * _carried(scheme, cww, cw, ce, cee, speed, boundary) - g * (ce - cw)


@cache
def tendency(scheme: int):
    """The kernel ``rate(c, u, v, m, dc, diffusivity, closed_x, closed_y)`` for ``CENTRAL`` or ``LIMITED`` convection.

    Reads c (padded, halo filled) and the velocity; writes dc (unit of c per s) in the cells' range. ``closed_x``,
    ``closed_y``: whether the left and right, the bottom and top sides are boundaries, not joined.
    """

    @njit(parallel=True, cache=True, fastmath=SAFE_MATH)
    def rate(c, u, v, m, dc, diffusivity, closed_x, closed_y):
        rdx, rdxu, rdy, rdyv = m.rdx, m.rdxu, m.rdy, m.rdyv
        ny, nx = c.shape[0] - 2 * H, c.shape[1] - 2 * H
        last = nx - 1
        for row in prange(ny):
            ss, s, j, n, nn = row, row + 1, row + 2, row + 3, row + 4
            hy, gs, gn = rdy[j], diffusivity * rdyv[j], diffusivity * rdyv[n]
            bottom, top = closed_y and row == 0, closed_y and row == ny - 1
            for col in range(nx):
                ww, w, i, e, ee = col, col + 1, col + 2, col + 3, col + 4
                q = c[j, i]
                gw, ge = diffusivity * rdxu[i], diffusivity * rdxu[e]
                left, right = closed_x and col == 0, closed_x and col == last
                fw = _flux(scheme, c[j, ww], c[j, w], q, c[j, e], u[j, i], gw, left)
                fe = _flux(scheme, c[j, w], q, c[j, e], c[j, ee], u[j, e], ge, right)
                fs = _flux(scheme, c[ss, i], c[s, i], q, c[n, i], v[j, i], gs, bottom)
                fn = _flux(scheme, c[s, i], q, c[n, i], c[nn, i], v[n, i], gn, top)
                dc[j, i] = -((fe - fw) * rdx[i] + (fn - fs) * hy)

    return rate


@cache
def fluxes(scheme: int):
    """The kernel ``flux(c, u, v, m, fx, fy, diffusivity, closed_x, closed_y)``: the fluxes of :func:`tendency`
    through x-faces and y-faces into ``fx`` (ny, nx + 1), ``fy`` (ny + 1, nx), unit of c times m/s."""

    @njit(parallel=True, cache=True, fastmath=SAFE_MATH)
    def flux(c, u, v, m, fx, fy, diffusivity, closed_x, closed_y):
        rdxu, rdyv = m.rdxu, m.rdyv
        ny, nx = c.shape[0] - 2 * H, c.shape[1] - 2 * H
        for row in prange(ny + 1):
            ss, s, j, n = row, row + 1, row + 2, row + 3
            if row < ny:
                for col in range(nx + 1):
                    ww, w, i, e = col, col + 1, col + 2, col + 3
                    side = closed_x and col in (0, nx)
                    g = diffusivity * rdxu[i]
                    fx[row, col] = _flux(scheme, c[j, ww], c[j, w], c[j, i], c[j, e], u[j, i], g, side)
            side, g = closed_y and row in (0, ny), diffusivity * rdyv[j]
            for col in range(nx):
                i = col + 2
                fy[row, col] = _flux(scheme, c[ss, i], c[s, i], c[j, i], c[n, i], v[j, i], g, side)

    return flux


@njit(parallel=True, cache=True, fastmath=SAFE_MATH)
def advance(c, dc, dc_old, c_out, a, b):
    """``c_out = c + a*dc + b*dc_old`` in the cells' range; ``c_out`` may be ``c``."""
    ny, nx = c.shape[0] - 2 * H, c.shape[1] - 2 * H
    for row in prange(ny):
        j = row + 2
        for col in range(nx):
            i = col + 2
            c_out[j, i] = c[j, i] + a * dc[j, i] + b * dc_old[j, i]


@njit(parallel=True, cache=True, fastmath=SAFE_MATH)
def diffuse(c, m, dc, a):
    """Add ``a * laplacian`` of c (padded, halo filled) to dc in the cells' range."""
    rdx, rdxu, rdy, rdyv = m.rdx, m.rdxu, m.rdy, m.rdyv
    ny, nx = c.shape[0] - 2 * H, c.shape[1] - 2 * H
    for row in prange(ny):
        s, j, n = row + 1, row + 2, row + 3
        hy, gs, gn = rdy[j], rdyv[j], rdyv[n]
        for col in range(nx):
            w, i, e = col + 1, col + 2, col + 3
            q = c[j, i]
            x = ((c[j, e] - q) * rdxu[e] - (q - c[j, w]) * rdxu[i]) * rdx[i]
            y = ((c[n, i] - q) * gn - (q - c[s, i]) * gs) * hy
            dc[j, i] += a * (x + y)


@njit(fastmath=SAFE_MATH)
def _excess(c0, c0w, u0, high0, high2, u2, g, boundary, dt):
    """What a step's flux carries through a face more than the upwind Euler step would."""
    speed = FIRST * u0 + LAST * u2
    upwind = c0w if speed >= 0.0 else c0
    low = speed * (0.5 * (c0w + c0) if boundary else upwind) - g * (c0 - c0w)
    return dt * (FIRST * high0 + LAST * high2 - low)


@njit(parallel=True, cache=True, fastmath=SAFE_MATH)
def excess(c, u, v, c_last, u_last, v_last, m, ax, ay, diffusivity, closed_x, closed_y, dt):
    """What a step of length dt carries through x-faces and y-faces more than an upwind Euler step would, into the
    padded ``ax``, ``ay`` (unit of c times m).

    ``c, u, v``: scalar and velocity at the start of the step; ``*_last``: at the start of its last stage.
    """
    rdxu, rdyv = m.rdxu, m.rdyv
    ny, nx = c.shape[0] - 2 * H, c.shape[1] - 2 * H
    d = c_last
    for row in prange(ny + 1):
        ss, s, j, n = row, row + 1, row + 2, row + 3
        if row < ny:
            for col in range(nx + 1):
                ww, w, i, e = col, col + 1, col + 2, col + 3
                side, g = closed_x and col in (0, nx), diffusivity * rdxu[i]
                before = _flux(LIMITED, c[j, ww], c[j, w], c[j, i], c[j, e], u[j, i], g, side)
                after = _flux(LIMITED, d[j, ww], d[j, w], d[j, i], d[j, e], u_last[j, i], g, side)
                ax[j, i] = _excess(c[j, i], c[j, w], u[j, i], before, after, u_last[j, i], g, side, dt)
        side, g = closed_y and row in (0, ny), diffusivity * rdyv[j]
        for col in range(nx):
            i = col + 2
            before = _flux(LIMITED, c[ss, i], c[s, i], c[j, i], c[n, i], v[j, i], g, side)
            after = _flux(LIMITED, d[ss, i], d[s, i], d[j, i], d[n, i], v_last[j, i], g, side)
            ay[j, i] = _excess(c[j, i], c[s, i], v[j, i], before, after, v_last[j, i], g, side, dt)


@njit(parallel=True, cache=True, fastmath=SAFE_MATH)
def room(c, ax, ay, m, capacity, up, down, lowest, highest):
    """Shares of the excess fluxes into and out of each cell that its bounds have room for, into the padded ``up``,
    ``down`` (0 to 1). ``c``: the result of the step with all of the excess; ``capacity`` (padded): what cells hold per
    value and area."""
    rdx, rdy = m.rdx, m.rdy
    ny, nx = c.shape[0] - 2 * H, c.shape[1] - 2 * H
    for row in prange(ny):
        j, n = row + 2, row + 3
        for col in range(nx):
            i, e = col + 2, col + 3
            hx, hy = rdx[i] / capacity[j, i], rdy[j] / capacity[j, i]
            fw, fe = ax[j, i] * hx, ax[j, e] * hx
            fs, fn = ay[j, i] * hy, ay[n, i] * hy
            start = c[j, i] + (fe - fw) + (fn - fs)
            rising = max(fw, 0.0) + max(-fe, 0.0) + max(fs, 0.0) + max(-fn, 0.0)
            falling = max(-fw, 0.0) + max(fe, 0.0) + max(-fs, 0.0) + max(fn, 0.0)
            up[j, i] = min(1.0, max(highest - start, 0.0) / max(rising, TINY))
            down[j, i] = min(1.0, max(start - lowest, 0.0) / max(falling, TINY))


@njit(fastmath=SAFE_MATH)
def _surplus(a, up_w, down_w, up_e, down_e):
    """The part of the excess flux a (positive: from w to e) that there is no room for."""
    share = min(down_w, up_e) if a >= 0.0 else min(up_w, down_e)
    return a * (1.0 - share)


@njit(parallel=True, cache=True, fastmath=SAFE_MATH)
def take_back(c, ax, ay, m, capacity, up, down):
    """Take the excess fluxes that there is no room for back out of c; the halo of up and down is filled."""
    rdx, rdy = m.rdx, m.rdy
    ny, nx = c.shape[0] - 2 * H, c.shape[1] - 2 * H
    for row in prange(ny):
        s, j, n = row + 1, row + 2, row + 3
        for col in range(nx):
            w, i, e = col + 1, col + 2, col + 3
            here_up, here_down = up[j, i], down[j, i]
            fw = _surplus(ax[j, i], up[j, w], down[j, w], here_up, here_down)
            fe = _surplus(ax[j, e], here_up, here_down, up[j, e], down[j, e])
            fs = _surplus(ay[j, i], up[s, i], down[s, i], here_up, here_down)
            fn = _surplus(ay[n, i], here_up, here_down, up[n, i], down[n, i])
            c[j, i] += ((fe - fw) * rdx[i] + (fn - fs) * rdy[j]) / capacity[j, i]


@njit(cache=True)
def close(c, dc, j, i, dj, di, gain, drift, rd_low, rd_high):
    """Take the closed parts of faces between the cells ``(j - dj, i - di)`` and ``(j, i)`` out of the rate dc:
    diffusion with ``gain`` (m/s) and, where the closed part moves, what it carries at ``drift`` (m/s) more than the
    cell's own value. ``rd_low``, ``rd_high``: over the widths of the two cells (1/m)."""
    for k in range(j.size):
        low, left = j[k] - dj, i[k] - di
        rise = c[j[k], i[k]] - c[low, left]
        dc[low, left] += (0.5 * drift[k] - gain[k]) * rise * rd_low[k]
        dc[j[k], i[k]] += (0.5 * drift[k] + gain[k]) * rise * rd_high[k]


@njit(cache=True)
def fill(c, periodic, low_factor, low_offset, high_factor, high_offset):
    """Fill the halo of c across the sides at the low and the high end of the *second* axis, in place: wrapped, or in
    the first layer ``factor * (value inside) + offset``, both (rows,). The other pair is the same kernel on ``c.T``.
    """
    rows, cols = c.shape
    e = cols - H
    for j in range(rows):
        if periodic:
            c[j, e], c[j, e + 1] = c[j, H], c[j, H + 1]
            c[j, H - 1], c[j, H - 2] = c[j, e - 1], c[j, e - 2]
        else:
            c[j, H - 1] = low_factor[j] * c[j, H] + low_offset[j]
            c[j, e] = high_factor[j] * c[j, e - 1] + high_offset[j]


@njit(parallel=True, cache=True)
def extent_of_part(c, share, dx, dy, rows):
    """:func:`extent` of the cells with a ``share`` (padded), each counted with it."""
    nx = c.shape[1] - 2 * H
    for row in prange(rows.shape[0]):
        j = row + 2
        lowest, highest, total = np.inf, -np.inf, 0.0
        for col in range(nx):
            i = col + 2
            if share[j, i] > 0.0:
                q = c[j, i]
                lowest, highest = min(lowest, q), max(highest, q)
                total += share[j, i] * q * dx[i]
        rows[row, 0], rows[row, 1], rows[row, 2] = lowest, highest, total * dy[j]


@njit(parallel=True, cache=True)
def extent(c, dx, dy, rows):
    """Per row of cells, into ``rows`` (ny, 3): smallest and largest value, integral. Comparisons drop NaN, the integral
    keeps it."""
    nx = c.shape[1] - 2 * H
    for row in prange(rows.shape[0]):
        j = row + 2
        lowest = highest = c[j, H]
        total = 0.0
        for col in range(nx):
            i = col + 2
            q = c[j, i]
            lowest, highest = min(lowest, q), max(highest, q)
            total += q * dx[i]
        rows[row, 0], rows[row, 1], rows[row, 2] = lowest, highest, total * dy[j]


@njit(parallel=True, cache=True, fastmath=SAFE_MATH)
def buoyancy(c, du, dv, fx, fy, reference):
    """Add ``(fx, fy) * (c - reference)`` to the rates du, dv (m/s2) on the west and south faces of the cells, with
    the mean of the two neighbours of a face: what the flow gains is what the central flux of c lifts."""
    ny, nx = c.shape[0] - 2 * H, c.shape[1] - 2 * H
    for row in prange(ny):
        s, j = row + 1, row + 2
        for col in range(nx):
            w, i = col + 1, col + 2
            q = c[j, i] - reference
            du[j, i] += fx * 0.5 * (q + (c[j, w] - reference))
            dv[j, i] += fy * 0.5 * (q + (c[s, i] - reference))
