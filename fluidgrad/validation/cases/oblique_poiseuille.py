"""Poiseuille flow in a channel of slope 1/2, oblique to the grid: exact. The channel fits a periodic box of 2 m by 1 m,
where it and its walls repeat."""

from __future__ import annotations

import numpy as np

from fluidgrad.validation import figures
from fluidgrad.validation.case import Case, Measured, Quantity, Setup, exact
from fluidgrad.validation.measures import periodic_box
from fluidgrad.validation.wakes import wall_errors

NAME = "slope one half"
NU, HALF, SHIFT, SLANT = 0.1, 0.31, 0.137, float(np.sqrt(5.0))
END = 1.2
"""Three times what the slowest disturbance of the exact flow, the start, takes to fade."""


def settings(n: int) -> dict:
    """Configuration by the cells per metre; the channel is 0.62 m wide."""
    across = f"(x - 2*y + {SHIFT} + 1 - 2*floor((x - 2*y + {SHIFT} + 1)/2) - 1)/{SLANT!r}"
    return {
        "domain": {"x": [0.0, 2.0], "cells": [2 * n, n]},
        "fluid": {"viscosity": NU},
        "boundaries": periodic_box(),
        "forcing": {"pressure_gradient": [-2 / SLANT, -1 / SLANT]},
        "bodies": [{"name": "walls", "shape": "formula", "distance": f"{HALF} - abs({across})"}],
        "time": {"end": END, "cfl": 0.9},
        "numerics": {"pressure_tolerance": 1e-8},
    }


def across(x, y):
    """Distance from the axis of the channel, m."""
    return (np.mod(x - 2 * y + SHIFT + 1, 2) - 1) / SLANT


def speed(s):
    """Exact speed at a distance from the axis, m/s."""
    return np.maximum(HALF**2 - s**2, 0.0) / (2 * NU)


def u(x, y):
    return 2 / SLANT * speed(across(x, y))


def v(x, y):
    return 1 / SLANT * speed(across(x, y))


def measure(sim, march) -> Measured:
    sim.set_velocity(u, v)
    march(END)
    mean, largest = wall_errors(sim, u, v)
    row = sim.diagnostics()
    numbers = {
        "mean": mean,
        "largest": largest,
        "force": (2 * row["walls_force_x"] + row["walls_force_y"]) / SLANT,
        "normal": (2 * row["walls_force_y"] - row["walls_force_x"]) / SLANT,
    }
    g = sim.grid
    s = across(*g.mesh("x-face"))[:, :-1].ravel()
    order = np.argsort(s)
    return Measured(numbers, {"u": (s[order], 0.5 * SLANT * sim.u[:, :-1].ravel()[order])})


def draw(figure, outcome) -> None:
    s = np.linspace(-HALF, HALF, 21)
    figures.profile_and_order(
        figure,
        outcome,
        (NAME, "u"),
        (s, speed(s)),
        [
            (NAME, "mean", "velocity, root mean square (m/s)"),
            (NAME, "largest", "velocity, largest (m/s)"),
            (NAME, "force", "force on the walls, relative"),
        ],
        xlabel="distance from the axis (m)",
        ylabel="speed along the channel, all faces (m/s)",
        xlim=(-1 / SLANT, 1 / SLANT),
    )


FORCE = 2 * HALF * SLANT
"""What drives the fluid: its volume times the pressure gradient."""

QUANTITIES = (
    Quantity("mean", "velocity, root mean square error (m/s)", exact(), 2e-3, at=32, least_order=1.9),
    Quantity("largest", "velocity, largest error (m/s)", exact(), 1e-2, at=32, order=1.5, least_order=1.5),
    Quantity("force", "force along the walls (m3/s2)", exact(FORCE), 2e-3, at=32),
    Quantity("normal", "force across the walls (m3/s2)", exact(), 1e-8, at=32, order=0.0),
)

CASE = Case(
    name="oblique_poiseuille",
    title="Poiseuille flow oblique to the grid",
    resolution="cells per metre",
    setups=(Setup(NAME, settings, measure, QUANTITIES, quick=(16, 32), full=(16, 32, 64)),),
    draw=draw,
)
