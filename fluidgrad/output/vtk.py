"""The group ``/VTKHDF`` in ``run.h5``, by which ParaView opens a run on a uniform grid.

A plane image with values in the cells that change with time (VTKHDF 2.0). Nothing is stored twice: the
centred scalars are hard links to the variables, the velocity vector points to its components.
"""

from __future__ import annotations

import h5py
import numpy as np

from fluidgrad.output import schema
from fluidgrad.output.container import write_array
from fluidgrad.output.snapshots import Recipe
from fluidgrad.output.virtual import THIS_FILE, Piece, create_virtual

GROUP = "VTKHDF"


_HOLDERS: dict[tuple[str, ...], str] = {("y", "x"): "CellData", ("y_f", "x_f"): "PointData"}
"""Dimensions of a variable -> what carries it in VTK's image; those on faces have no place there."""


def write_vtkhdf(file: h5py.File, recipe: Recipe, times: list[float]) -> None:
    """Add the group to ``run.h5``, whose virtual datasets must be there already."""
    grid = recipe.grid
    group = file.create_group(GROUP)
    group.attrs["Version"] = np.array([2, 0], np.int64)
    group.attrs["Type"] = np.bytes_("ImageData")
    group.attrs["WholeExtent"] = np.array([0, grid.nx, 0, grid.ny, 0, 0], np.int64)
    group.attrs["Origin"] = np.array([grid.x_f[0], grid.y_f[0], 0.0])
    group.attrs["Spacing"] = np.array([grid.length_x / grid.nx, grid.length_y / grid.ny, 1.0])
    group.attrs["Direction"] = np.eye(3).ravel()
    _write_velocity(file, group, (len(times), grid.ny, grid.nx), recipe.precision)
    for name, about in recipe.variables.items():
        holder = _HOLDERS.get(about.dims)
        if holder and name not in schema.CENTRED:
            group.require_group(holder)[name] = file[name]
    _write_steps(file, group, times)


def _write_velocity(file: h5py.File, group: h5py.Group, shape: tuple[int, ...], dtype: str) -> None:
    """A virtual dataset (time, y, x, component) over the centred velocity in the same file.

    The zeros have a dataset of their own, never written, because what is missing must read as NaN.
    """
    component = write_array(group, "component", np.arange(3))
    component.make_scale("component")
    zero = group.create_dataset("zero", shape, dtype, fillvalue=0)
    pieces = (
        Piece((0, 0, 0, k), (*shape, 1), THIS_FILE, name, shape)
        for k, name in enumerate(("/u_c", "/v_c", zero.name))
    )
    velocity = create_virtual(group.create_group("CellData"), "velocity", (*shape, 3), dtype, pieces)
    schema.name_dimensions(zero, file, ("time", "y", "x"))
    schema.name_dimensions(velocity, file, ("time", "y", "x", component.name))


def _write_steps(file: h5py.File, group: h5py.Group, times: list[float]) -> None:
    """The times, and for each array which of its slices belongs to which time: the one of the same number."""
    steps = group.create_group("Steps")
    steps.attrs["NSteps"] = np.int64(len(times))
    steps["Values"] = np.array(times, float)
    schema.name_dimensions(steps["Values"], file, ("time",))
    for holder in filter(group.__contains__, _HOLDERS.values()):
        for name in group[holder]:
            offsets = steps.create_dataset(f"{holder}Offsets/{name}", data=np.arange(len(times)))
            schema.name_dimensions(offsets, file, ("time",))
