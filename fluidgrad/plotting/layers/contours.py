"""A scalar field as level lines or filled bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from fluidgrad.errors import ConfigError
from fluidgrad.fields import ScalarUnits, lookup
from fluidgrad.plotting.layers.base import Bar, Layer, Scene
from fluidgrad.plotting.layers.scales import FieldScale
from fluidgrad.plotting.style import Scale, plain, sentence
from fluidgrad.plotting.survey import sample

BANDS = 14
FLAT = 1e-9
"""A field that varies by less than this part of its colours has no level lines."""
THIN = {"linewidths": 0.5, "alpha": 0.7, "linestyles": "solid"}
FORMS = ("over", "lines", "filled")
POINTS = 500
"""Points along the longer side between which level lines are drawn."""


@dataclass(frozen=True)
class Contours(Layer):
    """Level lines of a field: ``form`` ``"over"`` an image, ``"lines"`` coloured by their level, or ``"filled"`` bands.

    ``levels`` is a number of bands or the levels themselves.
    """

    field: str
    levels: int | tuple[float, ...] = BANDS
    form: Literal["over", "lines", "filled"] = "over"
    limits: tuple[float, float] | None = None
    cmap: str | None = None

    kind = "contours"

    def __post_init__(self) -> None:
        if isinstance(self.levels, Sequence):
            object.__setattr__(self, "levels", tuple(self.levels))
        if self.form not in FORMS:
            raise ConfigError(f"form must be 'over', 'lines' or 'filled', not {self.form!r}")

    @property
    def coloured(self) -> str | None:
        return self.field

    def title(self, scalars: ScalarUnits) -> str:
        return plain(sentence(lookup(self.field, scalars).long_name))

    def needs(self) -> tuple[FieldScale]:
        return (FieldScale(self.field, "panel", self.limits, self.cmap),)

    def bars(self, scene: Scene) -> tuple[Bar, ...]:
        if self.form == "over":
            return ()
        scale = scene.found[self.needs()[0]]
        return (Bar(scale.label(scene.field(self.field)), scale),)

    def draw(self, ax: Axes, scene: Scene) -> list[Artist]:
        window, scale = scene.window, scene.found[self.needs()[0]]
        levels = contour_levels(self.levels, scale)
        x, y = window.points(*window.raster(POINTS))
        # The outermost samples are put on the edges of the window, which lines and bands then reach.
        x[[0, -1]], y[[0, -1]] = window[:2], window[2:]
        values = sample(scene.flow, scene.field(self.field), x, y)
        flat = np.ptp(values) < FLAT * (scale.high - scale.low)
        if flat or not levels[0] < values.max() or not levels[-1] > values.min():
            return []
        colours = {"cmap": scale.cmap, "vmin": scale.low, "vmax": scale.high}
        if self.form == "filled":
            return [ax.contourf(x, y, values, levels=levels, extend="both", zorder=1, **colours)]
        if self.form == "lines":
            return [ax.contour(x, y, values, levels=levels, linewidths=1.1, zorder=2, **colours)]
        return [ax.contour(x, y, values, levels=levels, colors=scene.theme.line, zorder=2, **THIN)]


def contour_levels(levels: object, scale: Scale) -> np.ndarray:
    """Levels from a number of bands or from the levels themselves. Raises ConfigError for anything else."""
    if isinstance(levels, int) and not isinstance(levels, bool) and 2 <= levels <= 200:
        return np.linspace(scale.low, scale.high, levels + 1)
    try:
        found = np.unique([float(level) for level in levels])
    except (TypeError, ValueError):
        found = np.array([])
    if found.size == 0 or not np.isfinite(found).all():
        raise ConfigError(
            "contours must be True, 'lines', 'filled', a number of bands from 2 to 200, or a list of levels, "
            f"not {levels!r}"
        )
    return found
