"""Derived fields: gradients, vorticity, streamfunction and others of one :class:`~fluidgrad.flow.Flow`.

Every field is computed where the staggered differences put it, with no interpolation; :data:`FIELDS` says
where that is. :func:`at_centres` and :func:`gradient_at_centres` bring any of them to the cell centres.

On a side that is not periodic the tangential velocity of the side itself enters, half a cell away. These
are the derivatives of the solver's own viscous stress: the momentum that a wall takes up is their sum, and
the vorticity integrated over the domain is exactly the circulation around it. Likewise the derivatives of a
transported scalar on a side are those of the solver's own flux.

A flow with transported scalars has, besides :data:`FIELDS`, each of them by its name ``c`` and its derivatives
``dc_dx``, ``dc_dy``. In bodies the values are what the solver keeps there; pictures leave them out
(:func:`solid_mask`).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from fluidgrad import field_names
from fluidgrad.errors import ConfigError
from fluidgrad.flow import Flow
from fluidgrad.grid import LOCATIONS, Grid, H

ALONG_Y, ALONG_X = 0, 1


@dataclass(frozen=True)
class Field:
    """What is known of a field besides its values.

    ``location`` is a key of :data:`fluidgrad.grid.LOCATIONS`; ``units`` are SI in the CF way ("m2 s-2");
    ``symbol`` is mathtext; ``diverging`` tells that zero is a value apart, both signs being of interest.
    """

    name: str
    location: str
    units: str
    long_name: str
    symbol: str
    diverging: bool
    function: Callable[[Flow], np.ndarray] = field(compare=False)


ScalarUnits = Mapping[str, tuple[str, str]]
"""Name of each transported scalar -> its units, and a name for labels."""

NO_SCALARS: ScalarUnits = MappingProxyType({})


def known(scalars: ScalarUnits) -> dict[str, Field]:
    """All fields of a run with these transported scalars, by name."""
    return FIELDS | {one.name: one for name, about in scalars.items() for one in _of_scalar(name, *about)}


def lookup(name: str, scalars: ScalarUnits = NO_SCALARS) -> Field:
    """The :class:`Field` of that name in a run with these transported scalars (:attr:`Flow.scalar_units`).

    Raises ConfigError with the nearest name if there is none.
    """
    if name in FIELDS:
        return FIELDS[name]
    every = known(scalars)
    if name in every:
        return every[name]
    near = difflib.get_close_matches(str(name), every, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise ConfigError(f"there is no field {name!r}: {hint}Fields are {', '.join(every)}.")


def compute(flow: Flow, name: str) -> np.ndarray:
    """Values of a field at its own location, plain shape ``flow.grid.shape(location)``.

    Raises ConfigError for an unknown name.
    """
    return lookup(name, flow.scalar_units).function(flow)


def at_centres(flow: Flow, name: str) -> np.ndarray:
    """Values of a field at the cell centres (ny, nx): the mean of the two faces or four nodes around."""
    found = lookup(name, flow.scalar_units)
    return _to_centres(found.function(flow), found.location)


def velocity_at_centres(flow: Flow) -> tuple[np.ndarray, np.ndarray]:
    """Both velocity components at the cell centres, (ny, nx) each, m/s."""
    return _mean(flow.u, ALONG_X), _mean(flow.v, ALONG_Y)


def gradient_at_centres(flow: Flow, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Gradient ``(d/dx, d/dy)`` of a field at the cell centres, (ny, nx) each, field units per metre.

    Second order: across the cell where the field lives on faces or nodes, else from three neighbouring
    centres, one-sided at a side that is not periodic. Raises ConfigError for an unknown name.
    """
    found = lookup(name, flow.scalar_units)
    values, dims = found.function(flow), LOCATIONS[found.location]

    def derivative(axis: int) -> np.ndarray:
        other = 1 - axis
        q = _mean(values, other) if dims[other].endswith("_f") else values
        if dims[axis].endswith("_f"):
            return np.diff(q, axis=axis) / _column(_widths(flow.grid, axis), axis)
        return _central(q, flow.grid, axis)

    return derivative(ALONG_X), derivative(ALONG_Y)


def distance_at(flow: Flow, location: str) -> np.ndarray:
    """Signed distance from the nearest wall of a body at a location, plain shape, m: the mean of the nodes
    around. Only for a flow with bodies."""
    distance = flow.distance
    for axis, dim in enumerate(LOCATIONS[location]):
        if not dim.endswith("_f"):
            distance = _mean(distance, axis)
    return distance


def solid_mask(flow: Flow, location: str) -> np.ndarray:
    """Which points of a location are in a body, plain shape, bool."""
    if flow.distance is None:
        return np.zeros(flow.grid.shape(location), dtype=bool)
    return distance_at(flow, location) < 0


# Pieces ------------------------------------------------------------------------------------------------


def _column(values: np.ndarray, axis: int) -> np.ndarray:
    """A one-dimensional array laid along an axis so that it broadcasts."""
    return values[None, :] if axis == ALONG_X else values[:, None]


def _widths(grid: Grid, axis: int) -> np.ndarray:
    """Cell widths along an axis, the ones the solver divides by."""
    return (grid.dx_p if axis == ALONG_X else grid.dy_p)[H:-H]


def _spacing(grid: Grid, axis: int) -> np.ndarray:
    """Distance between the centres on either side of each face, ghost centres included, (n + 1,)."""
    widths = grid.dx_p if axis == ALONG_X else grid.dy_p
    return 0.5 * (widths[H - 1 : -H] + widths[H : widths.size - H + 1])


def _periodic(grid: Grid, axis: int) -> bool:
    return grid.periodic_x if axis == ALONG_X else grid.periodic_y


def _mean(values: np.ndarray, axis: int) -> np.ndarray:
    """Mean of neighbours along an axis: faces to centres."""
    low, high = (values[:, :-1], values[:, 1:]) if axis == ALONG_X else (values[:-1], values[1:])
    return 0.5 * (low + high)


def _to_centres(values: np.ndarray, location: str) -> np.ndarray:
    """Values at a location, or the mean of those around, at the centres."""
    for axis, dim in enumerate(LOCATIONS[location]):
        if dim.endswith("_f"):
            values = _mean(values, axis)
    return values


def _across_faces(values: np.ndarray, grid: Grid, axis: int) -> np.ndarray:
    """Difference quotient at each face of values at centres with one ghost at either end."""
    quotient = np.diff(values, axis=axis) / _column(_spacing(grid, axis), axis)
    if _periodic(grid, axis):
        # Both ends are the same place; make them the same number to the last bit.
        np.moveaxis(quotient, axis, 0)[-1] = np.moveaxis(quotient, axis, 0)[0]
    return quotient


def _central(values: np.ndarray, grid: Grid, axis: int) -> np.ndarray:
    """Second-order derivative at the centres of values at the centres, spacing uneven or not."""
    centres = grid.x if axis == ALONG_X else grid.y
    if not _periodic(grid, axis):
        return np.gradient(values, centres, axis=axis, edge_order=2 if centres.size > 2 else 1)
    length = grid.length_x if axis == ALONG_X else grid.length_y
    centres = np.concatenate([[centres[-1] - length], centres, [centres[0] + length]])
    wrapped = np.take(values, np.arange(-1, centres.size - 1), axis=axis, mode="wrap")
    return np.take(np.gradient(wrapped, centres, axis=axis), np.arange(1, centres.size - 1), axis=axis)


def _face_gradient(values: np.ndarray, grid: Grid, axis: int) -> np.ndarray:
    """Derivative on the faces of values at centres; on a side that is not periodic the linear continuation
    of the two nearest difference quotients, each of which is exact halfway between its centres."""
    ghost = np.take(values, np.arange(-1, values.shape[axis] + 1), axis=axis, mode="wrap")
    gradient = _across_faces(ghost, grid, axis)
    if not _periodic(grid, axis):
        g = np.moveaxis(gradient, axis, 0)
        faces, centres = (grid.x_f, grid.x) if axis == ALONG_X else (grid.y_f, grid.y)
        if centres.size == 2:
            g[0] = g[-1] = g[1]
            return gradient
        middle = 0.5 * (centres[1:] + centres[:-1])
        g[0] = g[1] + (g[2] - g[1]) * ((faces[0] - middle[0]) / (middle[1] - middle[0]))
        g[-1] = g[-2] + (g[-2] - g[-3]) * ((faces[-1] - middle[-1]) / (middle[-1] - middle[-2]))
    return gradient


# Fields ------------------------------------------------------------------------------------------------


def _du_dx(flow: Flow) -> np.ndarray:
    return np.diff(flow.u, axis=ALONG_X) / _column(_widths(flow.grid, ALONG_X), ALONG_X)


def _dv_dy(flow: Flow) -> np.ndarray:
    return np.diff(flow.v, axis=ALONG_Y) / _column(_widths(flow.grid, ALONG_Y), ALONG_Y)


def _du_dy(flow: Flow) -> np.ndarray:
    return _across_faces(flow.padded_velocity()[0], flow.grid, ALONG_Y)


def _dv_dx(flow: Flow) -> np.ndarray:
    return _across_faces(flow.padded_velocity()[1], flow.grid, ALONG_X)


def _speed(flow: Flow) -> np.ndarray:
    return np.hypot(*velocity_at_centres(flow))


def _kinetic_energy(flow: Flow) -> np.ndarray:
    """Mean of the squares on the faces: its integral over the cells is the energy the scheme conserves."""
    return 0.5 * (_mean(flow.u**2, ALONG_X) + _mean(flow.v**2, ALONG_Y))


def _streamfunction(flow: Flow) -> np.ndarray:
    """Fluxes summed along the bottom side, then upwards: u = dpsi/dy and v = -dpsi/dx on every face."""
    grid = flow.grid
    psi = np.zeros(grid.shape("node"))
    psi[0, 1:] = -np.cumsum(flow.v[0] * _widths(grid, ALONG_X))
    psi[1:] = psi[0] + np.cumsum(flow.u * _column(_widths(grid, ALONG_Y), ALONG_Y), axis=ALONG_Y)
    return psi


def _scalar_derivative(name: str, axis: int) -> Callable[[Flow], np.ndarray]:
    """Derivative of a transported scalar on the faces; a side's own value enters half a cell away."""

    def derivative(flow: Flow) -> np.ndarray:
        values = np.moveaxis(flow.scalars[name], axis, 0)
        low, high = values[-1], values[0]
        if not _periodic(flow.grid, axis):
            sides = flow.scalar_sides[name]
            first, last = ("left", "right") if axis == ALONG_X else ("bottom", "top")
            low, high = 2 * sides[first] - values[0], 2 * sides[last] - values[-1]
        padded = np.concatenate([low[None], values, high[None]])
        return _across_faces(np.moveaxis(padded, 0, axis), flow.grid, axis)

    return derivative


def _of_scalar(name: str, units: str, long_name: str) -> tuple[Field, ...]:
    """The fields of a transported scalar: itself and its derivatives."""
    symbol = scalar_symbol(name)
    along_x, along_y = field_names.gradient(name)
    words = long_name or name
    slope = per_metre(units)
    return (
        Field(name, "centre", units, words, symbol, False, lambda flow: flow.scalars[name]),
        Field(along_x, "x-face", slope, f"derivative of {words} along x",
              rf"\partial {symbol}/\partial x", True, _scalar_derivative(name, ALONG_X)),
        Field(along_y, "y-face", slope, f"derivative of {words} along y",
              rf"\partial {symbol}/\partial y", True, _scalar_derivative(name, ALONG_Y)),
    )  # fmt: skip


_GREEK = ("alpha", "beta", "gamma", "delta", "theta", "kappa", "rho", "sigma", "phi", "chi", "psi", "omega")


def scalar_symbol(name: str) -> str:
    """Mathtext for the name of a transported scalar: a letter, a Greek letter, or the word upright."""
    if len(name) == 1:
        return name
    return rf"\{name}" if name in _GREEK else rf"\mathrm{{{name.replace('_', chr(92) + '_')}}}"


def per_metre(units: str) -> str:
    """Units divided by a metre: ``"m2 s-2"`` gives ``"m s-2"``, ``"K"`` gives ``"K m-1"``."""
    if units == "1":
        return "m-1"
    if not re.fullmatch(r"[A-Za-z]+(-?\d+)?( [A-Za-z]+(-?\d+)?)*", units):
        return f"({units}) m-1"
    powers = {name: int(power or 1) for name, power in re.findall(r"([A-Za-z]+)(-?\d+)?", units)}
    powers = {"m": powers.pop("m", 0) - 1, **powers}
    ordered = sorted(powers, key=lambda name: powers[name] < 0)
    return " ".join(f"{n}{'' if powers[n] == 1 else powers[n]}" for n in ordered if powers[n]) or "1"


def _table(*rows: tuple) -> dict[str, Field]:
    return {row[0]: Field(*row) for row in rows}


FIELDS: dict[str, Field] = _table(
    ("u", "x-face", "m s-1", "velocity along x", "u", True, lambda flow: flow.u),
    ("v", "y-face", "m s-1", "velocity along y", "v", True, lambda flow: flow.v),
    ("p", "centre", "m2 s-2", "kinematic pressure", "p", False, lambda flow: flow.p),
    ("speed", "centre", "m s-1", "speed", r"|\mathbf{u}|", False, _speed),
    ("kinetic_energy", "centre", "m2 s-2", "kinetic energy per mass", "k", False, _kinetic_energy),
    ("vorticity", "node", "s-1", "vorticity", r"\omega", True, lambda flow: _dv_dx(flow) - _du_dy(flow)),
    ("divergence", "centre", "s-1", "divergence of velocity", r"\nabla\!\cdot\mathbf{u}", True,
     lambda flow: _du_dx(flow) + _dv_dy(flow)),
    ("streamfunction", "node", "m2 s-1", "streamfunction", r"\psi", True, _streamfunction),
    ("du_dx", "centre", "s-1", "velocity gradient du/dx", r"\partial u/\partial x", True, _du_dx),
    ("du_dy", "node", "s-1", "velocity gradient du/dy", r"\partial u/\partial y", True, _du_dy),
    ("dv_dx", "node", "s-1", "velocity gradient dv/dx", r"\partial v/\partial x", True, _dv_dx),
    ("dv_dy", "centre", "s-1", "velocity gradient dv/dy", r"\partial v/\partial y", True, _dv_dy),
    ("dp_dx", "x-face", "m s-2", "pressure gradient dp/dx", r"\partial p/\partial x", True,
     lambda flow: _face_gradient(flow.p, flow.grid, ALONG_X)),
    ("dp_dy", "y-face", "m s-2", "pressure gradient dp/dy", r"\partial p/\partial y", True,
     lambda flow: _face_gradient(flow.p, flow.grid, ALONG_Y)),
)  # fmt: skip
