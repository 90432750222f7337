"""What layers that follow the fluid in time need: its velocity between the snapshots, and how long to follow it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fluidgrad.analysis.masking import without_solids
from fluidgrad.errors import ConfigError
from fluidgrad.fields import at_centres, solid_mask
from fluidgrad.flow import Flow
from fluidgrad.plotting.layers.base import Scene

CELLS, STRAIN, MOSTLY = 2.5, 0.5, 0.7
"""A step for the eye: the fluid crosses so many cells, or is stretched or turned by this rate times step, whichever
takes longer, but by no more than the third number in all but a singular place, since the cores of vortices would
shrink. Measured on turbulence, wakes and cavities, 9 of 10 places are then right to 1e-3 of the window or better."""
SINGULAR = 99.8
"""Percentile of the rates above which a place is singular."""
LOOKS, AROUND = 5, 1.2
"""Times at which rates are looked at, up to so many times of crossing before and after what is drawn."""


@dataclass(frozen=True)
class Motion:
    """Need: the velocity of the source as a function of place and time, and the time in which the fluid crosses the
    shorter side of the window at its root mean square speed."""

    def collector(self, scene: Scene) -> _MotionCollector:
        return _MotionCollector()


@dataclass(frozen=True, eq=False)
class Moving:
    """The velocity, the times (s) between which it is known, the time of crossing (s), a ``step`` (s) that is short
    enough for the eye, whether fluid leaves through ``open`` sides, and the first and last time ``seen``."""

    velocity: Any
    times: np.ndarray
    crossing: float
    step: float
    open: bool
    seen: tuple[float, float]

    def before(self, time: float, duration: float) -> float:
        """The moment so much earlier, or the first there is."""
        first = float(self.times[0]) if self.times.size > 1 else -np.inf
        return max(time - duration, first)

    def after(self, time: float, duration: float) -> float:
        """The moment so much later, or the last there is."""
        last = float(self.times[-1]) if self.times.size > 1 else np.inf
        return min(time + duration, last)

    @property
    def history(self) -> float:
        """The longest time (s) for which fluid of any moment seen can be followed back; a single instant lasts."""
        return self.seen[1] - float(self.times[0]) if self.times.size > 1 else np.inf

    @property
    def future(self) -> float:
        """The same ahead."""
        return float(self.times[-1]) - self.seen[0] if self.times.size > 1 else np.inf


class _MotionCollector:
    def __init__(self) -> None:
        self.source: Any = None
        self.flow: Any = None
        self.speeds: list[float] = []
        self.seen: list[float] = []
        self.fastest, self.shorter, self.open = 0.0, 1.0, False

    def add(self, scene: Scene) -> None:
        self.source, self.flow = scene.source, scene.flow
        self.seen.append(scene.flow.time)
        self.shorter = min(scene.window.width, scene.window.height)
        fluid = ~solid_mask(scene.flow, "centre")
        speed = at_centres(scene.flow, "speed")[fluid]
        self.speeds.append(float(np.sqrt(np.mean(speed**2))) if speed.size else 0.0)
        self.fastest = max(self.fastest, float(speed.max(initial=0.0)))
        self.open = self.open or is_open(scene.flow)

    def result(self) -> Moving:
        from fluidgrad.analysis.velocity import velocity_of

        source = self.flow if self.source is None else self.source
        times = np.asarray(getattr(source, "times", ()), dtype=float)
        speed = float(np.mean(self.speeds)) if self.speeds else 0.0
        crossing = self.shorter / speed if speed > 0 else 0.0
        seen = (min(self.seen), max(self.seen))
        step = self._step(times, seen, AROUND * crossing)
        return Moving(velocity_of(source), times, crossing, step, self.open, seen)

    def _step(self, times: np.ndarray, seen: tuple[float, float], around: float) -> float:
        """A time step, s, for what happens from some time before to some time after what is seen."""
        flows = [self.flow]
        if times.size > 1:
            looks = np.linspace(seen[0] - around, seen[1] + around, LOOKS)
            numbers = {int(np.argmin(np.abs(times - look))) for look in looks}
            flows = [self.source.flow(number) for number in sorted(numbers)]
        largest, mostly = np.max([rates_of(flow) for flow in flows], axis=0)
        if not (self.fastest > 0 and largest > 0):
            return np.inf
        quick = max(CELLS * self.flow.grid.spacing / self.fastest, STRAIN / largest)
        return float(min(quick, MOSTLY / mostly) if mostly > 0 else quick)


def rates_of(flow: Flow) -> tuple[float, float]:
    """The largest rate (1/s) at which the fluid is stretched or turned, and the largest in all but singular places."""
    from fluidgrad.analysis.gradients import velocity_gradient
    from fluidgrad.analysis.sampled import eigenvalue

    rates = eigenvalue(np.stack(velocity_gradient(without_solids(flow)), axis=-1))
    rates = rates[np.isfinite(rates)]
    return (float(rates.max()), float(np.percentile(rates, SINGULAR))) if rates.size else (0.0, 0.0)


def is_open(flow: Flow) -> bool:
    """Whether fluid passes through a side that is not periodic."""
    across = [] if flow.grid.periodic_x else [flow.u[:, 0], flow.u[:, -1]]
    across += [] if flow.grid.periodic_y else [flow.v[0], flow.v[-1]]
    return any(np.any(side != 0) for side in across)


def need_history(scene: Scene, moving: Moving, what: str) -> None:
    """Raises ConfigError if there is nothing but a single instant."""
    if moving.times.size < 2:
        raise ConfigError(
            f"{what} follows the fluid from snapshot to snapshot, and there is only one: give a run with several"
        )


def round_duration(seconds: float) -> float:
    """One or two digits of it, for labels that are read."""
    return float(f"{seconds:.1g}") if seconds > 0 else 0.0
