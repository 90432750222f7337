"""Flows made from exact solutions and streamfunctions, for tests that need no solver."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fluidgrad.flow import Flow
from fluidgrad.grid import Grid

WIDE = ((0.3, 2.3), (-1.0, 0.5))


def stretched_faces(n, ends, strength=1.5):
    s = np.linspace(-1, 1, n + 1)
    return ends[0] + (ends[1] - ends[0]) * 0.5 * (1 + np.tanh(strength * s) / np.tanh(strength))


def make_grid(nx, ny, stretched=False, periodic=(False, False), ends=WIDE):
    if stretched:
        return Grid(stretched_faces(nx, ends[0]), stretched_faces(ny, ends[1]), *periodic)
    return Grid.uniform(nx, ny, *ends, *periodic)


def make_flow(grid, u, v, p=lambda x, y: 0 * x * y):
    """A Flow that samples functions of x and y, on the sides as well."""

    def at(location, function):
        return np.broadcast_to(function(*grid.mesh(location)), grid.shape(location)).astype(float)

    u_f, v_f = at("x-face", u), at("y-face", v)
    x, y = np.zeros_like(grid.x_f), np.zeros_like(grid.y_f)
    u_sides = [0 * x + u(grid.x_f, end) for end in grid.y_f[[0, -1]]]
    v_sides = [0 * y + v(end, grid.y_f) for end in grid.x_f[[0, -1]]]
    if grid.periodic_y:
        u_sides = [0.5 * (u_f[0] + u_f[-1])] * 2
    if grid.periodic_x:
        v_sides = [0.5 * (v_f[:, 0] + v_f[:, -1])] * 2
    return Flow(grid, 0.0, 0, u_f, v_f, at("centre", p), *u_sides, *v_sides)


def from_streamfunction(grid, psi):
    """Discretely divergence-free flow whose face fluxes are differences of nodal psi."""
    u = np.diff(psi, axis=0) / grid.dy[:, None]
    v = -np.diff(psi, axis=1) / grid.dx[None, :]
    zx, zy = np.zeros_like(grid.x_f), np.zeros_like(grid.y_f)
    return Flow(grid, 0.0, 0, u, v, np.zeros(grid.shape("centre")), zx, zx, zy, zy)


def taylor_green(n=32, time=0.0, nu=0.1):
    """Taylor-Green vortices on a periodic box, 2 pi by 2 pi: omega = -2 cos x cos y exp(-2 nu t)."""
    side = (0, 2 * np.pi)
    a = np.exp(-2 * nu * time)
    flow = make_flow(
        Grid.uniform(n, n, side, side, True, True),
        lambda x, y: a * np.cos(x) * np.sin(y),
        lambda x, y: -a * np.sin(x) * np.cos(y),
        lambda x, y: -(a**2) * (np.cos(2 * x) + np.cos(2 * y)) / 4,
    )
    return replace(flow, time=time)


def single_eddy(grid):
    """One eddy that fills a closed box, clockwise."""
    x, y = grid.mesh("node")
    x, y = (x - grid.x_f[0]) / grid.length_x, (y - grid.y_f[0]) / grid.length_y
    return from_streamfunction(grid, -((4 * x * (1 - x) * y * (1 - y)) ** 2))


class Snapshots:
    """Stands in for a run: the same interface, from flows in memory."""

    def __init__(self, flows, name="a_run"):
        self.flows, self.name, self.grid = list(flows), name, flows[0].grid
        self.times = np.array([flow.time for flow in flows])

    def flow(self, index=-1):
        return self.flows[index]
