"""Where bodies cut the grid: open fractions of faces and the friction of their walls.

The velocity on a face is its mean over the whole face, open or not, of the fluid's velocity continued into the
solid by the body's own rigid motion. Continuity then holds in every cell with the operators of the empty
rectangle, and what is left of a wall is

* the open fraction theta of each face, which scales the pressure gradient (:mod:`fluidgrad.pressure.cutcell`);
* solid faces, which move with their body;
* what a moving wall carries: for a flow that grows linearly from it the mean of two faces overestimates the value
  between them by a known share. Times the wall's own velocity this is taken off the convective fluxes, so that a
  wall that moves through the cells does not shake the flow;
* friction. With the signed distance phi, let P and N be the means over a face of max(phi, 0) and max(-phi, 0).
  For a flow that grows linearly from a wall the scheme's viscous fluxes are exact but for the kink at the wall,
  whose share in a face's balance is the scheme's Laplacian of N. The face therefore loses momentum at the rate
  ``nu*kappa*(u - u_body)`` with ``kappa = laplacian(N)/P``: for a wall on a grid line that is the usual
  reflection, for a wall anywhere else it keeps second order, and it enters as a plain relaxation, which can
  be implicit where a face is nearly closed. So small cells do not limit the time step.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields

import numpy as np

from fluidgrad.grid import Grid, H
from fluidgrad.kernels import momentum

SMALLEST_OPENING = 1e-3
"""Open fraction below which a face counts as closed: what passes it is lost in the round-off of its neighbours."""

LEAST_MISSING = 1e-9
"""Share of a carried value from which its correction is listed."""


def fractions(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Open fraction of segments and the means of max(phi, 0) and max(-phi, 0) along them (m), for a signed
    distance that is linear between its values ``low`` and ``high`` at their ends."""
    above, below = np.maximum(low, high), np.minimum(low, high)
    cut = (above > 0.0) & (below < 0.0)
    span = np.where(cut, above - below, 1.0)
    theta = np.where(cut, above / span, np.where(above > 0.0, 1.0, 0.0))
    middle = 0.5 * (low + high)
    outside = np.where(cut, 0.5 * theta * above, np.where(above > 0.0, middle, 0.0))
    inside = np.where(cut, -0.5 * (1.0 - theta) * below, np.where(above > 0.0, 0.0, -middle))
    slim = theta < SMALLEST_OPENING
    return np.where(slim, 0.0, theta), np.where(slim, 0.0, outside), inside


@dataclass
class FaceList:
    """Faces of one velocity component near walls; a face near two bodies is in it twice.

    ``j``, ``i`` (k,): indices in padded arrays. ``body`` (k,): whose wall it is. ``value`` (k,): what the list is for.
    ``offset`` (k,): a place along the face, from its middle, m. ``speed`` (k,): velocity component of that body in the
    middle of the face, m/s.
    """

    j: np.ndarray
    i: np.ndarray
    body: np.ndarray
    value: np.ndarray
    offset: np.ndarray
    speed: np.ndarray

    @classmethod
    def of(cls, j, i, body, value, offset=None) -> FaceList:
        """A list of faces of bodies at rest."""
        nothing = np.zeros(j.size)
        return cls(j, i, body, value, nothing if offset is None else offset, nothing)

    def only(self, mask: np.ndarray) -> FaceList:
        """The faces of a mask (k,)."""
        return FaceList(*(getattr(self, item.name)[mask] for item in fields(self)))

    def __add__(self, other: FaceList) -> FaceList:
        return FaceList(
            *(np.concatenate([getattr(self, item.name), getattr(other, item.name)]) for item in fields(self))
        )


@dataclass
class Component:
    """Walls as one velocity component meets them.

    ``rubbing``: faces that lose momentum by friction, value kappa (1/m2). ``cut``: faces that are partly or wholly
    inside a body, value the closed share (0 to 1), ``offset`` the middle of the closed part along the face, from its
    centre (m). ``solid``: faces that are wholly inside, value zero; ``skin``: those of them that are advanced and
    next to an open one, value one. ``hindered``: all faces, once each, that are not wholly open or have stiff
    friction, value the open fraction. ``along``, ``across``: faces beside moving walls whose flux to the next one,
    along the component's own direction or across it, carries less than the mean of both, value the missing share.
    """

    rubbing: FaceList
    cut: FaceList
    solid: FaceList
    skin: FaceList
    hindered: FaceList
    along: FaceList
    across: FaceList

    def parts(self) -> dict[str, FaceList]:
        """The lists by name."""
        return {item.name: getattr(self, item.name) for item in fields(self)}

    def replaced(self, new: Component, window: Window) -> Component:
        """With what is within a window taken from another component."""
        merged = {}
        for name, old in self.parts().items():
            fresh = new.parts()[name]
            merged[name] = old.only(~window.holds(old.j, old.i)) + fresh.only(window.holds(fresh.j, fresh.i))
        return Component(**merged)


@dataclass(frozen=True)
class Window:
    """A rectangle of padded cells, rows ``j0 <= j < j1`` and columns ``i0 <= i < i1``, outside of which there is no
    wall."""

    j0: int
    j1: int
    i0: int
    i1: int

    @property
    def cells(self) -> tuple[slice, slice]:
        return np.s_[self.j0 : self.j1, self.i0 : self.i1]

    @property
    def nodes(self) -> tuple[slice, slice]:
        """Of the cells of the window, in an array of the nodes of all padded cells."""
        return np.s_[self.j0 : self.j1 + 1, self.i0 : self.i1 + 1]

    def holds(self, j: np.ndarray, i: np.ndarray) -> np.ndarray:
        """Which faces are inside, the outermost ones apart, whose neighbours are outside."""
        return (self.j0 < j) & (j < self.j1 - 1) & (self.i0 < i) & (i < self.i1 - 1)

    def metrics(self, m: momentum.Metrics) -> momentum.Metrics:
        """The part of the metrics that belongs to the window."""
        x, y = slice(self.i0, self.i1), slice(self.j0, self.j1)
        return momentum.Metrics(*(q[x] for q in m[:4]), *(q[y] for q in m[4:]))


def node_coordinates(grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates x (nx + 2H + 1,) and y (ny + 2H + 1,) of the nodes of the padded cells, in the halo too."""

    def axis(faces: np.ndarray, widths: np.ndarray) -> np.ndarray:
        before = faces[0] - np.cumsum(widths[:H][::-1])[::-1]
        return np.concatenate([before, faces, faces[-1] + np.cumsum(widths[-H:])])

    return axis(grid.x_f, grid.dx_p), axis(grid.y_f, grid.dy_p)


def component(
    grid: Grid,
    m: momentum.Metrics,
    along_x: bool,
    distances: dict[int, np.ndarray],
    window: Window,
    theta: np.ndarray,
    stiff: float,
    driven: Collection[int] = (),
) -> Component:
    """Walls for the velocity along x or y.

    ``distances``: number of each body -> its signed distance at the nodes of the window, one more row and column than
    cells.
    ``theta``: padded open fractions, filled within the window. ``stiff``: kappa (1/m2) from which friction is stiff.
    ``driven``: numbers of the bodies whose walls move, also along themselves.
    """
    inner, domain = (mask[window.cells] for mask in _faces(grid, along_x))
    m = window.metrics(m)
    opening = theta[window.cells]
    opening.fill(1.0)
    closed_by, kappa_by, middle_by, missing_by = [], [], [], []
    for number, phi in distances.items():
        low, high = (phi[:-1, :-1], phi[1:, :-1]) if along_x else (phi[:-1, :-1], phi[:-1, 1:])
        share, outside, inside = fractions(low, high)
        opening -= 1.0 - share
        closed_by.append(1.0 - share)
        widths = 1.0 / (m.rdy[:, None] if along_x else m.rdx[None, :])
        middle_by.append(np.where(low < high, -0.5, 0.5) * share * widths)
        kink = _laplacian(inside, m, along_x)
        rubs = inner & (kink > 0.0) & (outside > 0.0)
        kappa_by.append(np.where(rubs, kink / np.where(rubs, outside, 1.0), 0.0))
        missing_by.append(_missing(phi, outside, along_x) if number in driven else (None, None))
    opening[opening < SMALLEST_OPENING] = 0.0
    solid = opening == 0.0
    for kappa in kappa_by:
        kappa[solid] = 0.0
    total = np.maximum(np.sum(closed_by, axis=0), 1.0)
    owner = np.array(list(distances))[np.argmax(closed_by, axis=0)]
    hindered = (domain & (opening < 1.0)) | (np.max(kappa_by, axis=0) > stiff)
    per_body = list(zip(distances, kappa_by, closed_by, middle_by, missing_by, strict=True))
    rubbing = [_listed(window, kappa > 0.0, n, kappa) for n, kappa, *_ in per_body]
    cut = [_listed(window, domain & (c > 0.0), n, c / total, middle) for n, _, c, middle, _ in per_body]
    along, across = (
        [
            _listed(window, domain & (missing[k] > 0.0), n, missing[k])
            for n, *_, missing in per_body
            if n in driven
        ]
        for k in (0, 1)
    )
    return Component(
        sum(rubbing, _nothing()),
        sum(cut, _nothing()),
        _listed(window, domain & solid, owner, np.zeros_like(opening)),
        _listed(window, inner & solid & _beside(~solid), owner, np.ones_like(opening)),
        _listed(window, hindered, owner, opening),
        sum(along, _nothing()),
        sum(across, _nothing()),
    )


def _nothing() -> FaceList:
    """No faces."""
    none = np.zeros(0, dtype=int)
    return FaceList.of(none, none, none, np.zeros(0))


def _missing(phi: np.ndarray, outside: np.ndarray, along_x: bool) -> tuple[np.ndarray, np.ndarray]:
    """What a flow that grows linearly from the wall lacks, where it is carried from a face to the next one along or
    across the component's direction, of the mean of the two faces; as a share of that mean, zero at the array's end
    and where the wall reaches neither of the faces nor the line between them: there is only the distance's curvature.

    ``phi``: at nodes; ``outside``: mean of max(phi, 0) on the faces.
    """
    if not along_x:
        phi, outside = phi.T, outside.T
    middle = 0.5 * (phi[:, :-1] + phi[:, 1:])
    along = fractions(middle[:-1], middle[1:])[1]
    west = np.pad(middle, ((0, 0), (1, 0)), mode="edge")[:, :-1]
    across = 0.5 * (fractions(west, phi[:, :-1])[1] + fractions(phi[:, :-1], middle)[1])[1:]
    wet = np.minimum(phi[:-1, :-1], phi[1:, :-1]) >= 0.0
    between = (np.minimum(west, middle) >= 0.0)[1:]
    shares = []
    for carried, step, free in ((along, (0, 1), wet), (across, (1, 0), wet & between)):
        mean = 0.5 * (outside + np.roll(outside, (-step[0], -step[1]), (0, 1)))
        lacks = np.where(mean > 0.0, 1.0 - carried / np.where(mean > 0.0, mean, 1.0), 0.0)
        lacks[(lacks < LEAST_MISSING) | (free & np.roll(wet, (-step[0], -step[1]), (0, 1)))] = 0.0
        lacks[-1] = lacks[:, -1] = 0.0
        shares.append(lacks if along_x else lacks.T)
    return shares[0], shares[1]


def blind(theta_u: np.ndarray, theta_v: np.ndarray, j: np.ndarray, i: np.ndarray) -> np.ndarray:
    """Which of the padded cells (j, i) no fluid reaches: those without any open face."""
    return theta_u[j, i] + theta_u[j, i + 1] + theta_v[j, i] + theta_v[j + 1, i] == 0.0


def _beside(mask: np.ndarray) -> np.ndarray:
    """Entries with a neighbour, along either axis, in the mask."""
    padded = np.pad(mask, 1)
    return padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2] | padded[1:-1, 2:]


def _listed(window: Window, mask, body, value, offset=None) -> FaceList:
    """The faces of a mask; ``body`` is a number or an array like the mask."""
    j, i = np.nonzero(mask)
    owner = np.broadcast_to(body, mask.shape)[mask]
    offsets = None if offset is None else offset[mask]
    return FaceList.of(j + window.j0, i + window.i0, owner, value[mask], offsets)


def _faces(grid: Grid, along_x: bool) -> tuple[np.ndarray, np.ndarray]:
    """Padded masks of the faces of one component: those whose velocity is advanced, between two cells of the domain,
    and all of the domain, periodic ones once."""
    inner, domain = np.zeros((2, *grid.padded_shape), dtype=bool)
    x, y = along_x and not grid.periodic_x, not along_x and not grid.periodic_y
    inner[H + y : H + grid.ny, H + x : H + grid.nx] = True
    domain[H : H + grid.ny + y, H : H + grid.nx + x] = True
    return inner, domain


def _laplacian(q: np.ndarray, m: momentum.Metrics, along_x: bool) -> np.ndarray:
    """The scheme's Laplacian of a padded field on the faces of one component (:mod:`fluidgrad.kernels.momentum`);
    zero on the rim of the array."""
    out = np.zeros_like(q)
    c = np.s_[1:-1, 1:-1]
    x, y = q[1:-1], q[:, 1:-1]
    d_x, d_y = np.diff(x, axis=1), np.diff(y, axis=0)
    if along_x:
        gx, gy = d_x * m.rdx[:-1], d_y * m.rdyv[1:, None]
        out[c] = np.diff(gx, axis=1) * m.rdxu[1:-1] + np.diff(gy, axis=0) * m.rdy[1:-1, None]
    else:
        gx, gy = d_x * m.rdxu[1:], d_y * m.rdy[:-1, None]
        out[c] = np.diff(gx, axis=1) * m.rdx[1:-1] + np.diff(gy, axis=0) * m.rdyv[1:-1, None]
    return out
