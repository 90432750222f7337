"""Fast direct Poisson solver: a transform along one axis, tridiagonal systems along the other.

The pressure condition follows from the velocity: every side either is periodic or holds its normal velocity
(outflow included, see :mod:`fluidgrad.boundary`), so the correction has no gradient there. The method is
Hockney's (J. ACM 12, 1965) with the couplings of the staggered grid; its residual is round-off.
"""

from __future__ import annotations

import numpy as np

from fluidgrad.grid import Grid, H
from fluidgrad.kernels import tridiagonal
from fluidgrad.pressure.transforms import BACKEND, transform


def couplings(padded_widths: np.ndarray, periodic: bool) -> np.ndarray:
    """Reciprocal distances between neighbouring centres, (n + 1,); zero across a closed end."""
    d = padded_widths
    c = 2.0 / (d[H - 1 : -H] + d[H : d.size - H + 1])
    if not periodic:
        c[0] = c[-1] = 0.0
    return c


class PoissonSolver:
    """Solves ``d2 phi/dx2 + d2 phi/dy2 = f`` at cell centres on any grid of any cell counts.

    The transform runs along x, or along y where only y is uniform, or along the shorter axis where both are
    stretched. Constants are not determined: if the volume integral of ``f`` vanishes so does the residual.

    Parameters
    ----------
    grid : the grid.
    threads : threads for the transforms.
    backend : ``"ducc0"`` or ``"scipy"``.
    """

    def __init__(self, grid: Grid, threads: int = 1, backend: str = BACKEND):
        x = (grid.dx_p, grid.periodic_x, grid.uniform_x)
        y = (grid.dy_p, grid.periodic_y, grid.uniform_y)
        stretched_both = not (grid.uniform_x or grid.uniform_y)
        self.transposed = grid.ny < grid.nx if stretched_both else not grid.uniform_x
        (d, periodic, uniform), (e, self._across_periodic, _) = (y, x) if self.transposed else (x, y)
        self.transform = transform(d[H:-H], couplings(d, periodic), periodic, uniform, threads, backend)
        self.h = np.ascontiguousarray(e[H:-H])
        self.c = couplings(e, self._across_periodic)
        shape = (self.h.size, self.transform.lam.size)
        self._inverse = np.empty(shape)
        self._border = np.empty(shape if self._across_periodic else (1, 1))
        self._coefficients = np.empty(shape)
        tridiagonal.factorise(self.h, self.c, self.transform.lam, self._inverse, self._border)
        self._reach = np.zeros(-(-shape[1] // tridiagonal.BLOCK), dtype=np.int64)
        if self._across_periodic:
            tridiagonal.border_reach(self._border, self._reach)

    def solve(self, f: np.ndarray, phi: np.ndarray) -> None:
        """Solve for ``phi`` (plain or a view, (ny, nx), m2/s) given ``f`` ((ny, nx), 1/s)."""
        source, target = (np.ascontiguousarray(f.T), phi.T) if self.transposed else (f, phi)
        self.transform.forward(source, self._coefficients)
        if self._across_periodic:
            tridiagonal.solve_periodic(
                self._coefficients, self.h, self.c, self._inverse, self._border, self._reach
            )
        else:
            tridiagonal.solve_closed(self._coefficients, self.h, self.c, self._inverse)
        self.transform.backward(self._coefficients, target)
