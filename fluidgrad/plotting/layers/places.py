"""Words inside a panel: where there is room for them, and readable on whatever lies below."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

from fluidgrad.plotting.layers.base import Scene

LETTER = 0.62
"""Width of a letter in parts of its height."""


def apart(scene: Scene, places: np.ndarray, words: Sequence[str]) -> list[int]:
    """Which of the words, centred at ``places`` (n, 2) in m, can be written without touching one before it or leaving
    the panel."""
    window = scene.window
    per_point = window.width / scene.size[0] / 72
    height = 1.3 * scene.theme.small * per_point
    kept: list[int] = []
    for k, (x, y) in enumerate(places):
        width = (len(words[k]) * LETTER + 0.4) * scene.theme.small * per_point
        half = np.array([width, height]) / 2
        inside = (
            window.x0 + half[0] < x < window.x1 - half[0] and window.y0 + half[1] < y < window.y1 - half[1]
        )
        clear = all(
            abs(x - places[m][0]) > half[0] + _half_width(words[m], scene) * per_point
            or abs(y - places[m][1]) > height
            for m in kept
        )
        if inside and clear:
            kept.append(k)
    return kept


def _half_width(word: str, scene: Scene) -> float:
    return 0.5 * (len(word) * LETTER + 0.4) * scene.theme.small


def write(ax: Axes, scene: Scene, place: np.ndarray, words: str) -> Text:
    """Words centred at a place (x, y), m, light on dark or dark on light."""
    text = ax.text(
        *place, words, ha="center", va="center", fontsize=scene.theme.small, color=scene.ink, zorder=4.5
    )
    text.set_path_effects([withStroke(linewidth=2.0, foreground="#000000a0" if scene.light else "#ffffffc0")])
    text.set_clip_on(True)
    return text


def write_key(ax: Axes, scene: Scene, words: str) -> Text:
    """Words above the right end of a panel."""
    places = {"xycoords": "axes fraction", "textcoords": "offset points", "annotation_clip": False}
    return ax.annotate(words, (1, 1), (0, 7), ha="right", va="baseline", fontsize=scene.theme.small, **places)
