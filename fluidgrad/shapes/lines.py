"""Lines made of straight segments: exact distances to them, and the zero line of a function as such a line."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

LEAF = 128
"""Points whose distances are computed together; their nearest segments are sorted out before."""
_FEW = 8  # segments among which sorting does not pay
_BISECTIONS = 48

Level = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""A function of x and y whose zero line is sought."""


class Segments:
    """Straight segments from ``start`` to ``end``, both (n, 2), in m."""

    def __init__(self, start: np.ndarray, end: np.ndarray):
        self.start, self.end = start, end
        self.along = end - start
        length2 = np.sum(self.along**2, axis=1)
        self._rlength2 = np.divide(1.0, length2, out=np.zeros_like(length2), where=length2 > 0)

    def nearest(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For points (m,): distance to the nearest segment, its number, and where on it, from 0 to 1.

        Exact: halves the cloud of points until it is small and measures those segments only that can be nearest
        to one of its points. Those are at most one diameter of the cloud farther from its centre than the
        nearest one.
        """
        distance, number, where = np.empty(x.size), np.empty(x.size, dtype=np.intp), np.empty(x.size)
        if x.size == 0:
            return distance, number, where
        clouds = [(np.arange(x.size), np.arange(self.start.shape[0]))]
        while clouds:
            points, near = clouds.pop()
            px, py = x[points], y[points]
            if near.size > _FEW:
                low, high = np.array([px.min(), py.min()]), np.array([px.max(), py.max()])
                middle = 0.5 * (low + high)
                far = np.sqrt(self._measure(middle[:1], middle[1:], near)[0][0])
                near = near[far <= far.min() * (1.0 + 1e-12) + np.hypot(*(high - low))]
            if points.size > LEAF and near.size > _FEW:
                across = px if high[0] - low[0] > high[1] - low[1] else py
                order = np.argpartition(across, points.size // 2)
                halves = order[: points.size // 2], order[points.size // 2 :]
                clouds += [(points[half], near) for half in halves]
                continue
            for part in np.array_split(np.arange(points.size), 1 + points.size * near.size // 2**20):
                squares, places = self._measure(px[part], py[part], near)
                best = np.argmin(squares, axis=1)
                rows = np.arange(part.size)
                into = points[part]
                distance[into], where[into] = np.sqrt(squares[rows, best]), places[rows, best]
                number[into] = near[best]
        return distance, number, where

    def _measure(self, x: np.ndarray, y: np.ndarray, near: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Squared distances (m, k) of points (m,) to the segments numbered ``near`` (k,), and the places on these."""
        (x0, y0), (ax, ay) = self.start[near].T, self.along[near].T
        dx, dy = x[:, None] - x0, y[:, None] - y0
        r = self._rlength2[near]
        where = dx * (ax * r)
        where += dy * (ay * r)
        np.clip(where, 0.0, 1.0, out=where)
        dx -= where * ax
        dy -= where * ay
        dx *= dx
        dy *= dy
        dx += dy
        return dx, where


class Polygon:
    """The inside of a closed line through ``points`` (n, 2), in m, in either direction, that does not cross
    itself."""

    def __init__(self, points: np.ndarray):
        points = np.asarray(points, dtype=float)
        self.area = _area(points)
        self.points = points if self.area >= 0 else points[::-1]
        self.area = abs(self.area)
        self._segments = Segments(self.points, np.roll(self.points, -1, axis=0))
        along = self._segments.along
        normal = np.column_stack([along[:, 1], -along[:, 0]])
        self._normal = normal / np.hypot(normal[:, 0], normal[:, 1])[:, None]

    @property
    def centroid(self) -> tuple[float, float]:
        """Centre of area."""
        origin = self.points.mean(axis=0)
        a = self.points - origin
        b = np.roll(a, -1, axis=0)
        cross = a[:, 0] * b[:, 1] - b[:, 0] * a[:, 1]
        x, y = origin + (a + b).T @ cross / (3.0 * cross.sum())
        return float(x), float(y)

    def distance(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Signed distances, negative inside, exact.

        The side of a line is that of its nearest point, where at a corner the sum of both normals counts
        (Baerentzen & Aanaes 2005, IEEE Trans. Vis. Comput. Graph. 11, 243).
        """
        x, y = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        px, py = x.ravel(), y.ravel()
        distance, number, where = self._segments.nearest(px, py)
        n = self.points.shape[0]
        neighbour = np.where(where == 0.0, number - 1, np.where(where == 1.0, number + 1, number)) % n
        normal = self._normal[number] + self._normal[neighbour]
        foot = self._segments.start[number] + where[:, None] * self._segments.along[number]
        outwards = (px - foot[:, 0]) * normal[:, 0] + (py - foot[:, 1]) * normal[:, 1]
        return np.copysign(distance, outwards).reshape(x.shape)


def _area(points: np.ndarray) -> float:
    """Area within a closed line, positive if it runs anticlockwise."""
    a = points - points[0]
    b = np.roll(a, -1, axis=0)
    return float(0.5 * np.sum(a[:, 0] * b[:, 1] - b[:, 0] * a[:, 1]))


def first_crossing(points: np.ndarray) -> tuple[int, int] | None:
    """Numbers of two edges of a closed line that meet where they should not; edge i runs from point i to the next.

    Neighbouring edges meet at their common point; they are named only if one folds back on to the other.
    """
    n = points.shape[0]
    after = np.roll(points, -1, axis=0)

    def side(a, b, c):
        return np.sign((b[0] - a[0]) * (c[..., 1] - a[1]) - (b[1] - a[1]) * (c[..., 0] - a[0]))

    for i in range(n):
        a, b = points[i], after[i]
        ahead = after[(i + 1) % n] - b
        if (b - a) @ ahead < 0 and (b - a)[0] * ahead[1] == (b - a)[1] * ahead[0]:
            return i, (i + 1) % n
        others = np.arange(i + 2, n if i else n - 1)
        c, d = points[others], after[others]
        apart = (np.maximum(c, d) < np.minimum(a, b)).any(1) | (np.minimum(c, d) > np.maximum(a, b)).any(1)
        straddled = side(a, b, c) * side(a, b, d) <= 0
        c_d = d - c
        from_a = c_d[:, 0] * (a[1] - c[:, 1]) - c_d[:, 1] * (a[0] - c[:, 0])
        from_b = c_d[:, 0] * (b[1] - c[:, 1]) - c_d[:, 1] * (b[0] - c[:, 0])
        crossing = ~apart & straddled & (np.sign(from_a) * np.sign(from_b) <= 0)
        if crossing.any():
            return i, int(others[crossing.argmax()])
    return None


def zero_line(level: Level, x: np.ndarray, y: np.ndarray, halvings: int) -> Segments | None:
    """The zero line of a function, None where it has none.

    Marching squares on the samples at ``x`` (nx,) by ``y`` (ny,): a point on every edge of this grid on which the
    sign changes, found by bisection, and lines between them. Then every line is halved ``halvings`` times, its
    middle moved across it on to the zero line, so that the error falls with the square of the length of the
    lines. Samples that are not finite have no line around them.
    """
    values = np.broadcast_to(level(x[None, :], y[:, None]), (y.size, x.size))
    start, end = _cell_lines(values, x, y)
    if start.shape[1] == 0:
        return None
    a, b = (_bisect(level, *ends) for ends in (start, end))
    for _ in range(halvings):
        middle, across = 0.5 * (a + b), 0.25 * np.column_stack([a[:, 1] - b[:, 1], b[:, 0] - a[:, 0]])
        middle = _bisect(level, middle - across, middle + across)
        a, b = np.concatenate([a, middle]), np.concatenate([middle, b])
    return Segments(a, b)


def _cell_lines(values: np.ndarray, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lines through the cells of a grid of samples that are cut by the zero line.

    Returns the edges on which they start and end, each (2, lines, 2): both ends of an edge. A cell with four
    changes of sign has two lines; which corners they join follows from the mean of the four values.
    """
    solid = values < 0
    corners = [solid[:-1, :-1], solid[:-1, 1:], solid[1:, 1:], solid[1:, :-1]]  # anticlockwise
    finite = np.isfinite(values)
    usable = finite[:-1, :-1] & finite[:-1, 1:] & finite[1:, 1:] & finite[1:, :-1]
    count = sum(corner.astype(int) for corner in corners)
    j, i = np.nonzero(usable & (count > 0) & (count < 4))
    inside = np.array([corner[j, i] for corner in corners])
    places = np.array([[x[i + di], y[j + dj]] for di, dj in ((0, 0), (1, 0), (1, 1), (0, 1))])
    centre = np.mean([values[j + dj, i + di] for di, dj in ((0, 0), (1, 0), (1, 1), (0, 1))], axis=0) < 0
    starts, ends = [], []
    for edge in range(4):  # solid to fluid on this edge, then back on the next one that changes
        leaves = inside[edge] & ~inside[(edge + 1) % 4]
        saddle = leaves & (inside[(edge + 2) % 4]) & ~inside[(edge + 3) % 4]
        for ahead in (1, 2, 3):
            back = (edge + ahead) % 4
            returns = leaves & ~inside[back] & inside[(back + 1) % 4]
            chosen = returns & (~saddle | (centre == (ahead == 1)))
            starts.append(np.stack([places[edge].T[chosen], places[(edge + 1) % 4].T[chosen]]))
            ends.append(np.stack([places[back].T[chosen], places[(back + 1) % 4].T[chosen]]))
    return np.concatenate(starts, axis=1), np.concatenate(ends, axis=1)


def _bisect(level: Level, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Zeros of a function on the lines from a to b, (n, 2); the middle where its sign is the same at both ends."""
    negative = level(*a.T) < 0
    same = negative == (level(*b.T) < 0)
    low, high = np.zeros(len(a)), np.ones(len(a))
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        alike = (level(*(a + middle[:, None] * (b - a)).T) < 0) == negative
        low, high = np.where(alike, middle, low), np.where(alike, high, middle)
    return a + np.where(same, 0.5, 0.5 * (low + high))[:, None] * (b - a)
