"""How long the next time step may be."""

from __future__ import annotations

import math

from fluidgrad.config import Config
from fluidgrad.grid import Grid
from fluidgrad.scalars import BOUNDED_COURANT
from fluidgrad.stepping import FractionalStep, State

VISCOUS_LIMIT = 0.8 * 2.51
"""Largest ``dt * 4 nu (1/dx^2 + 1/dy^2)`` of an explicit step: 80 % of the real stability limit of
third-order Runge-Kutta, which leaves room for convection."""

GROWTH = 2.0
"""Largest ratio of a step to the one before."""

LOOK_AHEAD = (0.07, 0.19, 0.31, 0.43, 0.59, 0.71, 0.89, 1.0)
"""Shares of the first step at which sides and forces are looked at, since they may start from nothing."""

WALL_SHARE = 0.25
"""Share of a cell that a moving wall passes in a step at most: its forces lag by the velocity next to it, which
costs 1.5 % of the drag of a towed cylinder at 0.36, and 0.3 % at 0.16."""


def viscous_step(grid: Grid, nu: float, implicit: bool) -> float:
    """Largest stable step for explicit viscosity nu (m2/s), s; infinite if it is implicit or zero."""
    return _longest(0.0 if implicit else nu * (grid.smallest_dx**-2 + grid.smallest_dy**-2))


def _longest(rate: float) -> float:
    """Largest stable step, s, for a largest ``nu*(1/dx^2 + 1/dy^2)`` of ``rate`` (1/s)."""
    return VISCOUS_LIMIT / (4.0 * rate) if rate > 0.0 else math.inf


class StepSize:
    """The step that a configuration allows: a fixed one, or that of the Courant number, of explicit viscosity and
    drag, of the forces and of ``max_step``, whichever is smallest.

    The first step is also short enough for what the sides and forces do within it, a later one at most
    :data:`GROWTH` times the one before.
    """

    def __init__(self, config: Config, grid: Grid, stepper: FractionalStep):
        self.asked, self.grid, self.stepper = config.time, grid, stepper

    def viscous(self, state: State) -> float:
        """Largest stable step for the explicit viscosity of a state, s; infinite if it is implicit or zero."""
        return _longest(self.stepper.friction_rate(state.u, state.v))

    def allowed(self, state: State, last: float, rate: float) -> float:
        """The step from a state after one of length ``last`` (s, 0 for the first), ``rate`` (1/s) being the largest
        ``|u|/dx + |v|/dy`` of its velocity."""
        asked, t = self.asked, state.t
        if asked.step is not None:
            return asked.step
        self.stepper.place_walls(t)
        limits = (self._decay(state), self._diffusion(), self._driven(state, t, rate))
        dt = min(asked.end, asked.max_step or math.inf, *limits)
        if last > 0.0:
            return min(dt, GROWTH * last)
        return min(dt, *(self._driven(state, t + dt * ahead, rate) for ahead in LOOK_AHEAD))

    def _driven(self, state: State, t: float, rate: float) -> float:
        """Step for the Courant number of the present velocity with the sides and forces of time t, s."""
        cfl, forcing = self.asked.cfl, self.stepper.forcing
        distance = cfl * min(self.grid.smallest_dx, self.grid.smallest_dy)
        limits = [math.inf]
        rate = max(rate, self.stepper.boundary.rate(t))
        if rate > 0.0:
            limits.append(cfl / rate)
        force = forcing.largest(t) + self.stepper.buoyancy.largest(state.scalars, t)
        if force > 0.0:
            limits.append(math.sqrt(distance / force))
        if self.stepper.walls is not None and (crossing := self.stepper.walls.crossing_rate()) > 0.0:
            limits.append(WALL_SHARE / crossing)
        for transport in self.stepper.transports.values():
            if transport.limited and rate + transport.diffusion_rate > 0.0:
                walls = transport.walls
                beside = walls.courant_rate(state.u, state.v) if walls is not None else 0.0
                limits.append(BOUNDED_COURANT / (max(rate, beside) + transport.diffusion_rate))
        if forcing.random is not None:
            limits.append(forcing.random.longest_step(distance))
        return min(limits)

    def _diffusion(self) -> float:
        """Largest stable step for the explicit diffusion of the scalars, s."""
        diffusivities = [transport.explicit_diffusivity for transport in self.stepper.transports.values()]
        return viscous_step(self.grid, max(diffusivities, default=0.0), implicit=False)

    def _decay(self, state: State) -> float:
        """Largest stable step for explicit viscosity and drag together, s."""
        rate = VISCOUS_LIMIT / self.viscous(state) + self.stepper.forcing.drag
        return VISCOUS_LIMIT / rate if rate > 0.0 else math.inf
