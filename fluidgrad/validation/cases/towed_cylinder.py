"""A cylinder towed through fluid at rest against the same one held in a stream: the same flow for two observers, so
the drag must be the same, and what the moving wall adds to it as it crosses the cells is noise.

The box is periodic along the motion, between sides that slip; Re 40. The start is impulsive.
"""

from __future__ import annotations

import numpy as np

from fluidgrad.validation import figures
from fluidgrad.validation.case import Case, Measured, Quantity, Setup, exact
from fluidgrad.validation.measures import PERIODIC
from fluidgrad.validation.wakes import History, forces

NAME = "Re 40"
END, SETTLED = 2.0, 0.5
SLIP = {"type": "slip"}


def settings(n: int, towed: bool = True) -> dict:
    """Configuration by the cells per diameter."""
    body = {"name": "cylinder", "shape": "circle", "x": 3.0, "y": 0.04, "radius": 0.5}
    return {
        "domain": {"x": [0.0, 6.0], "y": [-1.5, 1.5], "cells": [6 * n, 3 * n]},
        "fluid": {"reynolds": 40.0},
        "boundaries": {"left": PERIODIC, "right": PERIODIC, "bottom": SLIP, "top": SLIP},
        "initial": {"case": "rest"} if towed else {"case": "uniform", "u": 1.0},
        "bodies": [body | ({"motion": {"x": "-t"}} if towed else {})],
        "time": {"end": END},
    }


def watch(sim) -> tuple[float, float]:
    """Drag coefficient, and twice the momentum along x of the fluid and what is in place of the body."""
    return forces("cylinder")(sim)[0], 2.0 * float(np.sum(sim.u[:, :-1])) * sim.grid.dx[0] * sim.grid.dy[0]


def measure(sim, march) -> Measured:
    still = type(sim).from_config(
        settings(round(1.0 / sim.grid.smallest_dx), towed=False), threads=sim.threads
    )
    fixed, towed = (History(watch, every=1, since=SETTLED) for _ in range(2))
    still.run(END, progress=fixed)
    march(END, towed)
    (t0, held, _), (t, moving, momentum) = fixed.columns(), towed.columns()
    mean, mean_held = (np.trapezoid(q, s) / np.ptp(s) for s, q in ((t, moving), (t0, held)))
    smooth = np.polynomial.Polynomial.fit(t, moving, 4)(t)
    numbers = {
        "drag": mean / mean_held - 1.0,
        "momentum": (momentum[0] - momentum[-1]) / np.ptp(t) / mean_held - 1.0,
        "noise": np.ptp(moving - smooth) / mean,
    }
    return Measured(numbers, {"held": (t0, held), "towed": (t, moving)})


def draw(figure, outcome) -> None:
    ax = figure.subplots()
    figures.computed(ax, outcome, NAME, "towed")
    t, held = outcome.curve(NAME, "held")
    some = slice(None, None, max(1, t.size // 30))
    figures.published(ax, t[some], held[some], "held in a stream")
    ax.set(xlabel="t (s)", ylabel="drag coefficient")
    figures.legend(ax)


INVARIANCE = exact(source="Galilean invariance")
QUANTITIES = (
    Quantity("drag", "mean drag, towed over held less one", INVARIANCE, 0.02, at=20, order=0.0),
    Quantity(
        "momentum", "momentum that the towed one gives over that drag, less one", INVARIANCE, 0.01, at=20
    ),
    Quantity("noise", "noise of the towed drag, peak to peak over mean", INVARIANCE, 0.03, at=20, order=0.0),
)

CASE = Case(
    name="towed_cylinder",
    title="Towed cylinder, Re 40",
    resolution="cells per diameter",
    setups=(Setup(NAME, settings, measure, QUANTITIES, quick=(20,), full=(20, 40)),),
    draw=draw,
    size=(7.0, 4.0),
)
