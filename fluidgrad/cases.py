"""Initial velocity fields: functions of a grid and the case's parameters that return plain face arrays
``u`` (ny, nx + 1), ``v`` (ny + 1, nx) in m/s.

Fields that come from a streamfunction are discretely divergence-free to round-off; the others are projected
by the simulation, as is whatever does not fit the sides.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import j0, j1

from fluidgrad.errors import ConfigError
from fluidgrad.grid import Grid
from fluidgrad.spectral import half_plane, magnitude, synthesise, velocity_from_streamfunction, wavenumbers

DIPOLE_ZERO = 3.8317059702075125
"""First zero of the Bessel function J1: ``k a`` of the Lamb-Chaplygin dipole."""


def rest(grid: Grid):
    """Fluid at rest."""
    return np.zeros(grid.shape("x-face")), np.zeros(grid.shape("y-face"))


def uniform(grid: Grid, u: float, v: float):
    """The same velocity everywhere."""
    return np.full(grid.shape("x-face"), u), np.full(grid.shape("y-face"), v)


def _of_shape(grid: Grid, location: str, values) -> np.ndarray:
    """A new array of the plain shape of a location from values that broadcast to it."""
    values, shape = np.asarray(values, dtype=float), grid.shape(location)
    try:
        return np.array(np.broadcast_to(values, shape))
    except ValueError:
        raise ConfigError(
            f"values on {location}s of this grid need the shape {shape} (y, x), not {values.shape}"
        ) from None


def from_velocity(grid: Grid, u, v):
    """From functions of x and y (called with keywords x, y, t = 0), numbers or arrays of the plain shapes."""

    def on(location: str, q):
        x, y = grid.mesh(location)
        return _of_shape(grid, location, q(x=x, y=y, t=0.0) if callable(q) else q)

    return on("x-face", u), on("y-face", v)


def from_scalar(grid: Grid, c) -> np.ndarray:
    """A scalar at the centres, (ny, nx), from a function of x and y, a number or an array of that shape."""
    x, y = grid.mesh("centre")
    return _of_shape(grid, "centre", c(x=x, y=y, t=0.0) if callable(c) else c)


def from_streamfunction(grid: Grid, psi, mean=(0.0, 0.0)):
    """``u = dpsi/dy``, ``v = -dpsi/dx`` from a function of x and y or an array on the nodes (ny + 1, nx + 1),
    in m2/s, plus a uniform flow."""
    x, y = grid.mesh("node")
    values = _of_shape(grid, "node", psi(x=x, y=y, t=0.0) if callable(psi) else psi)
    u, v = velocity_from_streamfunction(grid, values)
    return u + mean[0], v + mean[1]


def taylor_green(grid: Grid, amplitude: float, wavenumber: int, mean):
    """Taylor-Green vortices: ``u = A sin(kx x) cos(ky y)``, ``v = -A kx/ky cos(kx x) sin(ky y)`` with ``wavenumber``
    periods across each side (Taylor & Green 1937); decays as ``exp(-nu (kx^2 + ky^2) t)``."""
    kx = 2.0 * np.pi * wavenumber / grid.length_x
    ky = 2.0 * np.pi * wavenumber / grid.length_y
    x0, y0 = grid.x_f[0], grid.y_f[0]

    def u(x, y, t):
        return mean[0] + amplitude * np.sin(kx * (x - x0)) * np.cos(ky * (y - y0))

    def v(x, y, t):
        return mean[1] - amplitude * kx / ky * np.cos(kx * (x - x0)) * np.sin(ky * (y - y0))

    return from_velocity(grid, u, v)


def walsh_eddies(grid: Grid, mean):
    """Eddies of three wave vectors of length 5 (in 2 pi over the side): ``psi = cos 3x sin 4y / 4 - cos 5y / 5 -
    sin 5x / 5``, in a square box (Walsh, SIAM Rev. 34, 1992); decays as ``exp(-25 nu t)`` in a box of 2 pi."""
    a, b = 2.0 * np.pi / grid.length_x, 2.0 * np.pi / grid.length_y
    x0, y0 = grid.x_f[0], grid.y_f[0]

    def u(x, y, t):
        x, y = a * (x - x0), b * (y - y0)
        return mean[0] + np.cos(3 * x) * np.cos(4 * y) + np.sin(5 * y)

    def v(x, y, t):
        x, y = a * (x - x0), b * (y - y0)
        return mean[1] + 0.75 * np.sin(3 * x) * np.sin(4 * y) + np.cos(5 * x)

    return from_velocity(grid, u, v)


def double_shear_layer(grid: Grid, steepness: float, perturbation: float):
    """Two tanh layers at a quarter and three quarters of the height with a sinusoidal cross-flow (Brown & Minion,
    J. Comput. Phys. 122, 1995)."""

    def u(x, y, t):
        s = (y - grid.y_f[0]) / grid.length_y
        return np.tanh(steepness * np.where(s <= 0.5, s - 0.25, 0.75 - s)) + 0.0 * x

    def v(x, y, t):
        return perturbation * np.sin(2.0 * np.pi * (x - grid.x_f[0]) / grid.length_x) + 0.0 * y

    return from_velocity(grid, u, v)


def _nearest_images(grid: Grid, x, y, x0: float, y0: float):
    """Distance to a centre, across periodic sides by the shorter way."""
    dx, dy = x - x0, y - y0
    if grid.periodic_x:
        dx = dx - grid.length_x * np.round(dx / grid.length_x)
    if grid.periodic_y:
        dy = dy - grid.length_y * np.round(dy / grid.length_y)
    return dx, dy


def _other_images(grid: Grid, dx, dy):
    """What the periodic images of a point vortex add to its ``1/z``, z = dx + i*dy to the nearest one: the sum over
    a row of images, ``(pi/L) cot(pi z/L)``, and over the rows, less ``1/z`` (zero without periodic sides).

    Returns that complex sum (1/m) and the jump of the whole across the height of a doubly periodic box, over ``2i``
    and per height (1/m2): what is made from it needs a linear term in dy to be periodic.
    """
    if not (grid.periodic_x or grid.periodic_y):
        return 0.0, 0.0
    turn, length = (1.0, grid.length_x) if grid.periodic_x else (-1j, grid.length_y)
    height = grid.length_y / length
    z = turn * (dx + 1j * dy) / length
    centre = np.abs(z) < 1e-8
    z = np.where(centre, 0.5, z)
    rows = math.ceil(6.0 / height) if grid.periodic_x and grid.periodic_y else 0
    total = sum(np.pi / np.tan(np.pi * (z - 1j * m * height)) for m in range(-rows, rows + 1))
    jump = -np.pi / (grid.length_x * grid.length_y) if rows else 0.0
    return np.where(centre, 0.0, turn / length * (total - 1.0 / z)), jump


def gaussian_vortices(grid: Grid, vortices, mean):
    """Lamb-Oseen vortices with vorticity ``Gamma/(pi r0^2) exp(-r^2/r0^2)``; ``vortices`` is a sequence of
    ``(x, y, circulation, radius)``. Across periodic sides each has its images; in a doubly periodic box the
    vorticity that the circulations leave over is taken off evenly."""

    def swirl(x, y, component):
        total = 0.0
        for x0, y0, circulation, radius in vortices:
            dx, dy = _nearest_images(grid, x, y, x0, y0)
            r2 = np.maximum(dx * dx + dy * dy, 1e-300)
            core = -np.expm1(-r2 / radius**2) / r2
            images, jump = _other_images(grid, dx, dy)
            u = -core * dy + np.imag(images) - 2.0 * jump * dy
            v = core * dx + np.real(images)
            total = total + circulation / (2.0 * np.pi) * (u if component == 0 else v)
        return total

    return from_velocity(
        grid, lambda x, y, t: mean[0] + swirl(x, y, 0), lambda x, y, t: mean[1] + swirl(x, y, 1)
    )


def shielded_vortices(grid: Grid, vortices, mean):
    """Vortices with the vorticity ``w0 (1 - r^2/r0^2) exp(-r^2/r0^2)``, which have no circulation (Clercx & Bruneau,
    Computers & Fluids 35, 2006): ``psi = w0 r0^2/4 exp(-r^2/r0^2)``; ``vortices`` is a sequence of
    ``(x, y, vorticity, radius)``. Of the images across periodic sides the nearest counts, the others are too far to
    be felt."""

    def psi(x, y, t):
        total = 0.0
        for x0, y0, vorticity, radius in vortices:
            dx, dy = _nearest_images(grid, x, y, x0, y0)
            total = total + 0.25 * vorticity * radius**2 * np.exp(-(dx * dx + dy * dy) / radius**2)
        return total

    return from_streamfunction(grid, psi, mean)


def lamb_chaplygin_dipole(grid: Grid, x: float, y: float, radius: float, speed: float, angle: float):
    """Lamb-Chaplygin dipole seen from the fluid at rest: inside the circle
    ``psi = -2 U J1(k r) / (k J0(k a)) sin(theta)`` plus the frame's ``U r sin(theta)``, outside
    ``U a^2 / r sin(theta)``, theta from the direction of travel (Meleshko & van Heijst, J. Fluid Mech. 272, 1994).
    Across periodic sides it has its images; in a doubly periodic box there is no mean flow."""
    k, turn = DIPOLE_ZERO / radius, np.deg2rad(angle)

    def psi(x, y, t, x0=x, y0=y):
        dx, dy = _nearest_images(grid, x, y, x0, y0)
        r = np.maximum(np.hypot(dx, dy), 1e-12 * radius)
        sine = (dy * np.cos(turn) - dx * np.sin(turn)) / r
        inside = r + (-2.0 * j1(k * np.minimum(r, radius))) / (k * j0(DIPOLE_ZERO))
        images, jump = _other_images(grid, dx, dy)
        others = -np.imag(np.exp(1j * turn) * images) + 2.0 * jump * np.cos(turn) * dy
        return speed * (sine * np.where(r < radius, inside, radius**2 / r) + radius**2 * others)

    return from_streamfunction(grid, psi)


def turbulence(grid: Grid, spectrum, speed: float, seed: int, mean):
    """Random phases with an energy spectrum of the shape ``spectrum(k=...)``, k in periods across the longer side,
    scaled to the root-mean-square velocity ``speed`` (set-up of McWilliams, J. Fluid Mech. 146, 1984)."""
    side = max(grid.length_x, grid.length_y)
    finest = min(grid.dx.min(), grid.dy.min())
    kx, ky = wavenumbers(grid, side / (3.0 * finest))
    k = magnitude(grid, kx, ky)
    inside = half_plane(kx, ky) & (k <= side / (3.0 * finest))
    safe = np.where(inside, k, 1.0)
    density = np.maximum(np.where(inside, spectrum(k=safe), 0.0), 0.0)
    amplitude = np.where(inside, np.sqrt(density / safe) / safe, 0.0)
    phases = np.exp(2j * np.pi * np.random.default_rng(seed).random(k.shape))
    u, v = velocity_from_streamfunction(grid, synthesise(grid, kx, ky, amplitude * phases))
    volume = grid.dx[None, :] * grid.dy[:, None]
    scale = speed / np.sqrt(np.average(u[:, :-1] ** 2 + v[:-1] ** 2, weights=volume))
    return scale * u + mean[0], scale * v + mean[1]
