"""``fluidgrad check`` and ``fluidgrad info``: what a run would be, and what it was."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fluidgrad.cli.messages import listing, say, warn
from fluidgrad.cli.options import Overrides, require_file, require_run

SUFFIX = ".toml"


def check(
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="A TOML file.")],
    overrides: Overrides = None,
) -> None:
    """Check a configuration and print what follows from it: resolution, step limits, memory, disk, time.

    [bold]Example[/]

    fluidgrad check flow.toml --set domain.cells=[256,256]
    """
    from fluidgrad.cli import facts
    from fluidgrad.config import load
    from fluidgrad.estimates import Estimate
    from fluidgrad.resources import require_resources

    estimate = Estimate(load(require_file(config), overrides or []))
    for title, rows in facts.of_estimate(estimate):
        listing(title, rows)
    for note in estimate.advice:
        warn(note)
    require_resources(estimate.config, Path())


def info(
    path: Annotated[
        Path, typer.Argument(metavar="RUN|CONFIG", help="A run directory, its run.h5, or a TOML file.")
    ],
    verify: Annotated[bool, typer.Option("--verify", help="Check every file of the run for damage.")] = False,
) -> None:
    """Show what is in a run or in a configuration.

    [bold]Examples[/]

    fluidgrad info outputs/latest
    fluidgrad info outputs/latest --verify
    """
    from fluidgrad.cli import facts

    if path.suffix == SUFFIX:
        from fluidgrad.config import load

        config = load(require_file(path))
        listing(config.title or config.name, config.summary().items())
        return
    from fluidgrad.output import open_run

    run = open_run(require_run(path))
    for title, rows in facts.of_run(run):
        listing(title, rows)
    if verify:
        say(f"all {run.verify()} files are whole")


COMMANDS = (check, info)
