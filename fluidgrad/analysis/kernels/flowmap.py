"""Particles in a velocity that is a sum of cubic basis functions on a staggered grid.

A component of the velocity has coefficients ``q[j, i]``, an axis along x and one along y
(:class:`fluidgrad.analysis.splines.Axis`): in interval k of an axis the coefficients k to k + 3 count. Every
particle is computed by itself, so that nothing depends on the number of threads.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange

PERIODIC, CLOSED, OPEN = 0, 1, 2
"""What a side does to particles: lets them pass to the other side, holds them, lets them leave."""

SAFE_MATH = {"contract", "arcp", "nsz"}
"""Fast-math flags that keep NaN and infinity and the order of sums. Small functions are inlined by force: calls with
arrays cost four times what they compute."""

INWARDS = 3
"""Attempts at bringing a particle that is in a body back to its wall."""


@njit(fastmath=SAFE_MATH, forceinline=True)
def _way(axis, place):
    """The way from the beginning of an axis to a place, within it; zero for a place that is no number."""
    way = place - axis.start
    if axis.period > 0.0:
        way -= axis.period * math.floor(way / axis.period)
    if way > 0.0:
        return min(way, axis.length)
    return 0.0


@njit(fastmath=SAFE_MATH, forceinline=True)
def _interval(axis, table, bins, way):
    """The interval of an axis in which a way ends, its row in the table, and where it begins."""
    last = axis.rows - 1
    k = bins[np.uintp(axis.bin + min(int(way * axis.bins_per_metre), axis.bins - 1))]
    while k < last and way >= table[np.uintp(axis.row + k), 0]:
        k += 1
    return k, np.uintp(axis.row + k), (table[np.uintp(axis.row + k - 1), 0] if k > 0 else 0.0)


@njit(fastmath=SAFE_MATH, forceinline=True)
def _weights(axis, table, bins, place):
    """First of the four coefficients that count at a place, and their weights."""
    way = _way(axis, place)
    steps = (way - axis.even_from) * axis.per_width
    if 0.0 <= steps < axis.even:
        k = int(steps)
        s = steps - k
        r = 1.0 - s
        ss, rr = s * s, r * r
        return (
            np.uintp(k + axis.first_even),
            (1.0 / 6.0) * rr * r,
            (2.0 / 3.0) - 0.5 * ss * (1.0 + r),
            (2.0 / 3.0) - 0.5 * rr * (1.0 + s),
            (1.0 / 6.0) * ss * s,
        )
    k, r, begin = _interval(axis, table, bins, way)
    s = way - begin
    return (
        np.uintp(k),
        table[r, 1] + s * (table[r, 5] + s * (table[r, 9] + s * table[r, 13])),
        table[r, 2] + s * (table[r, 6] + s * (table[r, 10] + s * table[r, 14])),
        table[r, 3] + s * (table[r, 7] + s * (table[r, 11] + s * table[r, 15])),
        table[r, 4] + s * (table[r, 8] + s * (table[r, 12] + s * table[r, 16])),
    )


@njit(fastmath=SAFE_MATH, forceinline=True)
def _slopes(axis, table, bins, place):
    """Derivatives of the four weights by the place."""
    way = _way(axis, place)
    steps = (way - axis.even_from) * axis.per_width
    if 0.0 <= steps < axis.even:
        s = steps - int(steps)
        r = 1.0 - s
        h = axis.per_width
        return (-0.5 * h * r * r, h * s * (1.5 * s - 2.0), h * r * (2.0 - 1.5 * r), 0.5 * h * s * s)
    _, r, begin = _interval(axis, table, bins, way)
    s = way - begin
    return (
        table[r, 5] + s * (2.0 * table[r, 9] + 3.0 * s * table[r, 13]),
        table[r, 6] + s * (2.0 * table[r, 10] + 3.0 * s * table[r, 14]),
        table[r, 7] + s * (2.0 * table[r, 11] + 3.0 * s * table[r, 15]),
        table[r, 8] + s * (2.0 * table[r, 12] + 3.0 * s * table[r, 16]),
    )


@njit(fastmath=SAFE_MATH, forceinline=True)
def _row(q, j, i, w0, w1, w2, w3):
    """Sum of four neighbours in a row times weights."""
    return w0 * q[j, i] + w1 * q[j, i + np.uintp(1)] + w2 * q[j, i + np.uintp(2)] + w3 * q[j, i + np.uintp(3)]


@njit(fastmath=SAFE_MATH, forceinline=True)
def _value(q, axis_x, axis_y, table, bins, x, y):
    """A component at a point."""
    i, a0, a1, a2, a3 = _weights(axis_x, table, bins, x)
    j, b0, b1, b2, b3 = _weights(axis_y, table, bins, y)
    return (
        b0 * _row(q, j, i, a0, a1, a2, a3)
        + b1 * _row(q, j + np.uintp(1), i, a0, a1, a2, a3)
        + b2 * _row(q, j + np.uintp(2), i, a0, a1, a2, a3)
        + b3 * _row(q, j + np.uintp(3), i, a0, a1, a2, a3)
    )


@njit(fastmath=SAFE_MATH, forceinline=True)
def _value_and_slopes(q, axis_x, axis_y, table, bins, x, y):
    """A component at a point with its derivatives along x and y."""
    i, a0, a1, a2, a3 = _weights(axis_x, table, bins, x)
    j, b0, b1, b2, b3 = _weights(axis_y, table, bins, y)
    s0, s1, s2, s3 = _slopes(axis_x, table, bins, x)
    t0, t1, t2, t3 = _slopes(axis_y, table, bins, y)
    j1, j2, j3 = j + np.uintp(1), j + np.uintp(2), j + np.uintp(3)
    q0, q1 = _row(q, j, i, a0, a1, a2, a3), _row(q, j1, i, a0, a1, a2, a3)
    q2, q3 = _row(q, j2, i, a0, a1, a2, a3), _row(q, j3, i, a0, a1, a2, a3)
    d0, d1 = _row(q, j, i, s0, s1, s2, s3), _row(q, j1, i, s0, s1, s2, s3)
    d2, d3 = _row(q, j2, i, s0, s1, s2, s3), _row(q, j3, i, s0, s1, s2, s3)
    return (
        b0 * q0 + b1 * q1 + b2 * q2 + b3 * q3,
        b0 * d0 + b1 * d1 + b2 * d2 + b3 * d3,
        t0 * q0 + t1 * q1 + t2 * q2 + t3 * q3,
    )


@njit(parallel=True, cache=True, fastmath=SAFE_MATH)
def sample(u, v, ux, uy, vx, vy, table, bins, x, y, out):
    """Velocity (m/s) at points x, y (n,) into ``out`` (n, 2); ``ux, uy``, ``vx, vy``: the axes of u and of v along x
    and y."""
    for n in prange(x.size):
        out[n, 0] = _value(u, ux, uy, table, bins, x[n], y[n])
        out[n, 1] = _value(v, vx, vy, table, bins, x[n], y[n])


@njit(parallel=True, cache=True, fastmath=SAFE_MATH)
def sample_gradient(u, v, ux, uy, vx, vy, table, bins, x, y, out):
    """Gradient du/dx, du/dy, dv/dx, dv/dy (1/s) at points x, y (n,) into ``out`` (n, 4)."""
    for n in prange(x.size):
        _, out[n, 0], out[n, 1] = _value_and_slopes(u, ux, uy, table, bins, x[n], y[n])
        _, out[n, 2], out[n, 3] = _value_and_slopes(v, vx, vy, table, bins, x[n], y[n])


@njit(fastmath=SAFE_MATH, forceinline=True)
def _held(place, low, high, at_low, at_high):
    """A place along an axis after a step, moved onto a side that it has passed, and whether it has left there."""
    if place < low and at_low != PERIODIC:
        return low, at_low == OPEN
    if place > high and at_high != PERIODIC:
        return high, at_high == OPEN
    return place, False


@njit(parallel=True, cache=True, fastmath=SAFE_MATH)
def advance(u0, v0, um, vm, u1, v1, ux, uy, vx, vy, table, bins, dt, box, sides, x, y, gone):
    """One step of the classical fourth-order Runge-Kutta method for the particles x, y (n,), in place.

    ``u0, v0``, ``um, vm``, ``u1, v1``: coefficients at the beginning, the middle and the end of the step. ``box``
    (4,): left, right, bottom and top, m; ``sides`` (4,) what they do. ``gone`` (n,) are left alone; who passes an
    open side is put on it and becomes one of them.
    """
    half, sixth = 0.5 * dt, dt / 6.0
    for n in prange(x.size):
        if gone[n]:
            continue
        x0, y0 = x[n], y[n]
        a1, b1 = _value(u0, ux, uy, table, bins, x0, y0), _value(v0, vx, vy, table, bins, x0, y0)
        xs, ys = x0 + half * a1, y0 + half * b1
        a2, b2 = _value(um, ux, uy, table, bins, xs, ys), _value(vm, vx, vy, table, bins, xs, ys)
        xs, ys = x0 + half * a2, y0 + half * b2
        a3, b3 = _value(um, ux, uy, table, bins, xs, ys), _value(vm, vx, vy, table, bins, xs, ys)
        xs, ys = x0 + dt * a3, y0 + dt * b3
        a4, b4 = _value(u1, ux, uy, table, bins, xs, ys), _value(v1, vx, vy, table, bins, xs, ys)
        xs = x0 + sixth * (a1 + 2.0 * (a2 + a3) + a4)
        ys = y0 + sixth * (b1 + 2.0 * (b2 + b3) + b4)
        x[n], left_x = _held(xs, box[0], box[1], sides[0], sides[1])
        y[n], left_y = _held(ys, box[2], box[3], sides[2], sides[3])
        gone[n] = left_x or left_y


@njit(fastmath=SAFE_MATH, forceinline=True)
def _rates(u, v, ux, uy, vx, vy, table, bins, x, y, f0, f1, f2, f3):
    """Velocity at a point and the rate of change ``grad(u) F`` of a deformation gradient F there."""
    a, a_x, a_y = _value_and_slopes(u, ux, uy, table, bins, x, y)
    b, b_x, b_y = _value_and_slopes(v, vx, vy, table, bins, x, y)
    return a, b, a_x * f0 + a_y * f2, a_x * f1 + a_y * f3, b_x * f0 + b_y * f2, b_x * f1 + b_y * f3


@njit(parallel=True, cache=True, fastmath=SAFE_MATH)
def advance_with_gradient(u0, v0, um, vm, u1, v1, ux, uy, vx, vy, table, bins, dt, box, sides, x, y, gone, f):
    """The same with the deformation gradient ``f`` (n, 4): dx/dx0, dx/dy0, dy/dx0, dy/dy0. It is the derivative of
    the very step, so that it is exact for the positions that the particles are given."""
    half, sixth = 0.5 * dt, dt / 6.0
    for n in prange(x.size):
        if gone[n]:
            continue
        x0, y0, f0, f1, f2, f3 = x[n], y[n], f[n, 0], f[n, 1], f[n, 2], f[n, 3]
        p1, q1, a1, b1, c1, d1 = _rates(u0, v0, ux, uy, vx, vy, table, bins, x0, y0, f0, f1, f2, f3)
        p2, q2, a2, b2, c2, d2 = _rates(
            um, vm, ux, uy, vx, vy, table, bins, x0 + half * p1, y0 + half * q1,
            f0 + half * a1, f1 + half * b1, f2 + half * c1, f3 + half * d1,
        )  # fmt: skip
        p3, q3, a3, b3, c3, d3 = _rates(
            um, vm, ux, uy, vx, vy, table, bins, x0 + half * p2, y0 + half * q2,
            f0 + half * a2, f1 + half * b2, f2 + half * c2, f3 + half * d2,
        )  # fmt: skip
        p4, q4, a4, b4, c4, d4 = _rates(
            u1,
            v1,
            ux,
            uy,
            vx,
            vy,
            table,
            bins,
            x0 + dt * p3,
            y0 + dt * q3,
            f0 + dt * a3,
            f1 + dt * b3,
            f2 + dt * c3,
            f3 + dt * d3,
        )
        f[n, 0] = f0 + sixth * (a1 + 2.0 * (a2 + a3) + a4)
        f[n, 1] = f1 + sixth * (b1 + 2.0 * (b2 + b3) + b4)
        f[n, 2] = f2 + sixth * (c1 + 2.0 * (c2 + c3) + c4)
        f[n, 3] = f3 + sixth * (d1 + 2.0 * (d2 + d3) + d4)
        x[n], left_x = _held(x0 + sixth * (p1 + 2.0 * (p2 + p3) + p4), box[0], box[1], sides[0], sides[1])
        y[n], left_y = _held(y0 + sixth * (q1 + 2.0 * (q2 + q3) + q4), box[2], box[3], sides[2], sides[3])
        gone[n] = left_x or left_y


@njit(fastmath=SAFE_MATH, forceinline=True)
def _distance(distance, axis_x, axis_y, table, bins, x, y):
    """Signed distance (m) of a point from the nearest wall by the values at the nodes, and its slopes."""
    way_x, way_y = _way(axis_x, x), _way(axis_y, y)
    i, row_x, begin_x = _interval(axis_x, table, bins, way_x)
    j, row_y, begin_y = _interval(axis_y, table, bins, way_y)
    dx, dy = table[row_x, 0] - begin_x, table[row_y, 0] - begin_y
    s, t = (way_x - begin_x) / dx, (way_y - begin_y) / dy
    sw, se, nw, ne = distance[j, i], distance[j, i + 1], distance[j + 1, i], distance[j + 1, i + 1]
    south, north = sw + s * (se - sw), nw + s * (ne - nw)
    along_x = ((1.0 - t) * (se - sw) + t * (ne - nw)) / dx
    return south + t * (north - south), along_x, (north - south) / dy


@njit(parallel=True, cache=True, fastmath=SAFE_MATH)
def sample_distance(distance, axis_x, axis_y, table, bins, x, y, out):
    """Signed distance (m) of points x, y (n,) from the nearest wall into ``out`` (n,)."""
    for n in prange(x.size):
        out[n], _, _ = _distance(distance, axis_x, axis_y, table, bins, x[n], y[n])


@njit(parallel=True, cache=True, fastmath=SAFE_MATH)
def keep_out(distance, axis_x, axis_y, table, bins, x, y, gone):
    """Bring particles (n,) that are in a body back to its wall, in place; ``distance`` (m) at the nodes of the axes."""
    for n in prange(x.size):
        if gone[n]:
            continue
        for _ in range(INWARDS):
            d, gx, gy = _distance(distance, axis_x, axis_y, table, bins, x[n], y[n])
            square = gx * gx + gy * gy
            if d >= 0.0 or square == 0.0:
                break
            x[n] -= d * gx / square
            y[n] -= d * gy / square
