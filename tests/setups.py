"""Set-ups and measures shared by the physics tests."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

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


def orders(errors) -> list[float]:
    """Observed orders between successive grids, each twice as fine."""
    return [float(np.log2(a / b)) for a, b in pairwise(errors)]
