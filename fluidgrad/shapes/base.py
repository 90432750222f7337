"""What every shape can tell, and shapes made of other shapes."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from fluidgrad.shapes.lines import Level

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, right, lower and upper end, infinite where there is none."""

EVERYWHERE: Box = (-np.inf, np.inf, -np.inf, np.inf)


class Shape:
    """A region of the plane that is solid.

    ``centre`` is the point about which it turns if nothing else is said, ``box`` a rectangle that holds all of
    it, ``thickness`` the diameter of the largest circle that fits in.
    """

    centre: Point
    box: Box

    def distance(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Signed distance (m) of points from the wall, negative inside; x and y broadcast."""
        raise NotImplementedError

    @cached_property
    def thickness(self) -> float:
        """Diameter (m) of the largest circle that fits into the shape, to about one per cent; zero if there is
        none, infinite if the shape is unbounded."""
        return inscribed(self.distance, self.box)

    @property
    def reach(self) -> float:
        """Largest distance (m) of a point of the shape from its centre; infinite if there is none."""
        (x, y), (left, right, low, high) = self.centre, self.box
        return float(np.hypot(max(x - left, right - x), max(y - low, high - y)))

    def round_about(self, pivot: Point) -> bool:
        """Whether any rotation about ``pivot`` leaves the shape as it is."""
        return False


def inscribed(distance: Level, box: Box) -> float:
    """Diameter of the largest circle in a shape, by samples that close in on its centre."""
    left, right, low, high = box
    if not np.isfinite(box).all():
        return np.inf
    deepest, x, y = 0.0, np.linspace(left, right, 65), np.linspace(low, high, 65)
    for _ in range(4):
        depth = -distance(x[None, :], y[:, None])
        j, i = np.unravel_index(np.argmax(depth), depth.shape)
        deepest = max(deepest, float(depth[j, i]))
        dx, dy = x[1] - x[0], y[1] - y[0]
        x, y = x[i] + dx * np.linspace(-1, 1, 17), y[j] + dy * np.linspace(-1, 1, 17)
    return 2.0 * deepest


class Outside(Shape):
    """All that a shape leaves free."""

    box = EVERYWHERE
    thickness = np.inf

    def __init__(self, shape: Shape):
        self.shape, self.centre = shape, shape.centre

    def distance(self, x, y):
        return -self.shape.distance(x, y)

    def round_about(self, pivot: Point) -> bool:
        return self.shape.round_about(pivot)


class Combination(Shape):
    """Shapes put together point by point; its centre is that of the first part.

    The wall is exact. Where the nearest point of a part's wall is not on the wall of the whole, the distance is that
    to the nearest part, which is smaller than or equal to the true one.
    """

    def __init__(self, parts: tuple[Shape, ...]):
        self.parts, self.centre = parts, parts[0].centre
        self.box = self._box()

    def _box(self) -> Box:
        return self.parts[0].box

    def round_about(self, pivot: Point) -> bool:
        return all(part.round_about(pivot) for part in self.parts)

    def _distances(self, x, y) -> list[np.ndarray]:
        return [part.distance(x, y) for part in self.parts]


class Union(Combination):
    """What is in any of the parts; as thick as its thinnest part."""

    def _box(self) -> Box:
        left, right, low, high = zip(*(part.box for part in self.parts), strict=True)
        return min(left), max(right), min(low), max(high)

    @cached_property
    def thickness(self) -> float:
        return min(part.thickness for part in self.parts)

    def distance(self, x, y):
        return np.min(self._distances(x, y), axis=0)


class Intersection(Combination):
    """What is in all of the parts."""

    def _box(self) -> Box:
        left, right, low, high = zip(*(part.box for part in self.parts), strict=True)
        return max(left), min(right), max(low), min(high)

    def distance(self, x, y):
        return np.max(self._distances(x, y), axis=0)


class Difference(Combination):
    """What is in the first part and in none of the others."""

    def distance(self, x, y):
        first, *others = self._distances(x, y)
        return np.max([first, *(-other for other in others)], axis=0)
