"""Which frequencies a time series is made of: its power spectral density, and where that has its peak."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluidgrad.analysis.oscillation import STILL
from fluidgrad.errors import ConfigError

FEWEST = 16
"""Values that a spectrum needs."""

EVEN = 1e-6
"""Spread of the steps, relative to their mean, up to which a series is evenly spaced."""


@dataclass(frozen=True)
class Periodogram:
    """Power spectral density of a series without its mean.

    ``frequency`` (n,) in Hz, from one ``resolution`` on; ``density`` (n,) in units of the series squared per Hz, whose
    integral is the variance; ``peak`` the frequency (Hz) of the largest, from the parabola through the logarithms of
    the three values there, nan for a series that does not change; ``segments`` how many overlapping parts of the series
    were averaged.
    """

    frequency: np.ndarray
    density: np.ndarray
    peak: float
    resolution: float
    segments: int


def periodogram(t, q, *, since: float | None = None, segments: int = 1) -> Periodogram:
    """Power spectral density of a series ``q`` (n,) at increasing times ``t`` (n,), s, spaced in any way.

    The series is interpolated by a cubic spline to as many times of equal spacing. With one segment this is the
    periodogram of all of it under a Hann window, the sharpest there is; the mean over more, half overlapping ones is
    less sharp and less noisy (Welch 1967, IEEE Trans. Audio Electroacoust. 15:70).

    Parameters
    ----------
    since : time (s) from which the series counts; default its beginning.
    segments : how many; at most what leaves each :data:`FEWEST` values.

    Raises ConfigError if too few finite values are left, or there is no such number of segments.
    """
    from scipy.signal import welch

    t, q, _ = even_series(t, q, since, FEWEST, "a spectrum")
    length = 2 * t.size // (segments + 1) if segments >= 1 else 0
    if length < FEWEST:
        raise ConfigError(f"segments must lie between 1 and {2 * t.size // FEWEST - 1}, not {segments}")
    rate = (t.size - 1) / (t[-1] - t[0])
    frequency, density = welch(q, rate, window="hann", nperseg=length, detrend="constant")
    peak = _peak(frequency, density) if q.std() > STILL * np.abs(q).max() else float("nan")
    return Periodogram(frequency[1:], density[1:], peak, float(frequency[1]), segments)


def even_series(t, q, since: float | None, fewest: int, what: str) -> tuple[np.ndarray, np.ndarray, str]:
    """A series at even times, as many, from a time (s) on, by a cubic spline where its steps are not even, and how it
    was made; values that are not finite are left out.

    Raises ConfigError, which says that ``what`` needs them, unless ``fewest`` values at increasing times are left.
    """
    t, q = np.asarray(t, dtype=float), np.asarray(q, dtype=float)
    kept = np.isfinite(t) & np.isfinite(q) & (t >= (-np.inf if since is None else since))
    t, q = t[kept], q[kept]
    if t.size < fewest or not (np.diff(t) > 0).all():
        raise ConfigError(f"{what} needs at least {fewest} values at increasing times, not {t.size}")
    steps = np.diff(t)
    if np.ptp(steps) <= EVEN * steps.mean():
        return t, q, "exact"
    from scipy.interpolate import CubicSpline

    even = np.linspace(t[0], t[-1], t.size)
    return even, CubicSpline(t, q)(even), "interpolated to even steps"


def _peak(frequency: np.ndarray, density: np.ndarray) -> float:
    """Where the density is largest, between its values."""
    k = int(np.argmax(density[1:])) + 1
    around = density[k - 1 : k + 2]
    if around.size < 3 or k == 1 or not (around > 0).all():
        return float(frequency[k])
    left, middle, right = np.log(around)
    bend = left - 2 * middle + right
    return float(frequency[k] + (0.5 * (left - right) / bend if bend else 0.0) * frequency[1])
