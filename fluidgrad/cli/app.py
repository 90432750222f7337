"""The commands put together, and how a command that cannot go on ends."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer
from typer.core import TyperGroup

from fluidgrad.cli import (
    authoring,
    benching,
    charting,
    comparing,
    drawing,
    inspecting,
    reporting,
    running,
    validating,
    watching,
)
from fluidgrad.cli.messages import complain
from fluidgrad.errors import FluidgradError, RefusedError

INTERRUPTED, PIPE_CLOSED = 130, 141
"""Exit codes: stopped by ctrl-C, and nobody reads the output any more."""


class Commands(TyperGroup):
    """The commands; expected errors end them with one message and the error's own exit code."""

    def invoke(self, ctx):
        try:
            return super().invoke(ctx)
        except FluidgradError as error:
            complain(str(error))
            code = error.exit_code
        except MemoryError:
            complain("not enough memory: use fewer [domain] cells, or close other programs")
            code = RefusedError.exit_code
        except KeyboardInterrupt:
            complain("stopped")
            code = INTERRUPTED
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = PIPE_CLOSED
        raise typer.Exit(code)


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from fluidgrad import __version__

        print(f"fluidgrad {__version__}")
        raise typer.Exit


@app.callback(
    epilog="Start with: [bold]fluidgrad new flow.toml[/], edit it, then [bold]fluidgrad run flow.toml[/]"
)
def fluidgrad(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Two-dimensional incompressible flow: configuration in, HDF5 results and pictures out."""


GROUPS = (
    running,
    inspecting,
    drawing,
    charting,
    comparing,
    watching,
    reporting,
    authoring,
    validating,
    benching,
)
"""Modules with commands, in the order of ``--help``."""

for group in GROUPS:
    for function in group.COMMANDS:
        app.command()(function)


def command():
    """The whole command line as one callable."""
    return typer.main.get_command(app)
