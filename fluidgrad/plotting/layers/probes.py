"""The probes of a run: where its time series were taken."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from fluidgrad.plotting.layers.base import Layer, Scene
from fluidgrad.plotting.style import plain


@dataclass(frozen=True)
class Probes(Layer):
    """The probes of the run's configuration, as crosses with their names."""

    names: bool = True

    kind = "probes"

    def draw(self, ax: Axes, scene: Scene) -> list[Artist]:
        probes = probes_of(scene)
        if not probes:
            return []
        x, y = np.array([place for _, place in probes]).T
        halo = [withStroke(linewidth=2.6, foreground=scene.halo)]
        (marks,) = ax.plot(x, y, "+", color=scene.ink, markersize=7, markeredgewidth=1.2, zorder=4.4)
        marks.set_path_effects(halo)
        texts = [
            ax.annotate(
                plain(name), place, (5, 3), textcoords="offset points", fontsize=scene.theme.small,
                color=scene.ink, zorder=4.5, path_effects=halo, clip_on=True,
            )
            for name, place in probes
            if self.names
        ]  # fmt: skip
        return [marks, *texts]


def probes_of(scene: Scene) -> list[tuple[str, tuple[float, float]]]:
    """Names and places (x, y) of the probes that are in view."""
    text = getattr(scene.source, "config_text", "")
    window = scene.window
    probes = [
        (one.get("name") or f"probe{number}", (one["x"], one["y"]))
        for number, one in enumerate(tomllib.loads(text).get("probes", ()), start=1)
    ]
    return [
        (name, (x, y))
        for name, (x, y) in probes
        if window.x0 <= x <= window.x1 and window.y0 <= y <= window.y1
    ]
