"""Slow, independent versions of the discrete operators: plain NumPy and Python, no halo, no shared code.

They work on face arrays ``u`` (ny, nx + 1), ``v`` (ny + 1, nx) of a doubly periodic or fully walled box and are
written from the formulas, control volume by control volume.
"""

from __future__ import annotations

import numpy as np


def transported(values, speed, scheme):
    """Value at a face between values[1] and values[2], carried by ``speed``."""
    if scheme == "central":
        return 0.5 * (values[1] + values[2])
    far, up, down = (values[0], values[1], values[2]) if speed >= 0 else (values[3], values[2], values[1])
    behind, ahead = up - far, down - up
    if behind * ahead <= 0.0:
        return up
    r = ahead / behind
    return up + 0.5 * max(0.0, min(2.0 * r, (1.0 + 2.0 * r) / 3.0, 2.0)) * behind


def periodic_rates(u, v, dx, dy, nu, scheme):
    """du/dt, dv/dt (ny, nx) on west and south faces of a doubly periodic stretched grid."""
    ny, nx = dy.size, dx.size
    dxu = 0.5 * (np.roll(dx, 1) + dx)
    dyv = 0.5 * (np.roll(dy, 1) + dy)
    du, dv = np.zeros((ny, nx)), np.zeros((ny, nx))

    def pick(q, j, i):
        return q[j % ny, i % nx]

    for j in range(ny):
        for i in range(nx):
            fx, fy = [], []
            for k in (i, i + 1):
                carrier = 0.5 * (pick(u, j, k - 1) + pick(u, j, k))
                line = [pick(u, j, k + m) for m in (-2, -1, 0, 1)]
                slope = (pick(u, j, k) - pick(u, j, k - 1)) / dx[(k - 1) % nx]
                fx.append(carrier * transported(line, carrier, scheme) - nu * slope)
            for k in (j, j + 1):
                mass = 0.5 * (dx[i - 1] * pick(v, k, i - 1) + dx[i] * pick(v, k, i))
                carrier = mass / dxu[i]
                line = [pick(u, k + m, i) for m in (-2, -1, 0, 1)]
                slope = (pick(u, k, i) - pick(u, k - 1, i)) / dyv[k % ny]
                fy.append(carrier * transported(line, carrier, scheme) - nu * slope)
            du[j, i] = -(fx[1] - fx[0]) / dxu[i] - (fy[1] - fy[0]) / dy[j]
            fx, fy = [], []
            for k in (j, j + 1):
                carrier = 0.5 * (pick(v, k - 1, i) + pick(v, k, i))
                line = [pick(v, k + m, i) for m in (-2, -1, 0, 1)]
                slope = (pick(v, k, i) - pick(v, k - 1, i)) / dy[(k - 1) % ny]
                fy.append(carrier * transported(line, carrier, scheme) - nu * slope)
            for k in (i, i + 1):
                mass = 0.5 * (dy[j - 1] * pick(u, j - 1, k) + dy[j] * pick(u, j, k))
                carrier = mass / dyv[j]
                line = [pick(v, j, k + m) for m in (-2, -1, 0, 1)]
                slope = (pick(v, j, k) - pick(v, j, k - 1)) / dxu[k % nx]
                fx.append(carrier * transported(line, carrier, scheme) - nu * slope)
            dv[j, i] = -(fy[1] - fy[0]) / dyv[j] - (fx[1] - fx[0]) / dx[i]
    return du, dv


def laplacian_matrix(dx, dy, periodic_x, periodic_y):
    """Dense matrix of ``div grad`` on centres with no gradient through closed sides, cells row by row."""

    def one(d, periodic):
        n = d.size
        a = np.zeros((n, n))
        for i in range(n):
            for k in (i - 1, i + 1):
                if periodic or 0 <= k < n:
                    gap = 0.5 * (d[i] + d[k % n])
                    a[i, k % n] += 1.0 / (gap * d[i])
                    a[i, i] -= 1.0 / (gap * d[i])
        return a

    return np.kron(np.eye(dy.size), one(dx, periodic_x)) + np.kron(one(dy, periodic_y), np.eye(dx.size))
