"""Budgets of kinetic energy and of enstrophy along with a run, as columns of its time series.

The terms are those of :mod:`fluidgrad.analysis.budgets`, from the solver's own operators: for each the product of the
velocity with an acceleration on the faces, of the vorticity with its curl on the nodes. The columns hold means over
the steps since the last regular row (``[output] series_every``), in the first row the values at the start.

Within a step the terms are integrated by the parabola through its ends and the instant before (Adams & Moulton, third
order as the scheme), in the first step and with a random force by the straight line. The residual is the error of the
time step; with bodies, of the pressure iteration and of stiff friction on cut faces too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from fluidgrad.analysis.budgets import MEANINGS, SHORT, UNITS
from fluidgrad.companions import Companion
from fluidgrad.powers import Powers

if TYPE_CHECKING:
    from fluidgrad.simulation import Simulation
    from fluidgrad.stepping import FractionalStep

ENERGY_ONLY = ("pressure", "bodies", "sides")
"""Terms that the enstrophy of the nodes inside has not."""


def names_of(stepper: FractionalStep) -> list[str]:
    """The terms, besides storage, that a flow can have, in the order of :data:`MEANINGS`."""
    open_to_fluid = any(side.type in ("inflow", "outflow") for side in stepper.boundary.sides.values())
    there = {
        "pressure": open_to_fluid or stepper.walls is not None,
        "forcing": stepper.forcing.driving,
        "buoyancy": bool(stepper.buoyancy.lifting),
        "drag": stepper.forcing.drag > 0.0,
        "random_forcing": stepper.forcing.random is not None,
        "bodies": stepper.walls is not None,
        "sides": open_to_fluid,
    }
    return [name for name in MEANINGS if name not in ("storage", "residual") and there.get(name, True)]


class Budgets(Companion):
    """Integrates the terms over the steps and shows their means in the time series.

    Parameters
    ----------
    stepper : whose terms they are.
    quantities : ``"kinetic_energy"``, ``"enstrophy"`` or both.
    every : steps between the regular rows of the time series.
    """

    name = "budgets"

    def __init__(self, stepper: FractionalStep, quantities: Sequence[str], every: int):
        self.quantities, self.every = quantities, every
        self.powers = Powers(stepper, "enstrophy" in quantities)
        self.names = names_of(stepper)
        self.columns = {
            f"budget_{SHORT[quantity]}_{name}": (
                UNITS[quantity],
                f"{quantity.replace('_', ' ')}: {MEANINGS[name]}",
            )
            for quantity in quantities
            for name in self._terms(quantity)
        }
        terms = (2, len(self.names))
        self._state = {
            "rates": np.zeros(terms),
            "rates_before": np.zeros(terms),
            "integrals": np.zeros(terms),
            "content": np.zeros(3),
            "content_at_row": np.zeros(3),
            "clock": np.zeros(2),
        }
        """Rates now and an instant before; integrals since the last regular row; energy, enstrophy and the energy on
        sides now and at that row; time of that row and length of the last step (s)."""

    def _terms(self, quantity: str) -> list[str]:
        shown = [name for name in self.names if quantity == "kinetic_energy" or name not in ENERGY_ONLY]
        if quantity == "kinetic_energy" and not self.powers.upwind:
            shown.remove("numerical")
        return ["storage", *shown, "residual"]

    def start(self, simulation: Simulation) -> None:
        """Begin with the initial flow."""
        for values in self._state.values():
            values.fill(0.0)
        self._look(simulation)
        self._mark(simulation)

    def _look(self, simulation: Simulation) -> None:
        """Take the rates and the contents of the present flow."""
        pressure = simulation.padded_pressure() if "pressure" in self.names else None
        rates, enstrophy = self.powers.at(simulation.state, pressure)
        self._state["rates"][:] = np.transpose([rates.get(name, (0.0, 0.0)) for name in self.names])
        self._state["content"][:] = (
            simulation.survey.energy,
            enstrophy,
            self.powers.energy_on_sides(simulation.state.u, simulation.state.v),
        )

    def _mark(self, simulation: Simulation) -> None:
        """Begin to integrate anew."""
        self._state["integrals"].fill(0.0)
        self._state["content_at_row"][:] = self._state["content"]
        self._state["clock"][0] = simulation.t

    def before_accept(self, simulation: Simulation, dt: float) -> None:
        """Take the work of the random force, which is known during the step only."""
        if simulation.step_count % self.every == 0:
            self._mark(simulation)
        if "random_forcing" in self.names:
            column = self.names.index("random_forcing")
            self._state["integrals"][:, column] += dt * self.powers.of_random_force(simulation.state)

    def after_step(self, simulation: Simulation, dt: float) -> None:
        """Add a step to the integrals."""
        state = self._state
        before, now = state["rates_before"].copy(), state["rates"].copy()
        self._look(simulation)
        last = 0.0 if "random_forcing" in self.names else state["clock"][1]
        weights = step_weights(dt, last)
        state["integrals"] += weights[0] * before + weights[1] * now + weights[2] * state["rates"]
        state["rates_before"][:], state["clock"][1] = now, dt

    def row(self, simulation: Simulation) -> dict[str, float]:
        """The means since the last regular row."""
        state, elapsed = self._state, simulation.t - self._state["clock"][0]
        means, changes = state["rates"], None
        if elapsed > 0.0:
            means, changes = (
                state["integrals"] / elapsed,
                (state["content"] - state["content_at_row"]) / elapsed,
            )
        row = {}
        for number, quantity in enumerate(("kinetic_energy", "enstrophy")):
            if quantity not in self.quantities:
                continue
            values = dict(zip(self.names, means[number].tolist(), strict=True))
            if "sides" in values and changes is not None:
                values["sides"] = changes[2]
            shown = self._terms(quantity)[1:-1]
            total = sum(values[name] for name in shown)
            storage = total if changes is None else float(changes[number])
            values |= {"storage": storage, "residual": storage - total}
            row |= {f"budget_{SHORT[quantity]}_{name}": float(values[name]) for name in self._terms(quantity)}
        return row

    def arrays(self) -> dict[str, np.ndarray]:
        """All that it needs to go on."""
        return self._state

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Go on from a checkpoint."""
        for name, values in arrays.items():
            self._state[name][...] = values


def step_weights(dt: float, last: float) -> tuple[float, float, float]:
    """Weights (s) of the rates at the instant before, the beginning and the end of a step of length dt (s) in the
    integral over it, ``last`` (s) being the step before; 0 if there is none."""
    if last == 0.0:
        return 0.0, 0.5 * dt, 0.5 * dt
    both = last + dt
    return (
        -(dt**3) / (6.0 * last * both),
        dt * (dt + 3.0 * last) / (6.0 * last),
        dt * (2.0 * dt + 3.0 * last) / (6.0 * both),
    )
