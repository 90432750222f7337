"""``fluidgrad report``: a run as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fluidgrad.cli.messages import say
from fluidgrad.cli.options import RunPath, require_run


def report(
    run: RunPath,
    title: Annotated[
        str | None, typer.Option(help="Heading of the page; default the title of the run.")
    ] = None,
    animation: Annotated[
        bool, typer.Option("--animation/--no-animation", help="With an animation of the vorticity.")
    ] = True,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="An HTML file (default: RUN/report.html)."),
    ] = None,
) -> None:
    """Make one HTML page about a run: configuration, pictures, animation, forces, vortices, time series, provenance.

    The page needs no other file and no network.

    [bold]Example[/]

    fluidgrad report outputs/latest -o wake.html
    """
    from fluidgrad.output import open_run
    from fluidgrad.progress import counter
    from fluidgrad.report import write_report

    with counter("frames") as progress:
        path = write_report(
            open_run(require_run(run)), output, title=title, animation=animation, progress=progress
        )
    say(str(path))


COMMANDS = (report,)
