"""The time series of a run: a few numbers every few steps, kept in memory and written with the rest."""

from __future__ import annotations

from array import array

import h5py
import numpy as np

from fluidgrad.output.container import child, read_array, write_array

ALWAYS = {"t": ("s", "time"), "step": ("1", "number of time steps")}
"""Columns of every series -> unit, long name."""

_INTEGERS = ("step",)


class Series:
    """Growing columns of float64, one row at a time.

    ``units`` maps each column to its unit and long name; ``t`` and ``step`` are always columns.
    """

    def __init__(self, units: dict[str, tuple[str, str]]) -> None:
        self.units = {**ALWAYS, **units}
        self._columns = {name: array("d") for name in self.units}

    def __len__(self) -> int:
        return len(self._columns["t"])

    def append(self, row: dict[str, float]) -> None:
        """Add a row; ValueError unless it has exactly the columns of the series."""
        if row.keys() != self._columns.keys():
            odd = ", ".join(sorted(row.keys() ^ self._columns.keys()))
            raise ValueError(f"a row of the time series lacks or has too many of: {odd}")
        for name, column in self._columns.items():
            column.append(row[name])

    def replace(self, columns: dict[str, np.ndarray]) -> None:
        """Start over with the given rows; the columns must be those of the series."""
        if columns.keys() != self._columns.keys():
            odd = ", ".join(sorted(columns.keys() ^ self._columns.keys()))
            raise ValueError(f"other columns than before: {odd}")
        self._columns = {name: array("d", np.asarray(columns[name], float)) for name in self._columns}

    def write(self, file: h5py.File) -> None:
        """Store the columns in the group ``series``, with ``t`` as their named dimension."""
        group = file.create_group("series")
        for name, column in self._columns.items():
            dtype = np.int64 if name in _INTEGERS else np.float64
            dataset = write_array(group, name, np.array(column, dtype))
            unit, long_name = self.units[name]
            dataset.attrs.update({"units": unit, "long_name": long_name})
        group["t"].make_scale("t")
        for name in self._columns:
            if name != "t":
                group[name].dims[0].attach_scale(group["t"])


def read_series(file: h5py.File) -> tuple[dict[str, np.ndarray], dict[str, tuple[str, str]]]:
    """Columns of the series in a file, each (rows,), and their units and long names."""
    group = child(file, "series", h5py.Group)
    rows = child(group, "t", h5py.Dataset).shape
    columns = {name: read_array(group, name, rows, "fi") for name in group}
    order = sorted(columns, key=lambda name: (name not in ALWAYS, name != "t"))
    units = {
        name: (str(group[name].attrs.get("units", "")), str(group[name].attrs.get("long_name", "")))
        for name in order
    }
    return {name: columns[name] for name in order}, units
