"""Growth of the long wave on a Kolmogorov flow sin(y), unstable from Re = sqrt 2 on: against linear theory."""

from __future__ import annotations

import numpy as np

from fluidgrad.validation import figures
from fluidgrad.validation.case import Case, Measured, Quantity, Setup
from fluidgrad.validation.measures import periodic_box
from fluidgrad.validation.reference import table

WAVE = 0.5
"""Wave number of the perturbation along the flow, 1/m; that of the flow is 1."""

END, SETTLED = 40.0, 20.0
"""Time of the run, and time from which the growth is measured, s."""

VISCOSITIES = (0.4, 0.2, 0.1)
"""From the neighbourhood of the critical one, 0.488, to far beyond it."""


def settings_at(nu: float):
    """Configuration by the cells across a period of the flow; square cells, one wave of the perturbation."""

    def settings(n: int) -> dict:
        return {
            "domain": {"x": [0.0, 2 * np.pi / WAVE], "y": [0.0, 2 * np.pi], "cells": [int(n / WAVE), n]},
            "fluid": {"viscosity": nu},
            "boundaries": periodic_box(),
            "forcing": {"kolmogorov": {"amplitude": nu, "wavenumber": 1}},
            "initial": {"case": "streamfunction", "psi": f"-cos(y) + 1e-5*sin({WAVE}*x)*(1 + 0.5*cos(y))"},
            "time": {"end": END, "cfl": 0.5},
        }

    return settings


def measure(sim, march) -> Measured:
    times, energies = [], []

    def watch(sim) -> None:
        times.append(sim.t)
        energies.append(np.mean(sim.v**2))

    march(END, watch)
    t, logs = np.array(times), 0.5 * np.log(energies)
    late = t > SETTLED
    growth, start = np.polyfit(t[late], logs[late], 1)
    return Measured({"growth": growth}, {"amplitude": (t, logs - start)})


def draw(figure, outcome) -> None:
    left, right = figure.subplots(1, 2)
    t = np.linspace(0, END, 17)
    for name, colour in zip(outcome.setups(), figures.COLOURS, strict=False):
        left.plot(*outcome.curve(name, "amplitude"), color=colour, lw=1.4, label=f"{name}, computed")
        rate = published(float(name.removeprefix("nu = "))).value
        figures.published(left, t[t >= SETTLED], rate * t[t >= SETTLED], "linear theory", colour)
    left.set(xlabel="t (s)", ylabel="logarithm of the amplitude", xlim=(0, END))
    figures.legend(left)
    figures.convergence(right, outcome, [(name, "growth", name) for name in outcome.setups()])
    right.set_ylabel("difference of the growth rate, relative")


def published(nu: float):
    return table("kolmogorov").published("growth", k=1, a=WAVE, nu=nu)


def setup(nu: float) -> Setup:
    # Close to the critical viscosity the rate is the small difference of production and loss.
    tolerance = 0.02 * published(0.2).value / abs(published(nu).value)
    growth = Quantity("growth", "growth rate", published(nu), tolerance, at=32, least_order=1.7)
    return Setup(f"nu = {nu:g}", settings_at(nu), measure, (growth,), quick=(16, 32), full=(16, 32, 64))


CASE = Case(
    name="kolmogorov_instability",
    title="Instability of a Kolmogorov flow",
    resolution="cells per period of the flow",
    setups=tuple(setup(nu) for nu in VISCOSITIES),
    draw=draw,
)
