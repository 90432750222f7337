"""How far, in time or in space, values know of each other: autocorrelations and integral scales."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fluidgrad.analysis.frequencies import even_series
from fluidgrad.analysis.oscillation import STILL
from fluidgrad.analysis.sources import as_flow
from fluidgrad.analysis.structure import rows_of
from fluidgrad.errors import ConfigError

FEWEST = 4
"""Values that a series needs."""


@dataclass(frozen=True, eq=False)
class Correlation:
    """Autocorrelation of fluctuations about their mean.

    ``lag`` (n,) from zero, in s or m; ``covariance`` (n,), the first value being the variance. ``note`` tells if values
    were interpolated.
    """

    lag: np.ndarray
    covariance: np.ndarray
    mean: float
    note: str

    @property
    def variance(self) -> float:
        """Covariance at lag zero."""
        return float(self.covariance[0])

    @property
    def coefficient(self) -> np.ndarray:
        """Covariance over variance, one at lag zero; nan if nothing fluctuates, rounding apart."""
        if self.variance <= (STILL * self.mean) ** 2:
            return np.full(self.lag.size, np.nan)
        return self.covariance / self.variance

    @property
    def integral_scale(self) -> float:
        """Integral of the coefficient up to its first zero, in s or m; up to the last lag if it has none."""
        c, lag = self.coefficient, self.lag
        below = np.flatnonzero(c <= 0.0)
        if below.size:
            k = int(below[0])
            zero = lag[k - 1] + (lag[k] - lag[k - 1]) * c[k - 1] / (c[k - 1] - c[k])
            c, lag = np.append(c[:k], 0.0), np.append(lag[:k], zero)
        return float(np.trapezoid(c, lag))


def autocorrelation(
    t: np.ndarray, q: np.ndarray, *, longest: float | None = None, since: float | None = None
) -> Correlation:
    """Autocorrelation in time of a series ``q`` (n,) at increasing times ``t`` (n,), s.

    Parameters
    ----------
    longest : largest lag, s; default half of the series, of which fewer and fewer pairs are left.
    since : time from which the series counts, s; default all of it.

    Each lag is the mean over the pairs that there are. Steps that are not even are made so by a cubic spline.

    Raises
    ------
    ConfigError : fewer than four finite values at increasing times, or the longest lag is not within them.
    """
    t, q, note = even_series(t, q, since, FEWEST, "an autocorrelation")
    n, step = t.size, (t[-1] - t[0]) / (t.size - 1)
    count = n // 2 if longest is None else round(longest / step)
    if not 0 <= count < n:
        raise ConfigError(f"longest: from 0 to {t[-1] - t[0]:g} s, found {longest:g} s")
    mean = q.mean()
    spectrum = np.fft.rfft(q - mean, 2 * n)
    sums = np.fft.irfft(np.abs(spectrum) ** 2, 2 * n)[: count + 1]
    return Correlation(step * np.arange(count + 1), sums / (n - np.arange(count + 1)), float(mean), note)


def spatial_correlation(
    source: Any,
    name: str = "u",
    index: int = -1,
    *,
    time: float | None = None,
    along: str = "x",
    separations: np.ndarray | None = None,
) -> Correlation:
    """Autocorrelation in space of a field, averaged over all pairs of points in the fluid.

    Parameters
    ----------
    source, index, time : a flow, or a run and which snapshot of it.
    name : any field; "u" along x and "v" along y give the longitudinal correlation of velocity.
    along : direction of the lags, "x" or "y".
    separations : in m, taken to whole cells; zero is always there. Default up to half of the domain, cell by cell.

    Fluctuations are those about the mean over the domain. On cells that are not equal along that direction values are
    interpolated to equal ones.

    Raises ConfigError if there is no such field, direction or separation.
    """
    from fluidgrad.analysis.kernels.increments import lagged_products

    rows = rows_of(as_flow(source, index, time=time), name, along)
    lags = rows.lags(separations, first=0)
    lags = np.unique(np.append(0, lags))
    there = ~np.isnan(rows.values)
    if not there.any():
        raise ConfigError(f"{name} has no value anywhere: nothing but bodies")
    weights = there * rows.weights[:, None]
    mean = float(np.sum(rows.values[there] * weights[there]) / weights.sum())
    covariance = np.empty(lags.size)
    lagged_products(rows.values - mean, rows.weights, lags, rows.joined, covariance)
    return Correlation(lags * rows.spacing, covariance, mean, rows.note)
