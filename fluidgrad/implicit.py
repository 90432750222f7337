"""Crank-Nicolson viscosity and diffusion within a Runge-Kutta stage, for any set of sides."""

from __future__ import annotations

import numpy as np

from fluidgrad.boundary import Boundary
from fluidgrad.grid import Grid, H
from fluidgrad.kernels import halo, implicit, momentum, projection, scalar

ENDS = {halo.PERIODIC: np.nan, halo.GIVEN: -1.0, halo.FREE: 1.0, halo.OPEN: 0.0}
"""Continuation of a tangential velocity -> what its increment is half a cell outside, as a multiple of the
increment inside."""


class Line:
    """Factors of ``1 - a*d2/ds2`` along one direction for one component."""

    def __init__(self, spacing_low: np.ndarray, spacing_high: np.ndarray, ends: tuple[float, float]):
        """``spacing_low``, ``spacing_high`` (n,): coefficients of the difference to the lower and the higher
        neighbour (1/m2). ``ends``: what the neighbour beyond each end is, as a multiple of the end value:
        0 held, -1 odd reflection, 1 even; NaN for a periodic line."""
        self.low, self.high, self.ends = spacing_low, spacing_high, ends
        self.inverse = np.empty_like(spacing_low)
        self.border = np.empty_like(spacing_low)

    def factorise(self, a: float) -> None:
        """Prepare for the coefficient a (m2)."""
        self.lower, self.upper = a * self.low, a * self.high
        diagonal = 1.0 + self.lower + self.upper
        if not np.isnan(self.ends[0]):
            diagonal[0] -= self.ends[0] * self.lower[0]
            diagonal[-1] -= self.ends[1] * self.upper[-1]
            self.lower[0] = self.upper[-1] = 0.0
        implicit.factorise(self.lower, diagonal, self.upper, self.inverse, self.border)

    @property
    def factors(self):
        return self.lower, self.upper, self.inverse, self.border


class ImplicitViscosity:
    """The implicit part of a stage: predicts a velocity that satisfies the new conditions on the sides.

    Boundary values of the new time enter through the explicit evaluation, so the increment that is solved for
    vanishes on the sides and the factored operator needs no special treatment there.
    """

    def __init__(self, grid: Grid, boundary: Boundary, m: momentum.Metrics, nu: float):
        self.grid, self.boundary, self.m, self.nu = grid, boundary, m, nu
        self.ru, self.rv = grid.zeros(), grid.zeros()
        rule = {name: side.rule.tangential for name, side in boundary.sides.items()}
        self.first_x = H if grid.periodic_x else H + 1
        self.first_y = H if grid.periodic_y else H + 1
        self.u_lines = (
            self._along(m.rdxu, m.rdx, self.first_x, grid.nx, grid.periodic_x),
            self._across(m.rdy, m.rdyv, grid.ny, (rule["bottom"], rule["top"])),
        )
        self.v_lines = (
            self._across(m.rdx, m.rdxu, grid.nx, (rule["left"], rule["right"])),
            self._along(m.rdyv, m.rdy, self.first_y, grid.ny, grid.periodic_y),
        )

    @staticmethod
    def _along(rdf, rdc, first: int, n: int, periodic: bool) -> Line:
        """A component along its own direction: unknowns on the inner faces, held on the boundary faces."""
        i = np.arange(first, H + n)
        ends = (np.nan, np.nan) if periodic else (0.0, 0.0)
        return Line(rdf[i] * rdc[i - 1], rdf[i] * rdc[i], ends)

    @staticmethod
    def _across(rdc, rdf, n: int, rules: tuple[int, int]) -> Line:
        """A component across its direction: unknowns at centres, a ghost beyond each side."""
        i = np.arange(H, H + n)
        return Line(rdc[i] * rdf[i], rdc[i] * rdf[i + 1], (ENDS[rules[0]], ENDS[rules[1]]))

    def advance(self, u, v, p, now, before, u_out, v_out, t: float, weights) -> None:
        """Velocity ``u_out, v_out`` before projection at the end of the stage, time t.

        ``now``, ``before``: explicit rates of this and the last stage (m/s2); ``weights``: the stage's
        ``gamma, zeta, alpha, beta`` times dt (s). ``u_out`` may be ``u``.
        """
        a, b, explicit, implicit_step = weights
        ru, rv, m = self.ru, self.rv, self.m
        ru.fill(0.0)
        rv.fill(0.0)
        projection.subtract_gradient(p, m.rdxu, m.rdyv, ru, rv)
        ru *= a + b
        rv *= a + b
        momentum.advance(ru, rv, *now, *before, ru, rv, a, b)
        implicit.diffuse(u, v, m.rdx, m.rdxu, m.rdy, m.rdyv, ru, rv, explicit * self.nu)
        if u_out is not u:
            np.copyto(u_out, u)
            np.copyto(v_out, v)
        self.boundary.add_outflow(*now, u_out, v_out, a)
        self.boundary.add_outflow(*before, u_out, v_out, b)
        self.boundary.impose_normal(u_out, v_out, t)
        self.boundary.fill(u_out, v_out, t)
        implicit.diffuse(u_out, v_out, m.rdx, m.rdxu, m.rdy, m.rdyv, ru, rv, implicit_step * self.nu)
        self._solve(implicit_step * self.nu)
        nx, ny = self.grid.nx, self.grid.ny
        u_out[H:-H, self.first_x : H + nx] += ru[H:-H, self.first_x : H + nx]
        v_out[self.first_y : H + ny, H:-H] += rv[self.first_y : H + ny, H:-H]

    def _solve(self, a: float) -> None:
        """Solve the factored systems for the increments in ``ru, rv``, in place."""
        nx, ny = self.grid.nx, self.grid.ny
        for line in (*self.u_lines, *self.v_lines):
            line.factorise(a)
        implicit.sweep_rows(self.ru, H, ny, self.first_x, *self.u_lines[0].factors)
        columns = H + nx - self.first_x
        implicit.sweep_columns(self.ru, H, self.first_x, columns, *self.u_lines[1].factors)
        implicit.sweep_rows(self.rv, self.first_y, H + ny - self.first_y, H, *self.v_lines[0].factors)
        implicit.sweep_columns(self.rv, self.first_y, H, nx, *self.v_lines[1].factors)


class ImplicitDiffusion:
    """The implicit part of a stage of a scalar at the centres.

    Parameters
    ----------
    grid, m, diffusivity : where, spacings, m2/s.
    sides : fills the halo of the scalar, and tells what an increment is beyond a side
        (:class:`fluidgrad.scalars.ScalarSides`).
    """

    def __init__(self, grid: Grid, m: momentum.Metrics, diffusivity: float, sides):
        self.grid, self.m, self.diffusivity, self.sides = grid, m, diffusivity, sides
        self.r = grid.zeros()
        i, j = np.arange(H, H + grid.nx), np.arange(H, H + grid.ny)
        self.x_line = Line(m.rdx[i] * m.rdxu[i], m.rdx[i] * m.rdxu[i + 1], sides.increments("left", "right"))
        self.y_line = Line(m.rdy[j] * m.rdyv[j], m.rdy[j] * m.rdyv[j + 1], sides.increments("bottom", "top"))

    def advance(self, c, now, before, c_out, t: float, weights) -> None:
        """The scalar ``c_out`` at the end of the stage, time t; ``now``, ``before``: explicit rates of this and the
        last stage (unit of c per s); ``weights``: as for the velocity (s). ``c_out`` may be ``c``."""
        a, b, explicit, implicit_step = weights
        r, coefficient = self.r, implicit_step * self.diffusivity
        r.fill(0.0)
        scalar.advance(r, now, before, r, a, b)
        scalar.diffuse(c, self.m, r, explicit * self.diffusivity)
        if c_out is not c:
            np.copyto(c_out, c)
        self.sides.fill(c_out, t)
        scalar.diffuse(c_out, self.m, r, coefficient)
        self.x_line.factorise(coefficient)
        self.y_line.factorise(coefficient)
        implicit.sweep_rows(r, H, self.grid.ny, H, *self.x_line.factors)
        implicit.sweep_columns(r, H, H, self.grid.nx, *self.y_line.factors)
        c_out[H:-H, H:-H] += r[H:-H, H:-H]
