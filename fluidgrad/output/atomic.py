"""Files put in place in one piece: a reader, a crash or a full disk never meets half of one."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

from fluidgrad.errors import StorageError

ADVICE = {
    errno.ENOSPC: "free some space; a run continues with --resume",
    errno.EDQUOT: "free some of your quota; a run continues with --resume",
    errno.EFBIG: "raise the limit on file sizes (ulimit -f) or choose another --output",
    errno.EEXIST: "another process made it at the same moment: try again",
    errno.EACCES: "change the permissions or choose another --output",
    errno.EPERM: "change the permissions or choose another --output",
    errno.EROFS: "choose an --output on a file system that can be written",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ENOENT: "check the path",
    errno.ENOTDIR: "a part of this path is a file, not a directory: choose another path",
    errno.EMFILE: "close some files or raise the limit on open files (ulimit -n)",
    errno.EIO: "the disk or the network file system reports a fault: check it before going on",
    errno.ESTALE: "the network file system lost the file: check it, then continue the run with --resume",
}
"""Error number -> what a user can do about it."""

_NO_DIRECTORY_SYNC = {errno.EINVAL, errno.ENOTSUP}
"""What file systems that cannot sync a directory answer; they keep renames in order by themselves."""

_counter = itertools.count()


@contextlib.contextmanager
def storage_errors(path: os.PathLike | str, doing: str) -> Iterator[None]:
    """Turn any ``OSError`` inside into a :class:`StorageError` with path, reason and advice.

    ``doing`` completes "cannot ...", e.g. "write" or "read".
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        advice = ADVICE.get(error.errno or 0, "check the disk, then try again")
        raise StorageError(f"cannot {doing} {path}: {reason}; {advice}") from error


def write_file(path: os.PathLike | str, data: bytes) -> None:
    """Write ``data`` to ``path``: all of it, durably, or not at all.

    The bytes go to a temporary file in the same directory, which is flushed to the disk and renamed over
    ``path``; then the directory is flushed, so that the new name survives a power cut too.

    Raises
    ------
    StorageError : the file could not be written; what ``path`` held before is intact.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{next(_counter)}.tmp")
    with storage_errors(path, "write"):
        try:
            _write_durably(temporary, data)
            os.replace(temporary, path)
        finally:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        sync_directory(path.parent)


def _write_durably(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_directory(directory: Path) -> None:
    """Flush the names in a directory (files created, renamed, deleted) to the disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_DIRECTORY_SYNC:
            raise
    finally:
        os.close(descriptor)


def remove_files(paths: list[Path]) -> None:
    """Delete files, which may be gone already, and make that durable."""
    for path in paths:
        with storage_errors(path, "delete"):
            path.unlink(missing_ok=True)
    for directory in {path.parent for path in paths}:
        with storage_errors(directory, "update"):
            sync_directory(directory)


def remove_leftovers(directory: Path) -> None:
    """Delete the temporary files that a killed process left in ``directory``."""
    with storage_errors(directory, "read"):
        leftovers = list(directory.glob(".*.tmp"))
    remove_files(leftovers)
