"""Basins of attraction of the maxima of a field, simplified by topological persistence.

Cells are visited from the highest to the lowest. A cell beside none that has been visited is a new maximum; any
other joins the basin of its highest neighbour. Where basins meet, that of the lower maximum has its persistence,
the height of its maximum above the meeting point, and is united with the higher one if that is too small
(Edelsbrunner, Letscher & Zomorodian, Discrete Comput. Geom. 28, 2002): the merge tree of the field by union-find.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def _root(parent, cell):
    while parent[cell] != cell:
        parent[cell] = parent[parent[cell]]
        cell = parent[cell]
    return cell


@njit(cache=True)
def _neighbours(cell, ny, nx, periodic_x, periodic_y, found):
    """Flat indices of the up to eight cells around one into ``found``; returns how many."""
    j, i = cell // nx, cell % nx
    count = 0
    for dj in range(-1, 2):
        for di in range(-1, 2):
            if dj == 0 and di == 0:
                continue
            jj, ii = j + dj, i + di
            if periodic_y:
                jj %= ny
            if periodic_x:
                ii %= nx
            if 0 <= jj < ny and 0 <= ii < nx:
                found[count] = jj * nx + ii
                count += 1
    return count


@njit(cache=True)
def basins(order, values, sign, owner, periodic_x, periodic_y, persistence):
    """Flat index of the maximum to whose basin each cell belongs, (ny, nx); -1 for cells that are left out.

    Parameters
    ----------
    order : flat indices (m,) of the cells that take part, from the highest value to the lowest.
    values : (ny, nx), positive where cells take part.
    sign : (ny, nx) int; cells of different sign never share a basin.
    owner : (ny, nx) int; the basin of a maximum with an owner, not zero, is united only with one of the same owner.
    persistence : part of a maximum by which it must rise above the meeting point with a higher one.
    """
    ny, nx = values.shape
    height, kind, whose = values.ravel(), sign.ravel(), owner.ravel()
    parent = np.full(ny * nx, -1, np.int64)
    basin = np.full(ny * nx, -1, np.int64)
    around = np.empty(8, np.int64)
    for cell in order:
        count = _neighbours(cell, ny, nx, periodic_x, periodic_y, around)
        steepest, top = -1, -1
        for k in range(count):
            other = around[k]
            if basin[other] < 0 or kind[other] != kind[cell]:
                continue
            if steepest < 0 or height[other] > height[steepest]:
                steepest = other
            root = _root(parent, basin[other])
            if top < 0 or height[root] > height[top]:
                top = root
        if steepest < 0:
            parent[cell] = cell
            basin[cell] = cell
            continue
        basin[cell] = basin[steepest]
        for k in range(count):
            other = around[k]
            if basin[other] < 0 or kind[other] != kind[cell]:
                continue
            root = _root(parent, basin[other])
            free = whose[root] in (0, whose[top])
            if root != top and free and height[root] - height[cell] <= persistence * height[root]:
                parent[root] = top
    for cell in order:
        basin[cell] = _root(parent, basin[cell])
    return basin.reshape(ny, nx)
