"""Which way the fluid is stretched, and which way squeezed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.text import Text

from fluidgrad.analysis.masking import continued, without_solids
from fluidgrad.fields import ScalarUnits
from fluidgrad.plotting.layers.arrows import Sizes, reference_size
from fluidgrad.plotting.layers.base import Layer, Scene, check_positive
from fluidgrad.plotting.layers.places import write_key
from fluidgrad.plotting.sampling import Sampler
from fluidgrad.plotting.solids import wall_distance
from fluidgrad.plotting.style import short_number

STRETCH, SQUEEZE = "#d55e00", "#0072b2"
"""Okabe & Ito's vermilion and blue."""
LONGEST, SHORTEST = 1.1, 0.1


@dataclass(frozen=True)
class StrainAxes(Layer):
    """Crosses along the principal axes of strain, ``count`` along the longer side: the warm bar along which fluid is
    stretched, the cold one along which it is squeezed, as long as the rate is large up to a cut."""

    count: int = 26

    kind = "strain-axes"

    def __post_init__(self) -> None:
        check_positive("strain-axes", count=self.count)

    def title(self, scalars: ScalarUnits) -> str:
        return "Principal axes of strain"

    def needs(self) -> tuple:
        return (StrainSize(self.count),)

    def key(self, ax: Axes, scene: Scene) -> Text:
        words = f"stretched, squeezed: full length {short_number(scene.found[self.needs()[0]].reference)} s⁻¹"
        return write_key(ax, scene, words)

    def draw(self, ax: Axes, scene: Scene) -> list[Artist]:
        reference = scene.found[self.needs()[0]].reference
        if not reference > 0:
            return []
        x, y, rate, angle = self.crosses(scene)
        size = np.minimum(rate / reference, LONGEST)
        seen = size > SHORTEST
        half = 0.45 * max(scene.window.width, scene.window.height) / self.count * size[seen]
        middle, angle = np.stack([x[seen], y[seen]], axis=1), angle[seen]
        artists = []
        for colour, turn in ((SQUEEZE, np.pi / 2), (STRETCH, 0.0)):
            way = half[:, None] * np.stack([np.cos(angle + turn), np.sin(angle + turn)], axis=1)
            bars = np.stack([middle - way, middle + way], axis=1)
            strokes = LineCollection(bars, colors=colour, linewidths=1.5, zorder=4, capstyle="round")
            artists.append(ax.add_collection(strokes, autolim=False))
        return artists

    def crosses(self, scene: Scene) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Places x, y (n,), the rate of stretching (1/s) and its angle (radians), outside bodies."""
        from fluidgrad.analysis.gradients import velocity_gradient

        x, y = scene.window.points(*scene.window.raster(self.count))
        at = Sampler(scene.flow.grid, "centre", x, y)
        parts = velocity_gradient(without_solids(scene.flow))
        a11, a12, a21, a22 = (at(continued(part, scene.flow.grid)) for part in parts)
        normal, shear = 0.5 * (a11 - a22), 0.5 * (a12 + a21)
        outside = (wall_distance(scene.flow, x, y) >= 0).ravel()
        xx, yy = np.meshgrid(x, y)
        found = (xx, yy, np.hypot(normal, shear), 0.5 * np.arctan2(shear, normal))
        return tuple(q.ravel()[outside] for q in found)


@dataclass(frozen=True)
class StrainSize:
    """Need: the rate of strain that is drawn in full length."""

    count: int

    def collector(self, scene: Scene) -> _StrainSizeCollector:
        return _StrainSizeCollector(StrainAxes(self.count))


class _StrainSizeCollector:
    def __init__(self, layer: StrainAxes):
        self.layer, self.seen = layer, []

    def add(self, scene: Scene) -> None:
        self.seen.append(self.layer.crosses(scene)[2])

    def result(self) -> Sizes:
        rates = np.concatenate(self.seen) if self.seen else np.zeros(0)
        return Sizes(reference_size(rates), bool(rates.size))
