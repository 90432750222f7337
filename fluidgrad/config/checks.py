"""Checks of one setting against another: geometry, sides, times, names.

A check is a function of a :class:`Draft` that yields findings; it stays silent about what it cannot know.
All of them are in :data:`CHECKS`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator

import numpy as np

from fluidgrad.config.body_checks import BODY_CHECKS
from fluidgrad.config.draft import Draft
from fluidgrad.config.flow_checks import FLOW_CHECKS
from fluidgrad.config.names import check_unique, name_fault
from fluidgrad.config.particle_checks import PARTICLE_CHECKS
from fluidgrad.config.problems import Finding
from fluidgrad.config.rheology_checks import RHEOLOGY_CHECKS
from fluidgrad.config.scalar_checks import SCALAR_CHECKS
from fluidgrad.config.sides import OPPOSITE, SIDES
from fluidgrad.expressions import FUNCTIONS, NUMBERS, WORDS
from fluidgrad.fields import PRIMARY, ScalarUnits, find, groups, suggestion

Findings = Iterator[Finding]

MAX_SNAPSHOTS = 100_000
SMALLEST_CELL = 1e-6
"""Smallest cell allowed, over the length of the domain."""
LARGEST_SEAM = 2.0
"""Largest ratio allowed of the two cells that meet across a periodic side."""


def check_names(draft: Draft) -> Findings:
    """Names of the run and of the probes are safe as names of directories and columns."""
    if draft.name and (fault := name_fault(draft.name)):
        yield Finding(("name",), fault)
    yield from check_unique("probes", "probe", draft.probes)


def check_constants(draft: Draft) -> Findings:
    """Names of constants can be used in formulas and hide nothing."""
    reserved = {"x", "y", "t", *NUMBERS, *FUNCTIONS, *WORDS}
    for name in draft.constants:
        path = ("constants", name)
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            yield Finding(path, "is no name; allowed are letters, digits and '_'", at_key=True)
        elif name in reserved:
            yield Finding(path, f"{name!r} already means something in formulas; choose another", at_key=True)
        elif name == "k" and getattr(draft.initial, "case", "") == "turbulence":
            yield Finding(path, "'k' is the wave number in initial.spectrum; choose another", at_key=True)


def check_domain(draft: Draft) -> Findings:
    """The ends are in order, the spacing fits them, no cell is too small."""
    if (domain := draft.domain) is None:
        return
    for axis, direction in enumerate("xy"):
        low, high = getattr(domain, direction)
        spacing = getattr(domain, f"spacing_{direction}")
        if not (low < high and math.isfinite(high - low)):
            yield Finding(
                ("domain", direction), f"the first end must be less than the second, found {low:g}, {high:g}"
            )
        elif spacing.law == "faces":
            yield from _check_faces(direction, spacing.faces, (low, high), domain.cells[axis])
        else:
            yield from _check_cells(draft, axis, direction)


def _check_faces(direction: str, faces: tuple[float, ...], ends: tuple[float, float], cells: int) -> Findings:
    path = ("domain", f"spacing_{direction}", "faces")
    if len(faces) != cells + 1:
        yield Finding(path, f"{cells} cells need {cells + 1} faces, found {len(faces)}")
    elif falls := [i for i in range(cells) if not faces[i] < faces[i + 1]]:
        i = falls[0]
        yield Finding((*path, i + 1), f"faces must increase, found {faces[i]:g}, then {faces[i + 1]:g}")
    elif (faces[0], faces[-1]) != ends:
        yield Finding(
            path,
            f"the first and last face must be the ends of domain.{direction}, {ends[0]!r} and {ends[1]!r}, "
            f"found {faces[0]!r} and {faces[-1]!r}",
        )


def _check_cells(draft: Draft, axis: int, direction: str) -> Findings:
    with np.errstate(all="ignore"):
        faces = draft.domain.faces()[axis]
    smallest = np.diff(faces).min() / (faces[-1] - faces[0])
    law = getattr(draft.domain, f"spacing_{direction}").law
    if law == "uniform" and smallest <= 0:
        yield Finding(
            ("domain", direction),
            "too far from the origin for cells this small; move the domain towards zero",
        )
    elif law != "uniform" and smallest < SMALLEST_CELL:
        key = {"tanh": "strength", "geometric": "ratio"}[law]
        yield Finding(
            ("domain", f"spacing_{direction}", key),
            f"stretched too far: the smallest cell is {max(smallest, 0):.2g} of the domain, "
            f"allowed is {SMALLEST_CELL:g}; lower the {key}",
        )


def check_seams(draft: Draft) -> Findings:
    """Cells that meet across a periodic side are of similar size."""
    if draft.faces is None:
        return
    for direction, faces in zip("xy", draft.faces, strict=True):
        if not draft.periodic(direction):
            continue
        first, last = np.diff(faces)[[0, -1]]
        ratio = max(first, last) / min(first, last)
        if ratio > LARGEST_SEAM:
            law = getattr(draft.domain, f"spacing_{direction}").law
            yield Finding(
                ("domain", f"spacing_{direction}", "faces" if law == "faces" else "fine"),
                f"{direction} is periodic, but the cells at the seam differ by a factor {ratio:.3g} "
                f"(allowed {LARGEST_SEAM:g}); "
                + ("move the faces" if law == "faces" else "use fine = 'both'"),
            )


def check_fluid(draft: Draft) -> Findings:
    """Viscosity is given in exactly one way, and sticking walls have some."""
    if (fluid := draft.fluid) is None or not fluid.newtonian:
        return
    given = [name for name in ("viscosity", "reynolds", "scales") if getattr(fluid, name) is not None]
    if not given:
        yield Finding(
            ("fluid",),
            "give viscosity, or reynolds with speed and length, or scales for convection",
            at_key=True,
        )
    elif len(given) > 1:
        yield Finding(
            ("fluid", given[1]),
            f"{given[0]} is given as well; give one of the two (as an override: --set fluid={{viscosity=1e-3}})",
            at_key=True,
        )
    elif fluid.reynolds is None:
        for name in ("speed", "length"):
            if name in fluid.model_fields_set:
                yield Finding(
                    ("fluid", name),
                    f"belongs to reynolds and has no effect with {given[0]}; leave it out",
                    at_key=True,
                )
    elif not math.isfinite(fluid.nu) or fluid.nu == 0:
        yield Finding(
            ("fluid", "reynolds"), f"gives a viscosity of {fluid.nu:g} m2/s; use a Reynolds number in range"
        )
    yield from _check_inviscid_walls(draft)


def _check_inviscid_walls(draft: Draft) -> Findings:
    if draft.fluid is None or draft.fluid.viscosity != 0:
        return
    for side in SIDES:
        if side in draft.sides and draft.sides[side].type in ("wall", "moving wall"):
            yield Finding(
                ("boundaries", side, "type"),
                f"fluid without viscosity does not stick to a {draft.sides[side].type}; use 'slip'",
            )


def check_periodic_pairs(draft: Draft) -> Findings:
    """A periodic side has a periodic one opposite."""
    for side in SIDES:
        opposite = OPPOSITE[side]
        if side not in draft.sides or opposite not in draft.sides:
            continue
        other = draft.sides[opposite].type
        if draft.sides[side].type == "periodic" and other != "periodic":
            yield Finding(
                ("boundaries", side, "type"),
                f"'periodic' joins {side} to {opposite}, which is {other!r}; make both periodic or neither",
            )


def check_probes(draft: Draft) -> Findings:
    """Probes are in the domain."""
    if draft.domain is None:
        return
    for index, probe in enumerate(draft.probes):
        for direction in "xy":
            low, high = getattr(draft.domain, direction)
            if low < high and not low <= (place := getattr(probe, direction)) <= high:
                yield Finding(
                    ("probes", index, direction), f"{place:g} is outside the domain, {low:g} to {high:g}"
                )


def check_time(draft: Draft) -> Findings:
    """The step is fixed or adaptive, and fits the end."""
    if (time := draft.time) is None or time.step is None:
        return
    for name in ("cfl", "max_step"):
        if name in time.model_fields_set and getattr(time, name) is not None:
            yield Finding(
                ("time", name),
                "belongs to the adaptive step, but step fixes it; leave out one of the two",
                at_key=True,
            )
    if time.step > time.end:
        yield Finding(("time", "step"), f"longer than the run: {time.step:g} s of {time.end:g} s")


def _scalars(draft: Draft) -> ScalarUnits:
    """The transported scalars, as far as names of fields depend on them."""
    return dict.fromkeys(draft.scalar_names, ("1", ""))


def check_output(draft: Draft) -> Findings:
    """Names of fields are known, and snapshots are neither too rare nor too many."""
    if (output := draft.output) is None:
        return
    scalars = _scalars(draft)
    for index, name in enumerate(output.fields):
        if name in (*PRIMARY, *scalars):
            yield Finding(("output", "fields", index), f"{name!r} is always stored; leave it out")
        elif name not in groups(scalars) and find(name, scalars) is None:
            hint = suggestion(name, scalars, also=groups(scalars))
            yield Finding(("output", "fields", index), f"no field {name[:60]!r}; {hint}")
    if output.figure != "none" and find(output.figure, scalars) is None:
        hint = suggestion(output.figure, scalars, also=["none"])
        yield Finding(("output", "figure"), f"no field {output.figure[:60]!r}; {hint}")
    if draft.time is None or output.every is None:
        return
    if output.every > draft.time.end:
        yield Finding(("output", "every"), f"longer than the run: {output.every:g} s of {draft.time.end:g} s")
    elif draft.time.end / output.every > MAX_SNAPSHOTS:
        count = draft.time.end / output.every
        yield Finding(("output", "every"), f"makes {count:.3g} snapshots; allowed are {MAX_SNAPSHOTS}")


def check_budgets(draft: Draft) -> Findings:
    """The fluid that a budget of enstrophy covers stays the same."""
    asked = () if draft.output is None else draft.output.budgets
    if "enstrophy" in asked and any(body.motion is not None for body in draft.bodies):
        yield Finding(
            ("output", "budgets", asked.index("enstrophy")),
            "the fluid that a budget of enstrophy covers must not change, but bodies move; leave it out",
        )


def check_statistics(draft: Draft) -> Findings:
    """Names of fields are known, and there is some time to average over."""
    if (statistics := draft.statistics) is None:
        return
    scalars = _scalars(draft)
    averaged = ("u", "v", *scalars)
    for index, name in enumerate(statistics.fields):
        if name in averaged:
            yield Finding(("statistics", "fields", index), f"{name!r} is always averaged; leave it out")
        elif find(name, scalars) is None:
            yield Finding(
                ("statistics", "fields", index), f"no field {name[:60]!r}; {suggestion(name, scalars)}"
            )
    if draft.time is not None and statistics.start >= draft.time.end:
        yield Finding(
            ("statistics", "start"),
            f"not before the end of the run: {statistics.start:g} s of {draft.time.end:g} s",
        )


CHECKS: tuple[Callable[[Draft], Findings], ...] = (
    check_names,
    check_constants,
    check_domain,
    check_seams,
    check_fluid,
    check_periodic_pairs,
    check_probes,
    check_time,
    check_output,
    check_budgets,
    check_statistics,
    *RHEOLOGY_CHECKS,
    *SCALAR_CHECKS,
    *FLOW_CHECKS,
    *BODY_CHECKS,
    *PARTICLE_CHECKS,
)
"""All checks, in the order in which they run."""
