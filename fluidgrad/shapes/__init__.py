"""Shapes of bodies as signed distances: negative in the solid, positive in the fluid, zero on the wall.

Lengths are in metres, angles in degrees, anticlockwise. Every shape has the interface of :class:`Shape`; distances
are exact except where a shape says otherwise. :data:`SHAPES` maps the names used in configurations to what builds
a shape from its table.
"""

from __future__ import annotations

from fluidgrad.shapes.base import Shape
from fluidgrad.shapes.catalogue import SHAPES, shape_of

__all__ = ["SHAPES", "Shape", "shape_of"]
