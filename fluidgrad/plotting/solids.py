"""Bodies in pictures: their shapes, and where they are.

Everything derives from the signed distance on the nodes.
"""

from __future__ import annotations

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from fluidgrad.flow import Flow
from fluidgrad.interpolation import at_points
from fluidgrad.plotting.sampling import Sampler, Window
from fluidgrad.plotting.style import DARK

FILL = "#bdbdbd"

ROUNDING = 1e-6
"""Distance from a wall, in cells, that is rounding."""


def wall_distance(flow: Flow, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Signed distance from the nearest wall at the regular points ``x`` by ``y``, shape (y.size, x.size), m;
    infinite without bodies."""
    if flow.distance is None:
        return np.full((y.size, x.size), np.inf)
    return Sampler(flow.grid, "node", x, y)(flow.distance)


def in_solid(flow: Flow, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Which of the points (x, y) are in a body, bool."""
    if flow.distance is None:
        return np.zeros(np.shape(x), dtype=bool)
    return at_points(flow.grid, "node", flow.distance, x, y) < 0


def draw_bodies(ax: Axes, flow: Flow, window: Window) -> list[Artist]:
    """Draw bodies as grey shapes with a dark outline, where the distance is zero between the nodes."""
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
    shapes = ax.contourf(x, y, distance, levels=[2 * deepest, wall], colors=[FILL], zorder=3.5)
    if distance.max() <= wall:
        return [shapes]
    return [shapes, ax.contour(x, y, distance, levels=[wall], colors=[DARK], linewidths=1.0, zorder=3.6)]


def _around(faces: np.ndarray, low: float, high: float) -> slice:
    """The faces between two coordinates and one beyond at either end."""
    first = max(int(np.searchsorted(faces, low, side="right")) - 1, 0)
    return slice(first, min(int(np.searchsorted(faces, high)) + 1, faces.size))
