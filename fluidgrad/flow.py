"""An instant of a flow, as files, analysis and pictures see it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fluidgrad.grid import Grid


@dataclass(frozen=True, eq=False)
class Flow:
    """Velocity, pressure and scalars at one time, without halos, with what is needed on the sides.

    ``u`` (ny, nx + 1) on x-faces and ``v`` (ny + 1, nx) on y-faces in m/s; ``p`` (ny, nx) at centres,
    kinematic pressure in m2/s2. The tangential velocity on the sides makes derivatives there exact for
    the scheme: ``u_bottom``, ``u_top`` (nx + 1,) at ``x_f``; ``v_left``, ``v_right`` (ny + 1,) at
    ``y_f``. Across a periodic side it is the mean of the two neighbours.

    ``distance`` (ny + 1, nx + 1) is the signed distance of the nodes from the nearest wall of all bodies in
    m, negative in solids; None if there are no bodies. ``scalars`` maps the name of each transported scalar
    to its values (ny, nx) at centres, ``scalar_sides`` to its values on the sides ``left``, ``right`` (ny,)
    and ``bottom``, ``top`` (nx,), and ``scalar_units`` to its units and a name for labels.
    """

    grid: Grid
    time: float
    step: int
    u: np.ndarray
    v: np.ndarray
    p: np.ndarray
    u_bottom: np.ndarray
    u_top: np.ndarray
    v_left: np.ndarray
    v_right: np.ndarray
    distance: np.ndarray | None = None
    scalars: dict[str, np.ndarray] = field(default_factory=dict)
    scalar_sides: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    scalar_units: dict[str, tuple[str, str]] = field(default_factory=dict)

    def padded_velocity(self) -> tuple[np.ndarray, np.ndarray]:
        """``u`` with a ghost row below and above, (ny + 2, nx + 1), and ``v`` with a ghost column left and
        right, (ny + 1, nx + 2), such that the mean of ghost and neighbour is the velocity on the side."""
        u = np.vstack([2 * self.u_bottom - self.u[0], self.u, 2 * self.u_top - self.u[-1]])
        v = np.column_stack([2 * self.v_left - self.v[:, 0], self.v, 2 * self.v_right - self.v[:, -1]])
        return u, v
