"""Lines of a vector field through a window, evenly spaced or through given points.

In an incompressible flow a streamline is a level line of the streamfunction, which the face fluxes give
exactly: so vortices close, no line spirals, and nothing is integrated. Lines of a gradient are integrated by the
classical Runge-Kutta method.

Evenly spaced lines are placed one after the other through the point farthest from all lines drawn so far
(Mebarki, Alliez & Devillers 2005) and end where they come too close to another one (Jobard & Lefer 1997). Walls of
bodies count as lines: nothing starts in a body or leads into one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import contourpy
import numpy as np
from scipy.interpolate import RectBivariateSpline
from scipy.ndimage import distance_transform_edt

from fluidgrad.analysis.masking import drawable_gradient
from fluidgrad.errors import ConfigError
from fluidgrad.fields import compute, lookup, velocity_at_centres
from fluidgrad.flow import Flow
from fluidgrad.plotting.sampling import Sampler, Window
from fluidgrad.plotting.solids import in_solid, wall_distance

VELOCITY = "velocity"
RASTER = 400
"""Points along the longer side on which lines are found."""
ACROSS = 28
"""Lines abreast in a square window at density 1."""
PER_SPACING = 5
"""Cells of the distance map per spacing between lines."""
MOST_LINES = 2000
CALM = 1e-5
"""Where the field is below this part of its largest magnitude there is no direction to show."""
STEP = 0.5
"""Step of an integrated line, cells of the raster."""
LONGEST = 6
"""Length of an integrated line at most, longer sides of the window, either way."""

Through = Callable[[np.ndarray], np.ndarray]
"""Gives the whole line (n, 2) through a point (2,)."""


def trace(
    flow: Flow,
    window: Window,
    seeds: Sequence[Sequence[float]] | np.ndarray | None = None,
    *,
    of: str = VELOCITY,
    density: float = 1.0,
) -> list[np.ndarray]:
    """Lines of a vector field as arrays of points (n, 2), metres, each in the direction of the field.

    Parameters
    ----------
    seeds : points (n, 2), metres, each of which gets its whole line (see :func:`points_along`); those outside the
        window, in bodies and in calm are passed over. None for evenly spaced lines.
    of : "velocity", or the name of the field whose gradient is followed.
    density : lines per length, 1 being :data:`ACROSS` of them in a square window.

    Raises ConfigError for an unknown field, or for seeds that are no points.
    """
    if not 0.1 <= density <= 4:
        raise ConfigError(f"the density of lines must lie between 0.1 and 4, not {density!r}")
    shorter = min(window.width, window.height)
    spacing = min(np.sqrt(window.width * window.height) / ACROSS, shorter / 6) / density
    components = _components(flow, of)
    through = _level_lines(flow, window) if of == VELOCITY else _integrated(flow, window, components, spacing)
    room = _Room(window, spacing)
    wall = wall_distance(flow, room.x, room.y)
    at = Sampler(flow.grid, "centre", room.x, room.y)
    size = np.where(wall < 0, 0.0, np.hypot(*(at(component) for component in components)))
    calm = size <= CALM * size.max()
    if seeds is not None:
        return _seeded(flow, through, room, calm, _points(seeds, window))
    np.minimum(room.distance, wall + 0.5 * spacing, out=room.distance)
    room.distance[calm] = 0.0
    return _evenly_spaced(flow, through, room, spacing)


def points_along(corners: Sequence[Sequence[float]], count: int) -> np.ndarray:
    """``count`` points (count, 2) at equal distances along the line through ``corners``, its ends included."""
    corners = np.asarray(corners, dtype=float)
    if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 2 or count < 2:
        raise ConfigError("a line of seeds needs two corners (x, y) or more, and two points or more on it")
    along = np.append(0.0, np.cumsum(np.hypot(*np.diff(corners, axis=0).T)))
    places = np.linspace(0, along[-1], count)
    return np.column_stack([np.interp(places, along, corners[:, axis]) for axis in (0, 1)])


def _points(seeds, window: Window) -> np.ndarray:
    """The seeds that are in the window, (n, 2)."""
    points = np.asarray(seeds, dtype=float)
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        raise ConfigError("seeds of lines must be points (x, y), finite numbers in metres")
    x, y = points.T
    return points[(window.x0 <= x) & (x <= window.x1) & (window.y0 <= y) & (y <= window.y1)]


def _seeded(
    flow: Flow, through: Through, room: _Room, calm: np.ndarray, seeds: np.ndarray
) -> list[np.ndarray]:
    """The parts outside bodies of the lines through given points."""
    if not len(seeds):
        return []
    lines = []
    for seed in seeds[~(calm[room.index(seeds)] | in_solid(flow, *seeds.T))]:
        line = through(seed)
        line = _free_part(line, seed, ~in_solid(flow, *line.T))
        if len(line) > 1:
            lines.append(line)
    return lines


def _evenly_spaced(flow: Flow, through: Through, room: _Room, spacing: float) -> list[np.ndarray]:
    lines: list[np.ndarray] = []
    for _ in range(MOST_LINES):
        seed, width = room.widest()
        if width < spacing:
            break
        line = through(seed)
        line = _free_part(line, seed, (room.at(line) >= 0.5 * spacing) & ~in_solid(flow, *line.T))
        length = np.hypot(*np.diff(line, axis=0).T).sum()
        if length > spacing:
            lines.append(line)
        room.occupy(np.vstack([line, seed]))
    return lines


def _components(flow: Flow, of: str) -> tuple[np.ndarray, np.ndarray]:
    return (
        velocity_at_centres(flow)
        if of == VELOCITY
        else drawable_gradient(flow, lookup(of, flow.scalar_units))
    )


def _raster(window: Window) -> tuple[np.ndarray, np.ndarray]:
    """Points ``x``, ``y`` that fill the window, its edges included."""
    nx, ny = (max(count, 30) for count in window.raster(RASTER))
    return np.linspace(window.x0, window.x1, nx), np.linspace(window.y0, window.y1, ny)


def _level_lines(flow: Flow, window: Window) -> Through:
    """Lines on which the streamfunction, smoothly interpolated, is constant."""
    psi = compute(flow, "streamfunction")
    y_f, x_f = flow.grid.axes("node")

    def near(faces, low, high):
        first = max(np.searchsorted(faces, low) - 4, 0)
        last = min(np.searchsorted(faces, high) + 4, faces.size - 1)
        step = max(1, (last - first) // (2 * RASTER))
        return np.unique(np.append(np.arange(first, last + 1, step), last))

    j, i = near(y_f, window.y0, window.y1), near(x_f, window.x0, window.x1)
    degrees = {"kx": min(3, j.size - 1), "ky": min(3, i.size - 1)}
    x, y = _raster(window)
    psi = RectBivariateSpline(y_f[j], x_f[i], psi[np.ix_(j, i)], **degrees)(y, x)
    contours = contourpy.contour_generator(x, y, psi, name="serial", line_type="Separate")
    origin, cell = np.array([x[0], y[0]]), np.array([x[1] - x[0], y[1] - y[0]])

    def through(seed: np.ndarray) -> np.ndarray:
        i, j = np.minimum((seed - origin) / cell, (x.size - 2, y.size - 2)).astype(int)
        e, n = (seed - origin) / cell - (i, j)
        south, north = (1 - e) * psi[j : j + 2, i] + e * psi[j : j + 2, i + 1]
        found = contours.lines(float((1 - n) * south + n * north))
        return min(found, key=lambda line: ((line - seed) ** 2).sum(axis=1).min(), default=seed[None, :])

    return through


def _integrated(
    flow: Flow, window: Window, components: tuple[np.ndarray, np.ndarray], spacing: float
) -> Through:
    """Lines that follow a vector field, given at the centres."""
    from fluidgrad.analysis.kernels.tracing import NEVER, follow

    x, y = _raster(window)
    origin, cell = np.array([x[0], y[0]]), np.array([x[1] - x[0], y[1] - y[0]])
    at = Sampler(flow.grid, "centre", x, y)
    ax, ay = (at(component) / length for component, length in zip(components, cell, strict=True))
    size = np.hypot(ax, ay)
    size[(wall_distance(flow, x, y) < 0) | (size <= CALM * size.max())] = np.inf
    ax, ay = ax / size, ay / size
    square = max(1.0, 0.5 * spacing / cell.max())
    shape = tuple(int(n / square) + 1 for n in ax.shape)
    half = np.empty((int(LONGEST * RASTER / STEP), 2))

    def through(seed: np.ndarray) -> np.ndarray:
        visits = np.full(shape, NEVER)
        start = (seed - origin) / cell
        parts = []
        for way in (-1, 1):
            count = follow(ax, ay, *start, way, STEP, visits, square, 4 * square / STEP, half)
            parts.append(half[:count].copy())
        return origin + cell * np.vstack([parts[0][:0:-1], parts[1]])

    return through


class _Room:
    """How far each point of the window is from the lines so far, in metres, on a coarse raster."""

    def __init__(self, window: Window, spacing: float):
        self.cell = spacing / PER_SPACING
        self.origin = np.array([window.x0, window.y0])
        nx, ny = (max(2, round(length / self.cell)) for length in (window.width, window.height))
        self.step = np.array([window.width / nx, window.height / ny])
        self.x, self.y = window.points(nx, ny)
        to_side_x = np.minimum(self.x - window.x0, window.x1 - self.x)
        to_side_y = np.minimum(self.y - window.y0, window.y1 - self.y)
        # A line may run closer to a side than to another line.
        self.distance = np.minimum(to_side_x[None, :], to_side_y[:, None]) + 0.5 * spacing

    def index(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        i, j = ((points - self.origin) / self.step).astype(int).T
        return j.clip(0, self.y.size - 1), i.clip(0, self.x.size - 1)

    def at(self, points: np.ndarray) -> np.ndarray:
        return self.distance[self.index(points)]

    def occupy(self, points: np.ndarray) -> None:
        empty = np.ones(self.distance.shape, dtype=bool)
        empty[self.index(points)] = False
        gone = distance_transform_edt(empty, sampling=self.step[::-1])
        np.minimum(self.distance, gone, out=self.distance)

    def widest(self) -> tuple[np.ndarray, float]:
        j, i = np.unravel_index(np.argmax(self.distance), self.distance.shape)
        return np.array([self.x[i], self.y[j]]), float(self.distance[j, i])


def _free_part(line: np.ndarray, seed: np.ndarray, free: np.ndarray) -> np.ndarray:
    """The unbroken stretch of a line that holds the point nearest to the seed and is free."""
    nearest = int(np.argmin(((line - seed) ** 2).sum(axis=1)))
    if free.all():
        return line
    if np.array_equal(line[0], line[-1]):
        # A closed line starts anywhere: let it start where it is not free.
        start = int(np.argmin(free))
        line, free = (np.roll(a[:-1], -start, axis=0) for a in (line, free))
        nearest = (nearest - start) % len(line)
    blocked = np.flatnonzero(~free)
    before, after = blocked[blocked < nearest], blocked[blocked > nearest]
    first = before[-1] + 1 if before.size else 0
    last = after[0] if after.size else len(line)
    return line[first:last]
