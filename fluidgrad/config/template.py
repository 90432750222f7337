"""Templates and the JSON Schema, both generated from the declared settings."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo

from fluidgrad.config.base import Table
from fluidgrad.config.examples import EXAMPLES
from fluidgrad.config.outline import nearest, repeated, tables_in, tag_of
from fluidgrad.config.schema import Config
from fluidgrad.errors import ConfigError

_WIDTH = 110
_COMMENT_COLUMN = 36
_OFF = "#"  # before a setting that is not in force; prose has a blank after its hash


def template(case: str | None = None) -> str:
    """A commented configuration that loads as it is; all other settings are in it, commented out.

    ``case`` is one of :data:`fluidgrad.config.examples.EXAMPLES`, a lid-driven cavity if left out.
    Raises :class:`fluidgrad.errors.ConfigError` for any other.
    """
    if case is not None and case not in EXAMPLES:
        raise ConfigError(f"no template {case!r}; {nearest(case, tuple(EXAMPLES))}")
    example = EXAMPLES[case or next(iter(EXAMPLES))]
    return _Writer().write(example)


class _Writer:
    """Writes the tables in their order; variants that several tables share are explained at the first."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.explained: list[list[type[Table]]] = []

    def write(self, example: dict[str, Any]) -> str:
        self.lines = [
            f"# fluidgrad configuration: {example['title']}",
            "#",
            "# A # right before a name: a setting that is not in force, shown with its default or, where",
            "# there is none, with an example. Remove the # to use it. Units are in [ ].",
            "",
        ]
        self.table(Config, (), example, active=True)
        return "\n".join(self.lines) + "\n"

    def table(self, table: type[Table], path: tuple[str, ...], values: dict[str, Any], active: bool) -> None:
        """The plain settings of a table, then the tables in it."""
        fields = table.model_fields
        for name, field in fields.items():
            if not _has_header(name, field):
                self.setting(name, field, values, active)
        self.tables_of(fields, path, values, active)

    def tables_of(
        self, fields: dict[str, FieldInfo], path: tuple[str, ...], values: dict[str, Any], active: bool
    ) -> None:
        for name, field in fields.items():
            if _has_header(name, field):
                self.lines += ["", *_comment(str(field.description))]
                given = values.get(name)
                for one in given if repeated(field.annotation) and given else [given]:
                    self.inner(name, field, (*path, name), one, active)

    def inner(self, name: str, field: FieldInfo, path: tuple[str, ...], values: Any, active: bool) -> None:
        tables = tables_in(field.annotation)
        active = active and values is not None
        values = values or {}
        mark = "" if active else _OFF
        if name != "boundaries":  # that table holds nothing but tables
            header = f"[{'.'.join(path)}]"
            self.lines.append(f"{mark}[{header}]" if repeated(field.annotation) else f"{mark}{header}")
        if name == "constants":
            self.lines += [f"{mark}{key} = {_toml(value)}" for key, value in (values or {"U": 1.0}).items()]
        elif len(tables) == 1:
            self.table(tables[0], path, values, active)
        else:
            shared = _shared(tables)
            for key, setting in shared.items():
                if not _has_header(key, setting):
                    self.setting(key, setting, values, active)
            self.variants(tables, values, active)
            self.tables_of(shared, path, values, active)

    def variants(self, tables: list[type[Table]], values: dict[str, Any], active: bool) -> None:
        """The variant in force, then the others once in the file."""
        tag, shared = tag_of(tables[0])[0], _shared(tables)
        chosen = next((table for table in tables if tag_of(table)[1] == values.get(tag)), None)
        if chosen is not None:
            self.tag(chosen, "")
            self.settings_of(chosen, shared, values, active=True)
        elif tables in self.explained:
            self.tag(tables[0], _OFF)
        if tables in self.explained:
            return
        self.explained.append(tables)
        if chosen is not None:
            self.lines += ["#", f"# Or another {tag}:"]
        for table in tables:
            if table is not chosen:
                self.lines.append("#")
                self.tag(table, _OFF)
                self.settings_of(table, shared, {}, active=False)

    def tag(self, table: type[Table], mark: str) -> None:
        name, value = tag_of(table)
        self.line(f"{mark}{name} = {_toml(value)}", str(table.__doc__).splitlines()[0])

    def settings_of(
        self, table: type[Table], shared: dict[str, FieldInfo], values: dict[str, Any], active: bool
    ) -> None:
        for name, field in table.model_fields.items():
            if name != tag_of(table)[0] and name not in shared:
                self.setting(name, field, values, active)

    def setting(self, name: str, field: FieldInfo, values: dict[str, Any], active: bool) -> None:
        used = active and name in values
        value = values[name] if used else _shown(field)
        unit = field.json_schema_extra["unit"] if isinstance(field.json_schema_extra, dict) else ""
        about = str(field.description) + (f" [{unit}]" if unit else "")
        if used and not field.is_required() and field.default not in (None, "", ()):
            about += f" Default: {_toml(field.default)}."
        mark = "" if used else _OFF
        text = f"{mark}{name} = {_toml(value)}"
        if len(text) > _WIDTH:
            items = "".join(f"{mark}    {_toml(item)},\n" for item in value)
            text = f"{mark}{name} = [\n{items}{mark}]"
        self.line(text, about)

    def line(self, text: str, about: str) -> None:
        """A setting with its comment beside it, above it if the line would be too long."""
        beside = f"{text:<{_COMMENT_COLUMN}}# {about}"
        if len(text) < _COMMENT_COLUMN and len(beside) <= _WIDTH:
            self.lines.append(beside)
        else:
            self.lines += [*_comment(about), text]


def _has_header(name: str, field: FieldInfo) -> bool:
    """Whether a setting is written as a table of its own; lists of tables with an example fit on a line."""
    return name == "constants" or bool(tables_in(field.annotation) and not field.examples)


def _shared(tables: list[type[Table]]) -> dict[str, FieldInfo]:
    """Settings that all variants have, but for that which chooses the variant."""
    first, *others = tables
    return {
        name: field
        for name, field in first.model_fields.items()
        if name != tag_of(first)[0] and all(name in other.model_fields for other in others)
    }


def _comment(text: str) -> Iterator[str]:
    return (f"# {line}" for line in textwrap.wrap(text, _WIDTH - 2))


def _shown(field: FieldInfo) -> Any:
    """What a setting that is not in force is shown with: its default or the declared example."""
    return field.examples[0] if field.examples else field.default


def _toml(value: Any) -> str:
    """A value on one line of TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    return repr(value)


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a configuration, for editors that complete and check TOML."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "fluidgrad configuration",
        **_for_editors(Config.model_json_schema()),
    }


def _for_editors(node: Any) -> Any:
    """The schema with units in the descriptions and without what only repeats the name of a setting."""
    if isinstance(node, list):
        return [_for_editors(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _for_editors(value) for key, value in node.items() if key not in ("unit", "discriminator")}
    if "unit" in node:
        kept["description"] = f"{kept['description']} [{node['unit']}]"
    if isinstance(kept.get("title"), str):  # not the setting of that name
        del kept["title"]
    return kept
