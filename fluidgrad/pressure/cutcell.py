"""The pressure equation with walls inside the domain.

A face whose mobility is beta (its open fraction, see :mod:`fluidgrad.bodies`) passes beta of the flux of a whole one,
so the equation is ``div(beta*grad(phi)) = f`` (Ng, Min & Gibou, J. Comput. Phys. 228, 2009). It is solved by
conjugate gradients. The preconditioner is the direct solver of the empty rectangle, plus the inverse of the
diagonal in cells that are hindered on all sides, which takes care of slivers that hardly communicate. The two
operators differ on hindered faces only, so every residual vanishes away from the walls: the iteration runs on the
wall cells alone, with the responses of these cells to each other. Where those fit into memory they are
tabulated and an iteration costs a small product of a matrix and a vector; otherwise it costs one direct solution.
"""

from __future__ import annotations

import math

import numpy as np

from fluidgrad.errors import BlowUpError
from fluidgrad.grid import Grid, H
from fluidgrad.kernels import cutcell
from fluidgrad.pressure.poisson import PoissonSolver
from fluidgrad.walls import blind

LARGEST_TABLE = 6000
"""Wall cells up to which their responses to each other are tabulated (8 bytes times the square)."""

TABLE_SHARE = 20
"""Entries of the table, over the cells of the domain, up to which it is faster than a direct solution."""

THREADED_FROM = 800
"""Wall cells from which a second thread pays."""

MOST_ITERATIONS = 500

ROUND_OFF = 1e-14
"""Error of the fluxes, relative to the largest, below which nothing can be gained."""


class CutCellSolver:
    """Solves ``div(beta*grad(phi)) = f`` at cell centres.

    Parameters
    ----------
    grid : the grid.
    direct : solver of the empty rectangle.
    tolerance : size of the error relative to the effect of the walls at which the iteration stops, in the norm of the
        energy; a ratio of pressure gradients, it does not depend on the grid.
    """

    def __init__(self, grid: Grid, direct: PoissonSolver, tolerance: float):
        self.grid, self.direct, self.tolerance = grid, direct, tolerance
        self.iterations = 0
        """Iterations of the last solution."""
        self._width = max(float(grid.dx.max()), float(grid.dy.max()))
        self._area = np.outer(grid.dy_p[H:-H], grid.dx_p[H:-H]).ravel()
        self._source = np.zeros((grid.ny, grid.nx))
        self._response = np.zeros((grid.ny, grid.nx))
        self._table: np.ndarray | None = None

    def set_walls(self, theta_u, theta_v, hindered, lasting: bool) -> None:
        """Take over the walls.

        Parameters
        ----------
        theta_u, theta_v : padded open fractions of faces.
        hindered : padded indices (j, i) of the hindered faces of u, and those of v.
        lasting : whether they will stay, so that preparing may take its time.
        """
        grid = self.grid
        used, low, high, weight = zip(
            *(_between(grid, theta_u, theta_v, *faces, axis) for axis, faces in enumerate(hindered)),
            strict=True,
        )
        self._used, self._weight = np.concatenate(used), np.concatenate(weight)
        ends = np.concatenate([*low, *high])
        self.cells, index = np.unique(ends, return_inverse=True)
        self._low, self._high = np.split(index, 2)
        j, i = np.divmod(self.cells, grid.nx)
        sides = np.bincount(index, minlength=self.cells.size)
        if not grid.periodic_x:
            sides += (i == 0).astype(int) + (i == grid.nx - 1)
        if not grid.periodic_y:
            sides += (j == 0).astype(int) + (j == grid.ny - 1)
        self._enclosed = sides == 4
        self._matrix = None
        if self.cells.size <= min(LARGEST_TABLE, math.sqrt(TABLE_SHARE * grid.nx * grid.ny)):
            if grid.uniform_x and grid.uniform_y:
                self._matrix = self._tabulated(j, i)
            elif lasting:
                self._matrix = self._by_solutions()

    def _tabulated(self, j: np.ndarray, i: np.ndarray) -> np.ndarray:
        """Responses of the wall cells by translation of one on the doubled, periodic rectangle (method of images)."""
        grid = self.grid
        if self._table is None:
            sizes = (grid.ny * (1 if grid.periodic_y else 2), grid.nx * (1 if grid.periodic_x else 2))
            widths = (float(grid.dy_p[H]), float(grid.dx_p[H]))
            y, x = (
                (2 / d * np.sin(np.pi * np.arange(n) / n)) ** 2 for n, d in zip(sizes, widths, strict=True)
            )
            eigenvalues = y[:, None] + x[None, : sizes[1] // 2 + 1]
            eigenvalues[0, 0] = np.inf
            self._table = np.fft.irfft2(1.0 / eigenvalues, s=sizes) / (widths[0] * widths[1])
        matrix = np.empty((j.size, j.size))
        cutcell.green_matrix(self._table, j, i, grid.periodic_y, grid.periodic_x, matrix)
        return matrix

    def _by_solutions(self) -> np.ndarray:
        """Responses of the wall cells, one direct solution each. The sources of a wall add up to nothing, so each is
        taken out again in the first wall cell and the direct solver's constant plays no part."""
        matrix = np.zeros((self.cells.size, self.cells.size))
        for k in range(1, self.cells.size):
            source = np.zeros(self.cells.size)
            source[0], source[k] = -1.0, 1.0
            matrix[k] = self._solved(source)
        return matrix

    def _solved(self, source: np.ndarray) -> np.ndarray:
        """Potential of the empty rectangle in the wall cells for fluxes out of them (m2/s)."""
        self._source.fill(0.0)
        self._source.flat[self.cells] = -source / self._area[self.cells]
        self.direct.solve(self._source, self._response)
        return self._response.flat[self.cells]

    def _respond(self, source: np.ndarray) -> np.ndarray:
        if self._matrix is None:
            return self._solved(source)
        out = np.empty_like(source)
        small = source.size < THREADED_FROM
        (cutcell.respond if small else cutcell.respond_in_blocks)(self._matrix, source, out)
        return out

    def _through(self, weight: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Net flux out of the wall cells through hindered faces with conductances ``weight``, down the differences of
        ``values``."""
        flux = weight * (values[self._low] - values[self._high])
        n = self.cells.size
        return np.bincount(self._low, flux, n) - np.bincount(self._high, flux, n)

    def solve(
        self, f: np.ndarray, phi: np.ndarray, mobilities: tuple[np.ndarray, np.ndarray], speed: float
    ) -> None:
        """Solve for ``phi`` ((ny, nx), a view of a padded array or plain, m2/s) given ``f`` ((ny, nx), 1/s), starting
        from the values in ``phi``. ``mobilities``: beta on the hindered faces of u and of v; ``speed``: largest of the
        velocities whose divergence ``f`` is (m/s).

        Raises
        ------
        BlowUpError : the iteration does not converge.
        """
        if self.cells.size == 0:
            self.iterations = 0
            self.direct.solve(f, phi)
            return
        beta = np.concatenate(mobilities)[self._used]
        open_part, closed_part = beta * self._weight, (1.0 - beta) * self._weight
        j, i = np.divmod(self.cells, self.grid.nx)
        source = self._through(closed_part, phi[j, i])
        self.direct.solve(f, self._response)
        source, local = self._iterate(
            self._response[j, i], source, open_part, closed_part, speed * self._width
        )
        np.copyto(self._source, f)
        self._source.flat[self.cells] -= source / self._area[self.cells]
        self.direct.solve(self._source, phi)
        phi[j, i] += local

    def _iterate(self, empty, source, open_part, closed_part, largest_flux) -> tuple[np.ndarray, np.ndarray]:
        """Preconditioned conjugate gradients on the wall cells.

        The solution is the empty rectangle's for an additional ``source`` in the wall cells plus ``local`` values in
        the enclosed ones. ``empty``: the empty rectangle's solution without the source; ``source``: first guess;
        ``largest_flux``: through a face, before the projection (m2/s).
        """
        n = empty.size
        diagonal = np.bincount(self._low, open_part, n) + np.bincount(self._high, open_part, n)
        jacobi = np.where(
            self._enclosed & (diagonal > 0.0), 1.0 / np.where(diagonal > 0.0, diagonal, 1.0), 0.0
        )

        def preconditioned(r):
            response, near = self._respond(r), jacobi * r
            return response, near, float(np.dot(r, response + near))

        effect = preconditioned(self._through(closed_part, empty))[2]
        goal = max(self.tolerance**2 * effect, n * (ROUND_OFF * largest_flux) ** 2)
        r = self._through(closed_part, empty + self._respond(source)) - source
        response, near, size = preconditioned(r)
        if size > effect:  # the guess is worse than none
            source, r = np.zeros(n), self._through(closed_part, empty)
            response, near, size = preconditioned(r)
        local, along = np.zeros(n), r.copy()
        self.iterations = 0
        while size > goal:
            if self.iterations == MOST_ITERATIONS:
                raise BlowUpError(
                    f"the pressure at the walls of bodies did not converge in {MOST_ITERATIONS} iterations: either "
                    "bodies cut off a part of the fluid whose volume would have to change, or the flow has run away "
                    "and needs a smaller time step"
                )
            image = along - self._through(closed_part, response) + self._through(open_part, near)
            a = size / float(np.dot(image, response + near))
            source = source + a * along
            local += a * near
            r -= a * image
            new_response, new_near, new_size = preconditioned(r)
            b, size = new_size / size, new_size
            along, response, near = r + b * along, new_response + b * response, new_near + b * near
            self.iterations += 1
        return source, local


def _between(grid: Grid, theta_u, theta_v, j: np.ndarray, i: np.ndarray, axis: int):
    """Which of the faces (padded j, i; of u if axis is 0, of v if 1) hinder a flow between two cells of the domain;
    flat indices of these cells, the lower first, and the faces' length over the distance of the cells.

    Faces between two blind cells are none: nothing flows there whatever they are, and the fewer the better.
    """
    if axis == 0:
        low_j, low_i = j, np.where(i == H, H + grid.nx - 1, i - 1) if grid.periodic_x else i - 1
        weight = grid.dy_p[j] * 2.0 / (grid.dx_p[i - 1] + grid.dx_p[i])
    else:
        low_j, low_i = np.where(j == H, H + grid.ny - 1, j - 1) if grid.periodic_y else j - 1, i
        weight = grid.dx_p[i] * 2.0 / (grid.dy_p[j - 1] + grid.dy_p[j])
    inside = (low_i >= H) & (low_j >= H) & (i < H + grid.nx) & (j < H + grid.ny)
    used = inside & ~(blind(theta_u, theta_v, j, i) & blind(theta_u, theta_v, low_j, low_i))
    low, high = (low_j - H) * grid.nx + low_i - H, (j - H) * grid.nx + i - H
    return used, low[used], high[used], weight[used]
