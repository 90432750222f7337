"""What ``check`` foretells, against what a run then needs and does."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fluidgrad import Simulation, bench
from fluidgrad.config import load
from fluidgrad.estimates import Estimate
from fluidgrad.recording import Recorder
from fluidgrad.resources import (
    PROGRAM_BYTES,
    disk_needed,
    memory_needed,
    particles,
    size,
    snapshots,
    stored_arrays,
)

PERIODIC = {side: {"type": "periodic"} for side in ("left", "right", "bottom", "top")}
CHANNEL = {"left": {"type": "periodic"}, "right": {"type": "periodic"}}
CHANNEL |= {"bottom": {"type": "wall"}, "top": {"type": "wall"}}


def settings(**changes) -> dict:
    return {
        "name": "case",
        "domain": {"cells": [24, 16]},
        "fluid": {"viscosity": 0.01},
        "boundaries": PERIODIC,
        "initial": {"case": "taylor green"},
        "time": {"end": 0.5},
        "output": {"every": 0.05, "fields": ["vorticity"]},
        **changes,
    }


def test_snapshots_and_disk_of_a_real_run(tmp_path):
    config = load(settings())
    simulation = Simulation(config, threads=1)
    simulation.recorder = Recorder.create(simulation, tmp_path / "run")
    simulation.run(progress=False)
    simulation.recorder.close()
    assert len(list((tmp_path / "run" / "snapshots").iterdir())) == snapshots(config) == 11
    written = sum(path.stat().st_size for path in (tmp_path / "run").rglob("*.h5"))
    assert 0.5 * disk_needed(config) < written < 1.5 * disk_needed(config)


@pytest.mark.parametrize("end", [0.3, 0.7, 1.0, 1.1])
@pytest.mark.parametrize("every", [0.1, 0.07, 0.5, 0.3])
def test_the_number_of_snapshots(end, every):
    config = load(settings(time={"end": end}, output={"every": min(every, end)}))
    multiples = [k * config.output.every for k in range(100)]
    assert snapshots(config) == sum(t < end * (1 - 1e-9) for t in multiples) + 1


@pytest.mark.parametrize("diffusion", ["explicit", "implicit"])
@pytest.mark.parametrize("sides", [PERIODIC, CHANNEL])
def test_memory_covers_the_solver(diffusion, sides):
    asked = settings(boundaries=sides, initial={"case": "rest"}, numerics={"diffusion": diffusion})
    asked["domain"] = {"cells": [96, 80]}
    config = load(asked)
    held = bench.field_arrays(Simulation(config, threads=1)) * 8 * 100 * 84
    assert held < memory_needed(config) - PROGRAM_BYTES < 3 * held


ALONG = {
    "statistics": {"fields": ["p"]},
    "particles": [
        {"release": "grid", "count": [40, 30]},
        {"release": "line", "first": [0.1, 0.1], "last": [0.1, 0.9], "count": 50, "every": 0.1, "most": 170},
    ],
    "output": {"every": 0.05, "budgets": ["kinetic_energy", "enstrophy"]},
}


def test_what_is_computed_along_is_counted(tmp_path):
    config = load(settings(**ALONG))
    assert particles(config) == 40 * 30 + 170
    with Simulation.from_config(settings(**ALONG), output=tmp_path / "run", threads=1) as simulation:
        simulation.run(progress=False)
    written = sum(path.stat().st_size for path in (tmp_path / "run").rglob("*.h5"))
    assert 0.5 * disk_needed(config) < written < 1.5 * disk_needed(config)
    plain = load(settings())
    assert memory_needed(config) - memory_needed(plain) > 8 * 24 * 16 * 15 + 48 * particles(config)
    assert Estimate(config).seconds > 1.5 * Estimate(plain).seconds


def test_groups_of_fields_are_counted_by_their_members():
    config = load(settings(output={"fields": ["velocity_gradient", "speed"]}))
    assert stored_arrays(config) == 5 + 4 + 1


def test_the_speed_is_that_of_the_fastest_side_or_place():
    fast_lid = {"type": "moving wall", "velocity": "3*sin(pi*x)*cos(t)"}
    config = load(settings(boundaries=CHANNEL | {"top": fast_lid}, initial={"case": "rest"}))
    speed = Estimate(config).speed
    assert speed.value == pytest.approx(3.0, rel=1e-2)
    assert "top side" in speed.origin
    flow = Estimate(load(settings(initial={"case": "taylor green", "amplitude": 2.0}))).speed
    assert flow.u == pytest.approx(2.0, rel=0.02) and "taylor green" in flow.origin


def test_a_driven_channel_is_no_faster_than_poiseuille():
    asked = settings(boundaries=CHANNEL, initial={"case": "rest"}, fluid={"viscosity": 1.0})
    asked["forcing"] = {"pressure_gradient": [-8.0, 0.0]}
    assert Estimate(load(asked)).speed.u == pytest.approx(1.0)


def test_the_step_is_that_of_the_simulation():
    for viscosity in (1e-4, 0.5):
        config = load(settings(fluid={"viscosity": viscosity}, time={"end": 0.5, "cfl": 0.4}))
        estimate, simulation = Estimate(config), Simulation(config, threads=1)
        assert estimate.viscous_step == pytest.approx(simulation.step_size.viscous(simulation.state))
        assert 0.5 * simulation.time_step() < estimate.step[0] < 1.1 * simulation.time_step()
    assert estimate.step[1] == "viscosity"
    assert any("implicit" in note for note in estimate.advice)


def test_without_flow_and_viscosity_nothing_limits_the_step():
    config = load(settings(fluid={"viscosity": 0.0}, initial={"case": "rest"}))
    estimate = Estimate(config)
    assert estimate.step == (0.5, "the end of the run")
    assert estimate.steps == 10
    assert np.isinf(estimate.viscous_step) and math.isinf(estimate.reynolds[0])


def test_a_step_that_is_too_long_is_noticed():
    notes = Estimate(load(settings(time={"end": 0.5, "step": 0.25}))).advice
    assert any("Courant number" in note for note in notes)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (12_345, "12.3 kB"),
        (999_960, "1.0 MB"),
        (3e12, "3.0 TB"),
    ],
)
def test_sizes_are_said_in_words(count, text):
    assert size(count) == text
