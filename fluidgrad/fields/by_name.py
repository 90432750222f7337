"""Values of fields that are asked for by name."""

from __future__ import annotations

import numpy as np

from fluidgrad.fields import values
from fluidgrad.fields.names import lookup
from fluidgrad.flow import Flow


def compute(flow: Flow, name: str) -> np.ndarray:
    """Values of a field at its own location, plain shape ``flow.grid.shape(location)``.

    Raises ConfigError for an unknown name.
    """
    return lookup(name, flow.scalar_units).function(flow)


def at_centres(flow: Flow, name: str) -> np.ndarray:
    """Values of a field at the cell centres (ny, nx): the mean of the two faces or four nodes around."""
    return values.centred(flow, lookup(name, flow.scalar_units))


def gradient_at_centres(flow: Flow, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Gradient ``(d/dx, d/dy)`` of a field at the cell centres, (ny, nx) each, field units per metre.

    Second order up to the sides and beside bodies: from neighbouring centres as
    :func:`fluidgrad.analysis.gradient` does it, or across the cell where the field lives on faces or nodes; nothing is
    differenced across a wall, nor taken from faces that one cuts. NaN in bodies. Raises ConfigError for an unknown
    name.
    """
    return values.gradient_of(flow, lookup(name, flow.scalar_units))
