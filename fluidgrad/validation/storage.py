"""Outcomes on disk: one sealed HDF5 file per case, and one with the table of all.

``table/`` holds a dataset per column of :class:`~fluidgrad.validation.outcome.Row`, all of the same length;
``curves/SET-UP/RESOLUTION/NAME`` two rows, abscissae and ordinates.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path

import h5py
import numpy as np

from fluidgrad.output.atomic import write_file
from fluidgrad.output.container import build, child, open_sealed, read_array
from fluidgrad.validation.outcome import Outcome, Row

_TEXTS = {field.name for field in dataclasses.fields(Row) if field.type == "str"}
_FLAGS = {field.name for field in dataclasses.fields(Row) if field.type == "bool"}
_COUNTS = {field.name for field in dataclasses.fields(Row) if field.type == "int"}


def write_outcome(path: Path, outcome: Outcome) -> None:
    """Store a case, in one piece. Raises StorageError."""

    def fill(file: h5py.File) -> None:
        for name in ("case", "title", "resolution", "seconds", "failure"):
            file.attrs[name] = getattr(outcome, name)
        _write_rows(file, outcome.rows)
        for (setup, resolution, name), curve in outcome.curves.items():
            file.create_dataset(f"curves/{setup}/{resolution}/{name}", data=np.array(curve, dtype=float))

    write_file(path, build(fill))


def write_table(path: Path, outcomes: Iterable[Outcome]) -> None:
    """Store the rows of all cases in one table. Raises StorageError."""
    rows = [row for outcome in outcomes for row in outcome.rows]
    write_file(path, build(lambda file: _write_rows(file, rows)))


def _write_rows(file: h5py.File, rows: Sequence[Row]) -> None:
    table = file.create_group("table")
    for field in dataclasses.fields(Row):
        values = [getattr(row, field.name) for row in rows]
        kind = h5py.string_dtype() if field.name in _TEXTS else field.type
        table.create_dataset(
            field.name, data=np.array(values, dtype=object if field.name in _TEXTS else kind), dtype=kind
        )
    agree = np.array([row.agrees for row in rows], dtype=bool)
    table.create_dataset("agrees", data=agree)


def read_outcome(path: Path) -> Outcome:
    """A stored case. Raises StorageError if the file is damaged or something else."""
    with open_sealed(path) as file:
        about = {name: str(file.attrs[name]) for name in ("case", "title", "resolution", "failure")}
        curves = {}
        if "curves" in file:
            for setup, group in child(file, "curves", h5py.Group).items():
                for resolution, inner in group.items():
                    for name in inner:
                        curves[setup, int(resolution), name] = tuple(read_array(inner, name, (2, None)))
        return Outcome(**about, rows=_read_rows(file), curves=curves, seconds=float(file.attrs["seconds"]))


def _read_rows(file: h5py.File) -> tuple[Row, ...]:
    table = child(file, "table", h5py.Group)
    columns = {}
    for field in dataclasses.fields(Row):
        if field.name in _TEXTS:
            columns[field.name] = child(table, field.name, h5py.Dataset).asstr()[()].tolist()
        else:
            columns[field.name] = read_array(table, field.name, (None,), "fib").tolist()
    return tuple(Row(*values) for values in zip(*columns.values(), strict=True))
