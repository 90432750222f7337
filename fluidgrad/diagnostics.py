"""Numbers that describe a whole flow at an instant, and values at points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluidgrad.boundary import SIDES, Boundary
from fluidgrad.grid import Grid, H, node_shares
from fluidgrad.kernels import momentum, reductions

DIAGNOSTICS = {
    "dt": ("s", "time step"),
    "cfl": ("1", "Courant number, largest dt*(|u|/dx + |v|/dy)"),
    "kinetic_energy": ("m2 s-2", "mean of |u|^2/2"),
    "enstrophy": ("s-2", "mean of half the squared vorticity"),
    "dissipation": (
        "m2 s-3",
        "loss of kinetic energy by friction, mean of nu*|grad u|^2, or of 2*nu*S:S if nu varies",
    ),
    "momentum_x": ("m s-1", "mean velocity along x"),
    "momentum_y": ("m s-1", "mean velocity along y"),
    "max_speed": ("m s-1", "largest |u| or |v| on a face"),
    "max_divergence": ("s-1", "largest divergence of a cell"),
}
"""Columns of the time series that every run has: name -> unit, meaning. Means are over the domain."""


def columns(boundary: Boundary, probes: list[Probe], scalars=()) -> dict[str, tuple[str, str]]:
    """The columns of a run's time series besides t and step, but for the budgets of its scalars: name -> unit,
    meaning."""
    table = dict(DIAGNOSTICS)
    for name in open_sides(boundary):
        table[f"flow_{name}"] = ("m2 s-1", f"volume that leaves through the {name} side per time")
    for probe in probes:
        at = f"at ({probe.x:g}, {probe.y:g})"
        table[f"{probe.name}_u"] = ("m s-1", f"velocity along x {at}")
        table[f"{probe.name}_v"] = ("m s-1", f"velocity along y {at}")
        table[f"{probe.name}_p"] = ("m2 s-2", f"kinematic pressure {at}")
        for scalar in scalars:
            table[f"{probe.name}_{scalar.name}"] = (scalar.units, f"{scalar.long_name or scalar.name} {at}")
    return table


def open_sides(boundary: Boundary) -> list[str]:
    """Sides that fluid can pass."""
    return [name for name in SIDES if boundary.sides[name].type in ("inflow", "outflow", "periodic")]


@dataclass(frozen=True)
class Probe:
    """A named point, coordinates in m."""

    name: str
    x: float
    y: float


@dataclass(frozen=True)
class Survey:
    """Figures that every step needs: ``rate`` = largest ``|u|/dx + |v|/dy`` (1/s), mean kinetic ``energy``
    (m2/s2), largest ``divergence`` (1/s)."""

    rate: float
    energy: float
    divergence: float


class Observer:
    """Reductions over a grid, with their work space."""

    def __init__(self, grid: Grid, m: momentum.Metrics):
        self.grid, self.m = grid, m
        self.area = grid.length_x * grid.length_y
        self._rows = np.empty((grid.ny, 3))
        self._budget = np.empty((grid.ny + 1, 4))
        self._change = np.empty(grid.ny)
        self._share_x, self._share_y = node_shares(grid.dx), node_shares(grid.dy)

    def survey(self, u, v) -> Survey:
        """The survey of a padded velocity; the energy is not finite if any velocity is not."""
        reductions.survey(u, v, self.m.rdx, self.m.rdy, self.grid.dx_p, self.grid.dy_p, self._rows)
        rate, _, divergence = self._rows.max(axis=0)
        return Survey(float(rate), float(self._rows[:, 1].sum()) / self.area, float(divergence))

    def largest_change(self, u, v, u_old, v_old) -> float:
        """Largest change of a velocity component, m/s."""
        reductions.largest_change(u, v, u_old, v_old, self._change)
        return float(self._change.max())

    def budget(self, u, v, nu: float) -> dict[str, float]:
        """Mean momentum, enstrophy and dissipation of a padded velocity with its halo filled."""
        g, m = self.grid, self.m
        reductions.budget(u, v, m.rdxu, m.rdyv, g.dx_p, g.dy_p, self._share_x, self._share_y, self._budget)
        x, y, enstrophy, gradients = (float(s) / self.area for s in self._budget.sum(axis=0))
        return {"momentum_x": x, "momentum_y": y, "enstrophy": enstrophy, "dissipation": nu * gradients}

    def max_speed(self, u, v) -> float:
        """Largest velocity component on a face, m/s."""
        return max(float(np.abs(self.grid.view(q, at)).max()) for q, at in ((u, "x-face"), (v, "y-face")))


def interpolate(grid: Grid, q: np.ndarray, location: str, x: float, y: float) -> float:
    """Bilinear value of a padded array with its halo filled at a point inside the domain."""

    def axis(points, faces, widths, at):
        """Index of the point below, in the padded array, and the weight of the one above."""
        if points is not faces:
            low, high = faces[0] - 0.5 * widths[H - 1], faces[-1] + 0.5 * widths[-H]
            points = np.concatenate([[low], points, [high]])
        low = int(np.clip(np.searchsorted(points, at, side="right") - 1, 0, points.size - 2))
        weight = (at - points[low]) / (points[low + 1] - points[low])
        return low + (H if points is faces else H - 1), weight

    ys, xs = grid.axes(location)
    j, b = axis(ys, grid.y_f, grid.dy_p, y)
    i, a = axis(xs, grid.x_f, grid.dx_p, x)
    low = (1 - a) * q[j, i] + a * q[j, i + 1]
    high = (1 - a) * q[j + 1, i] + a * q[j + 1, i + 1]
    return float((1 - b) * low + b * high)


def probed(
    grid: Grid, probes: list[Probe], quantities: dict[str, tuple[np.ndarray, str]]
) -> dict[str, float]:
    """Values at the probes, by column: ``quantities`` are padded arrays with their halo filled and their locations, by
    the end of the column's name."""
    return {
        f"{probe.name}_{name}": interpolate(grid, q, location, probe.x, probe.y)
        for probe in probes
        for name, (q, location) in quantities.items()
    }
