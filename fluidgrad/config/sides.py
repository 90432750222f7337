"""What the four sides of the domain do, in words of physics."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fluidgrad.config.base import InSpaceAndTime, Table, setting

SIDES = ("left", "right", "bottom", "top")
OPPOSITE = {"left": "right", "right": "left", "bottom": "top", "top": "bottom"}


class Periodic(Table):
    """Joined to the opposite side, which must be periodic as well."""

    type: Literal["periodic"] = setting("What the side does.")


class Wall(Table):
    """A wall at rest to which the fluid sticks (no slip)."""

    type: Literal["wall"] = setting("What the side does.")


class Slip(Table):
    """Nothing passes and nothing rubs: a free surface or a plane of symmetry."""

    type: Literal["slip"] = setting("What the side does.")


class MovingWall(Table):
    """A wall that moves along itself and drags the fluid with it."""

    type: Literal["moving wall"] = setting("What the side does.")
    velocity: InSpaceAndTime = setting(
        "Velocity along the wall, positive along +x or +y; number or formula of x, y, t.",
        unit="m s-1",
        examples=[1.0],
    )


class Inflow(Table):
    """Velocity given on the side; a negative normal one draws fluid out at a given rate."""

    type: Literal["inflow"] = setting("What the side does.")
    normal: InSpaceAndTime = setting(
        "Velocity through the side, positive into the domain; number or formula of x, y, t.",
        unit="m s-1",
        examples=["6*y*(1-y)"],
    )
    tangential: InSpaceAndTime = setting(
        "Velocity along the side, positive along +x or +y; number or formula of x, y, t.",
        unit="m s-1",
        default=0.0,
    )


class Outflow(Table):
    """Vortices and waves leave freely."""

    type: Literal["outflow"] = setting("What the side does.")
    speed: float | None = setting(
        "Speed at which structures are carried out; left out: taken from the flow.",
        unit="m s-1",
        default=None,
        gt=0,
        examples=[1.0],
    )


Side = Annotated[Periodic | Wall | Slip | MovingWall | Inflow | Outflow, Field(discriminator="type")]


class Boundaries(Table):
    """What each side of the domain does."""

    left: Side = setting("The side at the smallest x.")
    right: Side = setting("The side at the largest x.")
    bottom: Side = setting("The side at the smallest y.")
    top: Side = setting("The side at the largest y.")
