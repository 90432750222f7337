"""Prescribed rigid motion of a body: where it is and how fast it moves, from formulas of time.

A point of the body at ``r0`` at rest is at time t at ::

    r = pivot + (dx, dy) + R(angle) (r0 - pivot)

with R the anticlockwise rotation; its velocity is (U, V) + omega x (r - pivot - (dx, dy)).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from fluidgrad.expressions import Formula

_INSTANTS = np.arange(-2.0, 3.0)
# row k: weights of the five values that give coefficient k of the quartic through them
_QUARTIC = np.linalg.inv(np.vander(_INSTANTS, increasing=True))
_FIRST_STEP, _SECOND_STEP = 1e-6, 1e-5
"""Distance of the instants over the length of the run for first and second derivatives: up to about a thousand
oscillations in a run round-off and truncation stay below 1e-8 and 1e-6 of the largest value, at the ends of the
run, where all instants lie to one side, below 1e-7 and 1e-3."""


class Rigid(NamedTuple):
    """Displacement (m, m, radians), velocity or acceleration along x, along y and anticlockwise about the pivot."""

    x: float
    y: float
    angle: float


class RigidMotion:
    """Translation and rotation about a pivot that is carried along.

    Parameters
    ----------
    x, y : displacement in m, numbers or formulas of t.
    angle : rotation in degrees, anticlockwise, a number or a formula of t.
    pivot : the point (m) about which the body turns, as it lies before any displacement.
    end : length of the run in s; formulas are evaluated for 0 <= t <= end only, or up to a later t asked for.
    """

    def __init__(
        self,
        x: float | Formula = 0.0,
        y: float | Formula = 0.0,
        angle: float | Formula = 0.0,
        pivot: tuple[float, float] = (0.0, 0.0),
        end: float = 1.0,
    ):
        parts = (x, y, angle)
        self._parts = tuple(part if isinstance(part, Formula) else Formula(part, ("t",)) for part in parts)
        self.pivot = (float(pivot[0]), float(pivot[1]))
        self.end = end

    @property
    def steady(self) -> bool:
        """Whether the body stays where it is."""
        return not any(part.uses("t") for part in self._parts)

    def moves_shape(self, shape) -> bool:
        """Whether walls change their place: not if a shape that is round about the pivot only turns about it."""
        x, y, angle = (part.uses("t") for part in self._parts)
        return x or y or (angle and not shape.round_about(self.pivot))

    def displacement(self, t: float) -> Rigid:
        """Displacement along x and y in m and angle in radians."""
        x, y, degrees = (float(part(t=t)) for part in self._parts)
        return Rigid(x, y, np.deg2rad(degrees))

    def velocity(self, t: float) -> Rigid:
        """Velocity of the pivot in m/s and rate of turning in rad/s."""
        return self._derivative(t, 1, _FIRST_STEP)

    def acceleration(self, t: float) -> Rigid:
        """Acceleration of the pivot in m/s2 and of the turning in rad/s2."""
        return self._derivative(t, 2, _SECOND_STEP)

    def at(self, x: np.ndarray, y: np.ndarray, t: float) -> tuple[np.ndarray, np.ndarray]:
        """Velocity (m/s) at time t of the points of the body, or of its extension, that pass the places x, y."""
        x, y = self._from_pivot(x, y, t)
        u, v, omega = self.velocity(t)
        return u - omega * y, v + omega * x

    def acceleration_at(self, x: np.ndarray, y: np.ndarray, t: float) -> tuple[np.ndarray, np.ndarray]:
        """Rate of change (m/s2) of the velocity :meth:`at` at fixed places: other points pass them later."""
        x, y = self._from_pivot(x, y, t)
        u, v, omega = self.velocity(t)
        du, dv, domega = self.acceleration(t)
        return du - domega * y + omega * v, dv + domega * x - omega * u

    def pivot_at(self, t: float) -> tuple[float, float]:
        """Where the pivot is."""
        dx, dy, _ = self.displacement(t)
        return self.pivot[0] + dx, self.pivot[1] + dy

    def to_body(self, x: np.ndarray, y: np.ndarray, t: float) -> tuple[np.ndarray, np.ndarray]:
        """Where points lie in the frame of the body, in which its shape is as configured."""
        dx, dy, angle = self.displacement(t)
        if angle == 0.0:
            return np.asarray(x) - dx, np.asarray(y) - dy
        x0, y0 = self.pivot
        cos, sin = np.cos(angle), np.sin(angle)
        x, y = np.asarray(x) - x0 - dx, np.asarray(y) - y0 - dy
        return x0 + cos * x + sin * y, y0 - sin * x + cos * y

    def to_world(self, x: np.ndarray, y: np.ndarray, t: float) -> tuple[np.ndarray, np.ndarray]:
        """Where points of the body are at time t, the inverse of :meth:`to_body`."""
        dx, dy, angle = self.displacement(t)
        x0, y0 = self.pivot
        cos, sin = np.cos(angle), np.sin(angle)
        x, y = np.asarray(x) - x0, np.asarray(y) - y0
        return x0 + dx + cos * x - sin * y, y0 + dy + sin * x + cos * y

    def _from_pivot(self, x: np.ndarray, y: np.ndarray, t: float) -> tuple[np.ndarray, np.ndarray]:
        """Places relative to the pivot at time t, both of the broadcast shape."""
        x0, y0 = self.pivot_at(t)
        x, y = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        return x - x0, y - y0

    def _derivative(self, t: float, order: int, step: float) -> Rigid:
        """That of the quartic through five instants around t, moved inside the run at its ends."""
        if self.steady:
            return Rigid(0.0, 0.0, 0.0)
        step *= self.end
        middle = min(max(t, 2.0 * step), max(t, self.end) - 2.0 * step)
        values = np.array([self.displacement(middle + k * step) for k in _INSTANTS])
        coefficients = _QUARTIC @ values
        at = (t - middle) / step
        k = np.arange(order, 5)
        falling = k if order == 1 else k * (k - 1)
        return Rigid(*map(float, (falling * at ** (k - order)) @ coefficients[order:] / step**order))


def motion_of(
    table: Any, centre: tuple[float, float], end: float, constants: Mapping[str, float] | None = None
) -> RigidMotion:
    """The motion that a table ``[bodies.motion]`` describes, at rest for None.

    ``centre`` is the pivot if the table has none, ``end`` the length of the run in s, ``constants`` are names that
    formulas may use.
    """
    if table is None:
        return RigidMotion(pivot=centre, end=end)
    x, y, angle = (Formula(value, ("t",), constants) for value in (table.x, table.y, table.angle))
    return RigidMotion(x, y, angle, centre if table.pivot is None else table.pivot, end)
