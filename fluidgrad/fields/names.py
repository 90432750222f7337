"""Finding fields and groups of fields by name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from fluidgrad.errors import ConfigError
from fluidgrad.fields import patterns
from fluidgrad.fields.scalars import of_scalar
from fluidgrad.fields.table import FIELDS, GROUPS, Field

PRIMARY = ("u", "v", "p")
"""Always stored; all others are computed, on writing if asked for in ``[output] fields``, else on reading."""

ScalarUnits = Mapping[str, tuple[str, str] | tuple[str, str, bool]]
"""Name of each transported scalar -> its units, a name for labels, and, if that is so, that zero is a value apart."""

NO_SCALARS: ScalarUnits = MappingProxyType({})


def known(scalars: ScalarUnits = NO_SCALARS) -> dict[str, Field]:
    """All fields of a run with these transported scalars, by name; the patterns (:data:`PATTERNS`) of each, such as
    ``grad_p``, come in addition."""
    return FIELDS | {one.name: one for name, about in scalars.items() for one in of_scalar(name, *about)}


def find(name: str, scalars: ScalarUnits = NO_SCALARS) -> Field | None:
    """The :class:`Field` of that name in a run with these transported scalars, or None."""
    every = known(scalars)
    return every.get(name) or patterns.field(name, every)


def lookup(name: str, scalars: ScalarUnits = NO_SCALARS) -> Field:
    """The :class:`Field` of that name in a run with these transported scalars (:attr:`Flow.scalar_units`).

    Raises ConfigError with the nearest names if there is none.
    """
    found = find(name, scalars)
    if found is None:
        raise ConfigError(f"there is no field {str(name)[:60]!r}: {suggestion(str(name), scalars)}")
    return found


def suggestion(name: str, scalars: ScalarUnits = NO_SCALARS, also: Iterable[str] = ()) -> str:
    """What someone may have meant who wrote a name that is none, for people; ``also`` are other names allowed."""
    every = known(scalars)
    spelled = difflib.get_close_matches(name, [*patterns.candidates(name, every), *also], n=1)
    word = name.replace("_", " ").lower()
    meant = [key for key, one in every.items() if len(word) > 2 and word in one.long_name.lower()]
    if near := list(dict.fromkeys((*spelled, *meant[:3]))):
        return f"did you mean {' or '.join(map(repr, near))}?"
    forms = ", ".join(pattern.replace("{}", "F") for pattern in patterns.PATTERNS)
    return f"fields are {', '.join((*every, *also))}; and, for any of them as F, {forms}."


def reference() -> list[tuple[str, ...]]:
    """All fields for people, a row each: name, location, unit, meaning, formula, source; the patterns last, with F for
    the field they are made of and its unit."""
    rows = [
        (name, one.location, one.units, one.long_name, one.formula, one.source)
        for name, one in FIELDS.items()
    ]
    made = [
        (form, pattern.units("F"), pattern.long_name, pattern.formula, pattern.source)
        for form, pattern in patterns.PATTERNS.items()
    ]
    return rows + [
        (form.replace("{}", "F"), "centre", units, words.replace("{}", "F"), formula, source)
        for form, units, words, formula, source in made
    ]


def gradient(name: str) -> tuple[str, str]:
    """Names of the derivatives of a field along x and y."""
    return f"d{name}_dx", f"d{name}_dy"


def derived(scalars: Iterable[str] = ()) -> tuple[str, ...]:
    """Names of all derived fields of a run with these transported scalars, patterns apart."""
    return (*(name for name in FIELDS if name not in PRIMARY), *(one for c in scalars for one in gradient(c)))


def groups(scalars: Iterable[str] = ()) -> dict[str, tuple[str, ...]]:
    """All groups of a run with these transported scalars: each has the group of its own derivatives."""
    return GROUPS | {f"{scalar}_gradient": gradient(scalar) for scalar in scalars}


def expand(names: Iterable[str], scalars: Iterable[str] = ()) -> list[str]:
    """Replace groups by their members and drop repetitions, keeping the order."""
    there = groups(scalars)
    flat = [member for name in names for member in there.get(name, (name,))]
    return list(dict.fromkeys(flat))


def side_values(scalar: str) -> dict[str, str]:
    """Side of the domain -> the name under which a transported scalar's values on it are stored."""
    return {side: f"{scalar}_{side}" for side in ("left", "right", "bottom", "top")}


def occupied(scalar: str) -> tuple[str, ...]:
    """Every name that a transported scalar takes in files and pictures, its own first."""
    return (scalar, *gradient(scalar), f"{scalar}_gradient", *side_values(scalar).values())
