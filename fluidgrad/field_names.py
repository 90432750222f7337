"""Names of the fields that a run can store or derive; their formulas are in :mod:`fluidgrad.fields`.

Kept apart so that a configuration can be checked without loading anything numerical.
"""

from __future__ import annotations

from collections.abc import Iterable

PRIMARY = ("u", "v", "p")
"""Always stored."""

DERIVED = (
    "speed",
    "kinetic_energy",
    "vorticity",
    "divergence",
    "streamfunction",
    "du_dx",
    "du_dy",
    "dv_dx",
    "dv_dy",
    "dp_dx",
    "dp_dy",
)
"""Computed from the primary ones, on writing if asked for in ``[output] fields``, else on reading."""

NAMES = PRIMARY + DERIVED
"""The fields that every run has."""

GROUPS = {
    "velocity_gradient": ("du_dx", "du_dy", "dv_dx", "dv_dy"),
    "pressure_gradient": ("dp_dx", "dp_dy"),
}
"""Name of a group -> the fields it stands for."""


def gradient(scalar: str) -> tuple[str, str]:
    """Names of the derivatives of a transported scalar along x and y."""
    return f"d{scalar}_dx", f"d{scalar}_dy"


def derived(scalars: Iterable[str] = ()) -> tuple[str, ...]:
    """All derived fields of a run with these transported scalars."""
    return (*DERIVED, *(name for scalar in scalars for name in gradient(scalar)))


def every(scalars: Iterable[str] = ()) -> tuple[str, ...]:
    """All fields of a run with these transported scalars."""
    scalars = tuple(scalars)
    return (*PRIMARY, *scalars, *derived(scalars))


def groups(scalars: Iterable[str] = ()) -> dict[str, tuple[str, ...]]:
    """All groups of a run with these transported scalars: each has the group of its own derivatives."""
    return GROUPS | {f"{scalar}_gradient": gradient(scalar) for scalar in scalars}


def expand(names: Iterable[str], scalars: Iterable[str] = ()) -> list[str]:
    """Replace groups by their members and drop repetitions, keeping the order."""
    known = groups(scalars)
    flat = [member for name in names for member in known.get(name, (name,))]
    return list(dict.fromkeys(flat))


def side_values(scalar: str) -> dict[str, str]:
    """Side of the domain -> the name under which a transported scalar's values on it are stored."""
    return {side: f"{scalar}_{side}" for side in ("left", "right", "bottom", "top")}


_ELSEWHERE = """
x y t x_f y_f time step snapshot series config VTKHDF
u_c v_c u_bottom u_top v_left v_right velocity distance none
"""

RESERVED = frozenset((*NAMES, *GROUPS, *_ELSEWHERE.split()))
"""Names that mean something in files and pictures, and so cannot be those of a transported scalar."""


def occupied(scalar: str) -> tuple[str, ...]:
    """Every name that a transported scalar takes in files and pictures, its own first."""
    return (scalar, *gradient(scalar), f"{scalar}_gradient", *side_values(scalar).values())
