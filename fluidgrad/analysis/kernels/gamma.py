"""Sums over discs of fluid around every cell, for Gamma-1 and Gamma-2."""

from __future__ import annotations

import numpy as np
from numba import njit, prange


@njit(cache=True)
def _window(places, start, end):
    """First and last plus one of the increasing places in start ... end."""
    return np.searchsorted(places, start), np.searchsorted(places, end, side="right")


@njit(parallel=True, cache=True)
def gamma(u, v, area, x, y, home_x, home_y, copies_x, copies_y, radius, relative):
    """Mean sine of the angle from the direction of M to the velocity at M, over the discs of cells M around each P.

    Parameters
    ----------
    u, v : velocity at the centres (ny, nx), NaN where it does not count.
    area : of the cells, (ny, nx).
    x, y : centres, (nx,) and (ny,).
    home_x, home_y : increasing places of all copies of the columns and rows that a disc can reach; ``copies_x``,
        ``copies_y`` the column and row that each is a copy of.
    radius : of the discs.
    relative : whether the mean velocity of the disc is taken off (Gamma-2) or not (Gamma-1).
    """
    ny, nx = u.shape
    result = np.full((ny, nx), np.nan)
    for j in prange(ny):
        first_y, last_y = _window(home_y, y[j] - radius, y[j] + radius)
        for i in range(nx):
            if np.isnan(u[j, i]):
                continue
            first_x, last_x = _window(home_x, x[i] - radius, x[i] + radius)
            u_mean, v_mean = 0.0, 0.0
            if relative:
                total = 0.0
                for b in range(first_y, last_y):
                    for a in range(first_x, last_x):
                        jj, ii = copies_y[b], copies_x[a]
                        inside = (home_x[a] - x[i]) ** 2 + (home_y[b] - y[j]) ** 2 <= radius**2
                        if inside and not np.isnan(u[jj, ii]):
                            total += area[jj, ii]
                            u_mean += area[jj, ii] * u[jj, ii]
                            v_mean += area[jj, ii] * v[jj, ii]
                u_mean /= total
                v_mean /= total
            total, turning = 0.0, 0.0
            for b in range(first_y, last_y):
                for a in range(first_x, last_x):
                    jj, ii = copies_y[b], copies_x[a]
                    dx, dy = home_x[a] - x[i], home_y[b] - y[j]
                    if dx**2 + dy**2 > radius**2 or np.isnan(u[jj, ii]) or (dx == 0.0 and dy == 0.0):
                        continue
                    total += area[jj, ii]
                    uu, vv = u[jj, ii] - u_mean, v[jj, ii] - v_mean
                    speed = np.sqrt((dx**2 + dy**2) * (uu**2 + vv**2))
                    if speed > 0.0:
                        turning += area[jj, ii] * (dx * vv - dy * uu) / speed
            result[j, i] = turning / total if total > 0.0 else 0.0
    return result
