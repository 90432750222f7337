"""One panel: what it shows, the colours and arrow lengths it uses, and how it is drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from fluidgrad.errors import ConfigError
from fluidgrad.fields import Field
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid
from fluidgrad.plotting.arrows import Vectors, draw_arrows, draw_key, reference_size
from fluidgrad.plotting.images import draw_contours, draw_image
from fluidgrad.plotting.layout import tick_count
from fluidgrad.plotting.sampling import Window
from fluidgrad.plotting.solids import draw_bodies
from fluidgrad.plotting.streamlines import draw_streamlines
from fluidgrad.plotting.style import STREAMLINE_MAP, Scale, plain, sentence
from fluidgrad.plotting.survey import Survey


@dataclass(frozen=True)
class Look:
    """What a panel shows of a flow: a field, and what is laid over it.

    ``contours`` as in :func:`fluidgrad.plotting.plot`; ``streamlines`` True or the field that colours them;
    ``vectors`` the arrows.
    """

    field: Field
    contours: object = False
    streamlines: bool | Field = False
    vectors: Vectors | None = None

    @property
    def has_image(self) -> bool:
        """Whether the field fills the panel pixel by pixel."""
        return not (isinstance(self.contours, str) or self.streamlines == self.field)

    @property
    def scaled(self) -> list[Field]:
        """Fields that need a colour bar, the panel's own first."""
        extra = [self.streamlines] if isinstance(self.streamlines, Field) else []
        return list(dict.fromkeys([self.field, *extra]))

    @property
    def title(self) -> str:
        return plain(sentence(self.field.long_name))

    def fitted(self, width: float, height: float) -> Look:
        """The same with as many arrows as a panel of that many inches has room for."""
        return self if self.vectors is None else replace(self, vectors=self.vectors.fitted(width, height))


@dataclass(frozen=True)
class Scales:
    """Colours of each field by name, of lines coloured by a field, and the reference size of each kind of
    arrow."""

    images: dict[str, Scale]
    lines: dict[str, Scale]
    references: dict[Vectors, float]

    def of(self, look: Look, field: Field) -> Scale:
        """The scale on which a panel shows a field."""
        return (self.images if field == look.field else self.lines)[field.name]


def survey(
    flows: Iterable[Flow], grid: Grid, looks: Iterable[Look], window: Window, limits=None, cmap=None
) -> Scales:
    """Common scales for all ``flows``, each looked at once. Raises ConfigError for unusable limits."""
    looks = list(looks)
    images = {look.field.name: look.field for look in looks}
    lines = {field.name: field for look in looks for field in look.scaled[1:]}
    limits, cmap = per_field("limits", limits, images), per_field("cmap", cmap, images)
    surveys = {name: Survey(grid, field, window) for name, field in {**images, **lines}.items()}
    sizes = {look.vectors: [] for look in looks if look.vectors is not None}
    for flow in flows:
        for one in surveys.values():
            one.add(flow)
        for vectors, seen in sizes.items():
            seen.append(vectors.sizes(flow, window))
    return Scales(
        {name: surveys[name].scale(limits.get(name), cmap.get(name)) for name in images},
        {name: surveys[name].scale(cmap=STREAMLINE_MAP) for name in lines},
        {vectors: reference_size(np.concatenate(seen)) for vectors, seen in sizes.items()},
    )


def per_field(what: str, given, names: Iterable[str]) -> dict:
    """An option given for all fields, or as a dict by field name, as a dict."""
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


def add_bars(figure: Figure, look: Look, scales: Scales, length: float, horizontal: bool) -> list[Axes]:
    """Colour bars of a panel, ``length`` inches long, to be placed by the layout."""
    bars = []
    for field in look.scaled:
        scale = scales.of(look, field)
        cax = figure.add_axes((0.4, 0.4, 0.1, 0.1))
        mappable = ScalarMappable(Normalize(scale.low, scale.high), scale.cmap)
        # The triangles are as long as the bar is thick, within its length.
        options = {"extend": scale.extend, "extendfrac": min(0.13 / length, 0.1)}
        bar = figure.colorbar(
            mappable, cax=cax, orientation="horizontal" if horizontal else "vertical", **options
        )
        scale.dress(bar.ax.xaxis if horizontal else bar.ax.yaxis, tick_count(length, horizontal))
        bar.ax.minorticks_off()
        bar.outline.set_linewidth(0.6)
        of_lines = "streamlines: " if field != look.field else ""
        bar.set_label(of_lines + scale.label(field))
        bars.append(cax)
    return bars


def is_dark(scale: Scale) -> bool:
    """Whether the middle of a colour map is so dark that lines over it must be light."""
    return float(np.dot(scale.cmap(0.5)[:3], (0.299, 0.587, 0.114))) < 0.6


def draw_overlays(ax: Axes, flow: Flow, look: Look, window: Window, scales: Scales) -> list[Artist]:
    """Contours, streamlines, bodies and arrows of a panel, in this order."""
    scale = scales.images[look.field.name]
    light = look.has_image and is_dark(scale)
    artists = []
    if look.contours is not False and look.contours is not None:
        artists += draw_contours(ax, flow, look.field, window, scale, look.contours)
    if isinstance(look.streamlines, Field):
        lines = look.streamlines
        artists += draw_streamlines(ax, flow, window, field=lines, scale=scales.of(look, lines))
    elif look.streamlines:
        artists += draw_streamlines(ax, flow, window, light)
    artists += draw_bodies(ax, flow, window)
    if look.vectors is not None:
        artists += draw_arrows(ax, flow, window, look.vectors, scales.references[look.vectors], light)
    return artists


def fill_panel(ax: Axes, flow: Flow, look: Look, window: Window, scales: Scales, dpi: float) -> None:
    """Draw everything inside a placed panel, images with ``dpi`` pixels per inch."""
    if look.has_image:
        box = ax.get_position().transformed(ax.get_figure().transFigure)
        factor = dpi / ax.get_figure().dpi
        pixels = (max(2, round(box.width * factor)), max(2, round(box.height * factor)))
        draw_image(ax, flow, look.field, window, scales.images[look.field.name], pixels)
    draw_overlays(ax, flow, look, window, scales)


def add_key(ax: Axes, look: Look, window: Window, scales: Scales, length: float) -> None:
    """The key of the arrows above a panel ``length`` inches wide: at the right end of the title's line, or
    on a line of its own where both do not fit."""
    if look.vectors is None or not scales.references[look.vectors] > 0:
        return
    key = draw_key(ax, window, look.vectors, scales.references[look.vectors])
    words = ax.get_title(loc="left")
    title = ax.set_title(words, loc="left")
    inches = sum(text.get_window_extent().width for text in (key, title)) / ax.get_figure().dpi
    if inches + 0.5 > length:
        ax.set_title(words + "\n", loc="left")
