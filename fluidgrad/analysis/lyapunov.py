"""Finite-time Lyapunov exponents: how fast fluid that is close together separates.

Forward in time their ridges are what fluid is repelled from, backward what it gathers at: the edges of dye, the
boundaries between what mixes and what does not (Haller, Annu. Rev. Fluid Mech. 47, 2015). With F the derivative of the
flow map over a time T, and lambda the larger eigenvalue of the Cauchy-Green tensor ``F^T F``, the exponent is
``ln(sqrt(lambda)) / |T|`` (Shadden, Lekien & Marsden, Physica D 212, 2005).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from fluidgrad.analysis.flowmap import Particles, march
from fluidgrad.analysis.velocity import Velocity, velocity_of
from fluidgrad.display import Displayed
from fluidgrad.errors import ConfigError

WIDE = 400
"""Seeds along x if their number is not given and there is no grid."""


class OverSeeds(Displayed):
    """How a number for each of many seeds shows itself."""

    def _title(self) -> str:
        return f"{type(self).__name__} from t = {self.time:.6g} s over {self.duration:g} s"

    def _rows(self) -> list[tuple[str, str]]:
        known = self.values[np.isfinite(self.values)]
        ends = f"{known.min():.4g} to {known.max():.4g}" if known.size else "none"
        return [
            *(
                (axis, f"{p[0]:g} to {p[-1]:g} m, {p.size} seeds")
                for axis, p in (("x", self.x), ("y", self.y))
            ),
            ("values", f"{ends}, known for {known.size / self.values.size:.1%} of the seeds"),
        ]


@dataclass(frozen=True, eq=False, repr=False)
class FTLE(OverSeeds):
    """Finite-time Lyapunov exponents of fluid that is at ``x`` (nx,), ``y`` (ny,), m, at ``time`` (s).

    ``values`` (ny, nx) in 1/s; ``duration`` in s, negative backward in time. ``direction`` (ny, nx, 2) are unit vectors
    along which the fluid at the seed will be (or was) stretched most, of either sign. ``x_end``, ``y_end`` (ny, nx), m:
    the flow map. All are NaN in bodies and for fluid that leaves the domain.
    """

    x: np.ndarray
    y: np.ndarray
    values: np.ndarray
    direction: np.ndarray
    x_end: np.ndarray
    y_end: np.ndarray
    time: float
    duration: float

    def ridges(self, **options: Any) -> list[np.ndarray]:
        """Lines (n, 2) of largest exponent across them; options of :func:`fluidgrad.analysis.edges.ridges`."""
        from fluidgrad.analysis.edges import ridges

        return ridges(self.values, self.x, self.y, **options)


def ftle(
    source: Any,
    time: float | None = None,
    duration: float | None = None,
    *,
    nx: int | None = None,
    ny: int | None = None,
    window: tuple[float, float, float, float] | None = None,
    step: float | None = None,
    neighbours: bool = False,
) -> FTLE:
    """Finite-time Lyapunov exponents of a source on a grid of seeds, ends of the window included.

    The derivative of the flow map is integrated along each path, which is the limit of an auxiliary grid of no
    spacing: the exponents are those of the very points.

    Parameters
    ----------
    source : what :func:`~fluidgrad.analysis.velocity.velocity_of` takes.
    time : time of the seeds, s; default: the beginning of the source, or its end if the duration is negative.
    duration : time for which they are followed, s, negative backward; default: to the end of the source.
    nx, ny : seeds along x and y; default: as many as cells of the grid in the window, or 400 along x.
    window : left, right, bottom and top end of the seeds, m; default: the domain.
    step : time step, s; see :func:`~fluidgrad.analysis.flowmap.flow_map`.
    neighbours : take differences of the end places of neighbouring seeds instead (the "main grid"): faster, and
        blind to what is finer than the seeds.

    Raises
    ------
    ConfigError : the window or the duration is missing or wrong, or the source is not known at these times.
    """
    velocity = velocity_of(source)
    start, end = times_of(velocity, time, duration)
    x, y = seeds_of(velocity, window, nx, ny)
    particles = Particles(velocity, *np.meshgrid(x, y), start, gradient=not neighbours)
    for _ in march(velocity, particles, [start, end], step):
        pass
    x_end, y_end = particles.places()
    if neighbours:
        gradient = _of_neighbours(x_end, y_end, x, y)
    else:
        gradient = np.where(particles.gone[:, None], np.nan, particles.gradient).reshape(*x_end.shape, 4)
    values, direction = stretching(gradient, end - start)
    return FTLE(x, y, values, direction, x_end, y_end, start, end - start)


def stretching(gradient: np.ndarray, duration: float) -> tuple[np.ndarray, np.ndarray]:
    """Exponents (..., 1/s) and directions of largest stretching (..., 2) of deformation gradients (..., 4) over a
    duration (s)."""
    a, b, c, d = np.moveaxis(gradient, -1, 0)
    xx, yy, xy = a * a + c * c, b * b + d * d, a * b + c * d
    largest = 0.5 * (xx + yy + np.hypot(xx - yy, 2 * xy))
    angle = 0.5 * np.arctan2(2 * xy, xx - yy)
    return 0.5 * np.log(largest) / abs(duration), np.stack([np.cos(angle), np.sin(angle)], -1)


def times_of(velocity: Velocity, time: float | None, duration: float | None) -> tuple[float, float]:
    """First and last time of paths that begin at a time and last a duration, with what is not given."""
    first, last = velocity.span
    if duration is None and not math.isfinite(last - first):
        raise ConfigError(
            "duration: this velocity has no end of its own; give the time (s) for which it is followed"
        )
    if duration is not None and (duration == 0 or not math.isfinite(duration)):
        raise ConfigError(f"duration: {duration:g} s given; it must be a finite time other than zero")
    backward = duration is not None and duration < 0
    if time is None:
        time = 0.0 if not math.isfinite(first) else last if backward else first
    return float(time), float(last if duration is None else time + duration)


def seeds_of(
    velocity: Velocity, window: tuple[float, float, float, float] | None, nx: int | None, ny: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates (nx,) and (ny,) of seeds in a window, with what is not given."""
    box = velocity.box if window is None else window
    if box is None:
        raise ConfigError(
            "window: this velocity has no ends of its own; give left, right, bottom and top (m)"
        )
    left, right, bottom, top = (float(end) for end in box)
    if not (left < right and bottom < top and np.isfinite([left, right, bottom, top]).all()):
        found = f"{left:g}, {right:g}, {bottom:g}, {top:g}"
        raise ConfigError(f"window: left and right, bottom and top must increase, found {found}")
    cells = velocity.resolution
    if nx is None:
        nx = WIDE if cells is None else max(2, round((right - left) / cells[0]))
    if ny is None:
        ny = max(2, round((top - bottom) / (cells[1] if cells else (right - left) / nx)))
    if min(nx, ny) < 2:
        raise ConfigError(f"nx, ny: {nx} x {ny} seeds given; at least 2 are needed along each")
    return np.linspace(left, right, nx), np.linspace(bottom, top, ny)


def _of_neighbours(x_end: np.ndarray, y_end: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Deformation gradients (ny, nx, 4) by differences of the flow map between neighbours, one-sided beside those that
    have none."""
    parts = [_difference(q, points, axis) for q in (x_end, y_end) for points, axis in ((x, 1), (y, 0))]
    return np.stack(parts, -1)


def _difference(values: np.ndarray, points: np.ndarray, axis: int) -> np.ndarray:
    q = np.moveaxis(values, axis, -1)
    rises = np.diff(q) / np.diff(points)
    nothing = np.full((*q.shape[:-1], 1), np.nan)
    before, after = np.concatenate([nothing, rises], -1), np.concatenate([rises, nothing], -1)
    mean = np.where(np.isnan(before), after, np.where(np.isnan(after), before, 0.5 * (before + after)))
    return np.moveaxis(mean, -1, axis)
