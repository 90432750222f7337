"""What is computed along with a run, step by step, and never acts on the flow: particles, running statistics,
budgets.

A companion sees each step when its result is known but not yet taken over, so that it has the velocity at both
ends. All that it needs to go on is in :meth:`Companion.arrays`, which checkpoints keep bit for bit: a run that
was stopped and resumed ends with the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from fluidgrad.errors import RefusedError, StorageError

if TYPE_CHECKING:
    from fluidgrad.simulation import Simulation


class Companion:
    """One of them; this one does nothing. Each kind overrides what it needs.

    Attributes
    ----------
    name : unique among the companions of a run; the names of its arrays in checkpoints begin with it.
    columns : the columns that it adds to the time series: name -> unit, meaning.
    """

    name: str
    columns: Mapping[str, tuple[str, str]] = {}

    def start(self, simulation: Simulation) -> None:
        """Begin with the initial flow; not called for a run that is resumed."""

    def before_accept(self, simulation: Simulation, dt: float) -> None:
        """See a step: ``simulation.state`` is still the flow at its beginning, ``simulation.stepper`` has the new
        velocity ``u, v`` (padded, halos filled) and the new scalars, valid at ``state.t + dt``."""

    def after_step(self, simulation: Simulation, dt: float) -> None:
        """See the flow after a step."""

    def row(self, simulation: Simulation) -> dict[str, float]:
        """Its part of a row of the time series: a value for each of :attr:`columns`."""
        return {}

    def particles(self, simulation: Simulation) -> dict[str, dict[str, np.ndarray]]:
        """Sets of particles for the snapshots: name -> attribute (``x``, ``y`` ...) -> values (n,)."""
        return {}

    def file(self, simulation: Simulation) -> tuple[str, bytes] | None:
        """A file in the run directory, name and content, written anew after each snapshot."""
        return None

    def arrays(self) -> dict[str, np.ndarray]:
        """All that it needs to go on."""
        return {}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Go on from what :meth:`arrays` gave."""


def stored(companions: list[Companion]) -> dict[str, np.ndarray]:
    """The arrays of all companions by the names that they have in a checkpoint."""
    return {
        f"companion_{one.name}_{key}": values for one in companions for key, values in one.arrays().items()
    }


def restore(companions: list[Companion], arrays: dict[str, np.ndarray], where: Any) -> None:
    """Let all go on from the arrays of a checkpoint. Raises RefusedError if it is of another kind of run."""
    for one in companions:
        prefix = f"companion_{one.name}_"
        own = {key.removeprefix(prefix): values for key, values in arrays.items() if key.startswith(prefix)}
        if own.keys() != one.arrays().keys():
            raise RefusedError(f"{where}: its checkpoint has no {one.name} to go on with")
        try:
            one.restore(own)
        except ValueError as error:
            raise StorageError(f"{where}: {one.name} of its checkpoint cannot be used: {error}") from error
