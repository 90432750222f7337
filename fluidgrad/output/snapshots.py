"""Snapshots: one file per instant, readable by itself, never changed once written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import h5py
import numpy as np

from fluidgrad import fields
from fluidgrad.errors import StorageError
from fluidgrad.fields import ScalarUnits
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid
from fluidgrad.output import schema
from fluidgrad.output.atomic import storage_errors
from fluidgrad.output.container import build, child, open_in_place, open_sealed, read_array, write_array

DIRECTORY = "snapshots"
PARTICLES = "particles"
"""Group of a snapshot with one group for each set of particles, which holds their attributes."""

_NAME = re.compile(r"(\d{6,})\.h5")


@dataclass(frozen=True)
class Recipe:
    """What goes into every snapshot of a run and how: the grid, derived fields, precision, compression, the
    transported scalars, and whether there are bodies."""

    grid: Grid
    derived: tuple[str, ...] = ()
    precision: str = "float64"
    compression: str = "none"
    title: str = ""
    scalars: ScalarUnits = field(default_factory=dict)
    bodies: bool = False

    @cached_property
    def variables(self) -> dict[str, schema.Variable]:
        """The variables in each snapshot, by name."""
        names = {*schema.of_flow(self.scalars, self.bodies), *schema.CENTRED, *self.derived}
        return {
            name: schema.variable(name, self.scalars) for name in schema.stored_variables(names, self.scalars)
        }


@dataclass(frozen=True)
class Snapshot:
    """What a snapshot file holds: its instant, the names and types of its variables, and which of them are
    transported scalars."""

    time: float
    step: int
    grid: Grid
    variables: dict[str, str]
    scalars: dict[str, tuple[str, str]]


def file_name(index: int) -> str:
    """Path of a snapshot relative to the run directory."""
    return f"{DIRECTORY}/{index:06d}.h5"


def list_snapshots(directory: Path) -> list[int]:
    """Indices of the snapshots in a run directory, increasing; empty if there are none."""
    with storage_errors(directory, "read"):
        folder = directory / DIRECTORY
        names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    return sorted(int(match[1]) for match in map(_NAME.fullmatch, names) if match)


def snapshot_image(flow: Flow, index: int, recipe: Recipe) -> bytes:
    """The bytes of a snapshot file."""

    def fill(file: h5py.File) -> None:
        schema.write_coordinates(file, recipe.grid)
        file.create_dataset("time", data=float(flow.time)).attrs.update(schema.TIME_ATTRIBUTES)
        file.create_dataset("step", data=np.int64(flow.step)).attrs.update(schema.STEP_ATTRIBUTES)
        for name, about in recipe.variables.items():
            array = values_of(flow, name, recipe.scalars).astype(recipe.precision)
            schema.write_variable(file, name, about, array, recipe.compression)
        for name, attributes in flow.particles.items():
            group = file.require_group(f"{PARTICLES}/{name}")
            for key, values in attributes.items():
                write_array(group, key, values, recipe.compression)
        schema.write_scalar_names(file, recipe.scalars)
        file.attrs.update({"Conventions": schema.CONVENTIONS, "title": recipe.title, "snapshot": index})

    return build(fill)


def values_of(flow: Flow, name: str, scalars: ScalarUnits) -> np.ndarray:
    """A variable of a flow, with these transported scalars, at its own place."""
    if name in schema.SIDES or name in schema.DISTANCE:
        return getattr(flow, name)
    if name in schema.CENTRED:
        return fields.at_centres(flow, name.removesuffix("_c"))
    for scalar in scalars:
        for side, stored in fields.side_values(scalar).items():
            if name == stored:
                return flow.scalar_sides[scalar][side]
    return fields.compute(flow, name)


def read_snapshot(path: Path) -> Snapshot:
    """What the snapshot file at ``path`` holds; StorageError if it is damaged or not a snapshot."""
    with open_sealed(path) as file:
        return _describe(file)


def _describe(file: h5py.File) -> Snapshot:
    grid, scalars = schema.read_grid(file), schema.read_scalars(file)
    names = schema.stored_variables(file, scalars)
    if missing := set(schema.of_flow(scalars, bodies=False)) - set(names):
        raise ValueError(f"no {', '.join(sorted(missing))} in it")
    types = {name: str(child(file, name, h5py.Dataset).dtype) for name in names}
    time, step = read_array(file, "time", ()), read_array(file, "step", (), "i")
    return Snapshot(float(time), int(step), grid, types, scalars)


def _read(file: h5py.File, path: Path, snapshot: Snapshot, grid: Grid, names) -> dict[str, np.ndarray]:
    """Variables in an open snapshot, in float64, after a look at its grid."""
    if not snapshot.grid.matches(grid):
        raise StorageError(f"{path} is on another grid than the rest of the run")
    shapes = {name: schema.shape(grid, schema.variable(name, snapshot.scalars)) for name in names}
    arrays = {name: read_array(file, name, shape) for name, shape in shapes.items()}
    return {name: array.astype(float, copy=False) for name, array in arrays.items()}


def read_variable(path: Path, grid: Grid, name: str) -> np.ndarray:
    """One variable of a snapshot in float64.

    Raises
    ------
    StorageError : the file is missing or damaged, is on another grid, or lacks the variable.
    """
    with open_sealed(path) as file:
        return _read(file, path, _describe(file), grid, [name])[name]


def read_parts(path: Path, grid: Grid, name: str, parts: Iterable[tuple]) -> list[np.ndarray]:
    """Parts of one variable of a snapshot in float64, each as an index says, without reading the rest of the file.

    Raises
    ------
    StorageError : the file is missing, what is read of it is damaged, or it lacks the variable.
    """
    with open_in_place(path) as file:
        shape = schema.shape(grid, schema.variable(name, schema.read_scalars(file)))
        return [read_array(file, name, shape, part=part).astype(float, copy=False) for part in parts]


def _read_particles(file: h5py.File) -> dict[str, dict[str, np.ndarray]]:
    """All sets of particles in an open snapshot."""
    if PARTICLES not in file:
        return {}
    sets = child(file, PARTICLES, h5py.Group)
    found = {}
    for name in sets:
        group = child(sets, name, h5py.Group)
        found[name] = {key: read_array(group, key, (None,), "fiub") for key in group}
        if len({values.size for values in found[name].values()}) > 1 or not {"x", "y"} <= found[name].keys():
            raise ValueError(f"{PARTICLES}/{name} is not a set of particles")
    return found


def read_flow(path: Path, grid: Grid) -> Flow:
    """The flow in a snapshot file, on ``grid``; errors as :func:`read_variable`."""
    with open_sealed(path) as file:
        snapshot = _describe(file)
        scalars, bodies = snapshot.scalars, "distance" in snapshot.variables
        arrays = _read(file, path, snapshot, grid, schema.of_flow(scalars, bodies))
        particles = _read_particles(file)
    return Flow(
        grid=grid,
        time=snapshot.time,
        step=snapshot.step,
        **{name: arrays[name] for name in schema.of_flow({}, bodies)},
        scalars={name: arrays[name] for name in scalars},
        scalar_sides={
            name: {side: arrays[stored] for side, stored in fields.side_values(name).items()}
            for name in scalars
        },
        scalar_units=scalars,
        particles=particles,
    )
