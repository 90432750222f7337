"""A cavity whose lid moves with 16 x^2 (1 - x)^2: no singular corners, so that the order of accuracy shows."""

from __future__ import annotations

from fluidgrad.validation import figures
from fluidgrad.validation.case import Case, Measured, Quantity, Setup
from fluidgrad.validation.cases.lid_driven_cavity import FINE, centrelines, extrema
from fluidgrad.validation.measures import walls
from fluidgrad.validation.reference import table

LABELS = {
    "u_min": "smallest u on x = 0.5",
    "v_max": "largest v on y = 0.5",
    "v_min": "smallest v on y = 0.5",
    "psi_min": "smallest streamfunction",
    "kinetic_energy": "kinetic energy",
    "enstrophy": "enstrophy",
}


def settings_at(reynolds: float):
    """Configuration by resolution."""

    def settings(n: int) -> dict:
        return {
            "domain": {"cells": [n, n]},
            "fluid": {"reynolds": reynolds},
            "boundaries": walls(top={"type": "moving wall", "velocity": "16*x^2*(1 - x)^2"}),
            "time": {"end": 100.0, "cfl": 0.9, "steady": 1e-7},
        }

    return settings


def measure(sim, march) -> Measured:
    march(sim.config.time.end)
    u, v = centrelines(sim)
    numbers = extrema(sim, u, v)
    numbers["enstrophy"] = sim.diagnostics()["enstrophy"]
    return Measured(numbers, {"u": (FINE, u(FINE)), "v": (FINE, v(FINE))})


def draw(figure, outcome) -> None:
    left, middle, right = figure.subplots(1, 3)
    for name, colour in zip(outcome.setups(), figures.COLOURS, strict=False):
        (row,) = table("regularised_cavity").select(Re=float(name.removeprefix("Re ")))
        points = {key: float(value) for key, value in row.items()}
        left.plot(*outcome.curve(name, "u")[::-1], color=colour, lw=1.4, label=f"{name}, computed")
        middle.plot(*outcome.curve(name, "v"), color=colour, lw=1.4, label=f"{name}, computed")
        u, y = (points["u_min"], points["u_centre"]), (points["y_u_min"], 0.5)
        figures.published(left, u, y, "Chebyshev", colour)
        x = (points["x_v_max"], 0.5, points["x_v_min"])
        figures.published(
            middle, x, (points["v_max"], points["v_centre"], points["v_min"]), "Chebyshev", colour
        )
    left.set(xlabel="u (m/s)", ylabel="y (m)", title="x = 0.5 m", ylim=(0, 1))
    middle.set(xlabel="x (m)", ylabel="v (m/s)", title="y = 0.5 m", xlim=(0, 1))
    figures.legend(left)
    name = outcome.setups()[-1]
    keys = ("u_min", "v_min", "psi_min", "kinetic_energy", "enstrophy")
    figures.convergence(right, outcome, [(name, key, LABELS[key]) for key in keys])
    right.set_title(name)


def quantities(reynolds: float, tolerance: float, at: int) -> tuple[Quantity, ...]:
    """The comparisons of a Reynolds number; the error of the enstrophy changes its sign, so its order is not judged."""
    orders = dict.fromkeys(LABELS, 1.8) | {"enstrophy": None}
    given = {key: table("regularised_cavity").published(key, Re=reynolds) for key in LABELS}
    return tuple(
        Quantity(key, LABELS[key], given[key], tolerance, at, least_order=orders[key]) for key in LABELS
    )


CASE = Case(
    name="regularised_cavity",
    title="Cavity with a smooth lid velocity",
    resolution="cells per side",
    setups=(
        Setup(
            "Re 100", settings_at(100), measure, quantities(100, 0.01, 64), quick=(32, 64), full=(32, 64, 128)
        ),
        Setup(
            "Re 400", settings_at(400), measure, quantities(400, 0.01, 128), quick=(64,), full=(32, 64, 128)
        ),
    ),
    draw=draw,
    size=(13.0, 4.2),
)
