"""Snapshots: one file per instant, readable by itself, never changed once written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from fluidgrad import fields
from fluidgrad.errors import StorageError
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid
from fluidgrad.output import schema
from fluidgrad.output.atomic import storage_errors
from fluidgrad.output.container import build, child, open_sealed, read_array

DIRECTORY = "snapshots"
_NAME = re.compile(r"(\d{6,})\.h5")


@dataclass(frozen=True)
class Recipe:
    """What goes into every snapshot of a run and how: the grid, derived fields, precision, compression."""

    grid: Grid
    derived: tuple[str, ...] = ()
    precision: str = "float64"
    compression: str = "none"
    title: str = ""

    @property
    def variables(self) -> tuple[str, ...]:
        return (*schema.ALWAYS, *self.derived)


@dataclass(frozen=True)
class Snapshot:
    """What a snapshot file holds: its instant and the names and types of its variables."""

    time: float
    step: int
    grid: Grid
    variables: dict[str, str]


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
        for name, array in _arrays(flow, recipe.derived).items():
            schema.write_variable(file, name, array.astype(recipe.precision), recipe.compression)
        file.attrs.update({"Conventions": schema.CONVENTIONS, "title": recipe.title, "snapshot": index})

    return build(fill)


def _arrays(flow: Flow, derived: tuple[str, ...]) -> dict[str, np.ndarray]:
    u_c, v_c = fields.velocity_at_centres(flow)
    arrays = {name: getattr(flow, name) for name in schema.FLOW} | {"u_c": u_c, "v_c": v_c}
    return arrays | {name: fields.compute(flow, name) for name in derived}


def read_snapshot(path: Path) -> Snapshot:
    """What the snapshot file at ``path`` holds; StorageError if it is damaged or not a snapshot."""
    with open_sealed(path) as file:
        return _describe(file)


def _describe(file: h5py.File) -> Snapshot:
    grid = schema.read_grid(file)
    names = schema.stored_variables(file)
    if missing := set(schema.FLOW) - set(names):
        raise ValueError(f"no {', '.join(sorted(missing))} in it")
    types = {name: str(child(file, name, h5py.Dataset).dtype) for name in names}
    time, step = read_array(file, "time", ()), read_array(file, "step", (), "i")
    return Snapshot(float(time), int(step), grid, types)


def read_variables(path: Path, grid: Grid, names) -> tuple[Snapshot, dict[str, np.ndarray]]:
    """Variables of a snapshot in float64, and what else the file says.

    Raises
    ------
    StorageError : the file is missing or damaged, is on another grid, or lacks a variable.
    """
    with open_sealed(path) as file:
        snapshot = _describe(file)
        if not schema.same_grid(snapshot.grid, grid):
            raise StorageError(f"{path} is on another grid than the rest of the run")
        arrays = {name: read_array(file, name, schema.shape(grid, name)) for name in names}
    return snapshot, {name: array.astype(float, copy=False) for name, array in arrays.items()}


def read_flow(path: Path, grid: Grid) -> Flow:
    """The flow in a snapshot file, on ``grid``; errors as :func:`read_variables`."""
    snapshot, arrays = read_variables(path, grid, schema.FLOW)
    return Flow(grid=grid, time=snapshot.time, step=snapshot.step, **arrays)
