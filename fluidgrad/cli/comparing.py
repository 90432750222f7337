"""``fluidgrad compare``: runs side by side, in numbers and pictures."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Annotated

import typer

from fluidgrad.cli.messages import say, warn
from fluidgrad.cli.options import figure_path, require_run
from fluidgrad.errors import ConfigError

TABLE = ("u", "v", "p", "vorticity")
"""Fields whose differences are told if none are asked for."""

SAME_TIME = 1e-6
"""Part of the time span within which two snapshots are of one time."""

Runs = Annotated[
    list[Path], typer.Argument(metavar="RUN", help="Two to six run directories; the first is the reference.")
]
Fields = Annotated[
    list[str] | None,
    typer.Option("--field", "-f", metavar="FIELD", help="What to compare; can be given several times."),
]
Along = Annotated[
    list[str] | None,
    typer.Option(
        metavar="x=X|y=Y", help="Profiles along this line instead of images; can be given several times."
    ),
]
Series = Annotated[
    list[str] | None,
    typer.Option(
        metavar="COLUMN",
        help="Columns of the time series over each other instead; 'all' for the most telling.",
    ),
]
Animate = Annotated[bool, typer.Option("--animate", help="An animation of the runs side by side instead.")]
Zoom = Annotated[
    tuple[float, float, float, float] | None,
    typer.Option(metavar="X0 X1 Y0 Y1", help="Part of the domain to show, in m."),
]


def compare(
    runs: Runs,
    field: Fields = None,
    time: Annotated[
        float | None,
        typer.Option("--time", "-t", metavar="T", help="Time in s (default: the latest that all have)."),
    ] = None,
    along: Along = None,
    series: Series = None,
    animate: Animate = False,
    zoom: Zoom = None,
    limits: Annotated[
        tuple[float, float] | None, typer.Option(metavar="LOW HIGH", help="Ends of the colour bar.")
    ] = None,
    cmap: Annotated[str | None, typer.Option(metavar="NAME", help="A colour map of matplotlib.")] = None,
    dpi: Annotated[float, typer.Option(help="Pixels per inch.")] = 150,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Where to (default: in figures of the first RUN)."
        ),
    ] = None,
) -> None:
    """Compare runs: norms of their differences, and fields side by side, profiles, time series or an animation.

    Differences are taken at the places of the coarser grid; three or more grids show the observed order.

    [bold]Examples[/]

    fluidgrad compare outputs/coarse outputs/fine
    fluidgrad compare outputs/n32 outputs/n64 outputs/n128 --along x=0.5 --field u
    fluidgrad compare outputs/a outputs/b --series 'cylinder_*'
    fluidgrad compare outputs/a outputs/b --animate
    """
    from fluidgrad.output import open_run
    from fluidgrad.plotting import compare as pictures

    kinds = {"--along": bool(along), "--series": bool(series), "--animate": animate}
    given = [name for name, is_given in kinds.items() if is_given]
    if len(given) > 1:
        raise ConfigError(f"one picture at a time: give {' or '.join(given)}, not both")
    lines = [_line(text) for text in along or []]
    if not 2 <= len(runs) <= pictures.MOST:
        raise ConfigError(f"give two to {pictures.MOST} runs to compare, not {len(runs)}")
    opened = [open_run(require_run(path)) for path in runs]
    kind = given[0].removeprefix("--") if given else (field or ["vorticity"])[0]
    if not series:
        say(_table(opened, field or list(TABLE), time))
    path = output or figure_path(opened[0], f"compare_{kind}", ".mp4" if animate else ".png")
    name = (field or ["vorticity"])[0]
    if along:
        fields = field or ["u" if lines[0][0] == "x" else "v"]
        pictures.plot_profiles(opened, lines, fields, time=time, path=path, dpi=dpi)
    elif series:
        pictures.plot_overlaid(opened, None if series == ["all"] else series, path=path, dpi=dpi)
    elif animate:
        _film(opened, path, name, zoom=zoom, limits=limits, cmap=cmap)
    else:
        look = {"zoom": zoom, "limits": limits, "cmap": cmap}
        pictures.plot_comparison(opened, name, time=time, path=path, dpi=dpi, **look)
    say(str(path))


def _film(runs, path: Path, name: str, **options) -> None:
    from fluidgrad.plotting.sidebyside import animate_comparison
    from fluidgrad.progress import counter

    with counter("frames") as progress:
        animate_comparison(runs, path, name, progress=progress, **options)


def _line(text: str) -> tuple[str, float]:
    """``x=0.5`` as axis and place."""
    found = re.fullmatch(r"\s*([xy])\s*=\s*(\S+)\s*", text)
    try:
        place = float(found[2]) if found else math.nan
    except ValueError:
        place = math.nan
    if not math.isfinite(place):
        raise ConfigError(f"--along {text}: give a line as x=0.5 or y=0.5, in m")
    return found[1], place


def _table(runs, fields: list[str], time: float | None) -> str:
    """The norms of all differences from the first run, and the observed orders."""
    from fluidgrad.analysis.comparison import common_time, norms

    moment = common_time(runs) if time is None else time
    head = ("field", "run", "less", "cells", "t", "L1", "L2", "L2 relative", "Linf", "units")
    rows = []
    for name in fields:
        for run in runs[1:]:
            found = norms(run, runs[0], name, time=moment)
            _same_time(found.difference.times, run, runs[0])
            numbers = [f"{value:.4g}" for value in (found.l1, found.l2)]
            numbers += [f"{100 * found.relative[1]:.3g} %", f"{found.linf:.4g}"]
            cells = f"{run.grid.nx}x{run.grid.ny}"
            about = found.difference.field
            when = f"{found.difference.times[0]:.6g}"
            rows.append((name, run.name, runs[0].name, cells, when, *numbers, about.units))
    text = _aligned([head, *rows])
    spacings = sorted({round(run.grid.spacing, 12) for run in runs})
    return (
        text if len(runs) < 3 or len(spacings) < len(runs) else f"{text}\n\n{_orders(runs, fields, moment)}"
    )


def _orders(runs, fields: list[str], time: float) -> str:
    """The observed orders of each three runs, from coarse to fine."""
    from fluidgrad.analysis.comparison import convergence

    rows = [("field", "runs", "order in L1", "L2", "Linf")]
    for name in fields:
        found = convergence(runs, name, time=time)
        for k, orders in enumerate(found.orders):
            three = ", ".join(found.names[k : k + 3])
            rows.append((name, three, *(f"{p:.2f}" if math.isfinite(p) else "none" for p in orders)))
    return _aligned(rows)


def _same_time(times: tuple[float, float], run, reference) -> None:
    """Warn if two snapshots are not of one time."""
    if abs(times[0] - times[1]) > SAME_TIME * max(abs(times[0]), abs(times[1]), 1e-300):
        warn(
            f"{run.name} is compared at t = {times[0]:.6g} s with {reference.name} at {times[1]:.6g} s: "
            "they have no snapshots of one time there"
        )


def _aligned(rows) -> str:
    """Rows of texts as aligned columns, numbers to the right."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            text.ljust(width) if (k < 3 and len(row) > 5) or k < 2 else text.rjust(width)
            for k, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


COMMANDS = (compare,)
