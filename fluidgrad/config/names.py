"""Names that users give: what is allowed, and that each is given once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from fluidgrad.config.problems import Finding

MAX_NAME = 100
RESERVED_NAMES = ("latest",)
"""Names that mean something else among the runs."""


def name_fault(name: str) -> str:
    """What is wrong with a name of a directory or a column, empty if nothing is."""
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", name) or name.endswith("."):
        return (
            f"{name[:60]!r} is no safe name; allowed are letters, digits, '-', '_' and '.', "
            "beginning with a letter or digit, not ending in '.'"
        )
    if len(name) > MAX_NAME:
        return f"has {len(name)} characters; allowed are {MAX_NAME}"
    return f"{name!r} is reserved; choose another" if name.lower() in RESERVED_NAMES else ""


def check_unique(table: str, word: str, named: Sequence[Any]) -> Iterator[Finding]:
    """Names in a list of tables are safe, and differ; one without a name is called by ``word`` and its number."""
    seen: dict[str, int] = {}
    for index, one in enumerate(named):
        name = one.name or f"{word}{index + 1}"
        if fault := name_fault(name):
            yield Finding((table, index, "name"), fault)
        if name in seen:
            yield Finding((table, index, "name"), f"{name!r} is already the name of {table}[{seen[name]}]")
        seen.setdefault(name, index)
