"""Bodies as shapes, where they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from contourpy import contour_generator
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.path import Path

from fluidgrad.plotting.layers.base import Layer, Scene
from fluidgrad.plotting.solids import ROUNDING


@dataclass(frozen=True)
class Bodies(Layer):
    """Bodies as flat shapes with an outline, where the distance is zero between the nodes. In every panel."""

    kind = "bodies"

    def draw(self, ax: Axes, scene: Scene) -> list[Artist]:
        flow, window = scene.flow, scene.window
        if flow.distance is None:
            return []
        y, x = flow.grid.axes("node")
        j, i = _around(y, window.y0, window.y1), _around(x, window.x0, window.x1)
        x, y, distance = x[i], y[j], flow.distance[j, i]
        deepest = float(distance.min())
        if deepest >= 0:
            return []
        # Nodes on the wall but for rounding belong to the body: corners on nodes stay sharp.
        wall = ROUNDING * min(flow.grid.smallest_dx, flow.grid.smallest_dy)
        contours = contour_generator(x, y, distance, line_type="Separate", fill_type="OuterCode")
        shapes = map(Path, *contours.filled(2 * deepest, wall))
        fill = PathCollection(list(shapes), facecolors=scene.theme.body, linewidths=0, zorder=3.5)
        edge = LineCollection(contours.lines(wall), colors=scene.theme.line, linewidths=1.0, zorder=3.6)
        return [ax.add_collection(artist, autolim=False) for artist in (fill, edge)]


def _around(faces: np.ndarray, low: float, high: float) -> slice:
    """The faces between two coordinates and one beyond at either end."""
    first = max(int(np.searchsorted(faces, low, side="right")) - 1, 0)
    return slice(first, min(int(np.searchsorted(faces, high)) + 1, faces.size))
