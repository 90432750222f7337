"""Bodies in the flow: where they are, how they act on the velocity, the forces on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fluidgrad.grid import Grid, H
from fluidgrad.kernels import cutcell, momentum
from fluidgrad.motion import RigidMotion
from fluidgrad.placement import Placement
from fluidgrad.shapes import Shape
from fluidgrad.walls import Component, FaceList, blind
from fluidgrad.wallviscosity import WallViscosity


@dataclass(frozen=True)
class Body:
    """A named obstacle: a shape, its prescribed motion, and the speed (m/s) and length (m) of its coefficients."""

    name: str
    shape: Shape
    motion: RigidMotion
    speed: float = 1.0
    length: float = 1.0

    @property
    def moves(self) -> bool:
        """Whether its walls are elsewhere at another time; a round body that spins stays where it is."""
        return self.motion.moves_shape(self.shape)

    def distance(self, x, y, t: float) -> np.ndarray:
        """Signed distance (m) of points to its wall at time t, negative inside."""
        return self.shape.distance(*self.motion.to_body(x, y, t))


@dataclass(frozen=True)
class Load:
    """What the fluid does to a body, per density and depth: parts of pressure and of friction, each (3,): force
    along x and y (m3/s2) and anticlockwise torque about the pivot (m4/s2)."""

    pressure: np.ndarray
    friction: np.ndarray

    @property
    def total(self) -> np.ndarray:
        return self.pressure + self.friction


class Walls:
    """The walls of all bodies on a grid, and their action on padded velocity arrays.

    Parameters
    ----------
    grid, m : the grid and its metrics.
    bodies : one body or more.
    nu : kinematic viscosity, m2/s.
    """

    u: Component
    v: Component
    viscosity: WallViscosity | None = None
    """The viscosity at walls if it varies, instead of ``nu``."""

    def __init__(self, grid: Grid, m: momentum.Metrics, bodies: Sequence[Body], nu: float):
        self.grid, self.m, self.bodies, self.nu = grid, m, bodies, nu
        self.moving = any(body.moves for body in bodies)
        self.at_rest = all(body.motion.steady for body in bodies)
        self.theta_u, self.theta_v = np.ones(grid.padded_shape), np.ones(grid.padded_shape)
        self._number = np.zeros(grid.padded_shape, dtype=int)
        self.placement = Placement(grid, m, bodies, self.theta_u, self.theta_v)
        self.place(0.0)

    def place(self, t: float) -> None:
        """Put the bodies where they are at time t."""
        self.t = t
        self.u, self.v = self.placement.at(t)
        if self.viscosity is not None and self.moving:
            self.viscosity.place(t)
        for faces, along_x in self.components:
            for part in (faces.rubbing, faces.solid):
                part.speed = self._speeds(part, along_x, t)

    @property
    def components(self) -> tuple[tuple[Component, bool], tuple[Component, bool]]:
        """Walls as u and as v meet them, and whether it is u."""
        return (self.u, True), (self.v, False)

    def crossing_rate(self) -> float:
        """Cells that moving walls pass per time, 1/s."""
        if not self.moving:
            return 0.0
        g = self.grid
        largest = (np.abs(c.solid.speed).max(initial=0.0) for c, _ in self.components)
        return sum(float(u) / h for u, h in zip(largest, (g.smallest_dx, g.smallest_dy), strict=True))

    def distance(self, t: float) -> np.ndarray:
        """Signed distance to the nearest wall at the nodes, plain (ny + 1, nx + 1), m; negative in solids."""
        return np.min(list(self.placement.distances(t).values()), axis=0)[H:-H, H:-H]

    def _speeds(self, faces: FaceList, along_x: bool, t: float, what: str = "at") -> np.ndarray:
        """Velocity (``"at"``, m/s) or its rate of change at a fixed place (``"acceleration_at"``, m/s2) of the
        bodies on faces: that of the rigid motion at the middle of the face."""
        values = np.zeros(faces.j.size)
        x, y = self._points(faces, along_x)
        for number, body in enumerate(self.bodies):
            mine = faces.body == number
            if not body.motion.steady and mine.any():
                at = self.placement.beside(body, x[mine], y[mine], t)
                values[mine] = getattr(body.motion, what)(*at, t)[0 if along_x else 1]
        return values

    def carry(self, u, v, du, dv) -> None:
        """Take off the convective rates du, dv (m/s2) what flow beside moving walls does not carry."""
        for q, dq, (c, along_x) in zip((u, v), (du, dv), self.components, strict=True):
            for faces, along in ((c.along, True), (c.across, False)):
                j, i = faces.j, faces.i
                next_j, next_i = (j, i + 1) if along == along_x else (j + 1, i)
                wall, carrier = self._at_flux(faces, along, along_x)
                flux = carrier * faces.value * (0.5 * (q[j, i] + q[next_j, next_i]) - wall)
                cutcell.add(dq, j, i, flux * self._per_length(j, i, along, along_x))
                if self.grid.periodic_x:
                    next_i = np.where(next_i == H + self.grid.nx, H, next_i)
                if self.grid.periodic_y:
                    next_j = np.where(next_j == H + self.grid.ny, H, next_j)
                cutcell.add(dq, next_j, next_i, -flux * self._per_length(next_j, next_i, along, along_x))

    def _at_flux(self, faces: FaceList, along: bool, along_x: bool) -> tuple[np.ndarray, np.ndarray]:
        """Velocity of the bodies, half way to the next face along or across the component's direction: the component
        itself, and the one that carries it there (m/s)."""
        wall, carrier = np.zeros((2, faces.j.size))
        x, y = self._points(faces, along_x)
        ahead_x, ahead_y = 0.5 / self.m.rdx[faces.i], 0.5 / self.m.rdy[faces.j]
        x, y = (x + ahead_x, y) if along == along_x else (x, y + ahead_y)
        for number, body in enumerate(self.bodies):
            mine = faces.body == number
            if mine.any():
                velocity = body.motion.at(*self.placement.beside(body, x[mine], y[mine], self.t), self.t)
                wall[mine] = velocity[0 if along_x else 1]
                carrier[mine] = velocity[0 if along == along_x else 1]
        return wall, carrier

    def _per_length(self, j, i, along: bool, along_x: bool) -> np.ndarray:
        """Reciprocal extent of the control volumes of faces along or across their component's direction, 1/m."""
        if along_x:
            return self.m.rdxu[i] if along else self.m.rdy[j]
        return self.m.rdyv[j] if along else self.m.rdx[i]

    def on_cut(self, du, dv) -> tuple[np.ndarray, np.ndarray]:
        """Values of padded arrays on the cut faces of both components."""
        return tuple(q[c.cut.j, c.cut.i] for q, (c, _) in zip((du, dv), self.components, strict=True))

    def act(self, u, v, du, dv, unforced, uniform: tuple[float, float], whole: bool = False) -> None:
        """Put the walls into the rates du, dv (m/s2): friction, without the stiff part that :meth:`relax` takes
        unless ``whole``; body forces act on the open part of a face only and the closed part accelerates with its
        body. ``unforced``: the rates on cut faces (:meth:`on_cut`) before forces that vary in space were added;
        ``uniform``: the others."""
        forces = (
            now - before + f for now, before, f in zip(self.on_cut(du, dv), unforced, uniform, strict=True)
        )
        for q, dq, force, (c, along_x) in zip((u, v), (du, dv), forces, self.components, strict=True):
            r = c.rubbing
            kappa = r.value if whole else np.minimum(r.value, self.placement.stiff)
            cutcell.resist(q, dq, r.j, r.i, self._viscosity_on(r, along_x) * kappa, r.speed)
            gain = self._speeds(c.cut, along_x, self.t, "acceleration_at") - force
            cutcell.add(dq, c.cut.j, c.cut.i, c.cut.value * gain)
            if whole:
                gain = self._speeds(c.solid, along_x, self.t, "acceleration_at")
                cutcell.put(dq, c.solid.j, c.solid.i, gain)

    def relax(self, u, v, step: float) -> tuple[np.ndarray, np.ndarray]:
        """The stiff part of the friction over a step (s), by backward Euler. Returns what a pressure gradient then does
        to hindered faces of both components, relative to open ones: the open fraction, less where friction is
        stiff, so that pressure and stiff friction are one backward Euler step."""
        mobilities = []
        for q, (c, along_x) in zip((u, v), self.components, strict=True):
            h = c.hindered
            rate, gain = self._stiff_friction(c, along_x)
            q[h.j, h.i] = (q[h.j, h.i] + step * gain) / (1.0 + step * rate)
            mobilities.append(h.value / (1.0 + step * rate))
        return mobilities[0], mobilities[1]

    @property
    def openings(self) -> tuple[np.ndarray, np.ndarray]:
        """Open fractions of the hindered faces of both components."""
        return self.u.hindered.value, self.v.hindered.value

    def _viscosity_on(self, faces: FaceList, along_x: bool) -> float | np.ndarray:
        return self.nu if self.viscosity is None else self.viscosity.on_faces(faces, along_x)

    def _stiff_friction(self, c: Component, along_x: bool) -> tuple[np.ndarray, np.ndarray]:
        """Rate (1/s) of the stiff friction on hindered faces, and the rate times the bodies' velocity (m/s2)."""
        r, h = c.rubbing, c.hindered
        stiff = r.value > self.placement.stiff
        rate = (self._viscosity_on(r, along_x) * (r.value - self.placement.stiff))[stiff]
        self._number[h.j, h.i] = np.arange(h.j.size)
        place = self._number[r.j[stiff], r.i[stiff]]
        return np.bincount(place, rate, h.j.size), np.bincount(place, rate * r.speed[stiff], h.j.size)

    def impose(self, u, v) -> None:
        """Give solid faces their body's velocity."""
        for q, (c, _) in zip((u, v), self.components, strict=True):
            cutcell.put(q, c.solid.j, c.solid.i, c.solid.speed)

    def return_gradient(self, phi, u, v, mobilities) -> None:
        """Undo what the subtraction of the gradient of phi (padded) did to hindered faces beyond their mobility."""
        for q, (c, along_x), mobility in zip((u, v), self.components, mobilities, strict=True):
            h = c.hindered
            rd = self.m.rdxu[h.i] if along_x else self.m.rdyv[h.j]
            dj, di = (0, 1) if along_x else (1, 0)
            cutcell.return_gradient(phi, h.j, h.i, dj, di, 1.0 - mobility, rd, q)

    def loads(self, u, v, du, dv, p) -> list[Load]:
        """Forces and torques on all bodies from the balance of momentum.

        ``du, dv``: convection and viscosity alone, without walls and body forces (m/s2); ``p``: pressure (m2/s2), all
        padded. What a body takes up is the friction of its faces, the momentum that flows into solid faces and
        the pressure on the closed parts of faces. The momentum of the closed parts themselves, which move
        with the body, is left out.
        """
        pressure, friction = np.zeros((2, len(self.bodies), 3))
        for q, dq, (c, along_x) in zip((u, v), (du, dv), self.components, strict=True):
            axis = 0 if along_x else 1
            r = c.rubbing
            rubbed = (
                self._viscosity_on(r, along_x) * r.value * (q[r.j, r.i] - r.speed) * self._volume(r, along_x)
            )
            self._collect(friction, axis, r, rubbed)
            self._collect(friction, axis, c.skin, dq[c.skin.j, c.skin.i] * self._volume(c.skin, along_x))
            for faces in (c.cut.only(c.cut.value < 1.0), c.skin):
                self._collect(
                    friction, axis, faces, self._turning(faces, along_x) * self._volume(faces, along_x)
                )
            j, i = c.cut.j, c.cut.i
            before = (j, i - 1) if along_x else (j - 1, i)
            drop = self._pressure_of_fluid(p, *before) - self._pressure_of_fluid(p, j, i)
            length = 1.0 / (self.m.rdy[j] if along_x else self.m.rdx[i])
            self._collect(pressure, axis, c.cut, c.cut.value * drop * length)
        return [Load(p, f) for p, f in zip(pressure, friction, strict=True)]

    def _pressure_of_fluid(self, p, j: np.ndarray, i: np.ndarray) -> np.ndarray:
        """The pressure in padded cells, zero where no fluid reaches and outside the domain."""
        g = self.grid
        inside = ((i >= H) & (i < H + g.nx) | g.periodic_x) & ((j >= H) & (j < H + g.ny) | g.periodic_y)
        return np.where(inside & ~blind(self.theta_u, self.theta_v, j, i), p[j, i], 0.0)

    def _volume(self, faces: FaceList, along_x: bool) -> np.ndarray:
        m = self.m
        return 1.0 / (m.rdxu[faces.i] * m.rdy[faces.j] if along_x else m.rdx[faces.i] * m.rdyv[faces.j])

    def _turning(self, faces: FaceList, along_x: bool) -> np.ndarray:
        """Convective acceleration of the rigid motion on the closed parts of faces that fluid reaches, m/s2; farther
        inside it is what the scheme's own convection has."""
        values = np.zeros(faces.j.size)
        for number, body in enumerate(self.bodies):
            mine = faces.body == number
            omega = body.motion.velocity(self.t)[2]
            if omega != 0.0:
                x, y = self._points(faces, along_x)
                velocity = body.motion.at(*self.placement.beside(body, x[mine], y[mine], self.t), self.t)
                values[mine] = faces.value[mine] * (-omega * velocity[1] if along_x else omega * velocity[0])
        return values

    def _collect(self, totals, axis: int, faces: FaceList, force) -> None:
        """Add forces along x (axis 0) or y (axis 1) on faces, and their torques, to the bodies' totals."""
        x, y = self._points(faces, axis == 0)
        for number, body in enumerate(self.bodies):
            mine = faces.body == number
            pivot, at = body.motion.pivot_at(self.t), self.placement.beside(body, x[mine], y[mine], self.t)
            # A force along x turns by its place along y, clockwise, and the other way round.
            arm = (at[1 - axis] + faces.offset[mine] - pivot[1 - axis]) * (-1.0 if axis == 0 else 1.0)
            totals[number, axis] += force[mine].sum()
            totals[number, 2] += (arm * force[mine]).sum()

    def _points(self, faces: FaceList, along_x: bool) -> tuple[np.ndarray, np.ndarray]:
        """Coordinates of the middles of faces."""
        j, i = faces.j, faces.i
        if along_x:
            return self.placement.x[i], 0.5 * (self.placement.y[j] + self.placement.y[j + 1])
        return 0.5 * (self.placement.x[i] + self.placement.x[i + 1]), self.placement.y[j]
