"""A square cavity with a hot and a cold side wall, Ra 1e3 to 1e7, Pr 0.71, steady: heat transfer and velocities.

The units are those in which the diffusivity and the side are 1. Whatever the resolution, every section must carry the
same heat and the flow must be symmetric about the centre.
"""

from __future__ import annotations

import numpy as np

from fluidgrad.validation import figures
from fluidgrad.validation.case import Case, Measured, Quantity, Setup, exact
from fluidgrad.validation.measures import convection, walls
from fluidgrad.validation.reference import table

PRANDTL = 0.71
FINE = np.linspace(0.0, 1.0, 4001)
NUMBERS = {
    "nusselt": "Nusselt number",
    "u_max": "largest u on x = 0.5",
    "v_max": "largest v on y = 0.5",
}


def settings_at(rayleigh: float, strength: float | None = None):
    """Configuration by resolution; ``strength`` stretches the cells towards the walls."""
    spacing = {"law": "uniform"} if strength is None else {"law": "tanh", "strength": strength}

    def settings(n: int) -> dict:
        return {
            "domain": {"cells": [n, n], "spacing_x": spacing, "spacing_y": spacing},
            **convection(PRANDTL, rayleigh, "1 - x", "left", "right"),
            "boundaries": walls(),
            "numerics": {"diffusion": "explicit" if strength is None else "implicit"},
            "time": {"end": 3.0, "cfl": 0.9, "steady": 3e-11 * rayleigh},
        }

    return settings


def measure(sim, march) -> Measured:
    from scipy.interpolate import CubicSpline

    march(sim.config.time.end)
    g = sim.grid
    u = CubicSpline([0, *g.y, 1], [0, *sim.u[:, g.nx // 2], 0])(FINE)
    v = CubicSpline([0, *g.x, 1], [0, *sim.v[g.ny // 2], 0])(FINE)
    transport = sim.stepper.transports["temperature"]
    heat, _ = transport.fluxes(sim.state.scalars["temperature"], sim.state.u, sim.state.v)
    sections = g.dy @ heat
    temperature = sim.scalars["temperature"]
    numbers = {
        "nusselt": sim.diagnostics()["temperature_nusselt_left"],
        "u_max": u.max(),
        "v_max": v.max(),
        "sections": np.ptp(sections) / sections.mean(),
        "symmetry": np.abs(temperature + temperature[::-1, ::-1] - 1.0).max(),
    }
    wall = 2.0 * (1.0 - temperature[:, 0]) / g.dx[0]
    return Measured(numbers, {"u": (FINE, u), "v": (FINE, v), "wall": (g.y, wall)})


def draw(figure, outcome) -> None:
    axes = figure.subplots(1, 3)
    for name, colour in zip(outcome.setups(), figures.COLOURS, strict=False):
        rayleigh = float(name.removeprefix("Ra ").partition(",")[0])
        (row,) = table("heated_cavity").select(Ra=rayleigh)
        given = {key: float(value) for key, value in row.items()}
        speed = given["v_max"]
        label = "" if name != outcome.setups()[-1] else "Chebyshev"
        for ax, key, place in zip(axes[:2], ("v", "u"), ("x_v_max", "y_u_max"), strict=True):
            at, values = outcome.curve(name, key)
            ax.plot(at, values / speed, color=colour, lw=1.4, label=name)
            figures.published(ax, given[place], given[f"{key}_max"] / speed, label, colour)
        y, flux = outcome.curve(name, "wall")
        axes[2].plot(flux / given["nusselt"], y, color=colour, lw=1.4)
        highest = given["nusselt_max"] / given["nusselt"]
        figures.published(axes[2], highest, given["y_nusselt_max"], "", colour)
    axes[0].set(xlabel="x (m)", ylabel="v over the published largest v", title="y = 0.5 m", xlim=(0, 1))
    axes[1].set(xlabel="y (m)", ylabel="u over the published largest v", title="x = 0.5 m", xlim=(0, 1))
    axes[2].set(xlabel="flux over its published mean", ylabel="y (m)", title="hot wall", ylim=(0, 1))
    figures.legend(axes[0])


def quantities(rayleigh: float, at: int, heat: float, speed: float) -> tuple[Quantity, ...]:
    """The comparisons: tolerances of the Nusselt number and of the velocities on ``at`` cells."""
    given = {key: table("heated_cavity").published(key, Ra=rayleigh) for key in NUMBERS}
    allowed = {"nusselt": heat, "u_max": speed, "v_max": speed}
    return (
        *(Quantity(key, label, given[key], allowed[key], at) for key, label in NUMBERS.items()),
        Quantity("sections", "heat through sections, spread", exact(source="conserved"), 1e-8, at, order=0.0),
        Quantity("symmetry", "asymmetry of the temperature", exact(source="symmetry"), 1e-9, at, order=0.0),
    )


def setup(rayleigh: float, at: int, heat: float, speed: float, quick, full, strength=None) -> Setup:
    name = f"Ra {rayleigh:.0e}".replace("+0", "") + (", stretched" if strength else "")
    chosen = quantities(rayleigh, at, heat, speed)
    return Setup(name, settings_at(rayleigh, strength), measure, chosen, quick, full)


CASE = Case(
    name="heated_cavity",
    title="Heated square cavity",
    resolution="cells per side",
    setups=(
        setup(1e3, 32, 0.005, 0.01, quick=(16, 32), full=(16, 32, 64)),
        setup(1e4, 64, 0.005, 0.007, quick=(32,), full=(32, 64)),
        setup(1e5, 128, 0.004, 0.006, quick=(48,), full=(32, 64, 128)),
        setup(1e6, 128, 0.015, 0.02, quick=(48,), full=(64, 128)),
        setup(1e6, 96, 0.003, 0.01, quick=(48,), full=(48, 96), strength=1.5),
        setup(1e7, 96, 0.005, 0.03, quick=(32,), full=(48, 96), strength=2.0),
    ),
    draw=draw,
    size=(13.0, 4.4),
)
