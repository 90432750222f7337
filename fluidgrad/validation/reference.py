"""Tables of published values: one CSV file each in ``tables/``, with their source and confidence.

A file starts with lines ``# key: text``; ``source`` and ``confidence`` are required, unless every row has a column of
that name, which then counts. Then come the names of the columns and the rows. Facts only: numbers retyped from papers,
or computed for the purpose.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from fluidgrad.validation.case import Published


@dataclass(frozen=True)
class Reference:
    """A table: ``notes`` by key, and ``rows`` of texts by column."""

    name: str
    notes: dict[str, str]
    rows: tuple[dict[str, str], ...]

    def select(self, **where: object) -> list[dict[str, str]]:
        """Rows in which the columns have these values; numbers are compared as such."""
        return [row for row in self.rows if all(_same(row[name], value) for name, value in where.items())]

    def columns(self, *names: str, **where: object) -> tuple[np.ndarray, ...]:
        """Columns as arrays of numbers, of the rows that are selected."""
        rows = self.select(**where)
        return tuple(np.array([float(row[name]) for row in rows]) for name in names)

    def matrix(self) -> np.ndarray:
        """All numbers but those of the first column, for a table of two coordinates."""
        return np.array([[float(text) for text in list(row.values())[1:]] for row in self.rows])

    def published(self, column: str, **where: object) -> Published:
        """The one value of a column in the row that is selected. Raises LookupError unless there is one."""
        rows = self.select(**where)
        if len(rows) != 1:
            raise LookupError(f"table {self.name}: {len(rows)} rows with {where}, wanted one")
        return Published(float(rows[0][column]), self.source(rows[0]), self.confidence(rows[0]))

    def source(self, row: dict[str, str]) -> str:
        """Where a row is from."""
        return row.get("source") or self.notes["source"]

    def confidence(self, row: dict[str, str]) -> str:
        """How far a row can be trusted."""
        return row.get("confidence") or self.notes["confidence"]

    def zero(self, **where: object) -> Published:
        """What the deviation from the curve that the selected rows give must agree with."""
        row = self.select(**where)[0]
        return Published(0.0, self.source(row), self.confidence(row))


def _same(text: str, value: object) -> bool:
    return text == value if isinstance(value, str) else float(text) == float(value)


def names() -> list[str]:
    """Names of all tables."""
    files = resources.files(__package__).joinpath("tables").iterdir()
    return sorted(file.name.removesuffix(".csv") for file in files if file.name.endswith(".csv"))


@cache
def table(name: str) -> Reference:
    """A table of the package by name."""
    text = resources.files(__package__).joinpath("tables", f"{name}.csv").read_text(encoding="utf-8")
    lines = text.splitlines()
    heads = [line.removeprefix("#").partition(":") for line in lines if line.startswith("#")]
    notes = {key.strip(): words.strip() for key, _, words in heads}
    rows = csv.DictReader(line for line in lines if line and not line.startswith("#"))
    return Reference(name, notes, tuple(rows))
