"""Running a case: each set-up at each resolution, then the comparison."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from fluidgrad.errors import ConfigError, FluidgradError
from fluidgrad.simulation import Simulation
from fluidgrad.validation.case import Case, Measured, Setup
from fluidgrad.validation.outcome import Outcome, Row, compare

Tell = Callable[[str, float], None]
"""Called after every step with the name of what is running and the share of the way behind it, 0 to 1."""


def run_case(
    case: Case,
    quick: bool = False,
    resolutions: Sequence[int] = (),
    threads: int | None = None,
    tell: Tell = lambda name, share: None,
) -> Outcome:
    """Run a case and compare.

    Parameters
    ----------
    case : the case.
    quick : whether to run at its quick resolutions rather than at all.
    resolutions : resolutions to run at instead, for all its set-ups.
    threads : threads to compute with, as for :class:`~fluidgrad.simulation.Simulation`.
    tell : told how far it is.

    A flow that blows up, or cannot be set up at a resolution asked for, ends the case; the outcome says so.
    """
    rows: list[Row] = []
    curves = {}
    failure = ""
    began = time.perf_counter()
    try:
        for setup in case.setups:
            chosen = sorted(set(resolutions)) or (setup.quick if quick else setup.full)
            measured = [(n, _measure(case, setup, n, threads, tell)) for n in chosen]
            rows += compare(case.name, setup, measured)
            curves |= {(setup.name, n, name): curve for n, m in measured for name, curve in m.curves.items()}
    except KeyboardInterrupt:
        raise
    except FluidgradError as error:
        failure = str(error)
    seconds = time.perf_counter() - began
    return Outcome(case.name, case.title, case.resolution, tuple(rows), curves, seconds, failure)


def _measure(case: Case, setup: Setup, n: int, threads: int | None, tell: Tell) -> Measured:
    label = f"{case.name}, {setup.name}, {n}"
    if n % setup.multiple:
        raise ConfigError(f"{label}: the resolution must be a multiple of {setup.multiple}")
    simulation = Simulation.from_config(setup.settings(n), threads=threads)

    def march(until: float, each=None) -> None:
        start = simulation.t

        def after_step(sim: Simulation) -> None:
            if each is not None:
                each(sim)
            tell(label, (sim.t - start) / (until - start))

        simulation.run(until, progress=after_step)

    return setup.measure(simulation, march)
