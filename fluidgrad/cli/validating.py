"""``fluidgrad validate``: the code against published and exact results."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from fluidgrad.cli.messages import listing, say
from fluidgrad.cli.options import Threads
from fluidgrad.errors import ConfigError, Interrupted

OUTPUT = Path("outputs/validation")
DIFFERS = 1
"""Exit code: a quantity differs, or a case could not be finished."""


def _names() -> list[str]:
    from fluidgrad.validation.cases import CASES

    return list(CASES)


def validate(
    cases: Annotated[
        list[str] | None,
        typer.Argument(metavar="CASE", help="Cases to run (default: all).", autocompletion=_names),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Coarse grids: a minute or two.")] = False,
    resolution: Annotated[
        str | None, typer.Option(metavar="N,N...", help="Resolutions to run at instead.")
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Where tables and figures go.")
    ] = OUTPUT,
    listed: Annotated[bool, typer.Option("--list", help="List the cases and run nothing.")] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Run nothing; draw the figures again from what is stored in DIR, and put the brief table between "
            "the validation comments of a Markdown file.",
        ),
    ] = None,
    threads: Threads = None,
) -> None:
    """Run flows with known results, compare, and draw the comparison.

    [bold]Examples[/]

    fluidgrad validate --quick
    fluidgrad validate lid_driven_cavity --resolution 64,128
    fluidgrad validate --report README.md

    Each finished case is stored in DIR at once; tables are of all cases that are there.

    Exit codes: 0 everything agrees, 1 something differs or failed, 2 usage, 74 files, 130 and 143 signals.
    """
    from fluidgrad.validation import gallery

    chosen = _chosen(cases or [])
    if listed:
        listing("cases", [(case.name, f"{case.title}; {case.range} {case.resolution}") for case in chosen])
        return
    if report is not None:
        agrees = gallery.publish(output, report)
        say(f"{report}: the table is of {output}")
    else:
        agrees = _run(chosen, quick, _resolutions(resolution), output, threads)
    raise typer.Exit(0 if agrees else DIFFERS)


def _chosen(names: list[str]):
    """The cases of these names, all if there are none; ConfigError for unknown ones."""
    import difflib

    from fluidgrad.validation.cases import CASES

    unknown = [name for name in names if name not in CASES]
    if unknown:
        close = difflib.get_close_matches(unknown[0], CASES, 1)
        advice = f"did you mean {close[0]}?" if close else "fluidgrad validate --list shows them"
        raise ConfigError(f"there is no case {unknown[0]}: {advice}")
    return [CASES[name] for name in dict.fromkeys(names)] or list(CASES.values())


def _resolutions(text: str | None) -> list[int]:
    """The resolutions of ``--resolution``; ConfigError if they are none."""
    try:
        sizes = [int(part) for part in text.split(",")] if text else []
    except ValueError:
        sizes = [0]
    if any(not 4 <= n <= 32768 for n in sizes):
        raise ConfigError(f"--resolution {text}: give numbers from 4 to 32768, for example 64,128")
    return sizes


def _run(chosen, quick: bool, resolutions: list[int], output: Path, threads: int | None) -> bool:
    """Run, store and report; whether everything agrees."""
    from fluidgrad.compilation import kernels_are_compiled
    from fluidgrad.progress import duration
    from fluidgrad.validation import gallery, report

    if not kernels_are_compiled():
        say("compiling kernels (first run only) ...")
    agrees = True
    try:
        with gallery.Gallery(output) as place, _progress() as tell:
            for case in chosen:
                outcome = place.add(case, quick=quick, resolutions=resolutions, threads=threads, tell=tell)
                agrees &= outcome.agrees
                say(f"{report.summary(outcome)}, {duration(outcome.seconds)}")
    except Interrupted as stop:
        raise Interrupted(
            f"stopped; the cases that were finished are in {output}", stop.signal_number
        ) from None
    say()
    say(report.text(place.outcomes([case.name for case in chosen])).rstrip())
    say(f"tables and figures: {output}")
    return agrees


@contextmanager
def _progress() -> Iterator:
    """What to tell after every step; a bar in a terminal, else nothing is shown."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    console = Console()
    columns = (BarColumn(bar_width=24), TaskProgressColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=1.0)
        yield lambda name, share: progress.update(task, completed=share, description=name)


COMMANDS = (validate,)
