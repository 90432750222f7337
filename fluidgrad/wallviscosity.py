"""The viscosity beside walls of bodies where it varies.

Faces that a wall cuts hold means over fluid and body, so differences across them miss part of the shear. Points whose
strain draws on such faces take the viscosity from the fluid side: layer by layer, the mean of what the known
neighbours around and those behind them extrapolate to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import binary_dilation, binary_erosion

from fluidgrad.grid import H

if TYPE_CHECKING:
    from fluidgrad.placement import Placement
    from fluidgrad.rheology import Rheology
    from fluidgrad.walls import FaceList

LAYERS = 4
"""Layers of points that are filled: from the first whose strain is that of the fluid to the far side of cut faces."""

STEEPEST = 1.5
"""Largest ratio of the viscosities of neighbours beyond the known ones."""

AROUND = [(dj, di) for dj in (-1, 0, 1) for di in (-1, 0, 1) if dj or di]
SQUARE = np.ones((3, 3), dtype=bool)


class WallViscosity:
    """Continues viscosities through walls, and tells that of the friction on faces.

    Parameters
    ----------
    rheology : computes the viscosities.
    placement : where the bodies are.
    """

    def __init__(self, rheology: Rheology, placement: Placement):
        self.rheology, self.placement = rheology, placement
        self.grid = grid = rheology.grid
        self._there = np.zeros((2, *grid.padded_shape), dtype=bool)
        """Centres and nodes whose viscosity is computed (:mod:`fluidgrad.rheology`)."""
        self._there[0, H - 1 : H + grid.ny + 1, H - 1 : H + grid.nx + 1] = True
        self._there[1, H : H + grid.ny + 1, H : H + grid.nx + 1] = True
        self.place(0.0)

    def place(self, t: float) -> None:
        """Follow the bodies to time t."""
        window = self.placement.window
        fluid = np.min(list(self.placement.distances(t, window).values()), axis=0) > 0.0
        nodes = binary_erosion(fluid, SQUARE, border_value=1)
        centres = nodes[:-1, :-1] & nodes[:-1, 1:] & nodes[1:, :-1] & nodes[1:, 1:]
        self._layers = [
            self._fill_order(known, there[window.cells], (window.j0, window.i0))
            for known, there in zip((centres, nodes[:-1, :-1]), self._there, strict=True)
        ]

    @staticmethod
    def _fill_order(known: np.ndarray, there: np.ndarray, start: tuple[int, int]) -> list[tuple]:
        """Per layer the indices of its points and, for each way out of it, which points have a known neighbour
        there, that neighbour and the one behind it, or again the neighbour if that is not known; and the number of ways
        of each point."""
        known, layers = known & there, []
        for _ in range(LAYERS):
            j, i = np.nonzero(binary_dilation(known, SQUARE) & there & ~known)
            padded, ways = np.pad(known, 2), []
            for dj, di in AROUND:
                at = np.nonzero(padded[j + dj + 2, i + di + 2])[0]
                twice = 1 + padded[j[at] + 2 * dj + 2, i[at] + 2 * di + 2]
                near, behind = ((j[at] + n * dj + start[0], i[at] + n * di + start[1]) for n in (1, twice))
                ways.append((at, near, behind))
            count = np.bincount(np.concatenate([at for at, *_ in ways]), minlength=j.size)
            known = known.copy()
            known[j, i] = True
            layers.append(((j + start[0], i + start[1]), ways, count))
        return layers

    def extend(self) -> None:
        """Continue the viscosities from the fluid through the walls, in place."""
        at_centres, at_nodes = self.rheology.viscosity_at_centres, self.rheology.viscosity_at_nodes
        for q, layers in zip((at_centres, at_nodes), self._layers, strict=True):
            for points, ways, count in layers:
                total = np.zeros(count.size)
                for at, near, behind in ways:
                    first = q[near]
                    total[at] += np.clip(2.0 * first - q[behind], first / STEEPEST, first * STEEPEST)
                q[points] = total / count
        self._wrap(at_centres, at_nodes)

    def _wrap(self, at_centres: np.ndarray, at_nodes: np.ndarray) -> None:
        """Make copies across periodic sides alike."""
        for periodic, c, n in (
            (self.grid.periodic_x, at_centres.T, at_nodes.T),
            (self.grid.periodic_y, at_centres, at_nodes),
        ):
            if periodic:
                c[H - 1], c[-H], n[-H] = c[-H - 1], c[H], n[H]

    def on_faces(self, faces: FaceList, along_x: bool) -> np.ndarray:
        """Viscosity (m2/s) on the faces of one component: the mean of the two centres and the two nodes around."""
        c, n = self.rheology.viscosity_at_centres, self.rheology.viscosity_at_nodes
        j, i = faces.j, faces.i
        if along_x:
            return 0.25 * (c[j, i - 1] + c[j, i] + n[j, i] + n[j + 1, i])
        return 0.25 * (c[j - 1, i] + c[j, i] + n[j, i] + n[j, i + 1])
