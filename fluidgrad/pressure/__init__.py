"""Direct solution of the pressure Poisson equation on a rectangle."""

from fluidgrad.pressure.poisson import PoissonSolver
from fluidgrad.pressure.transforms import BACKEND

__all__ = ["BACKEND", "PoissonSolver"]
