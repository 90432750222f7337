"""One panel: its layers, what must be known before they are drawn, its frame, bars and keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from matplotlib import rcParams
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from fluidgrad.errors import ConfigError
from fluidgrad.fields import ScalarUnits
from fluidgrad.plotting.layers.base import Bar, Ground, Layer, Need, Scene
from fluidgrad.plotting.layers.bodies import Bodies
from fluidgrad.plotting.layout import tick_count
from fluidgrad.plotting.sampling import Window


@dataclass(frozen=True)
class Look:
    """What a panel shows: layers, drawn in the order of their kind, and words for above it (else those of the first
    layer that has any)."""

    layers: tuple[Layer, ...]
    words: str | None = None

    @property
    def ground(self) -> Ground | None:
        """The layer that fills the panel, if there is one."""
        return next((layer for layer in self.layers if isinstance(layer, Ground)), None)

    @property
    def overlays(self) -> list[Layer]:
        """All that is drawn over the ground, bodies always."""
        over = [layer for layer in self.layers if layer is not self.ground]
        return over if any(isinstance(layer, Bodies) for layer in over) else [*over, Bodies()]

    @property
    def needs(self) -> list[Need]:
        return [need for layer in self.layers for need in layer.needs()]

    def title(self, scalars: ScalarUnits) -> str:
        """Words for above the panel, of a flow with these transported scalars."""
        if self.words is not None:
            return self.words
        return next(filter(None, (layer.title(scalars) for layer in self.layers)), "")

    def bars(self, scene: Scene) -> list[Bar]:
        """All colour bars, each once."""
        return list({bar.label: bar for layer in self.layers for bar in layer.bars(scene)}.values())

    def lit(self, scene: Scene) -> Scene:
        """The scene with light lines if the ground is dark."""
        dark = self.ground.is_dark(scene) if self.ground else scene.theme.dark
        return replace(scene, light=dark)


def survey(scenes: Iterable[Scene], looks: Iterable[Look]) -> dict[Need, Any]:
    """What the layers need to know, found by looking at each scene once. Raises ConfigError for what cannot be
    found."""
    needs = list(dict.fromkeys(need for look in looks for need in look.needs))
    collectors: dict[Need, Any] = {}
    for scene in scenes:
        collectors = collectors or {need: need.collector(scene) for need in needs}
        for collector in collectors.values():
            collector.add(scene)
    return {need: collector.result() for need, collector in collectors.items()}


def per_field(what: str, given: Any, names: Iterable[str]) -> dict:
    """An option given for all fields, or as a dict by field name, as a dict. Raises ConfigError."""
    names = list(names)
    if isinstance(given, dict):
        for name in given:
            if name not in names:
                raise ConfigError(
                    f"{what} are given for {name!r}, which is not drawn; drawn: {', '.join(names)}"
                )
        return given
    if given is not None and what == "limits" and len(names) > 1:
        raise ConfigError(
            f"limits for several fields are given by name, such as limits={{{names[0]!r}: (low, high)}}"
        )
    return dict.fromkeys(names, given)


def add_panel(figure: Figure, window: Window, title: str, inner: tuple[bool, bool] = (False, False)) -> Axes:
    """An empty panel; ``inner`` tells whether there are panels to the left and below, whose labels serve."""
    ax = figure.add_subplot()
    ax.set(xlim=window[:2], ylim=window[2:], aspect="equal", autoscale_on=False)
    ax.set_title(title, loc="left")
    for line in ax.spines.values():
        line.set_zorder(5)  # a body at a side stays inside the frame
    if not inner[0]:
        ax.set_ylabel("y [m]")
    if not inner[1]:
        ax.set_xlabel("x [m]")
    ax.tick_params(labelleft=not inner[0], labelbottom=not inner[1])
    return ax


def add_bars(figure: Figure, bars: Iterable[Bar], length: float, horizontal: bool) -> list[Axes]:
    """Colour bars of a panel, ``length`` inches long, to be placed by the layout."""
    placed = []
    for bar in bars:
        scale = bar.scale
        cax = figure.add_axes((0.4, 0.4, 0.1, 0.1))
        mappable = ScalarMappable(Normalize(scale.low, scale.high), scale.cmap)
        # The triangles are as long as the bar is thick, within its length.
        options = {"extend": scale.extend, "extendfrac": min(0.13 / length, 0.1)}
        drawn = figure.colorbar(
            mappable, cax=cax, orientation="horizontal" if horizontal else "vertical", **options
        )
        scale.dress(drawn.ax.xaxis if horizontal else drawn.ax.yaxis, tick_count(length, horizontal))
        drawn.ax.minorticks_off()
        drawn.outline.set_linewidth(0.6)
        drawn.set_label(bar.label)
        placed.append(cax)
    return placed


def draw_overlays(ax: Axes, look: Look, scene: Scene) -> list[Artist]:
    """All layers over the ground, in the order in which they lie on each other."""
    scene = look.lit(scene)
    artists = [artist for layer in look.overlays for artist in layer.draw(ax, scene)]
    return sorted(artists, key=lambda artist: artist.get_zorder())


def fill_panel(ax: Axes, look: Look, scene: Scene) -> None:
    """Draw everything inside a placed panel."""
    box = ax.get_position().transformed(ax.get_figure().transFigure)
    dpi = ax.get_figure().dpi
    scene = replace(scene, size=(box.width / dpi, box.height / dpi))
    if look.ground:
        look.ground.draw(ax, scene)
    draw_overlays(ax, look, scene)


def add_key(ax: Axes, look: Look, scene: Scene) -> None:
    """The keys of the layers above a panel: at the right end of the title's line, or on a line of their own where both
    do not fit."""
    keys = [key for layer in look.layers if (key := layer.key(ax, scene)) is not None]
    if not keys:
        return
    words = ax.get_title(loc="left")
    title = ax.set_title(words, loc="left")
    inches = sum(text.get_window_extent().width for text in (*keys, title)) / ax.get_figure().dpi
    if inches + 0.5 > scene.size[0]:
        letters = title.get_fontsize()
        ax.set_title(words, loc="left", pad=rcParams["axes.titlepad"] + 1.5 * letters)
