"""The declared settings seen as a tree: which tables and variants there are, which names are known."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from fluidgrad.config.base import Table
from fluidgrad.config.positions import Path
from fluidgrad.config.schema import Config

TAGS = ("type", "law", "case", "shape", "release")
"""Settings that choose between the variants of a table."""


def tables_in(annotation: Any) -> list[type[Table]]:
    """The tables that an annotation allows: one, the variants of a union, the elements of a list, or none."""
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return [annotation]
    return [table for part in get_args(annotation) for table in tables_in(part)]


def tag_of(table: type[Table]) -> tuple[str, str]:
    """Name and value of the setting that chooses this variant, empty for a table without variants."""
    for name in TAGS:
        if name in table.model_fields:
            return name, get_args(table.model_fields[name].annotation)[0]
    return "", ""


def resolve(loc: Path) -> tuple[Path, type[Table] | None]:
    """The path of a setting as the user wrote it, and the table that holds it, from a pydantic location.

    Pydantic puts the chosen variant into its locations: ``boundaries, top, moving wall, velocity``.
    """
    path: Path = ()
    tables: list[type[Table]] = [Config]
    holder: type[Table] | None = None
    for part in loc:
        variants = {tag_of(table)[1]: table for table in tables} if len(tables) > 1 else {}
        if part in variants:
            tables = [variants[str(part)]]
            continue
        path = (*path, part)
        if isinstance(part, str):
            holder = tables[0] if len(tables) == 1 else None
            field = holder.model_fields.get(part) if holder else None
            tables = tables_in(field.annotation) if field else []
    return path, holder


def repeated(annotation: Any) -> bool:
    """Whether an annotation is that of a list of tables."""
    inner = [part for part in get_args(annotation) if tables_in(part)]
    return (get_origin(annotation) is tuple and bool(inner)) or any(map(repeated, inner))


def settings(
    table: type[Table] = Config, prefix: str = "", above: tuple[type[Table], ...] = ()
) -> Iterator[str]:
    """Dotted names of all settings, of every variant; where tables hold tables of their own kind, of the outer ones."""
    for name, field in table.model_fields.items():
        yield prefix + name
        tables = tables_in(field.annotation)
        for inner in tables:
            if inner not in above:
                yield from settings(inner, f"{prefix}{name}.", (*above, *tables))


def nearest(name: str, known: list[str] | tuple[str, ...]) -> str:
    """``did you mean 'x'?`` with the nearest of the known names, else what is allowed."""
    close = get_close_matches(name, known, 1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return "allowed: " + ", ".join(map(repr, known)) if known else ""


def nearest_setting(name: str, table: type[Table]) -> str:
    """Advice for an unknown name: another variant's, a similar one, the same one elsewhere, or all."""
    here, (tag, _) = list(table.model_fields), tag_of(table)
    if owners := [other for other in _variants_beside(table) if name in other.model_fields]:
        listed = " or ".join(repr(tag_of(other)[1]) for other in owners)
        return f"{name!r} belongs to {tag} {listed}"
    if get_close_matches(name, here, 1, cutoff=0.6):
        return nearest(name, here)
    elsewhere = [dotted for dotted in settings() if dotted.rpartition(".")[2] == name]
    return f"did you mean {elsewhere[0]!r}?" if elsewhere else nearest(name, here)


def _variants_beside(table: type[Table]) -> list[type[Table]]:
    """All variants of which the table is one, itself included; empty if it has none."""
    return next((tables for tables in _choices(Config, set()) if table in tables and len(tables) > 1), [])


def _choices(table: type[Table], seen: set[type[Table]]) -> Iterator[list[type[Table]]]:
    """The tables between which each setting chooses, of a table and of all tables in it."""
    seen.add(table)
    for field in table.model_fields.values():
        yield (tables := tables_in(field.annotation))
        for inner in tables:
            if inner not in seen:
                yield from _choices(inner, seen)
