"""The oscillation in a time series: frequency, Strouhal number, mean and amplitude over whole periods.

Made for the lift of a body that sheds vortices, and for any other series: steps of any length, a start-up that
is left out, a mean, a slow drift and noise. Periods are counted where the series rises through its mean. A
sine has no curvature there, so that a crossing between two samples is known to third order in the step; a
spectrum over the same time resolves no better than one period in all of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

HYSTERESIS = 0.5
"""A series has risen through its mean when it was this many standard deviations below and is as many above."""

FEWEST_PERIODS = 2
"""Whole periods needed."""

IRREGULAR = 0.3
"""Spread of the periods, relative to their mean, from which there is no single frequency."""

FADED = 0.1
"""An oscillation is over when its last period is smaller than this part of its first."""

OVERDUE = 2.0
"""It is over, too, when the next period has not begun after this many."""

STILL = 1e-9
"""Spread, relative to the largest magnitude of the whole series, that is rounding."""


@dataclass(frozen=True)
class Oscillation:
    """How a series oscillates; numbers are nan, and ``reason`` says why, if it does not.

    ``strouhal`` is ``frequency`` (1/s) times length over speed, ``uncertainty`` its standard error. ``mean`` and
    ``amplitude`` (half of peak to peak) are over whole periods, ``periods`` of them, from ``start`` to ``end`` (s).
    """

    strouhal: float = math.nan
    uncertainty: float = math.nan
    frequency: float = math.nan
    mean: float = math.nan
    amplitude: float = math.nan
    periods: int = 0
    start: float = math.nan
    end: float = math.nan
    reason: str = ""

    def __bool__(self) -> bool:
        return not self.reason


def strouhal(t, q, speed: float = 1.0, length: float = 1.0, since: float | None = None) -> Oscillation:
    """The oscillation of a series ``q`` (n,) at increasing times ``t`` (n,), s, spaced in any way.

    Parameters
    ----------
    speed, length : scales of the Strouhal number, m/s and m.
    since : time from which the series counts; default the second half of it.

    Raises ValueError if these are not two finite series of one length with increasing times.
    """
    t, q = _checked(t, q)
    if since is None and t.size:
        since = 0.5 * (t[0] + t[-1])
    scale, kept = np.abs(q).max(initial=0.0), t >= (since or 0.0)
    t, q = t[kept], q[kept]
    if t.size < 4:
        return Oscillation(reason=f"it has only {t.size} values in that time")
    level = np.polynomial.Polynomial.fit(t, q, 1, w=np.sqrt(np.gradient(t)))(t)
    spread = math.sqrt(time_mean(t, (q - level) ** 2))
    if spread <= STILL * scale:
        return Oscillation(reason="it is steady")
    rises = _rises(t, q - level, HYSTERESIS * spread)
    if rises.size > 2:
        # A line through whole periods has no share of a broken one.
        level = _level_of_periods(t, q, rises)
        rises = _rises(t, q - level, HYSTERESIS * spread)
    falls = _rises(t, level - q, HYSTERESIS * spread)
    return _judge(t, q, rises, falls, length / speed)


def time_mean(t: np.ndarray, q: np.ndarray, start: float = -math.inf, end: float = math.inf) -> float:
    """Mean over time of a series that is linear between its values, from ``start`` to ``end`` (s) of it."""
    start, end = max(start, float(t[0])), min(end, float(t[-1]))
    low, high = _integral(t, q, np.array([start, end]))
    return float(high - low) / (end - start)


def _checked(t, q) -> tuple[np.ndarray, np.ndarray]:
    t, q = np.asarray(t, dtype=float), np.asarray(q, dtype=float)
    if t.ndim != 1 or t.shape != q.shape:
        raise ValueError(f"times and values must be two series of one length, not {t.shape} and {q.shape}")
    if not (np.isfinite(t).all() and np.isfinite(q).all()):
        raise ValueError("times and values must be finite")
    if not (np.diff(t) > 0).all():
        raise ValueError("times must increase")
    return t, q


def _integral(t: np.ndarray, q: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Integral of a series, linear between its values, from its beginning to some times within it."""
    whole = np.concatenate([[0.0], np.cumsum(0.5 * (q[1:] + q[:-1]) * np.diff(t))])
    k = np.clip(np.searchsorted(t, times, side="right") - 1, 0, t.size - 2)
    return whole[k] + 0.5 * (q[k] + np.interp(times, t, q)) * (times - t[k])


def _rises(t: np.ndarray, q: np.ndarray, band: float) -> np.ndarray:
    """Times at which a series passes zero for the last time on its way from below ``-band`` to above ``band``."""
    outside = np.flatnonzero(np.abs(q) > band)
    up = np.sign(q[outside])
    turns = np.flatnonzero((up[:-1] < 0) & (up[1:] > 0))
    times = []
    for first, last in zip(outside[turns], outside[turns + 1], strict=True):
        k = first + np.flatnonzero(q[first : last + 1] <= 0)[-1]
        times.append(t[k] - q[k] * (t[k + 1] - t[k]) / (q[k + 1] - q[k]))
    return np.array(times)


def _level_of_periods(t: np.ndarray, q: np.ndarray, rises: np.ndarray) -> np.ndarray:
    """What the series oscillates about: the line through the means of its periods."""
    means = np.diff(_integral(t, q, rises)) / np.diff(rises)
    middles = 0.5 * (rises[1:] + rises[:-1])
    return np.polynomial.Polynomial.fit(middles, means, 1 if means.size > 2 else 0)(t)


def _judge(t: np.ndarray, q: np.ndarray, rises: np.ndarray, falls: np.ndarray, scale: float) -> Oscillation:
    """The oscillation with these crossings, or why there is none; ``scale`` makes a frequency a Strouhal
    number."""
    periods = np.diff(rises)
    if periods.size < FEWEST_PERIODS:
        return Oscillation(
            reason=f"{periods.size} whole periods in that time, at least {FEWEST_PERIODS} are needed"
        )
    if periods.std() > IRREGULAR * periods.mean():
        return Oscillation(reason="its periods are irregular")
    within = [q[(t >= low) & (t <= high)] for low, high in pairwise(rises)]
    sizes = np.array([0.5 * np.ptp(values) if values.size else 0.0 for values in within])
    if sizes[-1] < FADED * sizes[0] or t[-1] - rises[-1] > OVERDUE * periods.mean():
        return Oscillation(reason="its oscillation dies away")
    period, error = _slope(rises)
    if falls.size > FEWEST_PERIODS:
        other, other_error = _slope(falls)
        error = max(error, other_error, 0.5 * abs(period - other))
        period = 0.5 * (period + other)
    return Oscillation(
        strouhal=scale / period,
        uncertainty=scale * error / period**2,
        frequency=1 / period,
        mean=time_mean(t, q, rises[0], rises[-1]),
        amplitude=float(sizes.mean()),
        periods=int(periods.size),
        start=float(rises[0]),
        end=float(rises[-1]),
    )


def _slope(times: np.ndarray) -> tuple[float, float]:
    """Slope of the line through events at equal intervals, and its standard error."""
    number = np.arange(times.size) - 0.5 * (times.size - 1)
    weight = float((number**2).sum())
    slope = float((number * times).sum()) / weight
    rest = times - times.mean() - slope * number
    return slope, math.sqrt(float((rest**2).sum()) / (times.size - 2) / weight)
