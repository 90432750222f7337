"""Fields at regular points, and what values they take: the ground for colours and limits."""

from __future__ import annotations

import numpy as np

from fluidgrad.analysis.masking import drawable, visible
from fluidgrad.fields import Field
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid
from fluidgrad.plotting.sampling import Sampler, Window
from fluidgrad.plotting.style import Scale, choose_scale

SURVEY_POINTS = 160


def sample(flow: Flow, field: Field, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A field at the regular points ``x`` by ``y``, shape (y.size, x.size), continued into bodies."""
    return Sampler(flow.grid, field.location, x, y)(drawable(flow, field))


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

    def add(self, flow: Flow) -> None:
        """Take a flow into account."""
        values = visible(flow, self.field)
        samples = self._sampler(values).ravel()
        seen = np.append(values[self._inside], samples)
        seen = seen[~np.isnan(seen)]
        if seen.size:
            self._samples.append(samples[~np.isnan(samples)] if not np.isnan(samples).all() else seen)
            self._low, self._high = min(self._low, float(seen.min())), max(self._high, float(seen.max()))

    def scale(self, limits=None, cmap: str | None = None) -> Scale:
        """Limits and colours for everything taken into account; any if bodies hide everything."""
        samples = np.concatenate(self._samples) if self._samples else np.zeros(1)
        low, high = (self._low, self._high) if self._samples else (0.0, 0.0)
        return choose_scale(self.field, samples, low, high, limits, cmap)


def _between(points: np.ndarray, low: float, high: float) -> np.ndarray:
    return np.flatnonzero((points >= low) & (points <= high))
