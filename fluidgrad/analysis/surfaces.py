"""Pressure coefficient and friction along the walls of bodies, from the fields of one instant.

The walls are the lines of zero distance between the nodes; a body across a periodic side has one wall, as others.
Pressure is continued to a wall by the line through two points of the fluid on its normal, to second order. Friction
is the slope at the wall of the parabola through two points of the fluid in the frame of the body, where the wall is at
rest: bilinear interpolation makes it first order, with about 1 % error at 40 cells per diameter. Forces are not the
sum of these: they come from the balance of momentum, see the time series.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Protocol

import contourpy
import numpy as np

from fluidgrad.analysis.masking import continued, without_solids
from fluidgrad.errors import ConfigError
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid
from fluidgrad.interpolation import at_points

NEAR, FAR = 1.5, 2.5
"""Distances from the wall, in cells, of the points on the normal: as near as no value around is in the body."""


SHORTEST = 4.0
"""Length, in cells, below which a line is no wall."""


class Motion(Protocol):
    """Velocity of the body at any place (m/s), and the place of its pivot (m)."""

    def at(self, x, y, t: float) -> tuple[np.ndarray, np.ndarray]: ...
    def pivot_at(self, t: float) -> tuple[float, float]: ...


class Solid(Protocol):
    """What is needed of a body; a :class:`fluidgrad.bodies.Body` has it."""

    name: str
    speed: float
    motion: Motion

    def distance(self, x, y, t: float) -> np.ndarray: ...


def surface(
    flow: Flow, nu: float, bodies: Sequence[Solid], reference_pressure: float = 0.0
) -> dict[str, np.ndarray]:
    """A table of the walls of all bodies: column -> values (n,), body by body.

    ``body`` name; ``s`` arc length (m), anticlockwise around the body from its leftmost point; ``x``, ``y`` (m);
    ``angle`` direction from the pivot of the body, 0 to 360 degrees; ``cp`` = 2 (p - reference) / speed^2;
    ``shear`` friction of the fluid on the wall along increasing s, over density (m2/s2).

    Parameters
    ----------
    nu : kinematic viscosity, m2/s.
    reference_pressure : kinematic pressure of coefficient zero, m2/s2; on an outflow side it is zero.

    Raises ConfigError for a flow without bodies.
    """
    if flow.distance is None or not bodies:
        raise ConfigError(
            "there are no bodies in this flow, and so no walls along which anything could be shown"
        )
    probe = Probe(flow, bodies)
    parts = [_columns(wall, probe, nu, reference_pressure) for wall in probe.walls()]
    if not parts:
        raise ConfigError("no wall of a body is in the domain")
    parts.sort(key=lambda part: part["number"][0])
    table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    table["body"] = np.array([bodies[number].name for number in table.pop("number")])
    return table


@dataclass(frozen=True, eq=False)
class Wall:
    """The wall of a body, or what of it is in the domain.

    ``points`` (n, 2), m, about a cell apart, on periodic axes perhaps beyond the end of the domain; ``places`` are the
    same as the motion of the body knows them, whole periods away. ``tangent`` and ``normal`` (n, 2) are unit vectors,
    the latter into the fluid, the body on the left of the former. In the frame of the body the velocity along the wall
    has there the slope ``slope`` (1/s) and the second derivative ``bend`` (1/(m s)), (n,) each. ``body`` is its number
    among the bodies, -1 if these are not known.
    """

    points: np.ndarray
    places: np.ndarray
    tangent: np.ndarray
    normal: np.ndarray
    slope: np.ndarray
    bend: np.ndarray
    body: int

    @property
    def closed(self) -> bool:
        return bool(np.array_equal(self.points[0], self.points[-1]))


def parabola(near, far, d1: float, d2: float) -> tuple[np.ndarray, np.ndarray]:
    """Slope at the wall and second derivative of the parabola that is zero there and takes two values at two
    distances."""
    first, second = near / d1, far / d2
    bend = 2 * (second - first) / (d2 - d1)
    return first - 0.5 * bend * d1, bend


# Lines -------------------------------------------------------------------------------------------------


def outlines(flow: Flow) -> list[np.ndarray]:
    """The walls as lines of points (n, 2) about a cell apart, the body on the left, closed ones from their leftmost
    point all around; each once, whole even across a periodic side, beyond which it then goes on."""
    grid = flow.grid
    cell = min(grid.smallest_dx, grid.smallest_dy)
    x, y, distance = _with_copies(grid, flow.distance)
    contours = contourpy.contour_generator(x, y, distance, name="serial", line_type="Separate")
    lines = [part for line in contours.lines(0.0) if (part := _once(line, grid)) is not None]
    lines = [
        _evenly(line, cell) for line in map(_from_leftmost, lines) if _length(line)[-1] > SHORTEST * cell
    ]
    return [line if _body_on_the_left(flow, line) else line[::-1] for line in lines]


def _with_copies(grid: Grid, distance: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nodes and distance over two periods of periodic axes."""
    x, y = grid.x_f, grid.y_f
    if grid.periodic_x:
        x, distance = np.append(x, x[1:] + grid.length_x), np.hstack([distance, distance[:, 1:]])
    if grid.periodic_y:
        y, distance = np.append(y, y[1:] + grid.length_y), np.vstack([distance, distance[1:]])
    return x, y, distance


def _once(line: np.ndarray, grid: Grid) -> np.ndarray | None:
    """A line over two periods if it begins in the first, or the first half of one that goes through both; None for
    copies, and for the pieces at both ends of what is whole in the middle."""
    for axis, (start, period, periodic) in enumerate(
        ((grid.x_f[0], grid.length_x, grid.periodic_x), (grid.y_f[0], grid.length_y, grid.periodic_y))
    ):
        if not periodic:
            continue
        slack, place = 1e-9 * period, line[:, axis]
        ends = place[[0, -1]]
        if not np.array_equal(line[0], line[-1]):
            low, high = ends < start + slack, ends > start + 2 * period - slack
            if low.any() and high.any():
                line = line[: len(line) // 2 + 1]
                continue
            if low.any() or high.any():
                return None
        if not start - slack <= place.min() < start + period - slack:
            return None
    return line


def _from_leftmost(line: np.ndarray) -> np.ndarray:
    """A line that starts, if it is closed, at its leftmost point."""
    if not np.array_equal(line[0], line[-1]):
        return line
    first = int(np.argmin(line[:, 0]))
    return np.vstack([line[first:-1], line[: first + 1]])


def _length(line: np.ndarray) -> np.ndarray:
    """Length along a line up to each of its points (n,), m."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])


def _evenly(line: np.ndarray, cell: float) -> np.ndarray:
    """The line by points about a cell apart."""
    length = _length(line)
    places = np.linspace(0, length[-1], round(length[-1] / cell) + 1)
    return np.column_stack([np.interp(places, length, q) for q in line.T])


def _body_on_the_left(flow: Flow, line: np.ndarray) -> bool:
    middle = len(line) // 2
    step = line[middle + 1] - line[middle - 1]
    cell = 0.5 * min(flow.grid.smallest_dx, flow.grid.smallest_dy)
    left = line[middle] + cell * np.array([-step[1], step[0]]) / np.hypot(*step)
    return bool(at_points(flow.grid, "node", flow.distance, left[:1], left[1:])[0] < 0)


# Values ------------------------------------------------------------------------------------------------


class Probe:
    """Values of a flow in its fluid, at any points; of the ``bodies`` the walls take their motion."""

    def __init__(self, flow: Flow, bodies: Sequence[Solid] = ()):
        self.flow, self.grid, self.bodies = flow, flow.grid, bodies
        fluid = without_solids(flow)
        self.p, self.u, self.v = (
            continued(q, flow.grid, at)
            for q, at in ((fluid.p, "centre"), (fluid.u, "x-face"), (fluid.v, "y-face"))
        )
        self._slopes = tuple(_slope(flow.grid, flow.distance, axis) for axis in (1, 0))

    def normal(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Unit normals (n, 2) into the fluid."""
        along_x, along_y = (at_points(self.grid, "node", q, x, y) for q in self._slopes)
        return np.column_stack([along_x, along_y]) / np.hypot(along_x, along_y)[:, None]

    def pressure(self, x, y) -> np.ndarray:
        return at_points(self.grid, "centre", self.p, x, y)

    def velocity(self, x, y) -> np.ndarray:
        u = at_points(self.grid, "x-face", self.u, x, y)
        return np.column_stack([u, at_points(self.grid, "y-face", self.v, x, y)])

    @property
    def cell(self) -> float:
        """Unit of :data:`NEAR` and :data:`FAR`, m."""
        return max(self.grid.smallest_dx, self.grid.smallest_dy)

    def walls(self) -> list[Wall]:
        """The walls of all bodies."""
        return [self._wall(line) for line in outlines(self.flow)]

    def _wall(self, line: np.ndarray) -> Wall:
        number, shift = self._owner(line)
        normal = self.normal(*line.T)
        tangent = np.column_stack([-normal[:, 1], normal[:, 0]])
        d1, d2 = NEAR * self.cell, FAR * self.cell

        def relative(points: np.ndarray) -> np.ndarray:
            """Velocity along the wall in the frame of the body, which has no strain of its own."""
            own = 0.0
            if number >= 0:
                own = np.column_stack(self.bodies[number].motion.at(*(points + shift).T, self.flow.time))
            return ((self.velocity(*points.T) - own) * tangent).sum(axis=1)

        slope, bend = parabola(relative(line + d1 * normal), relative(line + d2 * normal), d1, d2)
        return Wall(line, line + shift, tangent, normal, slope, bend, number)

    def _owner(self, line: np.ndarray) -> tuple[int, np.ndarray]:
        """Number of the body that a line is the wall of, -1 if there are none, and the whole periods (2,) from the line
        to the body as its motion knows it."""
        grid, t = self.grid, self.flow.time
        lengths = np.array([grid.length_x, grid.length_y])
        steps = [(-1, 0, 1) if periodic else (0,) for periodic in (grid.periodic_x, grid.periodic_y)]
        best, owner, away = np.inf, -1, np.zeros(2)
        for number, body in enumerate(self.bodies):
            near = np.rint((np.array(body.motion.pivot_at(t)) - line.mean(axis=0)) / lengths)
            near *= (grid.periodic_x, grid.periodic_y)
            for turns in product(*steps):
                shift = (near + turns) * lengths
                gap = np.abs(body.distance(*(line + shift).T, t)).mean()
                if gap < best:
                    best, owner, away = gap, number, shift
        return owner, away


def _slope(grid: Grid, distance: np.ndarray, axis: int) -> np.ndarray:
    """Derivative of the distance along an axis at the nodes."""
    faces, periodic = (grid.x_f, grid.periodic_x) if axis else (grid.y_f, grid.periodic_y)
    if not periodic:
        return np.gradient(distance, faces, axis=axis)
    lines, length = np.moveaxis(distance, axis, 0), faces[-1] - faces[0]
    around = np.concatenate([lines[-2:-1], lines, lines[1:2]])
    places = np.concatenate([faces[-2:-1] - length, faces, faces[1:2] + length])
    return np.moveaxis(np.gradient(around, places, axis=0)[1:-1], 0, axis)


def _columns(wall: Wall, probe: Probe, nu: float, reference_pressure: float) -> dict[str, np.ndarray]:
    """The columns of one wall; ``number`` is that of its body."""
    body, grid = probe.bodies[wall.body], probe.grid
    near, far = (wall.points + d * probe.cell * wall.normal for d in (NEAR, FAR))
    share = NEAR / (FAR - NEAR)
    p = (1 + share) * probe.pressure(*near.T) - share * probe.pressure(*far.T)
    away = wall.places - body.motion.pivot_at(probe.flow.time)
    x, y = grid.wrapped(*wall.points.T)
    return {
        "number": np.full(x.size, wall.body),
        "s": _length(wall.points),
        "x": x,
        "y": y,
        "angle": np.degrees(np.arctan2(away[:, 1], away[:, 0])) % 360,
        "cp": 2 * (p - reference_pressure) / body.speed**2,
        "shear": nu * wall.slope,
    }
