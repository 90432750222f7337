"""Finished pictures by name, in one table, :data:`PRESETS`. Each suits every flow: with bodies or without, with scalars
or without, steady or not."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fluidgrad.errors import ConfigError
from fluidgrad.fields import lookup
from fluidgrad.plotting.choices import Subject
from fluidgrad.plotting.layers import (
    FTLE,
    LIC,
    Arrows,
    Contours,
    CriticalPoints,
    Dye,
    Image,
    Streamlines,
    Vortices,
)
from fluidgrad.plotting.panel import Look


@dataclass(frozen=True)
class Preset:
    """A finished picture: what it shows, the looks of its panels, and whether it is of a field one may choose."""

    about: str
    looks: Callable[[Subject, str], tuple[Look, ...]]
    field: str | None = None


def looks_of(name: str, subject: Subject, field: Any = None) -> list[Look]:
    """The looks of the panels of a preset. Raises ConfigError for a name that is none or a field it does not take."""
    if name not in PRESETS:
        near = difflib.get_close_matches(str(name), PRESETS, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ConfigError(f"there is no preset {name!r}: {hint}Presets are {', '.join(PRESETS)}.")
    preset = PRESETS[name]
    names = [field] if isinstance(field, str) else list(field or ())
    if names and (preset.field is None or len(names) > 1):
        takes = "takes one field" if preset.field is not None else "shows what it shows: leave out the field"
        raise ConfigError(f"preset {name!r} {takes}, not {', '.join(names)}")
    chosen = lookup(names[0], subject.scalars).name if names else preset.field
    return list(preset.looks(subject, chosen or ""))


def _vorticity(subject: Subject, field: str) -> tuple[Look, ...]:
    return (Look((Image("vorticity"), Streamlines())),)


def _pressure_gradient(subject: Subject, field: str) -> tuple[Look, ...]:
    return (Look((Image(field), Contours(field), Arrows(field, downhill=field == "p"))),)


def _lic(subject: Subject, field: str) -> tuple[Look, ...]:
    return (Look((LIC(tint=field),)),)


def _vortices(subject: Subject, field: str) -> tuple[Look, ...]:
    return (Look((Image("vorticity"), Vortices())),)


def _dye(subject: Subject, field: str) -> tuple[Look, ...]:
    scalar = field or next(iter(subject.scalars), None)
    return (Look((Dye(scalar),)),)


def _schlieren(subject: Subject, field: str) -> tuple[Look, ...]:
    of = field or next(iter(subject.scalars), None) or "vorticity"
    return (Look((Image(f"grad_{of}", cmap="ink", zero=True),)),)


def _ftle(subject: Subject, field: str) -> tuple[Look, ...]:
    return (Look((FTLE(),)),)


def _topology(subject: Subject, field: str) -> tuple[Look, ...]:
    return (Look((LIC(tint="speed"), CriticalPoints()), "Topology over speed"),)


def _overview(subject: Subject, field: str) -> tuple[Look, ...]:
    looks = [
        Look((Image("vorticity"),)),
        Look((Image("speed"), Streamlines())),
        Look((Image("p"), Arrows("p", downhill=True))),
        *(Look((Image(name),)) for name in list(subject.scalars)[:3]),
    ]
    strain = Look((Image("strain_rate"),))
    return tuple(looks if len(looks) % 2 == 0 else [*looks, strain])


PRESETS: dict[str, Preset] = {
    "vorticity": Preset("where the fluid spins, and which way", _vorticity),
    "pressure-gradient": Preset("pressure, and which way it pushes", _pressure_gradient, "p"),
    "lic": Preset("the lines of the velocity as streaks, coloured by a field", _lic, "vorticity"),
    "vortices": Preset("vortices, outlined and with their circulation", _vortices),
    "dye": Preset("a transported scalar; without one, fluid dyed in bands", _dye, ""),
    "schlieren": Preset("gradients of a field as in a schlieren photograph", _schlieren, ""),
    "ftle": Preset("stretching: the lines to which fluid has been drawn", _ftle),
    "topology": Preset("critical points and the lines that part regions of the flow", _topology),
    "overview": Preset("the most telling fields side by side", _overview),
}
"""Name of a preset -> what it is."""
