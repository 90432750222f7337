"""Vector fields by name: the velocity, or the gradient of any field."""

from __future__ import annotations

import numpy as np

from fluidgrad.analysis.masking import drawable_gradient
from fluidgrad.errors import ConfigError
from fluidgrad.fields import Field, ScalarUnits, find, per_metre, suggestion, velocity_at_centres
from fluidgrad.plotting.layers.base import Scene
from fluidgrad.plotting.style import pretty_units

VELOCITY = "velocity"


def potential(of: str, scalars: ScalarUnits) -> Field:
    """The field of whose gradient a vector field consists. Raises ConfigError if there is none of that name."""
    found = find(of, scalars)
    if found is None:
        raise ConfigError(f"there is no field {str(of)[:60]!r}: {suggestion(str(of), scalars, (VELOCITY,))}")
    return found


def components(scene: Scene, of: str) -> tuple[np.ndarray, np.ndarray]:
    """Both components at the centres (ny, nx), fit for interpolation up to the walls. Raises ConfigError for a field
    that is not there."""
    if of == VELOCITY:
        return velocity_at_centres(scene.flow)
    return drawable_gradient(scene.flow, potential(of, scene.flow.scalar_units))


def symbol_of(scene: Scene, of: str) -> str:
    """Mathematics for labels, without dollars."""
    return r"\mathbf{u}" if of == VELOCITY else rf"\nabla {scene.field(of).symbol}"


def units_of(scene: Scene, of: str) -> str:
    """Units for labels."""
    return pretty_units("m s-1" if of == VELOCITY else per_metre(scene.field(of).units))
