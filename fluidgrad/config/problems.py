"""Mistakes in a configuration, and the error that carries all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fluidgrad.config.positions import Path
from fluidgrad.errors import ConfigError


class Finding(NamedTuple):
    """A mistake by the path of its setting, before it is known where in a file that is.

    ``column`` is the place within the setting's text, 1-based, if it is a formula; ``at_key`` points to the
    key instead of the value.
    """

    path: Path
    message: str
    column: int = 0
    at_key: bool = False


@dataclass(frozen=True)
class Problem:
    """A mistake as a user sees it.

    ``source`` is the file or ``--set KEY=VALUE``, empty for a dict; ``line`` and ``column`` are 1-based, 0
    where there are none; ``key`` is the dotted name, empty where the text is no TOML at all.
    """

    message: str
    key: str = ""
    source: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        place = f"{self.source}:{self.line}:{self.column}" if self.line else self.source
        return ": ".join(part for part in (place, self.key, self.message) if part)


class InvalidConfigError(ConfigError):
    """A configuration that cannot be used; ``problems`` holds every mistake that was found."""

    def __init__(self, problems: Sequence[Problem]):
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def dotted(path: Path) -> str:
    """The path as a user writes it: ``boundaries.top.type``, ``probes[0].x``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
