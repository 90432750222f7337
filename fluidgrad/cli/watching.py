"""``fluidgrad watch``: a view that follows a running simulation."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from fluidgrad.cli.messages import say
from fluidgrad.cli.options import require_run
from fluidgrad.errors import ConfigError, StorageError

Zoom = Annotated[
    tuple[float, float, float, float] | None,
    typer.Option(metavar="X0 X1 Y0 Y1", help="Part of the domain to show, in m."),
]


def watch(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run directory, also before its first snapshot.")
    ],
    field: Annotated[str, typer.Option("--field", "-f", metavar="FIELD", help="What to show.")] = "vorticity",
    every: Annotated[
        float, typer.Option(metavar="SECONDS", help="How often to look for something new.")
    ] = 1.0,
    once: Annotated[bool, typer.Option("--once", help="Show the present state and end.")] = False,
    zoom: Zoom = None,
    limits: Annotated[
        tuple[float, float] | None, typer.Option(metavar="LOW HIGH", help="Ends of the colours.")
    ] = None,
    cmap: Annotated[str | None, typer.Option(metavar="NAME", help="A colour map of matplotlib.")] = None,
) -> None:
    """Follow a run in the terminal: progress, the latest snapshot, the time series.

    The view ends with the run, or with ctrl-C, which does not touch the run. Where there is no terminal, a line of text
    is printed for each new snapshot.

    [bold]Examples[/]

    fluidgrad watch outputs/latest
    fluidgrad watch outputs/latest --field p --zoom 0 4 -1 1
    """
    from rich.console import Console

    from fluidgrad.plotting.watch import View

    if not 0.05 <= every <= 3600:
        raise ConfigError(f"--every must lie between 0.05 and 3600 s, not {every:g}")
    path = require_run(run)
    console = Console(highlight=False)
    view = View(path.parent if path.is_file() else path, field, zoom=zoom, limits=limits, cmap=cmap)
    view.refresh()
    if view.run is None and view.over:
        raise StorageError(view.state.words)
    try:
        if once or view.over:
            console.print(view.render(console))
        elif console.is_terminal:
            _follow_live(view, console, every)
        else:
            _follow_lines(view, every)
    except KeyboardInterrupt:
        say("the view has ended; the run goes on")
        return
    if view.over:
        say(view.state.words)


def _follow_live(view, console, every: float) -> None:
    """Redraw the view in place until the run is over."""
    from rich.live import Live

    with Live(view.render(console), console=console, auto_refresh=False) as live:
        while not view.over:
            time.sleep(every)
            if view.refresh():
                live.update(view.render(console), refresh=True)


def _follow_lines(view, every: float) -> None:
    """Print a line for each change until the run is over."""
    say(view.status())
    while not view.over:
        time.sleep(every)
        if view.refresh():
            say(view.status())


COMMANDS = (watch,)
