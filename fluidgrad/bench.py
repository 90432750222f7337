"""How fast this machine is and how fast fluidgrad is on it: ``fluidgrad bench``."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from fluidgrad.pressure import BACKEND
from fluidgrad.simulation import Simulation
from fluidgrad.threads import set_threads

COPY_BYTES = 256 * 2**20
"""Size of the array that is copied to measure the bandwidth; far larger than any cache."""

REPEATS = 5
SECONDS = 0.5
"""A figure is the median of so many repeats, each of at least so many seconds (a tenth with ``quick``)."""

ARRAYS_ALLOWED = 16.0
WARM_ALLOWED, COLD_ALLOWED = 2.5, 20.0


@dataclass(frozen=True)
class Case:
    """A square grid of ``cells`` by ``cells``, periodic or walled, and what its step should cost at most: ns per
    cell, or ms in all."""

    cells: int
    walled: bool = False
    allowed_ns: float | None = None
    allowed_ms: float | None = None

    @property
    def name(self) -> str:
        return f"{self.cells} x {self.cells} {'walled' if self.walled else 'periodic'}"

    def verdict(self, seconds: float) -> str:
        """What a step of so many seconds is to the target; empty if there is none."""
        if self.allowed_ns is not None:
            return verdict(seconds / self.cells**2 * 1e9, self.allowed_ns, "ns")
        return verdict(seconds * 1e3, self.allowed_ms, "ms") if self.allowed_ms is not None else ""

    def settings(self) -> dict:
        """A decaying flow in the box: float64, explicit, central."""
        kind = "wall" if self.walled else "periodic"
        return {
            "name": "bench",
            "domain": {"cells": [self.cells, self.cells]},
            "fluid": {"viscosity": 1e-5},
            "boundaries": {side: {"type": kind} for side in ("left", "right", "bottom", "top")},
            "initial": {"case": "streamfunction", "psi": "sin(2*pi*x)^2*sin(2*pi*y)^2*(1 + x*y)"},
            "time": {"end": 1e3, "cfl": 0.5},
        }


CASES = (
    Case(1024, allowed_ns=30.0),
    Case(1024, walled=True, allowed_ns=33.0),
    Case(256, allowed_ns=40.0),
    Case(64, allowed_ms=0.5),
)


BODIES_ALLOWED = {"body at rest": 3.0, "moving body": 5.0}
"""What a step with a body may cost, as a multiple of the same step without."""


def body_ratios(seconds: float, threads: int | None) -> dict[str, float]:
    """Time of a step with a cylinder of 40 cells, at rest and oscillating, in a stream on 1024 x 256 cells, over that
    without; the three are measured in turn, so that all meet the same machine."""
    circle = {"shape": "circle", "x": 4.0, "y": 0.03, "radius": 0.5}
    swing = {"motion": {"y": "0.2*sin(2*pi*t/5)"}}
    bodies = {"none": [], "body at rest": [circle], "moving body": [{**circle, **swing}]}
    simulations = {
        name: Simulation.from_config({**_STREAM, "bodies": chosen}, threads=threads)
        for name, chosen in bodies.items()
    }
    for simulation in simulations.values():
        for _ in range(20):
            simulation.step()
    rounds = [
        {name: _stretch(sim, 5) for name, sim in simulations.items()}
        for _ in range(max(3, round(20 * seconds)))
    ]
    times = {name: median(one[name] for one in rounds) for name in simulations}
    return {name: times[name] / times["none"] for name in BODIES_ALLOWED}


_STREAM = {
    "name": "bench",
    "domain": {"x": [0.0, 25.6], "y": [-3.2, 3.2], "cells": [1024, 256]},
    "fluid": {"viscosity": 0.01},
    "boundaries": {
        "left": {"type": "inflow", "normal": 1.0},
        "right": {"type": "outflow"},
        "bottom": {"type": "slip"},
        "top": {"type": "slip"},
    },
    "initial": {"case": "uniform", "u": 1.0},
    "numerics": {"pressure_tolerance": 1e-6},
    "time": {"end": 1e3, "step": 0.008},
}


def machine(threads: int | None) -> dict[str, str]:
    """What is measured on."""
    return {
        "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()}",
        "threads": str(set_threads(threads, 1024**2)),
        "transforms": BACKEND + ("" if BACKEND == "ducc0" else " (the extra `fast` brings a faster one)"),
        "python": f"{platform.python_version()}, numpy {np.__version__}",
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def copy_bandwidth(size: int = COPY_BYTES) -> float:
    """Bytes read and written per second when numpy copies a large array (one thread)."""
    source = np.ones(size // 8)
    target = np.empty_like(source)
    return 2.0 * size / median(_timed(lambda: np.copyto(target, source)) for _ in range(REPEATS + 1))


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def step_seconds(simulation: Simulation, seconds: float = SECONDS) -> float:
    """Median wall-clock time of a step over several stretches, after a warm-up."""
    simulation.step()
    count = max(1, round(seconds / max(_timed(simulation.step), 1e-6)))
    return median(_stretch(simulation, count) for _ in range(REPEATS))


def _stretch(simulation: Simulation, count: int) -> float:
    began = time.perf_counter()
    for _ in range(count):
        simulation.step()
    return (time.perf_counter() - began) / count


def field_arrays(simulation: Simulation) -> float:
    """Memory that the solver holds on to, in arrays of one number per cell."""
    stepper, state = simulation.stepper, simulation.state
    found: dict[int, int] = {}
    _collect([stepper, state, simulation.observer], found, set())
    return sum(found.values()) / (8.0 * np.prod(simulation.grid.padded_shape))


def _collect(thing, found: dict[int, int], seen: set[int]) -> None:
    """Note the size of every array that can be reached from a thing of ours, once each."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        owner = thing
        while isinstance(owner.base, np.ndarray):
            owner = owner.base
        found[id(owner)] = owner.nbytes
    elif isinstance(thing, dict):
        for value in thing.values():
            _collect(value, found, seen)
    elif isinstance(thing, list | tuple):
        for value in thing:
            _collect(value, found, seen)
    elif type(thing).__module__.startswith("fluidgrad."):
        _collect(vars(thing), found, seen)


def warm_start() -> float:
    """Wall-clock time, s, of a whole ``fluidgrad run`` of one step on 64 x 64 cells with its files but no picture: an
    upper bound of the time to the first step. Median of three, after one that compiles what is missing."""
    with tempfile.TemporaryDirectory(prefix="fluidgrad-bench-") as folder:
        return median([_one_step(folder, {}) for _ in range(4)][1:])


def cold_start() -> float:
    """The same once, with an empty cache of kernels."""
    with tempfile.TemporaryDirectory(prefix="fluidgrad-bench-") as folder:
        return _one_step(folder, {"NUMBA_CACHE_DIR": str(Path(folder) / "cache")})


def _one_step(folder: str, environment: dict[str, str]) -> float:
    config = Path(folder) / "first_step.toml"
    config.write_text(_FIRST_STEP, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **environment}
    command = [sys.executable, "-m", "fluidgrad", "run", str(config), "--quiet"]
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


_FIRST_STEP = """\
fluid.viscosity = 1e-3
boundaries.left.type = "wall"
boundaries.right.type = "wall"
boundaries.bottom.type = "wall"
boundaries.top = { type = "moving wall", velocity = 1.0 }
domain.cells = [64, 64]
time = { end = 1e-3, step = 1e-3 }
output = { every = 1e-3, figure = "none" }
"""


def verdict(value: float, allowed: float, unit: str) -> str:
    """``at most 30 ns: met``."""
    return f"at most {allowed:g} {unit}: {'met' if value <= allowed else 'MISSED'}"
