"""Arguments and options that several commands share."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from fluidgrad.errors import ConfigError

Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="TABLE.KEY=VALUE", help="Change a setting; can be given several times."),
]
Threads = Annotated[
    int | None,
    typer.Option(min=1, help="Threads to compute with (default: all). Results do not depend on it."),
]
RunPath = Annotated[Path, typer.Argument(metavar="RUN", help="A run directory, or its run.h5.")]


def require_file(path: Path) -> Path:
    """A configuration file that exists.

    Raises
    ------
    ConfigError : there is none; the message names similar ones.
    """
    if path.is_file():
        return path
    if path.is_dir():
        raise ConfigError(f"{path} is a directory: give a configuration file")
    advice = similar(path, Path.is_file) or "write one with: fluidgrad new"
    raise ConfigError(f"there is no file {path}: {advice}")


def require_run(path: Path) -> Path:
    """A run directory that exists; errors as :func:`require_file`."""
    if path.exists():
        return path
    raise ConfigError(f"there is no run {path}: {similar(path, Path.is_dir) or 'check the path'}")


def figure_path(run, name: str, suffix: str = ".png") -> Path:
    """A file in the run's own folder of figures, which is made if need be."""
    from fluidgrad.output.atomic import storage_errors

    folder = run.path / "figures"
    with storage_errors(folder, "make"):
        folder.mkdir(exist_ok=True)
    return folder / f"{name[:150]}{suffix}"


def similar(path: Path, suits: Callable[[Path], bool]) -> str:
    """``did you mean ...?`` with what the directory of a path, or one of the usual ones, holds under a similar name;
    empty if there is nothing."""
    known: dict[str, Path] = {}
    for folder in (path.parent, Path(), Path("configs"), Path("outputs")):
        if folder.is_dir():
            known = {found.name: found for found in folder.iterdir() if suits(found)} | known
    close = difflib.get_close_matches(path.name, known, 2, cutoff=0.6)
    if not close and path.name + ".toml" in known:
        close = [path.name + ".toml"]
    return f"did you mean {' or '.join(str(known[name]) for name in close)}?" if close else ""
