"""The kinds of layers of a picture, in one table, :data:`LAYERS`.

A new kind is a frozen dataclass derived from :class:`~fluidgrad.plotting.layers.base.Layer` and one entry in the table;
from then on ``plot``, ``animate`` and the command line know it.
"""

from __future__ import annotations

import dataclasses
import difflib

from fluidgrad.errors import ConfigError
from fluidgrad.plotting.layers.arrows import Arrows
from fluidgrad.plotting.layers.base import Bar, Ground, Layer, Scene
from fluidgrad.plotting.layers.bodies import Bodies
from fluidgrad.plotting.layers.contours import Contours
from fluidgrad.plotting.layers.critical import CriticalPoints
from fluidgrad.plotting.layers.dye import Dye
from fluidgrad.plotting.layers.edges import Edges
from fluidgrad.plotting.layers.ftle import FTLE, FTLERidges
from fluidgrad.plotting.layers.image import Image
from fluidgrad.plotting.layers.lic import LIC
from fluidgrad.plotting.layers.particles import Particles
from fluidgrad.plotting.layers.probes import Probes
from fluidgrad.plotting.layers.strain import StrainAxes
from fluidgrad.plotting.layers.streamlines import Streamlines
from fluidgrad.plotting.layers.vortices import Vortices

LAYERS: dict[str, type[Layer]] = {
    kind.kind: kind
    for kind in (
        Image,
        Contours,
        Streamlines,
        Arrows,
        LIC,
        Dye,
        FTLE,
        FTLERidges,
        Edges,
        StrainAxes,
        Vortices,
        CriticalPoints,
        Particles,
        Probes,
        Bodies,
    )
}
"""Name of a kind of layer -> its class."""


def read_layer(text: str) -> Layer:
    """The layer that a text such as ``"lic:velocity"``, ``"contours:p,levels=8"`` or ``"vortices"`` stands for: the
    kind, then what it is of, then options by name. Raises ConfigError with what would have been possible."""
    kind, _, rest = text.partition(":")
    kind, *options = (kind, *rest.split(",")) if rest else kind.split(",")
    if kind not in LAYERS:
        near = difflib.get_close_matches(kind, LAYERS, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ConfigError(
            f"layer {text!r}: there is no layer {kind!r}: {hint}Layers are {', '.join(LAYERS)}."
        )
    settings = {one.name: one for one in dataclasses.fields(LAYERS[kind])}
    given: dict[str, object] = {}
    for number, option in enumerate(filter(None, (option.strip() for option in options))):
        name, equals, value = option.partition("=")
        if not equals:
            name, value = (next(iter(settings), ""), option) if number == 0 else (option, "true")
        if name not in settings:
            near = difflib.get_close_matches(name, settings, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            known = f"It has {', '.join(settings)}." if settings else "It has none."
            raise ConfigError(f"layer {text!r}: {kind} has no setting {name!r}: {hint}{known}")
        given[name] = _read_value(text, name, value, str(settings[name].type))
    missing = [one.name for one in settings.values() if one.name not in given and _required(one)]
    if missing:
        raise ConfigError(f"layer {text!r}: {kind} needs a {missing[0]}, such as {kind}:p")
    return LAYERS[kind](**given)


def _required(setting: dataclasses.Field) -> bool:
    return setting.default is dataclasses.MISSING and setting.default_factory is dataclasses.MISSING


def _read_value(text: str, name: str, value: str, declared: str) -> object:
    """A setting's value from its text, by its declared type. Numbers of a list are separated by ``;``."""
    if declared == "bool":
        if value.lower() not in ("true", "false"):
            raise ConfigError(f"layer {text!r}: {name} must be true or false, not {value!r}")
        return value.lower() == "true"
    try:
        if ";" in value and "tuple" in declared:
            return tuple(float(part) for part in value.split(";"))
        if "int" in declared:
            return int(value)
        if "float" in declared:
            return float(value)
    except ValueError:
        raise ConfigError(f"layer {text!r}: {name} must be a number, not {value!r}") from None
    return value


__all__ = [
    "LAYERS",
    "Bar",
    "Ground",
    "Layer",
    "Scene",
    "read_layer",
    *(kind.__name__ for kind in LAYERS.values()),
]
