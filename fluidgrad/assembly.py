"""From a configuration to the objects of the solver."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fluidgrad import cases, rheology
from fluidgrad.bodies import Body
from fluidgrad.boundary import SIDES, Boundary, Side
from fluidgrad.budgets import Budgets
from fluidgrad.companions import Companion
from fluidgrad.config import Config
from fluidgrad.diagnostics import Probe
from fluidgrad.errors import ConfigError
from fluidgrad.forcing import Forcing, RandomRing
from fluidgrad.grid import Grid
from fluidgrad.motion import motion_of
from fluidgrad.scalars import Scalar, ScalarSide
from fluidgrad.shapes import shape_of
from fluidgrad.statistics import RunningStatistics
from fluidgrad.tracers import Tracers

if TYPE_CHECKING:
    from fluidgrad.simulation import Simulation


def grid_of(config: Config) -> Grid:
    """The grid that a configuration describes."""
    return Grid(*config.grid_faces(), config.periodic_x, config.periodic_y)


def _profile(config: Config, value: float | str):
    return config.formula(value) if isinstance(value, str) else value


def boundary_of(config: Config, grid: Grid) -> Boundary:
    """The sides that a configuration describes."""
    sides = {}
    for name in SIDES:
        given = getattr(config.boundaries, name)
        tangential = getattr(given, "velocity", getattr(given, "tangential", 0.0))
        sides[name] = Side(
            given.type,
            normal=_profile(config, getattr(given, "normal", 0.0)),
            tangential=_profile(config, tangential),
            speed=getattr(given, "speed", None),
        )
    return Boundary(grid, sides, config.time.end)


def forcing_of(config: Config, grid: Grid) -> Forcing:
    """The forces that a configuration describes."""
    asked = config.forcing
    uniform = [-g for g in asked.pressure_gradient]
    fields = []
    for axis, value in enumerate(asked.force):
        if isinstance(value, str):
            pair = [0.0, 0.0]
            pair[axis] = config.formula(value)
            fields.append(tuple(pair))
        else:
            uniform[axis] += value
    if asked.kolmogorov is not None:
        fields.append(_kolmogorov(grid, asked.kolmogorov))
    ring = asked.random
    random = ring and RandomRing(grid, ring.rate, ring.wavenumber, ring.width, ring.seed)
    return Forcing(grid, tuple(uniform), asked.drag, tuple(fields), random)


class _Kolmogorov:
    """``amplitude * sin(2 pi n s / L)``, s the coordinate across the force."""

    def __init__(self, amplitude: float, wavenumber: int, across: str, start: float, length: float):
        self.amplitude, self.across, self.start = amplitude, across, start
        self.k = 2.0 * np.pi * wavenumber / length

    def uses(self, name: str) -> bool:
        return name == self.across

    def __call__(self, **at):
        return self.amplitude * np.sin(self.k * (at[self.across] - self.start))


def bodies_of(config: Config) -> tuple[Body, ...]:
    """The bodies that a configuration describes."""
    bodies = []
    for asked in config.bodies:
        shape = shape_of(asked, config.domain, config.constants)
        motion = motion_of(asked.motion, shape.centre, config.time.end, config.constants)
        bodies.append(Body(asked.name, shape, motion, asked.reference.speed, asked.reference.length))
    return tuple(bodies)


def _kolmogorov(grid: Grid, asked):
    if asked.direction == "x":
        return _Kolmogorov(asked.amplitude, asked.wavenumber, "y", grid.y_f[0], grid.length_y), 0.0
    return 0.0, _Kolmogorov(asked.amplitude, asked.wavenumber, "x", grid.x_f[0], grid.length_x)


def _power_law(asked) -> rheology.Law:
    bounds = (asked.smallest_viscosity, asked.largest_viscosity)
    return rheology.power_law(asked.consistency, asked.index, *bounds)


def _carreau(asked) -> rheology.Law:
    return rheology.carreau(asked.viscosity_at_rest, asked.viscosity_sheared, asked.time, asked.index)


LAWS = {"power law": _power_law, "carreau": _carreau}
"""Name of a law of viscosity -> function of its table."""


def rheology_of(config: Config, grid: Grid) -> rheology.Rheology | None:
    """The viscosity that a configuration describes, None if it is constant."""
    fluid, numerics = config.fluid, config.numerics
    if not config.variable_viscosity:
        return None
    law = rheology.constant(fluid.nu) if fluid.newtonian else LAWS[fluid.model.law](fluid.model)
    smagorinsky = 0.0 if numerics.subgrid == "none" else numerics.smagorinsky_constant
    return rheology.Rheology(grid, law, smagorinsky)


IMPLIED_SIDES = {"periodic": "periodic", "outflow": "outflow"}
"""Type of a side of the flow -> what it does to a scalar, if nothing else is said; a wall is insulated."""


def scalars_of(config: Config) -> tuple[Scalar, ...]:
    """The scalars that a configuration describes."""
    return tuple(_scalar(config, asked) for asked in config.scalars)


def _scalar(config: Config, asked) -> Scalar:
    sides = {}
    for name in SIDES:
        given = getattr(asked.boundaries, name)
        if given is None:
            sides[name] = ScalarSide(IMPLIED_SIDES.get(getattr(config.boundaries, name).type, "flux"))
        else:
            profile = getattr(given, "value", getattr(given, "flux", 0.0))
            sides[name] = ScalarSide(given.type, _profile(config, profile))
    bodies = {body.name: _body_condition(config, asked, body.name) for body in bodies_of(config)}
    return Scalar(
        asked.name,
        config.diffusivity(asked),
        sides,
        units=asked.units,
        long_name=asked.long_name,
        advection=asked.advection,
        source=_profile(config, asked.source),
        lift=config.lift(asked),
        reference=asked.reference,
        difference=asked.difference,
        length=asked.reference_length,
        number="nusselt" if asked.schmidt is None else "sherwood",
        bodies=bodies,
    )


def _body_condition(config: Config, asked, name: str) -> ScalarSide:
    """What the wall of a body does to a scalar: what is said for it, else what is said for all others, else nothing."""
    given = {wall.name: wall for wall in asked.bodies}
    wall = given.get(name, given.get(""))
    if wall is None:
        return ScalarSide("flux")
    return ScalarSide(wall.type, _profile(config, wall.value if wall.type == "value" else wall.flux))


def initial_scalar(config: Config, grid: Grid, name: str) -> np.ndarray:
    """A scalar at the start at the centres, (ny, nx): with the case "run" that of the other run if it has one of that
    name, else the formula of the configuration."""
    if config.initial.case == "run":
        carried = _last_flow(grid, config.initial.path).scalars
        if name in carried:
            return carried[name]
    asked = next(scalar for scalar in config.scalars if scalar.name == name)
    x, y = grid.mesh("centre")
    return np.broadcast_to(config.formula(asked.initial)(x=x, y=y), grid.shape("centre"))


def probes_of(config: Config) -> list[Probe]:
    """The probes of a configuration, unnamed ones called probe1, probe2 ..."""
    return [Probe(p.name or f"probe{n}", p.x, p.y) for n, p in enumerate(config.probes, 1)]


def _last_flow(grid: Grid, path: str):
    """The last flow of another run on the same grid."""
    from fluidgrad.output import open_run

    flow = open_run(Path(path)).flow()
    if flow.u.shape != grid.shape("x-face") or flow.v.shape != grid.shape("y-face"):
        raise ConfigError(
            f"initial.path: {path} has {flow.grid.nx} x {flow.grid.ny} cells, this run {grid.nx} x {grid.ny}; "
            "give [domain] cells = the other run's"
        )
    for name, here, there in (("x", grid.x_f, flow.grid.x_f), ("y", grid.y_f, flow.grid.y_f)):
        if not np.allclose(here, there, rtol=0.0, atol=1e-6 * (here[-1] - here[0])):
            raise ConfigError(
                f"initial.path: the cells of {path} are elsewhere along {name}; "
                f"give [domain] {name} and its spacing as in the other run"
            )
    return flow


def _from_run(config: Config, grid: Grid, path: str):
    flow = _last_flow(grid, path)
    return flow.u, flow.v


CASES = {
    "rest": lambda c, g, a: cases.rest(g),
    "uniform": lambda c, g, a: cases.uniform(g, a.u, a.v),
    "taylor green": lambda c, g, a: cases.taylor_green(g, a.amplitude, a.wavenumber, a.mean),
    "walsh eddies": lambda c, g, a: cases.walsh_eddies(g, a.mean),
    "double shear layer": lambda c, g, a: cases.double_shear_layer(g, a.steepness, a.perturbation),
    "gaussian vortices": lambda c, g, a: cases.gaussian_vortices(
        g, [(o.x, o.y, o.circulation, o.radius) for o in a.vortices], a.mean
    ),
    "shielded vortices": lambda c, g, a: cases.shielded_vortices(
        g, [(o.x, o.y, o.vorticity, o.radius) for o in a.vortices], a.mean
    ),
    "lamb-chaplygin dipole": lambda c, g, a: cases.lamb_chaplygin_dipole(
        g, a.x, a.y, a.radius, a.speed, a.angle
    ),
    "turbulence": lambda c, g, a: cases.turbulence(g, c.formula(a.spectrum, ("k",)), a.speed, a.seed, a.mean),
    "formula": lambda c, g, a: cases.from_velocity(g, c.formula(a.u), c.formula(a.v)),
    "streamfunction": lambda c, g, a: cases.from_streamfunction(g, c.formula(a.psi), a.mean),
    "run": lambda c, g, a: _from_run(c, g, a.path),
}
"""Name of an initial case -> function of configuration, grid and the case's table that returns u, v."""


def initial_velocity(config: Config, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """The velocity at the start on the faces, as asked for, not yet projected."""
    return CASES[config.initial.case](config, grid, config.initial)


def companions_of(config: Config, simulation: Simulation) -> list[Companion]:
    """What the configuration asks to compute along with the run."""
    companions: list[Companion] = []
    if config.statistics is not None:
        scalars = {scalar.name: (scalar.units, scalar.long_name) for scalar in config.scalars}
        companions.append(RunningStatistics(config.statistics, simulation.grid, scalars, bool(config.bodies)))
    if config.output.budgets:
        companions.append(Budgets(simulation.stepper, config.output.budgets, config.output.series_every))
    if config.particles:
        companions.append(Tracers(config.particles, config.constants, simulation))
    return companions
