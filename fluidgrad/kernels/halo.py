"""Halo of the velocity across one pair of opposite sides, from the values on and inside the sides.

Written for the sides at the low and high end of the *second* axis; the other pair is the same kernel on
transposed arrays with u and v exchanged.
"""

from __future__ import annotations

from numba import njit

PERIODIC, GIVEN, FREE, OPEN = 0, 1, 2, 3
"""How the tangential velocity continues: wrapped; given on the side; no gradient; carried out (ghost kept)."""

H = 2


@njit(cache=True)
def fill(u, v, low, high, low_tangential, high_tangential):
    """Fill both halo layers of ``u`` (normal to the sides) and ``v`` (along them) in place.

    ``low``, ``high``: continuation on each side; ``*_tangential`` (rows,): velocity along it where GIVEN.
    The normal velocity on the boundary faces ``u[:, H]``, ``u[:, H + n]`` is an input (except periodic),
    beyond them it continues antisymmetrically about its value there.
    """
    rows, cols = u.shape
    e = cols - H
    for j in range(rows):
        if low == PERIODIC:
            u[j, e], u[j, e + 1] = u[j, H], u[j, H + 1]
            u[j, H - 1], u[j, H - 2] = u[j, e - 1], u[j, e - 2]
            v[j, e], v[j, e + 1] = v[j, H], v[j, H + 1]
            v[j, H - 1], v[j, H - 2] = v[j, e - 1], v[j, e - 2]
            continue
        u[j, H - 1] = 2.0 * u[j, H] - u[j, H + 1]
        u[j, H - 2] = 2.0 * u[j, H] - u[j, H + 2]
        u[j, e + 1] = 2.0 * u[j, e] - u[j, e - 1]
        if low == GIVEN:
            v[j, H - 1] = 2.0 * low_tangential[j] - v[j, H]
            v[j, H - 2] = 2.0 * low_tangential[j] - v[j, H + 1]
        elif low == FREE:
            v[j, H - 1], v[j, H - 2] = v[j, H], v[j, H + 1]
        else:
            v[j, H - 2] = v[j, H - 1]
        if high == GIVEN:
            v[j, e] = 2.0 * high_tangential[j] - v[j, e - 1]
            v[j, e + 1] = 2.0 * high_tangential[j] - v[j, e - 2]
        elif high == FREE:
            v[j, e], v[j, e + 1] = v[j, e - 1], v[j, e - 2]
        else:
            v[j, e + 1] = v[j, e]
