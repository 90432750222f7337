"""What drives and brakes a flow, as analysis needs to know it: viscosity, forces, buoyancy, drag."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from fluidgrad.errors import ConfigError
from fluidgrad.grid import Grid

if TYPE_CHECKING:
    from fluidgrad.config import Config

SIDES = ("left", "right", "bottom", "top")

AT_REST = 1e-200
"""Square of a shear rate (1/s2) that counts as none, so that negative powers of it are finite."""

Force = Callable[..., Any] | float
"""A force per mass, m/s2: a number, or a function of ``x``, ``y`` and ``t`` (m, m, s), given by name."""


@dataclass(frozen=True)
class Physics:
    """The right-hand side of the momentum equation of a flow.

    Attributes
    ----------
    nu : kinematic viscosity, m2/s.
    viscosity : function of the squared shear rate ``2 S:S`` (1/s2) and of the area around a point (m2) that gives the
        viscosity there (m2/s), if that varies; then instead of ``nu``.
    forces : pairs of forces along x and y, which add up.
    drag : linear drag, 1/s.
    lifts : name of a scalar -> force per mass along x and y of a unit of it, and the value without any.
    upwind : whether convection is upwind-biased instead of central.
    slip : sides along which nothing rubs.
    outflow : sides that carry the flow out.
    random : whether there is a random force, known only while a run goes on.
    moving_bodies : whether bodies move.
    """

    nu: float
    viscosity: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None
    forces: tuple[tuple[Force, Force], ...] = ()
    drag: float = 0.0
    lifts: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    upwind: bool = False
    slip: frozenset[str] = frozenset()
    outflow: frozenset[str] = frozenset()
    random: bool = False
    moving_bodies: bool = False

    @classmethod
    def of(cls, config: Config) -> Physics:
        """What a configuration describes."""
        kinds = {name: getattr(config.boundaries, name).type for name in SIDES}
        lifting = [scalar for scalar in config.scalars if any(config.lift(scalar))]
        return cls(
            config.nu,
            _viscosity(config),
            _forces(config),
            config.forcing.drag,
            {scalar.name: (*config.lift(scalar), scalar.reference) for scalar in lifting},
            config.numerics.advection == "upwind",
            frozenset(name for name in SIDES if kinds[name] == "slip"),
            frozenset(name for name in SIDES if kinds[name] == "outflow"),
            config.forcing.random is not None,
            any(body.motion is not None for body in config.bodies),
        )

    def force(self, grid: Grid, location: str, t: float) -> np.ndarray:
        """The sum of the forces along x on x-faces, or along y on y-faces, plain shape, m/s2, at time t."""
        x, y = grid.mesh(location)
        total = np.zeros(grid.shape(location))
        for pair in self.forces:
            force = pair[0 if location == "x-face" else 1]
            total += force(x=x, y=y, t=t) if callable(force) else force
        return total


def physics_of(source: Any, nu: float | None = None, physics: Physics | None = None) -> Physics:
    """The physics as given, or of constant viscosity ``nu`` (m2/s) and nothing else, or of the configuration of a run
    or a simulation.

    Raises ConfigError if none of them is known.
    """
    if physics is not None:
        return physics
    if nu is not None:
        return Physics(nu)
    config = getattr(source, "config", None)
    if config is None:
        raise ConfigError(
            "the viscosity of these flows is not known: give nu (m2/s), or physics = Physics(...) if forces drive them"
        )
    return Physics.of(config)


def _forces(config: Config) -> tuple[tuple[Force, Force], ...]:
    asked = config.forcing
    given = tuple(config.formula(f) if isinstance(f, str) else f for f in asked.force)
    forces = [given, tuple(-g for g in asked.pressure_gradient)]
    if (wave := asked.kolmogorov) is not None:
        across = "y" if wave.direction == "x" else "x"
        low, high = getattr(config.domain, across)
        k = 2.0 * np.pi * wave.wavenumber / (high - low)

        def kolmogorov(**at: Any) -> np.ndarray:
            return wave.amplitude * np.sin(k * (at[across] - low))

        forces.append((kolmogorov, 0.0) if wave.direction == "x" else (0.0, kolmogorov))
    return tuple(pair for pair in forces if any(callable(f) or f != 0.0 for f in pair))


def _viscosity(config: Config) -> Callable[[np.ndarray, np.ndarray], np.ndarray] | None:
    """The law of viscosity and the model of eddies below the cells, see :mod:`fluidgrad.rheology`."""
    if not config.variable_viscosity:
        return None
    model, eddies = config.fluid.model, 0.0
    if config.numerics.subgrid != "none":
        eddies = config.numerics.smagorinsky_constant**2

    def law(square: np.ndarray) -> np.ndarray | float:
        if config.fluid.newtonian:
            return config.nu
        if model.law == "carreau":
            thinned = (1.0 + model.time**2 * square) ** (0.5 * (model.index - 1.0))
            return model.viscosity_sheared + (model.viscosity_at_rest - model.viscosity_sheared) * thinned
        power = model.consistency * np.maximum(square, AT_REST) ** (0.5 * (model.index - 1.0))
        return np.clip(power, model.smallest_viscosity, model.largest_viscosity)

    return lambda square, area: law(square) + eddies * area * np.sqrt(square)
