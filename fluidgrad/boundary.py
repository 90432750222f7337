"""What each side of the rectangle does to the velocity.

A side has a physical name; the table :data:`BOUNDARY_TYPES` says what follows for the normal velocity (on the
boundary faces) and the tangential velocity (half a cell inside and outside). The pressure needs no condition
of its own: every side that is not periodic holds its normal velocity during a projection.

Outflow faces are carried out at a convective speed c, ``dq/dt + c dq/dn = 0`` for both components (Orlanski
1976), so vortices leave without a reflection from a prescribed pressure. Fluid that flows back in comes from
rest, which keeps the energy bounded. The fluxes are closed by a uniform shift per outflow side; with several
outflow sides the shifts make their mean pressures equal (:class:`FluxBalance`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from fluidgrad.config.sides import SIDES
from fluidgrad.errors import BlowUpError
from fluidgrad.grid import Grid, H
from fluidgrad.kernels import halo

Profile = float | Callable[..., np.ndarray]
"""A number, or a function of x, y and t (m, m, s) that returns m/s."""

INSTANT = 1e-6
"""Time, relative to the duration of the run, over which velocities that are given on sides are differentiated."""


@dataclass(frozen=True)
class BoundaryType:
    """How a kind of side continues the velocity."""

    normal: str
    """``"wrapped"``, ``"given"`` or ``"carried"``."""
    tangential: int
    """``PERIODIC``, ``GIVEN``, ``FREE`` or ``OPEN`` of :mod:`fluidgrad.kernels.halo`."""


BOUNDARY_TYPES = {
    "periodic": BoundaryType("wrapped", halo.PERIODIC),
    "wall": BoundaryType("given", halo.GIVEN),
    "moving wall": BoundaryType("given", halo.GIVEN),
    "slip": BoundaryType("given", halo.FREE),
    "inflow": BoundaryType("given", halo.GIVEN),
    "outflow": BoundaryType("carried", halo.OPEN),
}


@dataclass
class Side:
    """One side: its type and, where the type needs them, its velocities.

    ``normal`` is positive into the domain, ``tangential`` along +x or +y, in m/s; ``speed`` is the convective
    speed of an outflow in m/s, chosen from the flow if None.
    """

    type: str
    normal: Profile = 0.0
    tangential: Profile = 0.0
    speed: float | None = None

    @property
    def rule(self) -> BoundaryType:
        return BOUNDARY_TYPES[self.type]

    @property
    def outflow(self) -> bool:
        return self.rule.normal == "carried"


@dataclass
class Held:
    """A profile on the points of a side, times ``sign``; evaluated again only if it depends on time."""

    profile: Profile
    x: np.ndarray | float
    y: np.ndarray | float
    sign: float = 1.0
    _fixed: np.ndarray | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        uses = getattr(self.profile, "uses", None)
        if not callable(self.profile) or (uses is not None and not uses("t")):
            self._fixed = self._evaluate(0.0)
            self._largest = float(np.abs(self._fixed).max())

    @property
    def steady(self) -> bool:
        return self._fixed is not None

    def _evaluate(self, t: float) -> np.ndarray:
        value = self.profile(x=self.x, y=self.y, t=t) if callable(self.profile) else self.profile
        length = max(np.size(self.x), np.size(self.y))
        values = np.empty(length + 2 * H)
        values[H:-H] = self.sign * np.broadcast_to(np.asarray(value, dtype=float), (length,))
        values[:H], values[-H:] = values[H], values[-H - 1]
        return values

    def __call__(self, t: float) -> np.ndarray:
        """Values at time t, padded by H repeated ends."""
        return self._evaluate(t) if self._fixed is None else self._fixed

    def largest(self, t: float) -> float:
        """Largest magnitude at time t."""
        return self._largest if self.steady else float(np.abs(self(t)).max())


class Boundary:
    """The four sides of a grid, acting on padded velocity arrays.

    Parameters
    ----------
    grid : the grid.
    sides : name -> side.
    duration : time span of the run, s; the scale of changes in time.
    """

    def __init__(self, grid: Grid, sides: dict[str, Side], duration: float = 1.0):
        self.grid = grid
        self.sides = sides
        self._instant = INSTANT * duration
        self.openings = {name: np.ones(grid.ny if name in ("left", "right") else grid.nx) for name in SIDES}
        """Share of each face of a side that no body covers."""
        self.outflows = [name for name in SIDES if sides[name].outflow]
        x0, x1, y0, y1 = grid.x_f[0], grid.x_f[-1], grid.y_f[0], grid.y_f[-1]
        self._normal: dict[str, Held] = {}
        self._tangential: dict[str, Held] = {}
        for name, x, y, xt, yt, inward in (
            ("left", x0, grid.y, x0, grid.y_f, 1.0),
            ("right", x1, grid.y, x1, grid.y_f, -1.0),
            ("bottom", grid.x, y0, grid.x_f, y0, 1.0),
            ("top", grid.x, y1, grid.x_f, y1, -1.0),
        ):
            self._normal[name] = Held(sides[name].normal, x, y, inward)
            self._tangential[name] = Held(sides[name].tangential, xt, yt)

    def set_openings(self, theta_u: np.ndarray, theta_v: np.ndarray) -> bool:
        """Take over the padded open fractions of the faces; flow passes the open part of a side only. Returns whether
        anything has changed."""
        before = self.openings
        self.openings = {}
        for name in SIDES:
            theta, face = self._normal_line(name, theta_u, theta_v)
            self.openings[name] = theta[H:-H, face].copy()
        return any(not np.array_equal(before[name], self.openings[name]) for name in SIDES)

    def impose_normal(self, u: np.ndarray, v: np.ndarray, t: float) -> None:
        """Set the normal velocity on boundary faces: the value given at time t, or the periodic copy. Faces
        of outflow sides are left as they are."""
        for name in SIDES:
            q, face = self._normal_line(name, u, v)
            if self.sides[name].rule.normal == "given":
                q[:, face] = self._normal[name](t)
                q[H:-H, face] *= self.openings[name]
            elif name in ("right", "top") and self.sides[name].rule.normal == "wrapped":
                q[:, face] = q[:, H]

    def inward(self, name: str, t: float) -> np.ndarray:
        """Velocity into the domain that is given on a side at time t, m/s, padded by H repeated ends."""
        held = self._normal[name]
        return held.sign * held(t)

    def fill(self, u: np.ndarray, v: np.ndarray, t: float) -> None:
        """Fill the halo at time t from the cells and the boundary faces."""
        self._fill_pair("left", "right", u, v, t)
        self._fill_pair("bottom", "top", v.T, u.T, t)

    def _fill_pair(self, low: str, high: str, normal, tangential, t: float) -> None:
        halo.fill(
            normal,
            tangential,
            self.sides[low].rule.tangential,
            self.sides[high].rule.tangential,
            self._tangential[low](t),
            self._tangential[high](t),
        )

    def _normal_line(self, name: str, u, v):
        """The normal component with the side's direction as second axis, and the index of its faces."""
        if name in ("left", "right"):
            return u, H if name == "left" else H + self.grid.nx
        return v.T, H if name == "bottom" else H + self.grid.ny

    def outflow_rates(self, u, v, du, dv) -> None:
        """Write the rate of change of what outflow sides carry: the normal velocity on the faces and the
        tangential velocity half a cell outside, ``-c dq/dn`` by first-order upwind differences. Where fluid
        flows back in it comes from rest: ``-|u_n| q / dn`` is added."""
        for name in self.outflows:
            normal, tangential, face, ghost, outward = self._outflow_lines(name, u, v)
            dn, dt, *_ = self._outflow_lines(name, du, dv)
            widths = self.grid.dx_p if name in ("left", "right") else self.grid.dy_p
            width = widths[face - 1 if outward > 0 else face]
            c = self.convective_speed(name, normal[H:-H, face] * outward)
            back = np.maximum(-outward * normal[:, face], 0.0)
            dn[:, face] = _carried_out(normal, face, outward, c, back) / width
            dt[:, ghost] = (
                _carried_out(tangential, ghost, outward, c, np.maximum(back, np.roll(back, 1))) / width
            )

    def add_outflow(self, du, dv, u, v, step: float) -> None:
        """Add ``step`` (s) times the rates du, dv (padded, m/s2) to u, v where outflow sides carry them."""
        for name in self.outflows:
            normal, tangential, face, ghost, _ = self._outflow_lines(name, u, v)
            dn, dt, *_ = self._outflow_lines(name, du, dv)
            normal[:, face] += step * dn[:, face]
            tangential[:, ghost] += step * dt[:, ghost]

    def _outflow_lines(self, name: str, u, v):
        """Normal and tangential component with the side's direction as second axis; indices of the boundary
        faces and of the tangential ghosts; +1 where outward is towards higher indices, else -1."""
        normal, face = self._normal_line(name, u, v)
        tangential = v if normal is u else u.T
        outward = 1 if name in ("right", "top") else -1
        return normal, tangential, face, face if outward > 0 else face - 1, outward

    def convective_speed(self, name: str, outward: np.ndarray) -> float:
        """Speed at which a side carries the flow out, m/s: as given, else the mean outward velocity or half
        the largest normal velocity there, whichever is larger."""
        given = self.sides[name].speed
        if given is not None:
            return given
        return max(self.mean(name, outward), 0.5 * float(np.abs(outward).max()))

    def widths(self, name: str) -> np.ndarray:
        """Lengths of a side's faces, m."""
        return self.grid.dy if name in ("left", "right") else self.grid.dx

    def length(self, name: str) -> float:
        """Length of a side that is open, m."""
        return float(self.widths(name) @ self.openings[name])

    def mean(self, name: str, values: np.ndarray) -> float:
        """Mean along a side of values on its faces."""
        return float(values @ self.widths(name)) / self.length(name)

    def outward_flux(self, name: str, u, v) -> float:
        """Volume that leaves through a side per time and depth, m2/s."""
        q, face = self._normal_line(name, u, v)
        n = q.shape[0] - 2 * H
        outward = 1.0 if name in ("right", "top") else -1.0
        return outward * float(q[H : H + n, face] @ self.widths(name))

    def start_outflow(self, u, v) -> None:
        """Give the tangential velocity outside outflow sides its initial value, that of the cells inside."""
        for name in self.outflows:
            _, tangential, _, ghost, outward = self._outflow_lines(name, u, v)
            tangential[:, ghost] = tangential[:, ghost - outward]

    def rate(self, t: float) -> float:
        """Largest velocity given on a side, the speed of an outflow included, over the smallest cell width along
        it, 1/s, at time t."""
        rates = [0.0]
        for name in SIDES:
            dx, dy = self.grid.smallest_dx, self.grid.smallest_dy
            across, along = (dx, dy) if name in ("left", "right") else (dy, dx)
            rates.append(max(self._normal[name].largest(t), self.sides[name].speed or 0.0) / across)
            rates.append(self._tangential[name].largest(t) / along)
        return max(rates)

    def shift_outflow(self, name: str, u, v, outward: float) -> None:
        """Add a uniform outward velocity to the faces of an outflow side."""
        q, face = self._normal_line(name, u, v)
        q[H:-H, face] += (outward if name in ("right", "top") else -outward) * self.openings[name]

    def normal_acceleration(self, u, v, du, dv, t: float) -> None:
        """Put into ``du, dv`` the rate of change of the normal velocity on all boundary faces at time t."""
        # Formulas need not be defined before t = 0.
        early, late = max(t - self._instant, 0.0), t + self._instant
        for name in SIDES:
            dq, face = self._normal_line(name, du, dv)
            held = self._normal[name]
            if self.sides[name].rule.normal == "given":
                dq[:, face] = 0.0 if held.steady else (held(late) - held(early)) / (late - early)
                dq[H:-H, face] *= self.openings[name]
            elif self.sides[name].rule.normal == "wrapped" and name in ("right", "top"):
                dq[:, face] = dq[:, H]
        self.outflow_rates(u, v, du, dv)


def _carried_out(q, line: int, outward: int, c: float, back) -> np.ndarray:
    """Rate of change times cell width of the column ``line`` of q that leaves at speed c or returns at ``back``."""
    return -c * (q[:, line] - q[:, line - outward]) - back * q[:, line]


class FluxBalance:
    """Closes the volume balance by shifting the normal velocity of the outflow sides uniformly.

    One outflow side takes the whole imbalance. With several, the pressures must decide: the shifts ``s_m`` are
    those for which the mean of the projection's potential is the same next to all of them. That mean
    difference is a linear functional of the divergence, known from one Poisson solution ``psi_m`` per extra
    side (reciprocity), so no extra solve is needed in a step.

    Raises
    ------
    BlowUpError : bodies cover an outflow side.
    """

    def __init__(self, boundary: Boundary, solver):
        self.boundary = boundary
        grid = boundary.grid
        self.volume = grid.dx[None, :] * grid.dy[:, None]
        unit = [self._unit_divergence(name) for name in boundary.outflows]
        lengths = [boundary.length(name) for name in boundary.outflows]
        for name, length in zip(boundary.outflows, lengths, strict=True):
            if length == 0.0:
                raise BlowUpError(
                    f"bodies cover the whole {name} side, through which fluid should leave: leave a part of it open"
                )
        self.weights = []
        for response, length in zip(unit[1:], lengths[1:], strict=True):
            psi = np.empty((grid.ny, grid.nx))
            solver.solve(response / length - unit[0] / lengths[0], psi)
            self.weights.append(psi * self.volume)
        rows = [[float(np.vdot(w, r)) for r in unit] for w in self.weights]
        self.matrix = np.array([lengths, *rows]) if unit else None

    def _unit_divergence(self, name: str) -> np.ndarray:
        """Divergence, (ny, nx), that a unit outward velocity on a side adds to its cells."""
        grid = self.boundary.grid
        unit = np.zeros((grid.ny, grid.nx))
        line, widths = {
            "left": (np.s_[:, 0], grid.dx[0]),
            "right": (np.s_[:, -1], grid.dx[-1]),
            "bottom": (np.s_[0], grid.dy[0]),
            "top": (np.s_[-1], grid.dy[-1]),
        }[name]
        unit[line] = self.boundary.openings[name] / widths
        return unit

    def close(self, u, v, divergence) -> None:
        """Shift the outflow faces of u, v so that the fluxes balance. ``divergence`` is a function that
        returns the present divergence, (ny, nx); it is called only if several sides share the outflow."""
        boundary = self.boundary
        if not boundary.outflows:
            return
        demand = [-sum(boundary.outward_flux(name, u, v) for name in SIDES)]
        if self.weights:
            div = divergence()
            demand += [-float(np.einsum("ij,ij", w, div)) for w in self.weights]
        for name, shift in zip(boundary.outflows, np.linalg.solve(self.matrix, demand), strict=True):
            boundary.shift_outflow(name, u, v, float(shift))


def along_sides(grid: Grid, u, v) -> dict[str, np.ndarray]:
    """Tangential velocity on the sides, as :class:`~fluidgrad.flow.Flow` has it, of a padded velocity with its halo
    filled, m/s."""
    x, y = slice(H, H + grid.nx + 1), slice(H, H + grid.ny + 1)
    return {
        "u_bottom": 0.5 * (u[H - 1] + u[H])[x],
        "u_top": 0.5 * (u[H + grid.ny - 1] + u[H + grid.ny])[x],
        "v_left": 0.5 * (v[:, H - 1] + v[:, H])[y],
        "v_right": 0.5 * (v[:, H + grid.nx - 1] + v[:, H + grid.nx])[y],
    }
