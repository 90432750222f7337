"""Cells that walls of bodies cut: open fractions of cells and faces, means of the distance, pieces of wall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fluidgrad.walls import Window, fractions

if TYPE_CHECKING:
    from fluidgrad.bodies import Walls


def positive_part(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of triangles in which a linear function with the values a, b, c at the corners is positive, and the mean
    of its positive part over the whole triangle."""
    low, middle, high = np.sort([a, b, c], axis=0)

    def corner(tip, one, other):
        """Share of the triangle on the side of one corner from the zero line, and the integral there."""
        apart = (tip - one) * (tip - other)
        share = tip * tip / np.where(apart > 0.0, apart, 1.0)
        return share, share * tip / 3.0

    share, mean = corner(high, middle, low)
    lost, below = corner(low, middle, high)
    share = np.where(middle > 0.0, 1.0 - lost, share)
    mean = np.where(middle > 0.0, (low + middle + high) / 3.0 - below, mean)
    whole = low >= 0.0
    share = np.where(whole, high > 0.0, np.where(high <= 0.0, 0.0, share))
    return share, np.where(whole, (low + middle + high) / 3.0, np.where(high <= 0.0, 0.0, mean))


def cell_means(phi: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Open fraction of cells and their means of max(phi, 0) and max(-phi, 0) (m), phi being linear in each of the four
    triangles between an edge and the centre, where it is the mean of the corners. ``phi``: at the nodes, one more row
    and column than cells."""
    corners = phi[:-1, :-1], phi[:-1, 1:], phi[1:, 1:], phi[1:, :-1]
    middle = 0.25 * sum(corners)
    opening, outside = (middle > 0.0).astype(float), np.maximum(middle, 0.0)
    cut = (np.min(corners, axis=0) < 0.0) & (np.max(corners, axis=0) > 0.0)
    around = [corner[cut] for corner in corners]
    parts = [positive_part(around[k - 1], around[k], middle[cut]) for k in range(4)]
    opening[cut], outside[cut] = (0.25 * sum(part) for part in zip(*parts, strict=True))
    return opening, outside, outside - middle


@dataclass(frozen=True)
class BodyCells:
    """One body on the cells of a window of shape (rows, cols).

    ``opening``, ``outside``, ``inside``: open fraction and means of the positive and of the negative part of the
    distance (m). ``theta_x`` (rows, cols + 1), ``theta_y`` (rows + 1, cols): open fractions of faces. ``length``: of
    its wall in each cell (m). ``foot_x``, ``foot_y``: point of the wall nearest to the centre (m).
    """

    opening: np.ndarray
    outside: np.ndarray
    inside: np.ndarray
    theta_x: np.ndarray
    theta_y: np.ndarray
    length: np.ndarray
    foot_x: np.ndarray
    foot_y: np.ndarray


class CutCells:
    """The cells near the walls of all bodies, where these are now; one for all scalars."""

    def __init__(self, walls: Walls):
        self.walls = walls
        self.place()

    def place(self) -> None:
        """Follow the walls."""
        placement = self.walls.placement
        self.window: Window = placement.window
        self.m = self.window.metrics(self.walls.m)
        rows, columns = self.window.nodes
        self.x, self.y = placement.x[columns], placement.y[rows]
        """Coordinates of the nodes of the window."""
        distances = placement.distances(self.walls.t, self.window)
        self.bodies = [self._cells(distances[n]) for n in range(len(self.walls.bodies))]

    def _cells(self, phi: np.ndarray) -> BodyCells:
        opening, outside, inside = cell_means(phi)
        theta_x, theta_y = fractions(phi[:-1], phi[1:])[0], fractions(phi[:, :-1], phi[:, 1:])[0]
        dx, dy = 1.0 / self.m.rdx, 1.0 / self.m.rdy[:, None]
        # The wall closes the polygon of the open faces, so its projections are what these do not balance.
        length = np.hypot(np.diff(theta_x, axis=1) * dy, np.diff(theta_y, axis=0) * dx)
        gx = 0.5 * np.diff(phi[:-1] + phi[1:], axis=1) / dx
        gy = 0.5 * np.diff(phi[:, :-1] + phi[:, 1:], axis=0) / dy
        way = (outside - inside) / np.maximum(gx * gx + gy * gy, 0.1)
        foot_x = 0.5 * (self.x[1:] + self.x[:-1]) - way * gx
        foot_y = 0.5 * (self.y[1:] + self.y[:-1])[:, None] - way * gy
        return BodyCells(opening, outside, inside, theta_x, theta_y, length, foot_x, foot_y)
