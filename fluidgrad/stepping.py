"""One time step: three Runge-Kutta stages, each convect, diffuse, project.

Explicit: the low-storage third-order scheme of Wray (as in Spalart, Moser & Rogers, J. Comput. Phys. 96, 1991),
``u += dt*(gamma_k*N_k + zeta_k*N_(k-1))``, then a projection. Implicit viscosity: the same convective weights
with Crank-Nicolson in every stage (their alpha_k, beta_k) and the pressure of the previous stage.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fluidgrad.bodies import Body, Load, Walls
from fluidgrad.boundary import Boundary, FluxBalance
from fluidgrad.buoyancy import Buoyancy
from fluidgrad.cutcells import CutCells
from fluidgrad.forcing import Forcing
from fluidgrad.grid import Grid, H
from fluidgrad.implicit import ImplicitViscosity
from fluidgrad.kernels import momentum, projection
from fluidgrad.pressure import CutCellSolver, PoissonSolver
from fluidgrad.rheology import Rheology
from fluidgrad.rungekutta import stage_times, weights
from fluidgrad.scalars import Scalar, ScalarTransport
from fluidgrad.wallviscosity import WallViscosity

ADVECTION = {"central": momentum.CENTRAL, "upwind": momentum.UPWIND}
"""Name of the convective scheme -> its number in the kernels."""


@dataclass
class State:
    """Everything the next step reads: time (s), step number, padded velocity (m/s) and scalars; with implicit viscosity
    or bodies the pressure of the last stage (m2/s2, padded); with a random force its generator."""

    t: float
    step: int
    u: np.ndarray
    v: np.ndarray
    p: np.ndarray | None = None
    rng: np.random.Generator | None = None
    scalars: dict[str, np.ndarray] = field(default_factory=dict)


class FractionalStep:
    """Advances a :class:`State` on one grid with fixed physics.

    Parameters
    ----------
    grid, boundary, forcing : where, what the sides do, what drives the flow.
    nu : kinematic viscosity, m2/s.
    advection : a name in :data:`ADVECTION`.
    implicit : whether viscosity is treated implicitly.
    threads : threads for the transforms (kernels follow numba's setting).
    bodies : obstacles; with explicit viscosity only.
    tolerance : relative tolerance of the pressure equation with bodies.
    rheology : the viscosity if it varies; what it has more than an implicit ``nu`` is explicit.
    scalars : what the flow carries.
    """

    def __init__(
        self,
        grid: Grid,
        boundary: Boundary,
        forcing: Forcing,
        nu: float,
        advection: str = "central",
        implicit: bool = False,
        threads: int = 1,
        bodies: tuple[Body, ...] = (),
        tolerance: float = 1e-8,
        rheology: Rheology | None = None,
        scalars: tuple[Scalar, ...] = (),
    ):
        self.grid, self.boundary, self.forcing, self.nu = grid, boundary, forcing, nu
        self.rheology = rheology
        self.metrics = momentum.metrics(grid.dx_p, grid.dy_p)
        self.solver = PoissonSolver(grid, threads)
        self.balance = FluxBalance(boundary, self.solver)
        self.bodies = bodies
        self.walls = Walls(grid, self.metrics, bodies, nu) if bodies else None
        if self.walls is not None:
            if rheology is not None:
                self.walls.viscosity = rheology.walls = WallViscosity(rheology, self.walls.placement)
            self.cut_solver = CutCellSolver(grid, self.solver, tolerance)
            self._take_over_walls()
        self.cut_cells = CutCells(self.walls) if bodies and scalars else None
        self.rate = momentum.tendency(ADVECTION[advection])
        self.viscosity = ImplicitViscosity(grid, boundary, self.metrics, nu) if implicit else None
        self.u, self.v, self.phi = grid.zeros(), grid.zeros(), grid.zeros()
        self.p = grid.zeros() if implicit or bodies else None
        self.transports = {
            scalar.name: ScalarTransport(grid, boundary, self.metrics, scalar, implicit, self.cut_cells)
            for scalar in scalars
        }
        self.buoyancy = Buoyancy(grid, self.transports)
        self._now = (grid.zeros(), grid.zeros())
        self._before = (grid.zeros(), grid.zeros())
        self._div = np.empty((grid.ny, grid.nx))

    def advance(self, state: State, dt: float) -> None:
        """Compute the velocity at ``state.t + dt`` into ``self.u, self.v``, divergence-free to round-off, and the
        scalars into ``self.transports[name].c``; halos filled. ``state`` is left as it is but for its generator;
        :meth:`accept` makes the result the state's."""
        self.forcing.begin_step(state.rng, dt)
        self.place_walls(state.t)
        u, v, scalars = state.u, state.v, state.scalars
        if self.p is not None:
            np.copyto(self.p, state.p)
        for k in range(3):
            old, new = stage_times(k, state.t, dt)
            a, b, _, implicit_step = share = weights(k, dt)
            self._tendency(u, v, scalars, old, *self._now)
            scalars = {
                name: transport.advance_stage(k, state.t, dt, scalars[name], u, v)
                for name, transport in self.transports.items()
            }
            self.place_walls(new)
            for name, transport in self.transports.items():
                if transport.walls is not None:
                    transport.meet_walls(scalars[name], new, a + b)
            # The first stage has no rate before it; what is left of a step that blew up may not be finite.
            before = self._before if k else self._now
            if self.viscosity is None:
                momentum.advance(u, v, *self._now, *before, self.u, self.v, a, b)
                mobilities = self.walls and self.walls.relax(self.u, self.v, a + b)
                if self.walls is not None:
                    np.multiply(self.p, a + b, out=self.phi)
                self.project(self.u, self.v, new, mobilities)
                if self.walls is not None:
                    np.divide(self.phi, a + b, out=self.p)
            else:
                self.viscosity.advance(u, v, self.p, self._now, before, self.u, self.v, new, share)
                self.project(self.u, self.v, new)
                self._correct_pressure(self.p, a + b, implicit_step)
            self._now, self._before = self._before, self._now
            u, v = self.u, self.v

    def place_walls(self, t: float) -> None:
        """Put the bodies where they are at time t."""
        if self.walls is None or self.walls.at_rest or t == self.walls.t:
            return
        self.walls.place(t)
        if self.walls.moving:
            self._take_over_walls()
        if self.cut_cells is not None:
            if self.walls.moving:
                self.cut_cells.place()
            for transport in self.transports.values():
                transport.walls.place()

    def _take_over_walls(self) -> None:
        walls = self.walls
        hindered = [(c.hindered.j, c.hindered.i) for c in (walls.u, walls.v)]
        self.cut_solver.set_walls(walls.theta_u, walls.theta_v, hindered, lasting=not walls.moving)
        if self.boundary.set_openings(walls.theta_u, walls.theta_v):
            self.balance = FluxBalance(self.boundary, self.solver)

    def accept(self, state: State, t: float) -> None:
        """Make the result of :meth:`advance` the state's, at time t."""
        state.u, self.u = self.u, state.u
        state.v, self.v = self.v, state.v
        state.p, self.p = self.p, state.p
        for name, transport in self.transports.items():
            state.scalars[name], transport.c = transport.c, state.scalars[name]
        state.t, state.step = t, state.step + 1

    def _tendency(self, u, v, scalars, t: float, du, dv) -> None:
        """``du, dv`` = convection + explicit viscosity + forces (m/s2) at time t; outflow values too."""
        uniform = self.forcing.uniform
        implicit = self.nu if self.viscosity is not None else 0.0
        self.flow_rates(u, v, du, dv, uniform, self.forcing.drag, implicit)
        unforced = self.walls and self.walls.on_cut(du, dv)
        self.forcing.add(du, dv, t)
        self.buoyancy.add(scalars, du, dv)
        self.forcing.add_drawn(du, dv)
        if self.walls is not None:
            self.walls.act(u, v, du, dv, unforced, uniform)
        self.boundary.outflow_rates(u, v, du, dv)

    def flow_rates(self, u, v, du, dv, uniform=(0.0, 0.0), drag: float = 0.0, implicit: float = 0.0) -> None:
        """``du, dv`` (m/s2) = convection + viscosity without the ``implicit`` part (m2/s) + uniform force + drag."""
        nu = self.nu - implicit if self.rheology is None else 0.0
        self.rate(u, v, self.metrics, du, dv, nu, *uniform, drag)
        if self.rheology is not None:
            self.rheology.add_stress(u, v, du, dv, elsewhere=implicit)
        if self.walls is not None:
            self.walls.carry(u, v, du, dv)

    def friction_rate(self, u, v) -> float:
        """Largest ``nu*(1/dx^2 + 1/dy^2)`` of a padded velocity, 1/s, without what is implicit."""
        implicit = self.nu if self.viscosity is not None else 0.0
        if self.rheology is not None:
            return self.rheology.decay_rate(u, v, elsewhere=implicit)
        return (self.nu - implicit) * (self.grid.smallest_dx**-2 + self.grid.smallest_dy**-2)

    def divergence(self, u, v) -> np.ndarray:
        """Divergence (1/s) at centres, (ny, nx), in a work array that the next call overwrites."""
        projection.divergence(u, v, self.metrics.rdx, self.metrics.rdy, self._div)
        return self._div

    def project(self, u, v, t: float, mobilities=None) -> None:
        """Make u, v divergence-free with the sides of time t, and fill the halo. Idempotent to round-off.
        The potential is left in ``self.phi`` (m2/s). ``mobilities``: of hindered faces (:meth:`Walls.relax`), their
        open fractions if None."""
        self._impose(u, v, t)
        self.balance.close(u, v, lambda: self.divergence(u, v))
        if self.walls is not None and mobilities is None:
            mobilities = self.walls.openings
        self._solve(u, v, self.phi, mobilities)
        projection.subtract_gradient(self.phi, self.metrics.rdxu, self.metrics.rdyv, u, v)
        if self.walls is not None:
            self.walls.return_gradient(self.phi, u, v, mobilities)
        self._impose(u, v, t)
        self.boundary.fill(u, v, t)

    def _impose(self, u, v, t: float) -> None:
        """Set the velocity of what is given: faces of the sides at time t, and solid ones."""
        if self.walls is None:
            self.boundary.impose_normal(u, v, t)
            return
        self.walls.impose(u, v)
        self.boundary.impose_normal(u, v, t)
        self.walls.impose(u, v)

    def _solve(self, u, v, phi, mobilities=None) -> None:
        """Solve ``laplacian(phi) = div(u, v)``, with bodies ``div(mobility*grad(phi)) = div(u, v)`` starting from the
        present phi, and fill the first halo layer of phi."""
        div = self.divergence(u, v)
        inner = phi[H:-H, H:-H]
        if self.walls is None:
            self.solver.solve(div, inner)
        else:
            speed = float(max(u.max(), -u.min(), v.max(), -v.min()))
            self.cut_solver.solve(div, inner, mobilities, speed)
        self.fill_scalar(phi)

    def fill_scalar(self, q) -> None:
        """Fill the first halo layer of a padded centre field: wrapped, or without gradient."""
        q[:, H - 1], q[:, -H] = (q[:, -H - 1], q[:, H]) if self.grid.periodic_x else (q[:, H], q[:, -H - 1])
        q[H - 1], q[-H] = (q[-H - 1], q[H]) if self.grid.periodic_y else (q[H], q[-H - 1])

    def _correct_pressure(self, p, step: float, implicit_step: float) -> None:
        """``p += (phi - beta*dt*nu*laplacian(phi)) / step``, the pressure that the projection implies; the
        divergence that was removed is still in the work array."""
        inner = np.s_[H:-H, H:-H]
        p[inner] += (self.phi[inner] - implicit_step * self.nu * self._div) / step
        self.fill_scalar(p)

    def pressure(self, state: State, p: np.ndarray) -> None:
        """Instantaneous pressure of the state into ``p`` (padded, first halo layer filled): one Poisson solve for
        the field that keeps the acceleration divergence-free at this very time (second order, no splitting
        error). The random force is solenoidal and has no part in it. The mean is zero over the domain, or over the
        cells next to the outflow sides."""
        self.place_walls(state.t)
        du, dv = self.grid.zeros(), self.grid.zeros()
        uniform = self.forcing.uniform
        self.flow_rates(state.u, state.v, du, dv, uniform, self.forcing.drag)
        unforced = self.walls and self.walls.on_cut(du, dv)
        self.forcing.add(du, dv, state.t)
        self.buoyancy.add(state.scalars, du, dv)
        if self.walls is not None:
            self.walls.act(state.u, state.v, du, dv, unforced, uniform, whole=True)
            np.copyto(p, state.p)
        self.boundary.normal_acceleration(state.u, state.v, du, dv, state.t)
        self.balance.close(du, dv, lambda: self.divergence(du, dv))
        self._solve(du, dv, p, self.walls and self.walls.openings)
        p -= self._reference(p)

    def loads(self, state: State, p: np.ndarray) -> list[Load]:
        """Forces and torques on the bodies, given the pressure of the state (padded, m2/s2)."""
        self.place_walls(state.t)
        du, dv = self.grid.zeros(), self.grid.zeros()
        self.flow_rates(state.u, state.v, du, dv)
        return self.walls.loads(state.u, state.v, du, dv, p)

    def _reference(self, p) -> float:
        cells = p[H:-H, H:-H]
        lines = {"left": cells[:, 0], "right": cells[:, -1], "bottom": cells[0], "top": cells[-1]}
        if self.boundary.outflows:
            weights = [
                (self.boundary.mean(n, lines[n]), self.boundary.length(n)) for n in self.boundary.outflows
            ]
            return float(np.average([m for m, _ in weights], weights=[w for _, w in weights]))
        # Not by BLAS: its threads wait for one another, and its sums depend on how many there are.
        return float(np.einsum("ij,ij", cells, self.balance.volume) / self.balance.volume.sum())
