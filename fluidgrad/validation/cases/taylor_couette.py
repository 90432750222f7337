"""Flow between a cylinder that turns and one at rest around it: exact, and nowhere along the grid."""

from __future__ import annotations

import numpy as np

from fluidgrad.validation import figures
from fluidgrad.validation.case import Case, Measured, Quantity, Setup, exact
from fluidgrad.validation.measures import walls
from fluidgrad.validation.wakes import wall_errors

NAME = "inner cylinder turns"
INNER, OUTER, NU, HALF = 0.5, 1.0, 0.1, 1.25
CENTRE = (0.013, -0.007)
B = INNER**2 * OUTER**2 / (OUTER**2 - INNER**2)
A = -(INNER**2) / (OUTER**2 - INNER**2)
TORQUE = 4 * np.pi * NU * B
END = 0.6
"""The start is the exact flow; by then the errors are within 6 % of their final ones."""


def settings(n: int) -> dict:
    """Configuration by the cells across the gap."""
    cells = round(2 * HALF / (OUTER - INNER) * n)
    at = {"shape": "circle", "x": CENTRE[0], "y": CENTRE[1]}
    turning = {"angle": "180/pi*t"}
    return {
        "domain": {"x": [-HALF, HALF], "y": [-HALF, HALF], "cells": [cells, cells]},
        "fluid": {"viscosity": NU},
        "boundaries": walls(),
        "bodies": [
            {"name": "inner", **at, "radius": INNER, "motion": turning},
            {"name": "outer", **at, "radius": OUTER, "outside": True},
        ],
        "time": {"end": END, "cfl": 0.9},
    }


def swirl(r):
    """Exact angular velocity at a radius, 1/s, that of the cylinders inside them."""
    return np.where(r < INNER, 1.0, np.where(r > OUTER, 0.0, A + B / np.maximum(r, 0.5 * INNER) ** 2))


def u(x, y):
    return -(y - CENTRE[1]) * swirl(np.hypot(x - CENTRE[0], y - CENTRE[1]))


def v(x, y):
    return (x - CENTRE[0]) * swirl(np.hypot(x - CENTRE[0], y - CENTRE[1]))


def measure(sim, march) -> Measured:
    sim.set_velocity(u, v)
    march(END)
    row = sim.diagnostics()
    mean, largest = wall_errors(sim, u, v)
    numbers = {
        "mean": mean,
        "largest": largest,
        "inner torque": row["inner_torque"],
        "outer torque": row["outer_torque"],
    }
    g = sim.grid
    j = int(np.searchsorted(g.y_f, CENTRE[1]))
    return Measured(numbers, {"speed": (g.x - CENTRE[0], sim.v[j])})


def draw(figure, outcome) -> None:
    r = np.linspace(INNER, OUTER, 13)
    left = figures.profile_and_order(
        figure,
        outcome,
        (NAME, "speed"),
        (r, r * swirl(r)),
        [
            (NAME, "mean", "velocity, root mean square (m/s)"),
            (NAME, "largest", "velocity, largest (m/s)"),
            (NAME, "inner torque", "torque, relative"),
        ],
        xlabel="radius (m)",
        ylabel="speed (m/s)",
        xlim=(0.0, HALF - CENTRE[0]),
        ylim=(-0.02, 0.55),
    )
    for radius in (INNER, OUTER):
        left.axvline(radius, color="0.6", lw=0.7, zorder=0)


QUANTITIES = (
    Quantity("mean", "velocity, root mean square error (m/s)", exact(), 1e-3, at=20, least_order=1.9),
    Quantity("largest", "velocity, largest error (m/s)", exact(), 1e-2, at=20, order=1.5, least_order=1.5),
    Quantity("inner torque", "torque on the inner cylinder (m4/s2)", exact(-TORQUE), 0.005, at=40),
    Quantity("outer torque", "torque on the outer cylinder (m4/s2)", exact(TORQUE), 0.005, at=40),
)

CASE = Case(
    name="taylor_couette",
    title="Taylor-Couette flow between circular walls",
    resolution="cells across the gap",
    setups=(Setup(NAME, settings, measure, QUANTITIES, quick=(8, 16), full=(10, 20, 40), multiple=1),),
    draw=draw,
)
