"""Moments over time that are updated while a simulation runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fluidgrad.analysis.running import RunningMoments
from fluidgrad.companions import Companion

if TYPE_CHECKING:
    from fluidgrad.config.tables import Statistics
    from fluidgrad.grid import Grid
    from fluidgrad.simulation import Simulation

EARLY = 1e-9
"""How early, relative to a step, a sample may be for the time from which they count; round-off of the clock."""


class RunningStatistics(Companion):
    """Takes a sample after each step, or each few, and stores the moments with every snapshot.

    Parameters
    ----------
    asked : table ``[statistics]`` of the configuration.
    grid : of the run.
    scalars : its transported scalars, :attr:`Flow.scalar_units`.
    bodies : whether there are bodies.
    """

    name = "statistics"

    def __init__(self, asked: Statistics, grid: Grid, scalars: dict[str, tuple[str, str]], bodies: bool):
        self.asked = asked
        self.moments = RunningMoments(grid, scalars, asked.fields, asked.stresses, bodies)

    def start(self, simulation: Simulation) -> None:
        """Forget what was, and take the initial flow if it counts."""
        self.moments.reset()
        self._sample(simulation, 0.0)

    def after_step(self, simulation: Simulation, dt: float) -> None:
        """Take the flow after every step, or every few, from the time at which they begin to count."""
        if simulation.step_count % self.asked.every == 0:
            self._sample(simulation, dt)

    def _sample(self, simulation: Simulation, dt: float) -> None:
        if simulation.t >= self.asked.start - EARLY * dt:
            self.moments.add(simulation.flow(pressure=bool(self.moments.fields), copy=False))

    def file(self, simulation: Simulation) -> tuple[str, bytes] | None:
        """The moments so far, once there are any."""
        from fluidgrad.output.rundir import STATISTICS
        from fluidgrad.output.statistics import statistics_image

        return (STATISTICS, statistics_image(self.moments.result())) if self.moments.samples else None

    def arrays(self) -> dict[str, np.ndarray]:
        """The sums so far, and the last sample."""
        return self.moments.arrays()

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Go on from a checkpoint."""
        self.moments.restore(arrays)
