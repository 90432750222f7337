"""What is stored: the variables of a run, their dimensions, units and names, as netCDF has them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import h5py
import numpy as np

from fluidgrad.fields import NO_SCALARS, PRIMARY, ScalarUnits, derived, find, is_reserved, known, side_values
from fluidgrad.grid import LOCATIONS, Grid
from fluidgrad.output.container import child, read_array, write_array

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

DISTANCE = {
    "distance": Variable(LOCATIONS["node"], "m", "signed distance from the nearest wall, negative in bodies"),
}
"""In the snapshots of runs with bodies."""

FLOW = (*PRIMARY, *SIDES)
"""The arrays of a :class:`~fluidgrad.flow.Flow` in every snapshot."""

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


SCALARS = "scalars"
"""Attribute of a file with the names of the transported scalars in it; left out if there are none."""

_SCALAR_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")


def variables(scalars: ScalarUnits = NO_SCALARS) -> dict[str, Variable]:
    """All variables that a run with these transported scalars can store, by name, in our order; the patterns of fields
    (:data:`fluidgrad.fields.PATTERNS`) come in addition."""
    fields = {
        name: Variable(LOCATIONS[field.location], field.units, field.long_name)
        for name, field in known(scalars).items()
    }
    primary = {name: fields[name] for name in PRIMARY}
    table = primary | SIDES | CENTRED | DISTANCE
    for name in scalars:
        table[name] = fields[name]
        for side, stored in side_values(name).items():
            dims = ("y",) if side in ("left", "right") else ("x",)
            table[stored] = Variable(dims, fields[name].units, f"{fields[name].long_name}, {side} side")
    return table | {name: fields[name] for name in derived(scalars)}


def variable(name: str, scalars: ScalarUnits = NO_SCALARS) -> Variable:
    """The description of a variable that a run can store.

    Raises
    ------
    KeyError : there is no variable of that name.
    """
    there = variables(scalars)
    return there[name] if name in there else _of_pattern(name, scalars)


def _of_pattern(name: str, scalars: ScalarUnits) -> Variable:
    field = find(name, scalars)
    if field is None:
        raise KeyError(name)
    return Variable(LOCATIONS[field.location], field.units, field.long_name)


def stored_variables(names, scalars: ScalarUnits = NO_SCALARS) -> list[str]:
    """Those of ``names`` that are variables of ours, in our order."""
    present, plain = set(names), variables(scalars)
    others = sorted(name for name in present - plain.keys() if find(name, scalars) is not None)
    return [name for name in plain if name in present] + others


def of_flow(scalars: ScalarUnits, bodies: bool) -> list[str]:
    """The variables that a flow is made of, those of scalars and bodies included."""
    stored = [name for scalar in scalars for name in (scalar, *side_values(scalar).values())]
    return [*FLOW, *(DISTANCE if bodies else ()), *stored]


def on_sides(scalars: ScalarUnits) -> set[str]:
    """The variables that hold values on the sides of the domain."""
    return {*SIDES, *(name for scalar in scalars for name in side_values(scalar).values())}


def shape(grid: Grid, described: Variable) -> tuple[int, ...]:
    """Shape of a variable at one instant."""
    return tuple(getattr(grid, dim).size for dim in described.dims)


def attributes(grid: Grid, scalars: ScalarUnits) -> dict[str, int | str]:
    """What the attributes of a file or a dataset tell of its grid and its scalars."""
    joined = {name: int(getattr(grid, name)) for name in PERIODIC}
    return joined | ({SCALARS: " ".join(scalars)} if scalars else {})


def write_scalar_names(file: h5py.File, scalars: ScalarUnits) -> None:
    """Store which variables are transported scalars."""
    if scalars:
        file.attrs[SCALARS] = " ".join(scalars)


def read_scalars(file: h5py.File) -> dict[str, tuple[str, str]]:
    """The transported scalars in a file with their units and names; ValueError if a name is not usable."""
    names = str(file.attrs.get(SCALARS, "")).split()
    for name in names:
        if not _SCALAR_NAME.fullmatch(name) or is_reserved(name):
            raise ValueError(f"{name!r} cannot be the name of a scalar")
    described = {name: child(file, name, h5py.Dataset).attrs for name in names}
    return {
        name: tuple(str(about.get(key, default)) for key, default in (("units", "1"), ("long_name", "")))
        for name, about in described.items()
    }


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


def name_dimensions(dataset: h5py.Dataset, file: h5py.File, dims: tuple[str, ...]) -> None:
    """Attach to each dimension of a dataset the scale of that name in the file."""
    for axis, dim in enumerate(dims):
        dataset.dims[axis].attach_scale(file[dim])


def label(dataset: h5py.Dataset, described: Variable, leading: tuple[str, ...] = ()) -> None:
    """Name the dimensions of a variable's dataset by attaching the scales, and describe it."""
    name_dimensions(dataset, dataset.file, (*leading, *described.dims))
    dataset.attrs.update({"units": described.units, "long_name": described.long_name})


def write_variable(
    file: h5py.File, name: str, described: Variable, array: np.ndarray, compression: str
) -> None:
    """Store a variable of one instant; time is a scalar coordinate of the file."""
    dataset = write_array(file, name, array, compression)
    label(dataset, described)
    dataset.attrs["coordinates"] = "time step"
