"""The table of a validation, for a terminal, for a page, and inside a page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from fluidgrad.errors import ConfigError
from fluidgrad.output.atomic import storage_errors, write_file
from fluidgrad.progress import duration
from fluidgrad.validation.outcome import Outcome, Row

HEAD = (
    "case",
    "flow",
    "resolution",
    "quantity",
    "computed",
    "published",
    "difference",
    "allowed",
    "order",
    "verdict",
)
RIGHT = {"resolution", "compared", "computed", "published", "difference", "allowed", "order"}
"""Columns of numbers, which end at the right."""

BEGIN, END = "<!-- validation: begin -->", "<!-- validation: end -->"
"""Comments between which :func:`insert` puts the table."""


def cells(row: Row) -> tuple[str, ...]:
    """A row as texts under :data:`HEAD`."""
    return (
        row.case,
        row.setup,
        str(row.resolution),
        row.quantity,
        f"{row.computed:.6g}" if row.relative else f"{row.computed:.2e}",
        f"{row.published:.6g}",
        _amount(row.difference, row.relative, "+"),
        _amount(row.allowed, row.relative),
        f"{row.order:.2f}" if math.isfinite(row.order) else "",
        "agrees" if row.agrees else "DIFFERS",
    )


def _amount(value: float, relative: bool, sign: str = "") -> str:
    return f"{100 * value:{sign}.2g} %" if relative else f"{value:{sign}.1e}"


def text(outcomes: Iterable[Outcome]) -> str:
    """The table as aligned text, with a line for each case that could not be finished and one for the sum."""
    outcomes = list(outcomes)
    rows = [cells(row) for outcome in outcomes for row in outcome.final]
    widths = [max(map(len, column)) for column in zip(HEAD, *rows, strict=True)]
    lines = [_line(HEAD, widths), _line(["-" * width for width in widths], widths)]
    lines += [_line(row, widths) for row in rows]
    return "\n".join([*lines, "", *_remarks(outcomes)]) + "\n"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = (
        f"{word:>{width}}" if name in RIGHT else f"{word:<{width}}"
        for name, word, width in zip(HEAD, row, widths, strict=True)
    )
    return "  ".join(padded).rstrip()


def summary(outcome: Outcome) -> str:
    """How a case came out, in a line."""
    if outcome.failure:
        return f"{outcome.case}: could not be finished: {outcome.failure}"
    different = [f"{row.quantity} ({row.setup})" for row in outcome.final if not row.agrees]
    verdict = (
        f"differs in {', '.join(different)}" if different else f"all {len(outcome.final)} quantities agree"
    )
    return f"{outcome.case}: {verdict}"


def _remarks(outcomes: Sequence[Outcome]) -> list[str]:
    """Cases that could not be finished, and the sum."""
    failed = [
        f"{outcome.case} could not be finished: {outcome.failure}" for outcome in outcomes if outcome.failure
    ]
    final = [row for outcome in outcomes for row in outcome.final]
    good = sum(row.agrees for row in final)
    took = duration(sum(outcome.seconds for outcome in outcomes))
    what = f"{len(outcomes)} case{'s' if len(outcomes) > 1 else ''}"
    return [*failed, f"{good} of {len(final)} quantities of {what} agree; computed in {took}."]


def markdown(outcomes: Iterable[Outcome]) -> str:
    """The table in Markdown, followed by the sources."""
    outcomes = list(outcomes)
    lines = _rows(HEAD, [cells(row) for outcome in outcomes for row in outcome.final])
    return "\n".join([*lines, "", *_remarks(outcomes), "", *_sources(outcomes)]) + "\n"


def brief(outcomes: Iterable[Outcome]) -> str:
    """A shorter table in Markdown: of each flow the quantity that comes closest to its tolerance, or is beyond it."""
    outcomes = list(outcomes)
    closest = []
    for outcome in outcomes:
        for setup in outcome.setups():
            final = [row for row in outcome.final if row.setup == setup]
            worst = cells(max(final, key=_exhaustion))
            closest.append((*worst[:3], str(len(final)), *worst[3:]))
    head = (*HEAD[:3], "compared", "closest to its tolerance", *HEAD[4:])
    return "\n".join([*_rows(head, closest), "", *_remarks(outcomes)]) + "\n"


def _exhaustion(row: Row) -> float:
    """How much of its tolerance a row uses up, more than one if it differs; round-off counts little."""
    return abs(row.difference) / row.allowed if row.allowed else 2.0 * (not row.agrees)


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table; names of case and flow stand in their first row only."""
    lines = [head, ["---:" if name in RIGHT else "---" for name in head]]
    before: tuple[str, ...] = ("", "")
    for row in rows:
        repeated = row[0] == before[0]
        lines.append(
            ["" if repeated else row[0], "" if repeated and row[1] == before[1] else row[1], *row[2:]]
        )
        before = tuple(row[:2])
    return [f"| {' | '.join(line)} |" for line in lines]


def _sources(outcomes: Sequence[Outcome]) -> list[str]:
    """One line for each source that is not an exact solution: how far it can be trusted, and which cases use it."""
    uses: dict[tuple[str, str], dict[str, None]] = {}
    for outcome in outcomes:
        for row in outcome.final:
            if row.confidence != "exact":
                uses.setdefault((row.source, row.confidence), {})[row.case] = None
    return [
        f"- {', '.join(cases)}: {source} (confidence: {trust})" for (source, trust), cases in uses.items()
    ]


def insert(path: Path, outcomes: Iterable[Outcome]) -> None:
    """Put the brief table between the two comments in a file, in place of what is there.

    Raises
    ------
    ConfigError : the file does not have the two comments, once each and in this order.
    StorageError : it cannot be read or written.
    """
    with storage_errors(path, "read"):
        page = path.read_text(encoding="utf-8")
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end) or BEGIN in rest or END in after:
        raise ConfigError(f"{path}: put the lines {BEGIN} and {END} where the table shall be, once each")
    write_file(path, f"{before}{BEGIN}\n\n{brief(outcomes)}\n{END}{after}".encode())
