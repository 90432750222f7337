"""Sums of Fourier modes on the nodes of a periodic grid, uniform or stretched."""

from __future__ import annotations

import numpy as np

from fluidgrad.grid import Grid

ROUND_OFF = 1e-9
"""Tolerance of limits on wave numbers, in periods: a mode on the limit belongs to it in every box."""


def wavenumbers(grid: Grid, largest: float) -> tuple[np.ndarray, np.ndarray]:
    """Signed angular wave numbers (1/m): kx >= 0, shape (mx,), and ky of both signs, shape (my,), that the box
    admits up to ``largest`` periods across its longer side and that the grid resolves."""
    side = max(grid.length_x, grid.length_y)
    largest += ROUND_OFF
    mx = min(int(largest * grid.length_x / side), (grid.nx - 1) // 2)
    my = min(int(largest * grid.length_y / side), (grid.ny - 1) // 2)
    kx = 2.0 * np.pi / grid.length_x * np.arange(mx + 1)
    ky = 2.0 * np.pi / grid.length_y * np.arange(-my, my + 1)
    return kx, ky


def magnitude(grid: Grid, kx: np.ndarray, ky: np.ndarray) -> np.ndarray:
    """``|k|``, shape (my, mx), in periods across the longer side."""
    side = max(grid.length_x, grid.length_y)
    return np.hypot(kx[None, :], ky[:, None]) * side / (2.0 * np.pi)


def half_plane(kx: np.ndarray, ky: np.ndarray) -> np.ndarray:
    """True, shape (my, mx), for one of each pair of opposite modes; false for the mean."""
    return (kx[None, :] > 0.0) | ((kx[None, :] == 0.0) & (ky[:, None] > 0.0))


def ring_modes(grid: Grid, low: float, high: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Wave numbers kx, ky and streamfunction amplitudes ``1/|k|`` of the modes with ``low <= |k| <= high``
    (periods across the longer side), zero elsewhere; every mode moves the fluid at the same speed."""
    kx, ky = wavenumbers(grid, high)
    k = magnitude(grid, kx, ky)
    inside = (k >= low - ROUND_OFF) & (k <= high + ROUND_OFF) & half_plane(kx, ky)
    return kx, ky, np.where(inside, 1.0 / np.where(k > 0.0, k, 1.0), 0.0)


def synthesise(grid: Grid, kx: np.ndarray, ky: np.ndarray, amplitudes: np.ndarray) -> np.ndarray:
    """``Re sum a[m, n] exp(i (kx[n] x + ky[m] y))`` on the nodes, (ny + 1, nx + 1)."""
    along_y = np.exp(1j * np.outer(grid.y_f - grid.y_f[0], ky))
    along_x = np.exp(1j * np.outer(kx, grid.x_f - grid.x_f[0]))
    psi = (along_y @ amplitudes @ along_x).real
    psi[-1], psi[:, -1] = psi[0], psi[:, 0]
    psi[-1, -1] = psi[0, 0]
    return psi


def velocity_from_streamfunction(grid: Grid, psi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``u = dpsi/dy``, ``v = -dpsi/dx`` by differences of the node values (ny + 1, nx + 1) along each face:
    the exact flux per face, and discretely divergence-free to round-off."""
    return np.diff(psi, axis=0) / grid.dy[:, None], -np.diff(psi, axis=1) / grid.dx[None, :]
