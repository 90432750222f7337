"""Texts for people: results go to standard output, warnings and errors to standard error."""

from __future__ import annotations

import sys
import tempfile
import traceback
from collections.abc import Iterable


def say(text: str = "") -> None:
    """A line of the result."""
    print(text, flush=True)


def warn(text: str) -> None:
    """Something that a person should know, but that stops nothing."""
    _to_stderr("warning", "yellow", text)


def complain(text: str) -> None:
    """Why a command ends here. Of several lines each is a mistake of its own."""
    lines = text.splitlines()
    _to_stderr("error", "red", text if len(lines) < 2 else "\n".join([f"{len(lines)} problems", *lines]))


def _to_stderr(label: str, colour: str, text: str) -> None:
    from rich.console import Console

    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(f"[bold {colour}]{label}:[/] ", end="")
    console.print(text, markup=False)


def listing(title: str, rows: Iterable[tuple[str, str]]) -> None:
    """A title and a table of two columns; plain aligned text where there is no terminal."""
    from rich.console import Console

    rows, console = list(rows), Console(highlight=False)
    if console.is_terminal:
        console.print(title, style="bold", markup=False)
        console.print(_table(rows))
        return
    width = max((len(name) for name, _ in rows), default=0)
    lines = [title, *(f"  {name:<{width}}  {text}" for name, text in rows)]
    say("\n".join(line.rstrip() for line in lines))


def _table(rows: list[tuple[str, str]]):
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in rows:
        table.add_row(name, Text(text))
    return Padding(table, (0, 0, 0, 2))


def report_bug(kind: type[BaseException], value: BaseException, trace) -> None:
    """What to do about an error that nobody expected; an excepthook. The traceback goes to a file."""
    if issubclass(kind, KeyboardInterrupt):
        complain("stopped")
        return
    with tempfile.NamedTemporaryFile(
        "w", prefix="fluidgrad-", suffix=".log", delete=False, encoding="utf-8"
    ) as log:
        print("command:", *sys.argv, file=log)
        traceback.print_exception(kind, value, trace, file=log)
    complain(
        f"this is a bug in fluidgrad, not a mistake of yours ({kind.__name__}: {value}). The traceback is in "
        f"{log.name}: please report it together with your configuration. FLUIDGRAD_DEBUG=1 shows it here."
    )
