"""From the tables of a configuration to shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from fluidgrad.errors import ShapeError
from fluidgrad.expressions import Formula
from fluidgrad.shapes import outlines, simple
from fluidgrad.shapes.base import Combination, Difference, Intersection, Outside, Shape, Union

MOST_SAMPLES = 2048
"""Samples of a formula along x and along y."""
BEYOND = 0.125
"""How far beyond the domain, over its size, the zero line of a formula is followed."""


def shape_of(table: Any, domain: Any, constants: Mapping[str, float] | None = None) -> Shape:
    """The shape that a table of bodies, or of the parts of one, describes.

    Parameters
    ----------
    table : settings such as ``shape``, ``x``, ``radius``, ``outside`` as attributes.
    domain : ``x`` and ``y``, the ends of the domain in m, and ``cells``, the numbers of its cells.
    constants : names that formulas may use.

    Raises
    ------
    ShapeError : it cannot be built, for example from an image that is not there.
    """
    shape = SHAPES[table.shape](table, domain, constants or {})
    return Outside(shape) if table.outside else shape


def _polygon(table, domain, constants) -> Shape:
    return outlines.Outline(np.array(table.points))


def _image(table, domain, constants) -> Shape:
    from fluidgrad.shapes.silhouette import silhouette

    return silhouette(
        table.file, (table.x, table.y), table.width, table.threshold, table.smoothing, table.dark
    )


def _formula(table, domain, constants) -> Shape:
    formula = Formula(table.distance, ("x", "y"), constants)
    x, y = (_samples(ends, cells) for ends, cells in zip((domain.x, domain.y), domain.cells, strict=True))
    try:
        return outlines.Contour(lambda x, y: np.asarray(formula(x=x, y=y)), x, y, halvings=1)
    except ShapeError:
        raise ShapeError("distance", "is nowhere zero in the domain; the wall is where it is zero") from None


def _samples(ends: tuple[float, float], cells: int) -> np.ndarray:
    """Two places per cell, from before to behind the domain."""
    low, high = ends
    beyond = BEYOND * (high - low)
    return np.linspace(low - beyond, high + beyond, min(max(2 * cells, 256), MOST_SAMPLES))


def _combined(kind: type[Combination]) -> Callable[..., Shape]:
    def build(table, domain, constants) -> Shape:
        return kind(tuple(shape_of(part, domain, constants) for part in table.parts))

    return build


SHAPES: dict[str, Callable[..., Shape]] = {
    "circle": lambda b, d, c: simple.Circle((b.x, b.y), b.radius),
    "ellipse": lambda b, d, c: simple.Ellipse((b.x, b.y), b.semi_axes, b.angle),
    "rectangle": lambda b, d, c: simple.Rectangle((b.x, b.y), b.width, b.height, b.angle),
    "regular polygon": lambda b, d, c: outlines.regular_polygon((b.x, b.y), b.radius, b.sides, b.angle),
    "polygon": _polygon,
    "naca": lambda b, d, c: outlines.aerofoil(b.digits, (b.x, b.y), b.chord, b.angle),
    "half-plane": lambda b, d, c: simple.HalfPlane((b.x, b.y), b.angle),
    "constriction": lambda b, d, c: outlines.constriction(b.side, b.at, b.width, b.height, (d.x, d.y)),
    "image": _image,
    "formula": _formula,
    "union": _combined(Union),
    "intersection": _combined(Intersection),
    "difference": _combined(Difference),
}
"""Name of a shape -> function of its table, the domain and the constants of formulas that builds it."""
