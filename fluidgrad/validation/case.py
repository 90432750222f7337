"""What a case is: flows at several resolutions, what is measured in them, and what that must agree with.

A case is one module of :mod:`fluidgrad.validation.cases`. It holds a :class:`Case` named ``CASE``: one or more
:class:`Setup`, each a configuration as a function of the resolution with a function that measures, and a function
that draws. The framework runs, compares, stores and reports; a case only says what and against what.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from fluidgrad.simulation import Simulation
    from fluidgrad.validation.outcome import Outcome

Curve = tuple[np.ndarray, np.ndarray]
"""Abscissae and ordinates, two arrays of the same length."""


@dataclass(frozen=True)
class Published:
    """A number to agree with, where it is from, and how far it can be trusted: ``exact``, ``high`` (several independent
    sources, or converged computations), ``medium``, ``found once`` or ``low`` (not compared with the paper)."""

    value: float
    source: str
    confidence: str


def exact(value: float = 0.0, source: str = "exact solution") -> Published:
    """A number that is known without a doubt; zero for the norm of an error."""
    return Published(value, source, "exact")


@dataclass(frozen=True)
class Quantity:
    """A number to compare.

    Parameters
    ----------
    key : its name in what the set-up measures.
    label : its name for people.
    published : what it must agree with.
    tolerance : largest difference from it on ``at`` cells; relative to the published value, or absolute if that is
        zero.
    at : the resolution that the tolerance is for.
    order : the tolerance grows as ``(at/n)^order`` on a coarser grid and falls so on a finer one; 0: the same on all.
    floor : the tolerance falls no further than this, the uncertainty of the published value; an order of accuracy is
        not read from smaller differences.
    least_order : smallest observed order of accuracy between the two finest grids; None if it is not judged.
    """

    key: str
    label: str
    published: Published
    tolerance: float
    at: int
    order: float = 2.0
    floor: float = 0.0
    least_order: float | None = None

    @property
    def relative(self) -> bool:
        """Whether differences and tolerance are relative to the published value."""
        return self.published.value != 0.0

    def allowed(self, resolution: int) -> float:
        """The tolerance at a resolution."""
        return max(self.floor, self.tolerance * (self.at / resolution) ** self.order)

    def difference(self, computed: float) -> float:
        """Computed less published, relative if the quantity is."""
        difference = computed - self.published.value
        return difference / abs(self.published.value) if self.relative else difference


@dataclass(frozen=True)
class Measured:
    """What one run gives: numbers by key, and curves by name for the figure."""

    numbers: Mapping[str, float]
    curves: Mapping[str, Curve] = field(default_factory=dict)


class March(Protocol):
    """Advances the simulation to a time, or to a steady state, and calls ``each(simulation)`` after every step."""

    def __call__(self, until: float, each: Callable[[Simulation], object] | None = None) -> None: ...


@dataclass(frozen=True)
class Setup:
    """One flow of a case.

    Parameters
    ----------
    name : what tells it from the other flows of the case, such as ``Re 100``.
    settings : the configuration at a resolution, as a dict.
    measure : marches a simulation that has been set up and returns what it measured.
    quantities : what is compared.
    quick, full : resolutions of the quick and of the full validation, increasing.
    multiple : resolutions must be a multiple of it; with 2 there are faces on the centrelines.
    """

    name: str
    settings: Callable[[int], dict]
    measure: Callable[[Simulation, March], Measured]
    quantities: tuple[Quantity, ...]
    quick: tuple[int, ...]
    full: tuple[int, ...]
    multiple: int = 2


@dataclass(frozen=True)
class Case:
    """Flows that are compared with published results and drawn in one figure.

    Parameters
    ----------
    name : the name of its module, used on the command line and for files.
    title : a sentence for people.
    resolution : what the resolution counts, such as ``cells per side``.
    setups : the flows.
    draw : fills an empty figure from an outcome: published points over computed curves.
    size : width and height of the figure in inches.
    """

    name: str
    title: str
    resolution: str
    setups: tuple[Setup, ...]
    draw: Callable[[Figure, Outcome], None]
    size: tuple[float, float] = (9.0, 4.0)

    @property
    def range(self) -> str:
        """The coarsest and the finest resolution of all set-ups, for people."""
        resolutions = [n for setup in self.setups for n in (*setup.quick, *setup.full)]
        return f"{min(resolutions)} to {max(resolutions)}"
