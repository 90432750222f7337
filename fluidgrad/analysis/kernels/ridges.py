"""Lines along which a vector is normal to an axis that has no sign, as the eigenvectors of a matrix have none.

A crossing is looked for on each edge between two neighbouring points, the axes at its ends turned to agree, by linear
interpolation; the two crossings on the edges of a cell are joined. What is found on an edge is the same for the cells
on either side, so that lines go on from cell to cell.
"""

from __future__ import annotations

import numpy as np
from numba import njit

NONE = -1


@njit(cache=True)
def _crossing(ax, ay, agx, agy, bx, by, bgx, bgy):
    """Part of the way from a to b at which the vector g is normal to the axis; NaN if nowhere."""
    here = ax * agx + ay * agy
    there = bx * bgx + by * bgy
    if ax * bx + ay * by < 0.0:
        there = -there
    if (here < 0.0) == (there < 0.0) or here == there:
        return np.nan
    return here / (here - there)


@njit(cache=True)
def crossings(ex, ey, gx, gy):
    """Part of the way (2, ny, nx) from each point to the next along x (first) and along y at which the vector
    (gx, gy) is normal to the unit axis (ex, ey), all (ny, nx); NaN if nowhere."""
    ny, nx = ex.shape
    part = np.full((2, ny, nx), np.nan)
    for j in range(ny):
        for i in range(nx):
            here = (ex[j, i], ey[j, i], gx[j, i], gy[j, i])
            if i + 1 < nx:
                part[0, j, i] = _crossing(*here, ex[j, i + 1], ey[j, i + 1], gx[j, i + 1], gy[j, i + 1])
            if j + 1 < ny:
                part[1, j, i] = _crossing(*here, ex[j + 1, i], ey[j + 1, i], gx[j + 1, i], gy[j + 1, i])
    return part


@njit(cache=True)
def joined(part):
    """The crossings (2, ny, nx) that each crossing is joined to, (2 * ny * nx, 2) flat indices, -1 for none. Where the
    axes turn by half a turn around a cell the number of crossings is odd, and a line ends."""
    _, ny, nx = part.shape
    flat = part.ravel()
    partner = np.full((2 * ny * nx, 2), NONE, np.int64)
    edges = np.empty(4, np.int64)
    for j in range(ny - 1):
        for i in range(nx - 1):
            count = 0
            below = j * nx + i
            for edge in (below, ny * nx + below + 1, below + nx, ny * nx + below):
                if not np.isnan(flat[edge]):
                    edges[count] = edge
                    count += 1
            if count in (2, 4):
                for k in range(0, count, 2):
                    for a, b in ((edges[k], edges[k + 1]), (edges[k + 1], edges[k])):
                        partner[a, 0 if partner[a, 0] == NONE else 1] = b
    return partner


@njit(cache=True)
def traced(partner):
    """The crossings one after the other along their lines, (m,) flat indices, and where each line ends, (n,); a closed
    line ends with its first crossing."""
    total = partner.shape[0]
    seen = np.zeros(total, np.bool_)
    order = np.empty(2 * total, np.int64)
    ends = np.empty(total, np.int64)
    count, lines = 0, 0
    for closed in (False, True):
        for start in range(total):
            loose = partner[start, 1] == NONE
            if seen[start] or partner[start, 0] == NONE or loose == closed:
                continue
            previous, here = NONE, start
            while here != NONE and not seen[here]:
                seen[here] = True
                order[count] = here
                count += 1
                follow = partner[here, 0] if partner[here, 0] != previous else partner[here, 1]
                previous, here = here, follow
            if closed and here == start:
                order[count] = start
                count += 1
            ends[lines] = count
            lines += 1
    return order[:count], ends[:lines]
