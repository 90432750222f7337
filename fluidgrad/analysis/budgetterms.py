"""The terms of the budgets of energy and enstrophy of one flow, as fields at the centres.

A term on the faces, or nodes, is brought to the centres by the plain mean of those around a cell: so its mean over the
cells is its sum over the faces, each weighted by its share of the domain.
"""

from __future__ import annotations

import numpy as np

from fluidgrad.analysis import accelerations as rates
from fluidgrad.analysis.accelerations import Axis, Pair, axes
from fluidgrad.analysis.cutfaces import CutFaces, cut_faces
from fluidgrad.analysis.physics import Physics
from fluidgrad.fields import compute
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid

Terms = dict[str, np.ndarray]
"""Name of a term -> values at centres (ny, nx)."""


def energy_content(flow: Flow) -> Terms:
    """Kinetic energy, ``storage``, and its part on sides that are not periodic, ``sides``, m2/s2."""
    u, v = (np.zeros_like(q) for q in (flow.u, flow.v))
    if not flow.grid.periodic_x:
        u[:, [0, -1]] = flow.u[:, [0, -1]] ** 2
    if not flow.grid.periodic_y:
        v[[0, -1]] = flow.v[[0, -1]] ** 2
    content = {"storage": compute(flow, "kinetic_energy")}
    return content | ({"sides": 0.5 * _faces_to_centres((u, v))} if u.any() or v.any() else {})


def energy_terms(flow: Flow, physics: Physics) -> Terms:
    """The terms besides the change of the content, m2/s3."""
    cut = cut_faces(flow)
    friction = rates.friction(flow, physics)
    dissipation = friction.loss_at_centres + _nodes_to_centres(friction.loss_at_nodes)
    central = rates.convection(flow, physics)
    terms = {
        "advection": _power(flow, central),
        "pressure": -_power(flow, _through(cut, rates.gradient(flow.p, flow.grid))),
        "diffusion": _power(flow, friction.acceleration) + dissipation,
        "dissipation": -dissipation,
    }
    if physics.upwind:
        terms["numerical"] = _power(flow, rates.convection(flow, physics, upwind=True)) - terms["advection"]
    if cut is not None and not physics.moving_bodies:
        terms["bodies"] = _power(flow, wall_friction(flow, physics, cut))
    return terms | {name: _power(flow, pair) for name, pair in _driving(flow, physics, cut).items()}


def enstrophy_content(flow: Flow) -> Terms:
    """Half the squared vorticity of the nodes inside, ``storage``, 1/s2."""
    inside = inside_nodes(flow, cut_faces(flow))
    return {"storage": _nodes_to_centres(0.5 * inside * compute(flow, "vorticity") ** 2)}


def enstrophy_terms(flow: Flow, physics: Physics) -> Terms:
    """The terms besides the change of the content, 1/s3."""
    cut = cut_faces(flow)
    omega, inside = compute(flow, "vorticity"), inside_nodes(flow, cut)

    def gain(pair: Pair) -> np.ndarray:
        return _nodes_to_centres(inside * omega * _curl(pair, flow.grid))

    friction = rates.friction(flow, physics)
    carried, lost = _carried(flow, omega), _palinstrophy(omega, friction.at_nodes, flow.grid)
    carried, lost = _nodes_to_centres(inside * carried), _nodes_to_centres(inside * lost)
    terms = {
        "advection": carried,
        "diffusion": gain(friction.acceleration) + lost,
        "dissipation": -lost,
        "numerical": gain(rates.convection(flow, physics, physics.upwind)) - carried,
    }
    return terms | {name: gain(pair) for name, pair in _driving(flow, physics, cut).items()}


def wall_friction(flow: Flow, physics: Physics, cut: CutFaces) -> Pair:
    """What walls of bodies at rest take from the faces that they cut, m/s2."""
    pair = tuple(-physics.nu * kappa * q for kappa, q in zip(cut.kappa, (flow.u, flow.v), strict=True))
    return rates.on_inner_faces(flow.grid, pair)


def inside_nodes(flow: Flow, cut: CutFaces | None) -> np.ndarray:
    """Which nodes are not on sides, but for periodic ones, nor touch a face that a wall cuts, (ny + 1, nx + 1)."""
    grid = flow.grid
    inside = np.ones(grid.shape("node"), dtype=bool)
    if cut is not None:
        x, y = axes(grid)
        inside &= _both(cut.clear[0].T, y).T & _both(cut.clear[1], x)
    if not grid.periodic_x:
        inside[:, [0, -1]] = False
    if not grid.periodic_y:
        inside[[0, -1]] = False
    return inside


def _both(clear: np.ndarray, across: Axis) -> np.ndarray:
    """Whether both faces beside a node are clear, from faces (m, n) to nodes (m, n + 1)."""
    wide = np.pad(clear, ((0, 0), (1, 1)), mode="wrap" if across.periodic else "edge")
    return wide[:, :-1] & wide[:, 1:]


def _driving(flow: Flow, physics: Physics, cut: CutFaces | None) -> dict[str, Pair]:
    """The accelerations that there are by forces of each kind; they act on the open share of a face."""
    kinds = {"forcing": physics.forces, "buoyancy": physics.lifts, "drag": physics.drag}
    return {
        name: _through(cut if name != "drag" else None, getattr(rates, name)(flow, physics))
        for name, given in kinds.items()
        if given
    }


def _through(cut: CutFaces | None, pair: Pair) -> Pair:
    """An acceleration of the fluid as that of the faces, whose closed share is at rest."""
    return pair if cut is None else tuple(share * q for share, q in zip(cut.opening, pair, strict=True))


def _power(flow: Flow, pair: Pair) -> np.ndarray:
    return _faces_to_centres((flow.u * pair[0], flow.v * pair[1]))


def _faces_to_centres(pair: Pair) -> np.ndarray:
    """The sum of the means of both pairs of faces around each cell."""
    return 0.5 * (pair[0][:, :-1] + pair[0][:, 1:] + pair[1][:-1] + pair[1][1:])


def _nodes_to_centres(q: np.ndarray) -> np.ndarray:
    return 0.25 * (q[:-1, :-1] + q[:-1, 1:] + q[1:, :-1] + q[1:, 1:])


# Vorticity ----------------------------------------------------------------------------------------------


def _curl(pair: Pair, grid: Grid) -> np.ndarray:
    """``d(pair[1])/dx - d(pair[0])/dy`` on the nodes; on sides that are not periodic zero."""
    (x, y), (along_x, along_y) = axes(grid), pair
    return _node_slope(along_y, x) - _node_slope(along_x.T, y).T


def _node_slope(q: np.ndarray, along: Axis) -> np.ndarray:
    """Difference quotient along the second axis, from (m, n) to (m, n + 1)."""
    wide = np.pad(q, ((0, 0), (1, 1)), mode="wrap" if along.periodic else "edge")
    return np.diff(wide, axis=1) / along.spacing


def _carried(flow: Flow, omega: np.ndarray) -> np.ndarray:
    """``-div(u omega^2/2)`` on the nodes by means of neighbours that sum to what passes the sides."""
    x, y = axes(flow.grid)
    u, v = rates.padded_velocity(flow, Physics(0.0))
    along_x = _carried_along(omega, u[1:-1, 1:-1], x, y)
    return along_x + _carried_along(omega.T, v[1:-1, 1:-1].T, y, x).T


def _carried_along(omega: np.ndarray, carrier: np.ndarray, along: Axis, across: Axis) -> np.ndarray:
    """The part along the second axis; ``carrier``: its velocity (m + 1, n + 3), one beyond the nodes all around."""
    low, high = (share[:, None] for share in across.shares)
    lines = low * carrier[:-1] + high * carrier[1:]
    wide = _beyond(omega, along)
    flux = 0.25 * (lines[:, :-1] + lines[:, 1:]) * wide[:, :-1] * wide[:, 1:]
    return -np.diff(flux, axis=1) / along.spacing


def _palinstrophy(omega: np.ndarray, nu: np.ndarray | float, grid: Grid) -> np.ndarray:
    """``nu |grad omega|^2`` on the nodes, half of each line to a neighbour belonging to the node."""
    x, y = axes(grid)
    return nu * (_squared_slope(omega, x) + _squared_slope(omega.T, y).T)


def _squared_slope(omega: np.ndarray, along: Axis) -> np.ndarray:
    squares = np.diff(_beyond(omega, along)) ** 2 / along.padded[1:-1]
    return 0.5 * (squares[:, :-1] + squares[:, 1:]) / along.spacing


def _beyond(omega: np.ndarray, along: Axis) -> np.ndarray:
    """Values on nodes (m, n + 1) with one more at each end of the second axis; beyond sides they are not used."""
    if along.periodic:
        return np.hstack([omega[:, -2:-1], omega, omega[:, 1:2]])
    return np.pad(omega, ((0, 0), (1, 1)), mode="edge")
