"""Transfer of scalars through the sides of the domain and the walls of bodies: fluxes, Nusselt and Sherwood numbers.

The fluxes are the scheme's own, so the content of the domain changes by exactly what the sides and walls let in and
sources produce (but for the error of the time scheme), and in a steady state all sections carry the same.
"""

from __future__ import annotations

import numpy as np

from fluidgrad.boundary import SIDES
from fluidgrad.scalars import ScalarSide, ScalarTransport


def columns(transports: dict[str, ScalarTransport]) -> dict[str, tuple[str, str]]:
    """Columns of the time series that scalars have: name -> unit, meaning."""
    return {name: about for transport in transports.values() for name, about in _columns(transport).items()}


def row(transports: dict[str, ScalarTransport], state) -> dict[str, float]:
    """Values of :func:`columns` for the scalars and the velocity of a state."""
    return {
        name: value
        for scalar, transport in transports.items()
        for name, value in _row(transport, state.scalars[scalar], state.u, state.v, state.t).items()
    }


def carried(transports: dict[str, ScalarTransport], scalars: dict[str, np.ndarray]) -> dict[str, dict]:
    """What a :class:`fluidgrad.flow.Flow` holds of padded scalars, copied."""
    about = {name: transport.scalar for name, transport in transports.items()}
    return {
        "scalars": {name: transports[name].grid.view(c, "centre").copy() for name, c in scalars.items()},
        "scalar_sides": {name: transports[name].sides.values(c) for name, c in scalars.items()},
        "scalar_units": {name: (scalar.units, scalar.long_name) for name, scalar in about.items()},
    }


def _columns(transport: ScalarTransport) -> dict[str, tuple[str, str]]:
    scalar = transport.scalar
    label, units = scalar.long_name or scalar.name, scalar.units
    flux_units = "m2 s-1" if units == "1" else f"{units} m2 s-1"
    table = {
        f"{scalar.name}_mean": (units, f"mean of {label} over the domain"),
        f"{scalar.name}_min": (units, f"smallest {label} of a cell"),
        f"{scalar.name}_max": (units, f"largest {label} of a cell"),
    }
    for side in passable(transport):
        table[f"{scalar.name}_flux_{side}"] = (
            flux_units,
            f"{label} that enters through the {side} side per time",
        )
    for body in passable_bodies(transport):
        table[f"{scalar.name}_flux_{body}"] = (
            flux_units,
            f"{label} that enters through the wall of {body} per time",
        )
    for place in numbered(transport):
        meaning = f"{scalar.number.capitalize()} number of {_called(place)}"
        table[f"{scalar.name}_{scalar.number}_{place}"] = ("1", meaning)
    return table


def _called(place: str) -> str:
    return f"the {place} side" if place in SIDES else place


def _row(transport: ScalarTransport, c, u, v, t: float) -> dict[str, float]:
    scalar, found = transport.scalar, transport.extent(c)
    name, number = scalar.name, scalar.number
    values = {f"{name}_mean": found.mean, f"{name}_min": found.lowest, f"{name}_max": found.highest}
    shown = passable(transport) + passable_bodies(transport)
    if shown:
        entering = through_sides(transport, c, u, v)
        if transport.walls is not None:
            entering |= transport.walls.exchange(c, t)
        values |= {f"{name}_flux_{place}": entering[place] for place in shown}
        values |= {
            f"{name}_{number}_{place}": size
            for place, size in transfer_numbers(transport, entering, t).items()
        }
    return values


def passable(transport: ScalarTransport) -> list[str]:
    """Sides that the scalar can pass and that are not joined: all but insulated ones."""
    sides = transport.scalar.sides
    return [name for name in SIDES if sides[name].type != "periodic" and not _insulated(sides[name])]


def passable_bodies(transport: ScalarTransport) -> list[str]:
    """Bodies through whose walls the scalar can pass."""
    return [name for name, wall in transport.scalar.bodies.items() if not _insulated(wall)]


def _insulated(side: ScalarSide) -> bool:
    return side.type == "flux" and not callable(side.profile) and side.profile == 0.0


def numbered(transport: ScalarTransport) -> list[str]:
    """Sides and bodies that have a Nusselt or Sherwood number: those with a value, if it is known what the numbers
    refer to."""
    scalar = transport.scalar
    if scalar.difference is None or scalar.diffusivity == 0.0:
        return []
    conditions = scalar.sides | scalar.bodies
    return [name for name, given in conditions.items() if given.type == "value"]


def through_sides(transport: ScalarTransport, c, u, v) -> dict[str, float]:
    """What enters through each side per time and depth, unit of the scalar times m2/s; for padded fields."""
    fx, fy = transport.fluxes(c, u, v)
    dx, dy = transport.grid.dx, transport.grid.dy
    return {
        "left": float(fx[:, 0] @ dy),
        "right": -float(fx[:, -1] @ dy),
        "bottom": float(fy[0] @ dx),
        "top": -float(fy[-1] @ dx),
    }


def transfer_numbers(transport: ScalarTransport, entering: dict[str, float], t: float) -> dict[str, float]:
    """Nusselt or Sherwood number of each side and body with a value: its mean flux over ``D difference / length``,
    positive where the higher values, among those that are given or flow in, let in and the lower ones take out."""
    scalar, sides = transport.scalar, transport.sides
    names = numbered(transport)
    grid = transport.grid
    lengths = {"left": grid.length_y, "right": grid.length_y, "bottom": grid.length_x, "top": grid.length_x}
    given = [name for name in SIDES if scalar.sides[name].type in ("value", "inflow")]
    values = {name: sides.mean(name, t) for name in given}
    if transport.walls is not None:
        lengths |= transport.walls.lengths()
        values |= {name: transport.walls.mean(name, t) for name in names if name not in SIDES}
    middle = 0.5 * (min(values.values(), default=0.0) + max(values.values(), default=0.0))
    scale = scalar.diffusivity * scalar.difference / scalar.length if names else 1.0
    signs = {name: np.copysign(1.0, value - middle) for name, value in values.items()}
    sizes = {name: max(lengths[name], np.finfo(float).tiny) * scale for name in names}
    return {name: float(signs[name]) * entering[name] / sizes[name] for name in names}
