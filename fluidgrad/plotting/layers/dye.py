"""Dye: a transported scalar, or where the fluid has come from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluidgrad.errors import ConfigError
from fluidgrad.fields import ScalarUnits
from fluidgrad.plotting.layers.base import Bar, Ground, Painter, Scene, check_positive
from fluidgrad.plotting.layers.image import Image, colour_table, is_dark, to_colours
from fluidgrad.plotting.layers.motion import Motion, Moving, need_history, round_duration
from fluidgrad.plotting.sampling import Window
from fluidgrad.plotting.style import Scale, colour_map

SEEDS = 400
"""Points along each side of a square window, as many in all elsewhere, from which the fluid is followed back."""
CROSSINGS = 1.2
"""How long it is followed, in times of crossing the window."""
SHADE = 0.82
"""Every other band is darker by this factor."""
COLOURS = "batlow"


@dataclass(frozen=True)
class Dye(Ground):
    """The transported scalar ``of``; without one, the fluid dyed in ``bands`` along ``axis`` some ``seconds`` ago, or
    where it came in since: each point has the colour of the place from which the fluid there has come."""

    of: str | None = None
    bands: int = 12
    axis: str = "y"
    seconds: float | None = None
    limits: tuple[float, float] | None = None
    cmap: str | None = None

    kind = "dye"

    def __post_init__(self) -> None:
        check_positive("dye", bands=self.bands, seconds=self.seconds)
        if self.axis not in ("x", "y"):
            raise ConfigError(f"the axis of the dye's bands is x or y, not {self.axis!r}")

    @property
    def timed(self) -> bool:
        return self.of is None

    @property
    def image(self) -> Image | None:
        return Image(self.of, self.limits, self.cmap) if self.of else None

    @property
    def coloured(self) -> str | None:
        return self.of or "dye"

    def title(self, scalars: ScalarUnits) -> str:
        return self.image.title(scalars) if self.image else "Dye laid in bands"

    def needs(self) -> tuple:
        return self.image.needs() if self.image else (Motion(),)

    def bars(self, scene: Scene) -> tuple[Bar, ...]:
        if self.image:
            return self.image.bars(scene)
        entry = ", or on entry" if scene.found[Motion()].open else ""
        words = f"${self.axis}$ [m] {self._duration(scene):g} s before{entry}"
        return (Bar(words, self._scale(scene)),)

    def is_dark(self, scene: Scene) -> bool:
        return is_dark(self.image.scale(scene) if self.image else self._scale(scene))

    def painter(self, scene: Scene, x: np.ndarray, y: np.ndarray) -> Painter:
        if self.image:
            return self.image.painter(scene, x, y)
        scale = self._scale(scene)
        table = colour_table(scale)

        def paint(scene: Scene) -> np.ndarray:
            origin = self._wrapped(scene, resampled(self._origin(scene), scene.window, x, y))
            colours = to_colours(origin.astype(np.float32), scale, table).astype(np.float32)
            band = np.floor((origin - scale.low) / (scale.high - scale.low) * self.bands)
            colours[band % 2 == 1] *= SHADE
            return colours.astype(np.uint8)

        return paint

    def _scale(self, scene: Scene) -> Scale:
        grid = scene.flow.grid
        faces = grid.y_f if self.axis == "y" else grid.x_f
        low, high = self.limits or (float(faces[0]), float(faces[-1]))
        return Scale(low, high, colour_map(self.cmap or COLOURS))

    def _duration(self, scene: Scene) -> float:
        moving = scene.found[Motion()]
        return min(self.seconds or round_duration(CROSSINGS * moving.crossing), moving.history)

    def _origin(self, scene: Scene) -> np.ndarray:
        """The coordinate from which the fluid has come, on a coarser raster (ny, nx) of the window."""
        from fluidgrad.analysis.flowmap import flow_map

        moving: Moving = scene.found[Motion()]
        need_history(scene, moving, "dye without a transported scalar")
        window, time = scene.window, scene.flow.time
        x, y = window.points(*window.even_raster(SEEDS))
        seeds = np.meshgrid(x, y)
        start = moving.before(time, self._duration(scene))
        options = {"step": moving.step, "outside": "hold"}
        places = flow_map(moving.velocity, *seeds, time, start, **options) if start < time else seeds
        which = 1 if self.axis == "y" else 0
        return np.where(np.isnan(places[which]), seeds[which], places[which])

    def _wrapped(self, scene: Scene, origin: np.ndarray) -> np.ndarray:
        """Origins beyond a periodic side, in the domain."""
        grid = scene.flow.grid
        faces, periodic = (grid.y_f, grid.periodic_y) if self.axis == "y" else (grid.x_f, grid.periodic_x)
        return faces[0] + (origin - faces[0]) % (faces[-1] - faces[0]) if periodic else origin


def resampled(values: np.ndarray, window: Window, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Values (ny, nx) on a raster of a window, interpolated at the regular points ``x`` by ``y``."""
    from scipy.ndimage import map_coordinates

    ny, nx = values.shape
    columns = (x - window.x0) / window.width * nx - 0.5
    rows = (y - window.y0) / window.height * ny - 0.5
    return map_coordinates(values, np.meshgrid(rows, columns, indexing="ij"), order=1, mode="nearest")
