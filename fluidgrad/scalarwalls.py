"""Scalars beside the walls of bodies: given values, given fluxes.

*Value.* As with the velocity (:mod:`fluidgrad.walls`), a cell holds the mean over the whole of it of the scalar, which
is continued into the body by the wall's value; cells wholly inside are set to it. With P and N the means over a cell
of max(phi, 0) and max(-phi, 0), phi the signed distance, the scheme's diffusion of a profile that is linear from the
wall on is exact but for the kink at the wall, so cells exchange ``D*kappa*(value - c)`` with it, ``kappa =
laplacian(N)/P``. Where kappa is large it is relaxed by backward Euler: small cells do not limit the step.

*Flux.* Diffusion passes the open fraction theta of a face, the wall adds its flux times its length, and what enters a
cell is divided by its capacity, the fluid fraction of its area, but at least one half. So the sum of capacity times c
changes only by what sides, walls and sources bring. A half is the least with which no cut cell takes a
smaller step than a whole one: theta of two opposite faces adds up to at most twice the capacity. The price is that a
sliver answers to changes in time like half a cell; a steady state does not notice. Cells without an open face
follow their neighbours, so that a cell which a moving body uncovers starts from the mean of the fluid next to
it. In a cell that a moving body cuts the change of the fluid's area is left out along with the flow that fills it:
what is uniform stays uniform, and the content is conserved as closely as the area of the body is on the grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import maximum_filter

from fluidgrad.cutcells import CutCells
from fluidgrad.grid import Grid, H
from fluidgrad.kernels import cutcell, momentum
from fluidgrad.kernels import scalar as kernel
from fluidgrad.walls import SMALLEST_OPENING

if TYPE_CHECKING:
    from fluidgrad.scalars import Scalar

LEAST_CAPACITY = 0.5


@dataclass
class Contact:
    """Cells that touch walls, one after the other body by body.

    ``j``, ``i`` (k,): padded indices. ``body`` (k,): number. ``amount`` (k,): what the list is for. ``x``, ``y`` (k,):
    points of the wall, m.
    """

    j: np.ndarray
    i: np.ndarray
    body: np.ndarray
    amount: np.ndarray
    x: np.ndarray
    y: np.ndarray


@dataclass
class CutFaces:
    """Faces with a closed part between the cells ``(j - dj, i - di)`` and ``(j, i)``: ``gain`` (k,) the closed
    fraction times the diffusivity over the distance (m/s), ``drift`` (k,) times the bodies' velocity (m/s)."""

    j: np.ndarray
    i: np.ndarray
    dj: int
    di: int
    closed: np.ndarray
    gain: np.ndarray
    drift: np.ndarray

    def rise(self, c: np.ndarray) -> np.ndarray:
        """Differences of a padded field across the faces."""
        return c[self.j, self.i] - c[self.j - self.dj, self.i - self.di]


class ScalarWalls:
    """What the walls of bodies do to one scalar.

    Parameters
    ----------
    grid, m : the grid and its metrics.
    cells : the cut cells.
    scalar : the scalar; ``scalar.bodies`` says what each body does to it.
    """

    def __init__(self, grid: Grid, m: momentum.Metrics, cells: CutCells, scalar: Scalar):
        self.grid, self.m, self.cells, self.scalar = grid, m, cells, scalar
        self.bodies = cells.walls.bodies
        self.conditions = [scalar.bodies[body.name] for body in self.bodies]
        self._held = [n for n, given in enumerate(self.conditions) if given.type == "value"]
        self._passed = [n for n, given in enumerate(self.conditions) if given.type == "flux"]
        self.drifting = any(not self.bodies[n].motion.steady for n in self._passed)
        self._stiff = max(1.0 / grid.smallest_dx, 1.0 / grid.smallest_dy) ** 2
        self.capacity, self.share = np.ones(grid.padded_shape), np.ones(grid.padded_shape)
        """Padded: what a cell holds of the scalar per its value and area; that, times the part which is not inside a
        body with a given value, zero where no fluid is."""
        self._dirty = cells.window
        self._inside = np.zeros(grid.padded_shape, dtype=bool)
        self._inside[H:-H, H:-H] = True
        self._reach = np.zeros(grid.padded_shape, dtype=bool)
        x, y = H - grid.periodic_x, H - grid.periodic_y
        self._reach[y : grid.ny + 2 * H - y, x : grid.nx + 2 * H - x] = True
        self.place()

    def place(self) -> None:
        """Follow the cut cells."""
        for q in (self.capacity, self.share):
            q[self._dirty.cells] = 1.0
        self._dirty = window = self.cells.window
        inside = self._inside[window.cells]
        kept = self._place_fluxes(inside)
        solid = self._place_values(inside, kept)
        opening = np.ones(kept.shape)
        for n in self._held:
            opening -= 1.0 - self.cells.bodies[n].opening
        self.share[window.cells] *= np.where(solid | ~kept, 0.0, np.maximum(opening, 0.0))
        inner = np.s_[H:-H, H:-H]
        self.area = float(self.grid.dy_p[inner[0]] @ self.share[inner] @ self.grid.dx_p[inner[1]])
        """Sum of the share over all cells, m2."""

    def _place_values(self, inside: np.ndarray, kept: np.ndarray) -> np.ndarray:
        """Lists of the walls with given values; returns which cells of the window are wholly behind one."""
        bodies, m = self.cells.bodies, self.cells.m
        closed = {n: bodies[n].opening < SMALLEST_OPENING for n in self._held}
        solid = np.logical_or.reduce([np.zeros_like(inside), *closed.values()])
        kappas = {}
        for n in self._held:
            body, kink = bodies[n], np.zeros(inside.shape)
            along_x = np.diff(np.diff(body.inside, axis=1) * m.rdxu[1:], axis=1) * m.rdx[1:-1]
            along_y = np.diff(np.diff(body.inside, axis=0) * m.rdyv[1:, None], axis=0) * m.rdy[1:-1, None]
            kink[1:-1, 1:-1] = along_x[1:-1] + along_y[:, 1:-1]
            rubs = inside & kept & ~solid & (kink > 0.0)
            kappas[n] = np.where(rubs, kink / np.where(rubs, body.outside, 1.0), 0.0)
        self.touching = self._contact({n: kappa > 0.0 for n, kappa in kappas.items()}, kappas)
        flat = np.ravel_multi_index((self.touching.j, self.touching.i), self.grid.padded_shape)
        unique, self._cell = np.unique(flat, return_inverse=True)
        self._relaxed = np.unravel_index(unique, self.grid.padded_shape)
        first = {}
        for n in self._held:
            first[n] = inside & closed[n] & ~np.logical_or.reduce([np.zeros_like(inside), *first.values()])
        self.solid = self._contact(first, {n: np.zeros(inside.shape) for n in first})
        self._skins = {n: self._skin(mask, solid) for n, mask in first.items()}
        return solid

    def _skin(self, mask: np.ndarray, solid: np.ndarray) -> tuple[np.ndarray, ...]:
        """Pairs of a solid cell and a neighbour that is not: padded indices of both and the open length of the face
        between them over the distance of their centres."""
        window, m = self.cells.window, self.cells.m
        rows, fluid = [], self._reach[window.cells] & ~solid
        for axis, widths, rd in ((1, 1.0 / m.rdy, m.rdxu), (0, 1.0 / m.rdx, m.rdyv)):
            low, high = (np.s_[:, :-1], np.s_[:, 1:]) if axis else (np.s_[:-1], np.s_[1:])
            for own, other, step in ((low, high, 1), (high, low, -1)):
                j, i = np.nonzero(mask[own] & fluid[other])
                if step < 0:
                    j, i = (j, i + 1) if axis else (j + 1, i)
                dj, di = (0, step) if axis else (step, 0)
                across = widths[j] * rd[i + (step > 0)] if axis else widths[i] * rd[j + (step > 0)]
                theta = self._thetas[axis][(j, i + (step > 0)) if axis else (j + (step > 0), i)]
                rows.append(
                    (j + window.j0, i + window.i0, j + dj + window.j0, i + di + window.i0, across * theta)
                )
        return tuple(np.concatenate(column) for column in zip(*rows, strict=True))

    def _place_fluxes(self, inside: np.ndarray) -> np.ndarray:
        """Lists of the walls with given fluxes; returns which cells of the window the fluid reaches past them."""
        window, bodies = self.cells.window, self.cells.bodies
        faces = []
        for axis in (0, 1):
            thetas = [bodies[n].theta_y if axis == 0 else bodies[n].theta_x for n in self._passed]
            shape = (inside.shape[0] + (axis == 0), inside.shape[1] + (axis == 1))
            theta = np.ones(shape) - sum((1.0 - theta for theta in thetas), np.zeros(shape))
            faces.append(np.where(theta < SMALLEST_OPENING, 0.0, theta))
        self._thetas = theta_y, theta_x = faces
        reached = theta_x[:, :-1] + theta_x[:, 1:] + theta_y[:-1] + theta_y[1:] > 0.0
        opening = 1.0 - sum((1.0 - bodies[n].opening for n in self._passed), np.zeros(inside.shape))
        capacity = np.where(reached, np.maximum(opening, LEAST_CAPACITY), 1.0)
        self.capacity[window.cells] = self.share[window.cells] = capacity
        self.faces = [self._cut_faces(theta, inside, axis) for axis, theta in enumerate(faces)]
        scaled = inside & ((capacity < 1.0) | ~reached)
        self._scaled = self._indices(scaled)
        self._lessen = np.where(reached, 1.0 / capacity, 0.0)[scaled]
        cut = np.minimum(theta_x[:, :-1], theta_x[:, 1:]) * np.minimum(theta_y[:-1], theta_y[1:]) < 1.0
        near = maximum_filter(cut, 3, mode="constant")
        self._beside = self._indices(inside & reached & near)
        masks = {n: inside & reached & (bodies[n].length > 0.0) for n in self._passed}
        self.passing = self._contact(masks, {n: bodies[n].length for n in self._passed})
        self._place_blind(inside & ~reached, maximum_filter(reached, 5, mode="constant"))
        return reached

    def _cut_faces(self, theta: np.ndarray, inside: np.ndarray, axis: int) -> CutFaces:
        """Faces across y (axis 0) or x (axis 1) of the cells of the domain that are not wholly open."""
        window, m = self.cells.window, self.m
        pad = np.pad(inside, ((1, 1), (0, 0)) if axis == 0 else ((0, 0), (1, 1)))
        beside = pad[1:] | pad[:-1] if axis == 0 else pad[:, 1:] | pad[:, :-1]
        j, i = np.nonzero(beside & (theta < 1.0))
        closed = 1.0 - theta[j, i]
        rd = m.rdyv[j + window.j0] if axis == 0 else m.rdxu[i + window.i0]
        drift = np.zeros(closed.size)
        if self.drifting:
            x, y = self.cells.x, self.cells.y
            at = (0.5 * (x[i] + x[i + 1]), y[j]) if axis == 0 else (x[i], 0.5 * (y[j] + y[j + 1]))
            for n in self._passed:
                part = self.cells.bodies[n].theta_y if axis == 0 else self.cells.bodies[n].theta_x
                walls = self.cells.walls
                near_body = walls.placement.beside(self.bodies[n], *at, walls.t)
                along = self.bodies[n].motion.at(*near_body, walls.t)[1 if axis == 0 else 0]
                drift += (1.0 - part[j, i]) * along
        dj, di = (1, 0) if axis == 0 else (0, 1)
        gain = self.scalar.diffusivity * closed * rd
        return CutFaces(j + window.j0, i + window.i0, dj, di, closed, gain, drift)

    def _place_blind(self, blind: np.ndarray, near: np.ndarray) -> None:
        """Cells that no fluid reaches, those of them that are ``near`` fluid and the weights of the four neighbours of
        these: of those that it reaches, if any."""
        self._buried = self._indices(blind)
        self._blind = j, i = self._indices(blind & near)
        self._around = [(j, i - 1), (j, i + 1), (j - 1, i), (j + 1, i)]
        buried = np.zeros(self.grid.padded_shape, dtype=bool)
        buried[self._buried] = True
        there = np.array([self._inside[near] for near in self._around], dtype=float)
        open_ones = there * np.array([~buried[near] for near in self._around])
        weights = np.where(open_ones.sum(axis=0) > 0.0, open_ones, there)
        self._weights = weights / np.maximum(weights.sum(axis=0), 1.0)

    def _indices(self, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        j, i = np.nonzero(mask)
        return j + self.cells.window.j0, i + self.cells.window.i0

    def _contact(self, masks: dict[int, np.ndarray], amounts: dict[int, np.ndarray]) -> Contact:
        """The cells of a mask per body with their amounts."""
        parts = [(np.zeros(0, dtype=int),) * 3 + (np.zeros(0),) * 3]
        for n, mask in masks.items():
            j, i = self._indices(mask)
            body = self.cells.bodies[n]
            number = np.full(j.size, n)
            parts.append((j, i, number, amounts[n][mask], body.foot_x[mask], body.foot_y[mask]))
        return Contact(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def given(self, contact: Contact, t: float) -> np.ndarray:
        """What the walls of a list give at time t: values, or fluxes into the fluid."""
        values = np.zeros(contact.j.size)
        for n, condition in enumerate(self.conditions):
            mine = contact.body == n
            profile = condition.profile
            if not callable(profile):
                values[mine] = profile
            elif mine.any():
                values[mine] = profile(x=contact.x[mine], y=contact.y[mine], t=t)
        return values

    def act(self, c, dc, t: float) -> None:
        """Put the walls into the rate dc (unit of c per s) of convection and diffusion at time t: all but the stiff
        exchange that :meth:`settle` takes."""
        m, diffusivity = self.m, self.scalar.diffusivity
        for f in self.faces:
            rd = m.rdy if f.dj else m.rdx
            at = f.j if f.dj else f.i
            kernel.close(c, dc, f.j, f.i, f.dj, f.di, f.gain, f.drift, rd[at - 1], rd[at])
        entering = self.passing
        gain = self.given(entering, t) * entering.amount * m.rdx[entering.i] * m.rdy[entering.j]
        cutcell.add(dc, entering.j, entering.i, gain)
        dc[self._scaled] *= self._lessen
        near = self.touching
        rate = diffusivity * np.minimum(near.amount, self._stiff)
        cutcell.resist(c, dc, near.j, near.i, rate, self.given(near, t))

    def settle(self, c, t: float, step: float) -> None:
        """The stiff exchange over a step (s) that ends at time t, by backward Euler; cells inside bodies."""
        near, count = self.touching, self._relaxed[0].size
        rate = step * self.scalar.diffusivity * np.maximum(near.amount - self._stiff, 0.0)
        gain = np.bincount(self._cell, rate * self.given(near, t), count)
        c[self._relaxed] = (c[self._relaxed] + gain) / (1.0 + np.bincount(self._cell, rate, count))
        c[self._blind] = sum(w * c[near] for w, near in zip(self._weights, self._around, strict=True))
        cutcell.put(c, self.solid.j, self.solid.i, self.given(self.solid, t))

    def start(self, c, t: float) -> None:
        """Give cells inside bodies of a new c harmless values at time t."""
        open_part = self.share[H:-H, H:-H] > 0.0
        c[self._buried] = c[H:-H, H:-H][open_part].mean()
        self.settle(c, t, 0.0)

    def clip(self, c, lowest: float, highest: float) -> None:
        """Bring cells at walls within bounds. Beside given values the wall makes up for it; elsewhere, if bodies are at
        rest, the other cells at walls do: what there is to share is the error of the pressure equation."""
        c[self._relaxed] = np.clip(c[self._relaxed], lowest, highest)
        j, i = self._beside
        found, size = c[j, i], self.capacity[j, i] / (self.m.rdx[i] * self.m.rdy[j])
        inside = np.clip(found, lowest, highest)
        surplus = float(size @ (found - inside))
        if surplus != 0.0 and not self.drifting:
            room = np.abs((highest if surplus > 0.0 else lowest) - inside)
            inside += room * min(max(surplus / float(size @ room), -1.0), 1.0)
        c[j, i] = inside

    def extent(self, t: float) -> tuple[float, float]:
        """Smallest and largest value given on a wall at time t; infinity and minus infinity if there is none."""
        values = np.concatenate([self.given(contact, t) for contact in (self.touching, self.solid)])
        return float(values.min(initial=np.inf)), float(values.max(initial=-np.inf))

    def gain(self, t: float) -> tuple[float, float]:
        """Bounds of the rate at which given fluxes change a cell at time t, unit of c per s."""
        near, m = self.passing, self.m
        capacity = self.capacity[near.j, near.i]
        rates = self.given(near, t) * near.amount * m.rdx[near.i] * m.rdy[near.j] / capacity
        return float(rates.min(initial=0.0)), float(rates.max(initial=0.0))

    def courant_rate(self, u, v) -> float:
        """Largest ``(|u|/dx + |v|/dy) / capacity`` of a cell that fluxes pass by a wall, 1/s."""
        j, i = self._scaled
        along_x = np.maximum(np.abs(u[j, i]), np.abs(u[j, i + 1])) * self.m.rdx[i]
        along_y = np.maximum(np.abs(v[j, i]), np.abs(v[j + 1, i])) * self.m.rdy[j]
        return float(((along_x + along_y) * self._lessen).max(initial=0.0))

    def mend_excess(self, ax, ay, before, after, dt: float) -> None:
        """Take closed parts of faces out of the excess fluxes of :func:`fluidgrad.kernels.scalar.excess`; ``before``,
        ``after``: c at the start of the step and of its last stage."""
        for q, f in ((ay, self.faces[0]), (ax, self.faces[1])):
            q[f.j, f.i] += dt * kernel.LAST * f.gain * (f.rise(after) - f.rise(before))

    def mend_fluxes(self, c, fx, fy) -> None:
        """Take closed parts of faces out of the scheme's fluxes, plain arrays on the faces."""
        for q, f in ((fy, self.faces[0]), (fx, self.faces[1])):
            q[f.j - H, f.i - H] += f.gain * f.rise(c)
        j, i = self.solid.j - H, self.solid.i - H
        for at, cut in ((0, i == 0), (self.grid.nx, i == self.grid.nx - 1)):
            fx[j[cut], at] = 0.0
        for at, cut in ((0, j == 0), (self.grid.ny, j == self.grid.ny - 1)):
            fy[at, i[cut]] = 0.0

    def exchange(self, c, t: float) -> dict[str, float]:
        """What enters the fluid through each body's wall per time and depth, unit of c times m2/s."""
        near, m, totals = self.touching, self.m, {}
        area = self.capacity[near.j, near.i] / (m.rdx[near.i] * m.rdy[near.j])
        rubbed = self.scalar.diffusivity * near.amount * (self.given(near, t) - c[near.j, near.i]) * area
        passed = self.given(self.passing, t) * self.passing.amount
        for n, body in enumerate(self.bodies):
            if n in self._skins:
                j, i, jn, i_n, across = self._skins[n]
                through = self.scalar.diffusivity * across * (c[j, i] - c[jn, i_n])
                totals[body.name] = float(rubbed[near.body == n].sum() + through.sum())
            else:
                totals[body.name] = float(passed[self.passing.body == n].sum())
        return totals

    def lengths(self) -> dict[str, float]:
        """Length of each body's wall in the domain, m."""
        inside = self._inside[self.cells.window.cells]
        return {
            body.name: float(cells.length[inside].sum())
            for body, cells in zip(self.bodies, self.cells.bodies, strict=True)
        }

    def mean(self, name: str, t: float) -> float:
        """Mean of the values given on a body's wall at time t."""
        number = [body.name for body in self.bodies].index(name)
        values = self.given(self.touching, t)[self.touching.body == number]
        return float(values.sum()) / max(values.size, 1)
