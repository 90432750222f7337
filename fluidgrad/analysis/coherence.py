"""Lagrangian averaged vorticity deviation: vortices as bodies of fluid that rotate as one.

``LAVD = int |omega(x(t), t) - mean(t)| dt`` along the path x(t) of every particle, mean the vorticity's mean over all
of the fluid that is followed (Haller, Hadjighasem, Farazmand & Huhn, J. Fluid Mech. 795, 2016). Its maxima are centres
of coherent vortices, and the outermost closed convex contours around them their boundaries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fluidgrad.analysis.flowmap import Particles, longest_step, march
from fluidgrad.analysis.lyapunov import OverSeeds, seeds_of, times_of
from fluidgrad.analysis.velocity import velocity_of


@dataclass(frozen=True, eq=False, repr=False)
class LAVD(OverSeeds):
    """Averaged vorticity deviation of fluid that is at ``x`` (nx,), ``y`` (ny,), m, at ``time`` (s).

    ``values`` (ny, nx), a number: twice the angle in radians by which the fluid turns relative to the mean.
    ``rotation`` (ny, nx) is that angle with its sign, radians. NaN in bodies and for fluid that leaves the domain.
    """

    x: np.ndarray
    y: np.ndarray
    values: np.ndarray
    rotation: np.ndarray
    time: float
    duration: float


def lavd(
    source: Any,
    time: float | None = None,
    duration: float | None = None,
    *,
    nx: int | None = None,
    ny: int | None = None,
    window: tuple[float, float, float, float] | None = None,
    step: float | None = None,
) -> LAVD:
    """The Lagrangian averaged vorticity deviation of a source on a grid of seeds; parameters and errors as
    :func:`fluidgrad.analysis.lyapunov.ftle`. The integral over time is by the trapezoidal rule over the steps."""
    velocity = velocity_of(source)
    start, end = times_of(velocity, time, duration)
    x, y = seeds_of(velocity, window, nx, ny)
    particles = Particles(velocity, *np.meshgrid(x, y), start)
    if step is None:
        there = ~particles.gone
        step = longest_step(velocity, start, end, particles.x[there], particles.y[there])
    count = max(1, int(np.ceil(abs(end - start) / step - 1e-9)))
    times = np.linspace(start, end, count + 1)
    total, turned, last = np.zeros((2, particles.x.size)), np.zeros(particles.x.size), None
    for t in march(velocity, particles, times, step=abs(end - start)):
        deviation = _deviation(velocity, particles, t)
        if last is not None:
            total[0] += 0.5 * (np.abs(last) + np.abs(deviation))
            total[1] += 0.5 * (last + deviation)
        last = deviation
    total *= abs(end - start) / count
    values, turned = np.where(particles.gone, np.nan, total).reshape(2, y.size, x.size)
    return LAVD(x, y, values, 0.5 * turned, start, end - start)


def _deviation(velocity, particles: Particles, t: float) -> np.ndarray:
    """Vorticity of the particles (n,) less the mean of those that are there, 1/s."""
    gradient = velocity.gradient(particles.x, particles.y, t)
    vorticity = gradient[:, 2] - gradient[:, 1]
    there = vorticity[~particles.gone]
    return vorticity - (there.mean() if there.size else np.nan)
