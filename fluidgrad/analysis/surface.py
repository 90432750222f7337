"""Pressure coefficient and friction along the walls of bodies, from the fields of one instant.

The walls are the lines of zero distance between the nodes. Pressure is continued to a wall by the line through
two points of the fluid on its normal, to second order. Friction is the slope at the wall of the parabola through
two points of the fluid in the frame of the body, where the wall is at rest: bilinear interpolation makes it first
order, with about 1 % error at 40 cells per diameter. Forces are not the sum of these: they come from the balance
of momentum, see the time series.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import contourpy
import numpy as np

from fluidgrad.analysis.masking import continued, without_solids
from fluidgrad.errors import ConfigError
from fluidgrad.flow import Flow
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
    probe = _Probe(flow)
    parts = [_along(line, probe, nu, bodies, reference_pressure) for line in _outlines(flow)]
    if not parts:
        raise ConfigError("no wall of a body is in the domain")
    parts.sort(key=lambda part: part["number"][0])
    table = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    table["body"] = np.array([bodies[number].name for number in table.pop("number")])
    return table


def _outlines(flow: Flow) -> list[np.ndarray]:
    """The walls as lines of points (n, 2) about a cell apart, the body on the left, closed ones from their
    leftmost point all around."""
    y, x = flow.grid.axes("node")
    cell = min(flow.grid.smallest_dx, flow.grid.smallest_dy)
    contours = contourpy.contour_generator(x, y, flow.distance, name="serial", line_type="Separate")
    lines = [_from_leftmost(line) for line in contours.lines(0.0)]
    lines = [_evenly(line, cell) for line in lines if _length(line)[-1] > SHORTEST * cell]
    return [line if _body_on_the_left(flow, line) else line[::-1] for line in lines]


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


class _Probe:
    """Values of a flow in its fluid, at any points."""

    def __init__(self, flow: Flow):
        self.flow, self.grid = flow, flow.grid
        fluid = without_solids(flow)
        self.p, self.u, self.v = (continued(q) for q in (fluid.p, fluid.u, fluid.v))
        self.slope = np.gradient(flow.distance, flow.grid.y_f, flow.grid.x_f)

    def normal(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Unit normals (n, 2) into the fluid."""
        along_y, along_x = (at_points(self.grid, "node", q, x, y) for q in self.slope)
        return np.column_stack([along_x, along_y]) / np.hypot(along_x, along_y)[:, None]

    def pressure(self, x, y) -> np.ndarray:
        return at_points(self.grid, "centre", self.p, x, y)

    def velocity(self, x, y) -> np.ndarray:
        u = at_points(self.grid, "x-face", self.u, x, y)
        return np.column_stack([u, at_points(self.grid, "y-face", self.v, x, y)])


def _along(
    line: np.ndarray, probe: _Probe, nu: float, bodies: Sequence[Solid], reference_pressure: float
) -> dict[str, np.ndarray]:
    """The columns of one wall; ``number`` is that of its body."""
    x, y = line.T
    t, grid = probe.flow.time, probe.grid
    number = np.argmin([np.abs(body.distance(x, y, t)).mean() for body in bodies])
    body = bodies[number]
    normal = probe.normal(x, y)
    tangent = np.column_stack([-normal[:, 1], normal[:, 0]])
    cell = max(grid.smallest_dx, grid.smallest_dy)
    near, far = (line + d * cell * normal for d in (NEAR, FAR))
    share = NEAR / (FAR - NEAR)
    p = (1 + share) * probe.pressure(*near.T) - share * probe.pressure(*far.T)

    def relative(points: np.ndarray) -> np.ndarray:
        """Velocity along the wall in the frame of the body, which has no strain of its own."""
        return ((probe.velocity(*points.T) - np.column_stack(body.motion.at(*points.T, t))) * tangent).sum(
            axis=1
        )

    slip_near, slip_far = relative(near), relative(far)
    slope = (slip_near * FAR / NEAR - slip_far * NEAR / FAR) / ((FAR - NEAR) * cell)
    pivot_x, pivot_y = body.motion.pivot_at(t)
    return {
        "number": np.full(x.size, number),
        "s": _length(line),
        "x": x,
        "y": y,
        "angle": np.degrees(np.arctan2(y - pivot_y, x - pivot_x)) % 360,
        "cp": 2 * (p - reference_pressure) / body.speed**2,
        "shear": nu * slope,
    }
