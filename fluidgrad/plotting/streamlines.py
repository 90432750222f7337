"""Streamlines and lines of gradients, drawn with heads that show their direction."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patheffects import withStroke

from fluidgrad.analysis.masking import drawable
from fluidgrad.fields import Field
from fluidgrad.flow import Flow
from fluidgrad.interpolation import at_points
from fluidgrad.plotting.sampling import Window
from fluidgrad.plotting.style import Scale
from fluidgrad.plotting.themes import DARK
from fluidgrad.plotting.tracing import VELOCITY, points_along, trace

__all__ = ["draw_streamlines", "points_along", "trace"]

COLOURS = 128
"""Colours that tell the values along a line apart."""


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


def _pieces(
    lines: list[np.ndarray], at: Callable[[np.ndarray], np.ndarray], scale: Scale
) -> tuple[list[np.ndarray], np.ndarray]:
    """The lines in pieces of one colour, out of :data:`COLOURS`, and the values that have these colours. ``at`` gives
    the values at points."""
    values = at(np.concatenate([0.5 * (line[:-1] + line[1:]) for line in lines]))
    part = (values - scale.low) * (COLOURS / (scale.high - scale.low))
    levels = np.split(
        part.clip(0, COLOURS - 1).astype(int), np.cumsum([len(line) - 1 for line in lines])[:-1]
    )
    pieces, chosen = [], []
    for line, level in zip(lines, levels, strict=True):
        starts = np.append(0, np.flatnonzero(np.diff(level)) + 1)
        pieces += [line[a : b + 1] for a, b in zip(starts, [*starts[1:], len(level)], strict=True)]
        chosen.append(level[starts])
    return pieces, scale.low + (np.concatenate(chosen) + 0.5) * ((scale.high - scale.low) / COLOURS)


def draw_streamlines(
    ax: Axes,
    flow: Flow,
    window: Window,
    light: bool = False,
    field: Field | None = None,
    scale: Scale | None = None,
    *,
    seeds: np.ndarray | None = None,
    of: str = VELOCITY,
    density: float = 1.0,
) -> list[Artist]:
    """Draw lines, dark or ``light`` ones, or coloured by ``field`` on ``scale``; ``seeds``, ``of`` and ``density`` are
    those of :func:`~fluidgrad.plotting.tracing.trace`."""
    lines = trace(flow, window, seeds, of=of, density=density)
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

        colours = {"cmap": scale.cmap, "clim": (scale.low, scale.high)}
        pieces, values_of = _pieces(lines, at, scale)
        strokes = LineCollection(pieces, linewidths=1.2, capstyle="round", zorder=3, **colours)
        strokes.set_array(values_of)
        heads = ax.quiver(*places.T, *directions.T, at(places), **colours, **head)
    ax.add_collection(strokes, autolim=False)
    return [strokes, heads]
