"""What each term of the solver's momentum equation does to energy and enstrophy at an instant."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from fluidgrad.grid import H, node_shares
from fluidgrad.kernels import budgets as kernel
from fluidgrad.kernels import implicit, momentum, projection, reductions

if TYPE_CHECKING:
    from fluidgrad.stepping import FractionalStep, State

Rates = dict[str, np.ndarray]
"""Name of a term -> its part in the rate of change of energy (m2/s3) and of enstrophy (1/s3), (2,)."""


class Powers:
    """Rates of change, as means over the domain, by each term.

    Parameters
    ----------
    stepper : whose terms they are.
    enstrophy : whether those of enstrophy are wanted; else they are zero.
    """

    def __init__(self, stepper: FractionalStep, enstrophy: bool):
        self.stepper, self.enstrophy = stepper, enstrophy
        self.grid = grid = stepper.grid
        self.area = grid.length_x * grid.length_y
        self.first = (H if grid.periodic_y else H + 1, H if grid.periodic_x else H + 1)
        self.central = momentum.tendency(momentum.CENTRAL)
        self.upwind = stepper.rate is not self.central
        self._du, self._dv, self._omega = grid.zeros(), grid.zeros(), grid.zeros()
        self._nu = np.full(grid.padded_shape, stepper.nu)
        self._rows, self._sums = np.empty(grid.ny), np.empty((grid.ny, 3))
        self._budget = np.empty((grid.ny + 1, 4))
        self._between = 1.0 / stepper.metrics.rdxu, 1.0 / stepper.metrics.rdyv
        self._shares = node_shares(grid.dx), node_shares(grid.dy)
        self._inside = self._nodes_inside()

    def _nodes_inside(self) -> np.ndarray:
        """Nodes whose four faces no wall of a body touches, padded, 1 or 0; those on sides are left out by range."""
        clear = np.ones((2, *self.grid.padded_shape))
        if self.stepper.walls is not None:
            for mask, (part, _) in zip(clear, self.stepper.walls.components, strict=True):
                for faces in (part.cut, part.rubbing):
                    mask[faces.j, faces.i] = 0.0
        u, v = clear
        self._wrap(u, v)
        inside = np.zeros(self.grid.padded_shape)
        inside[1:, 1:] = u[:-1, 1:] * u[1:, 1:] * v[1:, :-1] * v[1:, 1:]
        return inside

    def _wrap(self, along_x: np.ndarray, along_y: np.ndarray) -> None:
        """Copy what a curl needs from before the first nodes across periodic sides."""
        if self.grid.periodic_y:
            along_x[H - 1] = along_x[H + self.grid.ny - 1]
        if self.grid.periodic_x:
            along_y[:, H - 1] = along_y[:, H + self.grid.nx - 1]

    def at(self, state: State, p: np.ndarray | None) -> tuple[Rates, float]:
        """The rates of a state, and the enstrophy of its nodes inside (1/s2). ``p``: the instantaneous pressure, padded
        (m2/s2); None if no fluid passes the sides and there are no bodies."""
        stepper, u, v, m = self.stepper, state.u, state.v, self.stepper.metrics
        stepper.place_walls(state.t)
        self._turn(u, v)
        scheme = self._gain(u, v, lambda du, dv: stepper.rate(u, v, m, du, dv, 0.0, 0.0, 0.0, 0.0))
        friction = self._gain(u, v, lambda du, dv: self._friction(u, v, du, dv))
        content, lost, carried = self._of_vorticity(u, v)
        central = scheme[0]
        if self.upwind:
            central = self._gain(u, v, lambda du, dv: self.central(u, v, m, du, dv, 0.0, 0.0, 0.0, 0.0))[0]
        advection = np.array([central, carried])
        lost = np.array([self._dissipation(u, v) - self._loss_on_sides(u, v), lost])
        rates = {
            "advection": advection,
            "diffusion": friction + lost,
            "dissipation": -lost,
            "numerical": scheme - advection,
        }
        for name, act in self._drivers(state, p).items():
            rates[name] = self._gain(u, v, act, on_open=True)
        if stepper.forcing.drag:
            rates["drag"] = self._gain(u, v, lambda du, dv: self._drag(u, v, du, dv))
        if stepper.walls is not None:
            others = scheme + friction + rates.get("drag", 0.0)
            rates["bodies"] = self._gain(u, v, lambda du, dv: self._walls(u, v, du, dv)) - others
        return rates, content

    def _drivers(self, state: State, p: np.ndarray | None) -> dict[str, Callable]:
        """What drives the fluid, where it is open to it."""
        stepper, m = self.stepper, self.stepper.metrics
        acts: dict[str, Callable] = {}
        if p is not None:
            acts["pressure"] = lambda du, dv: projection.subtract_gradient(p, m.rdxu, m.rdyv, du, dv)
        if stepper.forcing.driving:
            acts["forcing"] = lambda du, dv: self._force(du, dv, state.t)
        if stepper.buoyancy.lifting:
            acts["buoyancy"] = lambda du, dv: stepper.buoyancy.add(state.scalars, du, dv)
        return acts

    def of_random_force(self, state: State) -> np.ndarray:
        """Mean rates by the random force over the step from a state to what the stepper has computed, (2,)."""
        stepper = self.stepper
        ends = ((state.u, state.v), (stepper.u, stepper.v))
        total = np.zeros(2)
        for u, v in ends:
            self._turn(u, v)
            total += 0.5 * self._gain(u, v, stepper.forcing.add_drawn, on_open=True)
        return total

    def energy_on_sides(self, u, v) -> float:
        """Kinetic energy (m2/s2, mean over the domain) of the faces on sides that are not periodic."""
        grid, total = self.grid, 0.0
        if not grid.periodic_x:
            ends = grid.view(u, "x-face")[:, [0, -1]]
            total += float(grid.dy @ ends**2 @ grid.dx[[0, -1]])
        if not grid.periodic_y:
            ends = grid.view(v, "y-face")[[0, -1]]
            total += float(grid.dy[[0, -1]] @ ends**2 @ grid.dx)
        return 0.25 * total / self.area

    def _gain(self, u, v, act: Callable, on_open: bool = False) -> np.ndarray:
        """Rates by what ``act(du, dv)`` adds to padded accelerations (m/s2), (2,); ``on_open``: of the open share of
        the faces only. The vorticity is that of the last :meth:`_turn`."""
        du, dv, grid = self._du, self._dv, self.grid
        du.fill(0.0)
        dv.fill(0.0)
        act(du, dv)
        if on_open and self.stepper.walls is not None:
            du *= self.stepper.walls.theta_u
            dv *= self.stepper.walls.theta_v
        kernel.power(u, v, du, dv, *self._between, grid.dx_p, grid.dy_p, *self.first, self._rows)
        rates = np.array([self._rows.sum(), 0.0])
        if self.enstrophy:
            self._wrap(du, dv)
            kernel.spin(self._omega, self._inside, du, dv, *self._between, *self.first, self._rows)
            rates[1] = self._rows.sum()
        return rates / self.area

    def _turn(self, u, v) -> None:
        if self.enstrophy:
            kernel.vorticity(u, v, self.stepper.metrics.rdxu, self.stepper.metrics.rdyv, self._omega)

    def _of_vorticity(self, u, v) -> np.ndarray:
        """Enstrophy of the nodes inside (1/s2), what viscosity dissipates of it and what is carried in (1/s3)."""
        if not self.enstrophy:
            return np.zeros(3)
        sizes = self.stepper.metrics, *self._between
        kernel.enstrophy(self._omega, self._inside, u, v, self._viscosity, *sizes, *self.first, self._sums)
        return self._sums.sum(axis=0) / self.area

    @property
    def _viscosity(self) -> np.ndarray:
        """Viscosity on the nodes, padded, m2/s; as of the last friction if it varies."""
        rheology = self.stepper.rheology
        return self._nu if rheology is None else rheology.viscosity_at_nodes

    def _friction(self, u, v, du, dv) -> None:
        stepper, m = self.stepper, self.stepper.metrics
        if stepper.rheology is not None:
            stepper.rheology.add_stress(u, v, du, dv)
        else:
            implicit.diffuse(u, v, m.rdx, m.rdxu, m.rdy, m.rdyv, du, dv, stepper.nu)

    def _dissipation(self, u, v) -> float:
        """Loss of kinetic energy by friction, m2/s3."""
        stepper, m, grid = self.stepper, self.stepper.metrics, self.grid
        if stepper.rheology is not None:
            return stepper.rheology.dissipation(u, v)
        reductions.budget(u, v, m.rdxu, m.rdyv, grid.dx_p, grid.dy_p, *self._shares, self._budget)
        return stepper.nu * float(self._budget[:, 3].sum()) / self.area

    def _loss_on_sides(self, u, v) -> float:
        """The part of the dissipation that the faces on sides have, m2/s3."""
        grid, m, nu, total = self.grid, self.stepper.metrics, self._viscosity, 0.0
        whole = self.stepper.rheology is not None
        if not grid.periodic_x:
            total += _along_sides(u, v if whole else None, nu, m.rdxu, m.rdyv, grid.dx, self._shares[1])
        if not grid.periodic_y:
            total += _along_sides(v.T, u.T if whole else None, nu.T, m.rdyv, m.rdxu, grid.dy, self._shares[0])
        return total / self.area

    def _drag(self, u, v, du, dv) -> None:
        np.multiply(u, -self.stepper.forcing.drag, out=du)
        np.multiply(v, -self.stepper.forcing.drag, out=dv)

    def _force(self, du, dv, t: float) -> None:
        forcing = self.stepper.forcing
        du += forcing.uniform[0]
        dv += forcing.uniform[1]
        forcing.add(du, dv, t)

    def _walls(self, u, v, du, dv) -> None:
        """Everything that has no other driver, with the walls of bodies in it."""
        stepper, walls = self.stepper, self.stepper.walls
        stepper.flow_rates(u, v, du, dv, drag=stepper.forcing.drag)
        walls.act(u, v, du, dv, walls.on_cut(du, dv), (0.0, 0.0), whole=True)


def _along_sides(q, across, nu, rd_along, rd_across, widths, shares) -> float:
    """Loss (m4/s3) on the two sides that the padded component q passes, which lie at the ends of the second axis;
    ``across``: the other component, if the stress has its slope too."""
    total, lines = 0.0, slice(H, H + shares.size)
    for i, width in ((H, widths[0]), (H + widths.size, widths[-1])):
        slope = (q[lines, i] - q[H - 1 : H + shares.size - 1, i]) * rd_across[lines]
        shear = slope if across is None else slope + (across[lines, i] - across[lines, i - 1]) * rd_along[i]
        total += 0.5 * width * float((nu[lines, i] * slope * shear) @ shares)
    return total
