"""Checkpoints: everything needed to go on, bit for bit; the last two are kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import h5py
import numpy as np

from fluidgrad.errors import StorageError
from fluidgrad.output.atomic import remove_files, storage_errors, write_file
from fluidgrad.output.container import build, child, open_sealed, read_array
from fluidgrad.output.series import Series, read_series

DIRECTORY = "checkpoints"
KEPT = 2
REQUIRED_META = ("t", "step", "next_snapshot")
"""What ``meta`` must tell: time (s), number of steps, index of the snapshot that comes next."""

_KINDS = "fiub"
"""Kinds of number that arrays may hold: floating, integer, unsigned, boolean, of at most eight bytes."""

_NAME = re.compile(r"(\d{10,})\.h5")


class Checkpoint(NamedTuple):
    """State arrays, JSON-like facts about the run, and the columns of the time series so far."""

    arrays: dict[str, np.ndarray]
    meta: dict[str, Any]
    series: dict[str, np.ndarray]


def list_checkpoints(directory: Path) -> list[Path]:
    """The checkpoint files of a run, oldest first."""
    with storage_errors(directory, "read"):
        folder = directory / DIRECTORY
        paths = [path for path in folder.iterdir() if _NAME.fullmatch(path.name)] if folder.is_dir() else []
    return sorted(paths, key=step_of)


def step_of(path: Path) -> int:
    """The number of time steps at which a checkpoint was taken, from its name."""
    return int(path.stem)


def write_checkpoint(directory: Path, arrays: dict[str, np.ndarray], meta: dict, series: Series) -> Path:
    """Write a checkpoint, then delete those before the last two.

    Arrays keep their bits, ``meta`` may hold anything JSON can, integers of any size included.

    Raises
    ------
    StorageError : it could not be written; the earlier ones are intact.
    """
    if missing := [key for key in REQUIRED_META if key not in meta]:
        raise ValueError(f"meta lacks {', '.join(missing)}")
    for name, array in arrays.items():
        if array.dtype.kind not in _KINDS or array.dtype.itemsize > 8:
            raise ValueError(f"array {name} of type {array.dtype} cannot be stored in a checkpoint")
    text = json.dumps(meta, default=_plain).encode()

    def fill(file: h5py.File) -> None:
        file.create_dataset("meta", data=np.frombuffer(text, np.uint8))
        group = file.create_group("arrays")
        for name, array in arrays.items():
            group.create_dataset(name, data=array)
        series.write(file)

    path = directory / DIRECTORY / f"{int(meta['step']):010d}.h5"
    write_file(path, build(fill))
    remove_files([old for old in list_checkpoints(directory)[:-KEPT] if old != path])
    return path


def _plain(value: Any) -> Any:
    """NumPy numbers and arrays as Python ones, for JSON."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be stored in a checkpoint")


def read_checkpoint(path: Path) -> Checkpoint:
    """Read one checkpoint file; StorageError if it is damaged or not a checkpoint."""
    with open_sealed(path) as file:
        meta = json.loads(read_array(file, "meta", (None,), "u").tobytes())
        if not (isinstance(meta, dict) and all(key in meta for key in REQUIRED_META)):
            raise ValueError(f"its meta lacks one of {', '.join(REQUIRED_META)}")
        group = child(file, "arrays", h5py.Group)
        arrays = {name: read_array(group, name, None, _KINDS) for name in group}
        series, _ = read_series(file)
    return Checkpoint(arrays, meta, series)


def read_checkpoint_series(path: Path) -> tuple[dict[str, np.ndarray], dict[str, tuple[str, str]]]:
    """The time series in a checkpoint, and its units and names; StorageError if the file is damaged."""
    with open_sealed(path) as file:
        return read_series(file)


def load_checkpoint(directory: Path | str, report: Callable[[str], None] | None = None) -> Checkpoint | None:
    """The newest whole checkpoint of a run, or None if there is none to go on from.

    A damaged one is passed over for the one before; ``report`` is called with a line saying so.
    """
    for path in reversed(list_checkpoints(Path(directory))):
        try:
            return read_checkpoint(path)
        except StorageError as error:
            if report:
                report(f"checkpoint passed over: {error}")
    return None
