"""Forces on bodies as columns of the time series."""

from __future__ import annotations

from collections.abc import Sequence

from fluidgrad.bodies import Body, Load


def columns(bodies: Sequence[Body]) -> dict[str, tuple[str, str]]:
    """Columns of all bodies: name -> unit, meaning. Forces are the fluid's on the body, per density and depth."""
    table = {}
    for body in bodies:
        name = body.name
        scales = f"speed {body.speed:g} m/s, length {body.length:g} m"
        for axis, coefficient in (("x", "drag"), ("y", "lift")):
            table[f"{name}_force_{axis}"] = ("m3 s-2", f"force on {name} along {axis} per density and depth")
            table[f"{name}_pressure_{axis}"] = ("m3 s-2", f"part of the pressure in {name}_force_{axis}")
            table[f"{name}_friction_{axis}"] = ("m3 s-2", f"part of the friction in {name}_force_{axis}")
            table[f"{name}_{coefficient}"] = ("1", f"{coefficient} coefficient of {name}: {scales}")
        table[f"{name}_torque"] = (
            "m4 s-2",
            f"anticlockwise torque on {name} about its pivot, per density and depth",
        )
        table[f"{name}_moment"] = ("1", f"moment coefficient of {name}: {scales}")
    if bodies:
        table["pressure_iterations"] = ("1", "iterations of the last solution of the pressure equation")
    return table


def row(bodies: Sequence[Body], loads: Sequence[Load], iterations: int) -> dict[str, float]:
    """The values of these columns."""
    values: dict[str, float] = {}
    for body, load in zip(bodies, loads, strict=True):
        name = body.name
        pressure = 0.5 * body.speed**2 * body.length
        for axis, (direction, coefficient) in enumerate((("x", "drag"), ("y", "lift"))):
            values[f"{name}_force_{direction}"] = float(load.total[axis])
            values[f"{name}_pressure_{direction}"] = float(load.pressure[axis])
            values[f"{name}_friction_{direction}"] = float(load.friction[axis])
            values[f"{name}_{coefficient}"] = float(load.total[axis] / pressure)
        values[f"{name}_torque"] = float(load.total[2])
        values[f"{name}_moment"] = float(load.total[2] / (pressure * body.length))
    if bodies:
        values["pressure_iterations"] = float(iterations)
    return values
