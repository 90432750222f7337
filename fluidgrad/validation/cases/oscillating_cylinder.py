"""A cylinder that oscillates in line in fluid at rest, Keulegan-Carpenter number 5, Re 100, and Morison's formula

    F = -1/2 c_d D |U| U - pi/4 c_i D^2 dU/dt

for the force on it, fitted over the last cycle. The box has walls that slip, 8 diameters away.
"""

from __future__ import annotations

import numpy as np

from fluidgrad.validation import figures
from fluidgrad.validation.case import Case, Measured, Quantity, Setup
from fluidgrad.validation.measures import SIDES
from fluidgrad.validation.reference import table
from fluidgrad.validation.wakes import History, forces

NAME = "KC 5, Re 100"
PERIOD, CYCLES = 5.0, 5
AMPLITUDE = PERIOD / (2 * np.pi)


def settings(n: int) -> dict:
    """Configuration by the cells per diameter."""
    body = {"name": "cylinder", "shape": "circle", "x": 0.0, "y": 0.0, "radius": 0.5}
    return {
        "domain": {"x": [-9.0, 9.0], "y": [-8.0, 8.0], "cells": [18 * n, 16 * n]},
        "fluid": {"reynolds": 100.0},
        "boundaries": {side: {"type": "slip"} for side in SIDES},
        "bodies": [body | {"motion": {"x": f"-{AMPLITUDE}*sin(2*pi*t/{PERIOD})"}}],
        "time": {"end": CYCLES * PERIOD, "cfl": 0.9},
    }


def morison(t) -> np.ndarray:
    """What c_d and c_i stand in front of, in units of half the largest speed squared times the diameter, (2, n)."""
    phase = 2 * np.pi * t / PERIOD
    speed, acceleration = -np.cos(phase), 2 * np.pi / PERIOD * np.sin(phase)
    return np.array([-np.abs(speed) * speed, -0.5 * np.pi * acceleration])


def measure(sim, march) -> Measured:
    history = History(forces("cylinder"), every=1, since=(CYCLES - 1) * PERIOD)
    march(CYCLES * PERIOD, history)
    t, force, _ = history.columns()
    weight = np.sqrt(np.gradient(t))
    (drag, inertia), *_ = np.linalg.lstsq((morison(t) * weight).T, force * weight, rcond=None)
    return Measured({"drag": drag, "inertia": inertia}, {"force": (t / PERIOD - CYCLES + 1, force)})


def draw(figure, outcome) -> None:
    ax = figure.subplots()
    figures.computed(ax, outcome, NAME, "force")
    given = [
        table("oscillating_cylinder").published("value", quantity=key).value for key in ("drag", "inertia")
    ]
    share = np.linspace(0, 1, 41)
    figures.published(ax, share, given @ morison(share * PERIOD), "Morison's formula, Dütsch et al. 1998")
    ax.set(xlabel="time in the last cycle (periods)", ylabel="force coefficient", xlim=(0, 1))
    figures.legend(ax)


QUANTITIES = tuple(
    Quantity(key, label, table("oscillating_cylinder").published("value", quantity=key), 0.05, at=20)
    for key, label in (("drag", "drag coefficient of Morison"), ("inertia", "inertia coefficient of Morison"))
)

CASE = Case(
    name="oscillating_cylinder",
    title="Oscillating cylinder, Keulegan-Carpenter number 5, Re 100",
    resolution="cells per diameter",
    setups=(Setup(NAME, settings, measure, QUANTITIES, quick=(8,), full=(10, 20)),),
    draw=draw,
    size=(7.0, 4.0),
)
