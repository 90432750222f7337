"""Checks of the scalars that the flow carries and of what they do to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from fluidgrad.config.draft import Draft
from fluidgrad.config.flow_checks import check_field, check_finite, side_points, times_tried
from fluidgrad.config.positions import Path
from fluidgrad.config.problems import Finding
from fluidgrad.config.scalars import DIFFUSIVITIES, STRENGTHS, Buoyancy, Scalar, scale_setting
from fluidgrad.config.sides import SIDES
from fluidgrad.fields import is_reserved, occupied

Findings = Iterator[Finding]

MAX_LABEL = 60
"""Longest name, unit and label of a scalar."""

ALLOWED = {
    "wall": ("value", "flux"),
    "moving wall": ("value", "flux"),
    "slip": ("value", "flux"),
    "inflow": ("inflow",),
    "outflow": ("outflow",),
    "periodic": ("periodic",),
}
"""Type of a side of the flow -> what it can do to a scalar."""

NO_GRAVITY = (0.0, 0.0)


def check_scalar_names(draft: Draft) -> Findings:
    """Names of scalars are words that are free in files, pictures and formulas; labels are short texts."""
    owners: dict[str, int] = {}
    for index, scalar in enumerate(draft.scalars):
        path, name = ("scalars", index, "name"), scalar.name
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) or len(name) > MAX_LABEL:
            yield Finding(
                path,
                f"{name[:MAX_LABEL]!r} is no name; allowed are letters, digits and '_', beginning with a letter, "
                f"at most {MAX_LABEL} of them",
            )
            continue
        if taken := [word for word in occupied(name) if is_reserved(word)]:
            yield Finding(
                path, f"{name!r} would take the name {taken[0]!r}, which is that of a field; choose another"
            )
        if clashes := [word for word in occupied(name) if word in owners]:
            yield Finding(
                path, f"{clashes[0]!r} is already taken by scalars[{owners[clashes[0]]}]; choose another"
            )
        owners |= dict.fromkeys(occupied(name), index)
        for label in ("units", "long_name"):
            text = getattr(scalar, label)
            if len(text) > MAX_LABEL or not text.isprintable():
                yield Finding((*path[:2], label), f"must be one line of at most {MAX_LABEL} characters")


def check_scalar_numbers(draft: Draft) -> Findings:
    """Diffusivity and buoyancy are given in one way each, with what that way needs."""
    for index, scalar in enumerate(draft.scalars):
        path = ("scalars", index)
        yield from _one_of(path, scalar, DIFFUSIVITIES, needed=True)
        yield from _one_of(path, scalar, STRENGTHS, needed=False)
        if scalar.strength in ("", "expansion") and scalar.length is not None and scalar.difference is None:
            yield Finding((*path, "length"), "has no effect without a number or difference", at_key=True)
        if scalar.strength == "rayleigh" and scalar.diffusivity == 0.0:
            yield Finding((*path, "rayleigh"), "needs a diffusivity that is not zero; give expansion instead")
        if draft.fluid is None:
            continue
        if scalar.strength == "richardson" and draft.fluid.reynolds is None:
            yield Finding(
                (*path, "richardson"), "refers to the speed of [fluid] reynolds; give that number too"
            )
        inviscid = draft.fluid.viscosity == 0.0
        for name in ("prandtl", "schmidt", "rayleigh", "grashof"):
            if inviscid and getattr(scalar, name) is not None:
                yield Finding((*path, name), "is a ratio to the viscosity, which is zero", at_key=True)


def _one_of(path: Path, scalar: Scalar, names: tuple[str, ...], needed: bool) -> Findings:
    given = [name for name in names if getattr(scalar, name) is not None]
    if needed and not given:
        yield Finding(path, f"give one of {', '.join(names)}", at_key=True)
    for extra in given[1:]:
        yield Finding((*path, extra), f"{given[0]} is given as well; give one of the two", at_key=True)


def check_scales(draft: Draft) -> Findings:
    """The scales of convection follow from the numbers of a scalar."""
    if draft.fluid is None or draft.fluid.scales is None or len(draft.scalars) < len(draft.scalar_names):
        return
    path, scales = ("fluid", "scales"), draft.fluid.scales
    scalar = scale_setting(draft.scalars)
    if scalar is None:
        yield Finding(path, "follow from a scalar's rayleigh or grashof number, and there is none")
        return
    index = draft.scalars.index(scalar)
    if scalar.number is None and (scales == "diffusive" or scalar.strength == "rayleigh"):
        hint = ": its diffusivity is 1 m2/s in these scales" if scales == "diffusive" else ""
        yield Finding(
            ("scalars", index, scalar.strength), f"with [fluid] scales needs prandtl or schmidt{hint}"
        )
    if getattr(scalar, scalar.strength) <= 0.0:
        yield Finding(("scalars", index, scalar.strength), "must be positive to set the scales of the fluid")


def check_gravity(draft: Draft) -> Findings:
    """There is gravity where a scalar lifts the fluid, and a scalar that does where gravity is given."""
    if draft.buoyancy is None:
        return
    lifting = any(scalar.strength for scalar in draft.scalars)
    path = ("buoyancy", "gravity")
    if lifting and draft.buoyancy.gravity == NO_GRAVITY:
        yield Finding(
            path, "must not be zero; for a scalar that does not lift, leave out its expansion or number"
        )
    complete = len(draft.scalars) == len(draft.scalar_names)
    if complete and not lifting and draft.buoyancy.gravity != Buoyancy().gravity:
        yield Finding(path, f"has no effect: no scalar has one of {', '.join(STRENGTHS)}", at_key=True)


def check_scalar_sides(draft: Draft) -> Findings:
    """What a side does to a scalar fits what it does to the flow."""
    for index, scalar in enumerate(draft.scalars):
        for side in SIDES:
            if side not in draft.sides:
                continue
            flow, given = draft.sides[side].type, getattr(scalar.boundaries, side)
            path = ("scalars", index, "boundaries", side)
            if given is None:
                if flow == "inflow":
                    message = (
                        f'missing: fluid enters through the {side} side; give type = "inflow" and a value'
                    )
                    yield Finding(path, message, at_key=True)
            elif given.type not in ALLOWED[flow]:
                allowed = " or ".join(map(repr, ALLOWED[flow]))
                yield Finding((*path, "type"), f"the {side} side of the flow is {flow!r}; allowed: {allowed}")
            elif given.type == "value" and scalar.diffusivity == 0.0:
                yield Finding((*path, "type"), "has no effect: without diffusivity nothing comes from a wall")
            elif given.type == "flux" and scalar.diffusivity == 0.0 and given.flux != 0.0:
                yield Finding((*path, "flux"), "must be 0: without diffusivity nothing comes from a wall")


def check_scalar_bodies(draft: Draft) -> Findings:
    """Walls of bodies are named once each, and exist; what they do is possible."""
    names = [body.name or f"body{number}" for number, body in enumerate(draft.bodies, 1)]
    for index, name in enumerate(names):
        if draft.scalars and name in SIDES:
            yield Finding(
                ("bodies", index, "name"), f"{name!r} is a side, which has fluxes too; choose another"
            )
    for index, scalar in enumerate(draft.scalars):
        seen: set[str] = set()
        for place, wall in enumerate(scalar.bodies):
            path = ("scalars", index, "bodies", place)
            if not names:
                yield Finding(path, "there are no [[bodies]] in this flow", at_key=True)
            elif wall.name and wall.name not in names:
                yield Finding(
                    (*path, "name"), f"no body {wall.name[:60]!r}; there are {', '.join(map(repr, names))}"
                )
            if scalar.diffusivity == 0.0 and getattr(wall, "flux", None) != 0.0:
                yield Finding(
                    (*path, wall.type),
                    "has no effect: without diffusivity nothing comes from a wall; leave the wall out",
                )
            if wall.name in seen:
                yield Finding(
                    path, f"{wall.name or 'all others'!r} is given twice; give each body once", at_key=True
                )
            seen.add(wall.name)


def check_scalar_values(draft: Draft) -> Findings:
    """Initial values, sources and what sides and walls of bodies give are finite."""
    if draft.faces is None:
        return
    for index, scalar in enumerate(draft.scalars):
        path = ("scalars", index)
        yield from check_field(draft, (*path, "initial"), scalar.initial, (0.0,))
        yield from check_field(draft, (*path, "source"), scalar.source, times_tried(draft))
        for side in SIDES:
            given = getattr(scalar.boundaries, side)
            for setting in ("value", "flux"):
                text = getattr(given, setting, None)
                if isinstance(text, str):
                    points, _ = side_points(draft, side, at_faces=False)
                    where = (*path, "boundaries", side, setting)
                    yield from check_finite(draft, where, text, points, times_tried(draft))
        for place, wall in enumerate(scalar.bodies):
            given = wall.value if wall.type == "value" else wall.flux
            yield from check_field(draft, (*path, "bodies", place, wall.type), given, times_tried(draft))


SCALAR_CHECKS: tuple[Callable[[Draft], Findings], ...] = (
    check_scalar_names,
    check_scalar_numbers,
    check_scales,
    check_gravity,
    check_scalar_sides,
    check_scalar_bodies,
    check_scalar_values,
)
"""All checks of this module, in the order in which they run."""
