"""``run.h5``: all snapshots of a run as one file.

It holds no fields but *virtual* datasets that point to the snapshot files, so it is small and is made anew,
in one piece, after each snapshot. What it does hold: coordinates, times, the time series, the configuration,
and how the run came about. A snapshot that has gone missing reads as NaN, never as zeros.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from fluidgrad.grid import Grid
from fluidgrad.output import schema, vtk
from fluidgrad.output.container import build, open_sealed, read_array, write_array
from fluidgrad.output.series import Series, read_series
from fluidgrad.output.snapshots import Recipe, file_name
from fluidgrad.output.virtual import Piece, create_virtual

NAME = "run.h5"
_CONFIG = "config"

_OWN_ATTRIBUTES = {_CONFIG, "Conventions", schema.SCALARS, *schema.PERIODIC}
"""Attributes of the file that are not provenance."""


@dataclass
class Index:
    """What ``run.h5`` says: instants of the snapshots, grid, stored variables and which of them are
    transported scalars, provenance, series."""

    grid: Grid
    instants: dict[int, tuple[float, int]]
    """Index of a snapshot -> its time and step."""
    variables: list[str]
    scalars: dict[str, tuple[str, str]]
    attributes: dict[str, Any]
    config_text: str
    series: dict[str, np.ndarray] = field(default_factory=dict)
    series_units: dict[str, tuple[str, str]] = field(default_factory=dict)


def index_image(
    recipe: Recipe,
    instants: dict[int, tuple[float, int]],
    series: Series,
    attributes: dict[str, Any],
    config_text: str,
) -> bytes:
    """The bytes of ``run.h5`` for the snapshots in ``instants``."""

    def fill(file: h5py.File) -> None:
        provenance = {key: value for key, value in sorted(attributes.items()) if key not in _OWN_ATTRIBUTES}
        file.attrs.update({**provenance, "Conventions": schema.CONVENTIONS, _CONFIG: config_text})
        schema.write_coordinates(file, recipe.grid)
        _write_instants(file, instants)
        for name, about in recipe.variables.items():
            _write_virtual(file, name, about, list(instants), recipe)
        schema.write_scalar_names(file, recipe.scalars)
        series.write(file)
        if recipe.grid.uniform_x and recipe.grid.uniform_y:
            vtk.write_vtkhdf(file, recipe, [time for time, _ in instants.values()])

    return build(fill)


def _write_instants(file: h5py.File, instants: dict[int, tuple[float, int]]) -> None:
    time = write_array(file, "time", np.array([t for t, _ in instants.values()], float))
    time.make_scale("time")
    time.attrs.update(schema.TIME_ATTRIBUTES)
    numbers = {"units": "1", "long_name": "number of the file in snapshots/"}
    for name, values, attributes in (
        ("step", [step for _, step in instants.values()], schema.STEP_ATTRIBUTES),
        ("snapshot", list(instants), numbers),
    ):
        dataset = write_array(file, name, np.array(values, np.int64))
        dataset.attrs.update(attributes)
        schema.name_dimensions(dataset, file, ("time",))


def _write_virtual(
    file: h5py.File, name: str, about: schema.Variable, numbers: list[int], recipe: Recipe
) -> None:
    """A variable of all snapshots, (time, ...)."""
    shape = schema.shape(recipe.grid, about)
    origin = (0,) * len(shape)
    pieces = (
        Piece((row, *origin), (1, *shape), file_name(number), name, shape)
        for row, number in enumerate(numbers)
    )
    dataset = create_virtual(file, name, (len(numbers), *shape), recipe.precision, pieces)
    schema.label(dataset, about, ("time",))


def read_index(path: Path) -> Index:
    """Read ``run.h5`` without touching the snapshots; StorageError if it is missing or damaged."""
    with open_sealed(path) as file:
        times = read_array(file, "time", (None,))
        steps = read_array(file, "step", times.shape, "i")
        numbers = read_array(file, "snapshot", times.shape, "i")
        attributes = {key: _plain(file.attrs[key]) for key in sorted(set(file.attrs) - _OWN_ATTRIBUTES)}
        series, units = read_series(file)
        scalars = schema.read_scalars(file)
        return Index(
            grid=schema.read_grid(file),
            instants={
                int(k): (float(t), int(s)) for k, t, s in zip(numbers, times, steps, strict=True) if k >= 0
            },
            variables=schema.stored_variables(file, scalars),
            scalars=scalars,
            attributes=attributes,
            config_text=str(file.attrs.get(_CONFIG, "")),
            series=series,
            series_units=units,
        )


def _plain(value: Any) -> Any:
    """An attribute as a Python value."""
    return value.item() if isinstance(value, np.generic) else value
