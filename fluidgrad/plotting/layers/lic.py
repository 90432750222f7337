"""Line integral convolution: the lines of a vector field as a texture, tinted by a second field."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluidgrad.fields import ScalarUnits, lookup
from fluidgrad.plotting.layers.base import Bar, Ground, Painter, Scene
from fluidgrad.plotting.layers.image import Image, is_dark
from fluidgrad.plotting.layers.vectors import VELOCITY, potential
from fluidgrad.plotting.style import plain, sentence

STRENGTH = 0.4
"""How dark dark streaks are and how light the light ones, 0 to 1."""
PIXELS = 140.0
"""Pixels per inch at which a streak is as wide as the noise is by itself."""
SHORTEST = 0.4
"""Part of the usual length below which streaks are no longer told from noise."""
WAVES = 12
"""Frames in which the waves of a film travel by one wave length."""


@dataclass(frozen=True)
class LIC(Ground):
    """Streaks along the velocity (``of="velocity"``) or along the gradient of a field, coloured by the field ``tint``
    with its ``limits`` and ``cmap``; grey without. With ``waves`` they travel along the field from frame to frame."""

    of: str = VELOCITY
    tint: str | None = None
    limits: tuple[float, float] | None = None
    cmap: str | None = None
    waves: bool = False

    kind = "lic"

    @property
    def image(self) -> Image | None:
        """The image below the streaks."""
        return Image(self.tint, self.limits, self.cmap) if self.tint else None

    @property
    def coloured(self) -> str | None:
        return self.tint

    def title(self, scalars: ScalarUnits) -> str:
        lines = (
            "Lines of the velocity"
            if self.of == VELOCITY
            else f"Gradient lines of {potential(self.of, scalars).long_name}"
        )
        over = f" over {lookup(self.tint, scalars).long_name}" if self.tint else ""
        return plain(sentence(lines + over))

    def needs(self) -> tuple:
        return self.image.needs() if self.image else ()

    def bars(self, scene: Scene) -> tuple[Bar, ...]:
        return self.image.bars(scene) if self.image else ()

    def is_dark(self, scene: Scene) -> bool:
        return is_dark(self.image.scale(scene)) if self.image else scene.theme.dark

    def painter(self, scene: Scene, x: np.ndarray, y: np.ndarray) -> Painter:
        from fluidgrad.analysis.texture import GRAIN, LENGTH, lic_image, tinted

        paint = self.image.painter(scene, x, y) if self.image else None
        even = np.full((y.size, x.size, 3), 96 if scene.theme.dark else 176, np.uint8)
        # Streaks are as long in inches whatever the resolution; noise finer than a pixel would show a pattern.
        coarse = scene.pixels / PIXELS
        options = {"grain": GRAIN * max(1.0, coarse), "length": LENGTH * max(SHORTEST, coarse)}
        name = None if self.of == VELOCITY else scene.field(self.of).name

        def with_streaks(scene: Scene) -> np.ndarray:
            phase = (scene.index / WAVES) % 1 if self.waves else None
            texture = lic_image(scene.flow, name, scene.window, (x.size, y.size), phase=phase, **options)
            rows = texture if y[0] < y[-1] else texture[::-1]
            return tinted(paint(scene) if paint else even, rows, STRENGTH if paint else 0.9)

        return with_streaks
