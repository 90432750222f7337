"""The configuration of a run, whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator

from fluidgrad.config.base import Table, as_tuple, setting
from fluidgrad.config.bodies import Body
from fluidgrad.config.initial import Initial, Rest
from fluidgrad.config.particles import Particles
from fluidgrad.config.scalars import Buoyancy, Scalar, diffusivity, lift
from fluidgrad.config.sides import SIDES, Boundaries
from fluidgrad.config.tables import Domain, Fluid, Forcing, Numerics, Output, Probe, Statistics, Time
from fluidgrad.display import Displayed
from fluidgrad.expressions import Formula


class Config(Displayed, Table):
    """A checked configuration; get one from :func:`fluidgrad.config.load`.

    Attributes are the tables and settings of the file, for example ``config.domain.cells``.
    """

    name: str = setting(
        "Name of the run and its directory: letters, digits, - _ . (left out: the name of this file).",
        default="",
        examples=["my_run"],
    )
    title: str = setting("A sentence for pictures and listings.", default="", examples=["My run"])
    constants: dict[str, float] = setting("Numbers that formulas can use by name.", default={})
    domain: Domain = setting("A rectangle and its cells.", default_factory=Domain)
    fluid: Fluid = setting("Viscosity as such, or a Reynolds number with its speed and length, or scales.")
    boundaries: Boundaries = setting("What each side of the domain does.")
    bodies: Annotated[tuple[Body, ...], BeforeValidator(as_tuple)] = setting(
        "Obstacles in the flow, at rest or moving; any number.", default=()
    )
    scalars: Annotated[tuple[Scalar, ...], BeforeValidator(as_tuple)] = setting(
        "What the flow carries: temperature, a concentration, dye.", default=()
    )
    buoyancy: Buoyancy = setting("Gravity, for scalars that lift the fluid.", default_factory=Buoyancy)
    forcing: Forcing = setting("Forces on the fluid; they add up.", default_factory=Forcing)
    initial: Initial = setting("The flow at the start.", default_factory=lambda: Rest(case="rest"))
    numerics: Numerics = setting("How the equations are discretised.", default_factory=Numerics)
    time: Time = setting("How long and with which step.")
    output: Output = setting("What is stored, and how often.", default_factory=Output)
    statistics: Statistics | None = setting(
        "Means and moments over time, updated in every step and stored in statistics.h5; left out: none.",
        default=None,
    )
    probes: Annotated[tuple[Probe, ...], BeforeValidator(as_tuple)] = setting(
        "Points at which velocity and pressure are recorded.", default=()
    )
    particles: Annotated[tuple[Particles, ...], BeforeValidator(as_tuple)] = setting(
        "Particles that are carried along and stored in each snapshot; any number of sets.", default=()
    )

    @property
    def nu(self) -> float:
        """Kinematic viscosity in m2 s-1; that at rest if it varies."""
        return self.fluid.nu

    @property
    def variable_viscosity(self) -> bool:
        """Whether the viscosity varies from place to place."""
        return not self.fluid.newtonian or self.numerics.subgrid != "none"

    def diffusivity(self, scalar: Scalar) -> float:
        """Diffusivity of a scalar in m2 s-1."""
        return diffusivity(scalar, self.nu)

    def lift(self, scalar: Scalar) -> tuple[float, float]:
        """Force per mass along x and y, m s-2, that a unit of a scalar adds."""
        return lift(scalar, self.nu, self.fluid.speed, self.buoyancy.gravity)

    @property
    def periodic_x(self) -> bool:
        """Whether the left and right sides are joined."""
        return self.boundaries.left.type == "periodic"

    @property
    def periodic_y(self) -> bool:
        """Whether the bottom and top sides are joined."""
        return self.boundaries.bottom.type == "periodic"

    def grid_faces(self) -> tuple[np.ndarray, np.ndarray]:
        """Face coordinates ``x_f`` (nx + 1,) and ``y_f`` (ny + 1,) in metres."""
        return self.domain.faces()

    def formula(self, value: float | str, variables: Iterable[str] = ("x", "y", "t")) -> Formula:
        """A setting that is a number or a formula, ready to be evaluated with the constants of this file."""
        return Formula(value, variables, self.constants)

    def to_toml(self) -> str:
        """The configuration as TOML with all defaults that are in force; :func:`load` reads it back equal."""
        import tomli_w

        data = self.model_dump(exclude_none=True)
        if self.fluid.reynolds is None:
            del data["fluid"]["speed"], data["fluid"]["length"]
        if self.fluid.scales is not None:
            del data["fluid"]["viscosity"]
        if self.numerics.subgrid == "none":
            del data["numerics"]["smagorinsky_constant"]
        if self.time.step is not None:
            del data["time"]["cfl"]
        return tomli_w.dumps(data)

    def summary(self) -> dict[str, str]:
        """The main settings as short texts, for listings."""
        (x0, x1), (y0, y1), (nx, ny) = self.domain.x, self.domain.y, self.domain.cells
        reynolds = f" (Re = {self.fluid.reynolds:g})" if self.fluid.reynolds is not None else ""
        sides = (f"{side} {getattr(self.boundaries, side).type}" for side in SIDES)
        time = self.time
        step = f"step {time.step:g} s" if time.step is not None else f"CFL {time.cfl:g}"
        return {
            "domain": f"{x0:g} to {x1:g} by {y0:g} to {y1:g} m, {nx} x {ny} cells",
            "viscosity": self.fluid.summary() + reynolds,
            "sides": ", ".join(sides),
            **self._bodies(),
            **self.scalars_summary(),
            "initial": self.initial.case,
            "time": f"to {time.end:g} s, {step}",
            "numerics": f"{self.numerics.advection} advection, {self.numerics.diffusion} diffusion",
        }

    def scalars_summary(self) -> dict[str, str]:
        """Names, diffusivities and numbers of the scalars, if there are any."""
        texts = []
        for scalar in self.scalars:
            number = f", {scalar.strength} {getattr(scalar, scalar.strength):g}" if scalar.strength else ""
            texts.append(f"{scalar.name} ({self.diffusivity(scalar):.6g} m2/s{number})")
        return {"scalars": ", ".join(texts)} if texts else {}

    def _bodies(self) -> dict[str, str]:
        """Names and shapes of the bodies, if there are any."""
        texts = []
        for body in self.bodies:
            moves = ", moving" if body.motion is not None else ""
            outside = "outside of a " if body.outside else ""
            texts.append(f"{body.name} ({outside}{body.shape}{moves})")
        return {"bodies": ", ".join(texts)} if texts else {}

    def _title(self) -> str:
        return f"Config {self.title or self.name}"

    def _rows(self) -> list[tuple[str, str]]:
        return list(self.summary().items())

    __repr__ = Displayed.__repr__
    __str__ = Displayed.__repr__

    def __repr_args__(self) -> Any:
        return self.summary().items()
