"""The table of fields: what is known of each, under its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from fluidgrad.errors import ConfigError
from fluidgrad.flow import Flow
from fluidgrad.grid import LOCATIONS

Function = Callable[[Flow], np.ndarray]


@dataclass(frozen=True)
class Field:
    """What is known of a field besides its values.

    ``location`` is a key of :data:`fluidgrad.grid.LOCATIONS`; ``units`` are SI in the CF way ("m2 s-2");
    ``symbol`` is mathtext; ``diverging`` tells that zero is a value apart, both signs being of interest; ``source``
    is where the field was defined, author and year, if it is not in every textbook. ``function`` computes the values
    of a flow, in the plain shape of the location; its docstring has the formula. ``period``: values that differ by it
    are the same, as of angles; ``grey``: it is made to be seen in shades of grey.
    """

    name: str
    location: str
    units: str
    long_name: str
    symbol: str
    diverging: bool
    function: Function = field(compare=False)
    source: str = field(default="", compare=False)
    period: float = 0.0
    grey: bool = False

    @property
    def formula(self) -> str:
        """First paragraph of what the function says of itself."""
        first = (self.function.__doc__ or "").strip().partition("\n\n")[0]
        return " ".join(first.split())


FIELDS: dict[str, Field] = {}
"""Name -> :class:`Field`, of every run; those of transported scalars and the patterns come in addition
(:func:`fluidgrad.fields.known`, :func:`fluidgrad.fields.lookup`)."""

GROUPS: dict[str, tuple[str, ...]] = {
    "velocity_gradient": ("du_dx", "du_dy", "dv_dx", "dv_dy"),
    "pressure_gradient": ("dp_dx", "dp_dy"),
    "pressure_hessian": ("d2p_dx2", "d2p_dxdy", "d2p_dy2"),
    "strain": ("normal_strain", "shear_strain", "principal_strain", "principal_strain_angle"),
    "vortex_criteria": ("okubo_weiss", "q_criterion", "lambda2", "swirling_strength", "delta_criterion"),
}
"""Name of a group -> the fields it stands for."""

_added: set[str] = set()


def entry(
    name: str,
    location: str,
    units: str,
    long_name: str,
    symbol: str,
    *,
    diverging: bool = False,
    source: str = "",
    period: float = 0.0,
) -> Callable[[Function], Function]:
    """Decorator: put a function of a flow into :data:`FIELDS`; its docstring has the formula."""

    def put(function: Function) -> Function:
        FIELDS[name] = Field(name, location, units, long_name, symbol, diverging, function, source, period)
        return function

    return put


def add(
    name: str,
    location: str = "centre",
    units: str = "1",
    long_name: str = "",
    symbol: str = "",
    *,
    diverging: bool = False,
    source: str = "",
) -> Callable[[Function], Function]:
    """Decorator: a field of your own, known by its name from then on wherever fields are: in ``[output] fields`` of
    runs started from Python, :func:`~fluidgrad.fields.compute`, ``Run.field``, pictures, animations, ``to_xarray``.

    >>> from fluidgrad import fields
    >>> @fields.add("lamb_x", units="m s-2", long_name="Lamb vector along x", diverging=True)
    ... def lamb_x(flow):
    ...     '''-omega v'''
    ...     return -fields.at_centres(flow, "vorticity") * fields.at_centres(flow, "v")

    The function gets a :class:`~fluidgrad.flow.Flow` and returns values in the plain shape of ``location`` (a key of
    :data:`fluidgrad.grid.LOCATIONS`), NaN where there are none. ``units`` are SI in the CF way, ``symbol`` is
    mathtext; both labels default to the name. A field added before is replaced.

    Raises
    ------
    ConfigError : the name is no identifier or that of a field already there, or the location is none.
    """
    if not name.isidentifier() or not name.isascii():
        raise ConfigError(
            f"{name!r} is no name of a field: allowed are letters, digits and '_', a letter first"
        )
    if is_reserved(name):
        raise ConfigError(f"{name!r} is taken; choose another name for your field")
    if location not in LOCATIONS:
        raise ConfigError(f"{name}: there is no location {location!r}; choose one of {', '.join(LOCATIONS)}")
    words = long_name or name.replace("_", " ")
    drawn = symbol or rf"\mathrm{{{name.replace('_', chr(92) + '_')}}}"

    def put(function: Function) -> Function:
        def checked(flow: Flow) -> np.ndarray:
            values = np.asarray(function(flow), dtype=float)
            if values.shape != flow.grid.shape(location):
                raise ConfigError(
                    f"field {name!r} came out with shape {values.shape}; a {location} field on this grid has "
                    f"{flow.grid.shape(location)}"
                )
            return values

        checked.__doc__ = function.__doc__
        entry(name, location, units, words, drawn, diverging=diverging, source=source)(checked)
        _added.add(name)
        return function

    return put


_ELSEWHERE = """
x y t x_f y_f time step snapshot series config VTKHDF particles
u_c v_c u_bottom u_top v_left v_right velocity distance none
uu uv vv tke
"""

ELSEWHERE = frozenset(_ELSEWHERE.split())
"""Names that mean something else in files and pictures."""


def remove(name: str) -> None:
    """Take out a field that was put in by :func:`add`. Raises ConfigError if there is none of that name."""
    if name not in _added:
        raise ConfigError(f"{name!r} is not yours: only fields that were added can be removed")
    _added.discard(name)
    del FIELDS[name]


def is_reserved(name: str) -> bool:
    """Whether a name means something in files and pictures of every run, and so is free neither for a transported
    scalar nor for a field of a user."""
    return name in ELSEWHERE or name in GROUPS or (name in FIELDS and name not in _added)
