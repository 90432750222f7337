"""Streamlines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from fluidgrad.errors import ConfigError
from fluidgrad.fields import ScalarUnits, lookup
from fluidgrad.plotting.layers.base import Bar, Layer, Scene
from fluidgrad.plotting.layers.scales import FieldScale
from fluidgrad.plotting.streamlines import draw_streamlines, points_along
from fluidgrad.plotting.style import plain, sentence
from fluidgrad.plotting.tracing import VELOCITY


@dataclass(frozen=True)
class Streamlines(Layer):
    """Evenly spaced lines of the velocity, or of the gradient of the field ``of``; coloured by the field
    ``by`` if given.

    ``seeds`` are points ((x, y), ...) in m through which lines go instead; with two points and a ``count``, so many
    points on the line between them. ``density`` is that of evenly spaced lines, 1 for the usual one.
    """

    by: str | None = None
    limits: tuple[float, float] | None = None
    cmap: str | None = None
    of: str = VELOCITY
    seeds: tuple[tuple[float, float], ...] | None = None
    count: int | None = None
    density: float = 1.0

    kind = "streamlines"

    @property
    def coloured(self) -> str | None:
        return self.by

    def title(self, scalars: ScalarUnits) -> str:
        return plain(sentence(lookup(self.by, scalars).long_name)) if self.by else "Streamlines"

    def needs(self) -> tuple[FieldScale, ...]:
        return (FieldScale(self.by, "lines", self.limits, self.cmap),) if self.by else ()

    def bars(self, scene: Scene) -> tuple[Bar, ...]:
        if not self.by:
            return ()
        scale = scene.found[self.needs()[0]]
        return (Bar("streamlines: " + scale.label(scene.field(self.by)), scale),)

    def draw(self, ax: Axes, scene: Scene) -> list[Artist]:
        field = scene.field(self.by) if self.by else None
        scale = scene.found[self.needs()[0]] if self.by else None
        return draw_streamlines(
            ax, scene.flow, scene.window, scene.light, field, scale,
            seeds=self.places(), of=self.of, density=self.density,
        )  # fmt: skip

    def places(self) -> np.ndarray | None:
        """The seeds (n, 2), m. Raises ConfigError if they are no points."""
        if self.seeds is None:
            return None
        # The command line gives x0;y0;x1;y1 ..., four numbers for the ends of a line.
        points = np.asarray(self.seeds, dtype=float).reshape(-1)
        if points.size < 2 or points.size % 2:
            raise ConfigError(f"seeds of streamlines are points (x, y) in m, not {self.seeds!r}")
        points = points.reshape(-1, 2)
        return points_along(points, self.count) if self.count and len(points) == 2 else points
