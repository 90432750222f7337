"""Velocity continued into bodies, so that what is interpolated beside a wall is that of the fluid up to the wall.

Inside a body a solver has the body's own velocity, and so the gradient jumps at the wall. A smooth interpolant
through both would be wrong by a cell on either side. Here every point less than some cells inside gets the value that
makes the velocity odd about the wall, relative to the wall: ``2 u_wall - u(mirror image)``. Deeper inside it fades into
the body's own.
"""

from __future__ import annotations

import numpy as np

from fluidgrad.flow import Flow
from fluidgrad.interpolation import at_points

SURE, DEPTH = 3.0, 7.0
"""How deep, in cells, the velocity of the fluid is continued into a body in full, and where nothing is left of it. What
a spline makes of a bend fades to 0.27 in each cell."""

CLEAR = 0.5
"""Part of its depth by which the mirror image of a point is in the fluid at least; a thin body has no fluid there."""

STEEP = 0.25
"""Least square of the slope of the distance, which is 1 but where bodies have an axis or a corner."""

REPEATS = 4


def through_walls(flow: Flow) -> tuple[np.ndarray, np.ndarray]:
    """Velocity on the faces of a flow with bodies, u (ny, nx + 1) and v (ny + 1, nx) in m/s, continued from the
    fluid into the bodies to second order in the depth."""
    grid = flow.grid
    slope_y, slope_x = np.gradient(flow.distance, grid.y_f, grid.x_f)
    cell = max(grid.smallest_dx, grid.smallest_dy)
    components = []
    for values, location in ((flow.u, "x-face"), (flow.v, "y-face")):
        y, x = (points.ravel() for points in np.meshgrid(*grid.axes(location), indexing="ij"))
        depth = -at_points(grid, "node", flow.distance, x, y)
        near = np.flatnonzero((depth > 0.0) & (depth < DEPTH * cell))
        x, y, depth = x[near], y[near], depth[near]
        along_x, along_y = (at_points(grid, "node", slope, x, y) for slope in (slope_x, slope_y))
        square = np.maximum(along_x**2 + along_y**2, STEEP)
        image_x, image_y = x + 2 * depth * along_x / square, y + 2 * depth * along_y / square
        clear = at_points(grid, "node", flow.distance, image_x, image_y) > CLEAR * depth
        near, image_x, image_y = near[clear], image_x[clear], image_y[clear]
        faded = np.clip((DEPTH - depth[clear] / cell) / (DEPTH - SURE), 0.0, 1.0)
        faded *= faded * (3.0 - 2.0 * faded)
        mirrored, of_wall = values.copy(), values.ravel()[near]
        # Beside an image there may be points of the body, whose values are found here too.
        for _ in range(REPEATS):
            image = at_points(grid, location, mirrored, image_x, image_y)
            mirrored.ravel()[near] = of_wall + faded * (of_wall - image)
        components.append(mirrored)
    return components[0], components[1]
