"""What came out of a case: rows of the table, curves of the figure, verdicts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from fluidgrad.validation.case import Curve, Measured, Quantity, Setup


@dataclass(frozen=True)
class Row:
    """One quantity at one resolution.

    ``difference`` and ``allowed`` are relative to ``published`` if ``relative``; ``order`` is the one observed between
    the resolution before and this one, nan without one or where it means nothing; ``least_order`` is nan if the order
    is not judged. ``final`` marks the finest resolution, the one that decides.
    """

    case: str
    setup: str
    key: str
    quantity: str
    resolution: int
    computed: float
    published: float
    difference: float
    allowed: float
    relative: bool
    order: float
    least_order: float
    final: bool
    source: str
    confidence: str

    @property
    def agrees(self) -> bool:
        """Whether the difference is within the tolerance and, where it is judged, the order is reached."""
        slow = math.isfinite(self.least_order) and self.order < self.least_order
        return abs(self.difference) <= self.allowed and not slow


@dataclass(frozen=True)
class Outcome:
    """All rows and curves of a case; ``curves`` by (set-up, resolution, name). ``failure`` says why the case could not
    be finished; the rows are then those of the set-ups before."""

    case: str
    title: str
    resolution: str
    rows: tuple[Row, ...]
    curves: Mapping[tuple[str, int, str], Curve] = field(default_factory=dict)
    seconds: float = 0.0
    failure: str = ""

    @property
    def final(self) -> list[Row]:
        """The rows that decide: those of each set-up's finest resolution."""
        return [row for row in self.rows if row.final]

    @property
    def agrees(self) -> bool:
        """Whether the case was finished and all its quantities agree."""
        return not self.failure and all(row.agrees for row in self.final)

    def resolutions(self, setup: str) -> list[int]:
        """Resolutions at which a set-up was run, increasing."""
        return sorted({row.resolution for row in self.rows if row.setup == setup})

    def setups(self) -> list[str]:
        """Names of the set-ups that were run."""
        return list(dict.fromkeys(row.setup for row in self.rows))

    def curve(self, setup: str, name: str, resolution: int | None = None) -> Curve:
        """A curve of a set-up, at its finest resolution if none is given."""
        return self.curves[setup, self.resolutions(setup)[-1] if resolution is None else resolution, name]

    def errors(self, setup: str, key: str) -> tuple[list[int], list[float]]:
        """Resolutions, and the absolute difference of a quantity from the published value at each."""
        rows = [row for row in self.rows if (row.setup, row.key) == (setup, key)]
        return [row.resolution for row in rows], [abs(row.difference) for row in rows]


def compare(case: str, setup: Setup, measured: Sequence[tuple[int, Measured]]) -> list[Row]:
    """The rows of a set-up, from what was measured at increasing resolutions."""
    rows = []
    resolutions = [n for n, _ in measured]
    for quantity in setup.quantities:
        errors = [quantity.difference(m.numbers[quantity.key]) for _, m in measured]
        orders = [math.nan, *observed_orders(resolutions, errors)]
        for (n, m), error, order in zip(measured, errors, orders, strict=True):
            computed = float(m.numbers[quantity.key])
            rows.append(_row(case, setup.name, quantity, n, computed, error, order, n == resolutions[-1]))
    return rows


def _row(
    case: str,
    setup: str,
    quantity: Quantity,
    n: int,
    computed: float,
    error: float,
    order: float,
    final: bool,
) -> Row:
    published = quantity.published
    return Row(
        case=case,
        setup=setup,
        key=quantity.key,
        quantity=quantity.label,
        resolution=n,
        computed=computed,
        published=published.value,
        difference=float(error),
        allowed=quantity.allowed(n),
        relative=quantity.relative,
        order=order if quantity.order and abs(error) > quantity.floor else math.nan,
        least_order=math.nan if quantity.least_order is None else quantity.least_order,
        final=final,
        source=published.source,
        confidence=published.confidence,
    )


def observed_orders(resolutions: Sequence[int], errors: Sequence[float]) -> list[float]:
    """Orders of accuracy between successive resolutions, ``log(e1/e2) / log(n2/n1)``; nan where an error is zero."""
    return [
        math.log(abs(coarse / fine)) / math.log(m / n) if coarse and fine else math.nan
        for (n, coarse), (m, fine) in pairwise(zip(resolutions, errors, strict=True))
    ]
