"""One time step: three Runge-Kutta stages, each convect, diffuse, project.

Explicit: the low-storage third-order scheme of Wray (as in Spalart, Moser & Rogers, J. Comput. Phys. 96, 1991),
``u += dt*(gamma_k*N_k + zeta_k*N_(k-1))``, then a projection. Implicit viscosity: the same convective weights
with Crank-Nicolson in every stage (their alpha_k, beta_k) and the pressure of the previous stage.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluidgrad.boundary import Boundary, FluxBalance
from fluidgrad.forcing import Forcing
from fluidgrad.grid import Grid, H
from fluidgrad.implicit import ImplicitViscosity
from fluidgrad.kernels import momentum, projection
from fluidgrad.pressure import PoissonSolver

GAMMA = (8 / 15, 5 / 12, 3 / 4)
ZETA = (0.0, -17 / 60, -5 / 12)
ALPHA = (29 / 96, -3 / 40, 1 / 6)
BETA = (37 / 160, 5 / 24, 1 / 6)
STAGE_TIMES = (0.0, 8 / 15, 2 / 3, 1.0)

ADVECTION = {"central": momentum.CENTRAL, "upwind": momentum.UPWIND}
"""Name of the convective scheme -> its number in the kernels."""


@dataclass
class State:
    """Everything the next step reads: time (s), step number, padded velocity (m/s); with implicit viscosity
    the pressure of the last stage (m2/s2, padded); with a random force its generator."""

    t: float
    step: int
    u: np.ndarray
    v: np.ndarray
    p: np.ndarray | None = None
    rng: np.random.Generator | None = None


class FractionalStep:
    """Advances a :class:`State` on one grid with fixed physics.

    Parameters
    ----------
    grid, boundary, forcing : where, what the sides do, what drives the flow.
    nu : kinematic viscosity, m2/s.
    advection : a name in :data:`ADVECTION`.
    implicit : whether viscosity is treated implicitly.
    threads : threads for the transforms (kernels follow numba's setting).
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
    ):
        self.grid, self.boundary, self.forcing, self.nu = grid, boundary, forcing, nu
        self.metrics = momentum.metrics(grid.dx_p, grid.dy_p)
        self.solver = PoissonSolver(grid, threads)
        self.balance = FluxBalance(boundary, self.solver)
        self.rate = momentum.tendency(ADVECTION[advection])
        self.viscosity = ImplicitViscosity(grid, boundary, self.metrics, nu) if implicit else None
        self.u, self.v, self.phi = grid.zeros(), grid.zeros(), grid.zeros()
        self.p = grid.zeros() if implicit else None
        self._now = (grid.zeros(), grid.zeros())
        self._before = (grid.zeros(), grid.zeros())
        self._div = np.empty((grid.ny, grid.nx))

    def advance(self, state: State, dt: float) -> None:
        """Compute the velocity at ``state.t + dt`` into ``self.u, self.v``: divergence-free to round-off, halo
        filled. ``state`` is left as it is but for its generator; :meth:`accept` makes the new velocity the
        state's."""
        self.forcing.begin_step(state.rng, dt)
        u, v = state.u, state.v
        if self.p is not None:
            np.copyto(self.p, state.p)
        for k in range(3):
            old, new = state.t + STAGE_TIMES[k] * dt, state.t + STAGE_TIMES[k + 1] * dt
            self._tendency(u, v, old, *self._now)
            a, b = GAMMA[k] * dt, ZETA[k] * dt
            # The first stage has no rate before it; what is left of a step that blew up may not be finite.
            before = self._before if k else self._now
            if self.viscosity is None:
                momentum.advance(u, v, *self._now, *before, self.u, self.v, a, b)
                self.project(self.u, self.v, new)
            else:
                weights = (a, b, ALPHA[k] * dt, BETA[k] * dt)
                self.viscosity.advance(u, v, self.p, self._now, before, self.u, self.v, new, weights)
                self.project(self.u, self.v, new)
                self._correct_pressure(self.p, a + b, BETA[k] * dt)
            self._now, self._before = self._before, self._now
            u, v = self.u, self.v

    def accept(self, state: State, t: float) -> None:
        """Make the velocity of :meth:`advance` the state's, at time t."""
        state.u, self.u = self.u, state.u
        state.v, self.v = self.v, state.v
        state.p, self.p = self.p, state.p
        state.t, state.step = t, state.step + 1

    def _tendency(self, u, v, t: float, du, dv) -> None:
        """``du, dv`` = convection + explicit viscosity + forces (m/s2) at time t; outflow values too."""
        nu = self.nu if self.viscosity is None else 0.0
        fx, fy = self.forcing.uniform
        self.rate(u, v, self.metrics, du, dv, nu, fx, fy, self.forcing.drag)
        self.forcing.add(du, dv, t)
        self.forcing.add_drawn(du, dv)
        self.boundary.outflow_rates(u, v, du, dv)

    def divergence(self, u, v) -> np.ndarray:
        """Divergence (1/s) at centres, (ny, nx), in a work array that the next call overwrites."""
        projection.divergence(u, v, self.metrics.rdx, self.metrics.rdy, self._div)
        return self._div

    def project(self, u, v, t: float) -> None:
        """Make u, v divergence-free with the sides of time t, and fill the halo. Idempotent to round-off.
        The potential is left in ``self.phi`` (m2/s)."""
        self.boundary.impose_normal(u, v, t)
        self.balance.close(u, v, lambda: self.divergence(u, v))
        self._solve(self.divergence(u, v), self.phi)
        projection.subtract_gradient(self.phi, self.metrics.rdxu, self.metrics.rdyv, u, v)
        self.boundary.impose_normal(u, v, t)
        self.boundary.fill(u, v, t)

    def _solve(self, div, phi) -> None:
        """Solve ``laplacian(phi) = div`` and fill the first halo layer of phi."""
        self.solver.solve(div, phi[H:-H, H:-H])
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
        du, dv = self.grid.zeros(), self.grid.zeros()
        fx, fy = self.forcing.uniform
        self.rate(state.u, state.v, self.metrics, du, dv, self.nu, fx, fy, self.forcing.drag)
        self.forcing.add(du, dv, state.t)
        self.boundary.normal_acceleration(state.u, state.v, du, dv, state.t)
        self.balance.close(du, dv, lambda: self.divergence(du, dv))
        self._solve(self.divergence(du, dv), p)
        p -= self._reference(p)

    def _reference(self, p) -> float:
        cells = p[H:-H, H:-H]
        lines = {"left": cells[:, 0], "right": cells[:, -1], "bottom": cells[0], "top": cells[-1]}
        if self.boundary.outflows:
            weights = [
                (self.boundary.mean(n, lines[n]), self.boundary.length(n)) for n in self.boundary.outflows
            ]
            return float(np.average([m for m, _ in weights], weights=[w for _, w in weights]))
        return float(np.vdot(cells, self.balance.volume) / self.balance.volume.sum())
