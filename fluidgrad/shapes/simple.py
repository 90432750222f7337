"""Shapes whose distance is a formula: circle, ellipse, rectangle, half-plane."""

from __future__ import annotations

import numpy as np

from fluidgrad.shapes.base import EVERYWHERE, Box, Point, Shape


def _turned(x: np.ndarray, y: np.ndarray, centre: Point, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates along axes through ``centre`` that are turned by ``angle``."""
    x, y = np.asarray(x, dtype=float) - centre[0], np.asarray(y, dtype=float) - centre[1]
    if angle == 0.0:
        return x, y
    cos, sin = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    return cos * x + sin * y, cos * y - sin * x


def _box_about(centre: Point, half_width: float, half_height: float) -> Box:
    x, y = centre
    return x - half_width, x + half_width, y - half_height, y + half_height


class Circle(Shape):
    """A disc."""

    def __init__(self, centre: Point, radius: float):
        self.centre, self.radius = centre, radius
        self.box = _box_about(centre, radius, radius)
        self.thickness = 2.0 * radius

    @property
    def reach(self) -> float:
        return self.radius

    def distance(self, x, y):
        return np.hypot(np.asarray(x) - self.centre[0], np.asarray(y) - self.centre[1]) - self.radius

    def round_about(self, pivot: Point) -> bool:
        return np.hypot(pivot[0] - self.centre[0], pivot[1] - self.centre[1]) <= 1e-12 * self.radius


class Ellipse(Shape):
    """An ellipse with the semi-axes a and b, the first along ``angle``."""

    def __init__(self, centre: Point, semi_axes: tuple[float, float], angle: float = 0.0):
        self.centre, self.angle = centre, angle
        self.a, self.b = semi_axes
        cos, sin = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
        half = np.hypot(self.a * cos, self.b * sin), np.hypot(self.a * sin, self.b * cos)
        self.box = _box_about(centre, float(half[0]), float(half[1]))
        self.thickness = 2.0 * min(semi_axes)

    def distance(self, x, y):
        x, y = np.broadcast_arrays(*(np.abs(c) for c in _turned(x, y, self.centre, self.angle)))
        if self.a < self.b:
            x, y = y, x
        return _ellipse_distance(x, y, max(self.a, self.b), min(self.a, self.b))

    def round_about(self, pivot: Point) -> bool:
        return self.a == self.b and Circle(self.centre, self.a).round_about(pivot)


def _ellipse_distance(x: np.ndarray, y: np.ndarray, a: float, b: float) -> np.ndarray:
    """Signed distance of points in the first quadrant from an ellipse with a >= b.

    The foot of the perpendicular is (a^2 x/(s + c), b^2 y/s) with c = a^2 - b^2, where s > 0 is the largest root of
    F(s) = (a x/(s + c))^2 + (b y/s)^2 - 1 (Eberly 2013, Distance from a Point to an Ellipse). F falls and is convex
    there, so Newton's method rises to the root from the left without overshooting.
    """
    c = a * a - b * b
    y = np.maximum(y, 1e-30 * b)  # on the long axis the foot is the limit from above
    s = np.maximum(b * y, a * x - c)
    for _ in range(60):
        p, q = a * x / (s + c), b * y / s
        step = 0.5 * (p * p + q * q - 1.0) / (p * p / (s + c) + q * q / s)
        s += np.maximum(step, 0.0)
        if np.all(step <= 1e-15 * s):
            break
    foot_x = np.minimum(a * a * x / (s + c), a)
    foot_y = b * np.sqrt(1.0 - (foot_x / a) ** 2)
    distance = np.hypot(x - foot_x, y - foot_y)
    return np.where((x / a) ** 2 + (y / b) ** 2 < 1.0, -distance, distance)


class Rectangle(Shape):
    """A rectangle, its width along ``angle``."""

    def __init__(self, centre: Point, width: float, height: float, angle: float = 0.0):
        self.centre, self.half, self.angle = centre, (0.5 * width, 0.5 * height), angle
        cos, sin = np.abs([np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))])
        self.box = _box_about(
            centre, self.half[0] * cos + self.half[1] * sin, self.half[0] * sin + self.half[1] * cos
        )
        self.thickness = min(width, height)

    def distance(self, x, y):
        x, y = _turned(x, y, self.centre, self.angle)
        dx, dy = np.abs(x) - self.half[0], np.abs(y) - self.half[1]
        return np.hypot(np.maximum(dx, 0.0), np.maximum(dy, 0.0)) + np.minimum(np.maximum(dx, dy), 0.0)


class HalfPlane(Shape):
    """All that lies behind a straight wall through a point; the normal points into the fluid, along ``angle``."""

    box = EVERYWHERE
    thickness = np.inf

    def __init__(self, point: Point, angle: float):
        self.centre, self.angle = point, angle

    def distance(self, x, y):
        x, y = np.broadcast_arrays(*_turned(x, y, self.centre, self.angle))
        return x.copy()
