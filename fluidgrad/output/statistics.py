"""``statistics.h5``: means and moments over the time of a run so far, one sealed file, written anew."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np

from fluidgrad.analysis.moments import METHODS, Moments, is_signed, on_sides
from fluidgrad.errors import ConfigError
from fluidgrad.flow import Flow
from fluidgrad.grid import LOCATIONS, Grid
from fluidgrad.output import schema
from fluidgrad.output.container import build, child, open_sealed, read_array, write_array
from fluidgrad.output.rundir import STATISTICS

MOMENTS = "moments"
"""Attribute of the file with the names of the moments in it; those of the scalars are in another, as in snapshots."""


def statistics_image(moments: Moments) -> bytes:
    """The bytes of the file; it opens in xarray as well, with units and names."""
    flow = moments.flow

    def fill(file: h5py.File) -> None:
        span = {"start": moments.start, "end": moments.end}
        counts = {"samples": np.int64(moments.samples), "step": np.int64(flow.step)}
        names = {"Conventions": schema.CONVENTIONS, MOMENTS: " ".join(moments.names)}
        file.attrs.update({**names, **span, **counts})
        schema.write_coordinates(file, flow.grid)
        schema.write_scalar_names(file, dict.fromkeys(moments.transported))
        for name, (location, values, units, words) in moments.variables().items():
            _write(file, name, values, schema.Variable(LOCATIONS[location], units, words))
        known = schema.variables({name: flow.scalar_units[name] for name in moments.transported})
        for name, values in _beside(moments).items():
            _write(file, name, values, known[name])

    return build(fill)


def _write(file: h5py.File, name: str, values: np.ndarray, about: schema.Variable) -> None:
    dataset = write_array(file, name, values)
    schema.label(dataset, about)
    dataset.attrs["cell_methods"] = METHODS


def _beside(moments: Moments) -> dict[str, np.ndarray]:
    """What the mean flow needs besides the variables at locations: values on the sides, distance from bodies."""
    flow = moments.flow
    table = {name: getattr(flow, name) for name in schema.SIDES}
    for name in moments.transported:
        table |= {f"{name}_{side}": values for side, values in flow.scalar_sides[name].items()}
    return table | ({} if flow.distance is None else {"distance": flow.distance})


def read_statistics(directory: Path) -> Moments:
    """The moments of the run in a directory.

    Raises
    ------
    ConfigError : it has none.
    StorageError : the file is damaged.
    """
    path = directory / STATISTICS
    if not path.exists():
        raise ConfigError(
            f"{directory} has no statistics (yet): runs with a table [statistics] have them, "
            "from the first snapshot after its start; time_mean_flow(run) averages stored snapshots"
        )
    with open_sealed(path) as file:
        return _read(file)


def _read(file: h5py.File) -> Moments:
    grid, transported = schema.read_grid(file), schema.read_scalars(file)
    names = [*transported, *str(file.attrs[MOMENTS]).split()]
    fields = {name: read_array(file, name, grid.shape("centre")) for name in names}
    units = {name: (*_about(file, name), is_signed(name, transported)) for name in names} | transported
    sides = {name: _sides(file, name, grid) for name in transported}
    sides |= {name: on_sides(values, grid) for name, values in fields.items() if name not in transported}
    known, optional = schema.variables(), ("p", *schema.DISTANCE)
    there = [name for name in (*schema.FLOW, *schema.DISTANCE) if name in file or name not in optional]
    plain = {name: read_array(file, name, schema.shape(grid, known[name])) for name in there}
    plain.setdefault("p", np.full(grid.shape("centre"), np.nan))
    start, end, samples, step = (file.attrs[name].item() for name in ("start", "end", "samples", "step"))
    flow = Flow(grid, end, step, **plain, scalars=fields, scalar_sides=sides, scalar_units=units)
    return Moments(flow, start, end, samples, tuple(transported))


def _about(file: h5py.File, name: str) -> tuple[str, str]:
    attributes = child(file, name, h5py.Dataset).attrs
    return str(attributes["units"]), str(attributes["long_name"])


def _sides(file: h5py.File, name: str, grid: Grid) -> dict[str, np.ndarray]:
    lengths = {"left": grid.ny, "right": grid.ny, "bottom": grid.nx, "top": grid.nx}
    return {side: read_array(file, f"{name}_{side}", (length,)) for side, length in lengths.items()}
