"""Velocities that particles can follow, from anything that has one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np

from fluidgrad.analysis.sampled import (
    Component,
    Instant,
    Sampled,
    Splined,
    Tabulated,
    check_points,
    eigenvalue,
    of_flow,
    on_grid,
)
from fluidgrad.analysis.sources import as_run
from fluidgrad.analysis.splines import SplineAxis
from fluidgrad.errors import ConfigError
from fluidgrad.expressions import Formula

Function = Callable[[np.ndarray, np.ndarray, float], tuple[np.ndarray, np.ndarray]]
"""``f(x, y, t) -> (u, v)``: coordinates (n,) in m, time in s, velocity in m/s."""

CHUNK = 8192
"""Particles for which a function is called at once, so that what it computes stays in the cache."""

NEARBY = 1e-5
"""Spacing, relative to the extent of the particles, of the differences by which a function is differentiated."""


FEW = 2000
"""Points at which the velocity gradient of a function is looked at for the time step."""


class Velocity(Protocol):
    """What particles follow; see :class:`fluidgrad.analysis.sampled.Splined` and :class:`Analytic`."""

    span: tuple[float, float]
    """First and last time, s."""
    box: np.ndarray | None
    """Left, right, bottom and top end of the domain, m; None if it has none."""
    resolution: tuple[float, float] | None
    """Mean spacing along x and y of the points at which it is known, m."""
    between: float
    """Shortest time between the instants at which it is known, s."""

    def __call__(self, x, y, t: float) -> tuple[np.ndarray, np.ndarray]: ...
    def gradient(self, x, y, t: float) -> np.ndarray: ...
    def inside(self, x, y, t: float) -> np.ndarray: ...
    def advance(self, x, y, gone, begin: float, end: float, gradient: np.ndarray | None = None) -> None: ...
    def rate(self, t: float, x, y) -> float: ...


def velocity_of(source: Any, *, constants: Mapping[str, float] | None = None) -> Velocity:
    """The velocity of a source as a function of place and time, ``velocity(x, y, t) -> (u, v)``.

    Parameters
    ----------
    source : a run or its path (all its snapshots, cubic in space and time, a few of them in memory at once), a
        list of flows, a flow or a live simulation (steady: as it is now), two formulas of x, y, t for u and v, or a
        function ``f(x, y, t) -> (u, v)`` of arrays x, y (n,) in m and a time in s. For arrays see
        :func:`sampled_velocity`. A velocity is returned as it is.
    constants : numbers that the formulas use by name.

    Raises
    ------
    ConfigError : it is nothing of these.
    fluidgrad.expressions.FormulaError : a formula cannot be read.
    """
    if isinstance(source, Splined | Analytic):
        return source
    if (
        isinstance(source, tuple | list)
        and len(source) == 2
        and all(isinstance(q, str | float | int) for q in source)
    ):
        return Analytic(_of_formulas(source, constants or {}))
    if callable(source):
        return Analytic(source)
    run = as_run(source)
    grid = run.grid
    box = (grid.x_f[0], grid.x_f[-1], grid.y_f[0], grid.y_f[-1])
    if not len(run.times):
        raise ConfigError(f"run {run.name!r} has no snapshots yet")
    nodes = (grid.x_f, grid.y_f) if run.flow(0).distance is not None else None
    return Sampled(run.times, on_grid(grid), box, lambda number: of_flow(run.flow(number)), nodes)


def sampled_velocity(
    x: np.ndarray,
    y: np.ndarray,
    u: np.ndarray,
    v: np.ndarray,
    t: np.ndarray | float = 0.0,
    *,
    periodic_x: float = 0.0,
    periodic_y: float = 0.0,
) -> Sampled:
    """The velocity between values on a grid of points, cubic in space and time.

    Parameters
    ----------
    x, y : increasing coordinates of the points, (nx,) and (ny,), m, spaced in any way.
    u, v : velocity, (nt, ny, nx), or (ny, nx) if it is steady, m/s; they may be memory-mapped.
    t : increasing times (nt,), s.
    periodic_x, periodic_y : period along x and y, m; the first point is then not repeated at the end. 0: none.

    Raises
    ------
    ConfigError : shapes do not fit, or coordinates or times do not increase.
    """
    x, y, t = (np.atleast_1d(np.asarray(q, dtype=float)) for q in (x, y, t))
    check_points(x, y)
    if not (np.diff(t) > 0).all():
        raise ConfigError("t: times must increase")
    shape = (t.size, y.size, x.size)
    for name, q in (("u", u), ("v", v)):
        if np.shape(q) != shape and not (t.size == 1 and np.shape(q) == shape[1:]):
            raise ConfigError(f"{name} has the shape {np.shape(q)}; with these x, y and t it is {shape}")
    u, v = (q if np.ndim(q) == 3 else np.asarray(q)[None] for q in (u, v))
    component = Component(SplineAxis(x, periodic_x), SplineAxis(y, periodic_y))
    right = x[0] + periodic_x if periodic_x else x[-1]
    top = y[0] + periodic_y if periodic_y else y[-1]

    def load(number: int) -> Instant:
        return Instant(np.asarray(u[number], dtype=float), np.asarray(v[number], dtype=float))

    return Sampled(t, (component, component), (x[0], right, y[0], top), load)


def tabulated(
    source: Any, x: np.ndarray, y: np.ndarray, *, constants: Mapping[str, float] | None = None
) -> Tabulated:
    """Formulas or a function by their values on a grid of points, (nx,) and (ny,), m, for very many particles: exact
    in time and the cubic spline in space. With 40 points per wavelength the error is 1e-6 of the velocity, with 100
    it is 4e-8. Errors as :func:`velocity_of` and :func:`sampled_velocity`."""
    function = velocity_of(source, constants=constants)
    if not isinstance(function, Analytic):
        raise ConfigError(
            "only formulas and functions can be tabulated; what is sampled is interpolated as it is"
        )
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    check_points(x, y)
    component = Component(SplineAxis(x), SplineAxis(y))
    return Tabulated(function, (component, component), (x[0], x[-1], y[0], y[-1]))


def _of_formulas(texts: Sequence[str | float], constants: Mapping[str, float]) -> Function:
    u, v = (Formula(text, constants=constants, where=name) for text, name in zip(texts, "uv", strict=True))

    def velocity(x, y, t):
        return u(x=x, y=y, t=t), v(x=x, y=y, t=t)

    return velocity


class Analytic:
    """A velocity that is a function of place and time, known everywhere and at all times."""

    span = (-np.inf, np.inf)
    box = None
    resolution = None
    between = np.inf

    def __init__(self, function: Function) -> None:
        self.function = function

    def __call__(self, x, y, t: float) -> tuple[np.ndarray, np.ndarray]:
        """Velocity u, v (m/s) at points x, y (m), arrays of one shape, at time t (s)."""
        x, y = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        u, v = self.function(x, y, t)
        return np.broadcast_to(u, x.shape), np.broadcast_to(v, x.shape)

    def gradient(self, x, y, t: float, nearby: float | None = None) -> np.ndarray:
        """Velocity gradient du/dx, du/dy, dv/dx, dv/dy (1/s) at points x, y by central differences over ``nearby`` (m):
        their shape and (4,)."""
        x, y = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        d = _nearby(x, y) if nearby is None else nearby
        east, west, north, south = (
            np.stack(self(x + i * d, y + j * d, t), -1) for i, j in ((1, 0), (-1, 0), (0, 1), (0, -1))
        )
        along_x, along_y = (east - west) / (2 * d), (north - south) / (2 * d)
        return np.stack([along_x[..., 0], along_y[..., 0], along_x[..., 1], along_y[..., 1]], -1)

    def inside(self, x: np.ndarray, y: np.ndarray, t: float) -> np.ndarray:
        """Whether points (n,) are any: it is known everywhere."""
        return np.isfinite(x) & np.isfinite(y)

    def rate(self, t: float, x, y) -> float:
        """Largest rate (1/s) at which fluid is stretched or turned, or the velocity changes, at time t and some of the
        points x, y (n,)."""
        few = slice(None, None, 1 + x.size // FEW)
        x, y = x[few], y[few]
        stretched = float(eigenvalue(self.gradient(x, y, t)).max(initial=0.0))
        soon = NEARBY / (stretched or 1.0)
        now, later = np.array(self(x, y, t)), np.array(self(x, y, t + soon))
        changed, speed = np.abs(later - now).max(initial=0.0), np.abs(now).max(initial=0.0)
        return max(stretched, float(changed / (soon * speed)) if speed > 0 else 0.0)

    def advance(self, x, y, gone, begin: float, end: float, gradient: np.ndarray | None = None) -> None:
        """Move particles x, y (n,) from one time to another by one Runge-Kutta step, in place, in chunks on all
        processors; ``gone`` (n,) of them are left alone, ``gradient`` (n, 4) is their deformation gradient."""
        nearby = _nearby(x, y)
        rows = [x, y] if gradient is None else [x, y, *gradient.T]

        def move(first: int) -> None:
            part, there = [row[first : first + CHUNK] for row in rows], ~gone[first : first + CHUNK]
            for row, values in zip(part, self._step(np.array(part), begin, end, nearby), strict=True):
                np.copyto(row, values, where=there)

        firsts = range(0, x.size, CHUNK)
        if len(firsts) == 1:
            move(0)
        else:
            with ThreadPoolExecutor() as pool:
                list(pool.map(move, firsts))

    def _step(self, now: np.ndarray, begin: float, end: float, nearby: float) -> np.ndarray:
        """Particles, and their deformation gradients if these are among the rows (2 or 6, n), after a step."""
        middle, dt = 0.5 * (begin + end), end - begin
        first = self._rates(now, begin, nearby)
        second = self._rates(now + 0.5 * dt * first, middle, nearby)
        third = self._rates(now + 0.5 * dt * second, middle, nearby)
        fourth = self._rates(now + dt * third, end, nearby)
        return now + dt / 6 * (first + 2 * (second + third) + fourth)

    def _rates(self, now: np.ndarray, t: float, nearby: float) -> np.ndarray:
        rates = np.empty_like(now)
        x, y = now[:2]
        rates[:2] = self(x, y, t)
        if len(now) > 2:
            ux, uy, vx, vy = np.moveaxis(self.gradient(x, y, t, nearby), -1, 0)
            rates[2:4] = ux * now[2:4] + uy * now[4:6]
            rates[4:6] = vx * now[2:4] + vy * now[4:6]
        return rates


def _nearby(x: np.ndarray, y: np.ndarray) -> float:
    """Spacing (m) of differences that is small for all these points."""
    extents = [
        abs(float(f(q))) for q in (x, y) for f in (np.nanmin, np.nanmax) if q.size and not np.isnan(q).all()
    ]
    return NEARBY * (max(extents, default=0.0) or 1.0)
