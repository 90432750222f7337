"""``write_report``: the page of a run, put together and written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import fluidgrad
from fluidgrad.errors import ConfigError
from fluidgrad.output import open_run
from fluidgrad.output.atomic import write_file
from fluidgrad.report.contents import SECTIONS, Subject
from fluidgrad.report.page import Section, page

SUFFIXES = (".html", ".htm")


def write_report(
    run: Any,
    path: Path | str | None = None,
    *,
    title: str | None = None,
    animation: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write one HTML page about a run that needs no other file and no network, and return its path.

    Parameters
    ----------
    run : from :func:`fluidgrad.open_run`, or the path of one.
    path : where to; default ``report.html`` in the run directory.
    title : default the title of the run.
    animation : whether there is a film, which takes most of the time.
    progress : called with the number of frames of the film done and of all frames.

    Raises ConfigError for a name that does not end in ``.html``, StorageError for what cannot be read or written.
    """
    if isinstance(run, str | Path):
        run = open_run(run)
    path = run.path / "report.html" if path is None else Path(path)
    if path.suffix.lower() not in SUFFIXES:
        raise ConfigError(f"{path.name}: the name must end in .html")
    subject = Subject.of(run)
    words = title or str(run.attributes.get("title", "")) or run.name
    sections = [
        Section(heading, anchor, make(subject, animation=animation, progress=progress))
        for anchor, (heading, make) in SECTIONS.items()
    ]
    grid = run.grid
    lead = [
        f"{run.name}: {subject.state.words.partition(';')[0]}, {grid.nx} × {grid.ny} cells, {len(run)} snapshots"
    ]
    footer = f"Made by fluidgrad {fluidgrad.__version__} from {run.name}. This page needs no other file."
    write_file(path, page(words, lead, sections, footer).encode("utf-8", "replace"))
    return path
