"""A square cylinder that faces the stream at Re 100, its walls along faces of the grid; blockage 5 %."""

from __future__ import annotations

import numpy as np

from fluidgrad.validation import figures
from fluidgrad.validation.case import Case, Measured, Quantity, Setup
from fluidgrad.validation.reference import table
from fluidgrad.validation.wakes import measure_shedding, stream

NAME = "Re 100"
SQUARE = {"name": "square", "shape": "rectangle", "x": 0.0, "y": 0.0, "width": 1.0, "height": 1.0}
DOMAIN = ((-11.0, 26.5), (-10.0, 10.0))
CORE = ((-1.0, 2.0), (-1.0, 1.0))


def settings(n: int) -> dict:
    """Configuration by the cells per side of the square."""
    return stream(SQUARE, DOMAIN, CORE, 1 / n, 1.5 / n, 100.0, kick=0.3) | {"time": {"end": 90.0, "cfl": 0.9}}


def measure(sim, march) -> Measured:
    return measure_shedding(sim, march, "square")


def draw(figure, outcome) -> None:
    left, right = figure.subplots(1, 2)
    given = {row["quantity"]: float(row["value"]) for row in table("square_cylinder").rows}
    figures.computed(left, outcome, NAME, "drag")
    left.axhline(given["drag"], color=figures.POINT, lw=1.0, ls="--", label="published mean")
    figures.computed(right, outcome, NAME, "lift")
    for sign in (1, -1):
        level = sign * np.sqrt(2) * given["rms lift"]
        label = "√2 of the published r.m.s." if sign > 0 else None
        right.axhline(level, color=figures.POINT, lw=1.0, ls="--", label=label)
    left.set(xlabel="t (s)", ylabel="drag coefficient", ylim=(1.3, 1.7))
    right.set(xlabel="t (s)", ylabel="lift coefficient")
    for ax in (left, right):
        figures.legend(ax)


def quantities():
    """The comparisons, with relative tolerances at 30 cells per side."""
    for key, label, tolerance in (
        ("drag", "drag coefficient", 0.03),
        ("strouhal", "Strouhal number", 0.02),
        ("rms lift", "r.m.s. of the lift coefficient", 0.1),
    ):
        yield Quantity(
            key, label, table("square_cylinder").published("value", quantity=key), tolerance, at=30
        )


CASE = Case(
    name="square_cylinder",
    title="Square cylinder in a stream, Re 100, blockage 5 %",
    resolution="cells per side",
    setups=(Setup(NAME, settings, measure, tuple(quantities()), quick=(10,), full=(15, 30), multiple=5),),
    draw=draw,
)
