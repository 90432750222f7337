"""What a layer of a picture is, what it is given to draw from, and what it may ask to be looked up first.

A layer is a small frozen dataclass: plain words and numbers that say what to draw. Before anything is drawn, all
flows of a picture or film are looked at once, and what each layer needs to know of all of them (the limits of its
colours, the length of its arrows) is found: so scales hold for all panels and frames.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.text import Text

from fluidgrad.errors import ConfigError
from fluidgrad.fields import Field, ScalarUnits, lookup
from fluidgrad.flow import Flow
from fluidgrad.plotting.sampling import Window
from fluidgrad.plotting.style import Scale
from fluidgrad.plotting.themes import SCREEN, Theme

Painter = Callable[["Scene"], np.ndarray]
"""Makes the colours (ny, nx, 3) uint8 of a scene at points chosen beforehand."""


@dataclass(frozen=True, eq=False)
class Scene:
    """What a layer draws from: a flow, the ``window`` to show, what has been ``found`` for the needs of all layers,
    the ``theme``; whether lines must be ``light`` to be seen on what lies below.

    ``source`` is the run (or list of flows) of which the flow is number ``index``, for layers that look around in
    time; None for a single instant. ``size`` is that of the panel in inches, ``pixels`` per inch.
    """

    flow: Flow
    window: Window
    found: Mapping[Need, Any] = field(default_factory=dict)
    source: Any = None
    index: int = 0
    theme: Theme = SCREEN
    light: bool = False
    size: tuple[float, float] = (6.0, 4.0)
    pixels: float = 150.0

    @property
    def ink(self) -> str:
        """Colour of lines that are seen on what lies below."""
        return "#ffffff" if self.light else self.theme.line

    @property
    def halo(self) -> str:
        """Colour around such lines, half transparent."""
        return "#00000066" if self.light else self.theme.halo

    def field(self, name: str) -> Field:
        """The field of that name. Raises ConfigError."""
        return lookup(name, self.flow.scalar_units)

    def raster(self) -> tuple[int, int]:
        """Pixels of the panel, across and up."""
        return tuple(max(2, round(length * self.pixels)) for length in self.size)


class Collector(Protocol):
    """Looks at scenes one after the other."""

    def add(self, scene: Scene) -> None: ...

    def result(self) -> Any: ...


class Need(Hashable, Protocol):
    """Something to be found in all flows of a picture; equal needs are looked up once."""

    def collector(self, scene: Scene) -> Collector: ...


@dataclass(frozen=True)
class Bar:
    """A colour bar: its words and its colours."""

    label: str
    scale: Scale


class Layer:
    """What is common to all layers. A kind of layer overrides what it needs.

    ``kind`` is its name in the table of layers; a ``ground`` fills the panel and can be pasted pixel by pixel;
    ``timed`` layers look at other times than their own.
    """

    kind: ClassVar[str]
    ground: ClassVar[bool] = False
    timed: ClassVar[bool] = False

    def title(self, scalars: ScalarUnits) -> str:
        """Words for above the panel, if this is what the panel is about."""
        return ""

    @property
    def coloured(self) -> str | None:
        """Name of what its settings ``limits`` and ``cmap`` are of, if it has these."""
        return None

    def needs(self) -> tuple[Need, ...]:
        """What must be found before it can be drawn."""
        return ()

    def bars(self, scene: Scene) -> tuple[Bar, ...]:
        """Its colour bars."""
        return ()

    def key(self, ax: Axes, scene: Scene) -> Text | None:
        """Draw its key above the right end of the panel, if it has one, and return the text."""
        return None

    def draw(self, ax: Axes, scene: Scene) -> list[Artist]:
        """Draw it into a panel; returns what was drawn."""
        raise NotImplementedError


def check_positive(kind: str, **settings: float | None) -> None:
    """Raises ConfigError for a setting of a layer that is given and not positive."""
    for name, value in settings.items():
        if value is not None and not value > 0:
            raise ConfigError(f"{name} of {kind} must be positive, not {value!r}")


class Ground(Layer):
    """A layer that fills the panel with colours."""

    ground = True

    def is_dark(self, scene: Scene) -> bool:
        """Whether lines over it must be light."""
        return False

    def painter(self, scene: Scene, x: np.ndarray, y: np.ndarray) -> Painter:
        """What paints scenes like this one at the regular points ``x`` by ``y``."""
        raise NotImplementedError

    def draw(self, ax: Axes, scene: Scene) -> list[Artist]:
        x, y = scene.window.points(*scene.raster())
        colours = self.painter(scene, x, y)(scene)
        return [paste(ax, colours, scene.window)]


def paste(ax: Axes, colours: np.ndarray, window: Window, zorder: float = 1) -> Artist:
    """Fill a panel with colours (ny, nx, 3 or 4), the first row at the bottom."""
    return ax.imshow(colours, origin="lower", extent=window, aspect="equal", zorder=zorder)
