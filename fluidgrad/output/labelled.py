"""A run as an :class:`xarray.Dataset` whose values are read, and derived, only when they are used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray
from xarray.backends import BackendArray
from xarray.core import indexing

from fluidgrad import fields
from fluidgrad.output import schema

if TYPE_CHECKING:
    from fluidgrad.output.reader import Run


Part = tuple[int | slice, ...]


class _OverTime(BackendArray):
    """An array (time, ...) as xarray's lazy indexing wants it: ``read`` gives a part of it at one instant."""

    def __init__(self, count: int, shape: tuple[int, ...], read: Callable[[int, Part], np.ndarray]) -> None:
        self._read = read
        self.shape = (count, *shape)
        self.dtype = np.dtype(float)

    def __getitem__(self, key: indexing.ExplicitIndexer) -> np.ndarray:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.BASIC, self._part)

    def _part(self, key: tuple) -> np.ndarray:
        times, *within = key
        if not isinstance(times, slice):
            return self._read(times, tuple(within))
        positions = range(self.shape[0])[times]
        slabs = [self._read(k, tuple(within)) for k in positions]
        if slabs:
            return np.stack(slabs)
        return np.empty((0, *np.empty(self.shape[1:])[tuple(within)].shape))


def over_time(
    count: int, shape: tuple[int, ...], read: Callable[[int, Part], np.ndarray]
) -> indexing.LazilyIndexedArray:
    """Data of a variable (count, *shape) that is read when it is used, by ``read(k, part)`` at the instant k."""
    return indexing.LazilyIndexedArray(_OverTime(count, shape, read))


def labelled_dataset(run: Run, names: Sequence[str]) -> xarray.Dataset:
    """See :meth:`fluidgrad.output.reader.Run.to_xarray`."""
    import fluidgrad.accessor  # noqa: F401  (what reads the dataset as a flow, ``.fluid``)

    beside = {*schema.DISTANCE, *schema.on_sides(run.scalars)}
    stored = [*run.fields, *(name for name in run.variables if name in beside)]
    extra = [name for name in fields.expand(names, run.scalars) if name not in stored]
    for name in set(extra) - set(run.variables):
        fields.lookup(name, run.scalars)
    variables = {name: _lazy_variable(run, name) for name in (*stored, *extra)}
    coordinates = {
        dim: xarray.Variable(dim, getattr(run.grid, dim), attributes)
        for dim, attributes in schema.COORDINATE_ATTRIBUTES.items()
    }
    coordinates["time"] = xarray.Variable("time", run.times, schema.TIME_ATTRIBUTES)
    coordinates["step"] = xarray.Variable("time", run.steps, schema.STEP_ATTRIBUTES)
    return xarray.Dataset(variables, coordinates, run.attributes | schema.attributes(run.grid, run.scalars))


def _lazy_variable(run: Run, name: str) -> xarray.Variable:
    described = schema.variable(name, run.scalars)

    def read(k: int, part: Part) -> np.ndarray:
        if all(key == slice(None) for key in part):
            return run.field(name, k)
        return run.parts(name, k, [part])[0]

    data = over_time(len(run), schema.shape(run.grid, described), read)
    attributes = {"units": described.units, "long_name": described.long_name}
    return xarray.Variable(("time", *described.dims), data, attributes)
