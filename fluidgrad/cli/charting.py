"""``fluidgrad series``: the time series of a run as figures and tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fluidgrad.cli.messages import say
from fluidgrad.cli.options import RunPath, figure_path, require_run
from fluidgrad.errors import ConfigError

Columns = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="COLUMN",
        help="Columns of the time series, or patterns such as 'probe_*' (default: the most telling ones).",
    ),
]
Spectrum = Annotated[
    bool, typer.Option("--spectrum", help="Power spectral densities, with the peaks marked, instead.")
]
Segments = Annotated[
    int, typer.Option(min=1, help="Half overlapping parts whose spectra are averaged; more are smoother.")
]
Forces = Annotated[
    bool, typer.Option("--forces", help="Drag and lift of bodies with means and Strouhal numbers instead.")
]
Budget = Annotated[
    str | None,
    typer.Option(metavar="KIND", help="The budget of energy or of enstrophy, term by term, instead."),
]
Start = Annotated[
    float | None,
    typer.Option(
        "--from", metavar="T", help="Begin at this time, s (spectra and means: default half the time)."
    ),
]
End = Annotated[float | None, typer.Option("--to", metavar="T", help="End at this time, s.")]
Csv = Annotated[
    Path | None,
    typer.Option("--csv", metavar="FILE", help="Write the columns to a CSV file instead of drawing them."),
]


def series(
    run: RunPath,
    columns: Columns = None,
    spectrum: Spectrum = False,
    segments: Segments = 1,
    forces: Forces = False,
    budget: Budget = None,
    start: Start = None,
    end: End = None,
    csv: Csv = None,
    title: Annotated[str | None, typer.Option(help="Header; default the name of the run.")] = None,
    dpi: Annotated[float, typer.Option(help="Pixels per inch.")] = 150,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="PNG, SVG, PDF or WebP (default: in RUN/figures)."
        ),
    ] = None,
) -> None:
    """Draw the time series of a run: columns over time, spectra, forces or budgets.

    [bold]Examples[/]

    fluidgrad series outputs/latest
    fluidgrad series outputs/latest kinetic_energy enstrophy --from 10
    fluidgrad series outputs/latest --spectrum
    fluidgrad series outputs/latest --budget energy
    fluidgrad series outputs/latest '*' --csv series.csv
    """
    from fluidgrad.output import open_run

    kinds = {"--spectrum": spectrum, "--forces": forces, "--budget": bool(budget), "--csv": csv is not None}
    given = [name for name, is_given in kinds.items() if is_given]
    if len(given) > 1:
        raise ConfigError(f"one picture at a time: give {' or '.join(given)}, not both")
    if columns and (forces or budget):
        raise ConfigError(f"{given[0]} has columns of its own: leave out {' '.join(columns)}")
    if segments > 1 and not spectrum:
        raise ConfigError("--segments is for spectra: give --spectrum with it")
    source = open_run(require_run(run))
    if csv is not None:
        from fluidgrad.plotting.series import write_csv

        write_csv(source, csv, columns or ["*"], start=start, end=end)
        say(str(csv))
        return
    path = output or figure_path(source, given[0].removeprefix("--") if given else "series")
    options = {"title": source.name if title is None else title, "path": path, "dpi": dpi}
    if forces:
        _draw_forces(source, start, end, options)
    elif budget:
        from fluidgrad.plotting.budget import budget_of, plot_budget

        plot_budget(budget_of(source, budget), start=start, end=end, **options)
    else:
        from fluidgrad.plotting.series import plot_series

        plot_series(source, columns, start=start, end=end, spectrum=spectrum, segments=segments, **options)
    say(str(path))


def _draw_forces(run, start: float | None, end: float | None, options: dict) -> None:
    from fluidgrad.plotting import plot_forces

    if end is not None:
        raise ConfigError("--forces shows the series to its end: leave out --to")
    plot_forces(run, since=start, **options)


COMMANDS = (series,)
