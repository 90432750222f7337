"""Scalars in a velocity that is held fixed, for tests of their transport alone."""

from __future__ import annotations

import numpy as np

from fluidgrad.boundary import Boundary, Side
from fluidgrad.grid import Grid
from fluidgrad.kernels import momentum
from fluidgrad.scalars import Extent, Scalar, ScalarSide, ScalarTransport
from fluidgrad.spectral import velocity_from_streamfunction

SIDES = ("left", "right", "bottom", "top")


def uneven(rng, cells: int, ratio: float = 2.0) -> np.ndarray:
    """Faces of cells of random widths."""
    return np.concatenate([[0.0], np.cumsum(ratio ** rng.uniform(-1, 1, cells))])


def transport_on(grid: Grid, flow: dict[str, Side] | None = None, implicit=False, sides=None, **scalar):
    """A transport with joined or insulated sides but for those given, in a flow that slips along its sides."""
    joined = dict.fromkeys(("left", "right"), grid.periodic_x) | dict.fromkeys(
        ("bottom", "top"), grid.periodic_y
    )
    velocity = {name: Side("periodic" if joined[name] else "slip") for name in SIDES} | (flow or {})
    boundary = Boundary(grid, velocity)
    kinds = {name: ScalarSide("periodic" if joined[name] else "flux") for name in SIDES} | (sides or {})
    settings = {"name": "c", "diffusivity": 0.0} | scalar
    metrics = momentum.metrics(grid.dx_p, grid.dy_p)
    return ScalarTransport(grid, boundary, metrics, Scalar(sides=kinds, **settings), implicit)


def velocity_of(transport: ScalarTransport, psi: np.ndarray, mean=(0.0, 0.0)):
    """The discretely divergence-free padded velocity of a streamfunction on the nodes, halo filled."""
    grid, boundary = transport.grid, transport.sides.boundary
    u, v = grid.zeros(), grid.zeros()
    for padded, plain, at, offset in zip(
        (u, v), velocity_from_streamfunction(grid, psi), ("x-face", "y-face"), mean, strict=True
    ):
        grid.view(padded, at)[...] = plain + offset
    boundary.impose_normal(u, v, 0.0)
    boundary.fill(u, v, 0.0)
    return u, v


def random_velocity(transport: ScalarTransport, rng):
    """A random solenoidal velocity that does not pass sides that are not joined."""
    grid = transport.grid
    psi = rng.standard_normal(grid.shape("node"))
    psi[:, -1] = psi[:, 0]
    psi[-1] = psi[0]
    if not grid.periodic_x:
        psi[:, 0] = psi[:, -1] = 0.0
    if not grid.periodic_y:
        psi[0] = psi[-1] = 0.0
    return velocity_of(transport, psi)


def courant_rate(grid: Grid, u, v) -> float:
    """Largest ``|u|/dx + |v|/dy`` of a cell, 1/s."""
    u, v = np.abs(grid.view(u, "x-face")), np.abs(grid.view(v, "y-face"))
    along_x = np.maximum(u[:, 1:], u[:, :-1]) / grid.dx
    return float((along_x + np.maximum(v[1:], v[:-1]) / grid.dy[:, None]).max())


def start(transport: ScalarTransport, values) -> np.ndarray:
    """A padded scalar with its halo filled for t = 0."""
    c = transport.grid.zeros()
    transport.grid.view(c, "centre")[...] = values
    transport.sides.fill(c, 0.0)
    return c


def carry(transport: ScalarTransport, c, u, v, dt: float, steps: int, t: float = 0.0):
    """The padded scalar after so many steps in a fixed velocity, and its extent over all of them."""
    ranges = [transport.extent(c)]
    for step in range(steps):
        stage = c
        for k in range(3):
            stage = transport.advance_stage(k, t + step * dt, dt, stage, u, v)
        c, transport.c = transport.c, c
        ranges.append(transport.extent(c))
    return c, Extent(min(r.lowest for r in ranges), max(r.highest for r in ranges), ranges[-1].mean)
