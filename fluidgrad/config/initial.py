"""The flow at the start: named cases, formulas, or the end of another run."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from fluidgrad.config.base import FormulaInSpace, FormulaOfWavenumber, InSpace, Pair, Table, as_tuple, setting

_CASE = "The flow at the start."
_MEAN = "Uniform flow (u, v) added to it."
_REST = (0.0, 0.0)


class Rest(Table):
    """Fluid at rest."""

    case: Literal["rest"] = setting(_CASE)


class Uniform(Table):
    """The same velocity everywhere."""

    case: Literal["uniform"] = setting(_CASE)
    u: float = setting("Velocity along x.", unit="m s-1", default=0.0)
    v: float = setting("Velocity along y.", unit="m s-1", default=0.0)


class TaylorGreen(Table):
    """A lattice of counter-rotating vortices, an exact solution in a periodic box."""

    case: Literal["taylor green"] = setting(_CASE)
    amplitude: float = setting("Largest velocity along x.", unit="m s-1", default=1.0)
    wavenumber: int = setting("Periods across the box.", default=1, ge=1)
    mean: Pair = setting(_MEAN, unit="m s-1", default=_REST)


class WalshEddies(Table):
    """Walsh's eddies of three wave vectors of equal length, an exact solution in a periodic square."""

    case: Literal["walsh eddies"] = setting(_CASE)
    mean: Pair = setting(_MEAN, unit="m s-1", default=_REST)


class DoubleShearLayer(Table):
    """Two opposite shear layers in a periodic box that roll up."""

    case: Literal["double shear layer"] = setting(_CASE)
    steepness: float = setting("Box height over layer thickness; 30 is thick, 100 thin.", default=30.0, gt=0)
    perturbation: float = setting("Amplitude of the cross-flow that starts the roll-up.", default=0.05)


class Vortex(Table):
    """A vortex with a Gaussian core."""

    x: float = setting("Centre.", unit="m", examples=[0.5])
    y: float = setting("Centre.", unit="m", examples=[0.5])
    circulation: float = setting("Circulation, positive anticlockwise.", unit="m2 s-1", examples=[1.0])
    radius: float = setting(
        "Radius at which the vorticity has fallen to 1/e.", unit="m", gt=0, examples=[0.1]
    )


class GaussianVortices(Table):
    """Any number of vortices with Gaussian cores."""

    case: Literal["gaussian vortices"] = setting(_CASE)
    vortices: Annotated[tuple[Vortex, ...], BeforeValidator(as_tuple)] = setting(
        "The vortices, with units m and m2 s-1.",
        min_length=1,
        examples=[[{"x": 0.5, "y": 0.5, "circulation": 1.0, "radius": 0.1}]],
    )
    mean: Pair = setting(_MEAN, unit="m s-1", default=_REST)


class ShieldedVortex(Table):
    """A vortex with a ring of opposite vorticity around it, without circulation."""

    x: float = setting("Centre.", unit="m", examples=[0.5])
    y: float = setting("Centre.", unit="m", examples=[0.5])
    vorticity: float = setting(
        "Vorticity in the centre, positive anticlockwise.", unit="s-1", examples=[100.0]
    )
    radius: float = setting("Radius at which the vorticity changes sign.", unit="m", gt=0, examples=[0.1])


class ShieldedVortices(Table):
    """Any number of vortices without circulation."""

    case: Literal["shielded vortices"] = setting(_CASE)
    vortices: Annotated[tuple[ShieldedVortex, ...], BeforeValidator(as_tuple)] = setting(
        "The vortices, with units m and s-1.",
        min_length=1,
        examples=[[{"x": 0.5, "y": 0.5, "vorticity": 100.0, "radius": 0.1}]],
    )
    mean: Pair = setting(_MEAN, unit="m s-1", default=_REST)


class LambChaplyginDipole(Table):
    """A pair of opposite half-moon vortices that carries itself along."""

    case: Literal["lamb-chaplygin dipole"] = setting(_CASE)
    x: float = setting("Centre.", unit="m", examples=[0.5])
    y: float = setting("Centre.", unit="m", examples=[0.5])
    radius: float = setting("Radius of the circle that holds the vorticity.", unit="m", gt=0, examples=[0.1])
    speed: float = setting("Speed of travel.", unit="m s-1", examples=[1.0])
    angle: float = setting("Direction of travel, anticlockwise from +x.", unit="degrees", default=0.0)


class Turbulence(Table):
    """Random vortices with a given energy spectrum in a periodic box."""

    case: Literal["turbulence"] = setting(_CASE)
    spectrum: FormulaOfWavenumber = setting(
        "Shape of the energy spectrum, a formula of k in units of 2 pi over the longer side.",
        default="k/(1+(k/6)^4)",
    )
    speed: float = setting("Root mean square of the velocity.", unit="m s-1", default=1.0, gt=0)
    seed: int = setting("Seed of the random numbers.", default=1, ge=0, lt=2**63)
    mean: Pair = setting(_MEAN, unit="m s-1", default=_REST)


class VelocityFormula(Table):
    """Velocity from formulas of x and y; what is not divergence-free is projected out."""

    case: Literal["formula"] = setting(_CASE)
    u: InSpace = setting(
        "Velocity along x; number or formula of x, y.", unit="m s-1", examples=["sin(2*pi*y)"]
    )
    v: InSpace = setting("Velocity along y; number or formula of x, y.", unit="m s-1", examples=[0.0])


class Streamfunction(Table):
    """Velocity u = dpsi/dy, v = -dpsi/dx from a formula for the streamfunction psi."""

    case: Literal["streamfunction"] = setting(_CASE)
    psi: FormulaInSpace = setting(
        "Streamfunction, a formula of x, y.", unit="m2 s-1", examples=["exp(-(x^2 + y^2)/0.01)"]
    )
    mean: Pair = setting(_MEAN, unit="m s-1", default=_REST)


class FromRun(Table):
    """The last snapshot of another run."""

    case: Literal["run"] = setting(_CASE)
    path: str = setting("Directory of the other run.", min_length=1, examples=["outputs/latest"])


Initial = Annotated[
    Rest
    | Uniform
    | TaylorGreen
    | WalshEddies
    | DoubleShearLayer
    | GaussianVortices
    | ShieldedVortices
    | LambChaplyginDipole
    | Turbulence
    | VelocityFormula
    | Streamfunction
    | FromRun,
    Field(discriminator="case"),
]
