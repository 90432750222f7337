"""Scalars that the flow carries: what they are, what the sides do to them, and a stage of their transport.

Heat and substances obey ``dc/dt + div(u c) = D laplacian(c) + source`` at the cell centres. They advance with the
stages of the velocity (:mod:`fluidgrad.stepping`): in each, the rate of c comes from the velocity and the scalar at the
start of the stage, and so does the buoyancy that acts on the velocity. The coupled system thus has the order of the
scheme.

A ``limited`` scalar leaves the range of its own values, of those on its sides and of what its sources add by no more
than round-off, as long as the Courant number of the step, diffusion included, is at most one::

    dt * (|u|/dx + |v|/dy + 2 D (1/dx^2 + 1/dy^2)) <= 1      (next to a side with a value 3 D instead of 2 D)

The step size allows for it (:data:`BOUNDED_COURANT`). It needs explicit diffusion, which these scalars always have.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from fluidgrad.boundary import SIDES, Boundary, Held, Profile
from fluidgrad.cutcells import CutCells
from fluidgrad.grid import Grid, H
from fluidgrad.implicit import ImplicitDiffusion
from fluidgrad.kernels import scalar as kernel
from fluidgrad.kernels.momentum import Metrics
from fluidgrad.rungekutta import stage_times, weights
from fluidgrad.scalarbounds import Bounds
from fluidgrad.scalarwalls import ScalarWalls

ADVECTION = {"central": kernel.CENTRAL, "limited": kernel.LIMITED}
"""Name of the convective scheme of a scalar -> its number in the kernels."""

BOUNDED_COURANT = 0.9
"""Courant number, diffusion included, up to which limited scalars let the step grow; from one on they could leave their
bounds, and the velocity may grow within a step."""

INSULATED = 1.0
HELD = -1.0
"""The ghost value of an increment beyond a side without gradient and with a given value, over the value inside."""


@dataclass
class ScalarSide:
    """What a side does to a scalar: ``type`` is "value", "flux", "inflow", "outflow" or "periodic"; ``profile`` the
    value, or the flux into the fluid (unit of the scalar times m/s)."""

    type: str
    profile: Profile = 0.0


@dataclass
class Scalar:
    """A scalar.

    Parameters
    ----------
    name, units, long_name : for labels.
    diffusivity : m2/s.
    sides : name of each side -> what it does.
    bodies : name of each body -> what its wall does, of type "value" or "flux".
    advection : a name in :data:`ADVECTION`.
    source : rate of production, a function of x, y, t or a number.
    lift : force per mass along x and y that a unit of it adds, m/s2.
    reference : value at which there is none.
    difference, length : what its Nusselt numbers refer to; no numbers if ``difference`` is None.
    number : "nusselt" or "sherwood".
    """

    name: str
    diffusivity: float
    sides: dict[str, ScalarSide]
    units: str = "1"
    long_name: str = ""
    advection: str = "central"
    source: Profile = 0.0
    lift: tuple[float, float] = (0.0, 0.0)
    reference: float = 0.0
    difference: float | None = None
    length: float = 1.0
    number: str = "nusselt"
    bodies: dict[str, ScalarSide] = field(default_factory=dict)


class Extent(NamedTuple):
    """Smallest and largest value and mean of a scalar over the domain; the mean is not finite if a value is not."""

    lowest: float
    highest: float
    mean: float


class ScalarSides:
    """The four sides as one scalar meets them: each makes the ghost value beyond it an affine function of the value
    inside, so that their mean is the value on the side and their difference gives the flux through it."""

    def __init__(self, grid: Grid, boundary: Boundary, sides: dict[str, ScalarSide], diffusivity: float):
        self.grid, self.boundary, self.sides, self.diffusivity = grid, boundary, sides, diffusivity
        places = {
            "left": (grid.x_f[0], grid.y),
            "right": (grid.x_f[-1], grid.y),
            "bottom": (grid.x, grid.y_f[0]),
            "top": (grid.x, grid.y_f[-1]),
        }
        self.held = {name: Held(sides[name].profile, *places[name]) for name in SIDES}
        ends = {
            "left": grid.dx_p[H],
            "right": grid.dx_p[-H - 1],
            "bottom": grid.dy_p[H],
            "top": grid.dy_p[-H - 1],
        }
        self.widths = {name: float(width) for name, width in ends.items()}
        """Width of the cells next to each side, m."""
        steady = [name for name in SIDES if self.held[name].steady and sides[name].type != "inflow"]
        self._steady = {name: self._evaluate(name, 0.0) for name in steady}

    def fill(self, c: np.ndarray, t: float) -> None:
        """Fill the halo of the padded c at time t."""
        kernel.fill(c, self.grid.periodic_x, *self._ghosts("left", t), *self._ghosts("right", t))
        kernel.fill(c.T, self.grid.periodic_y, *self._ghosts("bottom", t), *self._ghosts("top", t))

    def _ghosts(self, name: str, t: float) -> tuple[np.ndarray, np.ndarray]:
        """Factor and offset of the ghost values beyond a side at time t, padded along the side."""
        return self._steady[name] if name in self._steady else self._evaluate(name, t)

    def _evaluate(self, name: str, t: float) -> tuple[np.ndarray, np.ndarray]:
        given, kind = self.held[name](t), self.sides[name].type
        if kind == "value":
            return np.full_like(given, HELD), 2.0 * given
        if kind == "inflow":
            enters = self.boundary.inward(name, t) > 0.0
            return np.where(enters, HELD, INSULATED), np.where(enters, 2.0 * given, 0.0)
        if kind == "flux" and self.diffusivity > 0.0:
            return np.full_like(given, INSULATED), given * (self.widths[name] / self.diffusivity)
        return np.full_like(given, INSULATED), np.zeros_like(given)

    def values(self, c: np.ndarray) -> dict[str, np.ndarray]:
        """Values on the sides of a padded c with its halo filled: (ny,) on left and right, (nx,) on bottom and top;
        across a periodic side the mean of the two neighbours."""
        g = self.grid
        east, north, rows, columns = H + g.nx, H + g.ny, slice(H, H + g.ny), slice(H, H + g.nx)
        return {
            "left": 0.5 * (c[rows, H - 1] + c[rows, H]),
            "right": 0.5 * (c[rows, east - 1] + c[rows, east]),
            "bottom": 0.5 * (c[H - 1, columns] + c[H, columns]),
            "top": 0.5 * (c[north - 1, columns] + c[north, columns]),
        }

    def extent(self, t: float) -> tuple[float, float]:
        """Smallest and largest value given on a side at time t; infinity and minus infinity if there is none."""
        given = [self.held[name](t) for name in SIDES if self.sides[name].type in ("value", "inflow")]
        return min((float(q.min()) for q in given), default=math.inf), max(
            (float(q.max()) for q in given), default=-math.inf
        )

    def mean(self, name: str, t: float) -> float:
        """Mean of what is given on a side at time t."""
        return float(np.average(self.held[name](t)[H:-H], weights=self.boundary.widths(name)))

    def gain(self, t: float) -> tuple[float, float]:
        """Bounds of the rate at which given fluxes change the cells next to sides at time t, unit of c per s."""
        rates = [self.held[name](t) / self.widths[name] for name in SIDES if self.sides[name].type == "flux"]
        return sum(min(0.0, float(q.min())) for q in rates), sum(max(0.0, float(q.max())) for q in rates)

    def increments(self, low: str, high: str) -> tuple[float, float]:
        """What an increment is beyond two opposite sides, as a multiple of that inside; NaN if they are joined."""
        if self.sides[low].type == "periodic":
            return math.nan, math.nan
        # Along an inflow side only what enters is held; for the increment, which vanishes in the end, that is enough.
        ends = {"value": HELD, "inflow": HELD}
        return ends.get(self.sides[low].type, INSULATED), ends.get(self.sides[high].type, INSULATED)


class ScalarTransport:
    """Advances one scalar stage by stage.

    Parameters
    ----------
    grid, boundary, metrics : where, the sides of the flow, the spacings for the kernels.
    scalar : the scalar.
    implicit : whether diffusion is treated implicitly; limited scalars keep to explicit.
    cells : those that walls of bodies cut; with explicit diffusion only.
    """

    def __init__(
        self,
        grid: Grid,
        boundary: Boundary,
        metrics: Metrics,
        scalar: Scalar,
        implicit: bool = False,
        cells: CutCells | None = None,
    ):
        self.grid, self.metrics, self.scalar = grid, metrics, scalar
        self.sides = ScalarSides(grid, boundary, scalar.sides, scalar.diffusivity)
        scheme = ADVECTION[scalar.advection]
        self.rate, self._flux = kernel.tendency(scheme), kernel.fluxes(scheme)
        self.limited = scheme == kernel.LIMITED
        self.implicit = implicit and not self.limited and scalar.diffusivity > 0.0
        self.c = grid.zeros()
        """Result of the last stage, padded."""
        self._now, self._before = grid.zeros(), grid.zeros()
        self._rows = np.empty((grid.ny, 3))
        self.walls = None if cells is None else ScalarWalls(grid, metrics, cells, scalar)
        self.closed = (not grid.periodic_x, not grid.periodic_y)
        self._source = Source(grid, scalar.source)
        self._bounds = Bounds(self) if self.limited else None
        self._diffusion = (
            ImplicitDiffusion(grid, metrics, scalar.diffusivity, self.sides) if self.implicit else None
        )

    @property
    def explicit_diffusivity(self) -> float:
        """Diffusivity that limits the step, m2/s."""
        return 0.0 if self.implicit else self.scalar.diffusivity

    def advance_stage(self, k: int, t: float, dt: float, c, u, v) -> np.ndarray:
        """The padded scalar at the end of stage k (0, 1, 2) of the step from t to t + dt, halo filled.

        ``c``, ``u``, ``v``: padded scalar and velocity at the start of the stage, which are read only, but for the
        ``c`` that the stage before returned. With bodies :meth:`meet_walls` completes the stage.
        """
        old, new = stage_times(k, t, dt)
        share = weights(k, dt)
        self._tendency(c, u, v, old, self._now)
        before = self._before if k else self._now
        out = self._bounds.begin_stage(k, old, dt, c, u, v) if self.limited else self.c
        if self._diffusion is not None:
            self._diffusion.advance(c, self._now, before, out, new, share)
        else:
            kernel.advance(c, self._now, before, out, share[0], share[1])
        if self.limited and k == 2:
            self._bounds.enforce(out, c, u, v, dt)
        self.sides.fill(out, new)
        self._now, self._before = self._before, self._now
        return out

    def meet_walls(self, c, t: float, step: float) -> None:
        """Let the result of a stage of weight ``step`` (s) that ends at time t meet the walls where they are then."""
        self.walls.settle(c, t, step)
        if self.limited:
            self.walls.clip(c, self._bounds.lowest, self._bounds.highest)
        self.sides.fill(c, t)

    def start(self, c, t: float) -> None:
        """Complete a padded c whose values in the cells were given for time t: inside bodies, and in the halo."""
        if self.walls is not None:
            self.walls.start(c, t)
        self.sides.fill(c, t)

    def _tendency(self, c, u, v, t: float, dc) -> None:
        """``dc`` = convection + explicit diffusion + sources (unit of c per s) at time t."""
        self.rate(c, u, v, self.metrics, dc, self.explicit_diffusivity, *self.closed)
        if self.walls is not None:
            self.walls.act(c, dc, t)
        self._source.add(dc, t)

    def gain(self, t: float) -> tuple[float, float]:
        """Bounds of the rate at which sources and given fluxes change a cell at time t, unit of c per s."""
        low, high = self._source.extent(t)
        for given in self._givers:
            falls, rises = given.gain(t)
            low, high = min(0.0, low) + falls, max(0.0, high) + rises
        return min(0.0, low), max(0.0, high)

    def given(self, t: float) -> tuple[float, float]:
        """Smallest and largest value given on a side or a wall at time t; infinity and minus infinity if there is
        none."""
        low, high = zip(*(giver.extent(t) for giver in self._givers), strict=True)
        return min(low), max(high)

    @property
    def _givers(self) -> list:
        return [self.sides] if self.walls is None else [self.sides, self.walls]

    def fluxes(self, c, u, v) -> tuple[np.ndarray, np.ndarray]:
        """The scheme's fluxes by convection and diffusion along x through x-faces, (ny, nx + 1), and along y through
        y-faces, (ny + 1, nx), unit of c times m/s. Their divergence is the scheme's own; in a steady state without
        sources they carry the same through every section."""
        fx, fy = np.empty(self.grid.shape("x-face")), np.empty(self.grid.shape("y-face"))
        self._flux(c, u, v, self.metrics, fx, fy, self.scalar.diffusivity, *self.closed)
        if self.walls is not None:
            self.walls.mend_fluxes(c, fx, fy)
        return fx, fy

    def extent(self, c) -> Extent:
        """Range and mean of a padded c, of its part in the fluid."""
        grid = self.grid
        area = grid.length_x * grid.length_y
        if self.walls is None:
            kernel.extent(c, grid.dx_p, grid.dy_p, self._rows)
        else:
            kernel.extent_of_part(c, self.walls.share, grid.dx_p, grid.dy_p, self._rows)
            area = self.walls.area
        lowest, highest, total = self._rows[:, 0].min(), self._rows[:, 1].max(), self._rows[:, 2].sum()
        return Extent(float(lowest), float(highest), float(total) / area)

    @property
    def diffusion_rate(self) -> float:
        """Largest rate at which explicit diffusion takes a cell's own value away, 1/s."""
        m, nx, ny = self.metrics, self.grid.nx, self.grid.ny
        i, j = np.arange(H, H + nx), np.arange(H, H + ny)
        rates = {"x": m.rdx[i] * (m.rdxu[i] + m.rdxu[i + 1]), "y": m.rdy[j] * (m.rdyv[j] + m.rdyv[j + 1])}
        for axis, end, name in (("x", 0, "left"), ("x", -1, "right"), ("y", 0, "bottom"), ("y", -1, "top")):
            # The ghost beyond a side with a value mirrors the cell, so that side takes twice as much.
            if self.scalar.sides[name].type in ("value", "inflow"):
                rates[axis][end] += self.sides.widths[name] ** -2
        return self.explicit_diffusivity * float(rates["x"].max() + rates["y"].max())


class Source:
    """A rate of production at the centres; evaluated again only if it depends on time."""

    def __init__(self, grid: Grid, profile: Profile):
        self.grid, self.profile = grid, profile
        uses = getattr(profile, "uses", None)
        self.steady = not callable(profile) or (uses is not None and not uses("t"))
        self._fixed = self._evaluate(0.0) if self.steady else None
        self._acts = not self.steady or bool(np.any(self._fixed))

    def _evaluate(self, t: float) -> np.ndarray | float:
        if not callable(self.profile):
            return float(self.profile)
        x, y = self.grid.mesh("centre")
        return self.profile(x=x, y=y, t=t)

    def __call__(self, t: float) -> np.ndarray | float:
        """Values at time t that broadcast to (ny, nx)."""
        return self._fixed if self.steady else self._evaluate(t)

    def add(self, dc: np.ndarray, t: float) -> None:
        """Add the source at time t to the padded dc."""
        if self._acts:
            self.grid.view(dc, "centre")[...] += self(t)

    def extent(self, t: float) -> tuple[float, float]:
        """Smallest and largest value at time t."""
        values = self(t)
        return float(np.min(values)), float(np.max(values))
