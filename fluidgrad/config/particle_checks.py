"""Checks of the particles that a run carries along."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from fluidgrad.config.draft import Draft
from fluidgrad.config.names import check_unique
from fluidgrad.config.particles import MOST, places
from fluidgrad.config.positions import Path
from fluidgrad.config.problems import Finding

Findings = Iterator[Finding]

MAX_RELEASES = 1_000_000
"""Releases of a set at most."""

PLACES = {"points": ("points",), "line": ("first", "last"), "grid": ("x", "y")}
"""Kind of a release -> the settings that hold its places."""


def check_particle_names(draft: Draft) -> Findings:
    """Names are safe as names of groups in files."""
    yield from check_unique("particles", "particles", draft.particles)


def check_particle_places(draft: Draft) -> Findings:
    """Particles set out in the domain, and there are some."""
    if draft.domain is None:
        return
    for index, one in enumerate(draft.particles):
        path: Path = ("particles", index)
        found = [*_outside(draft, path, one), *_in_order(path, one), *_too_many(path, one)]
        yield from found
        if found:
            continue
        count = len(places(one, (draft.domain.x, draft.domain.y), draft.constants)[0])
        if count == 0:
            yield Finding(
                (*path, "where"), "holds at none of the points; make count larger or the region another"
            )
        elif count > one.most:
            yield Finding(
                (*path, "most"),
                f"each release has {count} particles, more than the {one.most} allowed at once",
            )


def _outside(draft: Draft, path: Path, one) -> Findings:
    """Places that are not in the domain."""
    for setting in PLACES[one.release]:
        given = getattr(one, setting)
        if given is None:
            continue
        if one.release == "grid":
            pairs = [((*path, setting, end), setting, value) for end, value in enumerate(given)]
        else:
            points = enumerate(given) if setting == "points" else [(None, given)]
            pairs = [
                ((*path, setting, *(() if number is None else (number,)), axis), "xy"[axis], value)
                for number, point in points
                for axis, value in enumerate(point)
            ]
        for where, direction, value in pairs:
            low, high = getattr(draft.domain, direction)
            if low < high and not low <= value <= high:
                yield Finding(where, f"{direction} = {value:g} is outside the domain, {low:g} to {high:g}")


def _in_order(path: Path, one) -> Findings:
    """Ends of a rectangle that are not in order."""
    for setting in ("x", "y"):
        ends = getattr(one, setting, None)
        if ends is not None and not ends[0] < ends[1]:
            yield Finding(
                (*path, setting),
                f"the first end must be less than the second, found {ends[0]:g}, {ends[1]:g}",
            )


def _too_many(path: Path, one) -> Findings:
    """Points of a rectangle that would not fit into memory, before they are made."""
    count = math.prod(one.count) if one.release == "grid" else 0
    if count > MOST:
        yield Finding((*path, "count"), f"makes {count:.3g} points; allowed are {MOST:.3g}")


def check_particle_times(draft: Draft) -> Findings:
    """There are releases before the end of the run, and not too many."""
    if draft.time is None:
        return
    end = draft.time.end
    for index, one in enumerate(draft.particles):
        if one.start > end:
            yield Finding(
                ("particles", index, "start"), f"after the end of the run: {one.start:g} s of {end:g} s"
            )
        elif one.every is not None and math.floor((end - one.start) / one.every) >= MAX_RELEASES:
            yield Finding(
                ("particles", index, "every"),
                f"makes {(end - one.start) / one.every:.3g} releases; allowed are {MAX_RELEASES}",
            )


PARTICLE_CHECKS: tuple[Callable[[Draft], Findings], ...] = (
    check_particle_names,
    check_particle_places,
    check_particle_times,
)
"""All checks of this module, in the order in which they run."""
