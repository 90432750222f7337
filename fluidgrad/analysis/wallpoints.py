"""Where the flow separates from walls and where it comes back to them.

Beside a wall at rest the velocity along it is ``y*(tau + bend*y/2)`` at a distance y; ``tau`` is the slope, the shear
of the fluid on the wall over viscosity. Where it changes its sign along the wall, the fluid leaves the wall if the
streams beside it run together (separation), or comes to it if they part (reattachment, stagnation). One streamline
ends there at the wall, in the direction (Oswatitsch 1958)::

    (-bend/3, d tau/ds)    along the wall and off it,

turned into the fluid. Walls are those parts of the sides where the fluid neither flows through nor slips, and the
outlines of bodies, for which slope and bend are those of the parabola through the wall and two points of the fluid
on the normal (:mod:`fluidgrad.analysis.surfaces`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from fluidgrad.analysis.sources import as_flow
from fluidgrad.analysis.surfaces import Probe, Solid, parabola
from fluidgrad.flow import Flow

STILL = 1e-9
"""A side is at rest where its velocity is below this part of the largest."""


CORNER = 4
"""Nodes of a side, from the end of a wall, that are left out: an eddy in a corner is not resolved by less."""

BODY_NOISE = 0.02
"""What interpolation beside a body does to the shear, as a part of it."""


@dataclass(frozen=True)
class WallPoint:
    """A point on a wall where the flow leaves it (``kind`` ``"separation"``) or comes to it (``"reattachment"``).

    ``x``, ``y`` (m); ``wall`` is ``"left"``, ``"right"``, ``"bottom"``, ``"top"`` or the name of a body (``"body"``
    if it is not known). ``normal`` is the unit normal into the fluid, ``direction`` the unit vector along the
    streamline that ends there, into the fluid; ``rates`` (1/(m s)) are d tau/ds and the bend.
    """

    x: float
    y: float
    kind: str
    wall: str
    normal: tuple[float, float]
    direction: tuple[float, float]
    rates: tuple[float, float]


@dataclass(frozen=True)
class _Wall:
    """A wall by its points: place, unit tangent and normal into the fluid (n, 2), slope tau and bend (n,)."""

    name: str
    points: np.ndarray
    tangent: np.ndarray
    normal: np.ndarray
    tau: np.ndarray
    bend: np.ndarray
    noise: float = 0.0
    closed: bool = False


def wall_points(
    source: Any,
    *,
    index: int = -1,
    time: float | None = None,
    bodies: Sequence[Solid] = (),
    least: float = 0.01,
) -> list[WallPoint]:
    """Separation and reattachment points on the no-slip sides and the bodies of one flow of a source.

    Parameters
    ----------
    index, time : which snapshot of a run.
    bodies : the bodies, for their names and their motion; without them they are at rest.
    least : part of the median shear on a wall that must be reached between two points; else both are noise. On a body
        it is :data:`BODY_NOISE` at least.

    None are found within :data:`CORNER` cells of a corner or of the end of a wall, where it may be an edge. Errors as
    :func:`~fluidgrad.analysis.sources.as_flow`.
    """
    flow = as_flow(source, index, time=time)
    return [point for wall in _walls(flow, bodies) for point in _sign_changes(wall, flow, least)]


def _walls(flow: Flow, bodies: Sequence[Solid]) -> Iterator[_Wall]:
    yield from _sides(flow)
    if flow.distance is not None:
        for wall in Probe(flow, bodies).walls():
            name = bodies[wall.body].name if bodies else "body"
            yield _Wall(
                name, wall.points, wall.tangent, wall.normal, wall.slope, wall.bend, BODY_NOISE, wall.closed
            )


# Sides -------------------------------------------------------------------------------------------------


def still_nodes(flow: Flow) -> dict[str, np.ndarray]:
    """Side -> which of its nodes are on a no-slip wall at rest, bool (nx + 1,) or (ny + 1,)."""
    grid = flow.grid
    limit = STILL * flow.fastest
    fluid = np.ones(grid.shape("node"), bool) if flow.distance is None else flow.distance > 0
    still = {}
    for side, periodic, normal, tangential, near in (
        ("bottom", grid.periodic_y, flow.v[0], flow.u_bottom, fluid[0]),
        ("top", grid.periodic_y, flow.v[-1], flow.u_top, fluid[-1]),
        ("left", grid.periodic_x, flow.u[:, 0], flow.v_left, fluid[:, 0]),
        ("right", grid.periodic_x, flow.u[:, -1], flow.v_right, fluid[:, -1]),
    ):
        closed = np.abs(normal) <= limit
        both = np.append(closed, closed[-1]) & np.append(closed[0], closed)
        here = both & (np.abs(tangential) <= limit) & near & (not periodic)
        # A single node at rest is a stagnation point of a side that slips.
        still[side] = here & (np.append(here[1:], False) | np.append(False, here[:-1]))
    return still


def _sides(flow: Flow) -> Iterator[_Wall]:
    grid = flow.grid
    along_x, along_y = (grid.x_f, np.array([1.0, 0.0])), (grid.y_f, np.array([0.0, 1.0]))
    layers = {
        "bottom": (flow.u[:2], grid.y[:2] - grid.y_f[0], along_x, grid.y_f[0]),
        "top": (flow.u[:-3:-1], grid.y_f[-1] - grid.y[:-3:-1], along_x, grid.y_f[-1]),
        "left": (flow.v[:, :2].T, grid.x[:2] - grid.x_f[0], along_y, grid.x_f[0]),
        "right": (flow.v[:, :-3:-1].T, grid.x_f[-1] - grid.x[:-3:-1], along_y, grid.x_f[-1]),
    }
    for side, still in still_nodes(flow).items():
        (near, far), (d1, d2), (s, tangent), level = layers[side]
        inward = 1.0 if side in ("bottom", "left") else -1.0
        tau, bend = parabola(near, far, d1, d2)
        closed = bool(still.all()) and (grid.periodic_x if tangent[0] else grid.periodic_y)
        for part in [slice(None)] if closed else _stretches(still):
            points = np.empty((s[part].size, 2))
            points[:, int(tangent[1])], points[:, int(tangent[0])] = s[part], level
            ones = np.ones_like(points)
            normal = inward * tangent[::-1] * ones
            yield _Wall(side, points, tangent * ones, normal, tau[part], bend[part], closed=closed)


def _stretches(still: np.ndarray) -> Iterator[slice]:
    """The runs of wall, less what is close to either end: a corner, or where something else begins."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], still.astype(np.int8), [0]])))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        if last - first > 2 * CORNER + 1:
            yield slice(first + CORNER, last - CORNER)


# Signs -------------------------------------------------------------------------------------------------


def _sign_changes(wall: _Wall, flow: Flow, least: float) -> Iterator[WallPoint]:
    """The points where the slope changes its sign for good."""
    for k in _crossings(wall.tau[:-1] if wall.closed else wall.tau, max(least, wall.noise), wall.closed):
        nxt = k + 1
        share = wall.tau[k] / (wall.tau[k] - wall.tau[nxt])

        def between(q: np.ndarray, k=k, nxt=nxt, share=share) -> np.ndarray:
            return (1 - share) * q[k] + share * q[nxt]

        step = np.hypot(*(wall.points[nxt] - wall.points[k]))
        rate, bend = float((wall.tau[nxt] - wall.tau[k]) / step), float(between(wall.bend))
        normal = _unit(between(wall.normal))
        direction = _unit(abs(rate) * np.array(normal) - np.sign(rate) * bend / 3 * between(wall.tangent))
        x, y = map(float, flow.grid.wrapped(*between(wall.points)))
        kind = "separation" if rate < 0 else "reattachment"
        yield WallPoint(x, y, kind, wall.name, normal, direction, (rate, bend))


def _unit(vector: np.ndarray) -> tuple[float, float]:
    x, y = vector / np.hypot(*vector)
    return float(x), float(y)


def _crossings(q: np.ndarray, least: float, closed: bool) -> list[int]:
    """Positions k where a series changes its sign between k and k + 1, from beyond a band around zero to beyond it on
    the other side; the last of several in between."""
    n, limit = q.size, least * float(np.median(np.abs(q)))
    sure = np.flatnonzero(np.abs(q) > limit)
    if sure.size == 0:
        return []
    pairs = list(pairwise(sure))
    if closed:
        pairs.append((sure[-1], sure[0] + n))
    places = []
    for first, last in pairs:
        if q[first] * q[last % n] < 0:
            way = q[np.arange(first, last + 1) % n] * np.sign(q[first])
            places.append(int((first + np.flatnonzero(way > 0)[-1]) % n))
    return places
