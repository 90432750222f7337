"""Flows past bodies that need no solver: exact potential flow, and no-slip flow from a streamfunction."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from exact_flows import Snapshots, from_streamfunction

from fluidgrad.grid import Grid

INSIDE_PRESSURE = 1e6
"""Nonsense in the solid, which nothing may show."""


def circle(x, y, radius):
    """Signed distance from a circle, as a function of x and y."""
    return lambda px, py: np.hypot(px - x, py - y) - radius


def rectangle(x, y, width, height):
    """Signed distance from a rectangle."""

    def distance(px, py):
        a, b = np.abs(px - x) - width / 2, np.abs(py - y) - height / 2
        return np.hypot(np.maximum(a, 0), np.maximum(b, 0)) + np.minimum(np.maximum(a, b), 0)

    return distance


def potential_cylinder(grid: Grid, x=0.0, y=0.0, radius=0.5):
    """Potential flow of speed 1 around a cylinder: face means from the streamfunction, pressure by Bernoulli."""
    px, py = grid.mesh("node")
    r2 = np.maximum((px - x) ** 2 + (py - y) ** 2, radius**2)
    flow = from_streamfunction(grid, (py - y) * (1 - radius**2 / r2))
    distance = circle(x, y, radius)
    return _with_sides(flow, distance, cylinder_pressure(*grid.mesh("centre"), x, y, radius))


def cylinder_pressure(px, py, x=0.0, y=0.0, radius=0.5):
    """Pressure of potential flow around a cylinder, relative to that far away."""
    z = (px - x) + 1j * (py - y)
    speed = np.abs(1 - radius**2 / np.where(np.abs(z) < 1e-12, 1, z) ** 2)
    return 0.5 * (1 - speed**2)


def past(grid: Grid, *bodies, width=0.25, velocity=(0.0, 0.0)):
    """A stream of speed 1 along x that sticks to bodies, given as (distance function, level of y in the body)."""
    px, py = grid.mesh("node")
    psi, rest = 0.0, 1.0
    for distance, level in bodies:
        share = np.exp(-((np.maximum(distance(px, py), 0) / width) ** 2))
        inside = (level - velocity[1] * (px - grid.x_f[0])) + velocity[0] * (py - level)
        psi, rest = psi + share * inside, rest * (1 - share)
    flow = from_streamfunction(grid, psi + rest * py)

    def nearest(x, y):
        return np.minimum.reduce([distance(x, y) for distance, _ in bodies])

    x, y = grid.mesh("centre")
    return _with_sides(flow, nearest, -x + np.cos(2 * y))


def _with_sides(flow, distance, p):
    grid = flow.grid
    solid = distance(*grid.mesh("centre")) < -0.7 * max(grid.smallest_dx, grid.smallest_dy)
    return replace(
        flow,
        p=np.where(solid, INSIDE_PRESSURE, p),
        distance=distance(*grid.mesh("node")),
        u_bottom=flow.u[0],
        u_top=flow.u[-1],
        v_left=flow.v[:, 0],
        v_right=flow.v[:, -1],
    )


def with_temperature(flow, function, units=("K", "temperature")):
    """The flow with a transported scalar ``temperature``, a function of x and y, exact on the sides."""
    grid = flow.grid
    values = np.broadcast_to(function(*grid.mesh("centre")), grid.shape("centre")).astype(float)
    sides = {
        "left": function(grid.x_f[0], grid.y),
        "right": function(grid.x_f[-1], grid.y),
        "bottom": function(grid.x, grid.y_f[0]),
        "top": function(grid.x, grid.y_f[-1]),
    }
    sides = {side: q + (grid.y if side in ("left", "right") else grid.x) * 0 for side, q in sides.items()}
    return replace(
        flow,
        scalars={"temperature": values},
        scalar_sides={"temperature": sides},
        scalar_units={"temperature": units},
    )


def towed(count=5):
    """A run in which a cylinder moves through fluid at rest."""
    grid = Grid.uniform(80, 40, (0, 4), (-1, 1))
    flows = [
        replace(
            past(grid, (circle(0.8 + 0.5 * k, 0.2 * k - 0.3, 0.4), 0.0), velocity=(1.0, 0.4)), time=0.5 * k
        )
        for k in range(count)
    ]
    return Snapshots(flows)
