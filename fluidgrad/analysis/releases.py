"""Places from which particles are released: lines, grids, regions."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fluidgrad.errors import ConfigError
from fluidgrad.expressions import Formula

Point = tuple[float, float]
Window = tuple[float, float, float, float]


def line_of_points(first: Point, last: Point, count: int) -> tuple[np.ndarray, np.ndarray]:
    """``count`` points x, y (m), evenly spaced from one to another, both included."""
    if count < 2:
        raise ConfigError(f"count: {count} points given; a line has at least 2")
    return np.linspace(first[0], last[0], count), np.linspace(first[1], last[1], count)


def grid_of_points(window: Window, nx: int, ny: int) -> tuple[np.ndarray, np.ndarray]:
    """Points x, y (nx ny,) in m at the centres of nx by ny equal parts of a window (left, right, bottom, top)."""
    left, right, bottom, top = window
    if not (left < right and bottom < top and min(nx, ny) >= 1):
        raise ConfigError(
            f"a grid of {nx} x {ny} points from {left:g} to {right:g}, {bottom:g} to {top:g} m has none"
        )
    x, y = ((np.arange(n) + 0.5) / n for n in (nx, ny))
    mesh = np.meshgrid(left + (right - left) * x, bottom + (top - bottom) * y)
    return mesh[0].ravel(), mesh[1].ravel()


def points_where(
    region: str, window: Window, nx: int, ny: int, constants: Mapping[str, float] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The points of :func:`grid_of_points` at which a formula of x and y holds, such as ``x^2 + y^2 < 1``.

    Raises
    ------
    fluidgrad.expressions.FormulaError : the formula cannot be read.
    """
    x, y = grid_of_points(window, nx, ny)
    holds = np.nan_to_num(
        np.broadcast_to(Formula(region, ("x", "y"), constants, where="region")(x=x, y=y), x.shape)
    )
    return x[holds != 0], y[holds != 0]
