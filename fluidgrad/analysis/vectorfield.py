"""Smooth vector fields with their derivatives, from values on a grid: what topology is found in.

Cubic splines (twice differentiable, fourth order) through the values where they live: each velocity component of a
:class:`~fluidgrad.flow.Flow` through its own faces and its values on the sides, a scalar through its centres. A
periodic axis is continued by whole wraps.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from fluidgrad.analysis.masking import continued, without_solids
from fluidgrad.errors import ConfigError
from fluidgrad.fields import at_centres
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid

WRAPS = 24
"""Points by which a periodic axis is continued; a spline forgets a factor 3.7 per point."""


@dataclass(frozen=True, eq=False)
class Frame:
    """The rectangle in which a field is known: lines of the grid along both axes (m), and periods, 0 for none."""

    x: np.ndarray
    y: np.ndarray
    period_x: float = 0.0
    period_y: float = 0.0

    @cached_property
    def start(self) -> np.ndarray:
        return np.array([self.x[0], self.y[0]])

    @cached_property
    def end(self) -> np.ndarray:
        return np.array([self.x[-1], self.y[-1]])

    @cached_property
    def periods(self) -> np.ndarray:
        return np.array([self.period_x, self.period_y])

    @cached_property
    def cell(self) -> float:
        """Mean size of the cells, m."""
        return float(np.sqrt(np.ptp(self.x) * np.ptp(self.y) / ((self.x.size - 1) * (self.y.size - 1))))

    def confined(self, points: np.ndarray) -> np.ndarray:
        """Points (n, 2) brought into the rectangle: by whole periods, else to the nearest side."""
        inside = np.minimum(np.maximum(points, self.start), self.end)
        if not self.periods.any():
            return inside
        wrapped = self.start + (points - self.start) % np.where(self.periods > 0, self.periods, 1.0)
        return np.where(self.periods > 0, wrapped, inside)

    def contains(self, points: np.ndarray, slack: float = 0.0) -> np.ndarray:
        """Which points (n, 2) are inside, up to ``slack`` (m) beyond; on a periodic axis all are."""
        within = (points >= self.start - slack) & (points <= self.end + slack)
        return (within | (self.periods > 0)).all(axis=1)


class VectorField(Protocol):
    """A vector field known in a frame. Points are (n, 2) in the frame."""

    frame: Frame

    def values(self, points: np.ndarray) -> np.ndarray:
        """The vectors, (n, 2)."""

    def gradients(self, points: np.ndarray) -> np.ndarray:
        """The derivatives (n, 2, 2): row the component, column the direction."""

    def on_lines(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Both components where increasing lines x and y meet, (y.size, x.size) each."""


class Spline:
    """The bicubic spline through values (y.size, x.size) at points x and y, without the end of a period."""

    def __init__(self, values: np.ndarray, x: np.ndarray, y: np.ndarray, periods=(0.0, 0.0)) -> None:
        from scipy.interpolate import RectBivariateSpline

        values, x = _continue(np.asarray(values, float), np.asarray(x, float), periods[0], axis=1)
        values, y = _continue(values, np.asarray(y, float), periods[1], axis=0)
        if not np.isfinite(values).all():
            raise ConfigError("a smooth field is wanted, but some of its values are not finite numbers")
        if min(values.shape) < 4:
            raise ConfigError("a smooth field needs at least four values along either axis")
        self._spline = RectBivariateSpline(x, y, values.T, kx=3, ky=3, s=0)

    def at(self, points: np.ndarray, along_x: int = 0, along_y: int = 0) -> np.ndarray:
        """Values, or derivatives of these orders, at points (n, 2)."""
        return self._spline.ev(points[:, 0], points[:, 1], dx=along_x, dy=along_y)

    def on_lines(self, x: np.ndarray, y: np.ndarray, along_x: int = 0, along_y: int = 0) -> np.ndarray:
        return self._spline(x, y, dx=along_x, dy=along_y).T


def _continue(
    values: np.ndarray, points: np.ndarray, period: float, axis: int
) -> tuple[np.ndarray, np.ndarray]:
    if not period:
        return values, points
    n = points.size
    copies = np.arange(-WRAPS, n + WRAPS)
    return np.take(values, copies % n, axis=axis), points[copies % n] + period * (copies // n)


class PairField:
    """A vector field of two splines."""

    def __init__(self, first: Spline, second: Spline, frame: Frame) -> None:
        self.first, self.second, self.frame = first, second, frame

    def values(self, points: np.ndarray) -> np.ndarray:
        return np.column_stack([self.first.at(points), self.second.at(points)])

    def gradients(self, points: np.ndarray) -> np.ndarray:
        rows = [
            np.column_stack([part.at(points, 1), part.at(points, 0, 1)]) for part in (self.first, self.second)
        ]
        return np.stack(rows, axis=1)

    def on_lines(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.first.on_lines(x, y), self.second.on_lines(x, y)


class GradientField:
    """The gradient of a spline."""

    def __init__(self, scalar: Spline, frame: Frame) -> None:
        self.scalar, self.frame = scalar, frame

    def values(self, points: np.ndarray) -> np.ndarray:
        return np.column_stack([self.scalar.at(points, 1), self.scalar.at(points, 0, 1)])

    def gradients(self, points: np.ndarray) -> np.ndarray:
        xx, xy, yy = (self.scalar.at(points, *orders) for orders in ((2, 0), (1, 1), (0, 2)))
        return np.stack([np.column_stack([xx, xy]), np.column_stack([xy, yy])], axis=1)

    def on_lines(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.scalar.on_lines(x, y, 1), self.scalar.on_lines(x, y, 0, 1)


def _periods(grid: Grid) -> tuple[float, float]:
    return grid.length_x * grid.periodic_x, grid.length_y * grid.periodic_y


def velocity_field(flow: Flow) -> PairField:
    """The velocity of a flow up to its sides."""
    grid, periods = flow.grid, _periods(flow.grid)
    u, x_u, y_u = flow.u, grid.x_f, grid.y
    v, x_v, y_v = flow.v, grid.x, grid.y_f
    if not grid.periodic_y:
        u, y_u = np.vstack([flow.u_bottom, u, flow.u_top]), _with_ends(grid.y, grid.y_f)
    if not grid.periodic_x:
        v, x_v = np.column_stack([flow.v_left, v, flow.v_right]), _with_ends(grid.x, grid.x_f)
    if grid.periodic_x:
        u, x_u = u[:, :-1], x_u[:-1]
    if grid.periodic_y:
        v, y_v = v[:-1], y_v[:-1]
    frame = Frame(grid.x_f, grid.y_f, *periods)
    return PairField(Spline(u, x_u, y_u, periods), Spline(v, x_v, y_v, periods), frame)


def _with_ends(centres: np.ndarray, faces: np.ndarray) -> np.ndarray:
    return np.concatenate([faces[:1], centres, faces[-1:]])


def gradient_field(flow: Flow, name: str) -> GradientField:
    """The gradient of a field of a flow between the outermost centres; up to a periodic side."""
    grid, periods = flow.grid, _periods(flow.grid)
    values = continued(at_centres(without_solids(flow), name), grid)
    x = grid.x_f if grid.periodic_x else grid.x
    y = grid.y_f if grid.periodic_y else grid.y
    return GradientField(Spline(values, grid.x, grid.y, periods), Frame(x, y, *periods))


def array_field(fx, fy, x, y, periods: tuple[float, float] = (0.0, 0.0)) -> PairField:
    """The vector field with components (y.size, x.size) at increasing points x and y; on a periodic axis (its period
    in m) the end of the period is left out."""
    x, y, fx, fy = (np.asarray(q, float) for q in (x, y, fx, fy))
    if fx.shape != (y.size, x.size) or fy.shape != fx.shape:
        raise ConfigError(
            f"components of shapes {fx.shape} and {fy.shape} do not fit {y.size} points y and {x.size} points x"
        )
    lines = [np.append(p, p[0] + period) if period else p for p, period in zip((x, y), periods, strict=True)]
    return PairField(Spline(fx, x, y, periods), Spline(fy, x, y, periods), Frame(*lines, *periods))
