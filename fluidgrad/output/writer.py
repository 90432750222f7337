"""Writing a run: snapshots, checkpoints, the time series, the log, and going on where a run stopped."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from fluidgrad.errors import RefusedError
from fluidgrad.fields import NO_SCALARS, PRIMARY, ScalarUnits, expand
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid
from fluidgrad.output import checkpoints, index, snapshots
from fluidgrad.output.atomic import (
    remove_files,
    remove_leftovers,
    storage_errors,
    sync_directory,
    write_file,
)
from fluidgrad.output.checkpoints import Checkpoint
from fluidgrad.output.resume import plan_cut_back
from fluidgrad.output.rundir import CONFIG, LOG, RunLock, is_run
from fluidgrad.output.series import Series


class RunWriter:
    """Writes one run to its directory, which it keeps locked; made by :meth:`create` or :meth:`resume`.

    Every file appears in one piece. At an output time write the checkpoint first (its ``next_snapshot``
    being the index of the snapshot that follows), then the snapshot: wherever the process is killed, no
    finished snapshot is lost, and going on from the newest checkpoint yields the same files.

    All methods raise StorageError when a file cannot be written; what was written before is intact.
    """

    def __init__(
        self,
        directory: Path,
        recipe: snapshots.Recipe,
        series: Series,
        config_text: str,
        attributes: dict[str, Any],
        lock: RunLock,
    ) -> None:
        self.directory = directory
        self.checkpoint: Checkpoint | None = None
        """What :meth:`resume` went back to; None for a run that starts from the beginning."""
        self._recipe = recipe
        self._series = series
        self._config_text = config_text
        self._attributes = attributes
        self._lock = lock
        self._instants: dict[int, tuple[float, int]] = {}
        self._rows_indexed = 0

    @classmethod
    def create(cls, directory: Path | str, grid: Grid, **settings) -> RunWriter:
        """Start a new run in a directory that holds none.

        Parameters
        ----------
        config_text : the resolved configuration, written to ``config.toml`` and kept in ``run.h5``.
        fields : derived fields (or groups of them) to store besides u, v, p.
        precision : "float64" or "float32", of the snapshots; checkpoints are always exact.
        compression : "none" or "gzip", of the snapshots.
        attributes : provenance, written to ``run.h5``; ``title`` also to the snapshots.
        series_units : column of the time series -> unit, long name; ``t`` and ``step`` are always there.
        scalars : name of each transported scalar -> its units, and a name for labels.
        bodies : whether the flows have bodies, whose distance is stored.

        Raises
        ------
        RefusedError : the directory holds a run, or another process is writing to it.
        """
        directory = Path(directory)
        with storage_errors(directory, "make"):
            directory.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as failed:
            lock = failed.enter_context(RunLock(directory))
            if is_run(directory):
                raise RefusedError(f"{directory} holds a run already: continue it with --resume")
            writer = cls._open(directory, grid, lock, **settings)
            writer._write_config()
            failed.pop_all()
        return writer

    @classmethod
    def resume(cls, directory: Path | str, grid: Grid, **settings) -> RunWriter:
        """Go on with the run in a directory from its newest whole checkpoint, see :attr:`checkpoint`.

        Everything written after that checkpoint is cut away. A run that was stopped before its first
        checkpoint starts from the beginning. Parameters as for :meth:`create`.

        Raises
        ------
        RefusedError : another process is writing to it, or grid, stored fields, precision or time series
            are not those of the run.
        StorageError : the snapshots have no usable checkpoint with them.
        """
        directory = Path(directory)
        with contextlib.ExitStack() as failed:
            writer = cls._open(directory, grid, failed.enter_context(RunLock(directory)), **settings)
            writer._cut_back()
            failed.pop_all()
        return writer

    @classmethod
    def _open(
        cls,
        directory: Path,
        grid: Grid,
        lock: RunLock,
        *,
        config_text: str,
        fields: list[str],
        precision: str,
        compression: str,
        attributes: dict[str, str | float | int],
        series_units: dict[str, tuple[str, str]],
        scalars: ScalarUnits = NO_SCALARS,
        bodies: bool = False,
    ) -> RunWriter:
        """A writer on a locked directory, with its folders made and cleared of half-written files."""
        primary = (*PRIMARY, *scalars)
        derived = tuple(name for name in expand(fields, scalars) if name not in primary)
        title = str(attributes.get("title", ""))
        recipe = snapshots.Recipe(grid, derived, precision, compression, title, scalars, bodies)
        for folder in (directory, directory / snapshots.DIRECTORY, directory / checkpoints.DIRECTORY):
            with storage_errors(folder, "make"):
                folder.mkdir(exist_ok=True)
            remove_leftovers(folder)
        with storage_errors(directory, "make"):
            sync_directory(directory)
            sync_directory(directory.absolute().parent)
        return cls(directory, recipe, Series(series_units), config_text, dict(attributes), lock)

    def _cut_back(self) -> None:
        """Go back to the newest checkpoint; run.h5 first, so that it never shows a file that is gone."""
        plan = plan_cut_back(self.directory, self._recipe, self.log)
        if plan.checkpoint:
            try:
                self._series.replace(plan.checkpoint.series)
            except ValueError as error:
                raise RefusedError(
                    f"cannot continue the time series of {self.directory}: {error}; columns of your own go on in "
                    "Python, with resume=True and the same follow=[...]"
                ) from error
        self.checkpoint, self._instants = plan.checkpoint, plan.instants
        self._attributes = _merge_provenance(plan.attributes, self._attributes)
        self._write_config()
        run_file = self.directory / index.NAME
        if self._instants:
            self._write_index()
        elif run_file.exists():
            plan.doomed.append(run_file)
        remove_files(plan.doomed)
        for path in plan.doomed:
            self.log(f"deleted, from after the checkpoint or damaged: {path.relative_to(self.directory)}")

    @property
    def snapshots(self) -> tuple[int, ...]:
        """Indices of the finished snapshots."""
        return tuple(self._instants)

    def append_series(self, row: dict[str, float]) -> None:
        """Add a row to the time series; it is on disk with the next checkpoint or snapshot.

        Raises ValueError unless the row has exactly the columns of the series.
        """
        self._series.append(row)

    def write_checkpoint(self, arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> None:
        """Write everything needed to go on, and delete the checkpoints before the last two.

        ``arrays`` come back bit for bit. ``meta`` must hold ``t``, ``step`` and ``next_snapshot`` (the index
        of the first snapshot not finished when the checkpoint is written) and may hold anything JSON can.
        """
        checkpoints.write_checkpoint(self.directory, arrays, meta, self._series)

    def write_snapshot(self, number: int, flow: Flow) -> None:
        """Write snapshot ``number`` and show it in ``run.h5``."""
        image = snapshots.snapshot_image(flow, number, self._recipe)
        write_file(self.directory / snapshots.file_name(number), image)
        self._instants = dict(sorted({**self._instants, number: (float(flow.time), int(flow.step))}.items()))
        self._write_index()

    def write_file(self, name: str, content: bytes) -> None:
        """Write another file of the run, in one piece."""
        write_file(self.directory / name, content)

    def _write_index(self) -> None:
        image = index.index_image(
            self._recipe, self._instants, self._series, self._attributes, self._config_text
        )
        write_file(self.directory / index.NAME, image)
        self._rows_indexed = len(self._series)

    def _write_config(self) -> None:
        write_file(self.directory / CONFIG, self._config_text.encode())

    def log(self, line: str) -> None:
        """Add a line, with the time of day, to ``run.log``."""
        path = self.directory / LOG
        text = f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line}\n"
        with storage_errors(path, "write"):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
            try:
                os.write(descriptor, text.encode())
            finally:
                os.close(descriptor)

    def close(self) -> None:
        """Show the last rows of the time series in ``run.h5`` and unlock the directory."""
        try:
            if self._instants and len(self._series) != self._rows_indexed:
                self._write_index()
        finally:
            self._lock.release()

    def __enter__(self) -> RunWriter:
        return self

    def __exit__(self, kind, *_) -> None:
        if kind is None:
            self.close()
        else:
            self._lock.release()


def _merge_provenance(first: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """Provenance of a continued run: what was recorded at its start, and what is different now."""
    changed = {f"resumed_{key}": value for key, value in now.items() if key in first and first[key] != value}
    return {**now, **first, **changed}
