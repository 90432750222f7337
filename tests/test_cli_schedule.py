"""When a run stores what, and whether kernels are known to be compiled."""

from __future__ import annotations

import os
from types import SimpleNamespace

import numpy as np
import pytest

from fluidgrad import Simulation, open_run
from fluidgrad.compilation import _is_cached, kernels_are_compiled
from fluidgrad.config import load
from fluidgrad.errors import Interrupted
from fluidgrad.output.checkpoints import load_checkpoint
from fluidgrad.recording import Recorder

PERIODIC = {side: {"type": "periodic"} for side in ("left", "right", "bottom", "top")}


def settings(**time) -> dict:
    return {
        "name": "case",
        "domain": {"cells": [16, 12]},
        "fluid": {"viscosity": 0.05},
        "boundaries": PERIODIC,
        "initial": {"case": "taylor green"},
        "time": {"step": 0.01, **time},
        "output": {"every": 0.1},
    }


def start(directory, **time) -> Simulation:
    return Simulation.from_config(settings(**time), output=directory, threads=1)


def resume(directory, **time) -> Simulation:
    simulation = Simulation(load(settings(**time)), threads=1)
    simulation.recorder = Recorder.resume(simulation, directory)
    return simulation


def march(simulation, until=None):
    simulation.run(until, progress=False)
    simulation.recorder.close()


def test_a_run_that_became_steady_ends_with_one_snapshot_of_that(tmp_path):
    simulation = start(tmp_path / "run", end=50.0, steady=1.0)
    march(simulation)
    assert 0.0 < simulation.t < 50.0
    times = open_run(tmp_path / "run").times
    assert times[-1] == simulation.t
    assert (np.diff(times) > 0).all()
    march(resume(tmp_path / "run", end=50.0, steady=1.0))
    assert np.array_equal(open_run(tmp_path / "run").times, times)


def test_a_march_to_an_earlier_time_leaves_a_checkpoint_there(tmp_path):
    march(start(tmp_path / "run", end=1.0), until=0.25)
    assert open_run(tmp_path / "run").times == pytest.approx([0.0, 0.1, 0.2])
    assert load_checkpoint(tmp_path / "run").meta["t"] == 0.25
    march(resume(tmp_path / "run", end=1.0))
    assert open_run(tmp_path / "run").times == pytest.approx(np.arange(11) / 10)


def test_a_march_past_the_end_goes_on_storing(tmp_path):
    simulation = start(tmp_path / "run", end=0.25)
    simulation.run(progress=False)
    march(simulation, until=0.45)
    assert open_run(tmp_path / "run").times == pytest.approx([0.0, 0.1, 0.2, 0.25, 0.3, 0.4])


def test_a_finished_run_that_is_resumed_stays_as_it_is(tmp_path):
    march(start(tmp_path / "run", end=0.25))
    before = open_run(tmp_path / "run")
    march(resume(tmp_path / "run", end=0.25))
    after = open_run(tmp_path / "run")
    assert np.array_equal(before.times, after.times)
    assert np.array_equal(before.series["step"], after.series["step"])


@pytest.mark.parametrize("step", [1, 9, 10, 11, 20, 24])
def test_a_run_stopped_at_any_step_stores_the_same(tmp_path, step):
    """Also at the steps of snapshots, which must be stored once each."""

    def stop(simulation):
        if simulation.step_count == step:
            os.kill(os.getpid(), 2)

    simulation = start(tmp_path / "stopped", end=0.25)
    with pytest.raises(Interrupted) as caught:
        simulation.run(progress=stop)
    simulation.recorder.close()
    assert caught.value.exit_code == 130
    assert load_checkpoint(tmp_path / "stopped").meta["step"] == step
    march(resume(tmp_path / "stopped", end=0.25))
    march(start(tmp_path / "whole", end=0.25))
    ours, theirs = open_run(tmp_path / "stopped"), open_run(tmp_path / "whole")
    assert np.array_equal(ours.times, theirs.times)
    assert np.array_equal(ours.field("vorticity"), theirs.field("vorticity"))
    assert np.array_equal(ours.series["kinetic_energy"], theirs.series["kinetic_energy"])


def test_kernels_count_as_compiled_once_a_simulation_ran(tmp_path):
    march(start(tmp_path / "run", end=0.2))
    assert kernels_are_compiled()


def test_numba_itself_says_which_entries_of_its_cache_are_fresh():
    def module(**names):
        return SimpleNamespace(__name__="kernels.halo", **names)

    def kernel(entries):
        return SimpleNamespace(
            stats=None, _cache=SimpleNamespace(_cache_file=SimpleNamespace(_load_index=lambda: entries))
        )

    assert _is_cached(module(fill=kernel({"signature": "entry"})))
    assert not _is_cached(module(fill=kernel({})))
    assert not _is_cached(module(fill=SimpleNamespace(stats=None)))
    assert _is_cached(module(fill=lambda: None))
