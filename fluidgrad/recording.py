"""What a run stores, and when: snapshots at their times, rows of the time series, checkpoints."""

from __future__ import annotations

import math
import shlex
import sys
import time
from pathlib import Path

import numpy as np

from fluidgrad.companions import restore, stored
from fluidgrad.errors import RefusedError, StorageError
from fluidgrad.output import RunWriter
from fluidgrad.provenance import provenance


class Recorder:
    """Stores one simulation through a :class:`fluidgrad.output.RunWriter`."""

    def __init__(self, simulation, writer: RunWriter):
        asked = simulation.config.output
        self.writer = writer
        self.end = simulation.config.time.end
        self.every = asked.every
        self.series_every = asked.series_every
        self.checkpoint_seconds = 60.0 * asked.checkpoint_minutes
        self.next_index = 0
        """Index of the next snapshot."""
        self.next_time = 0.0
        """Time of the next snapshot, s."""
        self._last_checkpoint = time.monotonic()
        self._last_row = -1
        self._snapshot_step = -1

    @classmethod
    def create(cls, simulation, directory: Path) -> Recorder:
        """Start recording into a directory that holds no run."""
        return cls(simulation, RunWriter.create(directory, simulation.grid, **_settings(simulation)))

    @classmethod
    def resume(cls, simulation, directory: Path) -> Recorder:
        """Go on recording where a directory's newest checkpoint was taken; the simulation is put in that state. A run
        without a checkpoint starts from its beginning."""
        recorder = cls(simulation, RunWriter.resume(directory, simulation.grid, **_settings(simulation)))
        if recorder.writer.checkpoint is None:
            simulation.set_initial()
        else:
            recorder._restore(simulation, recorder.writer.checkpoint)
        return recorder

    def _restore(self, simulation, checkpoint) -> None:
        state, meta = simulation.state, checkpoint.meta
        for name, array in _arrays(state).items():
            stored = checkpoint.arrays.get(name)
            if stored is None or stored.shape != array.shape:
                raise RefusedError(f"{self.writer.directory}: its checkpoint is of another kind of run")
            array[...] = stored
        state.t, state.step = meta["t"], meta["step"]
        simulation.dt, simulation.change = meta["dt"], meta["change"]
        if state.rng is not None:
            if meta["rng"] is None:
                raise StorageError(f"{self.writer.directory}: its checkpoint has no random generator")
            state.rng.bit_generator.state = meta["rng"]
        restore(simulation.companions, checkpoint.arrays, self.writer.directory)
        self.next_index, self.next_time = meta["next_snapshot"], meta["next_time"]
        steps = checkpoint.series["step"]
        self._last_row = int(steps[-1]) if steps.size else -1
        simulation.refresh()

    @property
    def directory(self) -> Path:
        return self.writer.directory

    @property
    def advice(self) -> str:
        """How to go on, for a person at the command line."""
        return f"continue with: fluidgrad run --resume {shlex.quote(str(self.directory))}"

    def begin(self, simulation) -> None:
        """Store the present state if it is due and not stored yet."""
        self.writer.log(f"running from t = {simulation.t:.9g} s, step {simulation.step_count}")
        if self.next_index in self.writer.snapshots:
            self._write_files(simulation)  # it may have been killed right before them
            self._snapshot_step = simulation.step_count
            self._schedule(simulation.t)
        elif simulation.t >= self.next_time:
            self._snapshot(simulation)

    def _schedule(self, t: float) -> None:
        """Plan the snapshot after the one at time t: at the next multiple of the interval, or at the end."""
        self.next_index += 1
        margin = 1e-9 * self.every
        self.next_time = (math.floor((t + margin) / self.every) + 1) * self.every
        if t < self.end < self.next_time + margin:
            self.next_time = self.end

    def after_step(self, simulation) -> None:
        """Store what is due after a step."""
        if simulation.t >= self.next_time:
            self._snapshot(simulation)
            return
        if simulation.step_count % self.series_every == 0:
            self._row(simulation)
        if time.monotonic() - self._last_checkpoint > self.checkpoint_seconds:
            self.checkpoint(simulation)

    def finish(self, simulation) -> None:
        """Store the end of the march: as a snapshot if it is steady, as a checkpoint if it is not a snapshot yet."""
        if simulation.steady:
            if self._snapshot_step != simulation.step_count:
                self._snapshot(simulation)
        elif self._snapshot_step != simulation.step_count:
            self.checkpoint(simulation)
        self.writer.log(f"done at t = {simulation.t:.9g} s, step {simulation.step_count}")

    def blew_up(self, simulation, message: str) -> None:
        """Keep the last good state: a row of the time series and a checkpoint."""
        self.writer.log(message)
        self._row(simulation)
        self.checkpoint(simulation)

    def interrupted(self, simulation, reason: str) -> None:
        """Keep the state of a run that is being stopped."""
        self.checkpoint(simulation)
        self.writer.log(f"stopped by {reason} at t = {simulation.t:.9g} s, step {simulation.step_count}")

    def _row(self, simulation) -> None:
        if simulation.step_count == self._last_row:
            return
        row = {"t": simulation.t, "step": simulation.step_count, **simulation.diagnostics()}
        self.writer.append_series(row)
        self._last_row = simulation.step_count

    def _snapshot(self, simulation) -> None:
        """Row, checkpoint, snapshot, other files, in this order: wherever the process dies, resuming loses nothing."""
        self._row(simulation)
        flow = simulation.flow()
        self.checkpoint(simulation)
        self.writer.write_snapshot(self.next_index, flow)
        self._write_files(simulation)
        self._snapshot_step = simulation.step_count
        self._schedule(simulation.t)

    def _write_files(self, simulation) -> None:
        """The files that companions keep beside the snapshots, as of the snapshot just written."""
        for companion in simulation.companions:
            if file := companion.file(simulation):
                self.writer.write_file(*file)

    def checkpoint(self, simulation) -> None:
        """Write the complete state."""
        state = simulation.state
        meta = {
            "t": state.t,
            "step": state.step,
            "next_snapshot": self.next_index,
            "next_time": self.next_time,
            "dt": simulation.dt,
            "change": simulation.change if np.isfinite(simulation.change) else sys.float_info.max,
            "rng": None if state.rng is None else state.rng.bit_generator.state,
        }
        self.writer.write_checkpoint(_arrays(state) | stored(simulation.companions), meta)
        self._last_checkpoint = time.monotonic()

    def close(self) -> None:
        """Write what is pending and unlock the directory."""
        self.writer.close()


def _arrays(state) -> dict[str, np.ndarray]:
    """The arrays of a state that there are, by the names they have in a checkpoint."""
    arrays = {name: q for name in ("u", "v", "p") if (q := getattr(state, name)) is not None}
    return arrays | {f"scalar_{name}": c for name, c in state.scalars.items()}


def _settings(simulation) -> dict:
    config = simulation.config
    return {
        "config_text": config.to_toml(),
        "fields": list(config.output.fields),
        "precision": config.output.precision,
        "compression": config.output.compression,
        "attributes": provenance(config, simulation.threads),
        "series_units": simulation.series_columns,
        "scalars": {scalar.name: (scalar.units, scalar.long_name) for scalar in config.scalars},
        "bodies": bool(config.bodies),
    }
