"""Edges, ridges and textures of fields, as image processing finds them, in physical units.

All work on a field smoothed by a Gaussian of standard deviation ``sigma`` (m), and its derivatives (Marr & Hildreth
1980; Lindeberg, Int. J. Comput. Vision 30, 1998). Stretched grids are resampled by splines to equal cells first.
Periodic sides are periodic; to other sides the field is continued by its point reflection, which leaves a uniform
slope as it is. So does the linear continuation of the fluid's values into bodies; nothing is reported within ``sigma``
of them. Walls are no edges.

* **Edges** (Canny, IEEE PAMI 8, 1986): where the slope is largest along its own direction, between the points of the
  grid: ``f_vv = 0`` and ``f_vvv < 0``, v along the gradient. Of these lines the parts whose slope is above ``low``
  are kept if it is above ``high`` somewhere on them, both in parts of the largest slope.
* **Ridges** (Eberly et al. 1994): where the field is largest across: its slope along the eigenvector of the smaller,
  negative, eigenvalue of the Hessian is zero, and that curvature is the stronger one.
* The **structure tensor** (Forstner & Gulch 1987; Bigun & Granlund 1987): the mean of the products of the slopes; its
  eigenvectors tell the direction of a texture, the eigenvalues how strongly it has one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from fluidgrad.analysis.vectorfield import Spline
from fluidgrad.errors import ConfigError
from fluidgrad.grid import Grid

SIGMA = 1.5
"""Standard deviation of the Gaussian by default, in cells."""

REACH = 4
"""Standard deviations at which the Gaussian is cut."""

DIFFERENCES = {1: (-0.5, 0.0, 0.5), 2: (1.0, -2.0, 1.0), 3: (-0.5, 1.0, 0.0, -1.0, 0.5)}
"""Central differences of second order, exact for a constant and a slope, as the cut Gaussian's derivatives are not."""

ROUNDING = 1e-11
"""Changes over sigma below this part of the largest value are no edges or ridges."""

SHARP = 1e-3
"""Least curvature of an edge: ``-f_vvv*sigma^2`` over the slope. One that is wider than 30 sigma is a slope."""

MOST_POINTS = 4
"""A stretched axis is resampled to at most this many times its points."""


class StructureTensor(NamedTuple):
    """The texture of a field at the centres (ny, nx).

    ``orientation`` of the steepest slope on average, degrees from +x, -90 to 90; edges and stripes lie across it.
    ``coherence`` from 0, all directions alike, to 1, one direction only. ``energy`` is the mean square slope.
    """

    orientation: np.ndarray
    coherence: np.ndarray
    energy: np.ndarray


def edge_lines(
    values: np.ndarray, grid: Grid, *, sigma: float | None = None, low: float = 0.1, high: float = 0.3
) -> list[np.ndarray]:
    """The edges of a field as lines (n, 2) of points in m, second order in the size of the cells.

    Parameters
    ----------
    values : at the centres (ny, nx), NaN in bodies.
    sigma : of the Gaussian, m; by default 1.5 cells.
    low, high : slopes, in parts of the largest, at which an edge may go on, and which it must have somewhere.

    Raises ConfigError for a wrong shape, a sigma below half a cell, or thresholds that are not 0 <= low <= high <= 1.
    """
    raster = _raster_of(values, grid, sigma)
    _check_thresholds(low, high)
    import contourpy

    fx, fy = raster.smooth(1, 0), raster.smooth(0, 1)
    slope = np.hypot(fx, fy)
    bend = fx**2 * raster.smooth(2, 0) + 2 * fx * fy * raster.smooth(1, 1) + fy**2 * raster.smooth(0, 2)
    third = (
        fx**3 * raster.smooth(3, 0)
        + 3 * fx**2 * fy * raster.smooth(2, 1)
        + 3 * fx * fy**2 * raster.smooth(1, 2)
        + fy**3 * raster.smooth(0, 3)
    )
    peaked = -third * raster.sigma**2 >= SHARP * slope**4
    slope[raster.hidden] = 0.0
    x, y = raster.lines()
    contours = contourpy.contour_generator(x, y, raster.closed(bend), name="serial", line_type="Separate")
    return _kept(raster, contours.lines(0.0), slope * raster.sigma, peaked, low, high)


def canny(
    values: np.ndarray, grid: Grid, *, sigma: float | None = None, low: float = 0.1, high: float = 0.3
) -> np.ndarray:
    """Which cells (ny, nx), bool, the edges of a field run through; parameters as for :func:`edge_lines`."""
    marked = np.zeros(grid.shape("centre"), bool)
    for line in edge_lines(values, grid, sigma=sigma, low=low, high=high):
        fine = np.arange(0, len(line) - 1 + 0.125, 0.25)
        x, y = (np.interp(fine, np.arange(len(line)), q) for q in line.T)
        i = np.searchsorted(grid.x_f, x, side="right") - 1
        j = np.searchsorted(grid.y_f, y, side="right") - 1
        marked[j % grid.ny, i % grid.nx] = True
    return marked


def ridges(
    values: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    *,
    sigma: float | None = None,
    low: float = 0.1,
    high: float = 0.3,
    least: float = -np.inf,
    periods: tuple[float, float] = (0.0, 0.0),
) -> list[np.ndarray]:
    """The ridges of a scalar field as lines (n, 2) of points, the units of x and y. Valleys are those of ``-values``.

    Parameters
    ----------
    values : (y.size, x.size) at increasing points x and y, NaN where there is nothing.
    sigma : of the Gaussian; by default 1.5 mean spacings.
    low, high : curvatures across, in parts of the largest, at which a ridge may go on, and which it must have
        somewhere.
    least : height, in the units of the values, below which there is no ridge.
    periods : along x and y, 0 for none; the points leave out the end of a period.

    Errors as for :func:`edge_lines`.
    """
    from fluidgrad.analysis.kernels.ridges import crossings, joined, traced

    _check_thresholds(low, high)
    raster = _Raster(values, np.asarray(x, float), np.asarray(y, float), periods, sigma)
    names = ((1, 0), (0, 1), (2, 0), (1, 1), (0, 2), (0, 0))
    gx, gy, xx, xy, yy, height = (raster.closed(raster.smooth(*orders)) for orders in names)
    half = np.hypot(0.5 * (xx - yy), xy)
    across, along = 0.5 * (xx + yy) - half, 0.5 * (xx + yy) + half
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + 0.5 * np.pi
    part = crossings(np.cos(angle), np.sin(angle), gx, gy)
    order, ends = traced(joined(part))
    direction, j, i = np.unravel_index(order, part.shape)
    px, py = raster.lines()
    steps = np.array([(raster.dx, 0.0), (0.0, raster.dy)])[direction]
    places = np.column_stack([px[i], py[j]]) + part[direction, j, i][:, None] * steps
    lines = np.split(places, ends[:-1]) if ends.size else []
    crest = (across < 0) & (np.abs(across) >= np.abs(along)) & (height >= least)
    sharpness = np.where(crest & ~raster.closed(raster.hidden), -across * raster.sigma**2, 0.0)
    return _kept(raster, lines, sharpness, crest, low, high)


def structure_tensor(values: np.ndarray, grid: Grid, sigma: float | None = None) -> StructureTensor:
    """The texture of a field (ny, nx) at the centres; slopes at a third of ``sigma`` (m, by default 6 cells), their
    products averaged by a Gaussian of ``sigma`` over the fluid. Errors as for :func:`edge_lines`."""
    cell = grid.spacing
    sigma = 4 * SIGMA * cell if sigma is None else sigma
    fine = _raster_of(values, grid, max(sigma / 3, 0.5 * cell))
    fx, fy = fine.smooth(1, 0), fine.smooth(0, 1)
    fluid = np.where(fine.hidden, 0.0, 1.0)
    share = np.maximum(fine.mean(fluid, sigma), 1e-300)
    xx, xy, yy = (fine.mean(product * fluid, sigma) / share for product in (fx * fx, fx * fy, fy * fy))
    energy = xx + yy
    strength = np.hypot(xx - yy, 2 * xy)
    coherence = np.divide(strength, energy, out=np.zeros_like(energy), where=energy > 0)
    axis_x, axis_y = xx - yy, 2 * xy
    solid = np.isnan(values)
    parts = [np.where(solid, np.nan, fine.at_centres(q, grid)) for q in (axis_x, axis_y, coherence, energy)]
    return StructureTensor(np.degrees(0.5 * np.arctan2(parts[1], parts[0])), *parts[2:])


# The raster --------------------------------------------------------------------------------------------


def _raster_of(values: np.ndarray, grid: Grid, sigma: float | None) -> _Raster:
    if np.shape(values) != grid.shape("centre"):
        raise ConfigError(f"values of shape {np.shape(values)} are not at the centres {grid.shape('centre')}")
    periods = (grid.length_x * grid.periodic_x, grid.length_y * grid.periodic_y)
    return _Raster(values, grid.x, grid.y, periods, sigma)


def _check_thresholds(low: float, high: float) -> None:
    if not 0 <= low <= high <= 1:
        raise ConfigError(f"low {low} and high {high}: choose 0 <= low <= high <= 1")


class _Raster:
    """A field on equal cells, with the derivatives of its smoothed form."""

    def __init__(
        self,
        values: np.ndarray,
        x: np.ndarray,
        y: np.ndarray,
        periods: tuple[float, float],
        sigma: float | None,
    ) -> None:
        values = np.asarray(values, float)
        if values.shape != (y.size, x.size):
            raise ConfigError(
                f"values of shape {values.shape} do not fit {y.size} points y, {x.size} points x"
            )
        self.periods = periods
        self.x, self.dx = _equal(x, periods[0])
        self.y, self.dy = _equal(y, periods[1])
        empty = np.isnan(values)
        filled = _with_surroundings(_filled, values, periods) if empty.any() else values
        if self.x is not x or self.y is not y:
            filled = Spline(filled, x, y, periods).on_lines(self.x, self.y)
            columns, rows = (_nearest(p, q) for p, q in ((x, self.x), (y, self.y)))
            empty = empty[np.ix_(rows, columns)]
        self.values = filled
        self.sigma = SIGMA * float(np.sqrt(self.dx * self.dy)) if sigma is None else float(sigma)
        smallest = 0.5 * min(self.dx, self.dy)
        if not smallest <= self.sigma <= 0.25 * min(self.x.size * self.dx, self.y.size * self.dy):
            raise ConfigError(
                f"sigma {self.sigma:g}: at least half a cell, {smallest:.3g}, at most a quarter of the sides"
            )
        self.hidden = self._beside(empty)

    def _beside(self, empty: np.ndarray) -> np.ndarray:
        """Cells within sigma of empty ones."""
        if not empty.any():
            return empty
        from scipy.ndimage import distance_transform_edt

        def distance(values: np.ndarray) -> np.ndarray:
            return distance_transform_edt(~values, sampling=(self.dy, self.dx))

        return _with_surroundings(distance, empty, self.periods) <= self.sigma

    def smooth(self, along_x: int, along_y: int) -> np.ndarray:
        """The derivative of these orders of the smoothed field."""
        return self._filter(self.values, self.sigma, along_x, along_y)

    def mean(self, values: np.ndarray, sigma: float) -> np.ndarray:
        """Values (ny, nx) smoothed by another Gaussian, mirrored at sides that are not periodic."""
        return self._filter(values, sigma, 0, 0, reflection="even")

    def _filter(
        self, values: np.ndarray, sigma: float, along_x: int, along_y: int, reflection: str = "odd"
    ) -> np.ndarray:
        from scipy.ndimage import correlate1d, gaussian_filter1d

        for axis, step, order in ((1, self.dx, along_x), (0, self.dy, along_y)):
            reach = int(np.ceil(REACH * sigma / step)) + 2
            widths = [(0, 0), (0, 0)]
            widths[axis] = (reach, reach)
            if self.periods[1 - axis]:
                padded = np.pad(values, widths, mode="wrap")
            else:
                padded = np.pad(values, widths, mode="reflect", reflect_type=reflection)
            smooth = gaussian_filter1d(padded, sigma / step, axis=axis, truncate=REACH)
            if order:
                smooth = correlate1d(smooth, DIFFERENCES[order], axis=axis) / step**order
            values = np.take(smooth, np.arange(reach, reach + values.shape[axis]), axis=axis)
        return values

    def closed(self, values: np.ndarray) -> np.ndarray:
        """Values with the first column and row again at the end of a period."""
        if self.periods[0]:
            values = np.column_stack([values, values[:, :1]])
        return np.vstack([values, values[:1]]) if self.periods[1] else values

    def lines(self) -> tuple[np.ndarray, np.ndarray]:
        """The points along x and y that belong to :meth:`closed` values."""
        x = np.append(self.x, self.x[0] + self.periods[0]) if self.periods[0] else self.x
        return x, np.append(self.y, self.y[0] + self.periods[1]) if self.periods[1] else self.y

    def at(self, values: np.ndarray, line: np.ndarray) -> np.ndarray:
        """Closed values at points (n, 2), bilinear."""
        from scipy.ndimage import map_coordinates

        places = [(line[:, 1] - self.y[0]) / self.dy, (line[:, 0] - self.x[0]) / self.dx]
        return map_coordinates(values, places, order=1, mode="nearest")

    def at_centres(self, values: np.ndarray, grid: Grid) -> np.ndarray:
        """Values of the raster at the centres of a grid, bilinear."""
        x, y = np.meshgrid(grid.x, grid.y)
        return self.at(self.closed(values), np.column_stack([x.ravel(), y.ravel()])).reshape(x.shape)


def _equal(points: np.ndarray, period: float) -> tuple[np.ndarray, float]:
    """Points at equal distances, as close as the closest of these up to a limit, and the distance; the same array if
    they are equal already."""
    steps = np.diff(points)
    length = period or float(points[-1] - points[0])
    if np.ptp(steps) <= 1e-9 * length:
        return points, float(length / (points.size if period else points.size - 1))
    count = min(int(np.ceil(length / steps.min())), MOST_POINTS * points.size)
    step = length / count
    return points[0] + step * np.arange(count if period else count + 1), step


def _nearest(points: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The number of the point nearest to each wanted one."""
    return np.searchsorted(0.5 * (points[1:] + points[:-1]), wanted)


def _with_surroundings(
    function: Callable[[np.ndarray], np.ndarray], values: np.ndarray, periods: tuple[float, float]
) -> np.ndarray:
    """A function of values (ny, nx) that looks at those around, with half a period more on periodic sides."""
    widths = [n // 2 if period else 0 for n, period in zip(values.shape, periods[::-1], strict=True)]
    found = function(np.pad(values, [(width, width) for width in widths], mode="wrap"))
    return found[tuple(slice(width, width + n) for width, n in zip(widths, values.shape, strict=True))]


def _filled(values: np.ndarray) -> np.ndarray:
    """Values with, in place of each NaN, the linear continuation from the nearest one, so that a uniform slope goes
    on through a body."""
    empty = np.isnan(values)
    if empty.all():
        return np.zeros_like(values)
    from scipy.ndimage import distance_transform_edt

    j, i = distance_transform_edt(empty, return_distances=False, return_indices=True)
    rows, columns = np.indices(values.shape)
    rise_y, rise_x = (_rise(values, axis)[j, i] for axis in (0, 1))
    return values[j, i] + rise_x * (columns - i) + rise_y * (rows - j)


def _rise(values: np.ndarray, axis: int) -> np.ndarray:
    """Change from cell to cell along an axis: the mean of those of the two steps beside each that are known, or 0."""
    change = np.diff(values, axis=axis)
    widths = [(0, 0), (0, 0)]
    widths[axis] = (1, 1)
    change = np.pad(change, widths, constant_values=np.nan)
    n = values.shape[axis]
    both = np.stack([np.take(change, np.arange(n), axis), np.take(change, np.arange(1, n + 1), axis)])
    known = np.isfinite(both)
    return np.where(known, both, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)


def _kept(
    raster: _Raster, lines: list[np.ndarray], strength: np.ndarray, real: np.ndarray, low: float, high: float
) -> list[np.ndarray]:
    """The parts of lines that are real, stronger than ``low`` all along and than ``high`` somewhere (hysteresis)."""
    largest = float(strength.max(initial=0.0))
    if largest <= ROUNDING * np.abs(raster.values).max():
        return []
    if strength.shape == raster.values.shape:
        strength, real = raster.closed(strength), raster.closed(real)
    kept = []
    for line in lines:
        height = raster.at(strength, line)
        good = (height >= low * largest) & (raster.at(real.astype(float), line) >= 0.5)
        order = np.arange(len(line))
        if np.array_equal(line[0], line[-1]) and good[0] and not good.all():
            # A closed line begins anywhere: let it begin in a gap, so that no part is cut in two.
            order = np.roll(order[:-1], -int(np.argmin(good)))
        edges = np.flatnonzero(np.diff(np.concatenate([[0], good[order].astype(np.int8), [0]])))
        parts = [order[first:last] for first, last in zip(edges[::2], edges[1::2], strict=True)]
        kept += [line[part] for part in parts if part.size > 1 and height[part].max() >= high * largest]
    return kept
