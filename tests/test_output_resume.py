"""Going on after a stop, wherever it came: nothing finished is lost, and the files come out the same."""

from __future__ import annotations

import errno
import itertools
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import output_miniature
import pytest
from output_miniature import GRID, STRETCHED, contents, run, sample, settings

from fluidgrad.errors import RefusedError, StorageError
from fluidgrad.output import RunWriter, load_checkpoint, open_run
from fluidgrad.output.checkpoints import list_checkpoints

COUNT = 3


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """The files of a run that was never interrupted."""
    directory = tmp_path_factory.mktemp("reference") / "run"
    run(directory, COUNT)
    return contents(directory)


def test_checkpoints_come_back_bit_for_bit(tmp_path):
    arrays = {
        "walk": np.array([[0.1, -0.0, np.nan], [np.inf, 5e-324, np.pi]]),
        "count": np.arange(3),
        "flags": np.array([True, False]),
        "empty": np.zeros((0, 4)),
    }
    generator = np.random.default_rng(3)
    meta = {"t": 0.1 + 0.2, "step": np.int64(7), "next_snapshot": 1, "energies": np.array([1.5])}
    meta["generator"] = generator.bit_generator.state
    with RunWriter.create(tmp_path / "a", GRID, **settings()) as writer:
        writer.append_series({"t": 1.0, "step": 2, "energy": 0.1})
        writer.write_checkpoint(arrays, meta)
    loaded, facts, series = load_checkpoint(tmp_path / "a")
    for name, array in arrays.items():
        assert loaded[name].dtype == array.dtype and loaded[name].tobytes() == array.tobytes()
    assert facts == {**meta, "energies": [1.5]} and facts["t"] == 0.1 + 0.2
    assert facts["generator"]["state"]["state"] > 2**64
    assert {name: column.tolist() for name, column in series.items()} == {
        "t": [1],
        "step": [2],
        "energy": [0.1],
    }


def test_what_a_checkpoint_cannot_hold_is_refused(tmp_path):
    meta = {"t": 0.0, "step": 0, "next_snapshot": 0}
    with RunWriter.create(tmp_path / "a", GRID, **settings()) as writer:
        with pytest.raises(ValueError, match="meta lacks next_snapshot"):
            writer.write_checkpoint({}, {"t": 0.0, "step": 0})
        with pytest.raises(ValueError, match="complex"):
            writer.write_checkpoint({"a": np.zeros(2, complex)}, meta)
        with pytest.raises(TypeError, match="set cannot be stored"):
            writer.write_checkpoint({}, meta | {"a": {1}})
    assert load_checkpoint(tmp_path / "a") is None


def test_the_last_two_checkpoints_are_kept(tmp_path):
    run(tmp_path / "a", 4)
    assert [path.name for path in list_checkpoints(tmp_path / "a")] == ["0000000006.h5", "0000000009.h5"]


@pytest.mark.parametrize("stop", [0, 1, 2, COUNT])
def test_continued_run_gives_the_same_files(tmp_path, reference, stop):
    run(tmp_path / "a", stop)
    run(tmp_path / "a", COUNT, resume=True)
    assert contents(tmp_path / "a") == reference


def test_files_after_the_checkpoint_are_cut_away(tmp_path, reference):
    """A damaged checkpoint sends the run back to the one before; what came later is written again."""
    run(tmp_path / "a", COUNT)
    newest = list_checkpoints(tmp_path / "a")[-1]
    newest.write_bytes(b"damaged")
    (tmp_path / "a/snapshots/.000007.h5.1-0.tmp").touch()
    writer = RunWriter.resume(tmp_path / "a", GRID, **settings())
    assert writer.checkpoint.meta["next_snapshot"] == 1 and writer.snapshots == (0, 1)
    assert sorted(os.listdir(tmp_path / "a/snapshots")) == ["000000.h5", "000001.h5"]
    assert not newest.exists()
    with h5py.File(tmp_path / "a/run.h5") as file:
        assert file["step"][()].tolist() == [0, 3] and file["series/step"][()].tolist() == [1, 2, 3]
    log = (tmp_path / "a/run.log").read_text()
    assert "0000000006.h5 is damaged" in log and "deleted" in log and "snapshots/000002.h5" in log
    writer.close()
    run(tmp_path / "a", COUNT, resume=True)
    assert contents(tmp_path / "a") == reference


def test_a_later_snapshot_of_the_same_number_is_not_taken_for_the_checkpoints_own(tmp_path):
    """A checkpoint between outputs: the snapshot that comes next is not there yet, whatever the file says."""
    with RunWriter.create(tmp_path / "a", GRID, **settings()) as writer:
        writer.write_snapshot(0, sample(step=0))
        writer.write_checkpoint({}, {"t": 0.2, "step": 2, "next_snapshot": 1})
        writer.write_snapshot(1, sample(step=3))
    with RunWriter.resume(tmp_path / "a", GRID, **settings()) as writer:
        assert writer.snapshots == (0,)
    assert len(open_run(tmp_path / "a")) == 1


@pytest.mark.parametrize("name", ["run.h5", "snapshots/000002.h5", "snapshots/000000.h5"])
def test_damaged_results_do_not_stop_a_run(tmp_path, name, reference):
    run(tmp_path / "a", COUNT)
    (tmp_path / "a" / name).write_bytes(b"damaged")
    run(tmp_path / "a", COUNT + 1, resume=True)
    assert len(open_run(tmp_path / "a")) == COUNT + 1
    intact = {"snapshots/000001.h5", "snapshots/000002.h5"}
    assert all(contents(tmp_path / "a")[each] == reference[each] for each in intact)


def test_snapshots_without_a_checkpoint_are_not_thrown_away(tmp_path):
    run(tmp_path / "a", COUNT)
    for path in list_checkpoints(tmp_path / "a"):
        path.write_bytes(b"damaged")
    before = contents(tmp_path / "a")
    with pytest.raises(StorageError, match="3 snapshots but no whole checkpoint"):
        RunWriter.resume(tmp_path / "a", GRID, **settings())
    assert contents(tmp_path / "a") == before


@pytest.mark.parametrize(
    ("grid", "changes", "words"),
    [
        (STRETCHED, {}, "another grid"),
        (GRID, {"fields": ["speed"]}, "same .* fields"),
        (GRID, {"precision": "float32"}, "float32"),
        (GRID, {"series_units": {}}, "time series .* energy"),
    ],
)
def test_another_set_up_cannot_continue(tmp_path, grid, changes, words):
    run(tmp_path / "a", 2)
    before = contents(tmp_path / "a")
    with pytest.raises(RefusedError, match=words):
        RunWriter.resume(tmp_path / "a", grid, **settings(**changes))
    assert contents(tmp_path / "a") == before


def test_provenance_of_a_continued_run(tmp_path):
    run(tmp_path / "a", 1)
    changes = {
        "attributes": {"title": "A miniature", "created": "later", "new": 1},
        "config_text": "longer = 1\n",
    }
    run(tmp_path / "a", 2, resume=True, **changes)
    opened = open_run(tmp_path / "a")
    facts = {"created": "today", "resumed_created": "later", "new": 1, "seed": 5}
    assert facts.items() <= opened.attributes.items() and "resumed_title" not in opened.attributes
    assert opened.config_text == (tmp_path / "a/config.toml").read_text() == "longer = 1\n"


CALLS = ("open", "write", "fsync", "replace", "mkdir")


class FailOnce:
    """Stands in for the input and output functions of ``os`` and lets the n-th call fail."""

    def __init__(self, monkeypatch, n, number=errno.ENOSPC):
        self.calls, self.n, self.number = 0, n, number
        for name in CALLS:
            monkeypatch.setattr(os, name, self.wrap(getattr(os, name)))

    def wrap(self, function):
        def call(*args, **options):
            self.calls += 1
            if self.calls == self.n:
                raise OSError(self.number, os.strerror(self.number))
            return function(*args, **options)

        return call


SMALL = {"grid": STRETCHED, "fields": []}
"""Changes that make the files quicker to write."""


@pytest.fixture(scope="module")
def small_reference(tmp_path_factory):
    directory = tmp_path_factory.mktemp("small") / "run"
    run(directory, COUNT, **SMALL)
    return contents(directory)


def test_each_operation_failing_once(tmp_path, monkeypatch, small_reference):
    with monkeypatch.context() as patch:
        counter = FailOnce(patch, 0)
        run(tmp_path / "count", COUNT, **SMALL)
    failures = 0
    for n in range(1, counter.calls + 1):
        directory, done = tmp_path / str(n), []
        with monkeypatch.context() as patch:
            FailOnce(patch, n)
            try:
                run(directory, COUNT, finished=done.append, **SMALL)
            except StorageError as error:
                assert "free some space" in str(error) and str(directory) in str(error)
                failures += 1
        finished = max(done, default=-1) + 1
        if finished:
            opened = open_run(directory)
            assert len(opened) >= finished and opened.verify()
        directory.mkdir(exist_ok=True)
        run(directory, COUNT, resume=True, **SMALL)
        assert contents(directory) == small_reference, f"operation {n}"
    assert failures > 50


def test_each_operation_of_resuming_failing_once(tmp_path, monkeypatch):
    run(tmp_path / "stopped", 2, **SMALL)
    whole = contents(tmp_path / "stopped")
    (tmp_path / "stopped/snapshots/000001.h5").unlink()
    for n in itertools.count(1):
        directory = shutil.copytree(tmp_path / "stopped", tmp_path / str(n))
        with monkeypatch.context() as patch:
            faults = FailOnce(patch, n, errno.EIO)
            try:
                run(directory, 2, resume=True, **SMALL)
            except StorageError:
                assert len(open_run(directory)) >= 1
        run(directory, 2, resume=True, **SMALL)
        assert contents(directory) == whole
        if faults.calls < n:
            break


def test_kill_loop(tmp_path):
    """SIGKILL at random moments: everything reported as finished is there, and the end is the same."""
    kills, count = 15, 45
    directory, dice = tmp_path / "run", random.Random(1)
    directory.mkdir()
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, output_miniature.__file__, str(directory), str(count)]
    finished, patience = -1, 0.05
    for _ in range(kills):
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as child:
            child.stdout.readline()
            try:
                child.wait(dice.uniform(0.0, patience))
            except subprocess.TimeoutExpired:
                child.kill()
            reached = list(map(int, child.stdout.read().split()))
        finished = max([finished, *reached])
        patience *= 1.0 if reached else 1.5  # a busy machine gets longer
        require_snapshots(directory, finished + 1)
    assert finished > 0
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    run(tmp_path / "uninterrupted", count)
    assert contents(directory) == contents(tmp_path / "uninterrupted")


def require_snapshots(directory: Path, at_least: int) -> None:
    if at_least:
        opened = open_run(directory)
        assert len(opened) >= at_least and opened.steps.tolist() == [3 * k for k in range(len(opened))]
        opened.flow(at_least - 1)
        with h5py.File(directory / "run.h5") as file:
            assert len(file["time"]) >= at_least - 1
            assert np.isfinite(file["p"][-1]).all()
