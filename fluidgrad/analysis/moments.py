"""Time means, Reynolds stresses, and fluxes and variances of scalars.

Means are over time by the trapezoidal rule, so that steps and intervals of any length count as long as they are.
With ``q' = q - mean(q)`` there are

* ``uu``, ``vv``, ``uv``: Reynolds stresses ``mean(u'u')`` ..., m2/s2, and ``tke = (uu + vv)/2``;
* ``u_c``, ``v_c``, ``variance_c`` of a transported scalar c: its fluxes ``mean(u'c')``, ``mean(v'c')``, and
  ``mean(c'c')``;
* ``mean_f``, ``variance_f`` of any other field f that was asked for.

All of these are at the cell centres (ny, nx). The normal stresses are those of the velocity on the faces, brought to
the centres by the mean of two: kinetic energy of the mean flow plus ``tke`` is then the mean kinetic energy, cell by
cell and to round-off. In ``uv`` and the fluxes the velocity at the centres enters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fluidgrad.analysis.sources import as_run, within
from fluidgrad.display import Displayed
from fluidgrad.errors import ConfigError
from fluidgrad.fields import ScalarUnits, find, lookup
from fluidgrad.fields.units import product
from fluidgrad.flow import Flow
from fluidgrad.grid import LOCATIONS, Grid

if TYPE_CHECKING:
    import xarray

STRESSES = {
    "uu": "Reynolds stress u'u'",
    "vv": "Reynolds stress v'v'",
    "uv": "Reynolds stress u'v'",
    "tke": "turbulent kinetic energy",
}
"""Name of each moment of the velocity -> what it is called; all in m2 s-2."""

METHODS = "time: mean"
"""How all of them came about, in the words of the CF conventions."""


@dataclass(frozen=True, eq=False, repr=False)
class Moments(Displayed):
    """Statistics over a time.

    Attributes
    ----------
    flow : the mean flow, with the moments among its ``scalars``: ``plot(moments.flow, "uv")`` draws one. Its
        pressure is nan if that was not averaged; its time is the end of the averaging; its bodies cover all places
        that were in a body at any time.
    start, end : the time averaged over, s.
    samples : how many instants entered.
    transported : names of the transported scalars, whose means are among ``flow.scalars``.
    """

    flow: Flow
    start: float
    end: float
    samples: int
    transported: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the moments."""
        return tuple(name for name in self.flow.scalars if name not in self.transported)

    def __getitem__(self, name: str) -> np.ndarray:
        """A moment, or the mean of a transported scalar, at the centres (ny, nx).

        Raises ConfigError if there is none of that name.
        """
        if name not in self.flow.scalars:
            there = ", ".join(self.flow.scalars) or "none"
            raise ConfigError(f"there is no moment {name!r}; there are: {there}")
        return self.flow.scalars[name]

    def variables(self) -> dict[str, tuple[str, np.ndarray, str, str]]:
        """Everything at a location of the grid: name -> location, values, units, what it is."""
        flow, table = self.flow, {}
        for name in ("u", "v", "p"):
            about, values = lookup(name), getattr(flow, name)
            if not np.isnan(values).all():
                table[name] = (about.location, values, about.units, about.long_name)
        for name, values in flow.scalars.items():
            units, words, *_ = flow.scalar_units[name]
            table[name] = ("centre", values, units, words or name)
        return table

    def to_xarray(self) -> xarray.Dataset:
        """As a labelled dataset on the coordinates of the grid; start, end and samples are in the attributes."""
        import xarray

        grid = self.flow.grid
        coordinates = {
            dim: (dim, getattr(grid, dim), {"units": "m", "long_name": f"{dim[0]} at cell {place}"})
            for dim, place in (("x", "centres"), ("y", "centres"), ("x_f", "faces"), ("y_f", "faces"))
        }
        data = {
            name: (LOCATIONS[location], values, {"units": units, "long_name": words, "cell_methods": METHODS})
            for name, (location, values, units, words) in self.variables().items()
        }
        about = {"start": self.start, "end": self.end, "samples": self.samples}
        return xarray.Dataset(data, coordinates, about)

    def _title(self) -> str:
        return f"Statistics over t = {self.start:g} to {self.end:g} s"

    def _rows(self) -> list[tuple[str, str]]:
        return [
            ("samples", str(self.samples)),
            ("means", ", ".join(name for name in self.variables() if name not in self.names)),
            ("moments", ", ".join(self.names)),
        ]


def time_mean_flow(
    source: Any,
    start: float | None = None,
    end: float | None = None,
    *,
    fields: Iterable[str] = (),
    stresses: bool = True,
) -> Moments:
    """Means and moments over the stored snapshots of a run, or over several flows; one is in memory at a time.

    Parameters
    ----------
    source : a run, its path, or flows in a list.
    start, end : times (s) between which snapshots count; default all.
    fields : other fields whose mean and variance are wanted, any name of :func:`fluidgrad.fields.known`.
    stresses : whether Reynolds stresses and the fluxes and variances of scalars are computed.

    Raises
    ------
    ConfigError : no snapshot is in that time, two are of the same, or there is no such field.
    """
    from fluidgrad.analysis.running import RunningMoments

    run = as_run(source)
    chosen = within(run, start, end)
    if (np.diff(np.asarray(run.times)[chosen]) <= 0).any():
        raise ConfigError("means over time need flows of different times: give each its own")
    first = run.flow(int(chosen[0]))
    running = RunningMoments(
        run.grid, first.scalar_units, (*fields, "p"), stresses, bodies=first.distance is not None
    )
    running.add(first)
    for k in chosen[1:]:
        running.add(run.flow(int(k)))
    return running.result()


def described(name: str, scalars: ScalarUnits) -> tuple[str, str]:
    """Units of a moment and what it is, for a flow with these transported scalars."""
    if name in STRESSES:
        return "m2 s-2", STRESSES[name]
    kind, _, of = name.partition("_")
    about = lookup(of, scalars)
    if kind == "variance":
        return product(about.units, about.units), f"variance of {about.long_name}"
    if kind == "mean":
        return about.units, f"time mean of {about.long_name}"
    direction = {"u": "x", "v": "y"}[kind]
    return product(about.units, "m s-1"), f"flux of {about.long_name} along {direction} by fluctuations"


def is_signed(name: str, scalars: ScalarUnits) -> bool:
    """Whether zero is a value apart for a moment, both signs being of interest."""
    kind, _, of = name.partition("_")
    if kind == "mean":
        return bool((found := find(of, scalars)) and found.diverging)
    return name == "uv" or kind in ("u", "v")


def on_sides(values: np.ndarray, grid: Grid) -> dict[str, np.ndarray]:
    """Values on the four sides of a field at the centres: continued linearly, or the mean across joined sides."""
    table = {}
    for names, axis, centres, faces, joined in (
        (("left", "right"), 1, grid.x, grid.x_f, grid.periodic_x),
        (("bottom", "top"), 0, grid.y, grid.y_f, grid.periodic_y),
    ):
        q = np.moveaxis(values, axis, 0)
        for name, (at, next_), face in zip(names, ((0, 1), (-1, -2)), faces[[0, -1]], strict=True):
            slope = (q[at] - q[next_]) / (centres[at] - centres[next_])
            table[name] = 0.5 * (q[0] + q[-1]) if joined else q[at] + slope * (face - centres[at])
    return table
