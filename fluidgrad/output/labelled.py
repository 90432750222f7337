"""A run as an :class:`xarray.Dataset` whose values are read, and derived, only when they are used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray
from xarray.backends import BackendArray
from xarray.core import indexing

from fluidgrad import field_names, fields
from fluidgrad.output import schema

if TYPE_CHECKING:
    from fluidgrad.output.reader import Run


class _FieldOverTime(BackendArray):
    """One field of a run, (time, ...), as xarray's lazy indexing wants it: snapshot by snapshot."""

    def __init__(self, run: Run, name: str) -> None:
        self._run, self._name = run, name
        self.shape = (len(run), *schema.shape(run.grid, schema.variable(name, run.scalars)))
        self.dtype = np.dtype(float)

    def __getitem__(self, key: indexing.ExplicitIndexer) -> np.ndarray:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.BASIC, self._read)

    def _read(self, key: tuple) -> np.ndarray:
        times, *within = key
        if not isinstance(times, slice):
            return self._at(times, tuple(within))
        positions = range(len(self._run))[times]
        slabs = [self._at(k, tuple(within)) for k in positions]
        if slabs:
            return np.stack(slabs)
        return np.empty((0, *np.empty(self.shape[1:])[tuple(within)].shape))

    def _at(self, index: int, within: tuple) -> np.ndarray:
        """A part of the field in one snapshot; no more than that is read if it is stored and not all of it."""
        if all(key == slice(None) for key in within):
            return self._run.field(self._name, index)
        return self._run.parts(self._name, index, [within])[0]


def labelled_dataset(run: Run, names: Sequence[str]) -> xarray.Dataset:
    """See :meth:`fluidgrad.output.reader.Run.to_xarray`."""
    stored = [*run.fields, *(name for name in schema.DISTANCE if name in run.variables)]
    extra = [name for name in field_names.expand(names, run.scalars) if name not in stored]
    for name in set(extra) - set(run.variables):
        fields.lookup(name, run.scalars)
    variables = {name: _lazy_variable(run, name) for name in (*stored, *extra)}
    coordinates = {
        dim: xarray.Variable(dim, getattr(run.grid, dim), attributes)
        for dim, attributes in schema.COORDINATE_ATTRIBUTES.items()
    }
    coordinates["time"] = xarray.Variable("time", run.times, schema.TIME_ATTRIBUTES)
    coordinates["step"] = xarray.Variable("time", run.steps, schema.STEP_ATTRIBUTES)
    return xarray.Dataset(variables, coordinates, run.attributes)


def _lazy_variable(run: Run, name: str) -> xarray.Variable:
    described = schema.variable(name, run.scalars)
    data = indexing.LazilyIndexedArray(_FieldOverTime(run, name))
    attributes = {"units": described.units, "long_name": described.long_name}
    return xarray.Variable(("time", *described.dims), data, attributes)
