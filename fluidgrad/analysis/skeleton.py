"""Separatrices: the lines of a vector field that end in saddles, and part regions of different course.

From a saddle they start along the eigenvectors, both ways: with the field where the eigenvalue is positive, against
it where it is negative. From a half-saddle on a wall one starts into the fluid. They are followed at unit speed by the
classical Runge-Kutta method until they leave the domain, come to a wall, a body or another critical point, or are as
long as is allowed; lines with the field end in sinks or at saddles, or go round for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from fluidgrad.analysis.sources import as_flow
from fluidgrad.analysis.topology import CriticalPoint, critical_points
from fluidgrad.analysis.vectorfield import Frame, VectorField, array_field, gradient_field, velocity_field
from fluidgrad.analysis.wallpoints import still_nodes
from fluidgrad.flow import Flow
from fluidgrad.interpolation import at_points

STEP = 0.5
"""Length of a step, in cells."""

OFFSET = 0.05
"""Distance, in cells, at which a line starts from a saddle."""

WALL_OFFSET = 1.0
"""The same from a wall."""

CLOSE, CLOSE_ON_WALL = 0.75, 2.0
"""Distances, in cells, at which a line has come to a critical point, and to one on a wall."""

AWAY = 3.0
"""Distance, in cells, from where a line may come back to the point at which it starts."""

LAYER = 0.5
"""Distance from a no-slip side or a body, in cells, at which a line ends."""


def separatrices(
    source: Any,
    points: Sequence[CriticalPoint] | None = None,
    field: str = "velocity",
    *,
    index: int = -1,
    time: float | None = None,
    longest: float | None = None,
) -> list[np.ndarray]:
    """The separatrices of the velocity, or of the gradient of a field, in one flow of a source, as lines (n, 2).

    Each starts in a saddle. A line that crosses a periodic side goes on beyond it; see :func:`wrapped_pieces`.

    Parameters
    ----------
    points : the critical points, where they are known; else those of
        :func:`~fluidgrad.analysis.topology.critical_points`.
    index, time : which snapshot of a run.
    longest : length at which a line is cut, m; by default the sum of width and height of the domain.
    """
    flow = as_flow(source, index, time=time)
    if points is None:
        points = critical_points(flow, field)
    vectors = velocity_field(flow) if field == "velocity" else gradient_field(flow, field)
    return _follow(vectors, points, longest, flow)


def separatrices_of(
    fx, fy, x, y, points: Sequence[CriticalPoint], *, periods=(0.0, 0.0), longest: float | None = None
) -> list[np.ndarray]:
    """The separatrices of a vector field given as for :func:`~fluidgrad.analysis.topology.critical_points_of`."""
    return _follow(array_field(fx, fy, x, y, periods), points, longest, None)


def wrapped_pieces(line: np.ndarray, source: Any) -> list[np.ndarray]:
    """A line (n, 2) that goes on beyond periodic sides, in pieces brought back into the domain of a source."""
    grid = as_flow(source).grid
    start = np.array([grid.x_f[0], grid.y_f[0]])
    periods = np.array([grid.length_x * grid.periodic_x, grid.length_y * grid.periodic_y])
    turns = np.where(periods > 0, np.floor((line - start) / np.where(periods > 0, periods, 1.0)), 0.0)
    breaks = np.flatnonzero(np.any(np.diff(turns, axis=0), axis=1)) + 1
    return [piece for piece in np.split(line - turns * periods, breaks) if len(piece) > 1]


def _follow(
    field: VectorField, points: Sequence[CriticalPoint], longest: float | None, flow: Flow | None
) -> list[np.ndarray]:
    """All lines at once, step by step."""
    frame = field.frame
    places, origins, ways = _starts(points, frame.cell)
    if len(places) == 0:
        return []
    lines = [[(points[o].x, points[o].y), tuple(place)] for o, place in zip(origins, places, strict=True)]
    steps = int(np.ceil((longest or (frame.end - frame.start).sum()) / (STEP * frame.cell)))
    in_fluid = _fluid_of(flow)
    close = np.array([CLOSE_ON_WALL if point.wall else CLOSE for point in points]) * frame.cell
    active, returns = np.arange(len(places)), np.zeros(len(places), bool)
    for _ in range(steps):
        moved = _advance(field, places[active], ways[active], STEP * frame.cell)
        distance, ends = _distances(moved, points, frame)
        own = (np.arange(len(active)), origins[active])
        returns[active] |= distance[own] > AWAY * frame.cell
        distance[own] = np.where(returns[active], distance[own], np.inf)
        nearest = (distance / close).argmin(axis=1)
        reached = distance[own[0], nearest] < close[nearest]
        going = frame.contains(moved) & in_fluid(frame.confined(moved)) & ~reached
        for row, k in enumerate(active):
            lines[k].append(ends[row, nearest[row]] if reached[row] else moved[row])
        places[active] = moved
        active = active[going]
        if active.size == 0:
            break
    return [np.array(line) for line in lines]


def _starts(points: Sequence[CriticalPoint], cell: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where the lines start (n, 2), the number of the point each comes from, and 1 with or -1 against the field."""
    places, origins, ways = [], [], []
    for number, point in enumerate(points):
        if "saddle" not in point.kind:
            continue
        here = np.array([point.x, point.y])
        for value, vector in zip(point.eigenvalues.real, point.eigenvectors.real.T, strict=True):
            for direction in _directions(point, vector):
                offset = WALL_OFFSET if point.wall else OFFSET
                places.append(here + offset * cell * direction)
                origins.append(number)
                ways.append(np.sign(value))
    return np.array(places).reshape(-1, 2), np.array(origins, int), np.array(ways)


_INWARD = {"left": (1, 0), "right": (-1, 0), "bottom": (0, 1), "top": (0, -1)}


def _directions(point: CriticalPoint, vector: np.ndarray) -> list[np.ndarray]:
    """The ways along an eigenvector that lead into the fluid."""
    if not point.wall:
        return [vector, -vector]
    inward = _INWARD.get(point.wall)
    if inward is None:  # on a body, the second eigenvector leads into the fluid
        return [vector] if np.array_equal(vector, point.eigenvectors.real[:, 1]) else []
    off_wall = float(vector @ inward)
    return [vector * np.sign(off_wall)] if abs(off_wall) > 1e-6 else []


def _advance(field: VectorField, places: np.ndarray, ways: np.ndarray, step: float) -> np.ndarray:
    """One step of the classical Runge-Kutta method along the unit vectors of the field."""

    def unit(points: np.ndarray) -> np.ndarray:
        vectors = field.values(field.frame.confined(points)) * ways[:, None]
        length = np.hypot(*vectors.T)[:, None]
        return np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)

    k1 = unit(places)
    k2 = unit(places + 0.5 * step * k1)
    k3 = unit(places + 0.5 * step * k2)
    k4 = unit(places + step * k3)
    return places + step * (k1 + 2 * k2 + 2 * k3 + k4) / 6


def _distances(
    places: np.ndarray, points: Sequence[CriticalPoint], frame: Frame
) -> tuple[np.ndarray, np.ndarray]:
    """Distances (m, n) of places from critical points, and the copies (m, n, 2) of these that are nearest."""
    away = places[:, None, :] - np.array([(point.x, point.y) for point in points])
    periodic = frame.periods > 0
    turns = np.where(periodic, np.round(away / np.where(periodic, frame.periods, 1.0)), 0.0)
    away = away - turns * frame.periods
    return np.hypot(away[..., 0], away[..., 1]), places[:, None, :] - away


def _fluid_of(flow: Flow | None) -> Callable[[np.ndarray], np.ndarray]:
    """A test of which points (n, 2) are off the no-slip sides and the bodies."""
    if flow is None:
        return lambda points: np.ones(len(points), bool)
    grid, still = flow.grid, still_nodes(flow)
    cell = LAYER * max(grid.smallest_dx, grid.smallest_dy)
    low = (
        np.where(still["left"], LAYER * grid.dx[0], -np.inf),
        np.where(still["bottom"], LAYER * grid.dy[0], -np.inf),
    )
    high = (
        np.where(still["right"], LAYER * grid.dx[-1], -np.inf),
        np.where(still["top"], LAYER * grid.dy[-1], -np.inf),
    )

    def free(points: np.ndarray) -> np.ndarray:
        x, y = points.T
        i, j = np.searchsorted(grid.x, x), np.searchsorted(grid.y, y)
        off = (x - grid.x_f[0] > low[0][j]) & (grid.x_f[-1] - x > high[0][j])
        off &= (y - grid.y_f[0] > low[1][i]) & (grid.y_f[-1] - y > high[1][i])
        if flow.distance is not None:
            off &= at_points(grid, "node", flow.distance, x, y) > cell
        return off

    return free
