"""From a configuration to the objects of the solver."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fluidgrad import cases
from fluidgrad.boundary import SIDES, Boundary, Side
from fluidgrad.config import Config
from fluidgrad.diagnostics import Probe
from fluidgrad.errors import ConfigError
from fluidgrad.forcing import Forcing, RandomRing
from fluidgrad.grid import Grid


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


def _kolmogorov(grid: Grid, asked):
    if asked.direction == "x":
        return _Kolmogorov(asked.amplitude, asked.wavenumber, "y", grid.y_f[0], grid.length_y), 0.0
    return 0.0, _Kolmogorov(asked.amplitude, asked.wavenumber, "x", grid.x_f[0], grid.length_x)


def probes_of(config: Config) -> list[Probe]:
    """The probes of a configuration, unnamed ones called probe1, probe2 ..."""
    return [Probe(p.name or f"probe{n}", p.x, p.y) for n, p in enumerate(config.probes, 1)]


def _from_run(config: Config, grid: Grid, path: str):
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
