"""Finite-time Lyapunov exponents: where fluid that was together has been drawn apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.text import Text

from fluidgrad.fields import ScalarUnits
from fluidgrad.plotting.layers.base import Bar, Ground, Layer, Painter, Scene, check_positive
from fluidgrad.plotting.layers.dye import resampled
from fluidgrad.plotting.layers.image import colour_table, is_dark, to_colours
from fluidgrad.plotting.layers.motion import Motion, Moving, round_duration
from fluidgrad.plotting.layers.places import write_key
from fluidgrad.plotting.style import Scale, colour_map, in_brackets

SEEDS = 440
"""Seeds along each side of a square window, as many in all elsewhere. Differences between neighbours are taken, which
show a ridge that is finer than the seeds as a line; exponents of the very seeds would miss it here and there."""
COARSE, FEW = 150, 3
"""The same where only the limits of the colours of more than a few moments are wanted."""
CROSSINGS, THROUGH = 0.7, 0.2
"""How long fluid is followed, in times of crossing the shorter side of the window; and where it passes through the
domain, which hides what has come in since, the longer side."""
UNKNOWN = 214
"""Grey of what has come in since."""
COLOURS = "lajolla_r"


@dataclass(frozen=True)
class FTLE(Ground):
    """Backward exponents as an image, of the fluid followed back for some ``seconds`` (``forward``: on): lines of large
    values are those to which fluid has been drawn (from which it will part). Grey is fluid that has come in since."""

    seconds: float | None = None
    forward: bool = False
    limits: tuple[float, float] | None = None
    cmap: str | None = None

    kind = "ftle"
    timed = True

    def __post_init__(self) -> None:
        check_positive("ftle", seconds=self.seconds)

    @property
    def coloured(self) -> str | None:
        return "ftle"

    def title(self, scalars: ScalarUnits) -> str:
        return "Forward stretching (FTLE)" if self.forward else "Backward stretching (FTLE)"

    def needs(self) -> tuple:
        return (Exponents(self),)

    def bars(self, scene: Scene) -> tuple[Bar, ...]:
        stretching, scale = self._found(scene)
        way = "forward" if self.forward else "backward"
        units = in_brackets("s-1", scale.exponent)
        return (Bar(f"FTLE {units} over {stretching.seconds:g} s {way}", scale),)

    def key(self, ax: Axes, scene: Scene) -> Text | None:
        if not self._found(scene)[0].moving.open:
            return None
        return write_key(ax, scene, "grey: will have left" if self.forward else "grey: has come in since")

    def is_dark(self, scene: Scene) -> bool:
        return is_dark(self._found(scene)[1])

    def _found(self, scene: Scene) -> tuple[Stretching, Scale]:
        return scene.found[self.needs()[0]]

    def painter(self, scene: Scene, x: np.ndarray, y: np.ndarray) -> Painter:
        stretching, scale = self._found(scene)
        table = colour_table(scale)

        def paint(scene: Scene) -> np.ndarray:
            exponents = stretching.at(scene).values
            known = np.isfinite(exponents)
            values = resampled(np.where(known, exponents, scale.low), scene.window, x, y)
            colours = to_colours(values.astype(np.float32), scale, table)
            colours[resampled(known.astype(float), scene.window, x, y) < 0.5] = UNKNOWN
            return colours

        return paint


@dataclass(frozen=True)
class FTLERidges(Layer):
    """Ridges of the exponents as lines, ``low`` and ``high`` being thresholds of curvature in parts of the largest."""

    seconds: float | None = None
    forward: bool = False
    low: float = 0.15
    high: float = 0.4

    kind = "ftle-ridges"
    timed = True

    def title(self, scalars: ScalarUnits) -> str:
        return "Ridges of stretching (FTLE)"

    def needs(self) -> tuple:
        return (Exponents(FTLE(self.seconds, self.forward)),)

    def draw(self, ax: Axes, scene: Scene) -> list[Artist]:
        stretching, scale = scene.found[self.needs()[0]]
        least = 0.5 * (scale.low + scale.high)
        lines = stretching.at(scene).ridges(low=self.low, high=self.high, least=least)
        strokes = LineCollection(lines, colors=scene.ink, linewidths=1.0, zorder=3.1)
        return [ax.add_collection(strokes, autolim=False)]


@dataclass(frozen=True, eq=False)
class Stretching:
    """The motion, how long fluid is followed (s) and which way, and the exponents of a few moments, those that were
    asked for last."""

    moving: Moving
    seconds: float
    forward: bool
    kept: dict[tuple[float, int], Any] = field(default_factory=dict)

    def at(self, scene: Scene, seeds: int = SEEDS) -> Any:
        """The exponents (:class:`fluidgrad.analysis.FTLE`) of a scene at the middles of a raster of so many seeds each
        way, over a shorter time where the run does not reach that far."""
        key = scene.flow.time, seeds
        if key not in self.kept:
            while len(self.kept) >= FEW:
                del self.kept[next(iter(self.kept))]
            self.kept[key] = self._exponents(scene, seeds)
        return self.kept[key]

    def _exponents(self, scene: Scene, seeds: int) -> Any:
        from fluidgrad.analysis.lyapunov import ftle

        time, moving = scene.flow.time, self.moving
        on, back = moving.after(time, self.seconds) - time, moving.before(time, self.seconds) - time
        duration = (on or back) if self.forward else (back or on)
        x, y = scene.window.points(*scene.window.even_raster(seeds))
        middles = (x[0], x[-1], y[0], y[-1])
        options = {"nx": x.size, "ny": y.size, "window": middles, "step": moving.step, "neighbours": True}
        return ftle(moving.velocity, time, duration, **options)


@dataclass(frozen=True)
class Exponents:
    """Need: :class:`Stretching` and the colours of the exponents."""

    layer: FTLE

    def collector(self, scene: Scene) -> _ExponentsCollector:
        return _ExponentsCollector(self.layer, scene)


class _ExponentsCollector:
    def __init__(self, layer: FTLE, scene: Scene):
        self.layer, self.motion = layer, Motion().collector(scene)
        self.scenes: list[Scene] = []

    def add(self, scene: Scene) -> None:
        self.motion.add(scene)
        self.scenes.append(scene)

    def result(self) -> tuple[Stretching, Scale]:
        layer, moving, window = self.layer, self.motion.result(), self.scenes[0].window
        ratio = max(window.width, window.height) / min(window.width, window.height)
        crossings = THROUGH * ratio if moving.open else CROSSINGS
        seconds = layer.seconds or round_duration(crossings * moving.crossing) or 1.0
        # At the ends of a run there is only the other way.
        back, on = moving.history, moving.future
        reach = (on or back) if layer.forward else (back or on)
        found = Stretching(moving, min(seconds, reach), layer.forward)
        low, high = layer.limits or self._limits(found)
        return found, Scale(low, high, colour_map(layer.cmap or COLOURS), "max")

    def _limits(self, found: Stretching) -> tuple[float, float]:
        """From nothing, or the lower values if they are larger, to what few values exceed."""
        count = len(self.scenes)
        which = {0, count // 2, count - 1}
        seeds = SEEDS if count <= FEW else COARSE
        seen = [found.at(self.scenes[k], seeds).values for k in sorted(which)]
        values = np.concatenate([one[np.isfinite(one)] for one in seen])
        if not values.size:
            return 0.0, 1.0
        low, high = np.percentile(values, [2, 99.5])
        return (max(0.0, float(low)), float(high)) if high > max(low, 0) + 1e-12 else (0.0, 1.0)
