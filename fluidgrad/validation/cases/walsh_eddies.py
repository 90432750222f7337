"""Walsh's eddies of three wave vectors in a mean flow: an exact solution, harder than Taylor-Green vortices."""

from __future__ import annotations

import numpy as np

from fluidgrad.validation import figures
from fluidgrad.validation.case import Case, Measured, Quantity, Setup, exact
from fluidgrad.validation.measures import periodic_box, velocity_error

NAME = "mean flow (1, 0.3)"
NU, MEAN, END = 0.01, (1.0, 0.3), 1.0
SIDE = 2.0 * np.pi
DECAY = float(np.exp(-25.0 * NU * END))


def settings(n: int) -> dict:
    return {
        "domain": {"x": [0.0, SIDE], "y": [0.0, SIDE], "cells": [n, n]},
        "fluid": {"viscosity": NU},
        "boundaries": periodic_box(),
        "initial": {"case": "walsh eddies", "mean": list(MEAN)},
        "time": {"end": END, "cfl": 0.5},
    }


def u(x, y):
    x, y = x - MEAN[0] * END, y - MEAN[1] * END
    return MEAN[0] + DECAY * (np.cos(3 * x) * np.cos(4 * y) + np.sin(5 * y))


def v(x, y):
    x, y = x - MEAN[0] * END, y - MEAN[1] * END
    return MEAN[1] + DECAY * (0.75 * np.sin(3 * x) * np.sin(4 * y) + np.cos(5 * x))


def measure(sim, march) -> Measured:
    march(END)
    return Measured({"velocity": velocity_error(sim, u, v, MEAN)}, {"u": (sim.grid.y, sim.u[:, 0])})


def draw(figure, outcome) -> None:
    y = np.linspace(0, SIDE, 64)
    figures.profile_and_order(
        figure,
        outcome,
        (NAME, "u"),
        (y, u(0.0, y)),
        [(NAME, "velocity", "velocity, L2")],
        xlabel="y (m)",
        ylabel="u (m/s)",
        title=f"t = {END:g} s, x = 0",
        xlim=(0, SIDE),
        ylim=(-0.8, 4.2),
    )


CASE = Case(
    name="walsh_eddies",
    title="Walsh's eddies in a mean flow",
    resolution="cells per side",
    setups=(
        Setup(
            name=NAME,
            settings=settings,
            measure=measure,
            quantities=(Quantity("velocity", "velocity, L2 error", exact(), 0.045, at=128, least_order=1.9),),
            quick=(32, 64, 128),
            full=(32, 64, 128, 256),
        ),
    ),
    draw=draw,
)
