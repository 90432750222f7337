"""Where a run stands: going on, complete, or stopped before its end."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fluidgrad.config import Config
from fluidgrad.errors import ConfigError
from fluidgrad.output.atomic import storage_errors
from fluidgrad.output.rundir import LOCK, LOG


@dataclass(frozen=True)
class RunState:
    """``kind`` is ``"running"``, ``"complete"``, ``"stopped"`` or ``"unknown"``, ``words`` say the same to people;
    ``end`` is the time (s) that the run is to reach, None if its configuration cannot be read."""

    kind: str
    words: str
    end: float | None = None


def config_of(run: Any) -> Config | None:
    """The configuration of an open run, None if it has none that can be read."""
    try:
        return run.config
    except ConfigError:
        return None


def state_of(run: Any) -> RunState:
    """The state of an open run, by its lock, its configuration and the last line of its log."""
    config = config_of(run)
    end = config.time.end if config else None
    if is_locked(run.path):
        return RunState("running", "running", end)
    if config is None:
        text = "its configuration is not one of this version of fluidgrad"
        return RunState("unknown", f"unknown: {text if run.config_text else 'it has no configuration'}")
    last = run.times[-1]
    if last >= end * (1.0 - 1e-9):
        return RunState("complete", f"complete, t = {last:g} s", end)
    if config.time.steady is not None and _log_says_done(run.path):
        return RunState("complete", f"complete, steady at t = {last:g} s", end)
    advice = f"continue with: fluidgrad run --resume {run.path}"
    return RunState("stopped", f"stopped before its end, at t = {last:g} of {end:g} s; {advice}", end)


def is_locked(directory: Path) -> bool:
    """Whether a process holds the lock of a run directory.

    Raises
    ------
    StorageError : the lock cannot be looked at.
    """
    lock = directory / LOCK
    if not lock.is_file():
        return False
    with storage_errors(lock, "read"):
        descriptor = os.open(lock, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _log_says_done(directory: Path) -> bool:
    log = directory / LOG
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.is_file() else []
    return bool(lines) and " done at " in lines[-1]
