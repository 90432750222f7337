"""Gamma-1 and Gamma-2: vortices by the directions of the velocity around a point (Graftieaux, Michard & Grosjean,
Meas. Sci. Technol. 12, 2001).

With S the fluid within ``radius`` of a point P, and theta_M the angle from PM to the velocity at M, ::

    Gamma_1(P) = 1/|S| * integral over S of sin(theta_M) dS

It depends on directions only, not on speed: 1 (or -1, clockwise) at the centre of any round vortex, where it has its
extremum. Gamma-2 is the same with the mean velocity over S taken off, so that it does not change in a moving frame;
in the limit of a small radius its magnitude exceeds 2/pi where rotation prevails over strain.

S is what there is of the disc: it continues across periodic sides, and is cut by the others and by bodies.
"""

from __future__ import annotations

import numpy as np

from fluidgrad.errors import ConfigError
from fluidgrad.fields import solid_mask, velocity_at_centres
from fluidgrad.flow import Flow

CELLS = 4.0
"""Radius by default, in cells of mean size."""


def gamma1(flow: Flow, radius: float | None = None) -> np.ndarray:
    """Gamma-1 at the centres (ny, nx), -1 to 1, NaN in bodies; ``radius`` in m, by default four cells.

    Raises ConfigError if the radius is below one cell, or above half of a period.
    """
    return _gamma(flow, radius, relative=False)


def gamma2(flow: Flow, radius: float | None = None) -> np.ndarray:
    """Gamma-2 at the centres (ny, nx), -1 to 1, NaN in bodies; ``radius`` and errors as in :func:`gamma1`."""
    return _gamma(flow, radius, relative=True)


def _gamma(flow: Flow, radius: float | None, relative: bool) -> np.ndarray:
    from fluidgrad.analysis.kernels.gamma import gamma

    grid = flow.grid
    periods = [grid.length_x] * grid.periodic_x + [grid.length_y] * grid.periodic_y
    largest = 0.5 * min(periods, default=np.inf)
    cell = min(grid.spacing, largest)
    radius = min(CELLS * cell, largest) if radius is None else float(radius)
    if not cell <= radius <= largest:
        raise ConfigError(f"radius {radius:g} m: choose between a cell, {cell:.3g} m, and {largest:.3g} m")
    u, v = (np.where(solid_mask(flow, "centre"), np.nan, q) for q in velocity_at_centres(flow))
    home_x, copies_x = _copies(grid.x, grid.length_x, grid.periodic_x)
    home_y, copies_y = _copies(grid.y, grid.length_y, grid.periodic_y)
    area = np.outer(grid.dy, grid.dx)
    # A centre at the very edge of a disc belongs to it whatever its rounding.
    edge = radius * (1 + 1e-12)
    return gamma(u, v, area, grid.x, grid.y, home_x, home_y, copies_x, copies_y, edge, relative)


def _copies(centres: np.ndarray, length: float, periodic: bool) -> tuple[np.ndarray, np.ndarray]:
    """Places of centres and of their periodic copies on either side, and which centre each is."""
    number = np.arange(centres.size)
    if not periodic:
        return centres, number
    return np.concatenate([centres - length, centres, centres + length]), np.tile(number, 3)
