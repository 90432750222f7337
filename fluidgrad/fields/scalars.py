"""Fields of transported scalars: each by its name ``c``, and its derivatives ``dc_dx``, ``dc_dy`` on the faces."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fluidgrad.differences import ALONG_X, ALONG_Y, across_faces, periodic
from fluidgrad.fields.table import Field
from fluidgrad.fields.units import per_metre, scalar_symbol
from fluidgrad.flow import Flow


def of_scalar(name: str, units: str, long_name: str, diverging: bool = False) -> tuple[Field, ...]:
    """The fields of a transported scalar: itself and its derivatives."""
    symbol, words, slope = scalar_symbol(name), long_name or name, per_metre(units)
    return (
        Field(name, "centre", units, words, symbol, diverging, lambda flow: flow.scalars[name]),
        Field(f"d{name}_dx", "x-face", slope, f"derivative of {words} along x",
              rf"\partial {symbol}/\partial x", True, _derivative(name, ALONG_X)),
        Field(f"d{name}_dy", "y-face", slope, f"derivative of {words} along y",
              rf"\partial {symbol}/\partial y", True, _derivative(name, ALONG_Y)),
    )  # fmt: skip


def _derivative(name: str, axis: int) -> Callable[[Flow], np.ndarray]:
    """Derivative of a transported scalar on the faces; a side's own value enters half a cell away."""

    def derivative(flow: Flow) -> np.ndarray:
        values = np.moveaxis(flow.scalars[name], axis, 0)
        low, high = values[-1], values[0]
        if not periodic(flow.grid, axis):
            sides = flow.scalar_sides[name]
            before, after = ("left", "right") if axis == ALONG_X else ("bottom", "top")
            low, high = 2 * sides[before] - values[0], 2 * sides[after] - values[-1]
        padded = np.concatenate([low[None], values, high[None]])
        return across_faces(np.moveaxis(padded, 0, axis), flow.grid, axis)

    return derivative
