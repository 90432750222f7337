"""The cylinder in a channel of the DFG benchmark: steady at Re 20, with a periodic wake at Re 100, and with an inflow
that rises and falls again within 8 s.

The cylinder is a little below the middle of the channel, so that the lift of the steady flow is small: it tells how
well a grid keeps the difference of two large forces. Coefficients refer to the mean velocity of the inflow.
"""

from __future__ import annotations

import numpy as np

from fluidgrad.validation import figures
from fluidgrad.validation.case import Case, Measured, Quantity, Setup
from fluidgrad.validation.measures import walls
from fluidgrad.validation.reference import table
from fluidgrad.validation.wakes import History, crossing, forces, graded, peak, settle

NU, HEIGHT, LENGTH = 1e-3, 0.41, 2.2
CENTRE, DIAMETER = (0.2, 0.2), 0.1
FINE = 0.45
"""The cells are square up to here, with a sixth of the growth of a cell per diameter behind."""
STEADY, PERIODIC, PULSE = "2D-1", "2D-2", "2D-3"
START_UP = 4.5
"""Time after which the wake of 2D-2 is periodic, s."""


def settings_at(highest: float, end: float, start: float = 1.0, pulse: str = "1", **time):
    """Configuration by the cells per diameter; ``highest``: velocity of the inflow on the axis (m/s), which takes the
    course ``pulse``; the flow starts with the share ``start`` of it."""
    profile = f"{4 * highest / HEIGHT**2}*y*({HEIGHT} - y)"
    kick = f"{0.1 * highest}*exp(-((x - 0.3)^2 + (y - 0.2)^2)/0.002)"

    def settings(n: int) -> dict:
        h = DIAMETER / n
        x = graded((0.0, LENGTH), (0.0, FINE), h, 0.6 / n)
        return {
            "domain": {
                "x": [0.0, LENGTH],
                "y": [0.0, HEIGHT],
                "cells": [x["cells"], round(HEIGHT / h)],
                "spacing_x": x["spacing"],
            },
            "fluid": {"viscosity": NU},
            "boundaries": walls(
                left={"type": "inflow", "normal": f"({profile})*{pulse}"}, right={"type": "outflow"}
            ),
            "initial": {"case": "formula", "u": f"{start}*({profile})", "v": f"{start}*({kick})"},
            "bodies": [
                {
                    "name": "cylinder",
                    "shape": "circle",
                    "x": CENTRE[0],
                    "y": CENTRE[1],
                    "radius": 0.5 * DIAMETER,
                    "reference": {"speed": 2 * highest / 3, "length": DIAMETER},
                }
            ],
            "time": {"end": end, "cfl": 0.9, **time},
        }

    return settings


SLOW = settings_at(0.3, 12.0)
"""The steady flow."""


def pressure_difference(sim) -> float:
    """Pressure in front of less that behind the cylinder on the line through its centre, m2/s2: the mean of the two
    rows beside the line, continued to the wall by the parabola through three cells."""
    g, p = sim.grid, sim.p
    row = int(np.searchsorted(g.y, CENTRE[1]))
    line = 0.5 * (p[row - 1] + p[row])
    values = []
    for end, outside in ((CENTRE[0] - 0.5 * DIAMETER, -1), (CENTRE[0] + 0.5 * DIAMETER, 1)):
        near = np.flatnonzero(outside * (g.x - end) > 0)[::outside][:3]
        values.append(np.polyval(np.polyfit(g.x[near] - end, line[near], 2), 0.0))
    return values[0] - values[1]


def watch(sim) -> tuple[float, float, float]:
    return *forces("cylinder")(sim), pressure_difference(sim)


def measure_steady(sim, march) -> Measured:
    settle(sim, march, SLOW, round(DIAMETER / sim.grid.dy[0]), coarsest=20, refined=3.0)
    drag, lift, pressure = watch(sim)
    g = sim.grid
    row = int(np.searchsorted(g.y, CENTRE[1]))
    u = 0.5 * (sim.u[row - 1] + sim.u[row])
    rear = CENTRE[0] + 0.5 * DIAMETER
    behind = g.x_f > rear
    x, u = g.x_f[behind] - rear, u[behind]
    numbers = {"drag": drag, "lift": lift, "pressure": pressure, "length": crossing(x, u)}
    return Measured(numbers, {"axis": (x, u)})


def measure_periodic(sim, march) -> Measured:
    from fluidgrad.analysis import strouhal

    history = History(watch, every=2, since=START_UP)
    march(sim.config.time.end, history)
    t, drag, lift, pressure = history.columns()
    oscillation = strouhal(t, lift, speed=1.0, length=DIAMETER, since=START_UP)
    later = t > START_UP + 1.0 / oscillation.frequency
    top, highest = peak(t[~later], lift[~later])
    numbers = {
        "strouhal": oscillation.strouhal,
        "drag": peak(t, drag)[1],
        "lift": highest,
        "lowest lift": -peak(t, -lift)[1],
        "pressure": float(np.interp(top + 0.5 / oscillation.frequency, t, pressure)),
    }
    return Measured(numbers, {"drag": (t - top, drag), "lift": (t - top, lift)})


def measure_pulse(sim, march) -> Measured:
    history = History(watch)
    march(sim.config.time.end, history)
    t, drag, lift, _ = history.columns()
    numbers = {"pressure": pressure_difference(sim)}
    for name, q in (("drag", drag), ("lift", lift)):
        numbers[f"{name} time"], numbers[name] = peak(t, q)
    return Measured(numbers, {"drag": (t, drag), "lift": (t, lift)})


def draw(figure, outcome) -> None:
    axes = figure.subplot_mosaic("abc;def")
    given = {
        case: {row["quantity"]: float(row["value"]) for row in table("dfg_cylinder").select(case=case)}
        for case in (STEADY, PERIODIC, PULSE)
    }
    figures.computed(axes["a"], outcome, STEADY, "axis")
    figures.published(axes["a"], given[STEADY]["length"], 0.0, "end of the eddies")
    axes["a"].axhline(0, color="0.6", lw=0.7, zorder=0)
    axes["a"].set(title=STEADY, xlabel="distance behind (m)", ylabel="u on the axis (m/s)")
    axes["a"].set(xlim=(0, 0.3), ylim=(-0.03, 0.15))
    lines = [(STEADY, key, LABELS[key].removeprefix("largest ")) for key in ("drag", "lift", "pressure")]
    figures.convergence(axes["d"], outcome, lines)
    axes["d"].set(title=STEADY, ylabel="relative difference")
    for ax, name, levels in ((axes["b"], "lift", ("lift", "lowest lift")), (axes["e"], "drag", ("drag",))):
        figures.computed(ax, outcome, PERIODIC, name)
        for level in levels:
            ax.axhline(
                given[PERIODIC][level],
                color=figures.POINT,
                lw=1.0,
                ls="--",
                label=f"{LABELS[level].removesuffix(' coefficient')}, published",
            )
        ax.set(
            title=PERIODIC,
            xlabel="time after the largest lift (s)",
            ylabel=f"{name} coefficient",
            xlim=(0, 0.5),
        )
    for ax, name in ((axes["c"], "lift"), (axes["f"], "drag")):
        figures.computed(ax, outcome, PULSE, name)
        figures.published(ax, given[PULSE][f"{name} time"], given[PULSE][name], "largest, published")
        ax.set(title=PULSE, xlabel="t (s)", ylabel=f"{name} coefficient", xlim=(0, 8))
    for key in "abcef":
        figures.legend(axes[key])


LABELS = {
    "drag": "largest drag coefficient",
    "lift": "largest lift coefficient",
    "lowest lift": "lowest lift coefficient",
    "strouhal": "Strouhal number",
    "pressure": "pressure difference (m2/s2)",
    "length": "length of the eddies (m)",
    "drag time": "time of the largest drag (s)",
    "lift time": "time of the largest lift (s)",
}

INTERVAL = 0.006
"""Half of the interval that the length of the eddies is known to lie in, relative."""


def quantities(case: str, **tolerances: float) -> tuple[Quantity, ...]:
    """The comparisons, with relative tolerances at 40 cells per diameter."""
    given = table("dfg_cylinder")
    chosen = []
    for name, tolerance in tolerances.items():
        key = name.replace("_", " ")
        label = LABELS[key].replace("largest ", "") if case == STEADY else LABELS[key]
        published = given.published("value", case=case, quantity=key)
        floor = INTERVAL if key == "length" else 0.0
        chosen.append(Quantity(key, label, published, tolerance, at=40, floor=floor))
    return tuple(chosen)


CASE = Case(
    name="dfg_cylinder",
    title="Cylinder in a channel (DFG 2D-1, 2D-2, 2D-3)",
    resolution="cells per diameter",
    setups=(
        Setup(
            STEADY,
            SLOW,
            measure_steady,
            quantities(STEADY, drag=0.005, lift=0.15, pressure=0.01, length=0.01),
            quick=(20,),
            full=(20, 40, 80),
            multiple=10,
        ),
        Setup(
            PERIODIC,
            settings_at(1.5, START_UP + 1.5),
            measure_periodic,
            quantities(PERIODIC, strouhal=0.005, drag=0.01, lift=0.03, lowest_lift=0.03, pressure=0.01),
            quick=(20,),
            full=(20, 40),
            multiple=10,
        ),
        Setup(
            PULSE,
            settings_at(1.5, 8.0, start=0.0, pulse="sin(pi*t/8)"),
            measure_pulse,
            quantities(PULSE, drag=0.015, drag_time=0.0125, lift=0.05, lift_time=0.0088, pressure=0.05),
            quick=(10,),
            full=(20, 40),
            multiple=10,
        ),
    ),
    draw=draw,
    size=(13.0, 7.0),
)
