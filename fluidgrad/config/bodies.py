"""The tables of bodies: their shapes, motion and reference values."""

from __future__ import annotations

import os
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from fluidgrad.config.base import FormulaInSpace, InTime, Pair, Table, as_tuple, setting

Half = Annotated[float, Field(gt=0)]

_SHAPE = "The shape of the body."
_CENTRE = "Centre."
_ANGLE = "Angle by which it is turned, anticlockwise."


def _absolute(path: str, info: ValidationInfo) -> str:
    """A path as seen from the folder of the configuration, made independent of it."""
    folder = (info.context or {}).get("folder", "")
    return os.path.abspath(os.path.join(folder, os.path.expanduser(path))) if path else path


FilePath = Annotated[str, AfterValidator(_absolute)]
"""A path relative to the folder of the configuration file; absolute once the configuration is loaded."""


class Motion(Table):
    """Motion prescribed by formulas of t: displacement along x and y and rotation; left out: at rest."""

    x: InTime = setting("Displacement along x; number or formula of t.", unit="m", default=0.0)
    y: InTime = setting(
        "Displacement along y; number or formula of t.", unit="m", default=0.0, examples=["0.1*sin(2*pi*t)"]
    )
    angle: InTime = setting(
        "Rotation about the pivot, anticlockwise; number or formula of t.", unit="degrees", default=0.0
    )
    pivot: Pair | None = setting(
        "Point about which the body turns, as it lies without displacement; left out: the centre of the shape.",
        unit="m",
        default=None,
        examples=[[0.5, 0.5]],
    )


class Reference(Table):
    """Speed and length that coefficients of force refer to: Cd = 2 Fx / (speed^2 length) per density and depth."""

    speed: float = setting("Speed.", unit="m s-1", default=1.0, gt=0)
    length: float = setting("Length.", unit="m", default=1.0, gt=0)


class Solid(Table):
    """What bodies of all shapes have."""

    name: str = setting("Name in the results; left out: body1, body2 ...", default="", examples=["cylinder"])
    outside: bool = setting("Solid is everything outside the shape, instead of its inside.", default=False)
    motion: Motion | None = setting(
        "Motion prescribed by formulas of t: displacement along x and y and rotation; left out: at rest.",
        default=None,
    )
    reference: Reference | None = setting(
        "Speed and length that coefficients of force refer to: Cd = 2 Fx / (speed^2 length) per density and depth.",
        default=None,
    )


class Circle(Solid):
    """A circle."""

    shape: Literal["circle"] = setting(_SHAPE)
    x: float = setting(_CENTRE, unit="m", examples=[0.5])
    y: float = setting(_CENTRE, unit="m", examples=[0.5])
    radius: float = setting("Radius.", unit="m", gt=0, examples=[0.1])


class Ellipse(Solid):
    """An ellipse."""

    shape: Literal["ellipse"] = setting(_SHAPE)
    x: float = setting(_CENTRE, unit="m", examples=[0.5])
    y: float = setting(_CENTRE, unit="m", examples=[0.5])
    semi_axes: Annotated[tuple[Half, Half], BeforeValidator(as_tuple)] = setting(
        "Half of its length and half of its width.", unit="m", examples=[[0.2, 0.1]]
    )
    angle: float = setting(_ANGLE, unit="degrees", default=0.0)


class Rectangle(Solid):
    """A rectangle."""

    shape: Literal["rectangle"] = setting(_SHAPE)
    x: float = setting(_CENTRE, unit="m", examples=[0.5])
    y: float = setting(_CENTRE, unit="m", examples=[0.5])
    width: float = setting("Length along x before it is turned.", unit="m", gt=0, examples=[0.2])
    height: float = setting("Length along y before it is turned.", unit="m", gt=0, examples=[0.1])
    angle: float = setting(_ANGLE, unit="degrees", default=0.0)


class RegularPolygon(Solid):
    """A polygon with equal sides."""

    shape: Literal["regular polygon"] = setting(_SHAPE)
    x: float = setting(_CENTRE, unit="m", examples=[0.5])
    y: float = setting(_CENTRE, unit="m", examples=[0.5])
    radius: float = setting("Distance of the corners from the centre.", unit="m", gt=0, examples=[0.1])
    sides: int = setting("Number of sides.", ge=3, le=1000, examples=[6])
    angle: float = setting("Direction of a corner from the centre.", unit="degrees", default=0.0)


class Polygon(Solid):
    """A polygon through given points, also a concave one; its centre is that of its area."""

    shape: Literal["polygon"] = setting(_SHAPE)
    points: Annotated[tuple[Pair, ...], BeforeValidator(as_tuple)] = setting(
        "Corners in order, x and y of each.",
        unit="m",
        max_length=10_000,
        examples=[[[0.4, 0.4], [0.6, 0.4], [0.5, 0.6]]],
    )


class Naca(Solid):
    """A NACA four-digit aerofoil with a closed trailing edge; its centre is at a quarter of its chord."""

    shape: Literal["naca"] = setting(_SHAPE)
    digits: str = setting("The four digits: camber, its place, thickness.", examples=["0012"])
    x: float = setting("Leading edge.", unit="m", examples=[0.3])
    y: float = setting("Leading edge.", unit="m", examples=[0.5])
    chord: float = setting("Length of the chord.", unit="m", default=1.0, gt=0)
    angle: float = setting("Angle of attack: nose up against a stream along +x.", unit="degrees", default=0.0)


class HalfPlane(Solid):
    """Everything behind a straight wall."""

    shape: Literal["half-plane"] = setting(_SHAPE)
    x: float = setting("A point of the wall.", unit="m", examples=[0.0])
    y: float = setting("A point of the wall.", unit="m", examples=[0.1])
    angle: float = setting(
        "Direction out of the wall into the fluid, anticlockwise from +x.", unit="degrees", examples=[90.0]
    )


class Constriction(Solid):
    """A smooth bump (a cosine) on a side of the domain; its centre is the middle of its foot."""

    shape: Literal["constriction"] = setting(_SHAPE)
    side: Literal["left", "right", "bottom", "top"] = setting("The side.", examples=["bottom"])
    at: float = setting("Place of its top along the side.", unit="m", examples=[0.5])
    width: float = setting("Length along the side.", unit="m", gt=0, examples=[0.4])
    height: float = setting("Largest height above the side.", unit="m", gt=0, examples=[0.1])


class Image(Solid):
    """The silhouette in an image; transparent parts are fluid."""

    shape: Literal["image"] = setting(_SHAPE)
    file: FilePath = setting(
        "PNG file, relative to the folder of this file.", min_length=1, examples=["silhouette.png"]
    )
    x: float = setting("Centre of the image.", unit="m", examples=[0.5])
    y: float = setting("Centre of the image.", unit="m", examples=[0.5])
    width: float = setting("Width of the image; its height follows.", unit="m", gt=0, examples=[0.4])
    threshold: float = setting(
        "Brightness of the wall, from 0 (black) to 1 (white).", default=0.5, gt=0, lt=1
    )
    smoothing: float = setting("Width of the smoothing before that, in pixels.", default=1.0, ge=0, le=100)
    dark: bool = setting("Dark pixels are solid; false: bright ones.", default=True)


class Formula(Solid):
    """Solid where a formula of x and y is negative; its centre is that of its area."""

    shape: Literal["formula"] = setting(_SHAPE)
    distance: FormulaInSpace = setting(
        "A formula of x, y, zero on the wall, negative in the solid; it need not be a distance.",
        examples=["(x - 0.5)^2 + (y - 0.5)^2 - 0.01"],
    )


_PARTS = "Shapes, each with its own settings."
_EXAMPLE = [
    {"shape": "circle", "x": 0.5, "y": 0.5, "radius": 0.2},
    {"shape": "rectangle", "x": 0.7, "y": 0.5, "width": 0.3, "height": 0.1},
]


class Union(Solid):
    """What is in any of several shapes."""

    shape: Literal["union"] = setting(_SHAPE)
    parts: Parts = setting(_PARTS, min_length=1, examples=[_EXAMPLE])


class Intersection(Solid):
    """What is in all of several shapes."""

    shape: Literal["intersection"] = setting(_SHAPE)
    parts: Parts = setting(_PARTS, min_length=1, examples=[_EXAMPLE])


class Difference(Solid):
    """What is in the first of several shapes and in none of the others."""

    shape: Literal["difference"] = setting(_SHAPE)
    parts: Parts = setting(_PARTS, min_length=1, examples=[_EXAMPLE])


Body = Annotated[
    Circle
    | Ellipse
    | Rectangle
    | RegularPolygon
    | Polygon
    | Naca
    | HalfPlane
    | Constriction
    | Image
    | Formula
    | Union
    | Intersection
    | Difference,
    Field(discriminator="shape"),
]
"""A body, and also a part of one; a part has no name, motion or reference of its own."""

Parts = Annotated[tuple[Body, ...], BeforeValidator(as_tuple)]

for _combination in (Union, Intersection, Difference):
    _combination.model_rebuild()
