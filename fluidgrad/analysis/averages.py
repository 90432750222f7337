"""Averages over the domain: what share of it belongs to each value."""

from __future__ import annotations

import numpy as np

from fluidgrad.grid import LOCATIONS, Grid, node_shares


def shares(grid: Grid, dim: str) -> np.ndarray:
    """Extent (m) of the domain that belongs to each coordinate of an axis ``x``, ``y``, ``x_f`` or ``y_f``: the
    width of a cell, or half of those on either side of a face."""
    widths = grid.dx if dim.startswith("x") else grid.dy
    return node_shares(widths) if dim.endswith("_f") else widths


def areas(grid: Grid, location: str) -> np.ndarray:
    """Area (m2) of the domain that belongs to each value of a location, plain shape; their sum is the domain.

    Where sides are joined the first and the last face are one place, and each has half of its share.
    """
    return np.outer(*(shares(grid, dim) for dim in LOCATIONS[location]))
