"""Checks of bodies: what they are called, that they can be built, lie in the domain, are resolved and move sensibly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from fluidgrad.config.draft import Draft
from fluidgrad.config.flow_checks import check_field, thinned
from fluidgrad.config.names import check_unique
from fluidgrad.config.positions import Path
from fluidgrad.config.problems import Finding
from fluidgrad.config.sides import SIDES
from fluidgrad.errors import ShapeError
from fluidgrad.motion import RigidMotion, motion_of
from fluidgrad.shapes import Shape, shape_of
from fluidgrad.shapes.lines import first_crossing

Findings = Iterator[Finding]

LEAST_CELLS = 2
"""Cells across the largest circle in a body."""
_INSTANTS = 257  # at which motion is tried


class _Placed(NamedTuple):
    """A body that can be built, where it is at the start."""

    path: Path
    name: str
    shape: Shape
    motion: RigidMotion

    def distance(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return self.shape.distance(*self.motion.to_body(x, y, 0.0))


def check_bodies(draft: Draft) -> Findings:
    """Bodies have different names, can be built, lie in the domain, are resolved and stay there."""
    yield from check_unique("bodies", "body", draft.bodies)
    if draft.bodies and draft.numerics is not None and draft.numerics.diffusion == "implicit":
        yield Finding(("numerics", "diffusion"), "cannot be 'implicit' with bodies; use 'explicit'")
    if draft.bodies and draft.fluid is not None and draft.fluid.viscosity == 0.0:
        yield Finding(("fluid", "viscosity"), "must not be zero with bodies: fluid sticks to their walls")
    placed = []
    for index, table in enumerate(draft.bodies):
        path = ("bodies", index)
        faults = [*_check_motion(draft, path, table), *_check_table(draft, path, table)]
        yield from faults
        if not faults and draft.faces is not None:
            shape = shape_of(table, draft.domain, draft.constants)
            end = draft.time.end if draft.time else 1.0
            motion = motion_of(table.motion, shape.centre, end, draft.constants)
            placed.append(_Placed(path, table.name or f"body{index + 1}", shape, motion))
    yield from _check_places(draft, placed)


def _check_table(draft: Draft, path: Path, table: Any, part: bool = False) -> Findings:
    """The settings of a shape describe one."""
    for name in ("name", "motion", "reference") if part else ():
        if getattr(table, name):
            yield Finding(
                (*path, name), "belongs to the whole body, not to a part; leave it out", at_key=True
            )
    if hasattr(table, "parts"):
        for index, inner in enumerate(table.parts):
            yield from _check_table(draft, (*path, "parts", index), inner, part=True)
    elif table.shape == "polygon":
        yield from _check_polygon(path, np.array(table.points))
    elif table.shape == "formula" and draft.faces is not None:
        faults = list(check_field(draft, (*path, "distance"), table.distance, (0.0,)))
        yield from faults or _check_built(draft, path, table)
    else:
        yield from _check_built(draft, path, table)


def _check_built(draft: Draft, path: Path, table: Any) -> Findings:
    if draft.domain is not None:
        try:
            shape_of(table, draft.domain, draft.constants)
        except ShapeError as error:
            yield Finding((*path, error.setting), error.message)


def _check_polygon(path: Path, points: np.ndarray) -> Findings:
    """There are enough points, they differ from their neighbours, and the edges between them do not cross."""
    if len(points) < 3:
        yield Finding((*path, "points"), f"a polygon needs at least 3 points, found {len(points)}")
        return
    repeated = (points == np.roll(points, -1, axis=0)).all(axis=1)
    if repeated.any():
        first = int(repeated.argmax())
        second = (first + 1) % len(points)
        yield Finding(
            (*path, "points", max(first, second)),
            f"point {second} is the same as point {first} before it; leave one out (the line closes by itself)",
        )
    elif crossing := first_crossing(points):
        i, j = crossing
        yield Finding(
            (*path, "points", j),
            f"the edge from point {j} to {(j + 1) % len(points)} meets the one from point {i} to "
            f"{(i + 1) % len(points)} (counted from 0); the edges of a polygon must not cross or touch",
        )


def _check_motion(draft: Draft, path: Path, table: Any) -> Findings:
    """Formulas of motion are finite during the run."""
    if table.motion is None or draft.time is None:
        return
    t = np.linspace(0.0, draft.time.end, _INSTANTS)
    for name in ("x", "y", "angle"):
        values = np.broadcast_to(draft.formula(getattr(table.motion, name), "t")(t=t), t.shape)
        if not np.isfinite(values).all():
            first = t[np.argmin(np.isfinite(values))]
            yield Finding((*path, "motion", name), f"not finite at t={first:g}")


def _check_places(draft: Draft, placed: list[_Placed]) -> Findings:
    """Bodies are in the domain and leave some of it free, are resolved, and stay away from sides if they move."""
    found = False
    for body in placed:
        fault = _place_fault(draft, body)
        if fault:
            found = True
            yield Finding(body.path, f"{body.name!r} {fault}", at_key=True)
        elif (met := _meets(draft, body)) is not None:
            side, t = met
            text = f"{body.name!r} meets the {side} side at t = {t:.4g} s; a moving body stays inside the domain, "
            yield Finding((*body.path, "motion"), text + "but for periodic sides", at_key=True)
    if len(placed) > 1 and not found:
        nearest = _largest(draft, lambda x, y: np.min([body.distance(x, y) for body in placed], axis=0))
        if nearest[2] <= 0:
            yield Finding(("bodies",), "cover the whole domain together; there is no fluid", at_key=True)
            return
    if placed and not found:
        yield from _check_openings(draft, placed)


def _check_openings(draft: Draft, placed: list[_Placed]) -> Findings:
    """Sides through which fluid should pass are open somewhere at the start."""
    x, y = draft.faces
    sides = {"left": (x[0], y), "right": (x[-1], y), "bottom": (x, y[0]), "top": (x, y[-1])}
    for name, place in sides.items():
        kind = getattr(draft.sides.get(name), "type", "")
        if kind in ("inflow", "outflow"):
            nearest = np.min([body.distance(*np.broadcast_arrays(*place)) for body in placed], axis=0)
            if nearest.max() <= 0.0:
                message = (
                    f"cover the whole {name} side, an {kind}: leave a part of it open, or make it a wall"
                )
                yield Finding(("bodies",), message, at_key=True)


def _place_fault(draft: Draft, body: _Placed) -> str:
    """What is wrong with the place or the size of a body, empty if nothing is."""
    x, y, depth = _largest(draft, lambda x, y: -body.distance(x, y))
    if depth <= 0:
        return f"lies entirely outside the domain, {-depth:.4g} m from it"
    if _largest(draft, body.distance)[2] <= 0:
        return "covers the whole domain; there is no fluid"
    dx, dy = (
        np.diff(faces)[min(np.searchsorted(faces, at, "right") - 1, faces.size - 2)]
        for faces, at in zip(draft.faces, (x, y), strict=True)
    )
    least = LEAST_CELLS * max(dx, dy)
    if body.shape.thickness < least * (1.0 - 1e-9):
        return (
            f"is too thin for the grid: {body.shape.thickness:.4g} m where the cells are {dx:.4g} x {dy:.4g} m; "
            f"a body needs at least {LEAST_CELLS} cells, here {least:.4g} m"
        )
    return ""


def _largest(draft: Draft, value: Callable[..., np.ndarray]) -> tuple[float, float, float]:
    """Place x, y and size of the largest value in the domain, by samples at nodes and more around the best ones."""
    x, y = (thinned(faces) for faces in draft.faces)
    ends = [(faces[0], faces[-1]) for faces in draft.faces]
    for _ in range(3):
        values = value(x[None, :], y[:, None])
        j, i = np.unravel_index(np.argmax(values), values.shape)
        best = float(x[i]), float(y[j]), float(values[j, i])
        x, y = (
            np.clip(at[k] + np.linspace(-1.0, 1.0, 33) * np.diff(at).max(), low, high)
            for at, k, (low, high) in zip((x, y), (i, j), ends, strict=True)
        )
    return best


def _meets(draft: Draft, body: _Placed) -> tuple[str, float] | None:
    """The side, not periodic, and the time at which the walls of a moving body first meet it; None if never."""
    if draft.time is None or not body.motion.moves_shape(body.shape):
        return None
    x, y = (thinned(faces) for faces in draft.faces)
    points = {"left": (x[0], y), "right": (x[-1], y), "bottom": (x, y[0]), "top": (x, y[-1])}
    closed = [name for name in SIDES if draft.periodic("x" if name in ("left", "right") else "y") is False]
    for t in np.linspace(0.0, draft.time.end, _INSTANTS):
        for name in closed:
            distance = body.shape.distance(*body.motion.to_body(*np.broadcast_arrays(*points[name]), t))
            if distance.min() <= 0.0:
                return name, float(t)
    return None


BODY_CHECKS: tuple[Callable[[Draft], Findings], ...] = (check_bodies,)
"""All checks of this module."""
