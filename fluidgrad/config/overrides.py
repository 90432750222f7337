"""Settings from the command line: ``--set table.key=value``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import Any

from fluidgrad.config.positions import Path, TooDeepError, refuse_deep_nesting
from fluidgrad.config.problems import Problem


def apply(data: dict[str, Any], overrides: Iterable[str]) -> tuple[dict[Path, str], list[Problem]]:
    """Write overrides into ``data``, later ones over earlier ones; a table as value replaces the whole table.

    Returns the paths that were set with the overrides as they were given, and what could not be used.
    """
    origins: dict[Path, str] = {}
    problems = []
    for text in overrides:
        key, equals, value = text.partition("=")
        path = tuple(part.strip().strip("\"'") for part in key.split("."))
        label = f"--set {text if len(text) <= 60 else text[:57] + '...'}"
        if not equals or not all(path):
            problems.append(Problem("write it as table.key=value, for example time.end=2.5", source=label))
            continue
        blocked = _write(data, path, _value(value.strip()))
        if blocked:
            problems.append(Problem(f"{blocked!r} is not a table", ".".join(path), label))
        else:
            origins.pop(path, None)  # so that the last one comes last
            origins[path] = label
    return origins, problems


def _value(text: str) -> Any:
    """The text read as a TOML value, or itself if it is none."""
    try:
        refuse_deep_nesting(text)
        parsed = tomllib.loads(f"value = {text}")
    except (TooDeepError, ValueError):
        return text
    return parsed["value"] if len(parsed) == 1 else text


def _write(data: dict[str, Any], path: tuple[str, ...], value: Any) -> str:
    """Set the value at a path, making tables on the way; the name that is in the way, if any."""
    for depth, name in enumerate(path[:-1]):
        data = data.setdefault(name, {})
        if not isinstance(data, dict):
            return ".".join(path[: depth + 1])
    data[path[-1]] = value
    return ""
