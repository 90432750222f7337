"""Kovasznay's flow behind a grid at Re 40: a steady exact solution through given inflow and outflow."""

from __future__ import annotations

import numpy as np

from fluidgrad.validation import figures
from fluidgrad.validation.case import Case, Measured, Quantity, Setup, exact
from fluidgrad.validation.measures import PERIODIC, pressure_error, velocity_error

NAME, REYNOLDS, END = "Re 40", 40.0, 8.0
LAMBDA = float(REYNOLDS / 2 - np.sqrt(REYNOLDS**2 / 4 + 4 * np.pi**2))
NORMAL, TANGENTIAL = "1 - exp(lam*x)*cos(2*pi*y)", "lam/(2*pi)*exp(lam*x)*sin(2*pi*y)"


def settings(n: int) -> dict:
    return {
        "constants": {"lam": LAMBDA},
        "domain": {"x": [-0.5, 1.0], "y": [-0.5, 1.5], "cells": [3 * n // 2, 2 * n]},
        "fluid": {"reynolds": REYNOLDS},
        "boundaries": {
            "left": {"type": "inflow", "normal": NORMAL, "tangential": TANGENTIAL},
            "right": {"type": "inflow", "normal": f"-({NORMAL})", "tangential": TANGENTIAL},
            "bottom": PERIODIC,
            "top": PERIODIC,
        },
        "initial": {"case": "formula", "u": NORMAL, "v": TANGENTIAL},
        "time": {"end": END, "cfl": 0.9},
    }


def u(x, y):
    return 1 - np.exp(LAMBDA * x) * np.cos(2 * np.pi * y)


def v(x, y):
    return LAMBDA / (2 * np.pi) * np.exp(LAMBDA * x) * np.sin(2 * np.pi * y)


def p(x, y):
    return -0.5 * np.exp(2 * LAMBDA * x) + 0 * y


def measure(sim, march) -> Measured:
    march(END)
    numbers = {"velocity": velocity_error(sim, u, v), "pressure": pressure_error(sim, p)}
    column = int(np.argmin(np.abs(sim.grid.x_f)))
    return Measured(numbers, {"u": (sim.grid.y, sim.u[:, column])})


def draw(figure, outcome) -> None:
    y = np.linspace(-0.5, 1.5, 49)
    figures.profile_and_order(
        figure,
        outcome,
        (NAME, "u"),
        (y, u(0.0, y)),
        [(NAME, "velocity", "velocity, L2"), (NAME, "pressure", "pressure, L2")],
        xlabel="y (m)",
        ylabel="u (m/s)",
        title="x = 0",
        xlim=(-0.5, 1.5),
    )


CASE = Case(
    name="kovasznay",
    title="Kovasznay's flow, Re 40",
    resolution="cells per metre",
    setups=(
        Setup(
            name=NAME,
            settings=settings,
            measure=measure,
            quantities=(
                Quantity("velocity", "velocity, L2 error", exact(), 1e-3, at=64, least_order=1.9),
                Quantity("pressure", "pressure, L2 error (m2/s2)", exact(), 2e-3, at=64, least_order=1.8),
            ),
            quick=(16, 32),
            full=(16, 32, 64),
        ),
    ),
    draw=draw,
)
