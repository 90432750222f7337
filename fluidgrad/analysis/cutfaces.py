"""What walls of bodies at rest do to the faces that they cut, from the stored distance of the nodes.

The same as the solver's (:mod:`fluidgrad.walls`): with P and N the means over a face of max(phi, 0) and max(-phi, 0),
phi the signed distance, a face loses momentum at the rate ``nu kappa u``, ``kappa = laplacian(N)/P``, and pressure acts
on its open share only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fluidgrad.analysis.accelerations import Axis, Pair, axes
from fluidgrad.flow import Flow

SMALLEST_OPENING = 1e-3
"""Open share below which a face counts as closed."""


@dataclass(frozen=True)
class CutFaces:
    """Per face, x-faces and y-faces: ``opening`` (0 to 1), ``kappa`` (1/m2) and whether no wall ``touches`` it:
    ``clear``."""

    opening: Pair
    kappa: Pair
    clear: Pair


def cut_faces(flow: Flow) -> CutFaces | None:
    """The cut faces of a flow, None if there are no bodies."""
    if flow.distance is None:
        return None
    x, y = axes(flow.grid)
    along_x = _component(flow.distance, x, y)
    along_y = tuple(q.T for q in _component(flow.distance.T, y, x))
    return CutFaces(*zip(along_x, along_y, strict=True))


def _component(phi: np.ndarray, along: Axis, across: Axis) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Opening, kappa and clear of faces (m, n + 1) normal to the second axis; ``phi`` (m + 1, n + 1) on nodes."""
    opening, outside, inside = _fractions(phi[:-1], phi[1:])
    kink = _laplacian(inside, along, across)
    solid = opening == 0.0
    rubs = (kink > 0.0) & (outside > 0.0) & ~solid
    kappa = np.where(rubs, kink / np.where(rubs, outside, 1.0), 0.0)
    return opening, kappa, (opening == 1.0) & (kappa == 0.0)


def _fractions(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Open share of segments, and the means of max(phi, 0) and max(-phi, 0) along them, phi being linear."""
    above, below = np.maximum(low, high), np.minimum(low, high)
    cut = (above > 0.0) & (below < 0.0)
    share = np.where(cut, above / np.where(cut, above - below, 1.0), (above > 0.0).astype(float))
    middle = 0.5 * (low + high)
    outside = np.where(cut, 0.5 * share * above, np.maximum(middle, 0.0))
    inside = np.where(cut, -0.5 * (1.0 - share) * below, np.maximum(-middle, 0.0))
    closed = share < SMALLEST_OPENING
    return np.where(closed, 0.0, share), np.where(closed, 0.0, outside), inside


def _laplacian(q: np.ndarray, along: Axis, across: Axis) -> np.ndarray:
    """The scheme's Laplacian of values on faces (m, n + 1); a body reaches a side straight on."""
    rows = np.pad(q, ((1, 1), (0, 0)), mode="wrap" if across.periodic else "edge")
    # A periodic side has two copies of its faces.
    columns = (
        np.pad(q[:, :-1], ((0, 0), (1, 2)), mode="wrap")
        if along.periodic
        else np.pad(q, ((0, 0), (1, 1)), "edge")
    )
    slope = np.diff(columns, axis=1) / along.padded[1:-1]
    rise = np.diff(rows, axis=0) / across.spacing[:, None]
    return np.diff(slope, axis=1) / along.spacing + np.diff(rise, axis=0) / across.widths[:, None]
