"""What analysis and pictures are made from: a run, a live simulation, a flow, several flows, or a path."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from fluidgrad.errors import ConfigError
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid


def nearest(times: Sequence[float], time: float) -> int:
    """Position of the nearest to a time, s. Raises ConfigError if that is not a finite number."""
    if not np.isfinite(time):
        raise ConfigError(f"time {time} is not a moment of the run: give seconds")
    return int(np.abs(np.asarray(times) - time).argmin())


class Flows:
    """Flows in the order of time with the face of a run: ``times``, ``grid``, ``flow(k)``, ``name``, ``scalars``."""

    def __init__(self, flows: Sequence[Flow], name: str = "") -> None:
        if not flows:
            raise ConfigError("there is no flow to look at: give at least one")
        if not all(flow.grid.matches(flows[0].grid) for flow in flows):
            raise ConfigError("the flows are on different grids; flows of one series have one grid")
        self._flows = sorted(flows, key=lambda flow: flow.time)
        self.name = name
        self.times = np.array([flow.time for flow in self._flows])
        self.grid: Grid = flows[0].grid
        self.scalars = flows[0].scalar_units

    def __len__(self) -> int:
        return len(self._flows)

    def flow(self, index: int = -1, *, time: float | None = None) -> Flow:
        """A flow by position, negative from the end, or the one nearest to a time (s)."""
        return self._flows[index if time is None else nearest(self.times, time)]


def as_run(source: Any) -> Any:
    """The source as something with ``times`` (n,), ``grid``, ``flow(k)``, ``name`` and ``scalars``.

    A run, or anything with these, is returned as it is; a path is opened; a simulation or a flow is a series of one.

    Raises
    ------
    ConfigError : it is nothing of these.
    StorageError : there is no run at that path.
    """
    if isinstance(source, str | Path):
        from fluidgrad import open_run

        return open_run(source)
    if isinstance(source, Flow):
        return Flows([source])
    if hasattr(source, "times") and hasattr(source, "flow"):
        return source
    if hasattr(source, "flow"):
        return Flows([source.flow()], name=str(getattr(getattr(source, "config", None), "name", "") or ""))
    if isinstance(source, Sequence) and all(isinstance(one, Flow) for one in source):
        return Flows(source)
    raise ConfigError(
        f"a {type(source).__name__} cannot be analysed: give a run, its path, a simulation, a Flow or several"
    )


def as_flow(source: Any, index: int = -1, *, time: float | None = None) -> Flow:
    """One flow of a source: by position, negative from the end, or the nearest to a time (s); errors as
    :func:`as_run`."""
    if isinstance(source, Flow):
        return source
    run = as_run(source)
    if not len(run.times):
        raise ConfigError(f"run {run.name!r} has no snapshots yet")
    return run.flow(index) if time is None else run.flow(nearest(run.times, time))


def within(run: Any, start: float | None = None, end: float | None = None, fewest: int = 1) -> np.ndarray:
    """Positions of the snapshots of a run from a time to another (s), None for no limit.

    Raises ConfigError if there are fewer than ``fewest``.
    """
    times = np.asarray(run.times, float)
    low, high = (-np.inf if start is None else start), (np.inf if end is None else end)
    chosen = np.flatnonzero((times >= low) & (times <= high))
    if chosen.size < fewest:
        there = (
            f"of {times.size} from {times[0]:g} to {times[-1]:g} s" if times.size else "it has none at all"
        )
        raise ConfigError(
            f"run {run.name!r} has {chosen.size} snapshots from t = {low:g} to {high:g} s ({there}); "
            f"needed are {fewest} or more"
        )
    return chosen
