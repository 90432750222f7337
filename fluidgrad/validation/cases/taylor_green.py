"""Taylor-Green vortices carried along by a mean flow, an exact solution; without the mean flow the convective term
would be a gradient and test nothing. Cells are not square."""

from __future__ import annotations

import numpy as np

from fluidgrad.validation import figures
from fluidgrad.validation.case import Case, Measured, Quantity, Setup, exact
from fluidgrad.validation.measures import periodic_box, pressure_error, velocity_error

NAME = "mean flow (1, 0.5)"
NU, MEAN, END = 0.005, (1.0, 0.5), 0.5
K = 2.0 * np.pi
DECAY = float(np.exp(-2.0 * K**2 * NU * END))


def settings(n: int) -> dict:
    return {
        "domain": {"cells": [3 * n // 2, n]},
        "fluid": {"viscosity": NU},
        "boundaries": periodic_box(),
        "initial": {"case": "taylor green", "mean": list(MEAN)},
        "time": {"end": END, "cfl": 0.5},
    }


def u(x, y):
    return MEAN[0] + np.sin(K * (x - MEAN[0] * END)) * np.cos(K * (y - MEAN[1] * END)) * DECAY


def v(x, y):
    return MEAN[1] - np.cos(K * (x - MEAN[0] * END)) * np.sin(K * (y - MEAN[1] * END)) * DECAY


def p(x, y):
    return 0.25 * (np.cos(2 * K * (x - MEAN[0] * END)) + np.cos(2 * K * (y - MEAN[1] * END))) * DECAY**2


def measure(sim, march) -> Measured:
    march(END)
    quarter = sim.grid.ny // 4
    profile = 0.5 * (sim.u[quarter - 1] + sim.u[quarter])
    numbers = {"velocity": velocity_error(sim, u, v, MEAN), "pressure": pressure_error(sim, p)}
    return Measured(numbers, {"u": (sim.grid.x_f, profile)})


def draw(figure, outcome) -> None:
    x = np.linspace(0, 1, 33)
    figures.profile_and_order(
        figure,
        outcome,
        (NAME, "u"),
        (x, u(x, 0.25)),
        [(NAME, "velocity", "velocity, L2"), (NAME, "pressure", "pressure, L2")],
        xlabel="x (m)",
        ylabel="u (m/s)",
        title=f"t = {END:g} s, y = 0.25 m",
        xlim=(0, 1),
    )


CASE = Case(
    name="taylor_green",
    title="Taylor-Green vortices in a mean flow",
    resolution="cells per wavelength",
    setups=(
        Setup(
            name=NAME,
            settings=settings,
            measure=measure,
            quantities=(
                Quantity("velocity", "velocity, L2 error", exact(), 4e-3, at=64, least_order=1.9),
                Quantity("pressure", "pressure, L2 error (m2/s2)", exact(), 2e-3, at=64, least_order=1.9),
            ),
            quick=(16, 32, 64),
            full=(16, 32, 64, 128),
            multiple=4,
        ),
    ),
    draw=draw,
)
