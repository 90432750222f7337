"""The velocity gradient at the cell centres, and products of its components.

The derivatives of a component along itself are differences across the cell, those along the other axis the mean of
what the two faces have, each of second order up to the sides. Faces that a body cuts hold the mean of the fluid's and
the body's velocity (:mod:`fluidgrad.walls`), so beside bodies they are left out: what a cell lacks there is continued
linearly from the fluid cells next to it.

Products of the off-diagonal components are taken at the nodes, where the staggered differences put both, and
averaged. Then the sum over a periodic box of du/dx dv/dy - dv/dx du/dy is zero to round-off (summation by parts on
even cells), as it is for the flow itself, and every vortex criterion is made of the same two products.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fluidgrad.differences import (
    ALONG_X,
    ALONG_Y,
    across_cells,
    across_faces,
    centres,
    continued,
    faces,
    joints_of,
    mean,
    periodic,
    slopes,
)
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid

LEAST_CELLS = 4
"""Cells along an axis from which values on its sides can be done without."""


@dataclass(frozen=True)
class VelocityGradient:
    """Velocity gradient at the centres, (ny, nx) each, 1/s: ``xx`` du/dx, ``xy`` du/dy, ``yx`` dv/dx, ``yy`` dv/dy;
    with the means at the nodes around of the product ``cross`` du/dy dv/dx and the square ``shear`` (du/dy + dv/dx)^2,
    1/s2."""

    xx: np.ndarray
    xy: np.ndarray
    yx: np.ndarray
    yy: np.ndarray
    cross: np.ndarray
    shear: np.ndarray


def velocity_gradient(flow: Flow) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """``(du/dx, du/dy, dv/dx, dv/dy)`` at the cell centres, (ny, nx) each, 1/s; NaN in bodies.

    Second order up to the sides and beside bodies, exact for quadratic velocities.
    """
    flow = without_cut_faces(flow)
    grid = flow.grid
    return (
        completed(across_cells(flow.u, grid, ALONG_X), flow),
        completed(mean(_along_faces(flow.u, (flow.u_bottom, flow.u_top), grid, ALONG_Y), ALONG_X), flow),
        completed(mean(_along_faces(flow.v, (flow.v_left, flow.v_right), grid, ALONG_X), ALONG_Y), flow),
        completed(across_cells(flow.v, grid, ALONG_Y), flow),
    )


def of_flow(flow: Flow) -> VelocityGradient:
    """The velocity gradient of a flow with its products at the nodes; where one of the four nodes is on a side or
    beside a body, those of the components at the centre."""
    xx, xy, yx, yy = velocity_gradient(flow)
    clean = without_cut_faces(flow)
    u, v = clean.padded_velocity()
    du_dy, dv_dx = across_faces(u, flow.grid, ALONG_Y), across_faces(v, flow.grid, ALONG_X)

    def at_centres(product: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
        for axis in (ALONG_X, ALONG_Y):
            clear_sides(product, flow.grid, axis)
        around = mean(mean(product, ALONG_X), ALONG_Y)
        return np.where(np.isnan(around), otherwise, around)

    cross = at_centres(du_dy * dv_dx, xy * yx)
    return VelocityGradient(xx, xy, yx, yy, cross, at_centres((du_dy + dv_dx) ** 2, (xy + yx) ** 2))


def without_cut_faces(flow: Flow) -> Flow:
    """The flow with NaN for what is not the fluid's own: velocity on faces that are not wholly open, everything at
    centres in bodies."""
    if flow.distance is None:
        return flow
    d = flow.distance
    solid = mean(mean(d, ALONG_X), ALONG_Y) < 0
    return replace(
        flow,
        u=np.where(np.minimum(d[:-1], d[1:]) < 0, np.nan, flow.u),
        v=np.where(np.minimum(d[:, :-1], d[:, 1:]) < 0, np.nan, flow.v),
        p=np.where(solid, np.nan, flow.p),
        scalars={name: np.where(solid, np.nan, values) for name, values in flow.scalars.items()},
    )


def completed(values: np.ndarray, flow: Flow) -> np.ndarray:
    """Values at the centres whose NaN in fluid cells are continued linearly from those around; NaN in bodies."""
    if flow.distance is None and not np.isnan(values).any():
        return values
    fluid = np.zeros(flow.grid.shape("centre"))
    return continued(values, flow.grid, joints_of(fluid, flow.grid, flow.distance))


def clear_sides(values: np.ndarray, grid: Grid, axis: int) -> None:
    """Set values on the sides across an axis to NaN, unless they are periodic or there is too little inside."""
    if not periodic(grid, axis) and centres(grid, axis).size >= LEAST_CELLS:
        lines = np.moveaxis(values, axis, 0)
        lines[0] = lines[-1] = np.nan


def _along_faces(values: np.ndarray, ends: tuple, grid: Grid, axis: int) -> np.ndarray:
    """Derivative along an axis of a velocity component that lives on faces along the other one.

    On a side that is not periodic its tangential velocity is one more value, half a cell away. A side that has the
    velocity beside it (slip, outflow) tells only that it has no friction; there the derivative is from inside.
    """
    lines, places = np.moveaxis(values, axis, 0), centres(grid, axis)
    length = faces(grid, axis)[-1] - faces(grid, axis)[0]
    present = ~np.isnan(lines)
    between = present[:-1] & present[1:]
    if periodic(grid, axis):
        rim = present[:1] & present[-1:]
        return np.moveaxis(
            slopes(lines, places, np.concatenate([rim, between, rim]), length).first(), 0, axis
        )
    low, high = (np.asarray(end)[None] for end in ends)
    closed = np.zeros_like(low, dtype=bool)
    held = [(low != lines[:1]) & present[:1]], [(high != lines[-1:]) & present[-1:]]
    joined = np.concatenate([closed, *held[0], between, *held[1], closed])
    x = np.concatenate([faces(grid, axis)[:1], places, faces(grid, axis)[-1:]])
    padded = np.concatenate([low, lines, high])
    return np.moveaxis(slopes(padded, x, joined, 2 * length).first()[1:-1], 0, axis)
