"""Fields beside and inside bodies.

Inside a body the velocity is the body's own motion, which continues that of the fluid. Of all other fields
nothing from inside may be taken for the fluid's: pressure, scalars, and differences that reach into a body are left
out there (:func:`visible`), and where values are needed up to the wall, which lies within a cell, those of the
fluid are continued (:func:`drawable`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fluidgrad.fields import Field, gradient_at_centres, solid_mask
from fluidgrad.flow import Flow
from fluidgrad.grid import LOCATIONS, Grid

LAYERS = 3
"""How deep, in cells, values are continued into a body; interpolation needs one or two."""

CONTINUOUS = frozenset(("u", "v", "speed", "kinetic_energy", "divergence", "streamfunction"))
"""Fields whose values are right across the walls of bodies."""


def without_solids(flow: Flow) -> Flow:
    """The flow with NaN for everything in bodies, and so for every difference that reaches into one."""
    if flow.distance is None:
        return flow
    x_face, y_face, centre = (solid_mask(flow, at) for at in ("x-face", "y-face", "centre"))
    return replace(
        flow,
        u=np.where(x_face, np.nan, flow.u),
        v=np.where(y_face, np.nan, flow.v),
        p=np.where(centre, np.nan, flow.p),
        scalars={name: np.where(centre, np.nan, values) for name, values in flow.scalars.items()},
    )


def visible(flow: Flow, field: Field) -> np.ndarray:
    """Values of a field at its own location, NaN where a body hides or spoils them."""
    if flow.distance is None:
        return field.function(flow)
    values = field.function(flow if field.name in CONTINUOUS else without_solids(flow))
    return np.where(solid_mask(flow, field.location), np.nan, values)


def drawable(flow: Flow, field: Field) -> np.ndarray:
    """Values of a field at its own location, fit for interpolation up to the walls."""
    if flow.distance is None or field.name in CONTINUOUS:
        return field.function(flow)
    return continued(visible(flow, field), flow.grid, field.location)


def drawable_gradient(flow: Flow, field: Field) -> tuple[np.ndarray, np.ndarray]:
    """Gradient of a field at the centres, fit for interpolation up to the walls."""
    along_x, along_y = gradient_at_centres(flow, field.name)
    return continued(along_x, flow.grid), continued(along_y, flow.grid)


def continued(values: np.ndarray, grid: Grid | None = None, location: str = "centre") -> np.ndarray:
    """An array (ny, nx) whose NaN are replaced: next to values, and :data:`LAYERS` deep, by the mean of the values
    around, beyond by the mean of all. With the grid that they are on, also across periodic sides."""
    empty = np.isnan(values)
    if not empty.any():
        return values
    if empty.all():
        return np.zeros_like(values)
    padded = np.pad(values, 1, constant_values=np.nan)
    known = np.pad(~empty, 1)
    joined = [] if grid is None else _joined(grid, location)
    for _ in range(LAYERS):
        for axis, step in joined:
            for array in (padded, known):
                lines = np.moveaxis(array, axis, 0)
                lines[0], lines[-1] = lines[-1 - step], lines[step]
        rows = known[:-2] | known[1:-1] | known[2:]
        beside = rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:]
        j, i = np.nonzero(beside & ~known[1:-1, 1:-1])
        around = np.stack([padded[j + dj, i + di] for dj in range(3) for di in range(3)])
        padded[j + 1, i + 1] = np.nanmean(around, axis=0)
        known[j + 1, i + 1] = True
    values = padded[1:-1, 1:-1].copy()
    values[np.isnan(values)] = np.nanmean(values)
    return values


def _joined(grid: Grid, location: str) -> list[tuple[int, int]]:
    """Periodic axes, and how far from the outermost value of an axis is the one that is beyond the other end: the first
    or last centre, or the face after or before the one that both ends share."""
    dims = LOCATIONS[location]
    return [
        (axis, 2 if dims[axis].endswith("_f") else 1)
        for axis, periodic in ((0, grid.periodic_y), (1, grid.periodic_x))
        if periodic
    ]
