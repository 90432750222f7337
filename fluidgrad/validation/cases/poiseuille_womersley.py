"""Plane channels: Poiseuille's parabola, which the scheme gives up to a known constant, and Womersley's oscillating
flow, which measures the order in space and time together, and in time alone."""

from __future__ import annotations

import numpy as np

from fluidgrad.validation import figures
from fluidgrad.validation.case import Case, Measured, Quantity, Setup, exact
from fluidgrad.validation.measures import PERIODIC, walls

STEADY, OSCILLATING = "Poiseuille", "Womersley"
EXPLICIT, IMPLICIT = "Womersley, time only", "Womersley, time only, implicit"
FORCE, NU = 0.8, 0.1
OMEGA, NU_WAVE = 2.0 * np.pi, 0.05
CELLS_IN_TIME = 32
"""Cells across the channel in the set-ups that measure the error in time."""

QUARTERS = (0.0, 0.25, 0.5, 0.75)
"""Parts of a period after which the profiles of Womersley's flow are drawn."""


def channel(nx: int, ny: int, y: tuple[float, float], nu: float, **tables) -> dict:
    return {
        "domain": {"y": list(y), "cells": [nx, ny]},
        "fluid": {"viscosity": nu},
        "boundaries": walls(left=PERIODIC, right=PERIODIC),
        **tables,
    }


def steady(n: int) -> dict:
    return channel(
        8, n, (0.0, 1.0), NU, forcing={"pressure_gradient": [-FORCE, 0.0]}, time={"end": 60.0, "cfl": 0.9}
    )


def with_walls(sim) -> tuple[np.ndarray, np.ndarray]:
    """The profile of u, walls included."""
    low, high = sim.grid.y_f[[0, -1]]
    return np.array([low, *sim.grid.y, high]), np.array([0.0, *sim.u[:, 0], 0.0])


def measure_steady(sim, march) -> Measured:
    march(60.0)
    y = sim.grid.y[:, None]
    wall = FORCE / (8 * NU * sim.grid.ny**2)
    shape = np.abs(sim.u - FORCE * y * (1 - y) / (2 * NU) - wall).max()
    return Measured(
        {"flow": float(np.mean(sim.u)), "shape": float(shape)},
        {"u": with_walls(sim)},
    )


def oscillating(n: int, step: float, diffusion: str = "explicit", cells: int = CELLS_IN_TIME) -> dict:
    return channel(
        4,
        cells,
        (-1.0, 1.0),
        NU_WAVE,
        constants={"omega": OMEGA},
        forcing={"force": ["cos(omega*t)", 0.0]},
        numerics={"diffusion": diffusion},
        time={"end": 2.0, "step": step},
    )


def womersley(y, t: float):
    """Velocity under the force ``cos(omega t)`` between walls at y = -1 and 1, long after the start."""
    s = np.sqrt(1j * OMEGA / NU_WAVE)
    return np.real((1.0 - np.cosh(s * y) / np.cosh(s)) / (1j * OMEGA) * np.exp(1j * OMEGA * t))


def eigenmodes(n: int, t: float) -> np.ndarray:
    """Exact solution in time of the semi-discrete channel ``du/dt = cos(omega t) + nu*L u`` from rest, by the
    eigenvectors of the scheme's own second difference: what is left is the error in time."""
    h = 2.0 / n
    matrix = (np.diag(np.full(n, -2.0)) + np.diag(np.ones(n - 1), 1) + np.diag(np.ones(n - 1), -1)) / h**2
    matrix[0, 0] = matrix[-1, -1] = -3.0 / h**2
    rates, modes = np.linalg.eigh(NU_WAVE * matrix)
    load = modes.T @ np.ones(n)
    forced = (OMEGA * np.sin(OMEGA * t) - rates * np.cos(OMEGA * t)) / (rates**2 + OMEGA**2)
    return modes @ (load * (forced + rates / (rates**2 + OMEGA**2) * np.exp(rates * t)))


def measure_wave(sim, march) -> Measured:
    """From the exact flow at t = 0, over a period."""
    sim.set_velocity(womersley(sim.grid.y, 0.0)[:, None], 0.0)
    curves, error = {}, 0.0
    for part in QUARTERS:
        if part:
            march(part)
            error = max(error, float(np.abs(sim.u[:, 0] - womersley(sim.grid.y, sim.t)).max()))
        curves[f"{part:g}"] = with_walls(sim)
    return Measured({"velocity": error}, curves)


def measure_time(sim, march) -> Measured:
    march(1.0)
    return Measured({"velocity": float(np.abs(sim.u[:, 0] - eigenmodes(CELLS_IN_TIME, 1.0)).max())})


def draw(figure, outcome) -> None:
    left, middle, right = figure.subplots(1, 3)
    y = np.linspace(0, 1, 17)
    figures.computed(left, outcome, STEADY, "u", upright=True)
    figures.published(left, FORCE * y * (1 - y) / (2 * NU), y, "exact")
    left.set(xlabel="u (m/s)", ylabel="y (m)", title="Poiseuille", ylim=(0, 1))
    figures.legend(left)
    y = np.linspace(-1, 1, 41)
    for part, colour in zip(QUARTERS, figures.COLOURS, strict=False):
        x, u = outcome.curve(OSCILLATING, f"{part:g}")
        middle.plot(u, x, color=colour, lw=1.4, label=f"t = {part:g} s")
        figures.published(middle, womersley(y, part), y, "", colour, ms=4.0)
    middle.set(xlabel="u (m/s)", ylabel="y (m)", title="Womersley (circles: exact)", ylim=(-1, 1))
    figures.legend(middle, loc="center left", bbox_to_anchor=(0.15, 0.5))
    lines = [(name, "velocity", name) for name in (OSCILLATING, EXPLICIT, IMPLICIT)]
    figures.convergence(right, outcome, lines)
    right.set_xlabel(CASE.resolution)


FLOW = FORCE / (12 * NU)
"""Exact mean velocity of the Poiseuille flow, m/s."""

CASE = Case(
    name="poiseuille_womersley",
    title="Channels: Poiseuille and Womersley",
    resolution="cells across, or steps per period",
    setups=(
        Setup(
            STEADY,
            steady,
            measure_steady,
            (
                Quantity("flow", "mean velocity", exact(FLOW), 0.01, at=16, least_order=1.95),
                Quantity("shape", "u less parabola and wall constant", exact(), 1e-12, at=16, order=0.0),
            ),
            quick=(8, 16),
            full=(8, 16, 32),
        ),
        Setup(
            OSCILLATING,
            lambda n: oscillating(n, 0.25 / n, cells=n),
            measure_wave,
            (Quantity("velocity", "velocity, largest error (m/s)", exact(), 1e-3, at=128, least_order=1.8),),
            quick=(64, 128),
            full=(32, 64, 128),
        ),
        Setup(
            EXPLICIT,
            lambda n: oscillating(n, 1.0 / n),
            measure_time,
            (
                Quantity(
                    "velocity",
                    "velocity, largest error (m/s)",
                    exact(),
                    1e-5,
                    at=80,
                    order=3.0,
                    least_order=2.9,
                ),
            ),
            quick=(40, 80),
            full=(40, 80, 160),
        ),
        Setup(
            IMPLICIT,
            lambda n: oscillating(n, 1.0 / n, "implicit"),
            measure_time,
            (Quantity("velocity", "velocity, largest error (m/s)", exact(), 1e-3, at=40, least_order=1.95),),
            quick=(20, 40),
            full=(20, 40, 80),
        ),
    ),
    draw=draw,
    size=(13.0, 4.2),
)
