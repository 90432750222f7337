"""From what a user asks for to the looks of panels: names of fields, short forms, layers, presets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from fluidgrad.analysis.sources import as_run
from fluidgrad.errors import ConfigError
from fluidgrad.fields import ScalarUnits, expand, lookup
from fluidgrad.flow import Flow
from fluidgrad.plotting.layers import Arrows, Contours, Ground, Image, Layer, Streamlines
from fluidgrad.plotting.layers.contours import BANDS, FORMS, contour_levels
from fluidgrad.plotting.panel import Look, per_field
from fluidgrad.plotting.style import Scale, check_limits, colour_map

UNIT = Scale(0.0, 1.0, colour_map("viridis"))
"""Any scale, to look whether levels are understood."""


@dataclass(frozen=True)
class Subject:
    """What is drawn: the flows, their ``numbers`` in the ``source`` they come from, and its ``name``."""

    name: str
    flows: list[Flow]
    numbers: list[int]
    source: Any = None

    @property
    def scalars(self) -> ScalarUnits:
        return self.flows[0].scalar_units


def select(source: Any, time: Any = None, index: Any = None) -> Subject:
    """The flows asked for. Raises ConfigError for a moment that is not there."""
    named = ""
    if isinstance(mean := getattr(source, "flow", None), Flow):
        named = f"mean from t = {source.start:.4g} to {source.end:.4g} s"
        source = replace(mean, time=np.nan)
    several = isinstance(source, Path | Sequence) or hasattr(source, "times")
    source = as_run(source)
    name = named or str(source.name)
    if not several:
        if time is not None or index is not None:
            raise ConfigError("time and index choose among the snapshots of a run; this is a single instant")
        return Subject(name, [source.flow(0)], [0])
    times = np.asarray(source.times)
    if not times.size:
        raise ConfigError(f"run {name!r} has no snapshots yet")
    if time is not None and index is not None:
        raise ConfigError("give time or index, not both")
    if time is not None:
        wanted = np.atleast_1d(np.asarray(time, dtype=float))
        if not np.isfinite(wanted).all():
            raise ConfigError(f"time {time} is not a moment of the run: give seconds")
        numbers = [int(np.argmin(np.abs(times - t))) for t in wanted]
    else:
        numbers = [int(i) for i in np.atleast_1d(-1 if index is None else index)]
    wrong = [i for i in numbers if not -times.size <= i < times.size]
    if wrong:
        raise ConfigError(
            f"there is no snapshot {wrong[0]}: run {name!r} has {times.size} (0 to {times.size - 1})"
        )
    return Subject(name, [source.flow(i) for i in numbers], [i % times.size for i in numbers], source)


@dataclass(frozen=True)
class ShortForms:
    """The keywords of :func:`fluidgrad.plotting.plot` that stand for layers."""

    streamlines: bool | str = False
    gradient: bool | str | Sequence[str] | None = None
    velocity: bool = False
    contours: Any = False
    limits: Any = None
    cmap: Any = None

    @property
    def any_layer(self) -> bool:
        return bool(self.streamlines or self.gradient or self.velocity) or self.contours not in (False, None)


def choose_looks(
    subject: Subject, fields: Any, preset: str | None, layers: Sequence[Layer] | None, short: ShortForms
) -> list[Look]:
    """The look of each panel. Raises ConfigError for what does not go together."""
    layers = checked(layers)
    if preset is not None:
        if layers or short.any_layer:
            raise ConfigError(
                "a preset is a finished picture: leave out the layers, or name the layers without the preset"
            )
        from fluidgrad.plotting.presets import looks_of

        return coloured_as_asked(looks_of(preset, subject, fields), short)
    if layers and fields is None and not short.any_layer:
        return coloured_as_asked([Look(layers)], short)
    shown = choose_fields(fields, short.gradient, subject.scalars)
    limits, cmap = per_field("limits", short.limits, shown), per_field("cmap", short.cmap, shown)
    looks = []
    for name in shown:
        own = field_layers(name, shown, short, limits.get(name), cmap.get(name), subject.scalars)
        looks.append(Look(checked((*own, *layers))))
    return looks


def checked(layers: Any) -> tuple[Layer, ...]:
    """The layers, given as such or as text such as ``"lic:velocity"``. Raises ConfigError."""
    from fluidgrad.plotting.layers import read_layer

    if isinstance(layers, Layer | str):
        layers = [layers]
    found = tuple(read_layer(one) if isinstance(one, str) else one for one in layers or ())
    for one in found:
        if not isinstance(one, Layer):
            raise ConfigError(
                f"layers must be layers such as Image('p') or text such as 'image:p', not {one!r}"
            )
    if sum(isinstance(one, Ground) for one in found) > 1:
        kinds = ", ".join(one.kind for one in found if isinstance(one, Ground))
        raise ConfigError(f"a panel can be filled once, not by {kinds}: leave all but one of these out")
    return found


def choose_fields(fields: Any, gradient: Any, scalars: ScalarUnits) -> list[str]:
    """Names of the fields to draw, of a flow with these transported scalars. Raises ConfigError for an unknown
    name."""
    if fields is None:
        fields = "vorticity" if gradient is None or isinstance(gradient, bool) else gradient
    names = [fields] if isinstance(fields, str) else list(fields)
    if not names:
        raise ConfigError("name at least one field to draw")
    return [lookup(name, scalars).name for name in expand(names, scalars)]


def field_layers(
    field: str, shown: Sequence[str], short: ShortForms, limits: Any, cmap: str | None, scalars: ScalarUnits
) -> list[Layer]:
    """The layers of the panel of a field, among the panels of the fields ``shown``. Raises ConfigError."""
    limits = None if limits is None else check_limits(limits)
    layers: list[Layer] = []
    alone = isinstance(short.contours, str) or short.streamlines == field
    if not alone:
        layers.append(Image(field, limits, cmap))
    if short.contours is not False and short.contours is not None:
        layers.append(_contours(field, short.contours, limits, cmap))
    if short.streamlines:
        by = lookup(short.streamlines, scalars).name if isinstance(short.streamlines, str) else None
        layers.append(Streamlines(by, *((limits, cmap) if by == field else ())))
    arrows = _arrows(field, shown, short, scalars)
    return [*layers, arrows] if arrows else layers


def _contours(field: str, contours: Any, limits: Any, cmap: str | None) -> Contours:
    """The layer that ``contours`` stands for. Raises ConfigError."""
    form = contours if isinstance(contours, str) and contours in FORMS else "over"
    levels = BANDS if contours is True or form != "over" else contours
    contour_levels(levels, UNIT)
    return Contours(field, levels if isinstance(levels, int) else tuple(levels), form, limits, cmap)


def _arrows(field: str, shown: Sequence[str], short: ShortForms, scalars: ScalarUnits) -> Arrows | None:
    """The arrows over the panel of a field. Raises ConfigError."""
    gradient = short.gradient
    if gradient and short.velocity:
        raise ConfigError("arrows show either a gradient or the velocity, not both in one panel")
    if short.velocity:
        return Arrows()
    if gradient is True:
        return Arrows(field)
    if not gradient:
        return None
    names = [gradient] if isinstance(gradient, str) else gradient
    wanted = [lookup(name, scalars).name for name in names]
    drawn = [name for name in wanted if name in shown]
    if not drawn and len(wanted) > 1:
        raise ConfigError(f"gradient: of {', '.join(wanted)} only one can be drawn over {', '.join(shown)}")
    if field in drawn or not drawn:
        return Arrows(field if drawn else wanted[0])
    return None


def coloured_as_asked(looks: Sequence[Look], short: ShortForms) -> list[Look]:
    """The looks with the limits and colour maps given for all, or by the name of the field. Raises ConfigError."""
    names = dict.fromkeys(layer.coloured for look in looks for layer in look.layers if layer.coloured)
    limits, cmap = per_field("limits", short.limits, names), per_field("cmap", short.cmap, names)

    def changed(layer: Layer) -> Layer:
        ends, colours = check_limits(limits.get(layer.coloured)), cmap.get(layer.coloured)
        if ends is None and colours is None:
            return layer
        return replace(layer, limits=ends or layer.limits, cmap=colours or layer.cmap)

    return [replace(look, layers=tuple(map(changed, look.layers))) for look in looks]
