"""Lines that particles draw: where each goes, where those go that pass the same point, or set out together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from fluidgrad.analysis.flowmap import Particles, checked_times, longest_step, march
from fluidgrad.analysis.velocity import velocity_of
from fluidgrad.errors import ConfigError

MOST_RELEASES = 100_000


@dataclass(frozen=True, eq=False)
class Lines:
    """Lines through particles: ``x``, ``y`` (lines, points) in m; iterating gives each as an array (points, 2).

    ``times`` (s): of a pathline when the particle is at each point, of a streakline when it was released there, of
    timelines when each line was released. NaN where a particle is gone; through periodic sides places go on.
    """

    x: np.ndarray
    y: np.ndarray
    times: np.ndarray

    def __len__(self) -> int:
        return len(self.x)

    def __iter__(self) -> Iterator[np.ndarray]:
        return (np.column_stack(line) for line in zip(self.x, self.y, strict=True))


def pathlines(
    source: Any, x, y, start: float, end: float, count: int = 200, *, step: float | None = None
) -> Lines:
    """The paths of particles that are at x, y (n,), m, at time ``start`` until ``end`` (s), which may be before it.

    Parameters
    ----------
    source : what :func:`~fluidgrad.analysis.velocity.velocity_of` takes.
    count : points of each path, evenly spaced in time.
    step : time step, s; see :func:`~fluidgrad.analysis.flowmap.flow_map`.

    Errors as those of :func:`~fluidgrad.analysis.flowmap.flow_map`.
    """
    if count < 2:
        raise ConfigError(f"count: {count} points given; a path has at least 2")
    velocity = velocity_of(source)
    particles = Particles(velocity, np.ravel(x), np.ravel(y), start)
    times = np.linspace(start, end, count)
    places = np.array([particles.places() for _ in march(velocity, particles, times, step)])
    return Lines(places[:, 0].T, places[:, 1].T, times)


def streaklines(
    source: Any, x, y, start: float, end: float, every: float, *, step: float | None = None
) -> Lines:
    """Where at time ``end`` those particles are that were released at points x, y (n,), m, from ``start`` on, at
    intervals of ``every`` (s): what dye from a needle shows. A line for each point, the last released first; other
    parameters and errors as :func:`pathlines`."""
    times, places = _released(source, x, y, start, end, every, step)
    return Lines(places[::-1, 0].T, places[::-1, 1].T, times[::-1])


def timelines(
    source: Any, x, y, start: float, end: float, every: float, *, step: float | None = None
) -> Lines:
    """Where at time ``end`` those particles are that were released together at points x, y (n,), m, of a line, at
    intervals of ``every`` (s) from ``start`` on: what hydrogen bubbles from a pulsed wire show. A line for each
    release; other parameters and errors as :func:`pathlines`."""
    times, places = _released(source, x, y, start, end, every, step)
    return Lines(places[:, 0], places[:, 1], times)


def _released(source, x, y, start, end, every, step) -> tuple[np.ndarray, np.ndarray]:
    """Times of release (k,), and the places (k, 2, n) at the end."""
    if not (every > 0 and end > start):
        raise ConfigError(
            f"particles are released from {start:g} to {end:g} s every {every:g} s: these must increase"
        )
    count = (end - start) / every + 1
    if count > MOST_RELEASES:
        raise ConfigError(f"every: {every:g} s makes {count:.3g} releases; allowed are {MOST_RELEASES}")
    times = start + every * np.arange(int(count + 1e-9))
    velocity = velocity_of(source)
    stops = checked_times(velocity, [*times[times < end], end])
    shape = (times.size, np.size(x))
    if step is None:
        step = longest_step(velocity, start, end, *(np.ravel(np.asarray(q, float)) for q in (x, y)))
    particles = Particles(velocity, *(np.broadcast_to(np.ravel(q), shape) for q in (x, y)), start)
    particles.gone[:] = True
    for number, now in enumerate(march(velocity, particles, stops, step)):
        if number < times.size:
            row = slice(number * shape[1], (number + 1) * shape[1])
            # A body may be where it was not at the beginning.
            particles.gone[row] = ~velocity.inside(particles.x[row], particles.y[row], now)
    return times, np.stack(particles.places(), 1)
