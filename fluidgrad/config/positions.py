"""Where the keys and values of a TOML text are; :mod:`tomllib` keeps no positions.

The scanner expects a text that tomllib has accepted, so it checks nothing itself. Only
:func:`refuse_deep_nesting` works on any text; it runs first, as tomllib takes quadratic time over
long dotted keys and exhausts the stack over deep brackets.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

Path = tuple[str | int, ...]
"""Keys and, within arrays, 0-based indices that lead to a value."""

MAX_NESTING = 32
"""Deepest brackets and longest dotted keys."""

_TOKEN = re.compile(
    r"(?P<comment>#[^\n]*)"
    r'|(?P<string>"""(?:[^\\]|\\.)*?(?:"{3,5}|\Z)'  # an unfinished string ends with the text or the line
    r"|'''.*?(?:'{3,5}|\Z)"
    r'|"(?:[^"\\\n]|\\[^\n])*"?'
    r"|'[^'\n]*'?)"
    r"|(?P<bare>[A-Za-z0-9_-]+)"
    r"|(?P<newline>\n)"
    r"|(?P<space>[ \t\r]+)"
    r"|(?P<sign>.)",
    re.DOTALL,
)


class Token(NamedTuple):
    kind: str
    text: str
    offset: int


class TooDeepError(ValueError):
    """The text is nested too deeply at ``offset``."""

    def __init__(self, offset: int):
        super().__init__(f"nested more than {MAX_NESTING} deep")
        self.offset = offset


class Place(NamedTuple):
    """Offsets of a key (or of an array element) and of its value; ``raw`` is the value if it is a string."""

    key: int
    value: int
    raw: str = ""


def _tokens(text: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        yield Token(str(match.lastgroup), match.group(), match.start())


def refuse_deep_nesting(text: str) -> None:
    """Raise :class:`TooDeepError` if brackets or dotted keys go deeper than :data:`MAX_NESTING`."""
    brackets = dots = 0
    for kind, token, offset in _tokens(text):
        if kind == "newline":
            dots = 0
        elif token in ("[", "{"):
            brackets += 1
        elif token in ("]", "}"):
            brackets = max(0, brackets - 1)
        dots = dots + 1 if token == "." else 0 if token in (",", "=") else dots
        if max(brackets, dots) > MAX_NESTING:
            raise TooDeepError(offset)


class Lines:
    """Line and column, both 1-based, of an offset in a text."""

    def __init__(self, text: str):
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def at(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


def locate(text: str) -> dict[Path, Place]:
    """Place of every table, key and array element of a valid TOML text."""
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str):
        self.tokens = [token for token in _tokens(text) if token.kind not in ("space", "comment")]
        self.tokens.append(Token("end", "", len(text)))
        self.next = 0
        self.places: dict[Path, Place] = {}
        self.lengths: dict[Path, int] = {}  # of the arrays of tables so far

    def scan(self) -> dict[Path, Place]:
        table: Path = ()
        while self.peek().kind != "end":
            if self.peek().kind == "newline":
                self.take()
            elif self.peek().text == "[":
                table = self.header()
            else:
                self.assignment(table)
        return self.places

    def peek(self) -> Token:
        return self.tokens[self.next]

    def take(self) -> Token:
        token = self.tokens[self.next]
        self.next += 1
        return token

    def skip_newlines(self) -> None:
        while self.peek().kind == "newline":
            self.take()

    def key(self) -> list[tuple[str, int]]:
        """The parts of a dotted key with their offsets."""
        parts = []
        while True:
            token = self.take()
            name = token.text if token.kind == "bare" else _string(token.text)
            parts.append((name, token.offset))
            if self.peek().text != ".":
                return parts
            self.take()

    def header(self) -> Path:
        """``[table]`` or ``[[array of tables]]``."""
        start = self.take().offset
        repeated = self.peek().text == "["
        if repeated:
            self.take()
        path: Path = ()
        parts = self.key()
        for position, (name, offset) in enumerate(parts):
            path = (*path, name)
            self.places.setdefault(path, Place(offset, offset))
            if repeated and position == len(parts) - 1:
                self.lengths[path] = self.lengths.get(path, 0) + 1
            if path in self.lengths:
                path = (*path, self.lengths[path] - 1)
                self.places.setdefault(path, Place(start, start))
        while self.take().text != "]" or self.peek().text == "]":
            pass
        return path

    def assignment(self, table: Path) -> None:
        path = table
        parts = self.key()
        for name, offset in parts:
            path = (*path, name)
            self.places.setdefault(path, Place(offset, offset))
        self.take()  # the equals sign
        self.value(path, parts[-1][1])

    def value(self, path: Path, key: int | None = None) -> None:
        """A value; ``key`` is the offset of its key, None for an element of an array."""
        token = self.take()
        start = token.offset
        raw = token.text if token.kind == "string" else ""
        self.places[path] = Place(start if key is None else key, start, raw)
        if token.text == "[":
            self.array(path)
        elif token.text == "{":
            self.inline_table(path)
        elif token.kind != "string":
            while self.peek().text not in (",", "]", "}") and self.peek().kind not in ("newline", "end"):
                self.take()

    def array(self, path: Path) -> None:
        index = 0
        self.skip_newlines()
        while self.peek().text != "]":
            self.value((*path, index))
            index += 1
            self.skip_newlines()
            if self.peek().text == ",":
                self.take()
            self.skip_newlines()
        self.take()

    def inline_table(self, path: Path) -> None:
        self.skip_newlines()
        while self.peek().text != "}":
            self.assignment(path)
            self.skip_newlines()
            if self.peek().text == ",":
                self.take()
            self.skip_newlines()
        self.take()


def _string(raw: str) -> str:
    """The value of a quoted key."""
    return tomllib.loads(f"value = {raw}")["value"]


def offset_in_string(raw: str, column: int) -> int:
    """Offset within a TOML string, delimiters included, of the 1-based ``column`` of its value.

    Zero, the start of the string, where escapes make the two differ.
    """
    if raw.startswith(('"""', "'''")):
        opening = 3
        if raw[3:5] == "\r\n":
            opening = 5
        elif raw[3:4] == "\n":
            opening = 4
    else:
        opening = 1
    escaped = raw.startswith('"') and "\\" in raw[: opening + column]
    return 0 if escaped else opening + column - 1
