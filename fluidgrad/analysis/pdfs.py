"""Probability densities of fields: how much of the area has which value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from fluidgrad.analysis.averages import areas
from fluidgrad.analysis.masking import visible
from fluidgrad.analysis.sources import as_flow, as_run, within
from fluidgrad.display import Displayed
from fluidgrad.errors import ConfigError
from fluidgrad.fields import lookup

ROUNDING = 1e-13
"""Range, relative to the largest magnitude, below which values are the same everywhere."""

Samples = Callable[[], Iterator[tuple[np.ndarray, np.ndarray]]]
"""Values without NaN and their weights, (n,) each, one instant after the other, anew with each call."""


class PdfMoments(NamedTuple):
    """Mean, variance, skewness and kurtosis (3 for a normal distribution), smallest and largest value; skewness and
    kurtosis are nan of a field that is the same everywhere."""

    mean: float
    variance: float
    skewness: float
    kurtosis: float
    minimum: float
    maximum: float


@dataclass(frozen=True, eq=False, repr=False)
class Pdf(Displayed):
    """A probability density: ``density`` (n,) in bins between ``edges`` (n + 1,), and the moments of all values.

    Density times width, summed over the bins, is the part of all values that lies within them: 1, if their limits were
    not given.
    """

    edges: np.ndarray
    density: np.ndarray
    moments: PdfMoments

    @property
    def centres(self) -> np.ndarray:
        """Middles of the bins, (n,)."""
        return 0.5 * (self.edges[1:] + self.edges[:-1])

    def _title(self) -> str:
        return f"Pdf in {self.density.size} bins from {self.edges[0]:.6g} to {self.edges[-1]:.6g}"

    def _rows(self) -> list[tuple[str, str]]:
        return [(name, f"{value:.6g}") for name, value in self.moments._asdict().items()]


def pdf(
    source: Any,
    name: str = "",
    index: int = -1,
    *,
    time: float | None = None,
    start: float | None = None,
    end: float | None = None,
    bins: int = 100,
    limits: tuple[float, float] | None = None,
    weights: np.ndarray | None = None,
    standardised: bool = False,
) -> Pdf:
    """Probability density of a field, or of an array of values.

    Parameters
    ----------
    source : a flow, a run and which snapshot of it (``index``, ``time``), or an array, whose NaN are left out.
    name : of the field, any gradient too; not for an array. Each value counts by its area, bodies not at all.
    start, end : with one of them all snapshots between these times (s) count together, one in memory at a time.
    bins : number of bins.
    limits : of the bins, in units of the field; default the smallest and the largest value, of a field that is the
        same everywhere half a unit on either side.
    weights : of the values of an array; default equal.
    standardised : whether the bins are of ``(value - mean) / standard deviation`` instead, with ``limits`` in these.

    Raises
    ------
    ConfigError : there is no such field, no value, or no such bins.
    """
    if bins < 1 or (limits is not None and not limits[0] < limits[1]):
        raise ConfigError("a density needs at least one bin, and limits that increase")
    samples = _of_array(source, weights) if isinstance(source, np.ndarray) else None
    if samples is None:
        samples = _of_source(source, name, index, time, start, end)
    moments = _moments(samples)
    shift, scale = (moments.mean, np.sqrt(moments.variance)) if standardised else (0.0, 1.0)
    if scale == 0.0:
        raise ConfigError(f"{name or 'the field'} is the same everywhere and cannot be standardised")
    if limits is None and moments.variance == 0.0:
        limits = (moments.mean - 0.5, moments.mean + 0.5)
    elif limits is None:
        limits = ((moments.minimum - shift) / scale, (moments.maximum - shift) / scale)
    edges = np.histogram_bin_edges(np.empty(0), bins, limits)
    counts, total = np.zeros(bins), 0.0
    for values, area in samples():
        counts += np.histogram((values - shift) / scale, edges, weights=area)[0]
        total += area.sum()
    return Pdf(edges, counts / (total * np.diff(edges)), moments)


def _of_array(values: np.ndarray, weights: np.ndarray | None) -> Samples:
    weights = np.ones(values.shape) if weights is None else np.broadcast_to(weights, values.shape)
    there = ~np.isnan(values)
    return lambda: iter([(values[there], weights[there])])


def _of_source(source: Any, name: str, index: int, time: float | None, start, end) -> Samples:
    def samples() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for flow in flows():
            field = lookup(name, flow.scalar_units)
            values = visible(flow, field)
            there = ~np.isnan(values)
            yield values[there], areas(flow.grid, field.location)[there]

    if start is None and end is None:
        flow = as_flow(source, index, time=time)

        def flows():
            return [flow]
    else:
        run = as_run(source)
        chosen = within(run, start, end)

        def flows():
            return (run.flow(int(k)) for k in chosen)

    return samples


def _moments(samples: Samples) -> PdfMoments:
    """Moments in two passes, about the mean of all."""
    total = first = 0.0
    low, high = np.inf, -np.inf
    for values, area in samples():
        if values.size:
            total, first = total + area.sum(), first + np.dot(area, values)
            low, high = min(low, values.min()), max(high, values.max())
    if not total > 0.0:
        raise ConfigError("there is no value to make a density of: nothing but bodies, or no weight")
    mean = first / total
    powers = np.zeros(3)
    for values, area in samples():
        away = values - mean
        powers += [np.dot(area, away**n) for n in (2, 3, 4)]
    variance, third, fourth = powers / total
    if high - low <= ROUNDING * max(abs(low), abs(high)):
        variance, skewness, kurtosis = 0.0, np.nan, np.nan
    else:
        skewness, kurtosis = third / variance**1.5, fourth / variance**2
    return PdfMoments(*map(float, (mean, variance, skewness, kurtosis, low, high)))
