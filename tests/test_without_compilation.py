"""The same runs with the kernels as plain Python, and compiled with bounds checks, give the same numbers."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

SCRIPT = """
import sys
import numpy as np
from fluidgrad.simulation import Simulation

WALL, OUTFLOW = {"type": "wall"}, {"type": "outflow"}
SETS = {
    "walls": dict(left=WALL, right=WALL, bottom=WALL, top={"type": "moving wall", "velocity": "1 + t"}),
    "through": dict(left={"type": "inflow", "normal": 1.0}, right=OUTFLOW, bottom={"type": "slip"}, top=OUTFLOW),
    "periodic": {side: {"type": "periodic"} for side in ("left", "right", "bottom", "top")},
}
WATER = {"viscosity": 0.01}
BLOOD = {"model": {"law": "carreau", "viscosity_at_rest": 0.05, "time": 2.0, "index": 0.4}}
FLUIDS = {
    "water": (WATER, {"diffusion": "explicit"}),
    "oil": (WATER, {"diffusion": "implicit"}),
    "blood": (BLOOD, {"subgrid": "smagorinsky"}),
}
CARRIED = {"central": "central", "upwind": "limited"}
results = {}
for name, sides in SETS.items():
    for advection in ("central", "upwind"):
        for name_of_fluid, (fluid, numerics) in FLUIDS.items():
            law, flat = {"law": "tanh", "strength": 0.7}, {"law": "uniform"}
            sim = Simulation.from_config({
                "domain": {"cells": [11, 9], "spacing_x": law, "spacing_y": law if name == "walls" else flat},
                "fluid": fluid,
                "boundaries": sides,
                "scalars": [{
                    "name": "heat", "diffusivity": 0.01, "expansion": 0.1, "initial": "x>0.4",
                    "advection": CARRIED[advection],
                    "boundaries": {"left": {"type": "inflow", "value": 1.0}} if name == "through" else {},
                }],
                "initial": {"case": "formula", "u": "sin(6*y)", "v": "cos(5*x)"},
                "numerics": {"advection": advection, **numerics},
                "time": {"end": 1.0, "step": 0.002},
            })
            for _ in range(2):
                sim.step()
            sim.diagnostics()
            for q in ("u", "v", "p"):
                results[f"{name}-{advection}-{name_of_fluid}-{q}"] = getattr(sim, q)
            results[f"{name}-{advection}-{name_of_fluid}-heat"] = sim.scalars["heat"]
np.savez(sys.argv[1], **results)
"""


def numbers(path, **settings):
    environment = {**os.environ, **settings, "NUMBA_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", SCRIPT, str(path)], check=True, env=environment)
    return np.load(path)


@pytest.mark.parametrize(
    "checked",
    [{"NUMBA_DISABLE_JIT": "1"}, {"NUMBA_BOUNDSCHECK": "1"}],
    ids=["plain Python", "compiled with bounds checks"],
)
def test_same_numbers(tmp_path, checked):
    compiled = numbers(tmp_path / "compiled.npz")
    other = numbers(tmp_path / "checked.npz", NUMBA_CACHE_DIR=str(tmp_path), **checked)
    assert set(compiled) == set(other)
    for name in compiled:
        assert np.abs(compiled[name] - other[name]).max() < 1e-12, name
