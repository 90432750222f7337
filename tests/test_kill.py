"""A run that is killed at random moments loses nothing: SIGKILL, look, resume, again and again, compare."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

import fluidgrad as fg

CONFIG = """
title = "A small run to be killed"
[domain]
cells = [32, 24]
[fluid]
viscosity = 1e-3
[boundaries]
left.type = "wall"
right.type = "wall"
bottom.type = "wall"
top = { type = "moving wall", velocity = "1 + 0.2*sin(9*t)" }
[time]
end = 3.0
cfl = 0.5
[output]
every = 0.05
fields = ["vorticity"]
budgets = ["kinetic_energy", "enstrophy"]
series_every = 7
figure = "none"
[statistics]
start = 0.3
fields = ["p", "vorticity"]
every = 2
[[particles]]
release = "grid"
count = [6, 5]
[[particles]]
name = "needle"
release = "points"
points = [[0.5, 0.9]]
every = 0.02
"""

MOVING_BODY = """
title = "A heated body that moves, to be killed"
[domain]
cells = [32, 24]
[fluid]
viscosity = 1e-2
[boundaries]
left = { type = "inflow", normal = 0.2 }
right.type = "outflow"
bottom.type = "wall"
top.type = "wall"
[[bodies]]
name = "plunger"
shape = "circle"
x = 0.4
y = 0.5
radius = 0.15
motion = { y = "0.1*sin(8*t)" }
[[scalars]]
name = "heat"
diffusivity = 1e-2
bodies = [{ type = "value", value = 1.0 }]
boundaries.left = { type = "inflow", value = 0.0 }
[time]
end = 2.0
cfl = 0.5
[output]
every = 0.05
budgets = ["kinetic_energy"]
figure = "none"
[statistics]
[[particles]]
release = "line"
first = [0.05, 0.1]
last = [0.05, 0.9]
count = 9
every = 0.1
"""


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "fluidgrad", "run", *arguments, "--quiet", "--threads", "1"]


def going_on(directory: Path, config: Path) -> list[str]:
    """The command that goes on with a run, or starts it if it was killed before it had written anything."""
    if (directory / "config.toml").exists():
        return command("--resume", str(directory))
    return command(str(config), "--output", str(directory))


def finished_snapshots(directory: Path) -> set[str]:
    folder = directory / "snapshots"
    return {path.name for path in folder.glob("*.h5")} if folder.is_dir() else set()


def kill_and_resume(directory: Path, config: Path, kills: int, seed: int, run_time: float) -> int:
    """Kill a run ``kills`` times at random moments, checking what is on disk each time; return how often it was
    killed before it was done."""
    rng, killed = random.Random(seed), 0
    for _ in range(kills):
        before = finished_snapshots(directory)
        process = subprocess.Popen(
            going_on(directory, config), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        time.sleep(rng.uniform(0.0, run_time))
        process.send_signal(signal.SIGKILL)
        output, _ = process.communicate()
        killed += process.returncode == -signal.SIGKILL
        assert process.returncode in (0, -signal.SIGKILL), output
        after = finished_snapshots(directory)
        assert before <= after
        if (directory / "run.h5").exists():
            with h5py.File(directory / "run.h5") as file:
                assert file["u"].shape[0] >= 1
        if after:
            run = fg.open_run(directory)
            assert len(run) >= len(after) - 1
            run.flow(-1)
    return killed


@pytest.mark.parametrize(
    ("text", "kills"),
    [
        (CONFIG, 6),
        (MOVING_BODY, 4),
        pytest.param(CONFIG, 200, marks=pytest.mark.long),
        pytest.param(MOVING_BODY, 60, marks=pytest.mark.long),
    ],
    ids=["cavity", "moving body", "cavity, long", "moving body, long"],
)
def test_killed_at_random_moments(tmp_path, text, kills):
    config = tmp_path / "small.toml"
    config.write_text(text, encoding="utf-8")
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    started = time.monotonic()
    subprocess.run(command(str(config), "--output", str(whole)), check=True, env=environment)
    run_time = time.monotonic() - started
    killed = kill_and_resume(parts, config, kills, 7, run_time)
    assert killed >= kills // 3
    subprocess.run(going_on(parts, config), check=True, env=environment)
    one, other = fg.open_run(whole), fg.open_run(parts)
    assert np.array_equal(one.times, other.times)
    for name in ("u", "v", "p", "vorticity", *one.scalars):
        assert np.array_equal(one.field(name), other.field(name), equal_nan=True)
    assert one.verify() and other.verify()
    assert one.series.keys() == other.series.keys()
    for name, column in one.series.items():
        assert np.array_equal(column, other.series[name]), name
    assert (whole / "statistics.h5").read_bytes() == (parts / "statistics.h5").read_bytes()
    for mine, others in zip(one, other, strict=True):
        assert mine.particles.keys() == others.particles.keys() != set()
        for name, particles in mine.particles.items():
            for key, values in particles.items():
                assert np.array_equal(values, others.particles[name][key]), (name, key)
