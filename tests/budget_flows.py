"""Small flows of every kind whose budgets are tested."""

from __future__ import annotations

import numpy as np
from setups import periodic, simulation, walls

from fluidgrad.simulation import Simulation

BOX = {"x": (0.0, 2.0 * np.pi), "y": (0.0, 2.0 * np.pi)}
TURBULENCE = {"case": "turbulence", "spectrum": "k^4*exp(-(k/3)^2)", "speed": 1.0}
CHANNEL = walls(left={"type": "inflow", "normal": "6*y*(1-y)"}, right={"type": "outflow"})
STREAM = {"case": "formula", "u": "6*y*(1-y)", "v": "0.2*sin(3*x)"}
BOTH = ["kinetic_energy", "enstrophy"]
TANH = {"law": "tanh", "strength": 1.2}


def recorded(cells, boundaries, step: float, budgets=BOTH, every: int = 1, **tables) -> Simulation:
    """A simulation of fixed steps that records budgets."""
    output = {"budgets": list(budgets), "series_every": every}
    return simulation(cells, boundaries, end=50.0, time={"step": step}, output=output, **tables)


def decaying(step: float, **more) -> Simulation:
    return recorded((24, 32), periodic(), step, nu=0.03, initial=TURBULENCE, **BOX, **more)


def kolmogorov(step: float, **more) -> Simulation:
    forcing = {"drag": 0.1, "kolmogorov": {"wavenumber": 4}, "force": ["0.3*sin(x+t)", 0.1]}
    return recorded((32, 24), periodic(), step, nu=0.02, initial=TURBULENCE, forcing=forcing, **BOX, **more)


def cavity(step: float, **more) -> Simulation:
    lid = walls(top={"type": "moving wall", "velocity": "sin(3*t)"}, left={"type": "slip"})
    return recorded((24, 20), lid, step, nu=0.02, domain={"spacing_y": TANH}, **more)


def implicit_cavity(step: float) -> Simulation:
    return cavity(step, numerics={"diffusion": "implicit"})


def channel(step: float, **more) -> Simulation:
    """Stretched, with an inflow that pulsates."""
    sides = CHANNEL | {"left": {"type": "inflow", "normal": "6*y*(1-y)*(1+0.2*sin(5*t))"}}
    spacing = {"spacing_y": TANH}
    return recorded((32, 20), sides, step, nu=0.01, x=(0.0, 2.0), initial=STREAM, domain=spacing, **more)


def upwind_channel(step: float) -> Simulation:
    return channel(step, numerics={"advection": "upwind"})


def thinning_cavity(step: float, **more) -> Simulation:
    """A Carreau fluid with a model of small eddies under a lid."""
    model = {
        "law": "carreau",
        "viscosity_at_rest": 0.03,
        "viscosity_sheared": 0.003,
        "time": 1.0,
        "index": 0.5,
    }
    config = {
        "domain": {"cells": [20, 24], "spacing_x": TANH},
        "fluid": {"model": model},
        "boundaries": walls(top={"type": "moving wall", "velocity": 1.0}),
        "numerics": {"subgrid": "smagorinsky"},
        "time": {"end": 50.0, "step": step},
        "output": {"budgets": BOTH, "series_every": 1},
    }
    return Simulation.from_config(config | more)


def power_law_channel(step: float) -> Simulation:
    """A fluid that thins between bounds, driven along a periodic channel."""
    bounds = {"smallest_viscosity": 0.01, "largest_viscosity": 0.04}
    config = {
        "domain": {"cells": [16, 20], "spacing_y": TANH},
        "fluid": {"model": {"law": "power law", "consistency": 0.03, "index": 0.6, **bounds}},
        "boundaries": walls(left={"type": "periodic"}, right={"type": "periodic"}),
        "forcing": {"pressure_gradient": [-1.0, 0.0]},
        "initial": {"case": "formula", "u": "4*y*(1-y)", "v": "0.1*sin(2*pi*x)*sin(pi*y)"},
        "time": {"end": 50.0, "step": step},
        "output": {"budgets": BOTH, "series_every": 1},
    }
    return Simulation.from_config(config)


def convection(step: float, **more) -> Simulation:
    """Air between a hot and a cold plate, stretched towards them."""
    temperature = {
        "name": "temperature",
        "prandtl": 0.71,
        "rayleigh": 1e5,
        "initial": "0.5 - y + 0.1*sin(pi*y)*cos(2*pi*x)",
        "boundaries": {"bottom": {"type": "value", "value": 0.5}, "top": {"type": "value", "value": -0.5}},
    }
    config = {
        "domain": {"cells": [24, 20], "spacing_y": TANH},
        "fluid": {"scales": "free fall"},
        "scalars": [temperature],
        "boundaries": periodic() | {side: {"type": "wall"} for side in ("bottom", "top")},
        "time": {"end": 50.0, "step": step},
        "output": {"budgets": BOTH, "series_every": 1},
    }
    return Simulation.from_config(config | more)


def cylinder(step: float, **more) -> Simulation:
    """A cylinder between inflow and outflow, also pushed by a force."""
    body = {"name": "cylinder", "shape": "circle", "x": 0.6, "y": 0.52, "radius": 0.15}
    tables = {
        "bodies": [body],
        "numerics": {"pressure_tolerance": 1e-10},
        "forcing": {"force": [0.2, "0.1*x"]},
    }
    stream = {"initial": {"case": "formula", "u": "6*y*(1-y)", "v": "0"}}
    return recorded((48, 20), CHANNEL, step, nu=0.02, x=(0.0, 2.4), **stream, **tables, **more)


def seam(step: float) -> Simulation:
    """Cylinders of a periodic array, one across all four sides."""
    body = {"name": "cylinder", "shape": "circle", "x": 0.05, "y": 0.02, "radius": 0.2}
    tables = {"bodies": [body], "numerics": {"pressure_tolerance": 1e-10}}
    drive = {"forcing": {"pressure_gradient": [-1.0, 0.0]}, "initial": {"case": "uniform", "u": 1.0}}
    return recorded((32, 32), periodic(), step, nu=0.02, **tables, **drive)


def stirred(step: float, **more) -> Simulation:
    """A cylinder that oscillates in a box."""
    motion = {"x": "0.1*sin(3*t)"}
    body = {"name": "stick", "shape": "circle", "x": 0.5, "y": 0.5, "radius": 0.15, "motion": motion}
    return recorded((32, 32), walls(), step, budgets=BOTH[:1], nu=0.02, bodies=[body], **more)
