"""Which columns of a time series to draw, and which of them share a panel."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fluidgrad.errors import ConfigError
from fluidgrad.plotting.forces import DRAG, LIFT, bodies_in

CLOCK = ("t", "step")
"""Columns that others are drawn over."""

GENERAL = ("kinetic_energy", "enstrophy", "dissipation")
"""What every run has and says most about it."""

MOST = 6
"""Panels that are drawn if no columns are asked for."""

BUDGETS = ("energy", "enstrophy")
"""What budgets may be of."""

_OF_POINTS = ("_u", "_v", "_p")


@dataclass(frozen=True)
class Panel:
    """Columns that share a panel: ``title`` for all of them, ``units``, and column -> words for its curve."""

    title: str
    units: str
    curves: dict[str, str]


def choose_columns(run: Any, asked: Sequence[str] | None = None) -> list[str]:
    """The columns asked for, by name or pattern (``probe_*``); the most telling ones if nothing is asked for.

    Raises ConfigError for a name that is no column, with the nearest that is.
    """
    series = run.series
    if len(series.get("t", ())) < 2:
        raise ConfigError(
            f"run {run.name!r} has no time series of two rows or more: there is nothing to draw"
        )
    if not asked:
        return _telling(run)
    chosen: dict[str, None] = {}
    for name in asked:
        found = [column for column in series if fnmatch.fnmatchcase(column, name) and column not in CLOCK]
        if not found:
            columns = [column for column in series if column not in CLOCK]
            near = difflib.get_close_matches(name, columns, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"columns are {', '.join(columns)}"
            raise ConfigError(f"there is no column {name!r} in the time series of {run.name!r}: {hint}")
        chosen |= dict.fromkeys(found)
    return list(chosen)


def oscillating(run: Any) -> list[str]:
    """The columns whose spectrum tells most: the lift of bodies, else the probes, else the energy."""
    series = run.series
    lifts = [name + LIFT for name in bodies_in(series)]
    of_probes = [name + "_v" for name in _probes(series)]
    return [name for name in lifts or of_probes or GENERAL[:1] if name in series]


def panels(run: Any, columns: Sequence[str]) -> list[Panel]:
    """The columns in panels: together are those of the same units that mean the same of several bodies, points or
    sides."""
    about = run.series_units
    groups: dict[tuple[str, str], list[str]] = {}
    for name in columns:
        groups.setdefault((_kind(name, run.series), about.get(name, ("", ""))[0]), []).append(name)
    return [_panel(kind, units, names, about) for (kind, units), names in groups.items()]


def _panel(kind: str, units: str, names: list[str], about: Mapping[str, tuple[str, str]]) -> Panel:
    words = {name: f"{name}: {about.get(name, ('', ''))[1]}".removesuffix(": ") for name in names}
    if len(names) == 1:
        return Panel(words[names[0]], units, {names[0]: ""})
    return Panel(_TITLES.get(kind, ""), units, {name: name for name in names} if kind in _TITLES else words)


_TITLES = {
    "body_drag": "drag coefficient",
    "body_lift": "lift coefficient",
    "body_force": "forces on bodies",
    "probe_velocity": "velocity at probes",
    "probe_p": "kinematic pressure at probes",
    "momentum": "mean velocity",
    "flow": "volume that leaves through the sides per time",
    "budget_energy": "budget of kinetic energy",
    "budget_enstrophy": "budget of enstrophy",
}


def _kind(name: str, series: Mapping[str, Any]) -> str:
    """What a column tells; columns of one kind and one unit share a panel."""
    for body in bodies_in(series):
        if name.startswith(f"{body}_"):
            what = name.removeprefix(f"{body}_")
            forces = ("force", "pressure", "friction")
            return "body_force" if what.partition("_")[0] in forces else f"body_{what}"
    for probe in _probes(series):
        if name.startswith(f"{probe}_"):
            what = name.removeprefix(f"{probe}_")
            return "probe_velocity" if what in ("u", "v") else f"probe_{what}"
    for family in ("flow", "budget_energy", "budget_enstrophy"):
        if name.startswith(f"{family}_"):
            return family
    scalar, separator, _ = name.partition("_flux_")
    if separator:
        return f"{scalar}_flux"
    for end in ("_mean", "_min", "_max"):
        if name.endswith(end):
            return f"{name.removesuffix(end)}_range"
    return "momentum" if name.startswith("momentum_") else name


def _probes(series: Mapping[str, Any]) -> list[str]:
    """Names of the probes that have columns."""
    names = [name.removesuffix("_u") for name in series if name.endswith("_u")]
    return [name for name in names if all(name + end in series for end in _OF_POINTS)]


def _telling(run: Any) -> list[str]:
    """What says most about a run, in at most :data:`MOST` panels."""
    series, about = run.series, run.series_units
    bodies = [name + end for end in (DRAG, LIFT) for name in bodies_in(series)]
    of_probes = [name + end for name in _probes(series) for end in ("_u", "_v")]
    of_scalars = [name for name in series if "_flux_" in name]
    wanted = [*bodies, *of_scalars, *GENERAL, *of_probes]
    moving = [name for name in dict.fromkeys(wanted) if name in about and np.ptp(series[name][1:]) > 0]
    together = panels(run, moving or [name for name in series if name not in CLOCK][:MOST])
    return [name for panel in together[:MOST] for name in panel.curves]


def budgets_in(series: Mapping[str, Any]) -> list[str]:
    """The budgets, ``energy`` or ``enstrophy``, whose terms are among the columns of a time series."""
    return [kind for kind in BUDGETS if any(name.startswith(f"budget_{kind}_") for name in series)]
