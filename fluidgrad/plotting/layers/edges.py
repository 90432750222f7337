"""Edges of a field as thin lines."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from fluidgrad.analysis.masking import without_solids
from fluidgrad.fields import ScalarUnits, at_centres, lookup
from fluidgrad.plotting.layers.base import Layer, Scene
from fluidgrad.plotting.style import plain


@dataclass(frozen=True)
class Edges(Layer):
    """Lines along which a field changes fastest across them (Canny 1986); ``low`` and ``high`` are slopes in parts of
    the largest, ``sigma`` (m) that of the smoothing."""

    field: str
    low: float = 0.1
    high: float = 0.3
    sigma: float | None = None

    kind = "edges"

    def title(self, scalars: ScalarUnits) -> str:
        return plain(f"Edges of {lookup(self.field, scalars).long_name}")

    def draw(self, ax: Axes, scene: Scene) -> list[Artist]:
        from fluidgrad.analysis.edges import edge_lines

        values = at_centres(without_solids(scene.flow), scene.field(self.field).name)
        lines = edge_lines(values, scene.flow.grid, sigma=self.sigma, low=self.low, high=self.high)
        strokes = LineCollection(lines, colors=scene.ink, linewidths=1.0, zorder=3.1, capstyle="round")
        return [ax.add_collection(strokes, autolim=False)]
