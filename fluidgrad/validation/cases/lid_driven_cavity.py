"""The lid-driven cavity at Re 100, 400 and 1000, steady: extrema and profiles on the centrelines, vortex, energy.

The corners under the lid are singular, so that the order is judged on the centrelines only. Ghia et al. (1982) are
themselves up to 2 % off, which is what is allowed; the others are good to six digits.
"""

from __future__ import annotations

import numpy as np

from fluidgrad.validation import figures
from fluidgrad.validation.case import Case, Measured, Quantity, Setup
from fluidgrad.validation.measures import walls
from fluidgrad.validation.reference import table

FINE = np.linspace(0.0, 1.0, 4001)

GHIA_ERROR = {100: 0.01, 400: 0.01, 1000: 0.02}
"""Allowed deviation from Ghia et al., in lid speeds."""


def settings_at(reynolds: float):
    """Configuration by resolution; the time is what the flow needs to become steady."""

    def settings(n: int) -> dict:
        return {
            "domain": {"cells": [n, n]},
            "fluid": {"reynolds": reynolds},
            "boundaries": walls(top={"type": "moving wall", "velocity": 1.0}),
            "time": {
                "end": 40.0 if reynolds < 300 else 100.0,
                "cfl": 0.9,
                "steady": 1e-5 if reynolds < 300 else 1e-6,
            },
        }

    return settings


def centrelines(sim, lid: float = 1.0):
    """Splines u(y) on x = 0.5 and v(x) on y = 0.5 through faces and walls, for an even number of cells."""
    from scipy.interpolate import CubicSpline

    g = sim.grid
    u = CubicSpline([0, *g.y, 1], [0, *sim.u[:, g.nx // 2], lid])
    v = CubicSpline([0, *g.x, 1], [0, *sim.v[g.ny // 2], 0])
    return u, v


def extrema(sim, u, v) -> dict[str, float]:
    """Extrema on the centrelines, of the streamfunction, and the integral of the kinetic energy."""
    return {
        "u_min": u(FINE).min(),
        "v_max": v(FINE).max(),
        "v_min": v(FINE).min(),
        "psi_min": lowest(sim.field("streamfunction")),
        "kinetic_energy": sim.survey.energy,
    }


def lowest(psi) -> float:
    """Minimum of the parabolas through the smallest value and its neighbours."""
    j, i = np.unravel_index(np.argmin(psi), psi.shape)
    value = psi[j, i]
    for low, high in ((psi[j, i - 1], psi[j, i + 1]), (psi[j - 1, i], psi[j + 1, i])):
        value -= (high - low) ** 2 / (8.0 * (low - 2.0 * psi[j, i] + high))
    return float(value)


def measure_at(reynolds: float):
    """What is measured in a steady cavity."""
    ghia = [
        table("ghia1982_u").columns("y", "u", Re=reynolds),
        table("ghia1982_v").columns("x", "v", Re=reynolds),
    ]
    s, *marchi = table("marchi2009").columns("s", "u", "v", Re=reynolds)

    def measure(sim, march) -> Measured:
        march(sim.config.time.end)
        lines = centrelines(sim)
        numbers = extrema(sim, *lines)
        pairs = zip(lines, ghia, strict=True)
        numbers["ghia"] = max(np.abs(line(at) - given).max() for line, (at, given) in pairs)
        numbers["marchi"] = max(np.abs(q(s) - given).max() for q, given in zip(lines, marchi, strict=True))
        if reynolds == 1000:
            numbers["pressure"] = pressure_deviation(sim)
        return Measured(numbers, {"u": (FINE, lines[0](FINE)), "v": (FINE, lines[1](FINE))})

    return measure


def pressure_deviation(sim) -> float:
    """Largest deviation (m2/s2) from the pressure of Botella & Peyret on the centrelines, walls left out."""
    from scipy.interpolate import RectBivariateSpline

    p = RectBivariateSpline(sim.grid.y, sim.grid.x, sim.p)
    y, p_y = table("botella_peyret1998_vertical").columns("y", "p")
    x, p_x = table("botella_peyret1998_horizontal").columns("x", "p")
    inside_x, inside_y = (x > 0) & (x < 1), (y > 0) & (y < 1)
    centre = p.ev(0.5, 0.5)
    vertical = p.ev(y, 0.5 + 0 * y) - centre - p_y
    horizontal = p.ev(0.5 + 0 * x, x) - centre - p_x
    return float(max(np.abs(vertical[inside_y]).max(), np.abs(horizontal[inside_x]).max()))


def draw(figure, outcome) -> None:
    left, right = figure.subplots(1, 2)
    for name, colour in zip(outcome.setups(), figures.COLOURS, strict=False):
        reynolds = float(name.removeprefix("Re "))
        y, u = table("ghia1982_u").columns("y", "u", Re=reynolds)
        x, v = table("ghia1982_v").columns("x", "v", Re=reynolds)
        s, u_marchi, v_marchi = table("marchi2009").columns("s", "u", "v", Re=reynolds)
        left.plot(*outcome.curve(name, "u")[::-1], color=colour, lw=1.4, label=f"{name}, computed")
        right.plot(*outcome.curve(name, "v"), color=colour, lw=1.4)
        figures.published(left, u_marchi, s, "Marchi et al. 2009", colour)
        figures.published(right, s, v_marchi, "", colour)
        figures.published(left, u, y, "Ghia et al. 1982", colour, marker="x", ms=4.0)
        figures.published(right, x, v, "", colour, marker="x", ms=4.0)
    left.set(xlabel="u (m/s)", ylabel="y (m)", title="x = 0.5 m", ylim=(0, 1))
    right.set(xlabel="x (m)", ylabel="v (m/s)", title="y = 0.5 m", xlim=(0, 1))
    figures.legend(left, loc="lower right")


def from_extrema(reynolds: float, key: str, label: str, tolerance: float, at: int, **options) -> Quantity:
    """A quantity of the table of extrema."""
    return Quantity(
        key,
        label,
        table("cavity_extrema").published("value", Re=reynolds, quantity=key),
        tolerance,
        at,
        **options,
    )


def profiles(reynolds: float, tolerance: float, at: int) -> tuple[Quantity, Quantity]:
    """The deviations from the tables of profiles."""
    marchi = Quantity(
        "marchi",
        "u, v on centrelines, largest deviation (Marchi)",
        table("marchi2009").zero(Re=reynolds),
        tolerance,
        at,
    )
    ghia = Quantity(
        "ghia",
        "u, v on centrelines, largest deviation (Ghia)",
        table("ghia1982_u").zero(Re=reynolds),
        GHIA_ERROR[reynolds],
        at,
        order=0.0,
    )
    return marchi, ghia


def setup(reynolds: float, quantities, quick, full) -> Setup:
    return Setup(f"Re {reynolds}", settings_at(reynolds), measure_at(reynolds), quantities, quick, full)


CASE = Case(
    name="lid_driven_cavity",
    title="Lid-driven cavity: velocity on the centrelines",
    resolution="cells per side",
    setups=(
        setup(
            100,
            (
                from_extrema(100, "u_min", "smallest u on x = 0.5", 0.010, 64),
                from_extrema(100, "v_max", "largest v on y = 0.5", 0.010, 64),
                from_extrema(100, "v_min", "smallest v on y = 0.5", 0.010, 64),
                *profiles(100, 0.003, 64),
            ),
            quick=(32, 64),
            full=(32, 64, 128),
        ),
        setup(400, profiles(400, 0.004, 128), quick=(64,), full=(64, 128)),
        setup(
            1000,
            (
                from_extrema(1000, "u_min", "smallest u on x = 0.5", 0.007, 256),
                from_extrema(1000, "v_max", "largest v on y = 0.5", 0.007, 256),
                from_extrema(1000, "v_min", "smallest v on y = 0.5", 0.007, 256),
                from_extrema(1000, "psi_min", "smallest streamfunction", 0.007, 256),
                from_extrema(1000, "kinetic_energy", "kinetic energy", 0.010, 256),
                *profiles(1000, 0.004, 256),
                Quantity(
                    "pressure",
                    "p on centrelines, largest deviation",
                    table("botella_peyret1998_vertical").zero(),
                    1e-3,
                    at=256,
                ),
            ),
            quick=(96,),
            full=(64, 128, 256),
        ),
    ),
    draw=draw,
)
