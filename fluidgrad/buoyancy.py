"""Buoyancy in the Boussinesq approximation: scalars lift the fluid, whose density is otherwise constant."""

from __future__ import annotations

import math

from fluidgrad.grid import Grid
from fluidgrad.kernels import scalar as kernel
from fluidgrad.scalars import Scalar, ScalarTransport


class Buoyancy:
    """The force per mass ``lift * (c - reference)`` of every scalar that has a lift."""

    def __init__(self, grid: Grid, transports: dict[str, ScalarTransport]):
        self.grid = grid
        self.lifting = {
            name: transport for name, transport in transports.items() if any(transport.scalar.lift)
        }

    def add(self, scalars: dict, du, dv) -> None:
        """Add the force of padded scalars, halo filled, to the padded rates du, dv (m/s2) on the inner faces."""
        for name, transport in self.lifting.items():
            scalar = transport.scalar
            kernel.buoyancy(scalars[name], du, dv, *scalar.lift, scalar.reference)

    def largest(self, scalars: dict, t: float) -> float:
        """Bound of the force that sets the fluid in motion with the sides of time t, m/s2. The force of a uniform
        scalar does so only where the fluid can fall freely, along a periodic direction; elsewhere pressure carries it.
        """
        total = 0.0
        for name, transport in self.lifting.items():
            scalar = transport.scalar
            inside, (low, high) = transport.extent(scalars[name]), transport.given(t)
            low, high = min(inside.lowest, low), max(inside.highest, high)
            total += math.hypot(*scalar.lift) * self._span(scalar, low, high)
        return total

    def _span(self, scalar: Scalar, low: float, high: float) -> float:
        free = (scalar.lift[0] and self.grid.periodic_x) or (scalar.lift[1] and self.grid.periodic_y)
        return max(abs(low - scalar.reference), abs(high - scalar.reference)) if free else high - low
