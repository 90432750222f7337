"""Vortices: their outlines and what they are called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from fluidgrad.errors import ConfigError
from fluidgrad.fields import ScalarUnits
from fluidgrad.plotting.layers.base import Layer, Scene
from fluidgrad.plotting.layers.places import apart, write, write_key
from fluidgrad.plotting.style import in_brackets, short_number

WEAK = 0.08
"""Vortices below this part of the strongest circulation have no label."""
MOST = 24
"""Labels at most, those of the strongest vortices."""
LABELS = ("none", "circulation", "identity")


@dataclass(frozen=True)
class Vortices(Layer):
    """Outlines of the cores that :func:`fluidgrad.analysis.find_vortices` finds by a ``criterion``, with ``labels``
    ``"circulation"`` (m2/s), ``"identity"`` (the number of its track through the run), or ``"none"``."""

    labels: Literal["none", "circulation", "identity"] = "circulation"
    criterion: str = "okubo_weiss"
    persistence: float = 0.1

    kind = "vortices"

    def __post_init__(self) -> None:
        if self.labels not in LABELS:
            raise ConfigError(f"labels of vortices are one of {', '.join(LABELS)}, not {self.labels!r}")

    @property
    def timed(self) -> bool:
        return self.labels == "identity"

    def title(self, scalars: ScalarUnits) -> str:
        return "Vortices"

    def needs(self) -> tuple:
        return (TracksOfRun(self.criterion, self.persistence),) if self.labels == "identity" else ()

    def key(self, ax: Axes, scene: Scene) -> Text | None:
        words = {"circulation": f"circulation {in_brackets('m2 s-1')}", "identity": "number of the vortex"}
        return write_key(ax, scene, words[self.labels]) if self.labels in words else None

    def draw(self, ax: Axes, scene: Scene) -> list[Artist]:
        from fluidgrad.analysis.vortices import find_vortices

        found = find_vortices(scene.flow, criterion=self.criterion, persistence=self.persistence)
        lines = [line for label in range(1, len(found) + 1) for line in outline(found, label)]
        strokes = LineCollection(lines, colors=scene.ink, linewidths=1.1, zorder=3.2)
        strokes.set_path_effects([withStroke(linewidth=2.4, foreground=scene.halo)])
        ax.add_collection(strokes, autolim=False)
        return [strokes, *self._write(ax, scene, found)]

    def _write(self, ax: Axes, scene: Scene, found: Any) -> list[Artist]:
        if self.labels == "none":
            return []
        names = scene.found[self.needs()[0]].identities(scene.flow.time) if self.labels == "identity" else {}
        strongest = max((abs(one.circulation) for one in found), default=0.0)
        ranked = sorted(found, key=lambda one: -abs(one.circulation))[:MOST]
        ranked = [one for one in ranked if abs(one.circulation) >= WEAK * strongest]
        words = [f"{names.get(one.label, '?')}" if names else short_number(one.circulation) for one in ranked]
        places = np.array([_middle(found, one) for one in ranked]).reshape(-1, 2)
        kept = apart(scene, places, words)
        return [write(ax, scene, places[k], words[k]) for k in kept]


@dataclass(frozen=True)
class TracksOfRun:
    """Need: the tracks of all vortices of a run."""

    criterion: str
    persistence: float

    def collector(self, scene: Scene) -> _TrackCollector:
        return _TrackCollector(self)


class _TrackCollector:
    def __init__(self, need: TracksOfRun):
        self.need, self.source = need, None

    def add(self, scene: Scene) -> None:
        self.source = scene.source if scene.source is not None else scene.flow

    def result(self) -> Any:
        from fluidgrad.analysis.tracking import track_vortices

        return track_vortices(self.source, criterion=self.need.criterion, persistence=self.need.persistence)


def _middle(found: Any, one: Any) -> tuple[float, float]:
    """The centroid of a vortex, or its core where that lies outside it."""
    grid = found.grid
    i = int(np.clip(np.searchsorted(grid.x_f, one.x) - 1, 0, grid.nx - 1))
    j = int(np.clip(np.searchsorted(grid.y_f, one.y) - 1, 0, grid.ny - 1))
    return (one.x, one.y) if found.labels[j, i] == one.label else (one.core_x, one.core_y)


def outline(found: Any, label: int) -> list[np.ndarray]:
    """The smooth edge of a core, lines of points (n, 2), m."""
    import contourpy
    from scipy.ndimage import gaussian_filter

    grid = found.grid
    j, i = np.nonzero(found.labels == label)
    rows, columns = _padded(j, grid.ny), _padded(i, grid.nx)
    inside = (found.labels[np.ix_(rows, columns)] == label).astype(float)
    smooth = gaussian_filter(inside, 0.8, mode="nearest")
    return contourpy.contour_generator(grid.x[columns], grid.y[rows], smooth).lines(0.5)


def _padded(used: np.ndarray, count: int) -> np.ndarray:
    return np.arange(max(used.min() - 3, 0), min(used.max() + 4, count))
