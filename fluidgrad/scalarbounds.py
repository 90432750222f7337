"""Bounds of limited scalars: flux-corrected transport over a whole step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fluidgrad.kernels import scalar as kernel

if TYPE_CHECKING:
    from fluidgrad.scalars import ScalarTransport


class Bounds:
    """Keeps a limited scalar within the range of its values at the start of the step and of those on its sides,
    widened by what sources and given fluxes add in the step (:mod:`fluidgrad.kernels.scalar`)."""

    def __init__(self, transport: ScalarTransport):
        self.transport = transport
        zeros = transport.grid.zeros
        self._middle, self._ax, self._ay, self._up, self._down = (zeros() for _ in range(5))
        self._capacity = np.ones(transport.grid.padded_shape) if transport.walls is None else None
        self._step: tuple = ()
        self.lowest = self.highest = 0.0

    def begin_stage(self, k: int, t: float, dt: float, c, u, v) -> np.ndarray:
        """Take note of stage k, which starts at time t with c, u, v; returns the array for its result. The first
        stage's fields must last until the step is over."""
        transport = self.transport
        if k == 0:
            self._step = (c, u, v)
            self.lowest, self.highest, _ = transport.extent(c)
        share = (kernel.FIRST, 0.0, kernel.LAST)[k] * dt
        low, high = transport.given(t)
        falls, rises = transport.gain(t)
        self.lowest = min(self.lowest, low) + share * falls
        self.highest = max(self.highest, high) + share * rises
        return transport.c if k == 2 else self._middle

    def enforce(self, result, c, u, v, dt: float) -> None:
        """Bring the result of a step of length dt within the bounds; c, u, v are those of its last stage."""
        transport, ax, ay, up, down = self.transport, self._ax, self._ay, self._up, self._down
        found = transport.extent(result)
        if found.lowest >= self.lowest and found.highest <= self.highest:
            return
        m, grid = transport.metrics, transport.grid
        diffusivity, closed = transport.scalar.diffusivity, transport.closed
        kernel.excess(*self._step, c, u, v, m, ax, ay, diffusivity, *closed, dt)
        capacity = self._capacity
        if transport.walls is not None:
            transport.walls.mend_excess(ax, ay, self._step[0], c, dt)
            capacity = transport.walls.capacity
        kernel.room(result, ax, ay, m, capacity, up, down, self.lowest, self.highest)
        for q in (up, down):
            self._fill(q, grid.periodic_x)
            self._fill(q.T, grid.periodic_y)
        kernel.take_back(result, ax, ay, m, capacity, up, down)

    @staticmethod
    def _fill(share: np.ndarray, periodic: bool) -> None:
        """Halo of the shares: there is always room beyond a side."""
        none, all_of_it = np.zeros(share.shape[0]), np.ones(share.shape[0])
        kernel.fill(share, periodic, none, all_of_it, none, all_of_it)
