"""fluidgrad: two-dimensional incompressible flow on a staggered grid.

>>> import fluidgrad as fg
>>> sim = fg.Simulation.from_config("configs/lid_driven_cavity.toml")   # doctest: +SKIP
>>> sim.run(until=1.0)                                                  # doctest: +SKIP
>>> fg.plot(sim.flow(), "vorticity")                                    # doctest: +SKIP

Heavy modules are loaded when they are first used.
"""

from __future__ import annotations

import importlib

__version__ = "0.3.0"

_HOMES = {
    "Simulation": "fluidgrad.simulation",
    "Config": "fluidgrad.config",
    "load_config": "fluidgrad.config",
    "Grid": "fluidgrad.grid",
    "Flow": "fluidgrad.flow",
    "Run": "fluidgrad.output",
    "open_run": "fluidgrad.output",
    "plot": "fluidgrad.plotting",
    "animate": "fluidgrad.plotting",
    "diagnostic": "fluidgrad.companions",
    "Companion": "fluidgrad.companions",
    "write_report": "fluidgrad.report",
    "FluidgradError": "fluidgrad.errors",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module 'fluidgrad' has no attribute {name!r}")
    module = importlib.import_module(_HOMES[name])
    return getattr(module, "load" if name == "load_config" else name)


def __dir__() -> list[str]:
    return sorted(__all__)
