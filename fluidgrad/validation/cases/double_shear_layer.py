"""Two thick shear layers that roll up, against a pseudo-spectral computation; and what they conserve without
viscosity."""

from __future__ import annotations

import numpy as np

from fluidgrad.validation import figures
from fluidgrad.validation.case import Case, Measured, Quantity, Setup, exact
from fluidgrad.validation.measures import periodic_box
from fluidgrad.validation.reference import table

VISCOUS, INVISCID = "nu = 1e-4", "without viscosity"
END = 1.0
COLUMN = 32
"""Of the 64 columns of the table of vorticity the one that is drawn, x = 1/2, through the eye of a vortex."""


def settings_at(nu: float):
    """Configuration by resolution."""

    def settings(n: int) -> dict:
        return {
            "domain": {"cells": [n, n]},
            "fluid": {"viscosity": nu},
            "boundaries": periodic_box(),
            "initial": {"case": "double shear layer"},
            "time": {"end": END, "cfl": 0.5},
        }

    return settings


def measure(sim, march) -> Measured:
    """Energy, enstrophy and vorticity at the end; the vorticity needs a multiple of 64 cells."""
    series = []
    march(END, lambda sim: series.append((sim.t, sim.diagnostics()["enstrophy"])))
    found = sim.diagnostics()
    omega = sim.field("vorticity")
    reference = table("double_shear_vorticity").matrix().T
    every = sim.grid.nx // 64
    difference = omega[: 64 * every : every, : 64 * every : every] - reference
    numbers = {
        "kinetic_energy": found["kinetic_energy"],
        "enstrophy": found["enstrophy"],
        "vorticity": np.linalg.norm(difference) / np.linalg.norm(reference),
    }
    curves = {"enstrophy": np.array(series).T, "vorticity": (sim.grid.y_f, omega[:, COLUMN * every])}
    return Measured(numbers, curves)


def measure_drift(sim, march) -> Measured:
    before = sim.diagnostics()
    march(END)
    after = sim.diagnostics()
    moved = max(abs(after[name] - before[name]) for name in ("momentum_x", "momentum_y"))
    return Measured(
        {"energy": abs(after["kinetic_energy"] / before["kinetic_energy"] - 1.0), "momentum": moved}
    )


def draw(figure, outcome) -> None:
    left, right = figure.subplots(1, 2)
    figures.computed(left, outcome, VISCOUS, "enstrophy")
    t, enstrophy = table("double_shear_layer").columns("t", "enstrophy")
    figures.published(left, t[t <= END], enstrophy[t <= END], "pseudo-spectral, 384²")
    left.set(xlabel="t (s)", ylabel="mean enstrophy (s⁻²)", xlim=(0, END))
    figures.legend(left)
    figures.computed(right, outcome, VISCOUS, "vorticity")
    omega = table("double_shear_vorticity").matrix()[COLUMN]
    figures.published(right, np.arange(64) / 64, omega, "pseudo-spectral, 384²")
    right.set(xlabel="y (m)", ylabel="vorticity (s⁻¹)", title="x = 0.5 m, t = 1 s", xlim=(0, 1))
    figures.legend(right)


def at_end(column: str, label: str, tolerance: float, order: float) -> Quantity:
    published = table("double_shear_layer").published(column, t=END)
    return Quantity(column, label, published, tolerance, at=128, order=order)


CASE = Case(
    name="double_shear_layer",
    title="Roll-up of a thick double shear layer",
    resolution="cells per side",
    setups=(
        Setup(
            name=VISCOUS,
            settings=settings_at(1e-4),
            measure=measure,
            quantities=(
                at_end("kinetic_energy", "mean kinetic energy", 1e-4, order=1.0),
                at_end("enstrophy", "mean enstrophy", 0.01, order=1.0),
                Quantity(
                    "vorticity",
                    "vorticity, L2 deviation",
                    table("double_shear_vorticity").zero(),
                    0.25,
                    128,
                    order=1.6,
                ),
            ),
            quick=(64, 128),
            full=(64, 128, 256),
            multiple=64,
        ),
        Setup(
            name=INVISCID,
            settings=settings_at(0.0),
            measure=measure_drift,
            quantities=(
                Quantity("energy", "drift of the energy", exact(source="conserved"), 3e-6, at=128, order=2.0),
                Quantity(
                    "momentum", "drift of the momentum", exact(source="conserved"), 1e-12, at=128, order=0.0
                ),
            ),
            quick=(64,),
            full=(64, 128),
        ),
    ),
    draw=draw,
)
