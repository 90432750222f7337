"""What layers need to know of all flows of a picture: the limits of colours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from fluidgrad.plotting.layers.base import Scene
from fluidgrad.plotting.style import STREAMLINE_MAP, Scale
from fluidgrad.plotting.survey import Survey

Role = Literal["panel", "lines"]

STRONG, WEAK = 8.0, 0.1
"""Magnitudes of so many times their mean are told by all the ink there is, but not those below this part of the upper
limit that suits the field."""


@dataclass(frozen=True)
class FieldScale:
    """Need: the colours of a field, either of the whole panel or of thin things over another field; from
    ``zero`` on for magnitudes that are told by how much ink there is, so that some ink is everywhere."""

    field: str
    role: Role = "panel"
    limits: tuple[float, float] | None = None
    cmap: str | None = None
    zero: bool = False

    def collector(self, scene: Scene) -> _FieldScaleCollector:
        return _FieldScaleCollector(self, scene)


class _FieldScaleCollector:
    def __init__(self, need: FieldScale, scene: Scene):
        self.need, self.theme = need, scene.theme
        self.survey = Survey(scene.flow.grid, scene.field(need.field), scene.window)

    def add(self, scene: Scene) -> None:
        self.survey.add(scene.flow)

    def result(self) -> Scale:
        cmap = self.need.cmap or (STREAMLINE_MAP if self.need.role == "lines" else None)
        scale = self.survey.scale(self.need.limits, cmap, self.theme)
        if not self.need.zero or self.need.limits or scale.high <= 0:
            return scale
        high = min(scale.high, max(STRONG * self.survey.mean, WEAK * scale.high))
        cut = high < scale.high or scale.extend in ("max", "both")
        return replace(scale, low=0.0, high=high, extend="max" if cut else "neither")
