"""Set-ups and measures shared by the physics tests."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from fluidgrad.grid import Grid
from fluidgrad.simulation import Simulation

SIDES = ("left", "right", "bottom", "top")


def periodic() -> dict:
    return {side: {"type": "periodic"} for side in SIDES}


def walls(**changed) -> dict:
    return {side: {"type": "wall"} for side in SIDES} | changed


def simulation(cells, boundaries, *, end=1.0, x=(0.0, 1.0), y=(0.0, 1.0), nu=0.0, **tables) -> Simulation:
    """A simulation from the settings that matter; ``tables`` are more tables of the configuration."""
    time = {"end": end} | tables.pop("time", {})
    domain = {"x": list(x), "y": list(y), "cells": list(cells)} | tables.pop("domain", {})
    config = {"domain": domain, "fluid": {"viscosity": nu}, "boundaries": boundaries, "time": time, **tables}
    return Simulation.from_config(config)


def advance(sim: Simulation, until: float) -> Simulation:
    while sim.t < until and not sim.steady:
        sim.step(until)
    return sim


def relative_error(sim: Simulation, u_exact, v_exact, mean=(0.0, 0.0)) -> float:
    """Relative L2 error of the velocity on the faces, weighted by their volumes; the exact velocity's mean flow
    is left out of the norm."""
    total = norm = 0.0
    for q, exact, at, offset in ((sim.u, u_exact, "x-face", mean[0]), (sim.v, v_exact, "y-face", mean[1])):
        x, y = sim.grid.mesh(at)
        reference = np.broadcast_to(exact(x, y), q.shape)
        volume = face_volumes(sim.grid, at)
        total += float(np.sum(volume * (q - reference) ** 2))
        norm += float(np.sum(volume * (reference - offset) ** 2))
    return float(np.sqrt(total / norm))


def face_volumes(grid: Grid, location: str) -> np.ndarray:
    """Volume that belongs to each face; the first and last face of an axis get half a cell."""

    def shares(d):
        s = np.zeros(d.size + 1)
        s[1:] += 0.5 * d
        s[:-1] += 0.5 * d
        return s

    if location == "x-face":
        return grid.dy[:, None] * shares(grid.dx)[None, :]
    return shares(grid.dy)[:, None] * grid.dx[None, :]


def orders(errors) -> list[float]:
    """Observed orders between successive grids, each twice as fine."""
    return [float(np.log2(a / b)) for a, b in pairwise(errors)]
