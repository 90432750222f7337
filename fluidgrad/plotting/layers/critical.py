"""The skeleton of a vector field: its critical points and the lines that part its regions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from fluidgrad.fields import ScalarUnits
from fluidgrad.plotting.layers.base import Layer, Scene
from fluidgrad.plotting.layers.places import write_key
from fluidgrad.plotting.layers.vectors import VELOCITY, potential
from fluidgrad.plotting.style import plain

GLYPHS = {
    "centre": ("o", "○", "#56b4e9"),
    "saddle": ("X", "×", "#d55e00"),
    "half-saddle": ("^", "△", "#e69f00"),
    "stable node": ("s", "□", "#0072b2"),
    "unstable node": ("D", "◇", "#cc79a7"),
    "stable focus": ("p", "⬠", "#009e73"),
    "unstable focus": ("h", "⬡", "#f0e442"),
}
"""Kind -> marker, how it is written, and its colour, of Okabe & Ito's."""
IN_KEY = {True: ("centre", "saddle", "half-saddle"), False: ("stable node", "unstable node", "saddle")}
NAMES = {"stable node": "maximum", "unstable node": "minimum"}
SIZE = 34.0


@dataclass(frozen=True)
class CriticalPoints(Layer):
    """Points where the velocity, or the gradient of a field, is zero, by their kind, with the ``separatrices`` that
    leave the saddles."""

    of: str = VELOCITY
    separatrices: bool = True

    kind = "critical"

    def title(self, scalars: ScalarUnits) -> str:
        if self.of == VELOCITY:
            return "Topology of the velocity"
        return plain(f"Topology of the gradient of {potential(self.of, scalars).long_name}")

    def key(self, ax: Axes, scene: Scene) -> Text:
        words = "   ".join(
            f"{GLYPHS[kind][1]} {NAMES.get(kind, kind)}" for kind in IN_KEY[self.of == VELOCITY]
        )
        return write_key(ax, scene, words)

    def draw(self, ax: Axes, scene: Scene) -> list[Artist]:
        from fluidgrad.analysis.skeleton import separatrices, wrapped_pieces
        from fluidgrad.analysis.topology import critical_points

        points = critical_points(scene.flow, self.of)
        artists: list[Artist] = []
        if self.separatrices:
            whole = separatrices(scene.flow, points, self.of)
            lines = [piece for line in whole for piece in wrapped_pieces(line, scene.flow)]
            strokes = LineCollection(lines, colors=scene.ink, linewidths=0.9, zorder=3.2, capstyle="round")
            strokes.set_path_effects([withStroke(linewidth=2.0, foreground=scene.halo)])
            artists.append(ax.add_collection(strokes, autolim=False))
        window = scene.window
        seen = [one for one in points if window.x0 <= one.x <= window.x1 and window.y0 <= one.y <= window.y1]
        for kind, (marker, _, colour) in GLYPHS.items():
            places = np.array([(one.x, one.y) for one in seen if one.kind == kind])
            if places.size:
                style = {
                    "s": SIZE,
                    "marker": marker,
                    "color": colour,
                    "edgecolors": "black",
                    "linewidths": 0.8,
                }
                artists.append(ax.scatter(*places.T, zorder=4.2, clip_on=False, **style))
        return artists
