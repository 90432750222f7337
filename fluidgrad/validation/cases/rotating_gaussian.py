"""A Gaussian blob carried around once by a rigid rotation while it diffuses: the order of scalar transport."""

from __future__ import annotations

import numpy as np

from fluidgrad.validation import figures
from fluidgrad.validation.case import Case, Measured, Quantity, Setup, exact
from fluidgrad.validation.measures import rigid_rotation

NAME = "one turn"
DIFFUSIVITY, WIDTH, PLACE = 1e-3, 0.1, 0.4
END = 1.0
OMEGA = 2.0 * np.pi
"""Speed of rotation, 1/s: once in a second."""


def gaussian(x, y, t: float):
    """The exact concentration; the blob starts at (0.4, 0), with a peak of one."""
    spread = WIDTH**2 + 2 * DIFFUSIVITY * t
    x0, y0 = PLACE * np.cos(OMEGA * t), PLACE * np.sin(OMEGA * t)
    return WIDTH**2 / spread * np.exp(-((x - x0) ** 2 + (y - y0) ** 2) / (2 * spread))


def settings(n: int) -> dict:
    return rigid_rotation(n, OMEGA, END) | {
        "scalars": [
            {
                "name": "dye",
                "diffusivity": DIFFUSIVITY,
                "initial": f"exp(-((x - {PLACE})^2 + y^2)/{2 * WIDTH**2})",
                "boundaries": {
                    side: {"type": "inflow", "value": 0.0} for side in ("left", "right", "bottom", "top")
                },
            }
        ]
    }


def measure(sim, march) -> Measured:
    march(END)
    g = sim.grid
    exact = gaussian(*g.mesh("centre"), END)
    found = sim.scalars["dye"]
    numbers = {
        "error": np.linalg.norm(found - exact) / np.linalg.norm(exact),
        "rotation": np.abs(sim.u + OMEGA * g.y[:, None]).max(),
    }
    half = g.ny // 2
    return Measured(numbers, {"profile": (g.x, 0.5 * (found[half - 1] + found[half]))})


def draw(figure, outcome) -> None:
    x = np.linspace(0, 0.8, 41)
    left = figures.profile_and_order(
        figure,
        outcome,
        (NAME, "profile"),
        (x, gaussian(x, 0.0, END)),
        [(NAME, "error", "concentration, L2")],
        xlabel="x (m)",
        ylabel="concentration",
        title="after a turn, y = 0",
        xlim=(0, 0.8),
    )
    left.axhline(0, color="0.6", lw=0.7, zorder=0)


CASE = Case(
    name="rotating_gaussian",
    title="A diffusing Gaussian in rigid rotation",
    resolution="cells per side",
    setups=(
        Setup(
            name=NAME,
            settings=settings,
            measure=measure,
            quantities=(
                Quantity("error", "concentration, L2 error", exact(), 0.13, at=128, least_order=1.85),
                Quantity("rotation", "departure from the rotation (m/s)", exact(), 1e-10, at=128, order=0.0),
            ),
            quick=(96, 192),
            full=(64, 128, 256),
        ),
    ),
    draw=draw,
)
