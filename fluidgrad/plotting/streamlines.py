"""Evenly spaced streamlines.

In an incompressible flow a streamline is a level line of the streamfunction, which the face fluxes give
exactly: so vortices close, no line spirals, and nothing is integrated. Lines are placed one after the other
through the point farthest from all lines drawn so far (Mebarki, Alliez & Devillers 2005) and end where they
come too close to another one (Jobard & Lefer 1997). Walls of bodies count as lines: nothing starts in a body
or leads into one.
"""

from __future__ import annotations

import contourpy
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patheffects import withStroke
from scipy.interpolate import RectBivariateSpline
from scipy.ndimage import distance_transform_edt

from fluidgrad.analysis.masking import drawable
from fluidgrad.fields import FIELDS, Field, compute
from fluidgrad.flow import Flow
from fluidgrad.interpolation import at_points
from fluidgrad.plotting.sampling import Window
from fluidgrad.plotting.solids import in_solid, wall_distance
from fluidgrad.plotting.style import DARK, Scale
from fluidgrad.plotting.survey import sample

RASTER = 400
"""Points along the longer side on which the streamfunction is contoured."""
ACROSS = 28
"""Lines abreast in a square window."""
PER_SPACING = 5
"""Cells of the distance map per spacing between lines."""
MOST_LINES = 400
CALM = 1e-5
"""Where the speed is below this part of the largest there is no direction to show."""


def _streamfunction(flow: Flow, window: Window) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points ``x``, ``y`` that fill the window, its edges included, and a smooth psi on them."""
    psi = compute(flow, "streamfunction")
    y_f, x_f = flow.grid.axes("node")

    def near(faces, low, high):
        first = max(np.searchsorted(faces, low) - 4, 0)
        last = min(np.searchsorted(faces, high) + 4, faces.size - 1)
        step = max(1, (last - first) // (2 * RASTER))
        return np.unique(np.append(np.arange(first, last + 1, step), last))

    j, i = near(y_f, window.y0, window.y1), near(x_f, window.x0, window.x1)
    spline = RectBivariateSpline(
        y_f[j], x_f[i], psi[np.ix_(j, i)], kx=min(3, j.size - 1), ky=min(3, i.size - 1)
    )
    nx, ny = (max(count, 30) for count in window.raster(RASTER))
    x, y = np.linspace(window.x0, window.x1, nx), np.linspace(window.y0, window.y1, ny)
    return x, y, spline(y, x)


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

    def leave_out(self, hidden: np.ndarray) -> None:
        """No line starts at these points."""
        self.distance[hidden] = 0.0

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
    """The unbroken stretch of a level line that holds the point nearest to the seed and is free."""
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


def trace(flow: Flow, window: Window) -> list[np.ndarray]:
    """Streamlines as arrays of points (n, 2), metres, each in the direction of the flow."""
    shorter = min(window.width, window.height)
    spacing = min(np.sqrt(window.width * window.height) / ACROSS, shorter / 6)
    x, y, psi = _streamfunction(flow, window)
    contours = contourpy.contour_generator(x, y, psi, name="serial", line_type="Separate")
    level_at = RectBivariateSpline(y, x, psi, kx=1, ky=1)
    room = _Room(window, spacing)
    wall = wall_distance(flow, room.x, room.y)
    np.minimum(room.distance, wall + 0.5 * spacing, out=room.distance)
    speed = np.where(wall < 0, 0.0, sample(flow, FIELDS["speed"], room.x, room.y))
    room.leave_out(speed <= CALM * speed.max())

    lines: list[np.ndarray] = []
    for _ in range(MOST_LINES):
        seed, width = room.widest()
        if width < spacing:
            break
        found = contours.lines(float(level_at(seed[1], seed[0])[0, 0]))
        line = min(found, key=lambda points: ((points - seed) ** 2).sum(axis=1).min(), default=seed[None, :])
        line = _free_part(line, seed, (room.at(line) >= 0.5 * spacing) & ~in_solid(flow, *line.T))
        length = np.hypot(*np.diff(line, axis=0).T).sum()
        if length > spacing:
            lines.append(line)
        room.occupy(np.vstack([line, seed]))
    return lines


def _heads(lines: list[np.ndarray], apart: float) -> tuple[np.ndarray, np.ndarray]:
    """Places and directions of arrow heads: about ``apart`` from each other along a line, one in the middle
    of a shorter line, none on the shortest."""
    places, directions = [], []
    for line in lines:
        steps = np.diff(line, axis=0)
        along = np.cumsum(np.hypot(*steps.T))
        if along[-1] < 0.1 * apart:
            continue
        count = max(1, round(along[-1] / apart))
        for k in np.searchsorted(along, along[-1] * (np.arange(count) + 0.5) / count):
            ahead = line[min(k + 2, len(line) - 1)] - line[max(k - 1, 0)]
            places.append(line[k])
            directions.append(ahead / np.hypot(*ahead))
    return np.array(places).reshape(-1, 2), np.array(directions).reshape(-1, 2)


def draw_streamlines(
    ax: Axes,
    flow: Flow,
    window: Window,
    light: bool = False,
    field: Field | None = None,
    scale: Scale | None = None,
) -> list[Artist]:
    """Draw evenly spaced streamlines, dark or ``light`` ones, or coloured by ``field`` on ``scale``."""
    lines = trace(flow, window)
    if not lines:
        return []
    places, directions = _heads(lines, 1.5 * np.sqrt(window.width * window.height))
    head = {"units": "inches", "scale_units": "inches", "angles": "xy", "pivot": "middle", "zorder": 3.1}
    head |= {"scale": 1 / 0.08, "width": 0.011, "headlength": 7, "headaxislength": 7, "headwidth": 5.5}
    if field is None or scale is None:
        colour, halo = ("white", "#00000040") if light else (DARK, "#ffffff70")
        strokes = LineCollection(
            lines, colors=colour, linewidths=0.7, capstyle="round", joinstyle="round", zorder=3
        )
        strokes.set_path_effects([withStroke(linewidth=1.7, foreground=halo)])
        heads = ax.quiver(*places.T, *directions.T, color=colour, **head)
    else:
        values = drawable(flow, field)

        def at(points):
            return at_points(flow.grid, field.location, values, *points.T)

        pieces = [np.stack([line[:-1], line[1:]], axis=1) for line in lines]
        middles = np.concatenate([0.5 * (line[:-1] + line[1:]) for line in lines])
        colours = {"cmap": scale.cmap, "clim": (scale.low, scale.high)}
        strokes = LineCollection(
            np.concatenate(pieces), linewidths=1.2, capstyle="round", zorder=3, **colours
        )
        strokes.set_array(at(middles))
        heads = ax.quiver(*places.T, *directions.T, at(places), **colours, **head)
    ax.add_collection(strokes, autolim=False)
    return [strokes, heads]
