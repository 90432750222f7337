"""What a run takes of memory and disk, and whether there is enough of it."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

from fluidgrad import fields
from fluidgrad.config import Config
from fluidgrad.config.flow_checks import FIELD_ARRAYS, SCALAR_ARRAYS, available_memory
from fluidgrad.config.particles import most_at_once
from fluidgrad.errors import RefusedError
from fluidgrad.grid import H

IMPLICIT_ARRAYS = 4
"""Field arrays of the solver for implicit viscosity, besides those of every run."""

RHEOLOGY_ARRAYS = 4
"""Field arrays of the solver for a viscosity that varies."""

COMPANION_ARRAYS = 5
"""Field arrays for budgets; as many for particles."""

PARTICLE_BYTES, PARTICLE_COPIES = 48, 6
"""A particle, and how many copies of it there are in memory while a snapshot is written."""

PROGRAM_BYTES = 250 * 2**20
"""Memory of Python and the libraries."""

STORED_ALWAYS = 5
"""Arrays in every snapshot: u, v and p, and the velocity at the centres; scalars and bodies add theirs."""

CHECKPOINTS = 3
"""Checkpoints, the most there are at one time."""

CHECKPOINT_ARRAYS = 3 * CHECKPOINTS
"""Arrays in them; scalars add theirs."""

FILE_BYTES = 40_000
"""A snapshot besides its arrays: names, coordinates, checksum."""


def snapshots(config: Config) -> int:
    """Number of snapshots of a whole run."""
    return math.ceil(config.time.end / config.output.every * (1.0 - 1e-12)) + 1


def _cells(config: Config) -> int:
    nx, ny = config.domain.cells
    return (nx + 2 * H) * (ny + 2 * H)


def stored_arrays(config: Config) -> int:
    """Field arrays in a snapshot."""
    scalars = [scalar.name for scalar in config.scalars]
    derived = set(fields.expand(config.output.fields, scalars)) - {*fields.PRIMARY, *scalars}
    return STORED_ALWAYS + len(scalars) + bool(config.bodies) + len(derived)


def particles(config: Config) -> int:
    """Particles in the flow at once, at most."""
    ends = config.domain.x, config.domain.y
    return sum(most_at_once(one, ends, config.time.end, config.constants) for one in config.particles)


def memory_needed(config: Config) -> int:
    """Bytes of memory that a run takes at most: the solver, and a snapshot with its file on the way out."""
    solver = FIELD_ARRAYS + (IMPLICIT_ARRAYS if config.numerics.diffusion == "implicit" else 0)
    solver += sum(SCALAR_ARRAYS[scalar.advection] for scalar in config.scalars)
    solver += RHEOLOGY_ARRAYS if config.variable_viscosity else 0
    solver += config.statistics.arrays(len(config.scalars)) if config.statistics else 0
    solver += COMPANION_ARRAYS * (bool(config.output.budgets) + bool(config.particles))
    carried = PARTICLE_COPIES * PARTICLE_BYTES * particles(config)
    return PROGRAM_BYTES + carried + 8 * _cells(config) * (solver + 2 * stored_arrays(config))


def disk_needed(config: Config) -> int:
    """Bytes on disk of a whole run, uncompressed."""
    itemsize = 4 if config.output.precision == "float32" else 8
    carried = PARTICLE_BYTES * particles(config)
    snapshot = stored_arrays(config) * itemsize * _cells(config) + carried + FILE_BYTES
    checkpoints = CHECKPOINT_ARRAYS + CHECKPOINTS * len(config.scalars)
    checkpoints += CHECKPOINTS * config.statistics.arrays(len(config.scalars)) if config.statistics else 0
    return snapshots(config) * snapshot + checkpoints * 8 * _cells(config) + CHECKPOINTS * carried


def require_resources(config: Config, place: Path, present: int = 0) -> None:
    """Refuse a run that would not fit.

    Parameters
    ----------
    place : where the results go; it need not exist yet.
    present : bytes that are there already, of a run that is continued.

    Raises
    ------
    RefusedError : memory or disk is too small; the message says by how much.
    """
    available, needed = available_memory(), memory_needed(config)
    if available is not None and needed > available:
        raise RefusedError(
            f"{config.name} needs about {size(needed)} of memory and {size(available)} are available: "
            "use fewer [domain] cells"
        )
    place = place.absolute()
    while not place.exists():
        place = place.parent
    free, needed = shutil.disk_usage(place).free, disk_needed(config) - present
    if needed > free:
        raise RefusedError(
            f"{config.name} would write about {size(needed)} ({snapshots(config)} snapshots) and {size(free)} are "
            f"free on the disk of {place}: give a longer [output] every, fewer fields, "
            'precision = "float32", or another --output'
        )


def size(count: float) -> str:
    """Bytes for reading: ``512 B``, ``3.4 MB``."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if count < 999.5 or unit == "TB":
            break
        count /= 1000.0
    return f"{count:.0f} {unit}" if unit == "B" or count >= 99.95 else f"{count:.1f} {unit}"
