"""A configuration that may be incomplete, so that all checks that can run do run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from fluidgrad.config.particles import Particles
from fluidgrad.config.scalars import Buoyancy, Scalar
from fluidgrad.config.schema import Config
from fluidgrad.config.sides import SIDES
from fluidgrad.config.tables import Domain, Fluid, Forcing, Numerics, Output, Probe, Statistics, Time
from fluidgrad.expressions import Formula


@dataclass
class Draft:
    """The valid tables of a configuration; one that is missing or not valid is None, a side is left out."""

    constants: Mapping[str, float] = field(default_factory=dict)
    name: str = ""
    title: str = ""
    domain: Domain | None = None
    fluid: Fluid | None = None
    sides: dict[str, Any] = field(default_factory=dict)
    bodies: tuple[Any, ...] = ()
    scalars: tuple[Scalar, ...] = ()
    scalar_names: tuple[str, ...] = ()
    """Names of all scalars, also of those that are not valid."""
    buoyancy: Buoyancy | None = None
    forcing: Forcing | None = None
    initial: Any = None
    numerics: Numerics | None = None
    time: Time | None = None
    output: Output | None = None
    statistics: Statistics | None = None
    probes: tuple[Probe, ...] = ()
    particles: tuple[Particles, ...] = ()

    @classmethod
    def of(cls, config: Config) -> Draft:
        tables = {name: getattr(config, name) for name in Config.model_fields if name != "boundaries"}
        names = tuple(scalar.name for scalar in config.scalars)
        return cls(
            **tables, scalar_names=names, sides={side: getattr(config.boundaries, side) for side in SIDES}
        )

    @cached_property
    def faces(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Face coordinates along x and y, None unless they make a grid."""
        if self.domain is None:
            return None
        with np.errstate(all="ignore"):
            faces = self.domain.faces()
        ends = (self.domain.x, self.domain.y)
        for positions, cells, (low, high) in zip(faces, self.domain.cells, ends, strict=True):
            if positions.size != cells + 1 or not (np.diff(positions) > 0).all():
                return None
            if positions[0] != low or positions[-1] != high:
                return None
        return faces

    @property
    def complete_sides(self) -> bool:
        return len(self.sides) == len(SIDES)

    def periodic(self, direction: str) -> bool | None:
        """Whether both sides of a direction are periodic; None if a side is not known."""
        pair = ("left", "right") if direction == "x" else ("bottom", "top")
        if any(side not in self.sides for side in pair):
            return None
        return all(self.sides[side].type == "periodic" for side in pair)

    def formula(self, value: float | str, *variables: str) -> Formula:
        return Formula(value, variables or ("x", "y", "t"), self.constants)
