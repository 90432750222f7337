"""Bodies in pictures: where they are.

Everything derives from the signed distance on the nodes.
"""

from __future__ import annotations

import numpy as np

from fluidgrad.flow import Flow
from fluidgrad.interpolation import at_points
from fluidgrad.plotting.sampling import Sampler

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
