"""Names of the fields that a run can store or derive; their formulas are in :mod:`fluidgrad.fields`.

Kept apart so that a configuration can be checked without loading anything numerical.
"""

from __future__ import annotations

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

SCALARS = PRIMARY + DERIVED

GROUPS = {
    "velocity_gradient": ("du_dx", "du_dy", "dv_dx", "dv_dy"),
    "pressure_gradient": ("dp_dx", "dp_dy"),
}
"""Name of a group -> the fields it stands for."""


def expand(names) -> list[str]:
    """Replace groups by their members and drop repetitions, keeping the order."""
    flat = [member for name in names for member in GROUPS.get(name, (name,))]
    return list(dict.fromkeys(flat))
