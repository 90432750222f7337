"""What is stored: the variables of a run, their dimensions, units and names, as netCDF has them."""

from __future__ import annotations

from dataclasses import dataclass

import h5py
import numpy as np

from fluidgrad.field_names import DERIVED, PRIMARY
from fluidgrad.fields import FIELDS
from fluidgrad.grid import LOCATIONS, Grid
from fluidgrad.output.container import read_array, write_array

CONVENTIONS = "CF-1.11"


@dataclass(frozen=True)
class Variable:
    """A stored array: dimensions (slowest first, without time), units, and a name for labels."""

    dims: tuple[str, ...]
    units: str
    long_name: str


CENTRED = {
    "u_c": Variable(LOCATIONS["centre"], "m s-1", "x-velocity at cell centres"),
    "v_c": Variable(LOCATIONS["centre"], "m s-1", "y-velocity at cell centres"),
}
"""Copies of the velocity at the centres, for plotting by other programs; never read back."""

SIDES = {
    "u_bottom": Variable(("x_f",), "m s-1", "x-velocity on the bottom side"),
    "u_top": Variable(("x_f",), "m s-1", "x-velocity on the top side"),
    "v_left": Variable(("y_f",), "m s-1", "y-velocity on the left side"),
    "v_right": Variable(("y_f",), "m s-1", "y-velocity on the right side"),
}

FLOW = (*PRIMARY, *SIDES)
"""The arrays of a :class:`~fluidgrad.flow.Flow`, in every snapshot."""

ALWAYS = (*FLOW, *CENTRED)

TIME_ATTRIBUTES = {"units": "s", "long_name": "time", "standard_name": "time", "axis": "T"}
"""Simulated seconds, not a date."""

STEP_ATTRIBUTES = {"units": "1", "long_name": "number of time steps"}

COORDINATE_ATTRIBUTES = {
    "x": {"units": "m", "long_name": "x at cell centres", "axis": "X"},
    "y": {"units": "m", "long_name": "y at cell centres", "axis": "Y"},
    "x_f": {"units": "m", "long_name": "x at cell faces", "axis": "X", "c_grid_axis_shift": -0.5},
    "y_f": {"units": "m", "long_name": "y at cell faces", "axis": "Y", "c_grid_axis_shift": -0.5},
}
"""The shift tells where the first face lies relative to the first centre, in cells (xgcm reads it)."""


PERIODIC = ("periodic_x", "periodic_y")
"""Attributes of a file that tell whether the sides of its grid are joined."""


def variable(name: str) -> Variable:
    """The description of a variable that a run can store.

    Raises
    ------
    KeyError : there is no variable of that name.
    """
    described = CENTRED.get(name) or SIDES.get(name)
    if described:
        return described
    field = FIELDS[name]
    return Variable(LOCATIONS[field.location], field.units, field.long_name)


def stored_variables(names) -> list[str]:
    """Those of ``names`` that are variables of ours, in our order."""
    present = set(names)
    return [name for name in (*ALWAYS, *DERIVED) if name in present]


def shape(grid: Grid, name: str) -> tuple[int, ...]:
    """Shape of a variable at one instant."""
    return tuple(getattr(grid, dim).size for dim in variable(name).dims)


def write_coordinates(file: h5py.File, grid: Grid) -> None:
    """Store the four coordinates as dimension scales, and whether the sides are joined as attributes."""
    for name, attributes in COORDINATE_ATTRIBUTES.items():
        dataset = write_array(file, name, getattr(grid, name))
        dataset.make_scale(name)
        dataset.attrs.update(attributes)
    for name in PERIODIC:
        file.attrs[name] = np.int32(getattr(grid, name))


def read_grid(file: h5py.File) -> Grid:
    """The grid a file declares; ValueError or KeyError if it declares none that makes sense."""
    x_f, y_f = (read_array(file, name, (None,)).astype(float) for name in ("x_f", "y_f"))
    return Grid(x_f, y_f, **{name: bool(file.attrs[name]) for name in PERIODIC})


def same_grid(a: Grid, b: Grid) -> bool:
    """Whether two grids have the same faces, bit for bit, and the same joined sides."""
    return (
        np.array_equal(a.x_f, b.x_f)
        and np.array_equal(a.y_f, b.y_f)
        and (a.periodic_x, a.periodic_y) == (b.periodic_x, b.periodic_y)
    )


def name_dimensions(dataset: h5py.Dataset, file: h5py.File, dims: tuple[str, ...]) -> None:
    """Attach to each dimension of a dataset the scale of that name in the file."""
    for axis, dim in enumerate(dims):
        dataset.dims[axis].attach_scale(file[dim])


def label(dataset: h5py.Dataset, name: str, leading: tuple[str, ...] = ()) -> None:
    """Name the dimensions of a variable's dataset by attaching the scales, and describe it."""
    described = variable(name)
    name_dimensions(dataset, dataset.file, (*leading, *described.dims))
    dataset.attrs.update({"units": described.units, "long_name": described.long_name})


def write_variable(file: h5py.File, name: str, array: np.ndarray, compression: str) -> None:
    """Store a variable of one instant; time is a scalar coordinate of the file."""
    dataset = write_array(file, name, array, compression)
    label(dataset, name)
    dataset.attrs["coordinates"] = "time step"
