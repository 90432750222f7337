"""What pydantic finds, in the words of a user."""

from __future__ import annotations

import datetime
import re
from typing import Any

from pydantic import ValidationError

from fluidgrad.config.base import Table
from fluidgrad.config.outline import nearest, nearest_setting, resolve, tables_in, tag_of
from fluidgrad.config.positions import Path
from fluidgrad.config.problems import Finding

_EXPECTED = {
    "float_type": "a number",
    "finite_number": "a finite number",
    "int_type": "a whole number",
    "string_type": "a text in quotes",
    "tuple_type": "a list in [ ]",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}
_KINDS: dict[Any, str] = {
    (list, tuple): "a list",
    dict: "a table",
    (datetime.date, datetime.time): "a date or time",
}
_BOUNDS = {
    "greater_than": ("greater than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


def findings(error: ValidationError) -> list[Finding]:
    """All mistakes of a validation, with the paths as the user wrote them."""
    return [_finding(details) for details in error.errors(include_url=False) if not _consequence(details)]


def _consequence(details: Any) -> bool:
    """Whether a list is too short only because elements of it that have mistakes do not count."""
    return details["type"] == "too_short" and len(details["input"]) >= details["ctx"]["min_length"]


def describe(value: Any) -> str:
    """A value as it was found, short."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value) if abs(value) < 10**18 else "a huge number"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, str):
        return f"the text {value!r}" if len(value) <= 60 else f"the text {value[:57] + '...'!r}"
    for kinds, words in _KINDS.items():
        if isinstance(value, kinds):
            return words
    return f"something of type {type(value).__name__}"


def _finding(details: Any) -> Finding:
    path, table = resolve(details["loc"])
    kind, value, context = details["type"], details["input"], details.get("ctx", {})
    if kind == "missing" and isinstance(path[-1], int):  # one of a fixed number of values
        return Finding(path[:-1], f"has too few values, found {len(value)}{_about(path, table)}")
    if kind in ("extra_forbidden", "missing"):
        unknown = kind == "extra_forbidden"
        message = _unknown(str(path[-1]), table) if unknown else f"missing{_about(path, table)}"
        return Finding(path, message, at_key=True)
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        return _wrong_tag(path, table, value)
    if kind == "formula":
        return Finding(path, context["reason"], column=context["column"])
    return Finding(path, _wrong_value(kind, value, context) + _about(path, table))


def _wrong_tag(path: Path, table: type[Table] | None, value: dict[str, Any]) -> Finding:
    """The setting that chooses the variant of the table at ``path`` is missing or not one of those."""
    name = next(part for part in reversed(path) if isinstance(part, str))
    tags = [tag_of(variant) for variant in tables_in(table.model_fields[name].annotation)]
    tag, allowed = tags[0][0], [value for _, value in tags]
    if tag in value:
        return Finding((*path, tag), _not_allowed(value[tag], allowed))
    return Finding((*path, tag), f"missing; allowed: {', '.join(map(repr, allowed))}", at_key=True)


def _wrong_value(kind: str, value: Any, context: dict[str, Any]) -> str:
    found = f"found {describe(value)}"
    if kind in _BOUNDS:
        words, key = _BOUNDS[kind]
        return f"must be {words} {context[key]:.10g}, {found}"
    if kind == "literal_error":
        return _not_allowed(value, re.findall(r"'([^']*)'", context["expected"]))
    if kind in ("too_long", "too_short", "string_too_short"):
        count = context.get("max_length", context.get("min_length"))
        limit = f"at {'most' if kind == 'too_long' else 'least'} {count}"
        return f"must have {limit} {'characters' if isinstance(value, str) else 'values'}, found {len(value)}"
    expected = {**_EXPECTED, "formula_type": context.get("what", "")}
    return f"expected {expected[kind]}, {found}" if kind in expected else f"cannot be used, {found}"


def _about(path: Path, table: type[Table] | None) -> str:
    """The description of a setting, to be put after a message."""
    names = [part for part in path if isinstance(part, str)]
    field = table.model_fields.get(names[-1]) if table and names else None
    if field is None or not field.description:
        return ""
    unit = (field.json_schema_extra or {}).get("unit") if isinstance(field.json_schema_extra, dict) else None
    return f" ({field.description.rstrip('.')}{f', in {unit}' if unit else ''})"


def _not_allowed(value: Any, allowed: list[str]) -> str:
    listed = ", ".join(map(repr, allowed))
    if not isinstance(value, str):
        return f"expected one of {listed}, found {describe(value)}"
    hint = nearest(value, allowed)
    return f"{value[:60]!r} is not allowed; " + (f"{hint} (allowed: {listed})" if "mean" in hint else hint)


def _unknown(name: str, table: type[Table] | None) -> str:
    if table is None:
        return "unknown setting"
    tag, value = tag_of(table)
    context = f" for {tag} {value!r}" if tag else ""
    return f"unknown setting{context}; {nearest_setting(name, table)}"
