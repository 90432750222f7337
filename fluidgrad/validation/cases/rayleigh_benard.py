"""Rolls between a hot floor and a cold ceiling: their onset and growth against linear theory, and the heat that steady
ones carry. Lengths are in heights, times in height^2 over diffusivity."""

from __future__ import annotations

import numpy as np

from fluidgrad.validation import figures
from fluidgrad.validation.case import Case, Measured, Quantity, Setup, exact
from fluidgrad.validation.measures import PERIODIC, convection, walls
from fluidgrad.validation.reference import table

PRANDTL, WAVE = 0.71, 3.117
GROWTH_END, SETTLED = 1.0, 0.5
"""Time of the runs that grow, and time from which the growth is measured."""

GROWING = (1707.762, 2500.0, 3000.0)
STEADY = (3000.0, 5000.0, 10000.0, 20000.0)


def settings_at(rayleigh: float, amplitude: float, time: dict):
    """Configuration by the cells across; a pair of rolls in a box of nearly square cells."""

    def settings(n: int) -> dict:
        psi = f"{amplitude}*sin({WAVE}*x)*sin(pi*y)^2"
        return {
            "domain": {"x": [0.0, 2 * np.pi / WAVE], "y": [0.0, 1.0], "cells": [2 * n, n]},
            **convection(PRANDTL, rayleigh, "1 - y", "bottom", "top"),
            "boundaries": walls(left=PERIODIC, right=PERIODIC),
            "initial": {"case": "streamfunction", "psi": psi},
            "time": time,
        }

    return settings


def measure_growth(sim, march) -> Measured:
    times, energies = [], []

    def watch(sim) -> None:
        times.append(sim.t)
        energies.append(sim.survey.energy)

    march(GROWTH_END, watch)
    t, logs = np.array(times), 0.5 * np.log(energies)
    late = t > SETTLED
    growth, start = np.polyfit(t[late], logs[late], 1)
    return Measured({"growth": growth}, {"amplitude": (t, logs - start)})


def measure_heat(sim, march) -> Measured:
    march(sim.config.time.end)
    found = sim.diagnostics()
    bottom, top = (found[f"temperature_nusselt_{side}"] for side in ("bottom", "top"))
    return Measured({"nusselt": bottom, "balance": abs(bottom - top)})


def growth(rayleigh: float):
    return table("rayleigh_benard_growth").published("growth", Ra=rayleigh)


def draw(figure, outcome) -> None:
    left, middle, right = figure.subplots(1, 3)
    t = np.linspace(SETTLED, GROWTH_END, 9)
    for rayleigh, colour in zip(GROWING, figures.COLOURS, strict=False):
        curve = outcome.curve(f"growth, Ra {rayleigh:g}", "amplitude")
        left.plot(*curve, color=colour, lw=1.4, label=f"Ra {rayleigh:g}, computed")
        figures.published(left, t, growth(rayleigh).value * t, "linear theory", colour)
    left.set(xlabel="t", ylabel="logarithm of the amplitude", title="growth", xlim=(0, GROWTH_END))
    figures.legend(left)
    nusselt = table("rayleigh_benard_nusselt")
    ra, spectral, busse = nusselt.columns("Ra", "nusselt", "clever_busse", Pr=PRANDTL)
    rows = [row for row in outcome.final if row.key == "nusselt"]
    found = [(float(row.setup.rpartition(" ")[2]), row.computed) for row in rows]
    middle.semilogx(
        *zip(*found, strict=True), "s", ms=8, mfc="none", color=figures.COLOURS[0], label="computed"
    )
    figures.published(middle, ra, spectral, "spectral", ms=4)
    figures.published(middle, ra, busse, "Clever & Busse 1974", figures.COLOURS[2], marker="x", ms=4)
    middle.set_xticks(ra, [f"{r:g}" for r in ra], rotation=60)
    middle.minorticks_off()
    middle.set(xlabel="Rayleigh number", ylabel="Nusselt number", title="steady rolls")
    figures.legend(middle)
    names = [(row.setup, "nusselt", row.setup) for row in rows]
    figures.convergence(right, outcome, names)
    right.set(title="Nusselt number", ylabel="difference, relative")


def growing(rayleigh: float) -> Setup:
    published = growth(rayleigh)
    # At the onset the rate itself is zero; a percent of the critical number changes it by 0.11.
    tolerance = 0.02 if published.value else 0.1
    quantity = Quantity("growth", "growth rate", published, tolerance, at=32, least_order=1.8)
    settings = settings_at(rayleigh, 1e-5, {"end": GROWTH_END, "cfl": 0.9})
    return Setup(
        f"growth, Ra {rayleigh:g}", settings, measure_growth, (quantity,), quick=(16, 32), full=(16, 32, 64)
    )


def steady(rayleigh: float) -> Setup:
    nusselt = table("rayleigh_benard_nusselt").published("nusselt", Pr=PRANDTL, Ra=rayleigh)
    balance = "heat in at the floor less out at the top"
    quantities = (
        Quantity("nusselt", "Nusselt number", nusselt, 0.015, at=32, least_order=1.8),
        Quantity("balance", balance, exact(source="conserved"), 1e-8, at=32, order=0.0),
    )
    settings = settings_at(rayleigh, 1.0, {"end": 10.0, "cfl": 0.9, "steady": 1e-7})
    name = f"rolls, Ra {rayleigh:g}"
    return Setup(name, settings, measure_heat, quantities, quick=(16, 32), full=(16, 32, 64))


CASE = Case(
    name="rayleigh_benard",
    title="Rayleigh-Bénard convection between rigid plates, Pr 0.71",
    resolution="cells per height",
    setups=(*map(growing, GROWING), *map(steady, STEADY)),
    draw=draw,
    size=(13.0, 4.2),
)
