"""How well the grid and the steps of a run suit its flow, and how long it will take, before anything is computed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fluidgrad.config import Config
from fluidgrad.grid import Grid
from fluidgrad.resources import particles, snapshots

SECONDS_PER_CELL = {"explicit": 40e-9, "implicit": 90e-9}
SECONDS_PER_STEP = 0.2e-3
"""Wall-clock time of a step on two cores of a present-day machine: per cell, and at least."""

SECONDS_PER_CELL_OF_LAW = {"newtonian": 45e-9, "power law": 190e-9, "carreau": 280e-9}
"""What a viscosity that varies adds to a step, per cell; newtonian with the sub-grid model."""

SECONDS_PER_CELL_OF_SCALAR = {"central": 10e-9, "limited": 25e-9}
"""What a scalar adds to a step, per cell, by its convective scheme."""

BODY_FACTOR = {"at rest": 2.0, "moving": 3.0}
"""How many times as long a step takes with bodies."""

SECONDS_PER_PARTICLE = 150e-9
BUDGET_FACTOR, SAMPLE_FACTOR = 1.7, 1.5
"""What a particle adds to a step, and how many times as long a step with budgets, or a sample of the statistics,
takes."""

CELL_REYNOLDS_ADVISED = 10.0
"""Cell Reynolds number above which the central scheme tends to show grid-scale waves."""

SPEED_CELLS = 128
"""Cells per direction at most on which initial fields are tried for their largest speed."""


@dataclass(frozen=True)
class Speed:
    """Largest velocity components (m/s) to reckon with, and what they were taken from."""

    u: float
    v: float
    origin: str

    @property
    def value(self) -> float:
        return math.hypot(self.u, self.v)


class Estimate:
    """Derived numbers of a configuration. Nothing is compiled."""

    def __init__(self, config: Config):
        self.config = config
        self.grid = Grid(*config.grid_faces(), config.periodic_x, config.periodic_y)

    @cached_property
    def speed(self) -> Speed:
        """The largest of the speeds on the sides, of bodies, at the start, and of what the forces may drive."""
        found = [*self._side_speeds(), *self._body_speeds(), self._initial_speed(), self._forced_speed()]
        return max(found, key=lambda speed: speed.value)

    def _side_speeds(self) -> list[Speed]:
        """Largest velocity given on each side at a few times of the run."""
        g, times = self.grid, np.linspace(0.0, self.config.time.end, 9)
        places = {"left": (g.x_f[0], g.y), "right": (g.x_f[-1], g.y)}
        places |= {"bottom": (g.x, g.y_f[0]), "top": (g.x, g.y_f[-1])}
        speeds = []
        for name, place in places.items():
            side = getattr(self.config.boundaries, name)
            along = getattr(side, "velocity", getattr(side, "tangential", 0.0))
            through = getattr(side, "normal", 0.0)
            v, u = (self._largest(value, *place, times) for value in (along, through))
            if name in ("bottom", "top"):
                u, v = v, u
            speeds.append(Speed(u, v, f"of the {name} side ({side.type})"))
        return speeds

    def _body_speeds(self) -> list[Speed]:
        """Largest velocity of each moving body at some times of the run, within the domain."""
        from fluidgrad.assembly import bodies_of

        across = math.hypot(self.grid.length_x, self.grid.length_y)
        speeds = []
        for body in bodies_of(self.config):
            if body.motion.steady:
                continue
            arm = min(across, math.dist(body.shape.centre, body.motion.pivot) + body.shape.reach)
            moves = [body.motion.velocity(t) for t in np.linspace(0.0, self.config.time.end, 65)]
            u, v = (max(abs(getattr(m, axis)) + abs(m.angle) * arm for m in moves) for axis in "xy")
            speeds.append(Speed(u, v, f"of the body {body.name!r}"))
        return speeds

    def _largest(self, value: float | str, x, y, times) -> float:
        if not isinstance(value, str):
            return abs(value)
        formula = self.config.formula(value)
        return max(float(np.abs(formula(x=x, y=y, t=float(t))).max()) for t in times)

    def _initial_speed(self) -> Speed:
        """Largest speed at the start, tried on a coarse uniform grid."""
        from fluidgrad.assembly import initial_velocity

        config, g = self.config, self.grid
        if config.initial.case != "run":
            nx, ny = (min(n, SPEED_CELLS) for n in config.domain.cells)
            g = Grid.uniform(nx, ny, config.domain.x, config.domain.y, g.periodic_x, g.periodic_y)
        u, v = initial_velocity(config, g)
        return Speed(float(np.abs(u).max()), float(np.abs(v).max()), f"at the start ({config.initial.case})")

    def _forced_speed(self) -> Speed:
        """What the forces reach when they act over the length of the domain, sqrt(force * length), or less if
        drag or viscosity (across the shorter side) holds them back."""
        asked = self.config.forcing
        u, v = (self._driven(force) for force in self._forces())
        if asked.random is not None:
            root = math.sqrt(2.0 * asked.random.rate * self.config.time.end)
            u, v = u + root, v + root
        return Speed(u, v, "that the forces may drive")

    def _forces(self) -> list[float]:
        """Largest force per unit mass along x and y, m/s2."""
        asked, (x, y) = self.config.forcing, self.grid.mesh("centre")
        times = np.linspace(0.0, self.config.time.end, 9)
        forces = [
            self._largest(force, x, y, times) + abs(gradient)
            for force, gradient in zip(asked.force, asked.pressure_gradient, strict=True)
        ]
        if asked.kolmogorov is not None:
            forces["xy".index(asked.kolmogorov.direction)] += abs(asked.kolmogorov.amplitude)
        for scalar in self.config.scalars:
            low, high = self._range(scalar, times)
            forces = [
                f + abs(g) * (high - low) for f, g in zip(forces, self.config.lift(scalar), strict=True)
            ]
        return forces

    def _range(self, scalar, times) -> tuple[float, float]:
        """Smallest and largest value of a scalar at the start, on its sides and on the walls of bodies."""
        g, given = self.grid, [scalar.boundaries.left, scalar.boundaries.right, scalar.boundaries.bottom]
        places = [(g.x_f[0], g.y), (g.x_f[-1], g.y), (g.x, g.y_f[0]), (g.x, g.y_f[-1])]
        found = [self.config.formula(scalar.initial, ("x", "y"))(x=g.x[None, :], y=g.y[:, None])]
        for side, (x, y) in zip([*given, scalar.boundaries.top], places, strict=True):
            if (value := getattr(side, "value", None)) is not None:
                found += [self.config.formula(value)(x=x, y=y, t=float(t)) for t in times]
        for wall in scalar.bodies:
            if wall.type == "value":
                formula = self.config.formula(wall.value)
                found += [formula(x=g.x[None, :], y=g.y[:, None], t=float(t)) for t in times]
        return min(float(np.min(q)) for q in found), max(float(np.max(q)) for q in found)

    def _driven(self, force: float) -> float:
        shorter, longer = sorted((self.grid.length_x, self.grid.length_y))
        drag = self.config.forcing.drag
        nu = self.config.nu if self.config.fluid.newtonian else 0.0
        limits = [math.sqrt(force * longer)]
        limits += [force / drag] if drag > 0 else []
        limits += [force * shorter**2 / (8.0 * nu)] if nu > 0 else []
        return min(limits)

    @cached_property
    def nu(self) -> float:
        """Viscosity at a shear rate of the speed over the shorter side, m2/s."""
        shorter = min(self.grid.length_x, self.grid.length_y)
        return self.config.fluid.viscosity_at(self.speed.value / shorter)

    @property
    def reynolds(self) -> tuple[float, str]:
        """Reynolds number and how it comes about; infinite without viscosity."""
        fluid, nu = self.config.fluid, self.nu
        if fluid.reynolds is not None:
            return fluid.reynolds, f"as given, with {fluid.speed:g} m/s and {fluid.length:g} m"
        length = min(self.grid.length_x, self.grid.length_y)
        value = self.speed.value * length / nu if nu > 0 else math.inf
        return (
            value,
            f"with {self.speed.value:.3g} m/s {self.speed.origin} and the shorter side, {length:g} m",
        )

    @property
    def cell_reynolds(self) -> float:
        """Speed times the largest cell width over viscosity."""
        widest = max(float(self.grid.dx.max()), float(self.grid.dy.max()))
        return self.speed.value * widest / self.nu if self.nu > 0 else math.inf

    @property
    def convective_step(self) -> float:
        """Step at the Courant number of the run and the speed of this estimate, s."""
        rate = self.courant_rate
        return self.config.time.cfl / rate if rate > 0 else math.inf

    @property
    def courant_rate(self) -> float:
        """Courant number per length of the step, ``|u|/dx + |v|/dy``, 1/s."""
        return self.speed.u / self.grid.smallest_dx + self.speed.v / self.grid.smallest_dy

    @property
    def viscous_step(self) -> float:
        """Largest stable step for explicit viscosity, s; infinite if it is implicit or zero."""
        from fluidgrad.stepsize import viscous_step

        fluid, nu = self.config.fluid, max(self.nu, self.config.nu)
        steepness = 1.0 if fluid.newtonian else max(1.0, fluid.model.index)
        return viscous_step(self.grid, steepness * nu, self.config.numerics.diffusion == "implicit")

    @property
    def diffusive_step(self) -> float:
        """Largest stable step for the explicit diffusion of scalars, s; infinite if there is none."""
        from fluidgrad.stepsize import viscous_step

        implicit = self.config.numerics.diffusion == "implicit"
        explicit = [s for s in self.config.scalars if s.advection == "limited" or not implicit]
        largest = max((self.config.diffusivity(scalar) for scalar in explicit), default=0.0)
        return viscous_step(self.grid, largest, implicit=False)

    @property
    def step(self) -> tuple[float, str]:
        """The step expected, s, and what decides it."""
        asked = self.config.time
        if asked.step is not None:
            return asked.step, "fixed"
        limits = [
            (self.convective_step, f"CFL {asked.cfl:g}"),
            (self.viscous_step, "viscosity"),
            (self.diffusive_step, "diffusion of a scalar"),
            (asked.max_step or math.inf, "max_step"),
            (asked.end, "the end of the run"),
        ]
        return min(limits)

    @property
    def steps(self) -> int:
        """Number of steps expected."""
        return max(snapshots(self.config) - 1, math.ceil(self.config.time.end / self.step[0]))

    @property
    def seconds(self) -> float:
        """Wall-clock time expected on two cores, s; within a factor of two or three."""
        config = self.config
        cells = self.grid.nx * self.grid.ny
        per_step = SECONDS_PER_STEP + cells * SECONDS_PER_CELL[config.numerics.diffusion]
        per_step += cells * sum(SECONDS_PER_CELL_OF_SCALAR[s.advection] for s in config.scalars)
        if config.variable_viscosity:
            per_step += cells * SECONDS_PER_CELL_OF_LAW[config.fluid.model.law]
        if config.bodies:
            moving = any(body.motion is not None for body in config.bodies)
            per_step *= BODY_FACTOR["moving" if moving else "at rest"]
        if config.output.budgets:
            per_step *= BUDGET_FACTOR
        if config.statistics is not None:
            per_step *= 1.0 + (SAMPLE_FACTOR - 1.0) / config.statistics.every
        per_step += SECONDS_PER_PARTICLE * particles(config)
        return self.steps * per_step

    @property
    def advice(self) -> list[str]:
        """What a careful person would change."""
        config, notes = self.config, []
        if self.cell_reynolds > CELL_REYNOLDS_ADVISED and config.numerics.advection == "central":
            notes.append(
                f"cell Reynolds number {self.cell_reynolds:.3g}: if waves of the size of a cell appear, use more "
                'cells or [numerics] advection = "upwind"'
            )
        if self.viscous_step < 0.2 * min(self.convective_step, config.time.max_step or math.inf):
            notes.append(
                'viscosity rules the step: [numerics] diffusion = "implicit" would allow longer ones'
                if config.fluid.newtonian and not config.bodies
                else "viscosity rules the step: fewer cells or a smaller viscosity would allow longer ones"
            )
        if config.time.step is not None and config.time.step > self.viscous_step:
            notes.append(
                f"the step is longer than viscosity allows, {self.viscous_step:.3g} s: it will blow up"
            )
        if config.time.step is not None and config.time.step > self.diffusive_step:
            notes.append(
                f"the step is longer than a scalar's diffusion allows, {self.diffusive_step:.3g} s: it will blow up"
            )
        courant = (config.time.step or 0.0) * self.courant_rate
        if courant > 1.5:
            notes.append(
                f"with this step the Courant number would be {courant:.3g}; more than 1.5 will blow up"
            )
        return notes
