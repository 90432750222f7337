"""Critical points of vector fields: where the vector is zero, and what the field does around.

The field is a bicubic spline (:mod:`fluidgrad.analysis.vectorfield`). Every cell is cut in four, and each quarter in
which both components may be zero, by their range at its corners and a margin for their curvature, is searched by
Newton's method from five places. What is found is a zero of the spline to rounding, so that nothing is invented, and
a point on the edge of cells, found from both, is counted once. Points closer together than half a cell may be missed,
in pairs of opposite index; points of higher order, where the derivative is singular, are not looked for.

The type follows from the eigenvalues of the derivative at the point (Perry & Chong, Annu. Rev. Fluid Mech. 19, 1987;
Helman & Hesselink 1989). In a flow the divergence is zero, so that points are centres or saddles, and on walls
half-saddles of index -1/2 (Hunt, Abell, Peterka & Woo, J. Fluid Mech. 86, 1978). The indices of all points in a
region add up to the turns of the field along its edge (:func:`poincare_index`); with half-saddles they add up to
1 minus the number of bodies in a box that nothing flows through, and to zero in a periodic one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fluidgrad.analysis.sources import as_flow
from fluidgrad.analysis.surfaces import Solid
from fluidgrad.analysis.vectorfield import VectorField, array_field, gradient_field, velocity_field
from fluidgrad.analysis.wallpoints import STILL, WallPoint, still_nodes, wall_points
from fluidgrad.fields import at_centres, lookup, rounding
from fluidgrad.flow import Flow
from fluidgrad.interpolation import at_points

SUBCELLS = 2
"""Parts of a cell along either axis that are searched on their own."""

MARGIN = 0.3
"""Part of the range of a component at the corners of a quarter by which it may go beyond inside."""

STEPS = 30
"""Newton's method is given up after these."""

FOUND = 1e-9
"""A point is found when a step is below this part of a cell."""

SAME = 1e-5
"""Points closer than this part of a cell are one."""

SINGULAR = 1e-6
"""A point is not simple where the root of the determinant is below this part of the derivative's typical size."""

UNRESOLVED = 1.5
"""Cells beside no-slip sides and bodies in which points of the velocity are left out: it vanishes there anyway."""

CENTRE = 1e-3
"""Real part over imaginary part of eigenvalues below which a focus is a centre."""


@dataclass(frozen=True)
class CriticalPoint:
    """A zero of a vector field at (x, y), m.

    ``kind`` is ``"saddle"``, ``"centre"``, ``"stable node"``, ``"unstable node"``, ``"stable focus"``,
    ``"unstable focus"`` or ``"half-saddle"`` (on a wall); ``index`` its Poincare index. ``eigenvalues`` (2,) and, in
    columns, ``eigenvectors`` (2, 2) are those of the derivative; on a no-slip wall those of the derivative of velocity
    over distance from it, the first along the wall, the second of the streamline that ends there, into the fluid.
    ``wall`` names the wall of a half-saddle.
    """

    x: float
    y: float
    kind: str
    index: float
    eigenvalues: np.ndarray
    eigenvectors: np.ndarray
    wall: str = ""


def critical_points(
    source: Any,
    field: str = "velocity",
    *,
    index: int = -1,
    time: float | None = None,
    bodies: Sequence[Solid] = (),
) -> list[CriticalPoint]:
    """Critical points of the velocity, or of the gradient of a field, in one flow of a source.

    Parameters
    ----------
    field : ``"velocity"``, or the name of a field: then stable nodes are its maxima, unstable nodes its minima.
    index, time : which snapshot of a run.
    bodies : the bodies, for their motion, see :func:`~fluidgrad.analysis.wallpoints.wall_points`.

    Of a scalar, points within two cells of a body are left out; of the velocity, those within one and a half of a body
    or a no-slip side, where instead the half-saddles on the wall are found by the shear. On sides where the fluid
    slips, the half-saddles are where it changes direction. Corners are not counted. Points that rounding makes where
    a field is level are none.

    Raises
    ------
    ConfigError : there is no such field, or the source has no flow.
    """
    flow = as_flow(source, index, time=time)
    if field != "velocity":
        gradients = gradient_field(flow, field)
        level = _rounding(flow, field) / gradients.frame.cell**2
        found = [one for one in _typed(gradients, solenoidal=False) if np.abs(one.eigenvalues).max() > level]
        return [point for point in found if _clear(flow, point, 2.0)]
    found = []
    for point in _typed(velocity_field(flow), solenoidal=True):
        sides = _sides_at(flow, point)
        if len(sides) > 1 or not _clear(flow, point, UNRESOLVED) or _at_still_wall(flow, point):
            continue
        found.append(_half(point, sides[0]) if sides else point)
    return found + [_on_wall(point) for point in wall_points(flow, bodies=bodies)]


def _rounding(flow: Flow, name: str) -> float:
    return rounding(flow, lookup(name, flow.scalar_units), at_centres(flow, name))


def critical_points_of(fx, fy, x, y, *, periods: tuple[float, float] = (0.0, 0.0)) -> list[CriticalPoint]:
    """Critical points of a vector field given by its components (y.size, x.size) at increasing points x and y.

    ``periods`` are those along x and y, 0 for none; on a periodic axis the points leave out the end of the period.
    Raises ConfigError if the shapes do not fit or a value is not finite.
    """
    return _typed(array_field(fx, fy, x, y, periods), solenoidal=False)


def poincare_index(fx: np.ndarray, fy: np.ndarray) -> int:
    """Turns of a vector along a closed curve, by its components (n,) at points along it, anticlockwise and close
    enough for it to turn less than half a turn in between."""
    angle = np.arctan2(fy, fx)
    change = np.diff(np.append(angle, angle[0]))
    return round(float(((change + np.pi) % (2 * np.pi) - np.pi).sum() / (2 * np.pi)))


# Search ------------------------------------------------------------------------------------------------


def _typed(field: VectorField, solenoidal: bool) -> list[CriticalPoint]:
    """All simple zeros of a field, from the bottom up, with their types."""
    points = _zeros(field)
    gradients = field.gradients(points)
    if solenoidal:
        trace = np.trace(gradients, axis1=1, axis2=2)
        gradients = gradients - 0.5 * trace[:, None, None] * np.eye(2)
    return [_type(x, y, matrix) for (x, y), matrix in zip(points, gradients, strict=True)]


def _zeros(field: VectorField) -> np.ndarray:
    """The simple zeros (n, 2) of a field."""
    starts, size = _starts(field)
    points, typical = starts.copy(), _typical_gradient(field)
    active = np.arange(len(points))
    found = np.zeros(len(points), bool)
    for _ in range(STEPS):
        if active.size == 0:
            break
        step, simple = _newton(field, points[active], typical)
        moved = points[active] + step
        near = np.abs(moved - starts[active]).max(axis=1) < 1.5 * size[active]
        done = simple & near & (np.abs(step).max(axis=1) < FOUND * field.frame.cell)
        # A point that has left by a side goes on from there, one that has left by a periodic side from where it is.
        points[active] = np.where(field.frame.periods > 0, moved, field.frame.confined(moved))
        found[active[done]] = True
        active = active[simple & near & ~done]
    return _distinct(field, points[found])


def _newton(field: VectorField, points: np.ndarray, typical: float) -> tuple[np.ndarray, np.ndarray]:
    """Steps to the zeros of the linear continuation, and where that has one."""
    here = field.frame.confined(points)
    f, g = field.values(here), field.gradients(here)
    det = g[:, 0, 0] * g[:, 1, 1] - g[:, 0, 1] * g[:, 1, 0]
    simple = np.abs(det) > (SINGULAR * typical) ** 2
    det = np.where(simple, det, 1.0)
    step_x = -(g[:, 1, 1] * f[:, 0] - g[:, 0, 1] * f[:, 1]) / det
    step_y = -(g[:, 0, 0] * f[:, 1] - g[:, 1, 0] * f[:, 0]) / det
    return np.column_stack([step_x, step_y]), simple


def _starts(field: VectorField) -> tuple[np.ndarray, np.ndarray]:
    """Places (n, 2) to search from, five in each quarter that may hold a zero, and the size (n,) of the quarters."""
    x, y = (_cut(lines) for lines in (field.frame.x, field.frame.y))
    may = np.ones((y.size - 1, x.size - 1), bool)
    for q in field.on_lines(x, y):
        corners = np.stack([q[:-1, :-1], q[:-1, 1:], q[1:, :-1], q[1:, 1:]])
        low, high = corners.min(axis=0), corners.max(axis=0)
        beyond = MARGIN * (high - low)
        may &= (low - beyond <= 0) & (high + beyond >= 0)
    j, i = np.nonzero(may)
    width, height = np.diff(x)[i], np.diff(y)[j]
    places = [(0.5, 0.5), (0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9)]
    starts = [np.column_stack([x[i] + a * width, y[j] + b * height]) for a, b in places]
    return np.concatenate(starts), np.tile(np.maximum(width, height), len(places))


def _cut(lines: np.ndarray) -> np.ndarray:
    """Lines with :data:`SUBCELLS` - 1 more between any two."""
    return np.interp(np.arange((lines.size - 1) * SUBCELLS + 1) / SUBCELLS, np.arange(lines.size), lines)


def _typical_gradient(field: VectorField) -> float:
    """Root mean square of the differences of the field from line to line, over their distance."""
    x, y = field.frame.x, field.frame.y
    squares = [
        float(np.mean((np.diff(q, axis=axis) / (np.diff(x) if axis else np.diff(y)[:, None])) ** 2))
        for q in field.on_lines(x, y)
        for axis in (0, 1)
    ]
    return float(np.sqrt(np.sum(squares)))


def _distinct(field: VectorField, points: np.ndarray) -> np.ndarray:
    """Each point once, and none outside, in the order of y."""
    from scipy.spatial import cKDTree

    frame = field.frame
    points = frame.confined(points[frame.contains(points, slack=SAME * frame.cell)])
    if len(points) == 0:
        return points
    from_start = points - frame.start
    # A point just below the end of a period is that at its start.
    last = (frame.periods > 0) & (from_start > frame.periods - SAME * frame.cell)
    from_start, points = np.where(last, 0.0, from_start), np.where(last, frame.start, points)
    tree = cKDTree(from_start, boxsize=frame.periods)
    groups = tree.query_ball_point(from_start, SAME * frame.cell)
    points = points[[k for k, group in enumerate(groups) if min(group) == k]]
    return points[np.lexsort((points[:, 0], points[:, 1]))]


def _type(x: float, y: float, matrix: np.ndarray) -> CriticalPoint:
    values, vectors = np.linalg.eig(matrix)
    if np.linalg.det(matrix) < 0:
        kind, number = "saddle", -1.0
    else:
        kind, number = _round_type(values), 1.0
    return CriticalPoint(float(x), float(y), kind, number, values, vectors)


def _round_type(eigenvalues: np.ndarray) -> str:
    """The type of a point of index 1."""
    real, imaginary = eigenvalues.real.mean(), np.abs(eigenvalues.imag).max()
    if abs(real) <= CENTRE * imaginary:
        return "centre"
    return f"{'stable' if real < 0 else 'unstable'} {'focus' if imaginary > 0 else 'node'}"


# Walls -------------------------------------------------------------------------------------------------


def _sides_at(flow: Flow, point: CriticalPoint) -> list[str]:
    """The sides that a point is on and through which nothing flows there; two at a corner."""
    grid = flow.grid
    limit = STILL * flow.fastest
    i = min(int(np.searchsorted(grid.x_f, point.x, side="right")) - 1, grid.nx - 1)
    j = min(int(np.searchsorted(grid.y_f, point.y, side="right")) - 1, grid.ny - 1)
    near_x, near_y = 1e-3 * grid.dx[i], 1e-3 * grid.dy[j]
    touching = {
        "left": not grid.periodic_x and point.x - grid.x_f[0] < near_x and abs(flow.u[j, 0]) <= limit,
        "right": not grid.periodic_x and grid.x_f[-1] - point.x < near_x and abs(flow.u[j, -1]) <= limit,
        "bottom": not grid.periodic_y and point.y - grid.y_f[0] < near_y and abs(flow.v[0, i]) <= limit,
        "top": not grid.periodic_y and grid.y_f[-1] - point.y < near_y and abs(flow.v[-1, i]) <= limit,
    }
    return [side for side, is_there in touching.items() if is_there]


def _at_still_wall(flow: Flow, point: CriticalPoint) -> bool:
    """Whether a point is too close to a no-slip side at rest for anything to be resolved."""
    grid, still = flow.grid, still_nodes(flow)
    i, j = np.abs(grid.x_f - point.x).argmin(), np.abs(grid.y_f - point.y).argmin()
    return bool(
        (still["bottom"][i] and point.y < grid.y_f[0] + UNRESOLVED * grid.dy[0])
        or (still["top"][i] and point.y > grid.y_f[-1] - UNRESOLVED * grid.dy[-1])
        or (still["left"][j] and point.x < grid.x_f[0] + UNRESOLVED * grid.dx[0])
        or (still["right"][j] and point.x > grid.x_f[-1] - UNRESOLVED * grid.dx[-1])
    )


def _clear(flow: Flow, point: CriticalPoint, cells: float) -> bool:
    """Whether a point is this far from all bodies."""
    if flow.distance is None:
        return True
    cell = max(flow.grid.smallest_dx, flow.grid.smallest_dy)
    x, y = np.array([point.x]), np.array([point.y])
    return bool(at_points(flow.grid, "node", flow.distance, x, y)[0] > cells * cell)


def _half(point: CriticalPoint, side: str) -> CriticalPoint:
    """A saddle on a side where the fluid slips is half a saddle."""
    return CriticalPoint(
        point.x, point.y, "half-saddle", -0.5, point.eigenvalues, point.eigenvectors, wall=side
    )


def _on_wall(point: WallPoint) -> CriticalPoint:
    rate, (normal_x, normal_y) = point.rates[0], point.normal
    vectors = np.column_stack([(-normal_y, normal_x), point.direction])
    return CriticalPoint(
        point.x, point.y, "half-saddle", -0.5, np.array([rate, -0.5 * rate]), vectors, wall=point.wall
    )
