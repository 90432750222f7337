"""When a step has failed: what is looked at after each one, and how the user is told."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from fluidgrad.boundary import SIDES
from fluidgrad.diagnostics import Survey
from fluidgrad.errors import BlowUpError
from fluidgrad.grid import H

if TYPE_CHECKING:
    from fluidgrad.simulation import Simulation

RUNAWAY_COURANT = 20.0
"""Courant number after a step at which the flow has run away; a stable step stays below 2."""

COLLAPSED_STEP = 1e-10
"""Step, relative to the time reached, at which a run is given up: velocities have grown without bound."""

RUNAWAY_DIVERGENCE = 1e-6
"""Largest divergence, relative to ``|u|/dx + |v|/dy``, that a working projection can leave."""

AT_REST = 1e-4
"""Courant number to which divergence is compared at least: at rest it is all that forces and pressure leave."""


def check(simulation: Simulation, survey: Survey, dt: float) -> None:
    """Look at the result of a step of length ``dt`` (s), still in the stepper, and at the survey of its velocity.

    Raises
    ------
    BlowUpError : it is not finite, has run away, or is not free of divergence.
    """
    stepper = simulation.stepper
    u, v = stepper.u, stepper.v
    for name, transport in stepper.transports.items():
        if not math.isfinite(transport.extent(transport.c).mean):
            raise blow_up(simulation, f"{name} is not finite", u, v)
    if not math.isfinite(survey.energy):
        raise blow_up(simulation, "the velocity is not finite", u, v)
    if survey.rate * dt > RUNAWAY_COURANT:
        raise blow_up(simulation, f"the Courant number has jumped to {survey.rate * dt:.3g}", u, v)
    left = RUNAWAY_DIVERGENCE
    if stepper.walls is not None:
        left = max(left, 10.0 * simulation.config.numerics.pressure_tolerance)
    if survey.divergence > left * max(survey.rate, simulation.survey.rate, AT_REST / dt):
        fluxes = [stepper.boundary.outward_flux(name, u, v) for name in SIDES]
        surplus = -sum(fluxes)
        if abs(surplus) > 1e-9 * sum(map(abs, fluxes)):
            raise BlowUpError(
                f"after t = {simulation.t:.6g} s more fluid enters through the inflow sides than leaves, by "
                f"{surplus:.3g} m2/s: balance their profiles at all times, or make one side an outflow"
            )
        raise blow_up(simulation, f"the divergence has grown to {survey.divergence:.3g} 1/s", u, v)


def blow_up(simulation: Simulation, what: str, u, v) -> BlowUpError:
    """The error that says what went wrong, where in the padded velocity, and what may help."""
    grid, config = simulation.grid, simulation.config
    speed = np.hypot(u[H:-H, H:-H], v[H:-H, H:-H])
    bad = ~np.isfinite(speed)
    j, i = np.unravel_index(np.argmax(bad if bad.any() else speed), speed.shape)
    advice = "a smaller [time] cfl" if config.time.step is None else "a smaller [time] step"
    return BlowUpError(
        f"{config.name or 'the flow'} blew up in step {simulation.step_count + 1} at t = {simulation.t:.6g} s: {what}, "
        f"worst near x = {grid.x[i]:.4g}, y = {grid.y[j]:.4g}. The state before that step is kept. "
        f'Try {advice}, more cells, or [numerics] advection = "upwind".'
    )
