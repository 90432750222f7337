"""Which settings a run has, in particular one that is continued: those it was started with, but for a few."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fluidgrad.cli.options import require_file, require_run
from fluidgrad.config import Config, load
from fluidgrad.errors import ConfigError

CHANGEABLE = ("title", "time.end", "output.series_every", "output.checkpoint_minutes", "output.figure")
"""Settings that may differ when a run is continued; ``time.end`` only upwards."""

STORED = "config.toml"


def settings(path: Path, overrides: list[str], output: Path | None, resume: bool):
    """The configuration and the output directory that ``fluidgrad run`` was asked for.

    With ``resume``, ``path`` may be the directory of the run: its own configuration is used.
    """
    if resume and not path.exists() and not path.suffix:
        require_run(path)
    if not path.is_dir():
        return _with_real_path(load(require_file(path), overrides)), output
    if not (path / STORED).is_file():
        raise ConfigError(f"{path} is a directory without a {STORED}: give a configuration file")
    if not resume:
        raise ConfigError(f"{path} is a run: continue it with --resume, or give a configuration file")
    if output is not None and output.resolve() != path.resolve():
        raise ConfigError(f"--resume {path} goes on writing there: leave out --output")
    return load(path / STORED, overrides), path


def _with_real_path(config: Config) -> Config:
    """The configuration with the path of another run that it starts from made absolute: ``outputs/latest`` is going to
    be the run that starts."""
    if config.initial.case != "run":
        return config
    initial = config.initial.model_copy(update={"path": str(Path(config.initial.path).resolve())})
    return config.model_copy(update={"initial": initial})


def adopt(config: Config, directory: Path) -> Config:
    """The configuration to continue the run in ``directory`` with: ``config``, its snapshots as often as before
    unless that is what differs.

    Raises
    ------
    ConfigError : it differs from that of the run in more than :data:`CHANGEABLE` settings.
    """
    if not (directory / STORED).is_file():
        return config
    stored = load(directory / STORED)
    if config.output.every == config.time.end / 10:  # the default, which must not follow a later end
        output = config.output.model_copy(update={"every": stored.output.every})
        config = config.model_copy(update={"output": output})
    if problems := _conflicts(_flat(stored.model_dump()), _flat(config.model_dump())):
        raise ConfigError("\n".join(f"{directory} cannot be resumed: {problem}" for problem in problems))
    return config


def bytes_in(directory: Path) -> int:
    """Size of the HDF5 files of a run."""
    return sum(path.stat().st_size for path in directory.rglob("*.h5"))


def _conflicts(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    absent = object()
    problems = [
        f"{key} is {_written(now.get(key))}, the run was started with {_written(before.get(key))}"
        for key in sorted(before.keys() | now.keys())
        if key not in CHANGEABLE and before.get(key, absent) != now.get(key, absent)
    ]
    if now["time.end"] < before["time.end"]:
        problems.append(f"time.end is {now['time.end']:g}; it can only grow, and was {before['time.end']:g}")
    return problems


def _written(value: Any) -> str:
    return "not given" if value is None else repr(value)


def _flat(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Dotted key -> value."""
    flat = {}
    for key, value in table.items():
        inner = _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
        flat |= inner
    return flat
