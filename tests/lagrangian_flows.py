"""Velocities whose paths are known, for the tests of flow maps and particles."""

from __future__ import annotations

import numpy as np

AMPLITUDE, FREQUENCY = 0.1, 2 * np.pi / 10
"""Of the double gyre of Shadden, Lekien & Marsden, Physica D 212 (2005), on [0, 2] x [0, 1]."""


def double_gyre(eps: float):
    """Its velocity as a function of x, y, t."""

    def velocity(x, y, t):
        s = eps * np.sin(FREQUENCY * t)
        f, slope = s * x * x + (1 - 2 * s) * x, 2 * s * x + 1 - 2 * s
        u = -np.pi * AMPLITUDE * np.sin(np.pi * f) * np.cos(np.pi * y)
        return u, np.pi * AMPLITUDE * np.cos(np.pi * f) * np.sin(np.pi * y) * slope

    return velocity


def double_gyre_formulas(eps: float) -> tuple[str, str]:
    """The same as formulas of x, y, t."""
    s = f"{eps!r}*sin(pi/5*t)"
    f = f"({s}*x^2 + (1 - 2*{s})*x)"
    return (
        f"-0.1*pi*sin(pi*{f})*cos(pi*y)",
        f"0.1*pi*cos(pi*{f})*sin(pi*y)*(2*{s}*x + 1 - 2*{s})",
    )


def sampled(velocity, x, y, times):
    """Values of a velocity on a grid of points at some times, (nt, ny, nx)."""
    mesh = np.meshgrid(x, y)
    values = np.array([np.broadcast_arrays(*velocity(*mesh, t)) for t in times])
    return values[:, 0], values[:, 1]
