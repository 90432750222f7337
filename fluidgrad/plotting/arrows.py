"""Vectors over a field: gradients of scalars, or the velocity, as arrows on an even lattice."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.transforms import ScaledTranslation

from fluidgrad.fields import compute, gradient_at_centres, lookup, velocity_at_centres
from fluidgrad.flow import Flow
from fluidgrad.plotting.sampling import Sampler, Window
from fluidgrad.plotting.style import LOCAL, per_metre, pretty_units

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
    """A vector field to draw: the velocity (``name=None``) or the gradient of the scalar ``name``,
    with ``count`` arrows along the longer side."""

    name: str | None = None
    count: int = ALONG_LONGER_SIDE

    @property
    def symbol(self) -> str:
        return r"$\mathbf{u}$" if self.name is None else rf"$\nabla {lookup(self.name).symbol}$"

    @property
    def units(self) -> str:
        return pretty_units("m s-1" if self.name is None else per_metre(lookup(self.name).units))

    def fitted(self, width: float, height: float) -> Vectors:
        """The same with as many arrows as a panel of that many inches has room for."""
        return replace(self, count=int(np.clip(PER_INCH * max(width, height), 8, ALONG_LONGER_SIDE)))

    def spacing(self, window: Window) -> float:
        """Distance between arrows, metres."""
        return max(window.width, window.height) / self.count

    def on_lattice(self, flow: Flow, window: Window) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Coordinates ``x`` (n,), ``y`` (m,) and both components (m, n) on the lattice of the arrows."""
        components = velocity_at_centres(flow) if self.name is None else gradient_at_centres(flow, self.name)
        x, y = window.points(*window.raster(self.count))
        at = Sampler(flow.grid, "centre", x, y)
        return x, y, at(components[0]), at(components[1])

    def sizes(self, flow: Flow, window: Window) -> np.ndarray:
        """Magnitudes on the lattice; zero where the gradient is no more than the rounding of its field."""
        _, _, a, b = self.on_lattice(flow, window)
        size = np.hypot(a, b).ravel()
        if self.name is not None:
            rounding = 1e-10 * np.abs(compute(flow, self.name)).max() / min(window.width, window.height)
            size[size < rounding] = 0.0
        return size


def reference_size(sizes: np.ndarray) -> float:
    """The magnitude that is drawn about one lattice spacing long: the 95th percentile, so that one singular
    corner does not shrink all other arrows; of the arrows worth drawing if nearly all are nothing."""
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
    xx, yy = np.meshgrid(x, y)
    arrows = ax.quiver(
        xx[keep],
        yy[keep],
        (a * shrink)[keep],
        (b * shrink)[keep],
        zorder=4,
        **_shape(vectors.spacing(window), light),
    )
    arrows.set_path_effects([withStroke(linewidth=1.2, foreground="#00000090" if light else "#ffffffa0")])
    return [arrows]


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
