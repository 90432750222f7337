"""Set-ups and measures that several cases share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from fluidgrad.grid import Grid, node_shares

if TYPE_CHECKING:
    from fluidgrad.simulation import Simulation

SIDES = ("left", "right", "bottom", "top")

PERIODIC = {"type": "periodic"}
WALL = {"type": "wall"}


def periodic_box() -> dict:
    """Periodic sides."""
    return dict.fromkeys(SIDES, PERIODIC)


def walls(**changed: dict) -> dict:
    """Walls but for the sides given."""
    return dict.fromkeys(SIDES, WALL) | changed


Exact = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""A function of coordinates that broadcast against each other."""


def convection(prandtl: float, rayleigh: float, initial: str, hot: str, cold: str) -> dict:
    """Tables of a fluid in scales of diffusion, of a temperature that is 1 on the side ``hot`` and 0 on ``cold``, and
    of its buoyancy."""
    temperature = {
        "name": "temperature",
        "prandtl": prandtl,
        "rayleigh": rayleigh,
        "difference": 1.0,
        "reference": 0.5,
        "initial": initial,
        "boundaries": {hot: {"type": "value", "value": 1.0}, cold: {"type": "value", "value": 0.0}},
    }
    return {
        "fluid": {"scales": "diffusive"},
        "scalars": [temperature],
        "buoyancy": {"gravity": [0.0, -1.0]},
    }


def velocity_error(sim: Simulation, u: Exact, v: Exact, mean=(0.0, 0.0)) -> float:
    """Relative L2 error of the velocity on the faces, weighted by their volumes; the mean flow is left out of the
    norm of the exact velocity."""
    total = norm = 0.0
    for q, exact, at, offset in ((sim.u, u, "x-face", mean[0]), (sim.v, v, "y-face", mean[1])):
        reference = np.broadcast_to(exact(*sim.grid.mesh(at)), q.shape)
        volume = face_volumes(sim.grid, at)
        total += float(np.sum(volume * (q - reference) ** 2))
        norm += float(np.sum(volume * (reference - offset) ** 2))
    return float(np.sqrt(total / norm))


def pressure_error(sim: Simulation, p: Exact) -> float:
    """L2 error (m2/s2) of the pressure at the centres, both without their mean."""
    volume = sim.grid.dx[None, :] * sim.grid.dy[:, None]
    difference = sim.p - p(*sim.grid.mesh("centre"))
    difference = difference - np.average(difference, weights=volume)
    return float(np.sqrt(np.average(difference**2, weights=volume)))


def face_volumes(grid: Grid, location: str) -> np.ndarray:
    """Volume that belongs to each face; the first and last face of an axis get half a cell."""
    if location == "x-face":
        return grid.dy[:, None] * node_shares(grid.dx)
    return node_shares(grid.dy)[:, None] * grid.dx


def rigid_rotation(n: int, omega: float, end: float) -> dict:
    """Configuration of a fluid that rotates as a rigid body about the middle of [-1, 1]^2, an exact solution; its sides
    are passed by given velocities."""
    x, y = f"{omega}*x", f"{omega}*y"
    return {
        "domain": {"x": [-1.0, 1.0], "y": [-1.0, 1.0], "cells": [n, n]},
        "fluid": {"viscosity": 0.0},
        "boundaries": {
            "left": {"type": "inflow", "normal": f"-{y}", "tangential": x},
            "right": {"type": "inflow", "normal": y, "tangential": x},
            "bottom": {"type": "inflow", "normal": x, "tangential": f"-{y}"},
            "top": {"type": "inflow", "normal": f"-{x}", "tangential": f"-{y}"},
        },
        "initial": {"case": "formula", "u": f"-{y}", "v": x},
        "time": {"end": end, "cfl": 0.5},
    }
