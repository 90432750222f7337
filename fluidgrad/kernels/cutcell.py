"""Actions of walls inside the domain on lists of faces: friction, solid faces, open parts.

A list is a pair of index arrays ``j, i`` (k,) into a padded array with one value per entry. Lists follow the
length of the walls, so these loops are serial and cost little; the order of the entries is fixed.
"""

from __future__ import annotations

from numba import njit, prange


@njit(cache=True)
def resist(q, dq, j, i, rate, target):
    """``dq -= rate*(q - target)``: friction against a wall, rate in 1/s."""
    for k in range(j.size):
        dq[j[k], i[k]] -= rate[k] * (q[j[k], i[k]] - target[k])


@njit(cache=True)
def add(q, j, i, values):
    """``q += values`` on the list."""
    for k in range(j.size):
        q[j[k], i[k]] += values[k]


@njit(cache=True)
def put(q, j, i, values):
    """``q = values`` on the list."""
    for k in range(j.size):
        q[j[k], i[k]] = values[k]


@njit(cache=True)
def return_gradient(phi, j, i, dj, di, closed, rd, q):
    """``q += closed*(phi[j, i] - phi[j - dj, i - di])*rd``: undo the pressure's action on closed parts."""
    for k in range(j.size):
        q[j[k], i[k]] += closed[k] * (phi[j[k], i[k]] - phi[j[k] - dj, i[k] - di]) * rd[k]


@njit(cache=True)
def respond(matrix, x, out):
    """``out = x @ matrix``: sources x, row k of the matrix the response to a unit source in k."""
    out[:] = 0.0
    for k in range(x.size):
        for c in range(x.size):
            out[c] += x[k] * matrix[k, c]


@njit(parallel=True, cache=True)
def respond_in_blocks(matrix, x, out):
    """:func:`respond` for large matrices; every sum is taken in the same order."""
    size, block = x.size, 256
    for b in prange((size + block - 1) // block):
        part = out[b * block : min((b + 1) * block, size)]
        part[:] = 0.0
        for k in range(size):
            row = matrix[k, b * block : b * block + part.size]
            for c in range(part.size):
                part[c] += x[k] * row[c]


@njit(parallel=True, cache=True)
def green_matrix(table, j, i, periodic_y, periodic_x, matrix):
    """Responses of cells (j, i) to unit sources in each other, from the table of one source on the rectangle
    that is continued evenly across sides which are not periodic; shape (k, k), symmetric."""
    rows, cols = table.shape
    for a in prange(j.size):
        for b in range(j.size):
            y, x = abs(j[a] - j[b]), abs(i[a] - i[b])
            value = table[y, x]
            mirror_y, mirror_x = (j[a] + j[b] + 1) % rows, (i[a] + i[b] + 1) % cols
            if not periodic_y:
                value += table[mirror_y, x]
            if not periodic_x:
                value += table[y, mirror_x]
                if not periodic_y:
                    value += table[mirror_y, mirror_x]
            matrix[a, b] = value
