"""Flow over a backward-facing step at Re 800, with the parabola given at the step (Gartling's set-up; with an inlet
channel the eddies are 2 to 3 % shorter). The measured length at this Reynolds number, 14 steps, is that of a flow in
three dimensions."""

from __future__ import annotations

import numpy as np

from fluidgrad.validation import figures
from fluidgrad.validation.case import Case, Measured, Quantity, Setup
from fluidgrad.validation.measures import walls
from fluidgrad.validation.reference import table

NAME = "Re 800"
LENGTH, END = 15.0, 400.0
STATIONS = (7, 15)
ENTRY = "where(y > 0, 24*y*(0.5 - y), 0)"


def settings(n: int) -> dict:
    """Configuration by the cells across the channel; the start is near the steady flow."""
    start = f"({ENTRY})*exp(-x/3) + 0.75*(1 - 4*y^2)*(1 - exp(-x/3))"
    return {
        "domain": {"x": [0.0, LENGTH], "y": [-0.5, 0.5], "cells": [int(LENGTH * n), n]},
        "fluid": {"reynolds": 800.0},
        "boundaries": walls(left={"type": "inflow", "normal": ENTRY}, right={"type": "outflow"}),
        "initial": {"case": "formula", "u": start, "v": 0.0},
        "time": {"end": END, "cfl": 0.9, "steady": 2e-5},
    }


def sign_changes(x, f) -> np.ndarray:
    """Places where a function changes its sign, by linear interpolation."""
    at = np.nonzero(f[:-1] * f[1:] < 0)[0]
    return x[at] - f[at] * (x[at + 1] - x[at]) / (f[at + 1] - f[at])


def measure(sim, march) -> Measured:
    from scipy.interpolate import CubicSpline

    march(END)
    g = sim.grid
    floor, ceiling = sign_changes(g.x_f, sim.u[0]), sign_changes(g.x_f, sim.u[-1])
    places = [floor[-1] if floor.size else np.nan, *ceiling[:2], np.nan, np.nan]
    numbers = dict(zip(("reattachment", "separation", "upper reattachment"), places, strict=False))
    y, *profiles = table("gartling1990").columns("y", *(f"u_{x}" for x in STATIONS))
    fine = np.linspace(-0.5, 0.5, 401)
    curves = {}
    for x, published in zip(STATIONS, profiles, strict=True):
        u = CubicSpline([-0.5, *g.y, 0.5], [0, *sim.u[:, round(x / g.dx[0])], 0])
        numbers[f"u_{x}"] = float(np.abs(u(y) - published).max())
        curves[f"u_{x}"] = (fine, u(fine))
    curves["floor"] = (g.x_f, sim.u[0] / (0.5 * g.dy[0]))
    curves["ceiling"] = (g.x_f, sim.u[-1] / (0.5 * g.dy[0]))
    return Measured(numbers, curves)


def draw(figure, outcome) -> None:
    top, *below = figure.subplot_mosaic("aa;bc", height_ratios=(1, 1.3)).values()
    places = dict(zip(PLACES, (row.published for row in outcome.final), strict=False))
    for name, at, colour in (
        ("floor", ["reattachment"], figures.COLOURS[0]),
        ("ceiling", ["separation", "upper reattachment"], figures.COLOURS[2]),
    ):
        top.plot(*outcome.curve(NAME, name), color=colour, lw=1.4, label=f"{name}, computed")
        figures.published(top, [places[key] for key in at], [0.0] * len(at), "Gartling 1990", colour, ms=6)
    top.axhline(0, color="0.6", lw=0.7, zorder=0)
    top.set(xlabel="x (m)", ylabel="slope of u at the wall (s⁻¹)", xlim=(0, LENGTH), ylim=(-9, 12))
    figures.legend(top, ncols=2)
    y, *profiles = table("gartling1990").columns("y", *(f"u_{x}" for x in STATIONS))
    for ax, x, u in zip(below, STATIONS, profiles, strict=True):
        figures.computed(ax, outcome, NAME, f"u_{x}", upright=True)
        figures.published(ax, u, y, "Gartling 1990")
        ax.set(xlabel="u (m/s)", ylabel="y (m)", title=f"x = {x} m", ylim=(-0.5, 0.5))
        figures.legend(ax)


PLACES = {
    "reattachment": ("reattachment behind the step", 0.04),
    "separation": ("separation at the ceiling", 0.06),
    "upper reattachment": ("reattachment at the ceiling", 0.06),
}
"""Key -> label and relative tolerance at 40 cells across."""


def quantities():
    for key, (label, tolerance) in PLACES.items():
        published = table("backward_facing_step").published("value", quantity=key)
        yield Quantity(key, label, published, tolerance, at=40, order=1.4)
    for x, tolerance in zip(STATIONS, (0.03, 0.02), strict=True):
        label = f"u on x = {x}, largest deviation (m/s)"
        yield Quantity(f"u_{x}", label, table("gartling1990").zero(), tolerance, at=40, order=1.5)


CASE = Case(
    name="backward_facing_step",
    title="Backward-facing step, Re 800",
    resolution="cells across",
    setups=(Setup(NAME, settings, measure, tuple(quantities()), quick=(20,), full=(20, 40, 80)),),
    draw=draw,
    size=(9.0, 7.0),
)
