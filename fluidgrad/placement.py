"""Where bodies are on the grid at a time, found with little work as they move."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from fluidgrad.grid import Grid, H
from fluidgrad.kernels import momentum
from fluidgrad.walls import Component, Window, component, node_coordinates

if TYPE_CHECKING:
    from fluidgrad.bodies import Body

MARGIN = 4.0
"""Cells around its walls that the window of a moving body takes in."""


def _union(distances: list[np.ndarray]) -> np.ndarray:
    """Signed distance of periodic copies of a body. A body may itself go on beyond the domain, so inside several
    copies the nearest wall counts, not the deepest."""
    if len(distances) == 1:
        return distances[0]
    inside = np.max([np.where(phi < 0.0, phi, -np.inf) for phi in distances], axis=0)
    return np.where(np.isfinite(inside), inside, np.min(distances, axis=0))


class Placement:
    """Components of walls at any time. Bodies that stay where they are, are placed once; around moving ones only a
    window is done anew.

    Parameters
    ----------
    grid, m : the grid and its metrics.
    bodies : the bodies.
    theta_u, theta_v : padded open fractions of faces, kept up to date.
    """

    def __init__(self, grid: Grid, m: momentum.Metrics, bodies: Sequence[Body], theta_u, theta_v):
        self.grid, self.m, self.bodies = grid, m, bodies
        self.thetas = (theta_u, theta_v)
        self.x, self.y = node_coordinates(grid)
        self._periods = (grid.length_x * grid.periodic_x, grid.length_y * grid.periodic_y)
        self.stiff = max(1.0 / grid.smallest_dx, 1.0 / grid.smallest_dy) ** 2
        """Friction coefficient kappa (1/m2) from which friction is stiff: that of a wall half a cell away."""
        self._everywhere = self._window = Window(0, grid.ny + 2 * H, 0, grid.nx + 2 * H)
        self._still = {
            n: self._distance(b, self._everywhere, 0.0) for n, b in enumerate(bodies) if not b.moves
        }
        self._driven = {n for n, body in enumerate(bodies) if not body.motion.steady}
        self._moving = [n for n, body in enumerate(bodies) if body.moves]
        self._still_thetas = [np.ones(grid.padded_shape), np.ones(grid.padded_shape)]
        self._still_parts = self._parts(self._still, self._everywhere, self._still_thetas)
        for theta, still in zip(self.thetas, self._still_thetas, strict=True):
            np.copyto(theta, still)
        self._rims = [self._rim(bodies[n]) for n in self._moving]

    def at(self, t: float) -> tuple[Component, Component]:
        """Walls as u and v meet them at time t."""
        if not self._moving:
            return self._still_parts
        for theta, still in zip(self.thetas, self._still_thetas, strict=True):
            theta[self._window.cells] = still[self._window.cells]
        self._window = window = self._window_at(t)
        parts = self._parts(self.distances(t, window), window, self.thetas)
        if window == self._everywhere or self._still_parts is None:
            return parts
        return tuple(old.replaced(new, window) for old, new in zip(self._still_parts, parts, strict=True))

    @property
    def window(self) -> Window:
        """Outside of it there is no wall of any body now."""
        return self._everywhere if self._still else self._window

    def distances(self, t: float, window: Window | None = None) -> dict[int, np.ndarray]:
        """Signed distance (m) of each body, by number, at the nodes of a window, or of all padded cells."""
        window = window or self._everywhere
        return {
            n: self._still[n][window.nodes] if n in self._still else self._distance(body, window, t)
            for n, body in enumerate(self.bodies)
        }

    def _parts(self, distances, window: Window, thetas) -> tuple[Component, Component] | None:
        if not distances:
            return None
        u, v = (
            component(self.grid, self.m, along_x, distances, window, theta, self.stiff, self._driven)
            for along_x, theta in zip((True, False), thetas, strict=True)
        )
        return u, v

    def _distance(self, body: Body, window: Window, t: float) -> np.ndarray:
        """That of the nearest periodic copy."""
        away_x, away_y = self._away(body, t)
        x = self.x[None, window.i0 : window.i1 + 1] + away_x
        y = self.y[window.j0 : window.j1 + 1, None] + away_y
        g, wraps = self.grid, window == self._everywhere
        copies_x = (0.0, g.length_x, -g.length_x) if g.periodic_x and wraps else (0.0,)
        copies_y = (0.0, g.length_y, -g.length_y) if g.periodic_y and wraps else (0.0,)
        return _union([body.distance(x + a, y + b, t) for a in copies_x for b in copies_y])

    def _away(self, body: Body, t: float) -> tuple[float, float]:
        """Whole periods (m) along x and y from the domain to a body, which may travel ever farther."""
        centre = body.motion.to_world(*body.shape.centre, t)
        starts = self.grid.x_f[0], self.grid.y_f[0]
        return tuple(
            float(np.floor((at - start) / period)) * period if period else 0.0
            for at, start, period in zip(centre, starts, self._periods, strict=True)
        )

    def beside(self, body: Body, x: np.ndarray, y: np.ndarray, t: float) -> tuple[np.ndarray, np.ndarray]:
        """Places (m) at the wall of a body, or of a periodic copy of it, as its motion knows them: moved by whole
        periods to be nearest to its centre."""
        centre = body.motion.to_world(*body.shape.centre, t)
        return tuple(
            q + np.rint((at - q) / period) * period if period else q
            for at, q, period in zip(centre, (x, y), self._periods, strict=True)
        )

    def _rim(self, body: Body) -> np.ndarray | None:
        """Points in and near a body in its own frame, (2, k); None if it is at a side, so that not all are known."""
        g = self.grid
        x, y = np.broadcast_arrays(self.x[None, :], self.y[:, None])
        near = body.distance(x, y, 0.0) < MARGIN * max(g.dx.max(), g.dy.max())
        if near[0].any() or near[-1].any() or near[:, 0].any() or near[:, -1].any() or not near.any():
            return None
        return np.array(body.motion.to_body(x[near], y[near], 0.0))

    def _window_at(self, t: float) -> Window:
        """What the moving bodies take in at time t; everything if that reaches a side."""
        if any(rim is None for rim in self._rims):
            return self._everywhere
        points = []
        for n, rim in zip(self._moving, self._rims, strict=True):
            places, away = self.bodies[n].motion.to_world(*rim, t), self._away(self.bodies[n], t)
            points.append([at - by for at, by in zip(places, away, strict=True)])
        x, y = (np.concatenate(parts) for parts in zip(*points, strict=True))
        i0, i1 = np.searchsorted(self.x, (x.min(), x.max())) + np.array([-1, 1])
        j0, j1 = np.searchsorted(self.y, (y.min(), y.max())) + np.array([-1, 1])
        if min(i0, j0) < H or i1 > self.grid.nx + H or j1 > self.grid.ny + H:
            return self._everywhere
        return Window(int(j0), int(j1), int(i0), int(i1))
