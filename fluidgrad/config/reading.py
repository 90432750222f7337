"""From a file, a text or a dict to plain data, with a way back from a setting to its line."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any

from fluidgrad.config.outline import TAGS
from fluidgrad.config.positions import (
    MAX_NESTING,
    Lines,
    Path,
    Place,
    TooDeepError,
    locate,
    offset_in_string,
    refuse_deep_nesting,
)
from fluidgrad.config.problems import Finding, InvalidConfigError, Problem, dotted

MAX_BYTES = 1_000_000
"""Largest configuration file."""

Source = str | os.PathLike[str] | Mapping[str, Any]


class Document:
    """Data of a configuration and where each part of it stands.

    ``data`` is a tree of dicts, lists and scalars that belongs to this document; ``stem`` names the run if
    nothing else does; ``folder`` is where paths in it start, the current one if it is no file; ``overrides`` tells
    which paths the command line has set, in order, and by what.
    """

    def __init__(self, data: dict[str, Any], name: str = "", text: str = ""):
        self.data, self.name = data, name
        self.stem = FilePath(name).stem if name and name != _TEXT else ""
        self.folder = os.path.dirname(os.path.abspath(name)) if name and name != _TEXT else os.getcwd()
        self.overrides: dict[Path, str] = {}
        self._lines = Lines(text)
        self._places: dict[Path, Place] = locate(text) if text else {}

    def problem(self, finding: Finding) -> Problem:
        """A finding with its place: the override that set it, its own line, or that of its table."""
        path, key = finding.path, dotted(finding.path)
        if override := self._override(path):
            return Problem(finding.message, key, override)
        if finding.at_key and (advice := self._left_over(path)):
            finding = finding._replace(message=f"{finding.message}; {advice}")
        if not self.name:
            return Problem(finding.message, key)
        while path and path not in self._places:
            path = path[:-1]
        line, column = self._lines.at(self._offset(path, finding))
        return Problem(finding.message, key, self.name, line, column)

    def _override(self, path: Path) -> str:
        """The override that a setting comes from, or for want of which it is missing."""
        for changed, override in reversed(self.overrides.items()):
            if path[: len(changed)] == changed:
                return override
            beside = changed[:-1] == path[:-1] and changed[-1] in TAGS
            if path not in self._places and (beside or changed[: len(path)] == path):
                return override
        return ""

    def _left_over(self, path: Path) -> str:
        """Advice for a setting of the file in a table of which an override has chosen another variant."""
        for tag in TAGS:
            if path in self._places and (override := self.overrides.get((*path[:-1], tag))):
                table = dotted(path[:-1])
                return f"{override!r} leaves it in: replace the whole table, --set '{table}={{{tag}=...}}'"
        return ""

    def _offset(self, path: Path, finding: Finding) -> int:
        if not path:
            return 0
        place = self._places[path]
        if finding.at_key or path != finding.path:
            return place.key
        within = offset_in_string(place.raw, finding.column) if finding.column and place.raw else 0
        return place.value + within


_TEXT = "config text"


def read(source: Source) -> Document:
    """A document from a path, from TOML text (a str with a line break) or from a dict.

    Raises :class:`InvalidConfigError` if there is no such file or it is not TOML.
    """
    if isinstance(source, Mapping):
        return Document(_plain(source, ()))
    if isinstance(source, str) and "\n" in source:
        return parse(source, _TEXT)
    name = os.fspath(source)
    return parse(_file_text(name), name)


def parse(text: str, name: str) -> Document:
    """A document from TOML text; ``name`` is the file it came from."""
    try:
        refuse_deep_nesting(text)
        data = tomllib.loads(text)
    except TooDeepError as error:
        line, column = Lines(text).at(error.offset)
        raise _refusal(f"nested more than {MAX_NESTING} deep", name, line, column) from None
    except ValueError as error:
        raise _syntax_error(str(error), text, name) from None
    return Document(data, name, text)


def _syntax_error(message: str, text: str, name: str) -> InvalidConfigError:
    """tomllib's complaint; it gives the place in brackets at the end: (at line 3, column 5)."""
    place = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    if not place:  # the one other complaint is Python's about integers of thousands of digits
        return _refusal("not valid TOML: a number with too many digits", name, *_longest_number(text))
    if place.group(1):
        line, column = int(place.group(1)), int(place.group(2))
    else:
        line, column = Lines(text).at(len(text))
    reason = message[: place.start()]
    hint = "; texts need quotes, numbers a digit before the point" if reason == "Invalid value" else ""
    return _refusal(f"not valid TOML: {reason}{hint}", name, line, column)


def _longest_number(text: str) -> tuple[int, int]:
    longest = max(re.finditer(r"[0-9_]+", text), key=lambda match: len(match.group()))
    return Lines(text).at(longest.start())


def _refusal(message: str, name: str, line: int = 0, column: int = 0) -> InvalidConfigError:
    return InvalidConfigError([Problem(message, source=name, line=line, column=column)])


def _file_text(name: str) -> str:
    """The text of a file of reasonable size."""
    try:
        with open(name, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _refusal("no such file", name) from None
    except IsADirectoryError:
        raise _refusal("a directory; give the configuration file in it", name) from None
    except ValueError:
        raise _refusal("not a file name", repr(name)) from None
    except OSError as error:
        raise _refusal(f"cannot be read: {error.strerror or error}", name) from None
    if len(content) > MAX_BYTES:
        raise _refusal(f"larger than {MAX_BYTES // 1000} kB; this is no configuration", name)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise _refusal("not UTF-8 text; save it as UTF-8", name, line, column) from None


def _plain(value: Any, path: Path) -> Any:
    """A copy in dicts, lists and scalars; NumPy's numbers and arrays become Python's."""
    if len(path) > MAX_NESTING:
        raise InvalidConfigError([Problem(f"nested more than {MAX_NESTING} deep", dotted(path[:3]))])
    if isinstance(value, Mapping):
        if wrong := [key for key in value if not isinstance(key, str)]:
            raise InvalidConfigError([Problem(f"names must be text, found {wrong[0]!r}", dotted(path))])
        return {key: _plain(item, (*path, key)) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, (*path, index)) for index, item in enumerate(value)]
    return _plain(value.tolist(), path) if hasattr(value, "tolist") else value
