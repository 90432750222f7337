"""Fluids and flows of variable viscosity: power law, Carreau, eddies that the grid does not resolve.

A *generalised Newtonian* fluid has a viscosity that depends on the shear rate ``g = sqrt(2 S:S)`` at the point and
the instant, S the symmetric part of the velocity gradient (Bird, Armstrong & Hassager, Dynamics of Polymeric
Liquids, 1987). It thins or thickens; it has no memory, no elasticity and no yield stress.

The *Smagorinsky* model stands for the eddies below the size d of a cell: they take up energy like an additional
viscosity ``(C d)^2 g``, ``d^2 = dx dy`` (Smagorinsky 1963). C = 0.17 follows from the inertial range of three-
dimensional turbulence (Lilly 1967). Two-dimensional turbulence passes enstrophy, not energy, to small scales; there
the model is a means to keep a coarse grid stable, with a constant to be chosen by its effect, and it is
known to damp more than it should beside walls and in laminar shear, for it does not vanish there.

Either way the friction is the divergence of ``2 nu S`` in conservative form, see :mod:`fluidgrad.kernels.viscosity`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fluidgrad.grid import Grid, node_shares
from fluidgrad.kernels import momentum, viscosity
from fluidgrad.wallviscosity import WallViscosity


@dataclass(frozen=True)
class Law:
    """A law of viscosity in the form of the kernels: its number, four parameters, and the largest ratio of
    ``d(nu g)/dg`` to nu."""

    kernel: int
    parameters: tuple[float, float, float, float]
    steepness: float = 1.0


def constant(nu: float) -> Law:
    """The same viscosity (m2/s) everywhere."""
    return Law(viscosity.CONSTANT, (nu, 0.0, 0.0, 0.0))


def power_law(consistency: float, index: float, smallest: float, largest: float) -> Law:
    """``consistency * g^(index - 1)`` within bounds; m2 s^(n-2), 1, m2/s, m2/s."""
    return Law(
        viscosity.POWER_LAW, (consistency, 0.5 * (index - 1.0), smallest, largest), max(1.0, float(index))
    )


def carreau(at_rest: float, sheared: float, time: float, index: float) -> Law:
    """``sheared + (at_rest - sheared) * (1 + (time*g)^2)^((index - 1)/2)``; m2/s, m2/s, s, 1."""
    return Law(viscosity.CARREAU, (at_rest - sheared, sheared, time * time, 0.5 * (index - 1.0)))


class Rheology:
    """The variable viscosity of a flow on one grid.

    Parameters
    ----------
    grid : the grid.
    law : the fluid's.
    smagorinsky : constant C of the sub-grid model, 0 for none.
    """

    columns: ClassVar = {"max_viscosity": ("m2 s-1", "largest viscosity")}
    """Columns of the time series besides those of every run: name -> unit, meaning."""

    walls: WallViscosity | None = None
    """Continues the viscosity through walls of bodies, if there are any."""

    def __init__(self, grid: Grid, law: Law, smagorinsky: float = 0.0):
        self.grid, self.law, self.smagorinsky = grid, law, smagorinsky
        self.m = momentum.metrics(grid.dx_p, grid.dy_p)
        self.viscosity_at_centres, self.viscosity_at_nodes = grid.zeros(), grid.zeros()
        self._normal, self._shear = grid.zeros(), grid.zeros()
        self._of_strain = viscosity.viscosity(law.kernel)
        self._largest = np.zeros(grid.ny + 2)
        self._loss = np.zeros(grid.ny + 1)

    def update(self, u, v, elsewhere: float = 0.0) -> None:
        """Compute the viscosity (m2/s) of a padded velocity with its halo filled: ``viscosity_at_centres`` (padded,
        one layer of halo filled) and ``viscosity_at_nodes`` (padded); and the rate of decay less that of a constant
        viscosity which is seen to ``elsewhere``."""
        viscosity.strain(u, v, self.m, self._normal, self._shear)
        self._of_strain(
            self._normal,
            self._shear,
            self.m,
            self.viscosity_at_centres,
            self.viscosity_at_nodes,
            self._largest,
            self.law.parameters,
            self.smagorinsky,
            self.law.steepness,
            elsewhere,
        )
        if self.walls is not None:
            self.walls.extend()

    def add_stress(self, u, v, du, dv, elsewhere: float = 0.0) -> None:
        """Add the friction (m/s2) to du, dv, less that of a constant viscosity (m2/s) which is seen to
        ``elsewhere``. The viscosity is brought up to date."""
        self.update(u, v)
        nu_c, nu_n = self.viscosity_at_centres, self.viscosity_at_nodes
        viscosity.add_stress(u, v, self.m, nu_c, nu_n, du, dv, elsewhere)

    def decay_rate(self, u, v, elsewhere: float = 0.0) -> float:
        """Largest ``slope*(1/dx^2 + 1/dy^2)``, 1/s, that an explicit step must follow: the slope of the stress against
        the strain exceeds the viscosity where that grows with the shear rate."""
        self.update(u, v, elsewhere)
        return float(self._largest.max())

    def dissipation(self, u, v) -> float:
        """Mean of ``2 nu S:S``, m2/s3: the loss of kinetic energy."""
        self.update(u, v)
        g = self.grid
        nu_c, nu_n = self.viscosity_at_centres, self.viscosity_at_nodes
        shares = node_shares(g.dx), node_shares(g.dy)
        viscosity.dissipation(self._normal, self._shear, nu_c, nu_n, g.dx_p, g.dy_p, *shares, self._loss)
        return float(self._loss.sum()) / (g.length_x * g.length_y)

    def diagnostics(self, u, v) -> dict[str, float]:
        """What the time series says of friction."""
        dissipation, g = self.dissipation(u, v), self.grid
        parts = g.view(self.viscosity_at_centres, "centre"), g.view(self.viscosity_at_nodes, "node")
        return {"dissipation": dissipation, "max_viscosity": max(float(nu.max()) for nu in parts)}
