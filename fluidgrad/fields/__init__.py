"""Derived fields: gradients, vorticity, strain, vortex criteria and others of one :class:`~fluidgrad.flow.Flow`.

Each is one entry of one table, :data:`FIELDS`: its name, location, unit, symbol, source, and the function that
computes it, whose docstring has the formula. From there it is known to ``[output] fields``, pictures, animations,
labelled data and the xarray accessor. :func:`add` takes in fields of your own.

Fields that the staggered differences put somewhere are computed there, with no interpolation. On a side that is not
periodic the tangential velocity of the side itself enters, half a cell away. These are the derivatives of the
solver's own viscous stress: the momentum that a wall takes up is their sum, and the vorticity integrated over the
domain is exactly the circulation around it. Likewise the derivatives of a transported scalar on a side are those of
the solver's own flux. :func:`at_centres` and :func:`gradient_at_centres` bring any field to the cell centres.

A flow with transported scalars has, besides, each of them by its name ``c`` and its derivatives ``dc_dx``, ``dc_dy``;
and every field F has the patterns of :data:`PATTERNS`, such as ``grad_F``. In bodies the values are NaN or what the
solver keeps there; pictures leave them out (:func:`solid_mask`).
"""

from __future__ import annotations

from fluidgrad.fields import pressure, velocity, vortices  # noqa: F401  (they fill the table, in this order)
from fluidgrad.fields.by_name import at_centres, compute, gradient_at_centres
from fluidgrad.fields.names import (
    NO_SCALARS,
    PRIMARY,
    ScalarUnits,
    derived,
    expand,
    find,
    groups,
    known,
    lookup,
    occupied,
    reference,
    side_values,
    suggestion,
)
from fluidgrad.fields.patterns import PATTERNS
from fluidgrad.fields.table import FIELDS, GROUPS, Field, add, is_reserved, remove
from fluidgrad.fields.units import per_metre, scalar_symbol
from fluidgrad.fields.values import distance_at, rounding, solid_mask, velocity_at_centres

__all__ = [
    "FIELDS",
    "GROUPS",
    "NO_SCALARS",
    "PATTERNS",
    "PRIMARY",
    "Field",
    "ScalarUnits",
    "add",
    "at_centres",
    "compute",
    "derived",
    "distance_at",
    "expand",
    "find",
    "gradient_at_centres",
    "groups",
    "is_reserved",
    "known",
    "lookup",
    "occupied",
    "per_metre",
    "reference",
    "remove",
    "rounding",
    "scalar_symbol",
    "side_values",
    "solid_mask",
    "suggestion",
    "velocity_at_centres",
]
