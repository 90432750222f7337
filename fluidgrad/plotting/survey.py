"""Fields at regular points, and what values they take: the ground for colours and limits."""

from __future__ import annotations

import numpy as np

from fluidgrad.analysis.masking import continued, drawable, visible
from fluidgrad.fields import Field, rounding
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid
from fluidgrad.plotting.sampling import Sampler, Window
from fluidgrad.plotting.style import Scale, choose_scale
from fluidgrad.plotting.themes import SCREEN, Theme

SURVEY_POINTS = 160
MANY, OUTBURST = 8, 3.0
"""Of so many flows or more, those that vary more than this many times as much as nine of ten do not set the colours:
such as the pressure of a flow that starts with a jerk."""


def sample(flow: Flow, field: Field, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A field at the regular points ``x`` by ``y``, shape (y.size, x.size), continued into bodies."""
    return interpolated(Sampler(flow.grid, field.location, x, y), flow, field)


def interpolated(sampler: Sampler, flow: Flow, field: Field, dtype: type = np.float64) -> np.ndarray:
    """A field at the points of a sampler, continued into bodies; angles by the direction for which they stand."""
    if not field.period:
        return sampler(drawable(flow, field).astype(dtype, copy=False))
    turn = 2 * np.pi / field.period
    angle = turn * visible(flow, field)
    along, up = (continued(part, flow.grid, field.location) for part in (np.cos(angle), np.sin(angle)))
    along, up = (sampler(part.astype(dtype, copy=False)) for part in (along, up))
    return np.arctan2(up, along) / dtype(turn)


class Survey:
    """What values a field takes inside a window and outside bodies, over one flow or several: typical ones
    and the extremes."""

    def __init__(self, grid: Grid, field: Field, window: Window):
        self.field = field
        self._sampler = Sampler(grid, field.location, *window.points(*window.raster(SURVEY_POINTS)))
        y, x = grid.axes(field.location)
        self._inside = np.ix_(_between(y, window.y0, window.y1), _between(x, window.x0, window.x1))
        self._samples: list[np.ndarray] = []
        self._low, self._high = np.inf, -np.inf
        self._rounding = 0.0

    def add(self, flow: Flow) -> None:
        """Take a flow into account."""
        values = visible(flow, self.field)
        self._rounding = max(self._rounding, rounding(flow, self.field))
        samples = self._sampler(values).ravel()
        seen = np.append(values[self._inside], samples)
        seen = seen[~np.isnan(seen)]
        if seen.size:
            self._samples.append(samples[~np.isnan(samples)] if not np.isnan(samples).all() else seen)
            self._low, self._high = min(self._low, float(seen.min())), max(self._high, float(seen.max()))

    @property
    def mean(self) -> float:
        """Mean of the values."""
        return float(np.mean(np.concatenate(self._samples))) if self._samples else 0.0

    def join(self, other: Survey) -> None:
        """Take into account what another survey has seen of the same field, on any grid."""
        self._samples += other._samples
        self._low, self._high = min(self._low, other._low), max(self._high, other._high)

    def scale(self, limits=None, cmap: str | None = None, theme: Theme = SCREEN) -> Scale:
        """Limits and colours for everything taken into account; any if bodies hide everything."""
        samples = np.concatenate(_usual(self._samples)) if self._samples else np.zeros(1)
        low, high = (self._low, self._high) if self._samples else (0.0, 0.0)
        if high - low < self._rounding:
            samples = np.full(1, 0.5 * (low + high) if abs(low) > self._rounding else 0.0)
            low = high = float(samples[0])
        return choose_scale(self.field, samples, low, high, limits, cmap, theme)


def _usual(samples: list[np.ndarray]) -> list[np.ndarray]:
    """The samples of the flows that set the colours."""
    if len(samples) < MANY:
        return samples
    spans = [np.ptp(np.percentile(one, [0.5, 99.5])) for one in samples]
    most = OUTBURST * np.percentile(spans, 90)
    return [one for one, span in zip(samples, spans, strict=True) if span <= most]


def _between(points: np.ndarray, low: float, high: float) -> np.ndarray:
    return np.flatnonzero((points >= low) & (points <= high))
