"""Checks that need the flow's own terms: balances, forces, initial fields, values of formulas, memory."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator

import numpy as np

from fluidgrad.config.draft import Draft
from fluidgrad.config.positions import Path
from fluidgrad.config.problems import Finding

Findings = Iterator[Finding]

BALANCE = 1e-9
"""Largest net flux allowed, over the sum of all fluxes, if there is no outflow."""
FIELD_ARRAYS = 16
"""Field arrays of the solver, explicit viscosity."""
SCALAR_ARRAYS = {"central": 5, "limited": 10}
"""More field arrays for each scalar, by its convective scheme."""
_SAMPLES = 129  # points per direction at which initial fields are tried


def check_memory(draft: Draft) -> Findings:
    """The fields fit into the memory that is available."""
    available = available_memory()
    if draft.domain is None or available is None:
        return
    nx, ny = draft.domain.cells
    arrays = FIELD_ARRAYS + sum(SCALAR_ARRAYS[scalar.advection] for scalar in draft.scalars)
    needed = arrays * 8 * (nx + 4) * (ny + 4)
    if needed > available:
        yield Finding(
            ("domain", "cells"),
            f"{nx} x {ny} cells need {needed / 2**30:.3g} GiB of memory, "
            f"{available / 2**30:.3g} GiB are available; use fewer cells",
        )


def available_memory() -> int | None:
    """Bytes of memory that a new program can use, None where the system does not tell."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            for line in file:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def side_points(draft: Draft, side: str, at_faces: bool) -> tuple[dict[str, np.ndarray | float], np.ndarray]:
    """Coordinates of the points on a side, at faces or centres, and the widths of the cells next to it."""
    x_f, y_f = draft.faces
    along = y_f if side in ("left", "right") else x_f
    points = along if at_faces else 0.5 * (along[1:] + along[:-1])
    place = {"left": x_f[0], "right": x_f[-1], "bottom": y_f[0], "top": y_f[-1]}[side]
    x, y = (place, points) if side in ("left", "right") else (points, place)
    return {"x": x, "y": y}, np.diff(along)


def times_tried(draft: Draft) -> tuple[float, ...]:
    """Times at which formulas are tried."""
    end = draft.time.end if draft.time else 0.0
    return (0.0, 0.25 * end, 0.5 * end, 0.75 * end, end)


def check_side_values(draft: Draft) -> Findings:
    """Velocities on the sides are finite."""
    if draft.faces is None:
        return
    for side, table in draft.sides.items():
        for setting, at_faces in (("velocity", True), ("normal", False), ("tangential", True)):
            value = getattr(table, setting, None)
            if isinstance(value, str):
                points, _ = side_points(draft, side, at_faces)
                yield from check_finite(
                    draft, ("boundaries", side, setting), value, points, times_tried(draft)
                )


def check_flux_balance(draft: Draft) -> Findings:
    """What flows in flows out: exactly if there is no outflow side, and not backwards if there is one."""
    inflows = [side for side, table in draft.sides.items() if table.type == "inflow"]
    if draft.faces is None or not draft.complete_sides or not inflows:
        return
    free = any(table.type == "outflow" for table in draft.sides.values())
    nets = []
    for time in times_tried(draft):
        fluxes = {side: _flux(draft, side, time) for side in inflows}
        if not all(map(math.isfinite, fluxes.values())):
            return
        net, total = sum(fluxes.values()), sum(map(abs, fluxes.values()))
        nets.append(net)
        if not free and abs(net) > BALANCE * total:
            listed = ", ".join(f"{side} {flux:.6g}" for side, flux in fluxes.items())
            yield Finding(
                ("boundaries", inflows[0], "normal"),
                f"more flows {'in than out' if net > 0 else 'out than in'} at t={time:g}: {listed}, "
                f"in all {net:.6g} m2/s into the domain; balance them or make a side an 'outflow'",
            )
            return
    if free and max(nets) < 0:
        yield Finding(
            ("boundaries", inflows[0], "normal"),
            f"takes {-max(nets):.6g} m2/s out of the domain, which would have to enter through an 'outflow'; "
            "give that side as 'inflow'",
        )


def _flux(draft: Draft, side: str, time: float) -> float:
    points, widths = side_points(draft, side, at_faces=False)
    values = draft.formula(draft.sides[side].normal)(**points, t=time)
    with np.errstate(all="ignore"):
        return float(np.sum(values * widths))


def check_forcing(draft: Draft) -> Findings:
    """Each force can act: its direction is periodic where it must be, its waves are resolved."""
    if (forcing := draft.forcing) is None:
        return
    for axis, direction in enumerate("xy"):
        periodic = draft.periodic(direction)
        outflow = any(table.type == "outflow" for table in draft.sides.values())
        if forcing.pressure_gradient[axis] and periodic is False and draft.complete_sides and not outflow:
            yield Finding(
                ("forcing", "pressure_gradient", axis),
                f"has no effect: the pressure between the sides balances it unless {direction} is periodic",
            )
    if (wave := forcing.kolmogorov) is not None:
        if draft.periodic(wave.direction) is False:
            yield Finding(
                ("forcing", "kolmogorov"),
                f"a force along {wave.direction} needs {wave.direction} to be periodic",
                at_key=True,
            )
        cells = None if draft.domain is None else draft.domain.cells[0 if wave.direction == "y" else 1]
        if cells is not None and 2 * wave.wavenumber > cells:
            yield Finding(
                ("forcing", "kolmogorov", "wavenumber"),
                f"{wave.wavenumber} periods need at least {2 * wave.wavenumber} cells across, found {cells}",
            )
    if forcing.random is not None:
        yield from _check_random(draft)
    if draft.faces is not None:
        for axis, value in enumerate(forcing.force):
            yield from check_field(draft, ("forcing", "force", axis), value, times_tried(draft))


def _check_random(draft: Draft) -> Findings:
    if False in (draft.periodic("x"), draft.periodic("y")):
        yield Finding(("forcing", "random"), "needs all sides to be periodic", at_key=True)
    if draft.faces is None:
        return
    ring = draft.forcing.random
    finest = _largest_wavenumber(draft)
    if ring.wavenumber + ring.width > finest:
        yield Finding(
            ("forcing", "random", "wavenumber"),
            f"the ring reaches {ring.wavenumber + ring.width:g}, the cells resolve {finest:g}: use more",
        )


def _largest_wavenumber(draft: Draft) -> float:
    """Largest wave number that both directions resolve, in periods across the longer side."""
    lengths = [faces[-1] - faces[0] for faces in draft.faces]
    return min(
        (n - 1) // 2 * max(lengths) / length for n, length in zip(draft.domain.cells, lengths, strict=True)
    )


def check_initial_sides(draft: Draft) -> Findings:
    """Cases made for periodic boxes are in one."""
    case = getattr(draft.initial, "case", "")
    if case not in ("taylor green", "walsh eddies", "double shear layer", "turbulence"):
        return
    if False in (draft.periodic("x"), draft.periodic("y")):
        yield Finding(("initial", "case"), f"{case!r} needs all sides to be periodic")
    if case == "walsh eddies" and draft.domain is not None:
        (x0, x1), (y0, y1) = draft.domain.x, draft.domain.y
        if not math.isclose(x1 - x0, y1 - y0, rel_tol=1e-12):
            yield Finding(
                ("initial", "case"), f"'walsh eddies' needs a square, found {x1 - x0:g} by {y1 - y0:g} m"
            )
    if case == "taylor green" and draft.domain is not None:
        cells = min(draft.domain.cells)
        if 2 * draft.initial.wavenumber > cells:
            needed = 2 * draft.initial.wavenumber
            yield Finding(("initial", "wavenumber"), f"needs at least {needed} cells across, found {cells}")


def check_vortex_places(draft: Draft) -> Findings:
    """Vortices start inside the domain."""
    if draft.domain is None or draft.initial is None:
        return
    centres: list[tuple[Path, object]] = []
    if draft.initial.case in ("gaussian vortices", "shielded vortices"):
        centres = [(("initial", "vortices", i), vortex) for i, vortex in enumerate(draft.initial.vortices)]
    elif draft.initial.case == "lamb-chaplygin dipole":
        centres = [(("initial",), draft.initial)]
    for path, vortex in centres:
        for direction in "xy":
            low, high = getattr(draft.domain, direction)
            place = getattr(vortex, direction)
            if low < high and not low <= place <= high:
                yield Finding((*path, direction), f"{place:g} is outside the domain, {low:g} to {high:g}")


def check_initial_values(draft: Draft) -> Findings:
    """Initial formulas are finite, and a spectrum is a spectrum."""
    if draft.faces is None or draft.initial is None:
        return
    names = {"formula": ("u", "v"), "streamfunction": ("psi",)}.get(draft.initial.case, ())
    for name in names:
        yield from check_field(draft, ("initial", name), getattr(draft.initial, name), (0.0,))
    if draft.initial.case == "turbulence":
        k = np.arange(1.0, max(2.0, _largest_wavenumber(draft)))
        energy = np.broadcast_to(draft.formula(draft.initial.spectrum, "k")(k=k), k.shape)
        path = ("initial", "spectrum")
        if not np.isfinite(energy).all():
            yield Finding(path, f"not finite at k={k[~np.isfinite(energy)][0]:g}")
        elif (energy < 0).any():
            yield Finding(path, f"negative at k={k[energy < 0][0]:g}; energy is positive or zero")
        elif not energy.any():
            yield Finding(path, "zero at every k; there is no energy to distribute")


def check_field(draft: Draft, path: Path, value: float | str, times: tuple[float, ...]) -> Findings:
    """A formula over the domain is finite, at the places where its name says that it is needed."""
    if not isinstance(value, str):
        return
    at_x_faces = path[-1] in ("u", "psi", 0)
    at_y_faces = path[-1] in ("v", "psi", 1)
    x_f, y_f = draft.faces
    x = thinned(x_f if at_x_faces else 0.5 * (x_f[1:] + x_f[:-1]))
    y = thinned(y_f if at_y_faces else 0.5 * (y_f[1:] + y_f[:-1]))
    yield from check_finite(draft, path, value, {"x": x[None, :], "y": y[:, None]}, times)


def thinned(points: np.ndarray) -> np.ndarray:
    """Some of the points, both ends included."""
    if points.size <= _SAMPLES:
        return points
    return points[np.linspace(0, points.size - 1, _SAMPLES).round().astype(int)]


def check_finite(draft: Draft, path: Path, text: str, points: dict, times: tuple[float, ...]) -> Findings:
    formula = draft.formula(text)
    for time in times if formula.uses("t") else times[:1]:
        shape = np.broadcast_shapes(*(np.shape(points[name]) for name in ("x", "y")))
        values = np.broadcast_to(formula(**points, t=time), shape)
        wrong = ~np.isfinite(values)
        if wrong.any():
            first = np.unravel_index(wrong.argmax(), shape)
            x, y = (float(np.broadcast_to(points[name], shape)[first]) for name in ("x", "y"))
            at = f"x={x:g}, y={y:g}" + (f", t={time:g}" if formula.uses("t") else "")
            yield Finding(path, f"not finite at {at}")
            return


FLOW_CHECKS: tuple[Callable[[Draft], Findings], ...] = (
    check_memory,
    check_side_values,
    check_flux_balance,
    check_forcing,
    check_initial_sides,
    check_vortex_places,
    check_initial_values,
)
"""All checks of this module, in the order in which they run."""
