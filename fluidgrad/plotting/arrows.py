"""Vectors over a field: gradients of scalars, or the velocity, as arrows on an even lattice."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.transforms import ScaledTranslation

from fluidgrad.analysis.masking import drawable_gradient, visible
from fluidgrad.fields import Field, per_metre, velocity_at_centres
from fluidgrad.flow import Flow
from fluidgrad.plotting.sampling import Sampler, Window
from fluidgrad.plotting.solids import in_solid, wall_distance
from fluidgrad.plotting.style import LOCAL, pretty_units

ALONG_LONGER_SIDE = 30
PER_INCH = 6.7
"""Arrows per inch at most: a small panel has fewer."""
FULL = 0.95
"""Length of an arrow of the reference size, in lattice spacings."""
LONGEST = 1.25
"""Arrows are cut at this many reference sizes."""
SHORTEST = 0.07
"""Arrows below this part of the reference size are left out."""


@dataclass(frozen=True)
class Vectors:
    """A vector field to draw: the velocity (``field=None``) or the gradient of a field, with ``count`` arrows
    along the longer side."""

    field: Field | None = None
    count: int = ALONG_LONGER_SIDE

    @property
    def symbol(self) -> str:
        return r"$\mathbf{u}$" if self.field is None else rf"$\nabla {self.field.symbol}$"

    @property
    def units(self) -> str:
        return pretty_units("m s-1" if self.field is None else per_metre(self.field.units))

    def fitted(self, width: float, height: float) -> Vectors:
        """The same with as many arrows as a panel of that many inches has room for."""
        return replace(self, count=int(np.clip(PER_INCH * max(width, height), 8, ALONG_LONGER_SIDE)))

    def spacing(self, window: Window) -> float:
        """Distance between arrows, metres."""
        return max(window.width, window.height) / self.count

    def on_lattice(self, flow: Flow, window: Window) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Coordinates ``x`` (n,), ``y`` (m,) and both components (m, n) on the lattice of the arrows, NaN in
        bodies."""
        components = velocity_at_centres(flow) if self.field is None else drawable_gradient(flow, self.field)
        x, y = window.points(*window.raster(self.count))
        at = Sampler(flow.grid, "centre", x, y)
        hidden = wall_distance(flow, x, y) < 0
        along_x, along_y = (np.where(hidden, np.nan, at(component)) for component in components)
        return x, y, along_x, along_y

    def sizes(self, flow: Flow, window: Window) -> np.ndarray:
        """Magnitudes on the lattice outside bodies; zero where the gradient is no more than the rounding of its
        field."""
        _, _, a, b = self.on_lattice(flow, window)
        size = np.hypot(a, b).ravel()
        size = size[~np.isnan(size)]
        if self.field is not None and size.size:
            largest = np.nanmax(np.abs(visible(flow, self.field)))
            size[size < 1e-10 * largest / min(window.width, window.height)] = 0.0
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


def draw_arrows(
    ax: Axes, flow: Flow, window: Window, vectors: Vectors, reference: float, light: bool = False
) -> list[Artist]:
    """Draw the arrows, ``light`` ones on a dark field; lengths are proportional to the magnitude up to the
    cut, ``reference`` being about one lattice spacing."""
    x, y, a, b = vectors.on_lattice(flow, window)
    if not reference > 0:
        return []
    size = np.hypot(a, b) / reference
    keep = size > SHORTEST
    shrink = np.minimum(1.0, LONGEST / np.maximum(size, SHORTEST)) / reference
    xx, yy = (q[keep] for q in np.meshgrid(x, y))
    a, b = (a * shrink)[keep], (b * shrink)[keep]
    spacing = vectors.spacing(window)
    xx, yy, clear = _beside_walls(flow, xx, yy, 0.5 * FULL * spacing * a, 0.5 * FULL * spacing * b)
    arrows = ax.quiver(xx[clear], yy[clear], a[clear], b[clear], zorder=4, **_shape(spacing, light))
    arrows.set_path_effects([withStroke(linewidth=1.2, foreground="#00000090" if light else "#ffffffa0")])
    return [arrows]


def _beside_walls(
    flow: Flow, x: np.ndarray, y: np.ndarray, a: np.ndarray, b: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Middles of arrows that reach ``(a, b)`` to either side, those that would stick into a body moved along
    themselves until they end where their middle was; and which have room."""
    tip, tail = in_solid(flow, x + a, y + b), in_solid(flow, x - a, y - b)
    shift = tail.astype(float) - tip
    x, y = x + shift * a, y + shift * b
    return x, y, ~((tip & tail) | in_solid(flow, x + shift * a, y + shift * b))


def draw_key(ax: Axes, window: Window, vectors: Vectors, reference: float) -> Text:
    """Above the upper right corner, an arrow of a round size and what it means; returns the text."""
    size = key_size(reference)
    length = size / reference * FULL * vectors.spacing(window)
    above = ax.transData + ScaledTranslation(0, 11.5 / 72, ax.get_figure().dpi_scale_trans)
    shape = _shape(vectors.spacing(window), light=False) | {
        "pivot": "tip",
        "clip_on": False,
        "transform": above,
    }
    ax.quiver([window.x1], [window.y1], [size / reference], [0.0], **shape).set_in_layout(False)
    start = 1 - length / window.width
    label = f"{vectors.symbol}  {size:g} {vectors.units}"
    places = {"xycoords": "axes fraction", "textcoords": "offset points", "annotation_clip": False}
    return ax.annotate(label, (start, 1), (-5, 7), ha="right", va="bottom", fontsize=9, **places)


def _shape(spacing: float, light: bool) -> dict:
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
        "color": "white" if light else "black",
    }
