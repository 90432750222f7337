"""Velocity between the points and instants at which it is known: a cubic spline in space, a local cubic in time.

In space every component is interpolated from where it lives, faces included, by the cubic spline through all its
values (fourth order, twice differentiable); on sides it has the side's own velocity, periodic sides are joined. In
time it is the cubic Hermite interpolant between the two instants around, with slopes there from the polynomial
through the five instants nearest (fourth order, differentiable; of lower order where there are fewer). Six
instants count at a time; they are kept in memory, and no more than three others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from fluidgrad.analysis.changes import rate_weights
from fluidgrad.analysis.splines import FEWEST, Axes, SplineAxis, linear_intervals, packed
from fluidgrad.analysis.throughwalls import through_walls
from fluidgrad.errors import ConfigError
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid

STILL = 1e-12
"""Velocity through a side, relative to the largest, below which nothing passes it."""

KEPT = 4
"""Instants before and after a time that are not forgotten."""

LOOKS = 100
"""Points along each side of the domain at which the velocity gradient is looked at for the time step."""


class Component(NamedTuple):
    """Where a component of the velocity is known: its splines along x and y."""

    x: SplineAxis
    y: SplineAxis

    def coefficients(self, values: np.ndarray) -> np.ndarray:
        """Coefficients of the spline through values at its points."""
        along_y = self.y.coefficients(values)
        return np.ascontiguousarray(self.x.coefficients(along_y.T).T)


class Instant(NamedTuple):
    """Velocity at one time: values of u and v at the points of their components, and the distance from bodies at
    the nodes (m), None without."""

    u: np.ndarray
    v: np.ndarray
    distance: np.ndarray | None = None


class Splined:
    """A velocity by the coefficients of its splines at any time. What is moved is moved by compiled loops.

    Parameters
    ----------
    components : where u and where v is known.
    box : left, right, bottom and top end of the domain, m.
    """

    span = (-np.inf, np.inf)
    between = np.inf
    """Shortest time between two instants, s."""

    def __init__(
        self, components: tuple[Component, Component], box: tuple[float, float, float, float]
    ) -> None:
        self.components, self.box = components, np.array(box, dtype=float)
        self.periodic = (components[0].x.periodic, components[0].y.periodic)
        nx, ny = (axis.points.size - 1 for axis in (components[0].x, components[1].y))
        self.resolution = ((box[1] - box[0]) / nx, (box[3] - box[2]) / ny)
        """Mean spacing of what is known along x and y, m."""
        self.axes = packed(*(axis.intervals for component in components for axis in component))
        self._levels: dict[float, tuple[np.ndarray, np.ndarray]] = {}
        self._rates: dict[float, float] = {}

    def coefficients(self, t: float) -> tuple[np.ndarray, np.ndarray]:
        """Coefficients of the splines of u and v at time t (s), new arrays."""
        raise NotImplementedError

    def passed(self, begin: float, end: float) -> np.ndarray:
        """Whether anything passes the left, right, bottom and top side between two times."""
        raise NotImplementedError

    def distance(self, t: float) -> tuple[np.ndarray, Axes] | None:
        """Distance from bodies at nodes (m) at time t (s), and the nodes' axes; None without bodies."""
        return None

    def __call__(self, x, y, t: float) -> tuple[np.ndarray, np.ndarray]:
        """Velocity u, v (m/s) at points x, y (m), arrays of one shape, at time t (s)."""
        out = self._sampled("sample", x, y, t, 2)
        return out[..., 0], out[..., 1]

    def gradient(self, x, y, t: float) -> np.ndarray:
        """Velocity gradient du/dx, du/dy, dv/dx, dv/dy (1/s) at points x, y: their shape and (4,)."""
        return self._sampled("sample_gradient", x, y, t, 4)

    def _sampled(self, kernel: str, x, y, t: float, count: int) -> np.ndarray:
        from fluidgrad.analysis.kernels import flowmap

        x, y = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        out = np.empty((x.size, count))
        x, y, shape = x.ravel(), y.ravel(), x.shape
        getattr(flowmap, kernel)(*self._at(t)[0], *self.axes.axes, *self.axes[1:], x, y, out)
        out[np.isnan(x) | np.isnan(y)] = np.nan
        return out.reshape(*shape, count)

    def rate(self, t: float, x, y) -> float:
        """Largest rate (1/s) at which fluid is stretched or turned at time t, anywhere in the domain."""
        if t not in self._rates:
            left, right, bottom, top = self.box
            mesh = np.meshgrid(np.linspace(left, right, LOOKS), np.linspace(bottom, top, LOOKS))
            x, y = (q.ravel() for q in mesh)
            fluid = self.inside(x, y, t)
            self._rates[t] = float(eigenvalue(self.gradient(x[fluid], y[fluid], t)).max(initial=0.0))
        return self._rates[t]

    def _at(self, *times: float) -> list[tuple[np.ndarray, np.ndarray]]:
        """Coefficients at some times; they are kept until the next call, as a step begins where the last ended."""
        self._levels = {t: self._levels[t] if t in self._levels else self.coefficients(t) for t in times}
        return [self._levels[t] for t in times]

    def inside(self, x: np.ndarray, y: np.ndarray, t: float) -> np.ndarray:
        """Whether points (n,) are in the domain and in no body at time t."""
        from fluidgrad.analysis.kernels import flowmap

        within = np.isfinite(x) & np.isfinite(y)
        for place, low, high, periodic in (
            (x, *self.box[:2], self.periodic[0]),
            (y, *self.box[2:], self.periodic[1]),
        ):
            within &= periodic | ((place >= low) & (place <= high))
        bodies = self.distance(t)
        if bodies is not None:
            out = np.empty(x.size)
            flowmap.sample_distance(
                bodies[0],
                *bodies[1].axes,
                *bodies[1][1:],
                np.where(within, x, 0.0),
                np.where(within, y, 0.0),
                out,
            )
            within &= out >= 0.0
        return within

    def advance(self, x, y, gone, begin: float, end: float, gradient: np.ndarray | None = None) -> None:
        """Move particles x, y (n,) from one time to another by one Runge-Kutta step, in place; ``gone`` (n,) of them
        are left alone, and who leaves becomes one of these. ``gradient`` (n, 4) is the deformation gradient."""
        from fluidgrad.analysis.kernels import flowmap

        levels = self._at(begin, 0.5 * (begin + end), end)
        sides = np.where(self.passed(begin, end), flowmap.OPEN, flowmap.CLOSED)
        sides[np.repeat(self.periodic, 2)] = flowmap.PERIODIC
        fixed = (*sum(levels, ()), *self.axes.axes, *self.axes[1:], end - begin, self.box, sides, x, y, gone)
        if gradient is None:
            flowmap.advance(*fixed)
        else:
            flowmap.advance_with_gradient(*fixed, gradient)
        if (bodies := self.distance(end)) is not None:
            flowmap.keep_out(bodies[0], *bodies[1].axes, *bodies[1][1:], x, y, gone)

    def _through(self, instant: Instant) -> np.ndarray:
        """Whether anything passes the left, right, bottom and top side at an instant."""
        u, v = instant[:2]
        fastest = max(np.abs(u).max(), np.abs(v).max(), np.finfo(float).tiny)
        return np.array([np.abs(q).max() > STILL * fastest for q in (u[:, 0], u[:, -1], v[0], v[-1])])


class Sampled(Splined):
    """A velocity that is known at points and instants; made by :func:`fluidgrad.analysis.velocity_of`.

    Parameters
    ----------
    times : increasing instants (n,), s; with one of them the velocity is steady.
    components, box : see :class:`Splined`.
    load : the :class:`Instant` of a number.
    nodes : coordinates x and y of the nodes at which the distance from bodies is given.
    """

    def __init__(
        self,
        times: np.ndarray,
        components: tuple[Component, Component],
        box: tuple[float, float, float, float],
        load: Callable[[int], Instant],
        nodes: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> None:
        super().__init__(components, box)
        self.times, self._load = np.asarray(times, dtype=float), load
        if self.times.size > 1:
            self.span = (float(self.times[0]), float(self.times[-1]))
            self.between = float(np.diff(self.times).min())
        lengths = (box[1] - box[0], box[3] - box[2])
        self._nodes = nodes and packed(
            *(
                linear_intervals(points, length if periodic else 0.0)
                for points, length, periodic in zip(nodes, lengths, self.periodic, strict=True)
            )
        )
        self._known: dict[int, _Known] = {}

    def rate(self, t: float, x, y) -> float:
        """That of the nearest instant."""
        return super().rate(float(self.times[np.abs(self.times - t).argmin()]), x, y)

    def coefficients(self, t: float) -> tuple[np.ndarray, np.ndarray]:
        known, shares = self._around(t)
        return _sum([one.u for one in known], shares), _sum([one.v for one in known], shares)

    def passed(self, begin: float, end: float) -> np.ndarray:
        return np.any([one.passed for t in (begin, end) for one in self._around(t)[0]], axis=0)

    def distance(self, t: float) -> tuple[np.ndarray, Axes] | None:
        if self._nodes is None:
            return None
        known, shares = self._around(t)
        return _sum([one.distance for one in known], shares), self._nodes

    def _around(self, t: float) -> tuple[list[_Known], np.ndarray]:
        """The instants that count at time t, and their shares. Those far from them are forgotten."""
        numbers, shares = time_shares(self.times, t)
        middle = 0.5 * (numbers[0] + numbers[-1])
        for far in [n for n in self._known if abs(n - middle) > KEPT]:
            del self._known[far]
        for number in numbers:
            if number not in self._known:
                instant = self._load(number)
                u, v = (c.coefficients(q) for c, q in zip(self.components, instant[:2], strict=True))
                self._known[number] = _Known(u, v, instant.distance, self._through(instant))
        return [self._known[number] for number in numbers], shares


class _Known(NamedTuple):
    """An instant that has been prepared: coefficients, distance from bodies, whether each side is passed."""

    u: np.ndarray
    v: np.ndarray
    distance: np.ndarray | None
    passed: np.ndarray


def eigenvalue(gradient: np.ndarray) -> np.ndarray:
    """Magnitude of the larger eigenvalue of velocity gradients (n, 4), 1/s: none in plain shear, in which paths are
    straight."""
    a, b, c, d = np.moveaxis(gradient, -1, 0)
    return 0.5 * np.abs(a + d) + np.sqrt(np.abs(0.25 * (a - d) ** 2 + b * c))


def _sum(parts: list[np.ndarray], shares: np.ndarray) -> np.ndarray:
    """Sum of arrays times shares."""
    total = parts[0] * shares[0]
    part = np.empty_like(total)
    for values, share in zip(parts[1:], shares[1:], strict=True):
        total += np.multiply(values, share, out=part)
    return total


class Tabulated(Splined):
    """A function by its values at the points of a grid, taken anew at every time; made by
    :func:`fluidgrad.analysis.tabulated`."""

    def __init__(
        self,
        function: Callable,
        components: tuple[Component, Component],
        box: tuple[float, float, float, float],
    ) -> None:
        super().__init__(components, box)
        self.function = function
        self.mesh = np.meshgrid(components[0].x.points, components[0].y.points)

    def _instant(self, t: float) -> Instant:
        return Instant(*self.function(*self.mesh, t))

    def coefficients(self, t: float) -> tuple[np.ndarray, np.ndarray]:
        return tuple(c.coefficients(q) for c, q in zip(self.components, self._instant(t)[:2], strict=True))

    def passed(self, begin: float, end: float) -> np.ndarray:
        return self._through(self._instant(begin)) | self._through(self._instant(end))


def time_shares(times: np.ndarray, t: float) -> tuple[np.ndarray, np.ndarray]:
    """Numbers (m,) of the instants that count at time t, consecutive, and their shares.

    Raises
    ------
    ConfigError : the time is not between the first and the last instant.
    """
    n = times.size
    if n == 1:
        return np.array([0]), np.ones(1)
    margin = 1e-9 * (times[-1] - times[0])
    if not times[0] - margin <= t <= times[-1] + margin:
        raise ConfigError(
            f"there is no velocity at t = {t:g} s: it is known from {times[0]:g} to {times[-1]:g} s"
        )
    k = int(np.clip(np.searchsorted(times, t, side="right") - 1, 0, n - 2))
    width = times[k + 1] - times[k]
    s = (t - times[k]) / width
    before, after = rate_weights(times, k), rate_weights(times, k + 1)
    first, last = before[0].start, after[0].stop
    shares = np.zeros(last - first)
    shares[k - first] += (1 + 2 * s) * (1 - s) ** 2
    shares[k + 1 - first] += s * s * (3 - 2 * s)
    for (near, rates), weight in ((before, s * (1 - s) ** 2), (after, s * s * (s - 1))):
        shares[near.start - first : near.stop - first] += weight * width * rates
    counts = np.flatnonzero(shares)
    return np.arange(first, last)[counts[0] : counts[-1] + 1], shares[counts[0] : counts[-1] + 1]


def on_grid(grid: Grid) -> tuple[Component, Component]:
    """Where the components of a flow are known on a grid, sides included."""
    check_points(grid.x_f, grid.y_f)
    periods = (grid.length_x if grid.periodic_x else 0.0, grid.length_y if grid.periodic_y else 0.0)
    faces, centres = [], []
    for low, period in ((grid.x_f, periods[0]), (grid.y_f, periods[1])):
        middles = 0.5 * (low[1:] + low[:-1])
        faces.append(SplineAxis(low[:-1] if period else low, period))
        centres.append(SplineAxis(middles if period else np.hstack([low[0], middles, low[-1]]), period))
    return Component(faces[0], centres[1]), Component(centres[0], faces[1])


def check_points(x: np.ndarray, y: np.ndarray) -> None:
    """Raise ConfigError unless there are increasing coordinates along x and y, enough for a cubic."""
    for name, points in (("x", x), ("y", y)):
        if points.ndim != 1 or points.size < FEWEST:
            raise ConfigError(
                f"{name}: {points.size} points given; a cubic needs {FEWEST} of them along each axis"
            )
        if not (np.isfinite(points).all() and (np.diff(points) > 0).all()):
            raise ConfigError(f"{name}: coordinates must be finite and increase")


def of_flow(flow: Flow) -> Instant:
    """The velocity of a flow at the points of :func:`on_grid`."""
    grid = flow.grid
    u, v = (flow.u, flow.v) if flow.distance is None else through_walls(flow)
    if grid.periodic_x:
        u = u[:, :-1]
    else:
        v = np.column_stack([flow.v_left, v, flow.v_right])
    if grid.periodic_y:
        v = v[:-1]
    else:
        bottom, top = (side[: u.shape[1]] for side in (flow.u_bottom, flow.u_top))
        u = np.vstack([bottom, u, top])
    return Instant(u, v, flow.distance)
