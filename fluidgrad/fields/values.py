"""Values of fields at the cell centres, up to the sides and beside bodies."""

from __future__ import annotations

import numpy as np

from fluidgrad import differences
from fluidgrad.differences import ALONG_X, ALONG_Y, mean
from fluidgrad.fields import tensor
from fluidgrad.fields.table import Field
from fluidgrad.flow import Flow
from fluidgrad.grid import LOCATIONS

ROUND_OFF = 1e-12
"""Share of a field's magnitude below which differences are taken for round-off."""

EXACT_ON_SIDES = frozenset(("u", "v", "streamfunction"))
"""Fields on faces or nodes whose values on sides that are not periodic are as good as those inside. The others have
there what the solver's fluxes have, of first order."""


def centred(flow: Flow, found: Field) -> np.ndarray:
    """Values of a field at the cell centres (ny, nx): the mean of the two faces or four nodes around."""
    return _to_centres(found.function(flow), found.location)


def velocity_at_centres(flow: Flow) -> tuple[np.ndarray, np.ndarray]:
    """Both velocity components at the cell centres, (ny, nx) each, m/s."""
    return mean(flow.u, ALONG_X), mean(flow.v, ALONG_Y)


def gradient_of(flow: Flow, found: Field) -> tuple[np.ndarray, np.ndarray]:
    """Gradient of a field at the cell centres; see :func:`fluidgrad.fields.gradient_at_centres`."""
    if found.name in ("u", "v"):
        parts = tensor.velocity_gradient(flow)
        return parts[:2] if found.name == "u" else parts[2:]
    values = trusted(flow, found)
    if found.location == "centre":
        slopes = differences.gradient(values, flow.grid, flow.distance)
    else:
        slopes = tuple(_across(values, found.location, flow, axis) for axis in (ALONG_X, ALONG_Y))
    return tuple(tensor.completed(slope, flow) for slope in slopes)


def trusted(flow: Flow, found: Field) -> np.ndarray:
    """Values of a field where it lives, NaN where a body or the lower order of a side spoils them."""
    if found.name == "streamfunction":
        values = found.function(flow)
        return values if flow.distance is None else np.where(flow.distance < 0, np.nan, values)
    values = found.function(tensor.without_cut_faces(flow))
    if found.name in EXACT_ON_SIDES:
        return values
    values = values.astype(float, copy=True)
    for axis, dim in ((ALONG_X, LOCATIONS[found.location][1]), (ALONG_Y, LOCATIONS[found.location][0])):
        if dim.endswith("_f"):
            tensor.clear_sides(values, flow.grid, axis)
    return values


def trusted_at_centres(flow: Flow, found: Field) -> np.ndarray:
    """Values of a field at the centres, second order up to the sides and beside bodies; NaN in bodies."""
    return tensor.completed(_to_centres(trusted(flow, found), found.location), flow)


def rounding(flow: Flow, found: Field, values: np.ndarray | None = None) -> float:
    """Differences of a field that are nothing but round-off, in its units: those of the largest of its ``values``, if
    given, and of pressure those of the square of the speed, of which it is made."""
    largest = 0.0 if values is None else float(np.max(np.abs(values), initial=0.0, where=~np.isnan(values)))
    return ROUND_OFF * max(largest, flow.fastest**2 if found.name == "p" else 0.0)


def distance_at(flow: Flow, location: str) -> np.ndarray:
    """Signed distance from the nearest wall of a body at a location, plain shape, m: the mean of the nodes
    around. Only for a flow with bodies."""
    distance = flow.distance
    for axis, dim in enumerate(LOCATIONS[location]):
        if not dim.endswith("_f"):
            distance = mean(distance, axis)
    return distance


def solid_mask(flow: Flow, location: str) -> np.ndarray:
    """Which points of a location are in a body, plain shape, bool."""
    if flow.distance is None:
        return np.zeros(flow.grid.shape(location), dtype=bool)
    return distance_at(flow, location) < 0


def _to_centres(values: np.ndarray, location: str) -> np.ndarray:
    """Values at a location, or the mean of those around, at the centres."""
    for axis, dim in enumerate(LOCATIONS[location]):
        if dim.endswith("_f"):
            values = mean(values, axis)
    return values


def _across(values: np.ndarray, location: str, flow: Flow, axis: int) -> np.ndarray:
    """Derivative along an axis at the centres of values on faces or nodes."""
    dims, other = LOCATIONS[location], 1 - axis
    lines = mean(values, other) if dims[other].endswith("_f") else values
    if dims[axis].endswith("_f"):
        return differences.across_cells(lines, flow.grid, axis)
    return differences.first(lines, flow.grid, axis, differences.joints_of(lines, flow.grid, flow.distance))
