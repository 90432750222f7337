"""What is computed along with a run, step by step, and never acts on the flow: particles, running statistics,
budgets.

A companion sees each step when its result is known but not yet taken over, so that it has the velocity at both
ends. All that it needs to go on is in :meth:`Companion.arrays`, which checkpoints keep bit for bit: a run that
was stopped and resumed ends with the same numbers.

What a configuration cannot say, a program can: ``Simulation.from_config(..., follow=[...])`` takes companions of your
own. A number of the flow becomes one by :func:`diagnostic`; what has to see every step derives from
:class:`Companion`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from fluidgrad.errors import ConfigError, RefusedError, StorageError

if TYPE_CHECKING:
    from fluidgrad.flow import Flow
    from fluidgrad.simulation import Simulation

PREFIX = "companion_"
"""What the names of their arrays in a checkpoint begin with."""


class Companion:
    """One of them; this one does nothing. Each kind overrides what it needs.

    Attributes
    ----------
    name : unique among the companions of a run; the names of its arrays in checkpoints begin with it.
    columns : the columns that it adds to the time series: name -> unit, meaning.
    """

    name: str
    columns: Mapping[str, tuple[str, str]] = {}

    def start(self, simulation: Simulation) -> None:
        """Begin with the initial flow; not called for a run that is resumed."""

    def before_accept(self, simulation: Simulation, dt: float) -> None:
        """See a step: ``simulation.state`` is still the flow at its beginning, ``simulation.stepper`` has the new
        velocity ``u, v`` (padded, halos filled) and the new scalars, valid at ``state.t + dt``."""

    def after_step(self, simulation: Simulation, dt: float) -> None:
        """See the flow after a step."""

    def row(self, simulation: Simulation) -> dict[str, float]:
        """Its part of a row of the time series: a value for each of :attr:`columns`."""
        return {}

    def particles(self, simulation: Simulation) -> dict[str, dict[str, np.ndarray]]:
        """Sets of particles for the snapshots: name -> attribute (``x``, ``y`` ...) -> values (n,)."""
        return {}

    def file(self, simulation: Simulation) -> tuple[str, bytes] | None:
        """A file in the run directory, name and content, written anew after each snapshot."""
        return None

    def arrays(self) -> dict[str, np.ndarray]:
        """All that it needs to go on."""
        return {}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Go on from what :meth:`arrays` gave."""


class Diagnostic(Companion):
    """A number of the flow at an instant, in a column of the time series; see :func:`diagnostic`.

    It is still the function that it was made from: called with a :class:`~fluidgrad.flow.Flow`, a snapshot for
    instance, it returns the number.
    """

    def __init__(self, name: str, units: str, long_name: str, function: Callable[[Flow], float]):
        self.name, self.function = name, function
        self.columns = {name: (units, long_name)}
        self.__doc__ = function.__doc__

    def __call__(self, flow: Flow) -> float:
        value = self.function(flow)
        if np.ndim(value) != 0:
            raise ConfigError(
                f"diagnostic {self.name!r} came out with the shape {np.shape(value)}; it must be one number"
            )
        return float(value)

    def row(self, simulation: Simulation) -> dict[str, float]:
        """Its column, of the flow as it is now."""
        return {self.name: self(simulation.flow(copy=False))}


def diagnostic(
    name: str, units: str = "1", long_name: str = ""
) -> Callable[[Callable[[Flow], float]], Diagnostic]:
    """Decorator: make a function of a flow that returns a number a column of the time series.

    >>> import fluidgrad as fg
    >>> from fluidgrad import fields
    >>> @fg.diagnostic("peak_vorticity", units="s-1")
    ... def peak_vorticity(flow):
    ...     return abs(fields.compute(flow, "vorticity")).max()
    >>> sim = fg.Simulation.from_config("flow.toml", follow=[peak_vorticity])   # doctest: +SKIP

    It is computed for each row, every ``[output] series_every`` steps. ``units`` are SI in the CF way; ``long_name``,
    for labels, defaults to the name. Raises ConfigError if the name is none.
    """
    if not name.isidentifier() or not name.isascii():
        raise ConfigError(
            f"{name!r} cannot name a column: allowed are letters, digits and '_', a letter first"
        )
    return lambda function: Diagnostic(name, units, long_name or name.replace("_", " "), function)


def followed(
    companions: Iterable[Companion], columns: Mapping[str, tuple[str, str]]
) -> dict[str, tuple[str, str]]:
    """The columns of a time series, and those that companions add. Raises ConfigError if one is no companion, or has
    the name of another or of another's column."""
    columns, names = dict(columns), {"t", "step"}
    for one in companions:
        if not isinstance(one, Companion):
            raise ConfigError(
                f"follow: {getattr(one, '__name__', one)!r} cannot be followed; make a function a column with "
                '@fluidgrad.diagnostic("name", units="..."), or derive from fluidgrad.Companion'
            )
        if taken := {one.name, *one.columns} & {*names, *columns}:
            raise ConfigError(f"follow: the name {min(taken)!r} is taken; choose another")
        names.add(one.name)
        columns |= one.columns
    return columns


def stored(companions: list[Companion]) -> dict[str, np.ndarray]:
    """The arrays of all companions by the names that they have in a checkpoint."""
    return {f"{PREFIX}{one.name}.{key}": values for one in companions for key, values in one.arrays().items()}


def restore(companions: list[Companion], arrays: dict[str, np.ndarray], where: Any) -> None:
    """Let all go on from the arrays of a checkpoint. Raises RefusedError if it is of another kind of run."""
    known = {one.name for one in companions}
    for key in arrays:
        name = key.removeprefix(PREFIX).partition(".")[0]
        if key.startswith(PREFIX) and name not in known:
            raise RefusedError(
                f"{where}: it was run with {name!r}, which would not go on: resume it in Python, with follow=[...]"
            )
    for one in companions:
        prefix = f"{PREFIX}{one.name}."
        own = {key.removeprefix(prefix): values for key, values in arrays.items() if key.startswith(prefix)}
        if own.keys() != one.arrays().keys():
            raise RefusedError(f"{where}: its checkpoint has no {one.name} to go on with")
        try:
            one.restore(own)
        except ValueError as error:
            raise StorageError(f"{where}: {one.name} of its checkpoint cannot be used: {error}") from error
