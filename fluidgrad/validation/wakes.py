"""Set-ups and measures of flows past bodies: grids that are fine where the body is, histories of forces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from fluidgrad.interpolation import at_points
from fluidgrad.validation.case import Measured

if TYPE_CHECKING:
    from fluidgrad.grid import Grid
    from fluidgrad.simulation import Simulation
    from fluidgrad.validation.case import March
    from fluidgrad.validation.measures import Exact


def graded(ends: tuple[float, float], core: tuple[float, float], h: float, growth: float) -> dict:
    """Settings of an axis, ``cells`` and ``spacing``: cells of width ``h`` in the core and from there to the ends each
    wider than its neighbour, by a share of ``growth`` at most. The core is a whole number of cells long."""
    (low, high), (first, last) = ends, core
    inner = np.linspace(first, last, round((last - first) / h) + 1)
    below = first - _growing(first - low, h, growth)[::-1]
    above = last + _growing(high - last, h, growth)
    faces = np.concatenate([below, inner, above])
    faces[0], faces[-1] = low, high
    return {"cells": faces.size - 1, "spacing": {"law": "faces", "faces": faces.tolist()}}


def _growing(length: float, h: float, growth: float) -> np.ndarray:
    """Distances, without zero, of the faces of cells that start with ``h`` and grow steadily, up to ``length``."""
    if length < 0.5 * h:
        return np.empty(0)
    count = int(np.ceil(np.log1p(length * growth / h) / np.log1p(growth)))
    low, high = 0.0, growth
    for _ in range(60):
        ratio = 0.5 * (low + high)
        reach = h * np.sum((1.0 + ratio) ** np.arange(count))
        low, high = (ratio, high) if reach < length else (low, ratio)
    return np.cumsum(h * (1.0 + ratio) ** np.arange(count))


def plane(x: dict, y: dict, x_ends: tuple[float, float], y_ends: tuple[float, float]) -> dict:
    """The domain table of two graded axes."""
    return {
        "x": list(x_ends),
        "y": list(y_ends),
        "cells": [x["cells"], y["cells"]],
        "spacing_x": x["spacing"],
        "spacing_y": y["spacing"],
    }


class History:
    """Numbers of a simulation over time; call it after every step.

    Parameters
    ----------
    watch : gives the numbers (k,).
    every : steps from one record to the next.
    since : time from which on it records, s.
    """

    def __init__(self, watch: Callable[[Simulation], Sequence[float]], every: int = 4, since: float = 0.0):
        self.watch, self.every, self.since = watch, every, since
        self.times: list[float] = []
        self._rows: list[Sequence[float]] = []

    def __call__(self, sim: Simulation) -> None:
        if sim.t >= self.since and sim.step_count % self.every == 0:
            self.times.append(sim.t)
            self._rows.append(self.watch(sim))

    def columns(self) -> tuple[np.ndarray, ...]:
        """Times and each of the numbers, arrays of one length."""
        return np.array(self.times), *np.array(self._rows).T


def forces(name: str) -> Callable[[Simulation], tuple[float, float]]:
    """Watches drag and lift coefficients of a body."""

    def watch(sim: Simulation) -> tuple[float, float]:
        row = sim.diagnostics()
        return row[f"{name}_drag"], row[f"{name}_lift"]

    return watch


def crossing(x: np.ndarray, q: np.ndarray) -> float:
    """First place where a series changes its sign, by linear interpolation; nan if there is none."""
    at = np.flatnonzero(q[:-1] * q[1:] < 0)
    if not at.size:
        return float("nan")
    k = at[0]
    return float(x[k] - q[k] * (x[k + 1] - x[k]) / (q[k + 1] - q[k]))


def peak(t: np.ndarray, q: np.ndarray) -> tuple[float, float]:
    """Time and value of the largest of a series, by the parabola through the three values around it."""
    k = int(np.clip(np.argmax(q), 1, q.size - 2))
    a, b, c = np.polyfit(t[k - 1 : k + 2] - t[k], q[k - 1 : k + 2], 2)
    shift = -b / (2 * a) if a < 0 else 0.0
    return t[k] + shift, c + 0.5 * b * shift


def stream(body: dict, domain, core, h: float, growth: float, reynolds: float, kick: float) -> dict:
    """A stream of 1 m/s past a body of 1 m, between sides that slip: configuration without times. ``domain``, ``core``:
    ends along x and y (m); ``kick``: velocity of a gust across the wake at the start, m/s."""
    x, y = (graded(ends, inner, h, growth) for ends, inner in zip(domain, core, strict=True))
    slip = {"type": "slip"}
    return {
        "domain": plane(x, y, *domain),
        "fluid": {"reynolds": reynolds},
        "boundaries": {
            "left": {"type": "inflow", "normal": 1.0},
            "right": {"type": "outflow"},
            "bottom": slip,
            "top": slip,
        },
        "initial": {"case": "formula", "u": 1.0, "v": f"{kick}*exp(-(x - 1.5)^2 - y^2)"},
        "bodies": [body],
    }


def settle(
    sim: Simulation, march: March, settings: Callable[[int], dict], n: int, coarsest: int, refined: float
) -> None:
    """March to the steady flow at resolution ``n``. Where half of it is at least ``coarsest``, start from the steady
    flow there: then ``refined`` seconds suffice."""
    if n // 2 < coarsest:
        march(sim.config.time.end)
        return
    coarse = type(sim).from_config(settings(n // 2), threads=sim.threads)
    settle(coarse, lambda until: coarse.run(until, progress=False), settings, n // 2, coarsest, refined)
    sim.set_velocity(
        lambda x, y: at_points(coarse.grid, "x-face", coarse.u, *np.broadcast_arrays(x, y)),
        lambda x, y: at_points(coarse.grid, "y-face", coarse.v, *np.broadcast_arrays(x, y)),
    )
    march(refined)


def measure_shedding(sim, march, name: str, settled: float = 0.65) -> Measured:
    """Drag, lift and Strouhal number of a body that sheds vortices, over whole periods of the lift after a share
    ``settled`` of the time."""
    from fluidgrad.analysis import strouhal, time_mean

    end = sim.config.time.end
    history = History(forces(name), every=4)
    march(end, history)
    t, drag, lift = history.columns()
    shedding = strouhal(t, lift, since=settled * end)
    numbers = {
        "drag": time_mean(t, drag, shedding.start, shedding.end),
        "lift": shedding.amplitude,
        "rms lift": float(np.sqrt(time_mean(t, (lift - shedding.mean) ** 2, shedding.start, shedding.end))),
        "strouhal": shedding.strouhal,
    }
    return Measured(numbers, {"drag": (t, drag), "lift": (t, lift)})


def wall_errors(sim: Simulation, u: Exact, v: Exact) -> tuple[float, float]:
    """Root mean square and largest error (m/s) of the velocity on faces that fluid passes, against the means of the
    exact one over the faces."""
    walls, errors = sim.stepper.walls, []
    for q, theta, location, component in (
        (sim.u, walls.theta_u, "x-face", u),
        (sim.v, walls.theta_v, "y-face", v),
    ):
        difference = q - _face_means(sim.grid, location, component)
        errors.append(difference[sim.grid.view(theta, location) > 0.0])
    wrong = np.concatenate(errors)
    return float(np.sqrt(np.mean(wrong**2))), float(np.abs(wrong).max())


def _face_means(grid: Grid, location: str, component: Exact, points: int = 16) -> np.ndarray:
    """Means over the faces of one component of a velocity."""
    x, y = grid.mesh(location)
    along_y = location == "x-face"
    dx, dy = (0.0, grid.dy[:, None]) if along_y else (grid.dx[None, :], 0.0)
    return np.mean(
        [component(x + s * dx, y + s * dy) for s in (np.arange(points) + 0.5) / points - 0.5], axis=0
    )
