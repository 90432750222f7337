"""Particles that a run carries along with its flow."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from fluidgrad.analysis.releases import grid_of_points, line_of_points, points_where
from fluidgrad.config.base import FormulaInSpace, Pair, Table, as_tuple, setting

MOST = 10_000_000
"""Largest number of particles of a set."""

Count = Annotated[int, Field(ge=1, le=MOST)]


class ParticleSet(Table):
    """What all sets have, however they are released."""

    name: str = setting(
        "Name in the results; left out: particles1, particles2 ...", default="", examples=["needle"]
    )
    start: float = setting("Time of the first release.", unit="s", default=0.0, ge=0)
    every: float | None = setting(
        "Time between releases, for streaklines; left out: one release only.",
        unit="s",
        default=None,
        gt=0,
        examples=[0.05],
    )
    most: int = setting(
        "Particles in the flow at once, at most; what would be more is not released.",
        default=100_000,
        ge=1,
        le=MOST,
    )


class FromPoints(ParticleSet):
    """One particle at each of some points."""

    release: Literal["points"] = setting("Where particles set out.")
    points: Annotated[tuple[Pair, ...], BeforeValidator(as_tuple)] = setting(
        "The points.", unit="m", min_length=1, examples=[[[0.2, 0.5], [0.3, 0.5]]]
    )


class FromLine(ParticleSet):
    """Particles evenly spaced on a line, its ends included."""

    release: Literal["line"] = setting("Where particles set out.")
    first: Pair = setting("One end.", unit="m", examples=[[0.2, 0.1]])
    last: Pair = setting("The other end.", unit="m", examples=[[0.2, 0.9]])
    count: Annotated[int, Field(ge=2, le=MOST)] = setting("Particles of each release.", default=100)


class FromGrid(ParticleSet):
    """Particles evenly spaced over a rectangle, or where a formula holds in it."""

    release: Literal["grid"] = setting("Where particles set out.")
    x: Pair | None = setting(
        "Left and right end; left out: of the domain.", unit="m", default=None, examples=[[0.1, 0.4]]
    )
    y: Pair | None = setting(
        "Bottom and top end; left out: of the domain.", unit="m", default=None, examples=[[0.4, 0.6]]
    )
    count: Annotated[tuple[Count, Count], BeforeValidator(as_tuple)] = setting(
        "Columns and rows of the rectangle.", default=(50, 50)
    )
    where: FormulaInSpace | None = setting(
        "Only at those points where this formula of x and y holds.",
        default=None,
        examples=["x^2 + y^2 < 0.1"],
    )


Particles = Annotated[FromPoints | FromLine | FromGrid, Field(discriminator="release")]


def most_at_once(particles: Particles, domain: tuple[Pair, Pair], end: float, constants) -> int:
    """Particles of a set in the flow at once, at most, until the time ``end``, s."""
    releases = 1 if particles.every is None else 1 + int((end - particles.start) / particles.every)
    return min(particles.most, releases * len(places(particles, domain, constants)[0]))


def places(particles: Particles, domain: tuple[Pair, Pair], constants) -> tuple:
    """Coordinates x and y (n,), m, from which a set is released in a domain with these ends along x and y."""
    if particles.release == "points":
        return tuple(zip(*particles.points, strict=True))
    if particles.release == "line":
        return line_of_points(particles.first, particles.last, particles.count)
    window = (*(particles.x or domain[0]), *(particles.y or domain[1]))
    if particles.where is None:
        return grid_of_points(window, *particles.count)
    return points_where(particles.where, window, *particles.count, constants)
