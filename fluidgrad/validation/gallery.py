"""A directory of validated cases: a file and a figure for each, and the tables of all of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fluidgrad.errors import ConfigError
from fluidgrad.output.atomic import storage_errors, write_file
from fluidgrad.validation import figures, report, storage
from fluidgrad.validation.case import Case
from fluidgrad.validation.cases import CASES
from fluidgrad.validation.outcome import Outcome
from fluidgrad.validation.running import run_case


class Gallery:
    """Runs cases into a directory; use it as a context manager, so that the tables are written however it ends.

    ``NAME.h5`` and ``NAME.png`` for each case, ``table.txt``, ``table.md`` and ``table.h5`` for all that are there.
    """

    def __init__(self, directory: Path):
        self.directory = directory
        with storage_errors(directory, "make"):
            directory.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Gallery:
        return self

    def __exit__(self, *_) -> None:
        self.write_tables()

    def add(self, case: Case, **options) -> Outcome:
        """Run a case, see :func:`~fluidgrad.validation.running.run_case`, store and draw it."""
        outcome = run_case(case, **options)
        storage.write_outcome(self.directory / f"{case.name}.h5", outcome)
        self.draw(case, outcome)
        return outcome

    def draw(self, case: Case, outcome: Outcome) -> None:
        """Draw a case, unless it could not be finished."""
        if not outcome.failure:
            figures.draw(case, outcome, self.directory / f"{case.name}.png")

    def outcomes(self, names: Iterable[str] | None = None) -> list[Outcome]:
        """The cases of these names, or all, that are stored here."""
        paths = [self.directory / f"{name}.h5" for name in (CASES if names is None else names)]
        return [storage.read_outcome(path) for path in paths if path.exists()]

    def write_tables(self) -> None:
        """Write the tables of all cases that are stored here."""
        outcomes = self.outcomes()
        if outcomes:
            write_file(self.directory / "table.txt", report.text(outcomes).encode())
            write_file(self.directory / "table.md", report.markdown(outcomes).encode())
            storage.write_table(self.directory / "table.h5", outcomes)


def publish(directory: Path, page: Path) -> bool:
    """Draw all figures of a directory again and put its table into a Markdown file; whether everything agrees.

    Raises
    ------
    ConfigError : there is no case in the directory, or no place for the table in the file.
    """
    with Gallery(directory) as gallery:
        outcomes = gallery.outcomes()
        if not outcomes:
            raise ConfigError(f"there is no validated case in {directory}: run fluidgrad validate first")
        for outcome in outcomes:
            gallery.draw(CASES[outcome.case], outcome)
        report.insert(page, outcomes)
    return all(outcome.agrees for outcome in outcomes)
