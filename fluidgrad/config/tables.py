"""The tables of a configuration: domain, fluid, forcing, numerics, time, output, statistics, probes."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import BeforeValidator, Field

from fluidgrad.config.base import (
    CellPair,
    Direction,
    FormulaPair,
    Names,
    Numbers,
    Pair,
    Table,
    as_tuple,
    setting,
)
from fluidgrad.config.rheology import Model, Newtonian
from fluidgrad.config.spacing import faces

_LAW = "How the cells are spaced."
_FINE = "Where the cells are fine: at both ends, or at the low (left, bottom) or high (right, top) end."


class UniformSpacing(Table):
    """Equal cells."""

    law: Literal["uniform"] = setting(_LAW)


class TanhSpacing(Table):
    """Cells that grow smoothly away from a wall, by a hyperbolic tangent."""

    law: Literal["tanh"] = setting(_LAW)
    strength: float = setting("The larger, the finer at the end; 2 is usual.", default=2.0, gt=0, le=10)
    fine: Literal["both", "low", "high"] = setting(_FINE, default="both")


class GeometricSpacing(Table):
    """Each cell is larger than its neighbour by a constant ratio."""

    law: Literal["geometric"] = setting(_LAW)
    ratio: float = setting("Ratio of neighbouring cells.", default=1.05, gt=1, le=2)
    fine: Literal["both", "low", "high"] = setting(_FINE, default="both")


class FaceSpacing(Table):
    """Faces given one by one."""

    law: Literal["faces"] = setting(_LAW)
    faces: Numbers = setting(
        "Coordinates, one more than cells, increasing, ends as in the domain.",
        unit="m",
        examples=[[0.0, 0.1, 0.3, 0.6, 1.0]],
    )


Spacing = Annotated[UniformSpacing | TanhSpacing | GeometricSpacing | FaceSpacing, Field(discriminator="law")]


class Domain(Table):
    """A rectangle and its cells."""

    x: Pair = setting("Left and right end.", unit="m", default=(0.0, 1.0))
    y: Pair = setting("Lower and upper end.", unit="m", default=(0.0, 1.0))
    cells: CellPair = setting("Number of cells along x and y, any from 4 to 32768.", default=(128, 128))
    spacing_x: Spacing = setting(
        "Spacing of the cells along x.", default_factory=lambda: UniformSpacing(law="uniform")
    )
    spacing_y: Spacing = setting(
        "Spacing of the cells along y.", default_factory=lambda: UniformSpacing(law="uniform")
    )

    def faces(self) -> tuple[np.ndarray, np.ndarray]:
        """Face coordinates ``x_f`` (nx + 1,) and ``y_f`` (ny + 1,) in metres."""
        nx, ny = self.cells
        return faces(self.x, nx, self.spacing_x), faces(self.y, ny, self.spacing_y)


class Fluid(Table):
    """Viscosity as such, by a Reynolds number with its speed and length, or by the scales of convection."""

    viscosity: float | None = setting(
        "Kinematic viscosity.", unit="m2 s-1", default=None, ge=0, examples=[1e-3]
    )
    reynolds: float | None = setting(
        "Reynolds number, speed x length / viscosity.", default=None, gt=0, examples=[1000.0]
    )
    speed: float = setting("Speed of the Reynolds number.", unit="m s-1", default=1.0, gt=0)
    length: float = setting("Length of the Reynolds number.", unit="m", default=1.0, gt=0)
    scales: Literal["diffusive", "free fall"] | None = setting(
        "Instead of both, with a scalar's Rayleigh or Grashof number: diffusive, its diffusivity is 1 m2/s; free fall, "
        "the speed that lifting through its length gives is 1 m/s.",
        default=None,
        examples=["diffusive"],
    )
    model: Model = setting(
        "How the viscosity follows the rate of shear; left out: not at all.",
        default_factory=lambda: Newtonian(law="newtonian"),
    )

    @property
    def newtonian(self) -> bool:
        """Whether the viscosity is constant."""
        return self.model.law == "newtonian"

    def summary(self) -> str:
        """The viscosity and how it comes about, for people."""
        if not self.newtonian:
            return f"{self.model.law}, {self.nu:.6g} m2/s at rest, index {self.model.index:g}"
        return f"{self.nu:.6g} m2/s"

    def viscosity_at(self, rate: float) -> float:
        """Kinematic viscosity in m2 s-1 at a shear rate in s-1."""
        return self.nu if self.newtonian else self.model.viscosity_at(rate)

    @property
    def nu(self) -> float:
        """Kinematic viscosity in m2 s-1, however it was given; that at rest if it varies."""
        if not self.newtonian:
            return self.model.viscosity_at(0.0)
        return self.viscosity if self.reynolds is None else self.speed * self.length / self.reynolds


class Kolmogorov(Table):
    """A sinusoidal force along one direction that varies across it."""

    amplitude: float = setting("Largest force per unit mass.", unit="m s-2", default=1.0)
    wavenumber: int = setting("Periods across the domain.", default=4, ge=1)
    direction: Direction = setting("Direction of the force.", default="x")


class RandomForcing(Table):
    """Random forcing, white in time, of a ring of wave numbers in a periodic box."""

    rate: float = setting("Mean energy input per unit mass.", unit="m2 s-3", default=0.1, ge=0)
    wavenumber: float = setting(
        "Middle of the ring, in units of 2 pi over the longer side.", default=8.0, ge=1
    )
    width: float = setting("Half width of the ring, in the same units.", default=1.0, ge=0.5)
    seed: int = setting("Seed of the random numbers.", default=1, ge=0, lt=2**63)


class Forcing(Table):
    """Forces on the fluid; they add up."""

    force: FormulaPair = setting(
        "Body force per unit mass along x and y; numbers or formulas of x, y, t.",
        unit="m s-2",
        default=(0.0, 0.0),
    )
    pressure_gradient: Pair = setting(
        "Imposed kinematic dp/dx, dp/dy; a negative one drives the flow forward.",
        unit="m s-2",
        default=(0.0, 0.0),
    )
    drag: float = setting("Linear drag mu: the force is -mu u.", unit="s-1", default=0.0, ge=0)
    kolmogorov: Kolmogorov | None = setting(
        "A sinusoidal force along one direction that varies across it; left out: none.", default=None
    )
    random: RandomForcing | None = setting(
        "Random forcing, white in time, of a ring of wave numbers in a periodic box; left out: none.",
        default=None,
    )


class Numerics(Table):
    """How the equations are discretised."""

    advection: Literal["central", "upwind"] = setting(
        "central conserves energy; upwind is limited, for flow that the grid does not resolve.",
        default="central",
    )
    diffusion: Literal["explicit", "implicit"] = setting(
        "implicit pays where viscosity would rule the step.", default="explicit"
    )
    subgrid: Literal["none", "smagorinsky"] = setting(
        "smagorinsky lets eddies smaller than a cell damp the flow, for turbulence on coarse grids.",
        default="none",
    )
    smagorinsky_constant: float = setting(
        "Constant C of smagorinsky: it adds the viscosity (C x cell size)^2 x shear rate.",
        default=0.17,
        gt=0,
        le=1,
    )
    pressure_tolerance: float = setting(
        "With bodies: relative error at which the pressure iteration stops.", default=1e-6, ge=1e-12, le=1e-2
    )


class Time(Table):
    """How long and with which step."""

    end: float = setting("Time at which the run ends.", unit="s", gt=0, examples=[1.0])
    cfl: float = setting("Courant number of the adaptive step.", default=0.5, gt=0, le=1.2)
    step: float | None = setting(
        "A fixed step, instead of cfl.", unit="s", default=None, gt=0, examples=[1e-3]
    )
    max_step: float | None = setting("Largest adaptive step.", unit="s", default=None, gt=0, examples=[0.01])
    steady: float | None = setting(
        "Stop when the velocity, and each scalar in its unit per s, changes more slowly than this everywhere.",
        unit="m s-2",
        default=None,
        gt=0,
        examples=[1e-6],
    )


class Output(Table):
    """What is stored, and how often."""

    every: float | None = setting(
        "Time between snapshots; left out: a tenth of the end.", unit="s", default=None, gt=0, examples=[0.1]
    )
    fields: Names = setting(
        "Derived fields stored besides u, v and p.", default=(), examples=[["vorticity", "pressure_gradient"]]
    )
    series_every: int = setting("Steps between rows of the time series.", default=10, ge=1)
    budgets: Annotated[tuple[Literal["kinetic_energy", "enstrophy"], ...], BeforeValidator(as_tuple)] = (
        setting(
            "Budgets, term by term, in the time series: kinetic_energy, enstrophy; they cost about half a step.",
            default=(),
            examples=[["kinetic_energy", "enstrophy"]],
        )
    )
    checkpoint_minutes: float = setting(
        "Wall-clock time between checkpoints, besides those at snapshots.", unit="min", default=5.0, gt=0
    )
    compression: Literal["none", "gzip"] = setting("gzip is slow and saves a quarter.", default="none")
    precision: Literal["float64", "float32"] = setting("Precision of stored fields.", default="float64")
    figure: str = setting('Field of the picture drawn at the end; "none" for none.', default="vorticity")


class Statistics(Table):
    """Means and moments over time, updated in every step and stored in statistics.h5."""

    start: float = setting("Time from which they count.", unit="s", default=0.0, ge=0)
    stresses: bool = setting(
        "Whether there are Reynolds stresses, and fluxes and variances of the scalars, besides the means.",
        default=True,
    )
    fields: Names = setting(
        "Other fields whose mean and variance are kept; they cost a solution for the pressure each time.",
        default=(),
        examples=[["p", "vorticity"]],
    )
    every: int = setting("Steps from one sample to the next.", default=1, ge=1)

    def arrays(self, scalars: int) -> int:
        """Field arrays that they take with so many scalars: mean and last sample of each field, and products."""
        sampled = 2 + scalars + len(self.fields)
        return 2 * sampled + len(self.fields) + (3 + 3 * scalars if self.stresses else 0)


class Probe(Table):
    """A point at which velocity and pressure are recorded."""

    name: str = setting(
        "Name in the time series; left out: probe1, probe2 ...", default="", examples=["centre"]
    )
    x: float = setting("Place.", unit="m", examples=[0.5])
    y: float = setting("Place.", unit="m", examples=[0.5])
