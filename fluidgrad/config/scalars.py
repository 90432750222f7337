"""Scalars that the flow carries, what the sides and bodies do to them, and how they drive the flow."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from fluidgrad.config.base import InSpace, InSpaceAndTime, Pair, Table, as_tuple, setting

_TYPE = "What the side does to the scalar."
_VALUE = "Value on it, in the scalar's unit; number or formula of x, y, t."
_FLUX = "Flux into the fluid, D dc/dn, in the scalar's unit times m/s; number or formula of x, y, t."
_BODY = "Name of the body; left out: every body without an entry of its own."


class ValueSide(Table):
    """The scalar has a given value on a wall, as on a heated plate."""

    type: Literal["value"] = setting(_TYPE)
    value: InSpaceAndTime = setting(_VALUE, examples=[1.0])


class FluxSide(Table):
    """A given diffusive flux enters through a wall, none if it is insulated."""

    type: Literal["flux"] = setting(_TYPE)
    flux: InSpaceAndTime = setting(_FLUX, default=0.0)


class InflowSide(Table):
    """What enters brings a given value; what leaves takes along what it has."""

    type: Literal["inflow"] = setting(_TYPE)
    value: InSpaceAndTime = setting(_VALUE, examples=[1.0])


class OutflowSide(Table):
    """The fluid takes along what it has."""

    type: Literal["outflow"] = setting(_TYPE)


class PeriodicSide(Table):
    """Joined to the opposite side."""

    type: Literal["periodic"] = setting(_TYPE)


ScalarSide = Annotated[
    ValueSide | FluxSide | InflowSide | OutflowSide | PeriodicSide, Field(discriminator="type")
]


class ScalarSides(Table):
    """What each side does to the scalar; left out: what follows from the flow, a wall being insulated."""

    left: ScalarSide | None = setting("The side at the smallest x.", default=None)
    right: ScalarSide | None = setting("The side at the largest x.", default=None)
    bottom: ScalarSide | None = setting("The side at the smallest y.", default=None)
    top: ScalarSide | None = setting("The side at the largest y.", default=None)


class ValueBody(Table):
    """The scalar has a given value on the wall of a body."""

    type: Literal["value"] = setting("What the wall does to the scalar.")
    name: str = setting(_BODY, default="", examples=["cylinder"])
    value: InSpaceAndTime = setting(_VALUE, examples=[1.0])


class FluxBody(Table):
    """A given diffusive flux enters the fluid through the wall of a body."""

    type: Literal["flux"] = setting("What the wall does to the scalar.")
    name: str = setting(_BODY, default="", examples=["cylinder"])
    flux: InSpaceAndTime = setting(_FLUX, default=0.0)


ScalarBody = Annotated[ValueBody | FluxBody, Field(discriminator="type")]

DIFFUSIVITIES = ("diffusivity", "prandtl", "schmidt")
"""The ways to give how a scalar diffuses, one of which is needed."""

STRENGTHS = ("expansion", "rayleigh", "grashof", "richardson")
"""The ways to give how strongly a scalar lifts the fluid, at most one of which is needed."""


class Scalar(Table):
    """A quantity that the flow carries: temperature, a concentration, dye.

    It diffuses with ``diffusivity``, given as such or by the Prandtl or Schmidt number. It lifts the fluid
    (Boussinesq) if one of ``expansion``, ``rayleigh``, ``grashof`` and ``richardson`` is given: with gravity g the
    force per mass is ``-g * expansion * (c - reference)``, and the numbers stand for ``|g| * expansion``::

        rayleigh   = |g| expansion difference length^3 / (viscosity diffusivity)
        grashof    = |g| expansion difference length^3 / viscosity^2
        richardson = |g| expansion difference length / speed^2        (speed: that of [fluid] reynolds)
    """

    name: str = setting("Name, a word of letters, digits and '_'.", examples=["temperature"])
    units: str = setting("Unit, for labels; 1 for a number without.", default="1", examples=["K"])
    long_name: str = setting("A name for labels; left out: the name.", default="", examples=["temperature"])
    diffusivity: float | None = setting("Diffusivity.", unit="m2 s-1", default=None, ge=0, examples=[1e-3])
    prandtl: float | None = setting(
        "Prandtl number, viscosity / diffusivity, instead of it.", default=None, gt=0, examples=[0.71]
    )
    schmidt: float | None = setting(
        "The same for a substance; its fluxes give Sherwood numbers.", default=None, gt=0, examples=[700.0]
    )
    advection: Literal["central", "limited"] = setting(
        "central conserves the variance; limited leaves no value outside the range there was.",
        default="central",
    )
    initial: InSpace = setting("Values at the start; number or formula of x, y.", default=0.0)
    source: InSpaceAndTime = setting(
        "Rate of production, in the scalar's unit per s; number or formula of x, y, t.", default=0.0
    )
    expansion: float | None = setting(
        "Loss of density per unit of the scalar, over the density.", default=None, examples=[3.4e-3]
    )
    rayleigh: float | None = setting("Rayleigh number, instead of expansion.", default=None, examples=[1e5])
    grashof: float | None = setting("Grashof number, instead of expansion.", default=None, examples=[1e5])
    richardson: float | None = setting(
        "Richardson number, instead of expansion.", default=None, examples=[1.0]
    )
    difference: float | None = setting(
        "Difference of the scalar that the numbers refer to; left out: 1.", default=None, gt=0, examples=[1.0]
    )
    length: float | None = setting(
        "Length that the numbers refer to; left out: 1.", unit="m", default=None, gt=0, examples=[1.0]
    )
    reference: float = setting("Value at which the fluid is not lifted.", default=0.0)
    boundaries: ScalarSides = setting("What each side does to the scalar.", default_factory=ScalarSides)
    bodies: Annotated[tuple[ScalarBody, ...], BeforeValidator(as_tuple)] = setting(
        "What the walls of bodies do to the scalar; left out: they are insulated.", default=()
    )

    @property
    def strength(self) -> str:
        """The one of :data:`STRENGTHS` that is given, empty if the scalar does not lift the fluid."""
        return next((name for name in STRENGTHS if getattr(self, name) is not None), "")

    @property
    def number(self) -> float | None:
        """Prandtl or Schmidt number, None if the diffusivity itself is given."""
        return self.prandtl if self.prandtl is not None else self.schmidt

    @property
    def reference_length(self) -> float:
        """Length that the numbers refer to, m."""
        return 1.0 if self.length is None else self.length

    @property
    def reference_difference(self) -> float:
        """Difference that the numbers refer to, in the scalar's unit."""
        return 1.0 if self.difference is None else self.difference


class Buoyancy(Table):
    """Gravity, which lifts or pulls down the fluid by its scalars (Boussinesq)."""

    gravity: Pair = setting(
        "Acceleration of gravity along x and y; with a Rayleigh, Grashof or Richardson number only its direction "
        "counts.",
        unit="m s-2",
        default=(0.0, -9.81),
    )


def scale_setting(scalars: tuple[Scalar, ...]) -> Scalar | None:
    """The first scalar with a Rayleigh or Grashof number: the scales of convection are its own."""
    return next((scalar for scalar in scalars if scalar.strength in ("rayleigh", "grashof")), None)


def scaled_viscosity(scales: str, scalars: tuple[Scalar, ...]) -> float:
    """Viscosity (m2/s) in units in which the diffusivity is one (``"diffusive"``) or the speed
    ``sqrt(|g| expansion difference length)`` (``"free fall"``)."""
    scalar = scale_setting(scalars)
    if scales == "diffusive":
        return scalar.number
    grashof = scalar.grashof if scalar.rayleigh is None else scalar.rayleigh / scalar.number
    return scalar.reference_length / math.sqrt(grashof)


def diffusivity(scalar: Scalar, nu: float) -> float:
    """Diffusivity in m2/s, however it was given, for a fluid of viscosity nu (m2/s)."""
    return scalar.diffusivity if scalar.number is None else nu / scalar.number


def lift(scalar: Scalar, nu: float, speed: float, gravity: tuple[float, float]) -> tuple[float, float]:
    """Force per mass along x and y (m/s2) that a unit of a scalar adds, for a viscosity nu (m2/s), the speed of the
    Reynolds number (m/s) and gravity (m/s2)."""
    if not scalar.strength:
        return 0.0, 0.0
    size = math.hypot(*gravity)
    length, given = scalar.reference_length, getattr(scalar, scalar.strength)
    strength = {
        "expansion": size,
        "rayleigh": nu * diffusivity(scalar, nu) / (scalar.reference_difference * length**3),
        "grashof": nu**2 / (scalar.reference_difference * length**3),
        "richardson": speed**2 / (scalar.reference_difference * length),
    }[scalar.strength]
    return -given * strength * gravity[0] / size, -given * strength * gravity[1] / size
