"""Solution of the pressure Poisson equation: direct on a rectangle, iterative with walls inside it."""

from fluidgrad.pressure.cutcell import CutCellSolver
from fluidgrad.pressure.poisson import PoissonSolver
from fluidgrad.pressure.transforms import BACKEND

__all__ = ["BACKEND", "CutCellSolver", "PoissonSolver"]
