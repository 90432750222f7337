"""Vectors over a field: gradients of scalars, or the velocity, as arrows on an even lattice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.transforms import ScaledTranslation

from fluidgrad.analysis.masking import visible
from fluidgrad.fields import rounding
from fluidgrad.flow import Flow
from fluidgrad.plotting.layers.base import Layer, Scene, check_positive
from fluidgrad.plotting.layers.vectors import VELOCITY, components, symbol_of, units_of
from fluidgrad.plotting.sampling import Sampler, Window
from fluidgrad.plotting.solids import in_solid, wall_distance
from fluidgrad.plotting.style import LOCAL, short_number

ABREAST = 30
"""Arrows along each side of a square window, as many in all elsewhere."""
PER_INCH = 6.7
"""Arrows per inch at most: a small panel has fewer."""
FULL = 0.95
"""Length of an arrow of the reference size, in lattice spacings."""
LONGEST = 1.1
"""Arrows are cut at this many reference sizes."""
SHORTEST = 0.1
"""Arrows below this part of the reference size are left out."""


@dataclass(frozen=True)
class Arrows(Layer):
    """Arrows of the velocity (``of="velocity"``) or of the gradient of a field, ``count`` along the longer side (None:
    as many as there is room for); ``downhill`` turns a gradient round, the way pressure pushes.

    Lengths are proportional to the magnitude up to the reference, which few exceed; longer arrows are cut, and the
    key says from which size on.
    """

    of: str = VELOCITY
    count: int | None = None
    downhill: bool = False

    kind = "arrows"

    def __post_init__(self) -> None:
        check_positive("arrows", count=self.count)

    def needs(self) -> tuple[ArrowSize]:
        return (ArrowSize(self.of, self.count),)

    def key(self, ax: Axes, scene: Scene) -> Text | None:
        found = scene.found[self.needs()[0]]
        return draw_key(ax, scene, self, found) if found.reference > 0 else None

    def draw(self, ax: Axes, scene: Scene) -> list[Artist]:
        found = scene.found[self.needs()[0]]
        return draw_arrows(ax, scene, self, found.reference) if found.reference > 0 else []

    def spacing(self, window: Window, size: tuple[float, float]) -> float:
        """Distance between arrows, metres, in a panel of that size in inches."""
        if self.count:
            return max(window.width, window.height) / self.count
        per_inch = min(PER_INCH, ABREAST / np.sqrt(size[0] * size[1]))
        return max(window.width, window.height) / max(8, round(per_inch * max(size)))

    def on_lattice(self, scene: Scene) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Coordinates ``x`` (n,), ``y`` (m,) and both components (m, n) on the lattice of the arrows, NaN in
        bodies."""
        window, sign = scene.window, -1.0 if self.downhill else 1.0
        spacing = self.spacing(window, scene.size)
        x, y = window.points(*window.raster(round(max(window.width, window.height) / spacing)))
        at = Sampler(scene.flow.grid, "centre", x, y)
        hidden = wall_distance(scene.flow, x, y) < 0
        along_x, along_y = (np.where(hidden, np.nan, sign * at(part)) for part in components(scene, self.of))
        return x, y, along_x, along_y


@dataclass(frozen=True)
class ArrowSize:
    """Need: the size of vectors that is drawn about one spacing long, and the largest."""

    of: str
    count: int | None

    def collector(self, scene: Scene) -> _ArrowSizeCollector:
        return _ArrowSizeCollector(self)


@dataclass(frozen=True)
class Sizes:
    """Magnitude of a full arrow, and whether some are cut there."""

    reference: float
    cut: bool


class _ArrowSizeCollector:
    def __init__(self, need: ArrowSize):
        self.arrows, self.seen = Arrows(need.of, need.count), []

    def add(self, scene: Scene) -> None:
        self.seen.append(magnitudes(self.arrows, scene))

    def result(self) -> Sizes:
        sizes = np.concatenate(self.seen) if self.seen else np.zeros(0)
        reference = reference_size(sizes)
        return Sizes(reference, bool(sizes.size and sizes.max() > LONGEST * reference))


def magnitudes(arrows: Arrows, scene: Scene) -> np.ndarray:
    """Magnitudes on the lattice outside bodies; zero where the gradient is no more than the rounding of its
    field."""
    _, _, a, b = arrows.on_lattice(scene)
    size = np.hypot(a, b).ravel()
    size = size[~np.isnan(size)]
    if arrows.of != VELOCITY and size.size:
        field = scene.field(arrows.of)
        nothing = 1e-10 * np.nanmax(np.abs(visible(scene.flow, field))) + 100 * rounding(scene.flow, field)
        size[size < nothing / min(scene.window.width, scene.window.height)] = 0.0
    return size


def reference_size(sizes: np.ndarray) -> float:
    """The magnitude that is drawn about one lattice spacing long: the 95th percentile, so that one singular
    corner does not shrink all other arrows; of the arrows worth drawing if nearly all are nothing."""
    if not sizes.size:
        return 0.0
    typical, largest = float(np.percentile(sizes, 95)), float(sizes.max())
    if largest > LOCAL * typical:
        typical = float(np.percentile(sizes[sizes > 0.01 * largest], 75))
    return typical


def key_size(reference: float) -> float:
    """A round number (1, 2 or 5 times a power of ten) not above the reference."""
    power = 10.0 ** np.floor(np.log10(reference))
    return float(max(step * power for step in (1, 2, 5) if step * power <= reference * (1 + 1e-12)))


def draw_arrows(ax: Axes, scene: Scene, arrows: Arrows, reference: float) -> list[Artist]:
    """Draw the arrows; lengths are proportional to the magnitude up to the cut, ``reference`` being about one
    lattice spacing."""
    x, y, a, b = arrows.on_lattice(scene)
    size = np.hypot(a, b) / reference
    keep = size > SHORTEST
    shrink = np.minimum(1.0, LONGEST / np.maximum(size, SHORTEST)) / reference
    xx, yy = (q[keep] for q in np.meshgrid(x, y))
    a, b = (a * shrink)[keep], (b * shrink)[keep]
    spacing = arrows.spacing(scene.window, scene.size)
    half = 0.5 * FULL * spacing
    xx, yy, clear = _beside_walls(scene.flow, xx, yy, half * a, half * b)
    drawn = ax.quiver(xx[clear], yy[clear], a[clear], b[clear], zorder=4, **_shape(spacing, scene.ink))
    drawn.set_path_effects([withStroke(linewidth=1.2, foreground=scene.halo)])
    return [drawn]


def _beside_walls(
    flow: Flow, x: np.ndarray, y: np.ndarray, a: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Middles of arrows that reach ``(a, b)`` to either side, those that would stick into a body moved along
    themselves until they end where their middle was; and which have room."""
    tip, tail = in_solid(flow, x + a, y + b), in_solid(flow, x - a, y - b)
    shift = tail.astype(float) - tip
    x, y = x + shift * a, y + shift * b
    return x, y, ~((tip & tail) | in_solid(flow, x + shift * a, y + shift * b))


def draw_key(ax: Axes, scene: Scene, arrows: Arrows, found: Sizes) -> Text:
    """Above the upper right corner, an arrow of a round size and what it means; returns the text."""
    window, size = scene.window, key_size(found.reference)
    spacing = arrows.spacing(window, scene.size)
    length = size / found.reference * FULL * spacing
    above = ax.transData + ScaledTranslation(0, 10.5 / 72, ax.get_figure().dpi_scale_trans)
    shape = _shape(spacing, scene.theme.line) | {"pivot": "tip", "clip_on": False, "transform": above}
    ax.quiver([window.x1], [window.y1], [size / found.reference], [0.0], **shape).set_in_layout(False)
    start = 1 - length / window.width
    sign = "-" if arrows.downhill else ""
    symbol = symbol_of(scene, arrows.of)
    cut = f" (cut at {short_number(LONGEST * found.reference)})" if found.cut else ""
    label = f"${sign}{symbol}${cut}   {short_number(size)} {units_of(scene, arrows.of)}"
    places = {"xycoords": "axes fraction", "textcoords": "offset points", "annotation_clip": False}
    options = {"ha": "right", "va": "baseline", "fontsize": scene.theme.small} | places
    return ax.annotate(label, (start, 1), (-5, 7), **options)


def _shape(spacing: float, colour: str) -> dict:
    return {
        "angles": "xy",
        "scale_units": "xy",
        "scale": 1 / (FULL * spacing),
        "units": "xy",
        "width": 0.075 * spacing,
        "headwidth": 4.0,
        "headlength": 4.5,
        "headaxislength": 4.0,
        "minlength": 0.4,
        "pivot": "middle",
        "color": colour,
    }
