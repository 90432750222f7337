"""``fluidgrad new`` and ``fluidgrad schema``: what is needed to write a configuration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from fluidgrad.cli.messages import say
from fluidgrad.errors import RefusedError


def _cases() -> list[str]:
    from fluidgrad.config.examples import EXAMPLES

    return list(EXAMPLES)


def new(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The file to write.")] = Path("flow.toml"),
    case: Annotated[
        str | None,
        typer.Option(metavar="CASE", help="Flow to start from.", autocompletion=_cases),
    ] = None,
) -> None:
    """Write a commented configuration with every setting, ready to run.

    [bold]Examples[/]

    fluidgrad new flow.toml
    fluidgrad new vortices.toml --case "gaussian vortices"
    """
    from fluidgrad.config import template
    from fluidgrad.output.atomic import write_file

    text = template(case)
    if path.exists():
        raise RefusedError(f"{path} exists and is not overwritten: choose another name")
    write_file(path, text.encode())
    say(f"wrote {path}; next: fluidgrad check {path}, fluidgrad run {path}")


def schema(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write it there instead of printing it."),
    ] = None,
) -> None:
    """Print the JSON Schema of configurations, for editors that complete and check TOML.

    [bold]Example[/]

    fluidgrad schema -o fluidgrad.schema.json
    """
    from fluidgrad.config import json_schema
    from fluidgrad.output.atomic import write_file

    text = json.dumps(json_schema(), indent=2) + "\n"
    if output is None:
        say(text.rstrip())
    else:
        write_file(output, text.encode())
        say(f"wrote {output}")


COMMANDS = (new, schema)
