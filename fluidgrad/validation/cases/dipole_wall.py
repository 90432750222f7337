"""Two shielded vortices that carry each other against a wall (Clercx & Bruneau): thin layers, detachment, rebound.

The flow is symmetric about y = 0, so that its angular momentum must stay zero. The published numbers are those of the
benchmark's spectral computations.
"""

from __future__ import annotations

import numpy as np

from fluidgrad.validation import figures
from fluidgrad.validation.case import Case, Measured, Quantity, Setup, exact
from fluidgrad.validation.measures import walls
from fluidgrad.validation.reference import table

VORTICITY = 299.528385375226
"""Vorticity in the centres (1/s) that gives the energy 2 and the enstrophy 800 at the start."""

AREA = 4.0
TIMES = (0.25, 0.5, 0.75)
END = 0.75
UNCERTAINTY = {"E": 0.001, "Omega": 0.0025, "Omega_peak1": 0.002, "t_peak1": 0.002}
"""How well the published numbers are known, relative."""

FIRST = 0.5
"""Time before which the first peak of the enstrophy is."""


def settings_at(reynolds: float):
    """Configuration by resolution."""

    def settings(n: int) -> dict:
        pair = [{"x": 0.0, "y": y, "vorticity": np.sign(y) * VORTICITY, "radius": 0.1} for y in (0.1, -0.1)]
        return {
            "domain": {"x": [-1.0, 1.0], "y": [-1.0, 1.0], "cells": [n, n]},
            "fluid": {"reynolds": reynolds},
            "boundaries": walls(),
            "initial": {"case": "shielded vortices", "vortices": pair},
            "time": {"end": END, "cfl": 0.9},
        }

    return settings


def angular_momentum(sim) -> float:
    """Integral of ``x v - y u`` about the centre of the domain, m4/s."""
    g = sim.grid
    x, y = g.x - 0.5 * (g.x_f[0] + g.x_f[-1]), g.y - 0.5 * (g.y_f[0] + g.y_f[-1])
    cell = g.dx[0] * g.dy[0]
    return float(cell * (np.sum(x * sim.v[1:-1].sum(axis=0)) - np.sum(y * sim.u[:, 1:-1].sum(axis=1))))


def measure(sim, march) -> Measured:
    """Energy and enstrophy over time, the first peak of the enstrophy, the largest angular momentum."""
    from scipy.interpolate import CubicSpline

    series = []

    def watch(sim) -> None:
        found = sim.diagnostics()
        energy, enstrophy = AREA * found["kinetic_energy"], AREA * found["enstrophy"]
        series.append((sim.t, energy, enstrophy, angular_momentum(sim)))

    watch(sim)
    march(END, watch)
    t, energy, enstrophy, momentum = np.array(series).T
    splines = {"E": CubicSpline(t, energy), "Omega": CubicSpline(t, enstrophy)}
    numbers = {f"{name}({at:.2f})": float(q(at)) for name, q in splines.items() for at in TIMES}
    top = np.argmax(np.where(t < FIRST, enstrophy, 0.0))
    fine = np.linspace(t[top - 2], t[top + 2], 2001)
    peak = splines["Omega"](fine)
    numbers |= {
        "t_peak1": fine[np.argmax(peak)],
        "Omega_peak1": peak.max(),
        "angular_momentum": np.abs(momentum).max(),
    }
    return Measured(numbers, {"E": (t, energy), "Omega": (t, enstrophy)})


def draw(figure, outcome) -> None:
    axes = figure.subplots(len(outcome.setups()), 2, sharex=True, squeeze=False)
    for name, row in zip(outcome.setups(), axes, strict=True):
        published = table("clercx_bruneau2006").select(Re=float(name.removeprefix("Re ")))
        values = {line["quantity"]: float(line["value"]) for line in published}
        for ax, key in zip(row, ("E", "Omega"), strict=True):
            figures.computed(ax, outcome, name, key)
            points = [(at, values[f"{key}({at:.2f})"]) for at in TIMES if f"{key}({at:.2f})" in values]
            if key == "Omega":
                points.append((values["t_peak1"], values["Omega_peak1"]))
            figures.published(ax, *zip(*points, strict=True), "Clercx & Bruneau 2006")
            ax.set(title=name, xlim=(0, END))
        row[0].set_ylabel("energy (m⁴ s⁻²)")
        row[1].set_ylabel("enstrophy (m² s⁻²)")
        figures.legend(row[0])
    for ax in axes[-1]:
        ax.set_xlabel("t (s)")


def quantities(reynolds: float, at: int, tolerances: dict[str, float]):
    """The comparisons of a Reynolds number; the tolerance of the time of the peak is in seconds."""
    labels = {"t_peak1": "time of the first peak", "Omega_peak1": "first peak of the enstrophy"}
    for t in TIMES:
        labels |= {f"E({t:.2f})": f"energy at t = {t}", f"Omega({t:.2f})": f"enstrophy at t = {t}"}
    for row in table("clercx_bruneau2006").select(Re=reynolds):
        key = row["quantity"]
        published = table("clercx_bruneau2006").published("value", Re=reynolds, quantity=key)
        kind = key.partition("(")[0]
        tolerance = tolerances[kind] / (published.value if kind == "t_peak1" else 1.0)
        yield Quantity(key, labels[key], published, tolerance, at, floor=UNCERTAINTY[kind])
    zero = exact(source="symmetry of the flow")
    yield Quantity("angular_momentum", "largest angular momentum (m4/s)", zero, 1e-12, at, order=0.0)


def setup(reynolds: float, at: int, tolerances: dict[str, float], quick, full) -> Setup:
    chosen = tuple(quantities(reynolds, at, tolerances))
    return Setup(f"Re {reynolds}", settings_at(reynolds), measure, chosen, quick, full)


CASE = Case(
    name="dipole_wall",
    title="Dipole against a no-slip wall",
    resolution="cells per side",
    setups=(
        setup(
            625,
            384,
            {"E": 0.01, "Omega": 0.01, "Omega_peak1": 0.04, "t_peak1": 0.003},
            quick=(256,),
            full=(192, 256, 384, 512),
        ),
        setup(
            1250,
            512,
            {"E": 0.01, "Omega": 0.02, "Omega_peak1": 0.06, "t_peak1": 0.003},
            quick=(256,),
            full=(256, 384, 512, 768),
        ),
    ),
    draw=draw,
    size=(10.0, 6.5),
)
