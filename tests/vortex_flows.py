"""Flows of Gaussian (Lamb-Oseen) vortices."""

from __future__ import annotations

import numpy as np

from fluidgrad.flow import Flow


def _about(x, y, one):
    """Way from the centre of a vortex, and the rate (1/s) at which the fluid turns about it."""
    dx, dy = x - one["x"], y - one["y"]
    r2 = np.maximum(dx**2 + dy**2, 1e-12 * one["radius"] ** 2)
    return dx, dy, one["circulation"] / (2 * np.pi * r2) * -np.expm1(-r2 / one["radius"] ** 2)


def gaussians(vortices, stream=(0.0, 0.0)):
    """Velocity components as functions of x and y, vortices in an unbounded stream."""

    def u(x, y):
        parts = (_about(x, y, one) for one in vortices)
        return stream[0] + sum(-dy * turning for _, dy, turning in parts)

    def v(x, y):
        parts = (_about(x, y, one) for one in vortices)
        return stream[1] + sum(dx * turning for dx, _, turning in parts)

    return u, v


def periodic_gaussians(grid, vortices, stream=(0.0, 0.0), time=0.0):
    """Flow on a periodic grid of equal cells, from the vorticity by the discrete Poisson equation."""
    x, y = np.meshgrid(grid.x_f[:-1], grid.y_f[:-1])
    omega = np.zeros_like(x)
    for one in vortices:
        dx, dy = x - one["x"], y - one["y"]
        dx, dy = (
            d - length * np.round(d / length) for d, length in ((dx, grid.length_x), (dy, grid.length_y))
        )
        peak = one["circulation"] / (np.pi * one["radius"] ** 2)
        omega += peak * np.exp(-(dx**2 + dy**2) / one["radius"] ** 2)
    kx, ky = (2 * np.pi * np.fft.fftfreq(n) for n in (grid.nx, grid.ny))
    symbol = (2 - 2 * np.cos(kx)) / grid.dx[0] ** 2 + ((2 - 2 * np.cos(ky)) / grid.dy[0] ** 2)[:, None]
    symbol[0, 0] = np.inf
    psi = np.fft.ifft2(np.fft.fft2(omega) / symbol).real
    psi = np.pad(psi, ((0, 1), (0, 1)), mode="wrap")
    u = stream[0] + np.diff(psi, axis=0) / grid.dy[:, None]
    v = stream[1] - np.diff(psi, axis=1) / grid.dx
    return Flow.of(grid, u, v, time=time)
