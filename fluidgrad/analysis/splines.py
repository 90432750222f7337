"""Cubic interpolation along an axis of a grid, prepared once for all points at which it will be asked.

Along an axis the interpolant is, in each of its intervals, the sum of four coefficients times four cubic
polynomials. For a spline (twice differentiable, fourth order) the coefficients are found by a banded solve; for a
local cubic (differentiable, third order; Catmull & Rom 1974 on any spacing) they are the values themselves.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

BINS_PER_INTERVAL = 2
"""Equal bins, per interval, by which the interval of a place is looked up."""

REPEATED = 32
"""Points of the neighbouring periods, on either side, that a periodic spline is found with; each takes 0.27 of the
influence of the ends."""

EVEN = 1e-10
"""Relative difference of intervals that count as equal."""

DEGREE = 3

FEWEST = 4
"""Points needed along an axis for a cubic."""


class Axis(NamedTuple):
    """One axis as compiled loops take it: numbers only, with its intervals in tables that all axes share.

    ``start`` and ``length`` (m) of all intervals; ``period`` (m), 0 if it has none. A run of ``even`` intervals with
    the B-splines on equal knots, from interval ``first_even`` on, which begins ``even_from`` (m) after the start,
    needs no table: it has ``per_width`` intervals per metre. The first interval is ``row`` of the table, of ``rows``.
    The first interval in each of ``bins`` equal parts, ``bins_per_metre``, stands in the list of these from ``bin`` on.
    """

    start: float
    length: float
    period: float
    first_even: int
    even: int
    even_from: float
    per_width: float
    row: int
    rows: int
    bin: int
    bins: int
    bins_per_metre: float


class Intervals(NamedTuple):
    """The intervals of an axis: where the first begins (m), where each ends (n,), from there, and the cubics in each;
    ``basis`` (n, 4, 4) has the coefficient of each power of the way into interval k, for the coefficients k to k + 3.
    ``even``: first of the run of even intervals, how many, and where it begins and ends."""

    start: float
    ends: np.ndarray
    basis: np.ndarray
    period: float = 0.0
    even: tuple[int, int, float, float] = (0, 0, 0.0, 1.0)


class Axes(NamedTuple):
    """Axes with the tables that they share: of each interval its end and its basis (rows, 17), and of each bin its
    first interval."""

    axes: tuple[Axis, ...]
    table: np.ndarray
    bins: np.ndarray


def packed(*every: Intervals) -> Axes:
    """Axes for compiled loops."""
    axes, tables, bins, row, first_bin = [], [], [], 0, 0
    for one in every:
        number, begin, since, until = one.even[1], one.even[0], *one.even[2:]
        found, per_metre = _bins(one.ends)
        axes.append(
            Axis(one.start, float(one.ends[-1]), one.period, begin, number, since, number / (until - since),
                 row, one.ends.size, first_bin, found.size, per_metre)
        )  # fmt: skip
        tables.append(np.column_stack([one.ends, one.basis.reshape(one.ends.size, 16)]))
        bins.append(found)
        row, first_bin = row + one.ends.size, first_bin + found.size
    return Axes(tuple(axes), np.concatenate(tables), np.concatenate(bins))


def _bins(ends: np.ndarray) -> tuple[np.ndarray, float]:
    """The first interval in each of equal parts of an axis, and how many there are per metre."""
    smallest = max(np.diff(ends, prepend=0.0).min(), ends[-1] / (64 * ends.size))
    count = int(np.ceil(BINS_PER_INTERVAL * ends[-1] / smallest))
    starts = np.arange(count) * (ends[-1] / count)
    # A bin begins in the interval before, if round-off could put its first places there.
    first = np.searchsorted(ends, starts * (1 - 1e-12), side="right")
    return np.minimum(first, ends.size - 1), count / float(ends[-1])


def linear_intervals(points: np.ndarray, period: float = 0.0) -> Intervals:
    """The intervals between points (n,) only, for what is linear between them."""
    return Intervals(float(points[0]), points[1:] - points[0], np.zeros((points.size - 1, 4, 4)), period)


def local_intervals(points: np.ndarray, period: float = 0.0) -> Intervals:
    """The local cubic through values at points (n,): on every interval but the first and the last, in which there is
    no interpolation."""
    h = np.diff(points)
    before, width, after = h[:-2], h[1:-1], h[2:]
    basis = np.zeros((width.size, 4, 4))
    rise = np.zeros((width.size, 4, 2))
    # Slopes at both ends of an interval: those of the parabolas through three points.
    for end, (left, right) in enumerate(((before, width), (width, after))):
        total = left + right
        rise[:, end, end] = -right / (left * total)
        rise[:, end + 1, end] = (right - left) / (left * right)
        rise[:, end + 2, end] = left / (right * total)
    value = np.zeros((width.size, 4, 2))
    value[:, 1, 0] = value[:, 2, 1] = 1.0
    w = width[:, None]
    basis[:, 0], basis[:, 1] = value[..., 0], rise[..., 0]
    change = value[..., 1] - value[..., 0]
    basis[:, 2] = (3 * change / w - 2 * rise[..., 0] - rise[..., 1]) / w
    basis[:, 3] = (rise[..., 0] + rise[..., 1] - 2 * change / w) / w**2
    return Intervals(float(points[1]), points[2:-1] - points[1], basis, period)


class SplineAxis:
    """The cubic spline through values at points (n,) of an axis; a period (m) joins the last to the first. Without
    one its third derivative is continuous at the second and the last point but one ("not a knot")."""

    def __init__(self, points: np.ndarray, period: float = 0.0):
        from scipy.interpolate import BSpline

        n = points.size
        self.periodic, self.points = period > 0.0, np.append(points, points[0] + period) if period else points
        # A spline through enough repetitions is periodic to the last bit but one in the middle.
        self._repeated = np.arange(-REPEATED, n + REPEATED + 1) if period else np.arange(n)
        known = points[self._repeated % n] + period * (self._repeated // n)
        knots = np.concatenate(
            [[known[0]] * DEGREE, known[[0]], known[2:-2], known[[-1]], [known[-1]] * DEGREE]
        )
        self._solver = _Banded(BSpline.design_matrix(known, knots, DEGREE))
        if period:
            knots = knots[REPEATED - 1 : REPEATED + n + 2 * DEGREE]
        self._used = slice(REPEATED - 1, REPEATED - 1 + n + DEGREE) if period else slice(n)
        ends = knots[DEGREE + 1 : -DEGREE] - knots[DEGREE]
        self.intervals = Intervals(float(knots[DEGREE]), ends, _basis(knots), period, _even_part(knots))

    def coefficients(self, values: np.ndarray) -> np.ndarray:
        """Coefficients along the first axis of values (n, m), or (n - 1, m) if periodic."""
        if not self.periodic:
            return self._solver(values)
        return self._solver(values[self._repeated % len(values)])[self._used]


class _Banded:
    """Solutions of a banded system, factorised once."""

    def __init__(self, matrix) -> None:
        from scipy.linalg import lapack

        n, entries = matrix.shape[0], matrix.tocoo()
        self.below = int((entries.row - entries.col).max())
        self.above = int((entries.col - entries.row).max())
        bands = np.zeros((2 * self.below + self.above + 1, n), order="F")
        bands[self.below + self.above + entries.row - entries.col, entries.col] = entries.data
        self._solve = lapack.dgbtrs
        self._factors, self._pivots, _ = lapack.dgbtrf(bands, self.below, self.above)

    def __call__(self, values: np.ndarray) -> np.ndarray:
        return self._solve(self._factors, self.below, self.above, values, self._pivots)[0]


def _even_part(knots: np.ndarray) -> tuple[int, int, float, float]:
    """The longest run of intervals around each of which all six knots are evenly spaced: the first, how many, and where
    it begins and ends from the start of the axis (m)."""
    widths = np.diff(knots)
    width = np.median(widths)
    # Interval k is between the knots k + 3 and k + 4, and its splines reach from knot k + 1 to k + 6.
    uneven = np.abs(widths[1:-1] - width) > EVEN * width
    reach = np.convolve(uneven, np.ones(2 * DEGREE - 1), "valid") > 0
    edges = np.flatnonzero(np.diff(np.concatenate([[True], reach, [True]]).astype(int)))
    if not edges.size:
        return 0, 0, 0.0, 1.0
    runs = edges.reshape(-1, 2)
    first, end = (int(edge) for edge in runs[np.argmax(np.diff(runs, axis=1))])
    since, until = (float(knots[edge + DEGREE] - knots[DEGREE]) for edge in (first, end))
    return first, end - first, since, until


def _basis(knots: np.ndarray) -> np.ndarray:
    """The four B-splines on each interval of the knots as polynomials (n, power, spline), by the recursion of Cox
    and de Boor."""
    first = np.arange(DEGREE, knots.size - DEGREE - 1)
    start = knots[first]
    splines = [np.concatenate([np.ones((1, first.size)), np.zeros((DEGREE, first.size))])]
    for degree in range(1, DEGREE + 1):
        raised = [np.zeros((DEGREE + 1, first.size)) for _ in range(degree + 1)]
        for part, lower in enumerate(splines):
            # The spline of lower degree that begins at knot ``first + part - degree + 1``.
            left = knots[first + part - degree + 1]
            right = knots[first + part + 1]
            shifted = np.concatenate([np.zeros((1, first.size)), lower[:-1]])
            share = (shifted + (start - left) * lower) / (right - left)
            raised[part + 1] += share
            raised[part] += lower - share
        splines = raised
    return np.ascontiguousarray(np.stack(splines).transpose(2, 1, 0))
