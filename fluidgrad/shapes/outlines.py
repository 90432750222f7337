"""Shapes within a line of straight segments: polygons, aerofoils, constrictions, zero lines of functions."""

from __future__ import annotations

import re
from functools import cached_property

import numpy as np

from fluidgrad.errors import ShapeError
from fluidgrad.shapes.base import EVERYWHERE, Point, Shape, inscribed
from fluidgrad.shapes.lines import Level, Polygon, zero_line


class Outline(Shape):
    """The inside of a closed line through points (n, 2); ``thickness`` is found by sampling if it is left out."""

    def __init__(self, points: np.ndarray, centre: Point | None = None, thickness: float | None = None):
        self._polygon = Polygon(points)
        self.points = self._polygon.points
        (left, low), (right, high) = self.points.min(axis=0), self.points.max(axis=0)
        self.box = (float(left), float(right), float(low), float(high))
        self.centre = self._polygon.centroid if centre is None else centre
        if thickness is not None:
            self.thickness = thickness

    def distance(self, x, y):
        return self._polygon.distance(x, y)


class Contour(Shape):
    """The region where a function of x and y is negative.

    The wall is a fine polygon on its zero line (see :func:`fluidgrad.shapes.lines.zero_line`); at corners of the zero
    line the polygon is bevelled over one sample. The function gives the side of points anywhere.

    Parameters
    ----------
    level : function of x and y.
    x, y : coordinates of its samples, (nx,) and (ny,), evenly spaced.
    halvings : how often lines between the samples are halved.
    centre : centre of the shape; its centre of area if left out.
    """

    def __init__(
        self, level: Level, x: np.ndarray, y: np.ndarray, halvings: int, centre: Point | None = None
    ):
        self._level = level
        segments = zero_line(level, x, y, halvings)
        if segments is None:
            raise ShapeError("", "has no wall")
        self._segments = segments
        solid = np.broadcast_to(level(x[None, :], y[:, None]) < 0, (y.size, x.size))
        ends = np.concatenate([segments.start, segments.end])
        (left, low), (right, high) = ends.min(axis=0), ends.max(axis=0)
        rim = solid[0].any() or solid[-1].any() or solid[:, 0].any() or solid[:, -1].any()
        self.box = EVERYWHERE if rim else (float(left), float(right), float(low), float(high))
        self._window = (float(left), float(right), float(low), float(high))
        j, i = np.nonzero(solid)
        self.centre = (float(x[i].mean()), float(y[j].mean())) if centre is None else centre

    @cached_property
    def thickness(self) -> float:
        return inscribed(self.distance, self._window)

    def distance(self, x, y):
        x, y = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        distance, _, _ = self._segments.nearest(x.ravel(), y.ravel())
        return np.where(self._level(x, y) < 0, -1.0, 1.0) * distance.reshape(x.shape)


def regular_polygon(centre: Point, radius: float, sides: int, angle: float) -> Outline:
    """A regular polygon within a circle; the first corner lies in the direction ``angle`` from the centre."""
    at = np.deg2rad(angle) + 2.0 * np.pi * np.arange(sides) / sides
    points = np.column_stack([centre[0] + radius * np.cos(at), centre[1] + radius * np.sin(at)])
    return Outline(points, centre, 2.0 * radius * np.cos(np.pi / sides))


def aerofoil(digits: str, leading_edge: Point, chord: float, angle: float, points: int = 400) -> Outline:
    """A NACA four-digit aerofoil (Jacobs, Ward & Pinkerton 1933, NACA Report 460) with a closed trailing edge.

    ``angle`` is the angle of attack, nose up for a stream along +x. Its centre is the point at a quarter of the
    chord. The outline has ``points`` lines on each side, which are within 5e-6 chords of the curve at 12 %
    thickness. Raises :class:`fluidgrad.errors.ShapeError` for digits that describe none.
    """
    if not re.fullmatch("[0-9]{4}", digits) or digits[2:] == "00" or (digits[0] != "0" and digits[1] == "0"):
        raise ShapeError(
            "digits",
            f"{digits[:20]!r} is no aerofoil; give four digits: camber in %, its place in tenths of the chord (not 0 "
            "if there is camber), and two for the thickness in % (not 00)",
        )
    camber, place, thick = int(digits[0]) / 100, int(digits[1]) / 10, int(digits[2:]) / 100
    x = 0.5 * (1.0 - np.cos(np.linspace(0.0, np.pi, points + 1)))
    half = 5.0 * thick * naca_thickness(x)
    line, slope = np.zeros_like(x), np.zeros_like(x)
    if camber:
        fore, aft = camber / place**2, camber / (1.0 - place) ** 2
        line = np.where(x < place, fore * (2 * place - x) * x, aft * (1 - 2 * place + (2 * place - x) * x))
        slope = np.where(x < place, fore, aft) * 2.0 * (place - x)
    turn = np.arctan(slope)
    upper = np.column_stack([x - half * np.sin(turn), line + half * np.cos(turn)])
    lower = np.column_stack([x + half * np.sin(turn), line - half * np.cos(turn)])
    outline = chord * np.concatenate([lower[:-1], upper[:0:-1]])
    cos, sin = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    to_world = np.array([[cos, sin], [-sin, cos]])
    quarter = to_world @ [0.25 * chord, 0.0] + leading_edge
    return Outline(outline @ to_world.T + leading_edge, (float(quarter[0]), float(quarter[1])), thick * chord)


def naca_thickness(x: np.ndarray) -> np.ndarray:
    """Half thickness of a four-digit aerofoil over five times its thickness ratio, x from 0 to 1, zero at both."""
    return 0.2969 * np.sqrt(x) + x * (-0.1260 + x * (-0.3516 + x * (0.2843 - 0.1036 * x)))


def constriction(side: str, at: float, width: float, height: float, ends: tuple[Point, Point]) -> Outline:
    """A smooth bump h (1 + cos(2 pi s/w))/2 on a side of a domain with the given ends along x and y.

    s is measured from ``at`` along the side. The solid goes on beyond the side; as thick as it is high.
    """
    s = width * np.linspace(-0.5, 0.5, 401)
    bump = 0.5 * height * (1.0 + np.cos(2.0 * np.pi * s / width))
    bump[[0, -1]] = 0.0
    foot = -(width + height)
    along = np.concatenate([[s[0]], s, [s[-1]]]) + at
    inwards = np.concatenate([[foot], bump, [foot]])
    axis, end = {"left": (0, 0), "right": (0, 1), "bottom": (1, 0), "top": (1, 1)}[side]
    across = ends[axis][end] + (inwards if end == 0 else -inwards)
    points = np.column_stack([across, along] if axis == 0 else [along, across])
    centre = (ends[0][end], at) if axis == 0 else (at, ends[1][end])
    return Outline(points, centre, height)
