"""What accelerates the fluid, term by term, on the faces: the solver's momentum equation from a stored flow.

The differences are those of the solver (:mod:`fluidgrad.kernels.momentum`, :mod:`fluidgrad.kernels.viscosity`), so
that the sum of all terms is the rate of change of the velocity which the solver computes, to round-off, and what is
built on them (:mod:`fluidgrad.analysis.budgets`) closes as the scheme does. The velocity on sides that are not
periodic is given or carried out: there all terms are zero.

Both components are the same formulas with the axes exchanged, so each is written once for "the component along the
second axis" and the other is its transpose.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fluidgrad.analysis.physics import Physics
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid, H

Pair = tuple[np.ndarray, np.ndarray]
"""Values on x-faces (ny, nx + 1) and on y-faces (ny + 1, nx)."""


@dataclass(frozen=True)
class Friction:
    """The viscous term: its acceleration (m/s2) and what it dissipates (m2/s3), at centres (ny, nx) and on nodes
    (ny + 1, nx + 1), ``at_nodes`` the viscosity there, m2/s. The slopes along sides of the velocity through them, which
    no equation of motion rules, dissipate nothing: at the corners of a moving lid they have no limit."""

    acceleration: Pair
    loss_at_centres: np.ndarray
    loss_at_nodes: np.ndarray
    at_nodes: np.ndarray | float


@dataclass(frozen=True)
class Axis:
    """Spacings along one axis: widths of the padded cells (n + 2H,), of the cells (n,), distances of the centres on
    either side of each face (n + 1,), shares of the control volume of a face in its two cells (n + 1,), m and 1."""

    padded: np.ndarray
    periodic: bool

    @property
    def widths(self) -> np.ndarray:
        return self.padded[H:-H]

    @property
    def spacing(self) -> np.ndarray:
        return 0.5 * (self.padded[H - 1 : -H] + self.padded[H : self.padded.size - H + 1])

    @property
    def shares(self) -> Pair:
        low, high = self.padded[H - 1 : -H], self.padded[H : self.padded.size - H + 1]
        return low / (low + high), high / (low + high)


def axes(grid: Grid) -> tuple[Axis, Axis]:
    """The spacings along x and along y."""
    return Axis(grid.dx_p, grid.periodic_x), Axis(grid.dy_p, grid.periodic_y)


def on_inner_faces(grid: Grid, pair: Pair) -> Pair:
    """The pair with zeros on sides that are not periodic, in place."""
    along_x, along_y = pair
    if not grid.periodic_x:
        along_x[:, [0, -1]] = 0.0
    if not grid.periodic_y:
        along_y[[0, -1]] = 0.0
    return pair


def padded_velocity(flow: Flow, physics: Physics) -> Pair:
    """u (ny + 4, nx + 5) and v (ny + 5, nx + 4) with two ghosts all around, as the solver has them."""
    u = _padded(
        flow.u,
        flow.u_bottom,
        flow.u_top,
        ("bottom", "top"),
        flow.grid.periodic_x,
        flow.grid.periodic_y,
        physics,
    )
    sides = flow.v_left, flow.v_right, ("left", "right")
    v = _padded(flow.v.T, *sides, flow.grid.periodic_y, flow.grid.periodic_x, physics)
    return u, v.T


def _padded(q, low, high, names, periodic_along: bool, periodic_across: bool, physics: Physics) -> np.ndarray:
    """A component along the second axis; ``low``, ``high``: its values on the sides at the ends of the first."""
    if periodic_across:
        rows = np.concatenate([q[-2:], q, q[:2]])
    else:
        ends = [
            _beyond(side, q[one], q[two], name, physics)
            for side, one, two, name in ((low, 0, 1, names[0]), (high, -1, -2, names[1]))
        ]
        rows = np.vstack([ends[0][1], ends[0][0], q, ends[1][0], ends[1][1]])
    if periodic_along:
        return np.hstack([rows[:, -3:-1], rows, rows[:, 1:3]])
    first, last = rows[:, :1], rows[:, -1:]
    return np.hstack([2 * first - rows[:, 2:0:-1], rows, 2 * last - rows[:, -2:-4:-1]])


def _beyond(side, one, two, name: str, physics: Physics) -> Pair:
    """The two ghosts beyond a side with the velocity ``side`` along it, from the two lines inside."""
    near = 2 * side - one
    if name in physics.outflow:
        return near, near
    return near, two if name in physics.slip else 2 * side - two


# Convection ------------------------------------------------------------------------------------------------


def convection(flow: Flow, physics: Physics, upwind: bool = False) -> Pair:
    """``-div(u u)``, m/s2: energy-conserving central, or limited ``upwind``."""
    (u, v), (x, y) = padded_velocity(flow, physics), axes(flow.grid)
    carried = _limited if upwind else _mean
    pair = _convected(u, v, x, y, carried), _convected(v.T, u.T, y, x, carried).T
    return on_inner_faces(flow.grid, pair)


def _convected(q, carrier, along: Axis, across: Axis, carried: Callable) -> np.ndarray:
    middle = q[2:-2]
    speed = 0.5 * (middle[:, 1:-2] + middle[:, 2:-1])
    through_centres = speed * carried(middle[:, :-3], middle[:, 1:-2], middle[:, 2:-1], middle[:, 3:], speed)
    west, east = along.shares
    speed = west * carrier[2:-2, 1:-2] + east * carrier[2:-2, 2:-1]
    lines = q[:, 2:-2]
    through_nodes = speed * carried(lines[:-3], lines[1:-2], lines[2:-1], lines[3:], speed)
    return -(
        np.diff(through_centres, axis=1) / along.spacing
        + np.diff(through_nodes, axis=0) / across.widths[:, None]
    )


def _mean(qww, qw, qe, qee, speed) -> np.ndarray:
    return 0.5 * (qw + qe)


def _limited(qww, qw, qe, qee, speed) -> np.ndarray:
    """Third-order upwind-biased, limited by Koren's function (Koren 1993)."""
    east = speed >= 0.0
    up = np.where(east, qw, qe)
    behind = up - np.where(east, qww, qee)
    ahead = np.where(east, qe, qw) - up
    third = (behind + 2.0 * ahead) / 3.0
    rise = np.minimum(np.minimum(2.0 * behind, 2.0 * ahead), third)
    fall = np.maximum(np.maximum(2.0 * behind, 2.0 * ahead), third)
    return up + 0.5 * (np.maximum(rise, 0.0) + np.minimum(fall, 0.0))


# Friction ------------------------------------------------------------------------------------------------


def friction(flow: Flow, physics: Physics) -> Friction:
    """The viscous term: ``nu laplacian(u)``, which dissipates ``nu |grad u|^2``; where the viscosity varies
    ``div(2 nu S)``, which dissipates ``2 nu S:S``."""
    (u, v), (x, y) = padded_velocity(flow, physics), axes(flow.grid)
    du_dx, du_dy = _slopes(u, x, y)
    dv_dy, dv_dx = (q.T for q in _slopes(v.T, y, x))
    if physics.viscosity is None:
        nodes = physics.nu
        stresses = (physics.nu * du_dx, nodes * du_dy), (physics.nu * dv_dy, nodes * dv_dx)
    else:
        centres, nodes = _viscosities(physics, x, y, du_dx[:, 1:-1], dv_dy[1:-1], du_dy + dv_dx)
        shear = nodes * (du_dy + dv_dx)
        stresses = (2 * _around(centres, x) * du_dx, shear), (2 * _around(centres.T, y).T * dv_dy, shear)
    (txx, txy), (tyy, tyx) = stresses
    acceleration = _divergence(txx, txy, x, y), _divergence(tyy.T, tyx.T, y, x).T
    at_centres = (txx * du_dx)[:, 1:-1] + (tyy * dv_dy)[1:-1]
    along_x, along_y = on_inner_faces(flow.grid, (txy * du_dy, tyx * dv_dx))
    return Friction(on_inner_faces(flow.grid, acceleration), at_centres, along_x + along_y, nodes)


def _slopes(q, along: Axis, across: Axis) -> Pair:
    """Derivatives of a component along itself, in the cells and one beyond each end, and across, on the nodes."""
    d_along = np.diff(q[2:-2, 1:-1], axis=1) / along.padded[1:-1]
    d_across = np.diff(q[1:-1, 2:-2], axis=0) / across.spacing[:, None]
    return d_along, d_across


def _divergence(normal, shear, along: Axis, across: Axis) -> np.ndarray:
    return np.diff(normal, axis=1) / along.spacing + np.diff(shear, axis=0) / across.widths[:, None]


def _around(q: np.ndarray, along: Axis) -> np.ndarray:
    """Values at centres with one more at each end of the second axis."""
    return np.pad(q, ((0, 0), (1, 1)), mode="wrap" if along.periodic else "edge")


def _viscosities(physics: Physics, x: Axis, y: Axis, du_dx, dv_dy, shear) -> Pair:
    """Viscosity at centres and on nodes: what part of the strain is not at hand is the mean of the squares around."""
    normal, sheared = 2 * (du_dx**2 + dv_dy**2), shear**2
    mean = 0.25 * (sheared[:-1, :-1] + sheared[:-1, 1:] + sheared[1:, :-1] + sheared[1:, 1:])
    centres = physics.viscosity(normal + mean, y.widths[:, None] * x.widths)
    wide = _around(_around(normal, x).T, y).T
    (west, east), (south, north) = x.shares, (share[:, None] for share in y.shares)
    # The nearer centre, that of the smaller cell, weighs more.
    rows = north * wide[:-1] + south * wide[1:]
    square = sheared + east * rows[:, :-1] + west * rows[:, 1:]
    return centres, physics.viscosity(square, y.spacing[:, None] * x.spacing)


# Pressure and forces ----------------------------------------------------------------------------------------


def gradient(values: np.ndarray, grid: Grid) -> Pair:
    """Gradient on the inner faces of values at centres (ny, nx)."""
    x, y = axes(grid)
    pair = np.diff(_around(values, x)) / x.spacing, (np.diff(_around(values.T, y)) / y.spacing).T
    return on_inner_faces(grid, pair)


def between(values: np.ndarray, grid: Grid) -> Pair:
    """Plain means on the faces of values at centres (ny, nx)."""
    x, y = axes(grid)
    wide, high = _around(values, x), _around(values.T, y).T
    return 0.5 * (wide[:, :-1] + wide[:, 1:]), 0.5 * (high[:-1] + high[1:])


def forcing(flow: Flow, physics: Physics) -> Pair:
    """The body forces, m/s2."""
    pair = tuple(physics.force(flow.grid, at, flow.time) for at in ("x-face", "y-face"))
    return on_inner_faces(flow.grid, pair)


def buoyancy(flow: Flow, physics: Physics) -> Pair:
    """The lift of the scalars (Boussinesq), m/s2."""
    pair = tuple(np.zeros(flow.grid.shape(at)) for at in ("x-face", "y-face"))
    for name, (*lift, reference) in physics.lifts.items():
        means = between(flow.scalars[name], flow.grid)
        pair = tuple(q + part * (mean - reference) for q, part, mean in zip(pair, lift, means, strict=True))
    return on_inner_faces(flow.grid, pair)


def drag(flow: Flow, physics: Physics) -> Pair:
    """Linear drag, m/s2."""
    return on_inner_faces(flow.grid, (-physics.drag * flow.u, -physics.drag * flow.v))
