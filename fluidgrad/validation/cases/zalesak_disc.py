"""Zalesak's slotted disc carried around once without diffusion (J. Comput. Phys. 31, 1979, 335): the limited scheme
keeps all values between zero and one and loses nothing. That a turn displaces 0.43 of the mass at 100 cells is what
Koren's limiter does: van Leer's displaces 0.54, the upwind scheme 1.17."""

from __future__ import annotations

import numpy as np

from fluidgrad.validation import figures
from fluidgrad.validation.case import Case, Measured, Quantity, Setup, exact
from fluidgrad.validation.measures import rigid_rotation

NAME = "one turn"
END = 1.0
OMEGA = 2.0 * np.pi
RADIUS, HEIGHT, SLOT, DEPTH = 0.3, 0.5, 0.1, 0.5
"""Radius, distance from the centre of rotation, width and depth of the slot, in halves of the side."""

TOP = HEIGHT - RADIUS + DEPTH
"""Upper end of the slot, which opens downwards."""


def settings(n: int) -> dict:
    inside = f"x^2 + (y - {HEIGHT})^2 < {RADIUS**2}"
    return rigid_rotation(n, OMEGA, END) | {
        "scalars": [
            {
                "name": "dye",
                "diffusivity": 0.0,
                "advection": "limited",
                "initial": f"where({inside} and (abs(x) > {SLOT / 2} or y > {TOP}), 1, 0)",
                "boundaries": {
                    side: {"type": "inflow", "value": 0.0} for side in ("left", "right", "bottom", "top")
                },
            }
        ]
    }


def measure(sim, march) -> Measured:
    from contourpy import contour_generator

    before = sim.scalars["dye"].copy()
    march(END)
    after = sim.scalars["dye"]
    numbers = {
        "bounds": max(after.max() - before.max(), before.min() - after.min(), 0.0),
        "mass": abs(after.sum() / before.sum() - 1.0),
        "error": np.abs(after - before).sum() / before.sum(),
    }
    lines = contour_generator(sim.grid.x, sim.grid.y, after).lines(0.5)
    outline = np.vstack([part for line in lines for part in (line, [[np.nan, np.nan]])])
    row = int(np.argmin(np.abs(sim.grid.y - HEIGHT)))
    return Measured(numbers, {"outline": outline.T, "profile": (sim.grid.x, after[row].copy())})


def disc_outline(count: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Points on the outline of the disc."""
    edge = np.arcsin(SLOT / 2 / RADIUS)
    angle = -np.pi / 2 + np.linspace(edge, 2 * np.pi - edge, count)
    low = HEIGHT - RADIUS * np.cos(edge)
    side = np.linspace(low, TOP, 10)
    across = np.linspace(-SLOT / 2, SLOT / 2, 4)
    x = np.concatenate([RADIUS * np.cos(angle), -SLOT / 2 + 0 * side, across, SLOT / 2 + 0 * side])
    return x, np.concatenate([HEIGHT + RADIUS * np.sin(angle), side, TOP + 0 * across, side])


def draw(figure, outcome) -> None:
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.3))
    figures.computed(left, outcome, NAME, "outline")
    figures.published(left, *disc_outline(), "exact", ms=3.0)
    left.set(xlabel="x (m)", ylabel="y (m)", title="half concentration after a turn", aspect="equal")
    left.set(xlim=(-0.45, 0.45), ylim=(0.1, 0.95))
    figures.legend(left, loc="upper center", ncols=2)
    figures.computed(right, outcome, NAME, "profile")
    x = np.array([-0.45, -RADIUS, -RADIUS, -SLOT / 2, -SLOT / 2, SLOT / 2, SLOT / 2, RADIUS, RADIUS, 0.45])
    right.plot(x, [0, 0, 1, 1, 0, 0, 1, 1, 0, 0], "--", color=figures.POINT, lw=1.2, label="exact")
    right.set(
        xlabel="x (m)",
        ylabel="concentration",
        title="across the disc",
        xlim=(-0.45, 0.45),
        ylim=(-0.05, 1.25),
    )
    figures.legend(right, loc="upper center", ncols=4)


CASE = Case(
    name="zalesak_disc",
    title="Zalesak's slotted disc, limited scheme",
    resolution="cells per side",
    setups=(
        Setup(
            name=NAME,
            settings=settings,
            measure=measure,
            quantities=(
                Quantity("bounds", "values outside those at the start", exact(), 1e-12, at=100, order=0.0),
                Quantity(
                    "mass", "loss of mass, relative", exact(source="conserved"), 1e-12, at=100, order=0.0
                ),
                Quantity("error", "displaced mass, L1 error", exact(), 0.5, at=100, order=0.5),
            ),
            quick=(100,),
            full=(50, 100, 200),
        ),
    ),
    draw=draw,
    size=(10.0, 4.6),
)
