"""Budgets of kinetic energy and of enstrophy, term by term, with what is left over.

With k = ``|u|^2/2`` and omega the vorticity, per volume of a flow of constant viscosity::

    dk/dt           = -div(u k) - div(u p) + div(nu grad k) - nu |grad u|^2 + u . f
    d(omega^2/2)/dt = -div(u omega^2/2) + div(nu grad omega^2/2) - nu |grad omega|^2 + omega curl f

Each term is the product of the velocity on a face (the vorticity on a node) with that part of the solver's own
discrete momentum equation (its curl), :mod:`fluidgrad.analysis.accelerations`. The terms therefore sum to the rate of
change of the discrete energy and enstrophy to round-off; the residual is the error of the time derivative, which is
taken from the instants around, and of what cannot be known afterwards. What the scheme's convection does beyond
carrying is a term of its own, ``numerical``: for energy zero but for upwind convection, for enstrophy the error of the
scheme (second order).

The energy is the ``kinetic_energy`` of the time series, half cells along the sides included. The dissipation leaves out
what the series' ``dissipation`` counts on faces that lie on sides: the velocity through a side obeys no equation of
motion (and next to the corner of a moving lid its slope has no limit). The enstrophy is that of the nodes inside: along
sides that are not periodic half a cell is left out, and what enters from there is ``diffusion``, the production at
walls to first order; in a flow with bodies all nodes are left out that touch a face which a wall cuts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fluidgrad.analysis.budgetterms import (
    Terms,
    energy_content,
    energy_terms,
    enstrophy_content,
    enstrophy_terms,
)
from fluidgrad.analysis.changes import rate_weights
from fluidgrad.analysis.physics import Physics, physics_of
from fluidgrad.analysis.sources import as_run, nearest
from fluidgrad.display import Displayed
from fluidgrad.errors import ConfigError
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid

MEANINGS = {
    "storage": "rate of change",
    "advection": "carried in by the flow",
    "pressure": "work of the pressure on the sides",
    "diffusion": "brought in by viscosity, through sides and walls",
    "dissipation": "lost to viscosity",
    "forcing": "from body forces",
    "buoyancy": "from the lift of scalars",
    "drag": "lost to linear drag",
    "random_forcing": "from the random force",
    "bodies": "from bodies: friction on cut faces, pressure on their walls",
    "sides": "change in the half cells along sides that fluid passes",
    "numerical": "from the scheme of convection itself",
    "residual": "storage less all other terms",
}
"""Name of each term -> what it is; gains are positive."""

SHORT = {"kinetic_energy": "energy", "enstrophy": "enstrophy"}
"""Quantity -> its name in columns of the time series, ``budget_energy_dissipation``."""

UNITS = {"kinetic_energy": "m2 s-3", "enstrophy": "s-3"}
"""Quantity -> unit of its terms."""


@dataclass(frozen=True, repr=False)
class Budget(Displayed):
    """A budget at one stored instant, or at all.

    Attributes
    ----------
    quantity : ``"kinetic_energy"`` or ``"enstrophy"``.
    time : s, a number, or (n,) for all instants.
    terms : name (of :data:`MEANINGS`) -> mean over the domain, m2/s3 or 1/s3, numbers or (n,). ``storage`` is nan where
        there is no other instant to compare with.
    fields : name -> the same per volume at the centres (ny, nx), whose mean is the term; for one instant only.
    area : of the domain, m2; times it the terms are integrals.
    notes : what is not in the terms, sentences.
    """

    quantity: str
    time: float | np.ndarray
    terms: dict[str, float | np.ndarray]
    area: float
    fields: dict[str, np.ndarray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def units(self) -> str:
        """Unit of the terms."""
        return UNITS[self.quantity]

    @property
    def residual(self) -> float | np.ndarray:
        """``storage`` less the sum of all other terms."""
        return self.terms["storage"] - sum(value for name, value in self.terms.items() if name != "storage")

    @property
    def closure(self) -> float | np.ndarray:
        """Size of the residual relative to the largest term."""
        largest = np.nanmax(np.abs(list(self.terms.values())), axis=0)
        return np.abs(self.residual) / np.where(largest > 0.0, largest, 1.0)

    def table(self) -> dict[str, np.ndarray]:
        """Columns ``term``, ``value``, ``share`` (of the largest term) and ``meaning``; the residual comes last. For
        all instants: ``time`` and a column per term instead."""
        terms = {**self.terms, "residual": self.residual}
        if np.ndim(self.time):
            return {"time": self.time, **terms}
        values = np.array(list(terms.values()))
        largest = np.nanmax(np.abs(values[:-1]))
        return {
            "term": np.array(list(terms)),
            "value": values,
            "share": values / (largest if largest > 0.0 else 1.0),
            "meaning": np.array([MEANINGS[name] for name in terms]),
        }

    def _title(self) -> str:
        of = self.quantity.replace("_", " ")
        when = f"at t = {self.time:.6g} s" if not np.ndim(self.time) else f"at {len(self.time)} instants"
        return f"Budget of {of} {when}, {self.units}"

    def _rows(self) -> list[tuple[str, str]]:
        if np.ndim(self.time):
            known = self.closure[np.isfinite(self.closure)]
            worst = f"{known.max():.2g} of the largest term" if known.size else "unknown"
            return [("terms", ", ".join(self.terms)), ("largest residual", worst), *self._noted()]
        columns = self.table()
        rows = zip(columns["term"], columns["value"], columns["share"], columns["meaning"], strict=True)
        widest = max(map(len, columns["term"]))
        shown = [
            (f"{name:<{widest}}", f"{value: .5e}  {round(100 * share, 2) + 0.0:8.2f} %  {meaning}")
            for name, value, share, meaning in rows
        ]
        return [*shown, *self._noted()]

    def _noted(self) -> list[tuple[str, str]]:
        return [("note", text) for text in self.notes]


def kinetic_energy_budget(
    source: Any,
    index: int | None = None,
    *,
    time: float | None = None,
    nu: float | None = None,
    physics: Physics | None = None,
) -> Budget:
    """The budget of kinetic energy, means over the domain in m2/s3.

    Terms: ``storage`` (from the run's time series if it is there, else from the instants around), ``advection`` and
    ``pressure`` (through open sides), ``diffusion`` (``nu u . du/dn`` on the sides: the work of moving walls),
    ``dissipation``, and where there is such a thing ``forcing``, ``buoyancy``, ``drag``, ``bodies`` (at rest),
    ``sides``, ``numerical``.

    Parameters
    ----------
    source : a run, a path, a simulation, a Flow or several.
    index, time : one instant, by position or the nearest to a time (s), with fields; left out: all, without fields.
    nu, physics : viscosity (m2/s), or all there is in the momentum equation, if there is no configuration that tells.

    Raises
    ------
    ConfigError : the viscosity is not known.
    """
    run = as_run(source)
    return _budget("kinetic_energy", run, physics_of(_described(source, run), nu, physics), index, time)


def enstrophy_budget(
    source: Any,
    index: int | None = None,
    *,
    time: float | None = None,
    nu: float | None = None,
    physics: Physics | None = None,
) -> Budget:
    """The budget of enstrophy, means over the domain in 1/s3; parameters and errors as for
    :func:`kinetic_energy_budget`.

    Terms: ``storage``, ``advection`` (through open sides), ``diffusion`` (``nu omega domega/dn`` through sides and
    walls: their production), ``dissipation`` (of the palinstrophy), ``numerical``, and where there is such a thing
    ``forcing``, ``buoyancy``, ``drag``: the vorticity times the curl of the force. Raises ConfigError for moving bodies
    too.
    """
    run = as_run(source)
    known = physics_of(_described(source, run), nu, physics)
    if known.moving_bodies:
        raise ConfigError(
            "the fluid that a budget of enstrophy covers must not change, but bodies move in this flow"
        )
    return _budget("enstrophy", run, known, index, time)


def recorded_budget(source: Any, quantity: str = "kinetic_energy") -> Budget:
    """The budget that a run has recorded in its time series, ``[output] budgets``: means over the steps between its
    rows, which close to the error of the time step.

    Raises
    ------
    ConfigError : the run has not recorded it.
    """
    run, prefix = as_run(source), f"budget_{SHORT.get(quantity, quantity)}_"
    series = getattr(run, "series", {})
    terms = {
        name: series[prefix + name] for name in MEANINGS if prefix + name in series and name != "residual"
    }
    if not terms:
        raise ConfigError(
            f"{run.name or 'this flow'} has no record of a budget of {quantity!r}: give [output] budgets, "
            f"of {', '.join(SHORT)}, or take it at the stored instants"
        )
    return Budget(quantity, series["t"], terms, run.grid.length_x * run.grid.length_y)


def _described(source: Any, run: Any) -> Any:
    """What has the configuration: a simulation itself, or the run."""
    return source if hasattr(source, "config") else run


@dataclass(frozen=True)
class _Quantity:
    """How a budget is made: the functions of :mod:`fluidgrad.analysis.budgetterms` that give what is budgeted and the
    terms, and the column of the time series that has the same content."""

    content: Callable[[Flow], Terms]
    terms: Callable[[Flow, Physics], Terms]
    column: str


QUANTITIES = {
    "kinetic_energy": _Quantity(energy_content, energy_terms, "kinetic_energy"),
    "enstrophy": _Quantity(enstrophy_content, enstrophy_terms, "enstrophy"),
}


def _budget(quantity: str, run, physics: Physics, index: int | None, time: float | None) -> Budget:
    made = QUANTITIES[quantity]
    times, grid = np.asarray(run.times), run.grid
    area, notes = grid.length_x * grid.length_y, _notes(physics, run)
    series = _series_rate(run, quantity, times)
    if index is None and time is None:
        contents, found = [], []
        for k in range(times.size):
            flow = run.flow(k)
            contents.append(_means(made.content(flow), grid))
            found.append(_means(made.terms(flow, physics), grid))
        changes = _changes(times, _columns(contents))
        if series is not None:
            changes["storage"] = series
        return Budget(quantity, times, _joined(changes, _columns(found)), area, notes=notes)
    k = range(times.size)[index] if time is None else nearest(times, time)
    fields = _joined(_change_of_fields(run, made.content, times, k), made.terms(run.flow(k), physics))
    terms = _means(fields, grid)
    if series is not None:
        terms["storage"] = float(series[k])
    return Budget(quantity, float(times[k]), terms, area, fields, notes)


def _joined(changes: dict, terms: dict) -> dict:
    """The storage, then the terms in the order of :data:`MEANINGS`."""
    both = changes | terms
    return {name: both[name] for name in MEANINGS if name in both}


def _means(fields: Terms, grid: Grid) -> dict[str, float]:
    """Means over the domain."""
    weights = np.outer(grid.dy, grid.dx) / (grid.length_x * grid.length_y)
    return {name: float(np.einsum("ij,ij", values, weights)) for name, values in fields.items()}


def _columns(rows: list[dict[str, float]]) -> dict[str, np.ndarray]:
    names = {name: None for row in rows for name in row}
    return {name: np.array([row.get(name, 0.0) for row in rows]) for name in names}


def _changes(times: np.ndarray, contents: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Rates of change of series over the stored instants, nan if there is one only."""
    stencils = [rate_weights(times, k) for k in range(times.size)]
    return {
        name: np.array([weights @ values[near] for near, weights in stencils])
        for name, values in contents.items()
    }


def _change_of_fields(run, content: Callable[[Flow], Terms], times: np.ndarray, k: int) -> Terms:
    """Rates of change of the contents at one stored instant, from the instants around, one flow after another."""
    near, weights = rate_weights(times, k)
    total: Terms = {}
    for m, weight in zip(range(near.start, near.stop), weights, strict=True):
        for name, values in content(run.flow(m)).items():
            total[name] = total.get(name, 0.0) + weight * values
    return total


def _series_rate(run, quantity: str, times: np.ndarray) -> np.ndarray | None:
    """Rate of change of the quantity at the stored instants from the time series of the run, None if it has none or
    has another quantity: the series counts the enstrophy on sides and in bodies too."""
    series, column = getattr(run, "series", {}), QUANTITIES[quantity].column
    everywhere = run.grid.periodic_x and run.grid.periodic_y and not getattr(run, "bodies", False)
    if column not in series or (quantity == "enstrophy" and not everywhere):
        return None
    t, values = series["t"], series[column]
    rows = [int(np.abs(t - time).argmin()) for time in times]
    if t.size < 2 or not np.array_equal(t[rows], times):
        return None
    return np.array([weights @ values[near] for near, weights in (rate_weights(t, row) for row in rows)])


def _notes(physics: Physics, run) -> tuple[str, ...]:
    """What the residual contains, besides the error of the time derivative."""
    notes = []
    if physics.random:
        notes.append("the random force is not stored, so the residual has its power: see [output] budgets")
    if physics.moving_bodies:
        notes.append("the work of moving bodies is in the residual: see [output] budgets")
    elif getattr(run, "bodies", False) and physics.viscosity is not None:
        notes.append("friction on bodies is taken with the viscosity at rest, though it varies")
    return tuple(notes)
