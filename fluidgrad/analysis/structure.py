"""Structure functions: moments of the difference of two values a distance apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fluidgrad.analysis.averages import shares
from fluidgrad.analysis.masking import visible
from fluidgrad.analysis.sources import as_flow
from fluidgrad.analysis.spectra import evenly
from fluidgrad.errors import ConfigError
from fluidgrad.fields import lookup
from fluidgrad.flow import Flow
from fluidgrad.grid import LOCATIONS

COMPONENTS = {
    ("longitudinal", "x"): "u",
    ("longitudinal", "y"): "v",
    ("transverse", "x"): "v",
    ("transverse", "y"): "u",
}
"""Component of the velocity along or across the separation, and direction of that -> its name."""


@dataclass(frozen=True, eq=False)
class StructureFunction:
    """``values`` (n,): means of ``(q(x + r) - q(x))**order`` for separations ``r`` (n,), m, along ``along``.

    ``name`` is the field. ``note`` tells if values were interpolated.
    """

    r: np.ndarray
    values: np.ndarray
    order: float
    name: str
    along: str
    absolute: bool
    note: str


@dataclass(frozen=True, eq=False)
class Rows:
    """Values (m, n) in rows along a direction, with NaN in bodies, ``spacing`` (m) apart, ``weights`` (m,) of the rows,
    and whether they are joined at their ends."""

    values: np.ndarray
    weights: np.ndarray
    spacing: float
    joined: bool
    note: str

    def lags(self, separations: np.ndarray | None, first: int) -> np.ndarray:
        """Separations (m) in whole cells, default from ``first`` to half of the rows.

        Raises ConfigError if one is longer than the rows.
        """
        n = self.values.shape[1]
        if separations is None:
            return np.arange(first, n // 2 + 1)
        lags = np.unique(np.rint(np.atleast_1d(separations) / self.spacing).astype(int))
        if lags[0] < 0 or lags[-1] >= n:
            raise ConfigError(
                f"separations: from 0 to {(n - 1) * self.spacing:g} m, found {np.min(separations):g} "
                f"to {np.max(separations):g}"
            )
        return lags


def structure_function(
    source: Any,
    order: float = 2,
    index: int = -1,
    *,
    time: float | None = None,
    of: str = "longitudinal",
    along: str = "x",
    separations: np.ndarray | None = None,
    absolute: bool = False,
) -> StructureFunction:
    """Structure function of a flow, averaged over all pairs of points in the fluid.

    Parameters
    ----------
    source, index, time : a flow, or a run and which snapshot of it.
    order : the power; any positive number, with its sign for whole orders unless ``absolute``.
    of : "longitudinal" or "transverse" velocity, or the name of any field.
    along : direction of the separations, "x" or "y".
    separations : in m, taken to whole cells; default one to half of the domain, cell by cell.
    absolute : whether magnitudes of the differences are raised to the power.

    On cells that are not equal along that direction values are interpolated to equal ones. In a periodic box the
    second order is ``2 (R(0) - R(r))`` with the correlation R of :func:`fluidgrad.analysis.spatial_correlation`.

    Raises
    ------
    ConfigError : there is no such field, direction or separation, or the order cannot be taken of signed differences.
    """
    from fluidgrad.analysis.kernels.increments import increment_moments

    whole = float(order).is_integer()
    if order <= 0 or not (whole or absolute):
        raise ConfigError(f"order: {order:g} needs to be positive, and whole unless absolute is true")
    name = COMPONENTS.get((of, along), of)
    rows = rows_of(as_flow(source, index, time=time), name, along)
    lags = rows.lags(separations, first=1)
    values = np.empty(lags.size)
    increment_moments(
        rows.values, rows.weights, lags, float(order), whole, bool(absolute), rows.joined, values
    )
    return StructureFunction(lags * rows.spacing, values, float(order), name, along, absolute, rows.note)


def rows_of(flow: Flow, name: str, along: str) -> Rows:
    """A field in rows along a direction, each point once. Raises ConfigError for an unknown field or direction."""
    if along not in ("x", "y"):
        raise ConfigError(f"along: {along!r} is neither 'x' nor 'y'")
    field, grid = lookup(name, flow.scalar_units), flow.grid
    values, axis, note = visible(flow, field), "yx".index(along), "exact"
    dims = LOCATIONS[field.location]
    joined, even = getattr(grid, f"periodic_{along}"), getattr(grid, f"uniform_{along}")
    if joined and dims[axis].endswith("_f"):
        values = np.delete(values, -1, axis=axis)
    if not even:
        places = getattr(grid, dims[axis])[: values.shape[axis]]
        values, joined, note = (
            evenly(values, places, axis),
            False,
            f"interpolated to equal cells along {along}",
        )
    length = getattr(grid, f"length_{along}")
    spacing = length / getattr(grid, f"n{along}") if even else (places[-1] - places[0]) / (places.size - 1)
    weights = shares(grid, dims[1 - axis])
    return Rows(
        np.ascontiguousarray(np.moveaxis(values, axis, 1)), weights, float(spacing), bool(joined), note
    )
