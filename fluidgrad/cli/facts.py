"""What ``check`` and ``info`` print, as titled lists of names and texts."""

from __future__ import annotations

import math

import numpy as np

from fluidgrad.config.flow_checks import available_memory
from fluidgrad.config.sides import SIDES
from fluidgrad.estimates import Estimate
from fluidgrad.output.reader import scalar_list
from fluidgrad.output.state import config_of, state_of
from fluidgrad.progress import duration
from fluidgrad.resources import disk_needed, memory_needed, size, snapshots, stored_arrays
from fluidgrad.shapes import shape_of

Facts = list[tuple[str, list[tuple[str, str]]]]


def of_estimate(estimate: Estimate) -> Facts:
    """Grid, flow, steps, needs and sides of a configuration."""
    config = estimate.config
    title = f"{config.name}: {config.title}" if config.title else config.name
    return [
        (title, [*_grid(estimate), *_flow(estimate)]),
        ("Time", _time(estimate)),
        ("Needs", _needs(estimate)),
        ("Sides", [(side, _side(getattr(config.boundaries, side))) for side in SIDES]),
        *([("Bodies", _bodies(estimate))] if config.bodies else []),
        *([("Along with the flow", along)] if (along := _along(config)) else []),
    ]


def _grid(estimate: Estimate) -> list[tuple[str, str]]:
    g = estimate.grid
    rows = [("cells", f"{g.nx} x {g.ny} = {g.nx * g.ny}")]
    for name, widths, uniform in (("dx", g.dx, g.uniform_x), ("dy", g.dy, g.uniform_y)):
        if uniform:
            rows.append((name, f"{widths.mean():.5g} m"))
            continue
        ratio = np.maximum(widths[1:] / widths[:-1], widths[:-1] / widths[1:]).max()
        text = f"{widths.min():.4g} to {widths.max():.4g} m, neighbours differ by up to {ratio - 1:.1%}"
        rows.append((name, text))
    return rows


def _flow(estimate: Estimate) -> list[tuple[str, str]]:
    speed, (reynolds, origin) = estimate.speed, estimate.reynolds
    return [
        ("viscosity", estimate.config.fluid.summary()),
        ("speed", f"{speed.value:.4g} m/s {speed.origin}"),
        ("Reynolds number", f"{reynolds:.5g} {origin}"),
        ("cell Reynolds number", f"{estimate.cell_reynolds:.4g} with that speed"),
        *estimate.config.scalars_summary().items(),
    ]


def _time(estimate: Estimate) -> list[tuple[str, str]]:
    time, (step, ruler) = estimate.config.time, estimate.step
    return [
        ("end", f"{time.end:g} s"),
        ("convective limit", f"{estimate.convective_step:.4g} s at CFL {time.cfl:g}"),
        ("viscous limit", _limit(estimate.viscous_step)),
        *(
            [("limit of scalars' diffusion", _limit(estimate.diffusive_step))]
            if estimate.config.scalars
            else []
        ),
        ("step", f"about {step:.4g} s, by {ruler}" if time.step is None else f"{step:g} s, fixed"),
        ("steps", f"about {estimate.steps}"),
    ]


def _limit(step: float) -> str:
    return f"{step:.4g} s" if math.isfinite(step) else "none"


def _needs(estimate: Estimate) -> list[tuple[str, str]]:
    config = estimate.config
    stored = f"{snapshots(config)} snapshots of {stored_arrays(config)} fields"
    return [
        ("memory", f"about {size(memory_needed(config))}{_available()}"),
        ("disk", f"about {size(disk_needed(config))}: {stored}, and checkpoints"),
        ("time", f"very roughly {duration(estimate.seconds)} on two cores"),
    ]


def _available() -> str:
    available = available_memory()
    return "" if available is None else f" of {size(available)} available"


def _bodies(estimate: Estimate) -> list[tuple[str, str]]:
    """``circle, 0.1 m thick: 12.8 cells``."""
    config, cell = estimate.config, max(estimate.grid.smallest_dx, estimate.grid.smallest_dy)
    rows = []
    for table in config.bodies:
        thickness = shape_of(table, config.domain, config.constants).thickness
        across = (
            f", {thickness:.4g} m thick: {thickness / cell:.3g} cells" if math.isfinite(thickness) else ""
        )
        outside = "outside of a " if table.outside else ""
        rows.append((table.name, f"{outside}{table.shape}{across}{', moving' if table.motion else ''}"))
    return rows


def _along(config) -> list[tuple[str, str]]:
    """What is computed along with the flow."""
    rows, asked = [], config.statistics
    if asked is not None:
        names = ", ".join(["u", "v", *(scalar.name for scalar in config.scalars), *asked.fields])
        often = f", every {asked.every} steps" if asked.every > 1 else ""
        rows.append(("statistics", f"of {names}, from t = {asked.start:g} s{often}"))
    if config.output.budgets:
        rows.append(("budgets", f"of {', '.join(config.output.budgets).replace('_', ' ')}"))
    for one in config.particles:
        often = f", every {one.every:g} s" if one.every else ""
        rows.append((f"particles {one.name}", f"released from t = {one.start:g} s{often}"))
    return rows


def _side(side) -> str:
    """``moving wall, velocity 1.0``."""
    given = side.model_dump(exclude_none=True)
    return ", ".join([given.pop("type"), *(f"{name} {value}" for name, value in given.items())])


def of_run(run) -> Facts:
    """State, provenance, content and last diagnostics of a run."""
    files = [path for path in run.path.rglob("*") if path.is_file() and not path.is_symlink()]
    rows = [
        ("state", state_of(run).words),
        ("directory", str(run.path)),
        ("started", _started(run.attributes)),
        ("command", str(run.attributes.get("command", ""))),
        ("grid", f"{run.grid.nx} x {run.grid.ny} cells"),
        *((axis, run.grid.extent(axis)) for axis in ("x", "y")),
        ("snapshots", f"{len(run)}, t = {run.times[0]:g} to {run.times[-1]:g} s"),
        ("fields", ", ".join(run.fields)),
        ("scalars", scalar_list(run.scalars)),
        ("bodies", "distance from their walls in every snapshot" if run.bodies else ""),
        *(_along(config) if (config := config_of(run)) else []),
        ("size", f"{size(sum(path.stat().st_size for path in files))} in {len(files)} files"),
    ]
    facts = [(f"Run {run.name}: {run.attributes.get('title', '')}".rstrip(": "), [r for r in rows if r[1]])]
    return facts + ([("Last row of the time series", _last_row(run))] if len(run.series.get("t", ())) else [])


def _started(attributes: dict) -> str:
    known = [str(attributes[key]) for key in ("created", "source", "platform") if key in attributes]
    libraries = [f"{name} {attributes[name]}" for name in ("python", "numpy", "numba") if name in attributes]
    return ", ".join(known + libraries)


def _last_row(run) -> list[tuple[str, str]]:
    rows = []
    for name, column in run.series.items():
        unit, _ = run.series_units.get(name, ("", ""))
        rows.append((name, f"{column[-1]:.6g} {'' if unit == '1' else unit}".rstrip()))
    return rows
