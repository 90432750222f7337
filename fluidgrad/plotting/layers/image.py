"""A scalar field as an image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from fluidgrad.fields import ScalarUnits, lookup
from fluidgrad.plotting.layers.base import Bar, Ground, Painter, Scene, paste
from fluidgrad.plotting.layers.scales import FieldScale
from fluidgrad.plotting.sampling import Sampler
from fluidgrad.plotting.style import Scale, plain, sentence
from fluidgrad.plotting.survey import interpolated, sample


@dataclass(frozen=True)
class Image(Ground):
    """A field as colours, interpolated between the values of the grid.

    ``limits`` are the ends of the colour bar, ``cmap`` names a colour map; else both suit the field, or go from
    ``zero`` to where few places are steeper, as shades that tell magnitudes of gradients.
    """

    field: str
    limits: tuple[float, float] | None = None
    cmap: str | None = None
    zero: bool = False

    kind = "image"

    @property
    def coloured(self) -> str | None:
        return self.field

    def title(self, scalars: ScalarUnits) -> str:
        return plain(sentence(lookup(self.field, scalars).long_name))

    def needs(self) -> tuple[FieldScale]:
        return (FieldScale(self.field, "panel", self.limits, self.cmap, self.zero),)

    def scale(self, scene: Scene) -> Scale:
        """The colours that hold in all panels and frames."""
        return scene.found[self.needs()[0]]

    def bars(self, scene: Scene) -> tuple[Bar, ...]:
        scale = self.scale(scene)
        return (Bar(scale.label(scene.field(self.field)), scale),)

    def is_dark(self, scene: Scene) -> bool:
        return is_dark(self.scale(scene))

    def painter(self, scene: Scene, x: np.ndarray, y: np.ndarray) -> Painter:
        field, scale = scene.field(self.field), self.scale(scene)
        table = colour_table(scale)
        sampler = Sampler(scene.flow.grid, field.location, x, y, np.float32)

        def paint(scene: Scene) -> np.ndarray:
            return to_colours(interpolated(sampler, scene.flow, field, np.float32), scale, table)

        return paint

    def draw(self, ax: Axes, scene: Scene) -> list[Artist]:
        values = sample(scene.flow, scene.field(self.field), *scene.window.points(*scene.raster()))
        image, scale = paste(ax, values, scene.window), self.scale(scene)
        image.set(cmap=scale.cmap, clim=(scale.low, scale.high))
        return [image]


def is_dark(scale: Scale) -> bool:
    """Whether the middle of a colour map is so dark that lines over it must be light."""
    return float(np.dot(scale.cmap(0.5)[:3], (0.299, 0.587, 0.114))) < 0.6


def colour_table(scale: Scale) -> np.ndarray:
    """The colours (256, 3) uint8 of equal steps from the lower to the upper limit."""
    return (scale.cmap(np.linspace(0, 1, 256))[:, :3] * 255).round().astype(np.uint8)


def to_colours(values: np.ndarray, scale: Scale, table: np.ndarray) -> np.ndarray:
    """Colours (..., 3) of ``values``, those beyond the limits taking the colour of the limit."""
    steps = (values - np.float32(scale.low)) * np.float32(256 / (scale.high - scale.low))
    return table.take(np.clip(steps, 0, 255, out=steps).astype(np.uint8), axis=0)
