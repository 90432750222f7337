"""Where a run goes: its own directory, never an earlier run's, locked while it is being written."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import socket
import time
from pathlib import Path

from fluidgrad.errors import RefusedError
from fluidgrad.output.atomic import storage_errors

LOCK = ".lock"
PATIENCE, PAUSE = 10, 0.01
"""How often, and how far apart in s, a lock that is held is tried: who only looks whether a run goes on holds it too,
for an instant."""

LATEST = "latest"
CONFIG = "config.toml"
LOG = "run.log"
STATISTICS = "statistics.h5"

_TRACES = ("run.h5", "snapshots", "checkpoints")
"""What a directory holds at least one of if it is a run's."""

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


class RunLock:
    """The right to write to a run directory, held by one process until it releases it or ends.

    A lock of the operating system on a file in the directory: it needs no clearing up after a crash.

    Raises
    ------
    RefusedError : another process holds it; the message tells which.
    StorageError : the file cannot be made or locked.
    """

    def __init__(self, directory: Path | str) -> None:
        path = Path(directory) / LOCK
        self._descriptor: int | None = None
        with storage_errors(path, "lock"), contextlib.ExitStack() as failed:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
            failed.callback(os.close, descriptor)
            _acquire(descriptor, Path(directory))
            failed.pop_all()
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back; does nothing the second time."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> RunLock:
        return self

    def __exit__(self, *_) -> None:
        self.release()


def _acquire(descriptor: int, directory: Path) -> None:
    for _ in range(PATIENCE):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        time.sleep(PAUSE)
    else:
        holder = os.pread(descriptor, 200, 0).decode(errors="replace").strip()
        raise RefusedError(
            f"{directory} is being written by {holder or 'another process'}: "
            "wait for it to end, stop it, or choose another --output"
        )
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)


def is_run(directory: Path) -> bool:
    """Whether a directory holds a run, or the start of one."""
    return any((directory / name).exists() for name in _TRACES)


def choose_directory(
    root: Path | str,
    name: str,
    output: Path | str | None = None,
    resume: bool = False,
    overwrite: bool = False,
) -> Path:
    """The directory that a run is to be written to, made if need be.

    Without ``output`` it is a new ``root/name``, ``root/name-2`` ...; with ``resume`` the newest of these;
    with ``overwrite`` ``root/name``. An existing directory with anything in it is taken only to resume the
    run in it, or, to overwrite, moved aside to ``<directory>.old-1``, ``.old-2`` ... Nothing is deleted.
    ``root/latest`` is made to point to it.

    Raises
    ------
    RefusedError : the name is unsafe, or the directory exists, is not a run's, or is being written to.
    StorageError : the directory cannot be made.
    """
    if not _SAFE_NAME.fullmatch(name) or name == LATEST:
        raise RefusedError(
            f"{name!r} cannot name a run: use up to 100 letters, digits, _ - and ., the first a letter or "
            f"digit, and not {LATEST!r}"
        )
    if resume and overwrite:
        raise RefusedError("a run is either resumed or overwritten: give one of --resume and --overwrite")
    root = Path(root)
    with storage_errors(output or root, "make the run directory"):
        if output is not None:
            directory = _claim(_resolve(Path(output)), resume, overwrite)
        elif resume or overwrite:
            directory = _claim(_newest(root, name) if resume else root / name, resume, overwrite)
        else:
            directory = _make_new(root, name)
        if directory.absolute().parent == root.absolute():
            _point_latest(root, directory.name)
    return directory


def _resolve(output: Path) -> Path:
    """A link such as ``outputs/latest`` stands for what it points to."""
    return output.resolve() if output.is_symlink() else output


def _claim(directory: Path, resume: bool, overwrite: bool) -> Path:
    """Take a given directory, if it may be taken."""
    with contextlib.suppress(FileExistsError):
        directory.mkdir(parents=True)
        return directory
    if not directory.is_dir():
        raise RefusedError(f"{directory} is a file: choose another --output")
    if all(entry.name == LOCK for entry in directory.iterdir()):
        return directory
    if not (resume or overwrite):
        raise RefusedError(
            f"{directory} exists: continue its run with --resume, start anew with --overwrite (which moves "
            "it aside), or choose another --output"
        )
    if not is_run(directory):
        raise RefusedError(f"{directory} is not a run directory: choose another --output")
    if overwrite:
        _move_aside(directory)
        directory.mkdir()
    return directory


def _move_aside(directory: Path) -> None:
    """Rename a run directory to the first free ``<directory>.old-N``; never one that we stand in."""
    whole, here = directory.resolve(), Path.cwd()
    if whole == here or whole in here.parents:
        raise RefusedError(f"{directory} holds the current directory: change to another directory first")
    with RunLock(directory):
        for number in range(1, 10**6):
            aside = whole.with_name(f"{whole.name}.old-{number}")
            if not os.path.lexists(aside):
                os.rename(whole, aside)
                return
    raise RefusedError(f"{directory} was moved aside a million times: tidy up")


def _make_new(root: Path, name: str) -> Path:
    """Make the first free of ``name``, ``name-2``, ``name-3`` ...; two runs started at once get two."""
    root.mkdir(parents=True, exist_ok=True)
    for number in range(1, 10**6):
        directory = root / (name if number == 1 else f"{name}-{number}")
        with contextlib.suppress(FileExistsError):
            directory.mkdir()
            return directory
    raise RefusedError(f"{root} is full of runs named {name}: choose another --output")


def _newest(root: Path, name: str) -> Path:
    """The one of ``name``, ``name-2`` ... with the highest number; ``name`` if there is none."""
    pattern = re.compile(re.escape(name) + r"(?:-([2-9]|[1-9]\d+))?")
    entries = root.iterdir() if root.is_dir() else ()
    numbers = [int(match[1] or 1) for entry in entries if (match := pattern.fullmatch(entry.name))]
    number = max(numbers, default=1)
    return root / (name if number == 1 else f"{name}-{number}")


def _point_latest(root: Path, name: str) -> None:
    """Make ``root/latest`` a relative link to the run, if the file system has links."""
    link = root / LATEST
    if link.exists() and not link.is_symlink():
        return
    temporary = root / f".{LATEST}.{os.getpid()}.tmp"
    with contextlib.suppress(OSError):
        temporary.symlink_to(name, target_is_directory=True)
        os.replace(temporary, link)
