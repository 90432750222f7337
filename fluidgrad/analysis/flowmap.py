"""Flow maps: where the fluid that is here goes, and where it has come from."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from fluidgrad.analysis.velocity import Velocity, velocity_of
from fluidgrad.errors import ConfigError

STRAIN = 0.15
"""Rate of stretching times time step."""

LOOKS = 5
"""Times at which the largest rate of stretching is looked for."""

MOST_STEPS = 1_000_000
"""Steps of a path at most."""


class Particles:
    """Particles on their way: places ``x``, ``y`` (n,) in m, and who is ``gone`` (n,).

    Those that start outside the domain or in a body are gone from the start; ``gradient`` (n, 4), the derivatives
    dx/dx0, dx/dy0, dy/dx0, dy/dy0 of the present places by the first ones, is there if it is asked for.
    """

    def __init__(self, velocity: Velocity, x, y, time: float, gradient: bool = False) -> None:
        x, y = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        self.shape = x.shape
        self.x, self.y = x.ravel().copy(), y.ravel().copy()
        self.absent = ~velocity.inside(self.x, self.y, time)
        self.gone = self.absent.copy()
        self.gradient = np.tile([1.0, 0.0, 0.0, 1.0], (self.x.size, 1)) if gradient else None

    def places(self, outside: str = "nan") -> tuple[np.ndarray, np.ndarray]:
        """Copies of x and y in the shape in which they were given; NaN for who is gone, or if ``outside`` is "hold" the
        place on the side where it left."""
        hidden = self.gone if outside == "nan" else self.absent
        x, y = (np.where(hidden, np.nan, q).reshape(self.shape) for q in (self.x, self.y))
        return x, y


def flow_map(
    source: Any,
    x,
    y,
    start: float,
    end: float,
    *,
    step: float | None = None,
    outside: Literal["nan", "hold"] = "nan",
) -> tuple[np.ndarray, np.ndarray]:
    """Where particles that are at x, y (m, arrays of one shape) at time ``start`` are at time ``end`` (s), m.

    By the classical Runge-Kutta method of fourth order. An ``end`` before ``start`` leads back in time. Through
    periodic sides the places go on beyond the domain; walls and bodies are not entered.

    Parameters
    ----------
    source : what :func:`~fluidgrad.analysis.velocity.velocity_of` takes.
    step : time step, s; default: 0.15 over the largest rate at which fluid is stretched or turned: of a stored flow
        anywhere in it, of functions and formulas at the places x, y. Give one where several calls are to agree exactly.
    outside : ``"nan"``: no number for particles that have left through an open side; ``"hold"``: where they left.
        Particles that start outside the domain or in a body have none in any case.

    Raises
    ------
    ConfigError : the times are not within those of the source, or the step is not positive.
    """
    if outside not in ("nan", "hold"):
        raise ConfigError(f'outside: {outside!r} is neither "nan" nor "hold"')
    velocity = velocity_of(source)
    particles = Particles(velocity, x, y, start)
    for _ in march(velocity, particles, [start, end], step):
        pass
    return particles.places(outside)


def march(velocity: Velocity, particles: Particles, times, step: float | None = None) -> Iterator[float]:
    """Move particles along a velocity and stop at each of some times (s), which only increase or only decrease; the
    first is where they are. The steps between two times are equal and no longer than ``step``."""
    times = checked_times(velocity, times)
    if step is None and times[0] != times[-1]:
        there = ~particles.gone
        step = longest_step(velocity, times[0], times[-1], particles.x[there], particles.y[there])
    if step is not None and not step > 0:
        raise ConfigError(f"step: {step:g} s given; it must be positive, also back in time")
    yield times[0]
    for begin, end in pairwise(times):
        for first, last in _steps(begin, end, step or 1.0):
            velocity.advance(particles.x, particles.y, particles.gone, first, last, particles.gradient)
        yield end


def longest_step(velocity: Velocity, start: float, end: float, x: np.ndarray, y: np.ndarray) -> float:
    """Step (s) in which fluid is stretched or turned by no more than :data:`STRAIN`, at some times between two and, of
    a velocity that is known everywhere, at the points x, y (n,); no more than is between two instants of it."""
    shares = (np.arange(LOOKS) + 0.5) / LOOKS
    rates = [velocity.rate(t, x, y) for t in (start + shares * (end - start)).tolist()]
    return min(STRAIN / max(*rates, np.finfo(float).tiny), velocity.between, abs(end - start))


def _steps(begin: float, end: float, longest: float) -> Iterator[tuple[float, float]]:
    """Equal steps from one time to another; each begins at the very number at which the last has ended."""
    count = max(1, math.ceil(abs(end - begin) / longest - 1e-9))
    if count > MOST_STEPS:
        raise ConfigError(
            f"steps of {longest:.3g} s make {count} of them from {begin:g} to {end:g} s; give a longer step"
        )
    marks = np.linspace(begin, end, count + 1).tolist()
    return pairwise(marks)


def checked_times(velocity: Velocity, times) -> list[float]:
    """Times as numbers, after a look at them: ConfigError if they turn back or the velocity does not have them."""
    given = np.asarray(times, dtype=float)
    if not np.isfinite(given).all():
        raise ConfigError("times must be finite numbers of seconds")
    ways = np.diff(given)
    if not ((ways >= 0).all() or (ways <= 0).all()):
        raise ConfigError("times must only increase or only decrease")
    low, high = velocity.span
    margin = 1e-9 * (high - low) if np.isfinite(high - low) else 0.0
    if given.min() < low - margin or given.max() > high + margin:
        raise ConfigError(
            f"particles are asked for from {given[0]:g} to {given[-1]:g} s, but the velocity is known from {low:g} to "
            f"{high:g} s only"
        )
    return given.tolist()
