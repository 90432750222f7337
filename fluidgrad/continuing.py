"""The settings of a run that is continued: those it was started with, but for a few."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fluidgrad.config import Config, load
from fluidgrad.errors import ConfigError
from fluidgrad.output.rundir import CONFIG

CHANGEABLE = ("title", "time.end", "output.series_every", "output.checkpoint_minutes", "output.figure")
"""Settings that may differ when a run is continued; ``time.end`` only upwards."""


def adopt(config: Config, directory: Path) -> Config:
    """The configuration to continue the run in ``directory`` with: ``config``, its snapshots as often as before
    unless that is what differs.

    Raises
    ------
    ConfigError : it differs from that of the run in more than :data:`CHANGEABLE` settings.
    """
    if not (directory / CONFIG).is_file():
        return config
    stored = load(directory / CONFIG)
    if config.output.every == config.time.end / 10:  # the default, which must not follow a later end
        output = config.output.model_copy(update={"every": stored.output.every})
        config = config.model_copy(update={"output": output})
    if problems := _conflicts(_flat(stored.model_dump()), _flat(config.model_dump())):
        raise ConfigError("\n".join(f"{directory} cannot be resumed: {problem}" for problem in problems))
    return config


def _conflicts(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    problems = [
        f"{key} is {_written(now.get(key))}, the run was started {_given(before.get(key))}"
        for key in sorted(before.keys() | now.keys())
        if key not in CHANGEABLE and before.get(key) != now.get(key)
    ]
    if now["time.end"] < before["time.end"]:
        problems.append(f"time.end is {now['time.end']:g}; it can only grow, and was {before['time.end']:g}")
    return problems


def _written(value: Any) -> str:
    return "not given" if value is None else repr(value)


def _given(value: Any) -> str:
    return "without it" if value is None else f"with {value!r}"


def _flat(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Dotted key -> value."""
    flat = {}
    for key, value in table.items():
        inner = _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
        flat |= inner
    return flat
