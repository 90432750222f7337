"""How long the next time step may be."""

from __future__ import annotations

import math

from fluidgrad.config import Config
from fluidgrad.grid import Grid
from fluidgrad.stepping import FractionalStep

VISCOUS_LIMIT = 0.8 * 2.51
"""Largest ``dt * 4 nu (1/dx^2 + 1/dy^2)`` of an explicit step: 80 % of the real stability limit of
third-order Runge-Kutta, which leaves room for convection."""

GROWTH = 2.0
"""Largest ratio of a step to the one before."""

LOOK_AHEAD = (0.07, 0.19, 0.31, 0.43, 0.59, 0.71, 0.89, 1.0)
"""Shares of the first step at which sides and forces are looked at, since they may start from nothing."""


def viscous_step(grid: Grid, nu: float, implicit: bool) -> float:
    """Largest stable step for explicit viscosity nu (m2/s), s; infinite if it is implicit or zero."""
    if nu == 0.0 or implicit:
        return math.inf
    return VISCOUS_LIMIT / (4.0 * nu * (grid.smallest_dx**-2 + grid.smallest_dy**-2))


class StepSize:
    """The step that a configuration allows: a fixed one, or that of the Courant number, of explicit viscosity and
    drag, of the forces and of ``max_step``, whichever is smallest.

    The first step is also short enough for what the sides and forces do within it, a later one at most
    :data:`GROWTH` times the one before.
    """

    def __init__(self, config: Config, grid: Grid, stepper: FractionalStep):
        self.asked, self.grid, self.stepper = config.time, grid, stepper
        self.viscous = viscous_step(grid, config.nu, stepper.viscosity is not None)
        """Largest stable step for explicit viscosity, s; infinite if it is implicit or zero."""

    def allowed(self, t: float, last: float, rate: float) -> float:
        """The step at time t (s) after one of length ``last`` (0 for the first), for a velocity with the largest
        ``|u|/dx + |v|/dy`` of ``rate`` (1/s)."""
        asked = self.asked
        if asked.step is not None:
            return asked.step
        dt = min(asked.end, asked.max_step or math.inf, self._decay(), self._driven(t, rate))
        if last > 0.0:
            return min(dt, GROWTH * last)
        return min(dt, *(self._driven(t + dt * ahead, rate) for ahead in LOOK_AHEAD))

    def _driven(self, t: float, rate: float) -> float:
        """Step for the Courant number of the present velocity with the sides and forces of time t, s."""
        cfl, forcing = self.asked.cfl, self.stepper.forcing
        distance = cfl * min(self.grid.smallest_dx, self.grid.smallest_dy)
        limits = [math.inf]
        rate = max(rate, self.stepper.boundary.rate(t))
        if rate > 0.0:
            limits.append(cfl / rate)
        force = forcing.largest(t)
        if force > 0.0:
            limits.append(math.sqrt(distance / force))
        if forcing.random is not None:
            limits.append(forcing.random.longest_step(distance))
        return min(limits)

    def _decay(self) -> float:
        """Largest stable step for explicit viscosity and drag together, s."""
        rate = VISCOUS_LIMIT / self.viscous + self.stepper.forcing.drag
        return VISCOUS_LIMIT / rate if rate > 0.0 else math.inf
