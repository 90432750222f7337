"""Differences at the cell centres of a grid, up to its sides and beside bodies, on plain arrays.

Of three values in a row the parabola through them is differentiated, so derivatives of quadratics are exact on any
grid: about the middle one where a cell has both neighbours, else towards the side where there are two. Two cells are
*joined* if nothing stands between them: a side that is not periodic, a solid cell, a missing value (NaN), or the wall
of a body. Only joined cells are ever differenced. With one joined neighbour the first derivative falls to first order,
with none it is NaN; a second derivative needs three cells in a row, and is of second order beside a wall with four.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluidgrad.grid import Grid, H

ALONG_Y, ALONG_X = 0, 1

GHOSTS = 3
"""Cells beyond either end of a line that a stencil may ask for."""


@dataclass(frozen=True)
class Joints:
    """Which neighbouring cells may be differenced: ``along_x`` (ny, nx + 1) across x-faces, ``along_y`` (ny + 1, nx)
    across y-faces; on the sides only where they are periodic."""

    along_x: np.ndarray
    along_y: np.ndarray

    def along(self, axis: int) -> np.ndarray:
        return self.along_x if axis == ALONG_X else self.along_y


def gradient(
    values: np.ndarray, grid: Grid, solid: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Gradient ``(d/dx, d/dy)`` at the centres of ``values`` (ny, nx) there, units of the values per metre.

    ``solid`` keeps stencils out of bodies: a mask (ny, nx) of cells, or the signed distance from the walls at the
    nodes (ny + 1, nx + 1) in m, negative inside, which also tells of walls between two cells (as
    :attr:`~fluidgrad.flow.Flow.distance` does). Exact for quadratics and of second order, on sides and beside bodies
    too where three fluid cells are in a row; of first order where there are two, NaN in bodies and in lone cells.

    Raises ValueError if an array has not one of these shapes.
    """
    joints = joints_of(values, grid, solid)
    return first(values, grid, ALONG_X, joints), first(values, grid, ALONG_Y, joints)


def hessian(
    values: np.ndarray, grid: Grid, solid: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Second derivatives ``(d2/dx2, d2/dxdy, d2/dy2)`` at the centres, (ny, nx) each, units of the values per m2.

    ``solid`` and errors as :func:`gradient`. Exact for quadratics where three fluid cells are in a row along the
    axis (both axes for the mixed one), of second order with four on evenly spaced and smoothly stretched cells; NaN
    elsewhere and in bodies.
    """
    joints = joints_of(values, grid, solid)
    return (
        second(values, grid, ALONG_X, joints),
        mixed(values, grid, joints),
        second(values, grid, ALONG_Y, joints),
    )


def laplacian(values: np.ndarray, grid: Grid, solid: np.ndarray | None = None) -> np.ndarray:
    """Sum of the unmixed second derivatives at the centres, (ny, nx); see :func:`hessian`."""
    joints = joints_of(values, grid, solid)
    return second(values, grid, ALONG_X, joints) + second(values, grid, ALONG_Y, joints)


SOBEL, SCHARR = 1 / 2, 3 / 8
"""Weight of the two neighbours together across the direction of the derivative, 1 : 2 : 1 and 3 : 10 : 3."""


def smoothed_gradient(
    values: np.ndarray, grid: Grid, weight: float = SOBEL, solid: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Gradient ``(d/dx, d/dy)`` as the edge detectors of image processing take it: each derivative averaged with those
    of its two neighbours across, which have ``weight`` together (:data:`SOBEL`, :data:`SCHARR`).

    Shared out so that linear variation is kept on stretched cells, so quadratics are exact as in :func:`gradient`,
    which this is where a neighbour is missing. Units, ``solid`` and errors as there.
    """
    joints = joints_of(values, grid, solid)
    found = []
    for axis in (ALONG_X, ALONG_Y):
        slope, across = first(values, grid, axis, joints), 1 - axis
        around = joints_of(slope, grid)
        open_ = np.moveaxis(around.along(across) & joints.along(across), across, 0)
        lines = np.moveaxis(slope, across, 0)
        cut = slopes(lines, centres(grid, across), open_, _length(grid, across))
        found.append(np.moveaxis(cut.averaged(lines, weight), 0, across))
    return found[0], found[1]


# Joined cells ------------------------------------------------------------------------------------------


def joints_of(values: np.ndarray, grid: Grid, solid: np.ndarray | None = None) -> Joints:
    """The joined cells of ``values`` (ny, nx); ``solid`` as in :func:`gradient`."""
    if np.shape(values) != grid.shape("centre"):
        raise ValueError(f"values of shape {np.shape(values)} on a grid of {grid.shape('centre')} cells")
    fluid = ~np.isnan(values)
    passable_x = passable_y = True
    if solid is not None:
        if np.shape(solid) == grid.shape("node"):
            middle_x, middle_y = mean(solid, ALONG_Y), mean(solid, ALONG_X)
            passable_x, passable_y = middle_x >= 0, middle_y >= 0
            fluid &= mean(middle_x, ALONG_X) >= 0
        elif np.shape(solid) == grid.shape("centre"):
            fluid &= ~np.asarray(solid, dtype=bool)
        else:
            raise ValueError(
                f"solid of shape {np.shape(solid)}: give a mask of the cells, {grid.shape('centre')}, or "
                f"the distance from walls at the nodes, {grid.shape('node')}"
            )
    return Joints(
        _both(fluid, ALONG_X, grid.periodic_x) & passable_x,
        _both(fluid, ALONG_Y, grid.periodic_y) & passable_y,
    )


def _both(fluid: np.ndarray, axis: int, periodic: bool) -> np.ndarray:
    """Faces across an axis with fluid on both sides."""
    lines = np.moveaxis(fluid, axis, 0)
    rim = lines[:1] & lines[-1:] & periodic
    return np.moveaxis(np.concatenate([rim, lines[:-1] & lines[1:], rim]), 0, axis)


# Derivatives along one axis ----------------------------------------------------------------------------


def first(values: np.ndarray, grid: Grid, axis: int, joints: Joints, least: int = 2) -> np.ndarray:
    """Derivative along an axis at the centres; NaN with fewer than ``least`` (2 or 3) cells in a row."""
    length = _length(grid, axis)
    lines = slopes(
        np.moveaxis(values, axis, 0), centres(grid, axis), np.moveaxis(joints.along(axis), axis, 0), length
    )
    return np.moveaxis(lines.first(least), 0, axis)


def second(values: np.ndarray, grid: Grid, axis: int, joints: Joints) -> np.ndarray:
    """Second derivative along an axis at the centres."""
    length = _length(grid, axis)
    lines = slopes(
        np.moveaxis(values, axis, 0), centres(grid, axis), np.moveaxis(joints.along(axis), axis, 0), length
    )
    return np.moveaxis(lines.second(), 0, axis)


def mixed(values: np.ndarray, grid: Grid, joints: Joints) -> np.ndarray:
    """Mixed second derivative at the centres: along y of those along x, or else the other way round."""
    found = np.full(np.shape(values), np.nan)
    for one, other in ((ALONG_X, ALONG_Y), (ALONG_Y, ALONG_X)):
        slope = first(values, grid, one, joints, least=3)
        within = joints_of(slope, grid)
        within = Joints(within.along_x & joints.along_x, within.along_y & joints.along_y)
        np.copyto(found, first(slope, grid, other, within, least=3), where=np.isnan(found))
    return found


@dataclass(frozen=True)
class Slopes:
    """Difference quotients along the first axis of lines of n values: ``quotient[k]`` over the interval ``width[k]``
    west of value ``k - GHOSTS + 1``, ``usable`` where its ends are joined."""

    quotient: np.ndarray
    width: np.ndarray
    usable: np.ndarray
    count: int

    def first(self, least: int = 2) -> np.ndarray:
        """First derivative at each value."""
        n, east = self.count, GHOSTS
        west, h = east - 1, self.width[:, None]
        hw, he = h[west : west + n], h[east : east + n]
        share = he / (hw + he)
        out = share * self.quotient[west : west + n] + (1 - share) * self.quotient[east : east + n]
        lone = ~(self.usable[west : west + n] & self.usable[east : east + n])
        i, k = np.nonzero(lone)
        edge = np.full(i.size, np.nan)
        steps = ((1, i + east), (-1, i + west))
        for way, near in steps:
            far = near + way
            ahead, beyond = self.quotient[near, k], self.quotient[far, k]
            value = ahead + (ahead - beyond) * self.width[near] / (self.width[near] + self.width[far])
            ok = self.usable[near, k] & self.usable[far, k]
            edge = np.where(np.isnan(edge) & ok, value, edge)
        if least <= 2:
            for _, near in steps:
                edge = np.where(np.isnan(edge) & self.usable[near, k], self.quotient[near, k], edge)
        out[i, k] = edge
        return out

    def second(self) -> np.ndarray:
        """Second derivative at each value."""
        n, east = self.count, GHOSTS
        west, h = east - 1, self.width[:, None]
        span = h[west : west + n] + h[east : east + n]
        out = 2 * (self.quotient[east : east + n] - self.quotient[west : west + n]) / span
        lone = ~(self.usable[west : west + n] & self.usable[east : east + n])
        i, k = np.nonzero(lone)
        edge = np.full(i.size, np.nan)
        coarse = edge.copy()
        for way, near in ((1, i + east), (-1, i + west)):
            a, b, c = near, near + way, near + 2 * way
            h1, h2, h3 = self.width[a], self.width[b], self.width[c]
            near_bend = way * (self.quotient[b, k] - self.quotient[a, k]) / (h1 + h2)
            far_bend = way * (self.quotient[c, k] - self.quotient[b, k]) / (h2 + h3)
            three = self.usable[a, k] & self.usable[b, k]
            value = 2 * (near_bend - (far_bend - near_bend) * (2 * h1 + h2) / (h1 + h2 + h3))
            edge = np.where(np.isnan(edge) & three & self.usable[c, k], value, edge)
            coarse = np.where(np.isnan(coarse) & three, 2 * near_bend, coarse)
        out[i, k] = np.where(np.isnan(edge), coarse, edge)
        return out

    def averaged(self, lines: np.ndarray, weight: float) -> np.ndarray:
        """Mean of the ``lines`` with both neighbours, which have ``weight`` together; alone where one is missing."""
        n, east = self.count, GHOSTS
        west, h = east - 1, self.width[:, None]
        hw, he = h[west : west + n], h[east : east + n]
        bend = self.quotient[east : east + n] - self.quotient[west : west + n]
        both = self.usable[west : west + n] & self.usable[east : east + n]
        return np.where(both, lines + weight * bend * hw * he / (hw + he), lines)


def slopes(lines: np.ndarray, places: np.ndarray, joined: np.ndarray, length: float) -> Slopes:
    """Difference quotients of ``lines`` (n, m) at ``places`` (n,), m, closed with period ``length`` (m).

    ``joined`` (n + 1, m): whether a value and the one before are; the first and last entries, where the line closes,
    are those of a periodic axis, else False.
    """
    n = places.size
    around = np.arange(-GHOSTS, n + GHOSTS)
    x = places[around % n] + length * (around // n)
    q = lines[around % n]
    width = np.diff(x)
    return Slopes(np.diff(q, axis=0) / width[:, None], width, joined[around[1:] % n], n)


def continued(values: np.ndarray, grid: Grid, joints: Joints) -> np.ndarray:
    """Values (ny, nx) with what is missing (NaN) continued from joined cells: linearly from two in a row, by the mean
    over all directions that have them, up to two cells deep; else the mean of joined neighbours; else NaN."""
    values = values.copy()
    for cells in (2, 2, 1):
        j, i = np.nonzero(np.isnan(values))
        if j.size == 0:
            break
        total, count = np.zeros((2, j.size))
        for axis, way in ((ALONG_X, 1), (ALONG_X, -1), (ALONG_Y, 1), (ALONG_Y, -1)):
            value = _ahead(values, grid, axis, way, cells, j, i, joints.along(axis))
            there = ~np.isnan(value)
            total[there] += value[there]
            count[there] += 1
        values[j, i] = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return values


def _ahead(values, grid, axis, way, cells, j, i, joined) -> np.ndarray:
    """What cells (j, i) would have by the one or two ``cells`` next along an axis in one direction; NaN if walls stand
    between or they have nothing."""
    lines, passable = np.moveaxis(values, axis, 0), np.moveaxis(joined, axis, 0)
    at, line = (i, j) if axis == ALONG_X else (j, i)
    n, places, length = lines.shape[0], centres(grid, axis), _length(grid, axis)
    near, far = at + way, at + 2 * way
    door, next_door = (at + 1, at + 2) if way > 0 else (at, at - 1)
    value = np.where(passable[door, line], lines[near % n, line], np.nan)
    if cells == 1:
        return value
    x0, x1, x2 = places[at], *(places[k % n] + length * (k // n) for k in (near, far))
    beyond = np.where(passable[next_door % n, line], lines[far % n, line], np.nan)
    return value + (value - beyond) * (x0 - x1) / (x1 - x2)


def _length(grid: Grid, axis: int) -> float:
    return grid.length_x if axis == ALONG_X else grid.length_y


def centres(grid: Grid, axis: int) -> np.ndarray:
    """Cell centres along an axis, m."""
    return grid.x if axis == ALONG_X else grid.y


def faces(grid: Grid, axis: int) -> np.ndarray:
    """Faces along an axis, m."""
    return grid.x_f if axis == ALONG_X else grid.y_f


# Between locations -------------------------------------------------------------------------------------


def column(values: np.ndarray, axis: int) -> np.ndarray:
    """A one-dimensional array laid along an axis so that it broadcasts."""
    return values[None, :] if axis == ALONG_X else values[:, None]


def widths(grid: Grid, axis: int) -> np.ndarray:
    """Cell widths along an axis, m, the ones the solver divides by."""
    return (grid.dx_p if axis == ALONG_X else grid.dy_p)[H:-H]


def periodic(grid: Grid, axis: int) -> bool:
    return grid.periodic_x if axis == ALONG_X else grid.periodic_y


def mean(values: np.ndarray, axis: int) -> np.ndarray:
    """Mean of neighbours along an axis: faces to centres."""
    low, high = (values[:, :-1], values[:, 1:]) if axis == ALONG_X else (values[:-1], values[1:])
    return 0.5 * (low + high)


def across_cells(values: np.ndarray, grid: Grid, axis: int) -> np.ndarray:
    """Difference quotient at the centres of values on the faces across an axis."""
    return np.diff(values, axis=axis) / column(widths(grid, axis), axis)


def across_faces(values: np.ndarray, grid: Grid, axis: int) -> np.ndarray:
    """Difference quotient at each face of values at centres with one ghost at either end."""
    cells = grid.dx_p if axis == ALONG_X else grid.dy_p
    spacing = 0.5 * (cells[H - 1 : -H] + cells[H : cells.size - H + 1])
    quotient = np.diff(values, axis=axis) / column(spacing, axis)
    if periodic(grid, axis):
        # Both ends are the same place; make them the same number to the last bit.
        np.moveaxis(quotient, axis, 0)[-1] = np.moveaxis(quotient, axis, 0)[0]
    return quotient


def on_faces(values: np.ndarray, grid: Grid, axis: int) -> np.ndarray:
    """Derivative on the faces of values at centres; on a side that is not periodic the linear continuation
    of the two nearest difference quotients, each of which is exact halfway between its centres."""
    ghost = np.take(values, np.arange(-1, values.shape[axis] + 1), axis=axis, mode="wrap")
    slope = across_faces(ghost, grid, axis)
    if not periodic(grid, axis):
        g = np.moveaxis(slope, axis, 0)
        at_faces, at_centres = faces(grid, axis), centres(grid, axis)
        if at_centres.size == 2:
            g[0] = g[-1] = g[1]
            return slope
        middle = 0.5 * (at_centres[1:] + at_centres[:-1])
        g[0] = g[1] + (g[2] - g[1]) * ((at_faces[0] - middle[0]) / (middle[1] - middle[0]))
        g[-1] = g[-2] + (g[-2] - g[-3]) * ((at_faces[-1] - middle[-1]) / (middle[-1] - middle[-2]))
    return slope
