"""Moments that a run keeps along with it: the same as from every step, bit for bit after a restart."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xarray
from setups import periodic, simulation, walls

import fluidgrad as fg
from fluidgrad import fields
from fluidgrad.analysis import time_mean_flow
from fluidgrad.analysis.moments import Moments
from fluidgrad.errors import ConfigError, RefusedError, StorageError
from fluidgrad.recording import Recorder
from fluidgrad.simulation import Simulation

DYE = {"name": "dye", "units": "K", "diffusivity": 0.01, "initial": "x*y"}
DYE["boundaries"] = {"top": {"type": "value", "value": 1.0}}
DISC = {"shape": "circle", "x": 0.5, "y": 0.4, "radius": 0.15}

SWINGING = DISC | {"motion": {"y": "0.1*sin(9*t)"}}


def config(**tables):
    """A stirred box of cells that are not square, with steps of their own length."""
    start = {
        "domain": {"cells": [14, 12]},
        "fluid": {"viscosity": 0.02},
        "boundaries": walls(top={"type": "moving wall", "velocity": "1 + t"}),
        "initial": {"case": "formula", "u": "sin(7*y + 2*x)", "v": "cos(5*x - 3*y)"},
        "time": {"end": 0.3},
        "output": {"every": 0.1, "figure": "none"},
        "statistics": {},
    }
    return start | tables


def run_of(settings, directory):
    with Simulation.from_config(settings, output=directory) as sim:
        sim.run(progress=False)
    return fg.open_run(directory)


def agree(found: Moments, expected: Moments, names=None):
    for name in names or found.variables():
        one, other = found.variables()[name][1], expected.variables()[name][1]
        scale = np.nanmax(np.abs(other))
        assert np.allclose(one, other, rtol=1e-12, atol=1e-13 * scale, equal_nan=True), name


class EveryStep:
    """Flows of a run, kept as a user's own loop sees them."""

    def __init__(self, settings, start=0.0, every=1):
        sim = Simulation.from_config(settings)
        self.flows = [sim.flow()]
        while sim.t < sim.config.time.end:
            sim.step(next(t for t in (0.1, 0.2, sim.config.time.end) if t > sim.t))
            if sim.step_count % every == 0 and sim.t >= start:
                self.flows.append(sim.flow())
        self.flows = [flow for flow in self.flows if flow.time >= start]


@pytest.mark.parametrize(
    ("tables", "start", "every"),
    [
        ({"statistics": {"fields": ["p", "vorticity"]}, "scalars": [DYE]}, 0.0, 1),
        ({"statistics": {"start": 0.05, "every": 2}}, 0.05, 2),
        ({"bodies": [DISC], "statistics": {"fields": ["p"]}}, 0.0, 1),
        ({"bodies": [SWINGING], "statistics": {"fields": ["p", "vorticity"]}}, 0.0, 1),
        ({"boundaries": periodic(), "statistics": {"stresses": False}}, 0.0, 1),
    ],
    ids=["scalar", "later", "body", "moving body", "periodic"],
)
def test_the_same_as_from_every_step(tmp_path, tables, start, every):
    settings = config(**tables)
    found = run_of(settings, tmp_path / "run").statistics()
    flows = EveryStep(settings, start, every).flows
    asked = settings["statistics"]
    extra = [name for name in asked.get("fields", ()) if name != "p"]
    expected = time_mean_flow(flows, fields=extra, stresses=asked.get("stresses", True))
    assert found.samples == len(flows) > 4 and found.start == flows[0].time and found.end == flows[-1].time
    assert set(found.names) <= set(expected.names)
    agree(found, expected)
    for name in ("u_top", "v_left"):
        assert np.allclose(getattr(found.flow, name), getattr(expected.flow, name), rtol=1e-12, atol=1e-14)


def test_a_decaying_flow_has_the_moments_of_its_exponential(tmp_path):
    """Taylor-Green vortices; the scheme's own rate of decay, and the closed forms over the time."""
    n, nu, end = 16, 0.02, 2.0
    k, h = 2 * math.pi, 1 / n
    rate = 2 * nu * (2 / h) ** 2 * math.sin(k * h / 2) ** 2
    settings = {
        "domain": {"cells": [n, n]},
        "fluid": {"viscosity": nu},
        "boundaries": periodic(),
        "initial": {"case": "taylor green"},
        "time": {"end": end, "step": 0.005},
        "output": {"every": end, "figure": "none"},
        "statistics": {},
    }
    run = run_of(settings, tmp_path / "run")
    found, first = run.statistics(), run.flow(0)
    s = rate * end
    mean, square = -math.expm1(-s) / s, -math.expm1(-2 * s) / (2 * s)
    assert np.allclose(found.flow.u, mean * first.u, atol=1e-5)
    start = fields.compute(first, "kinetic_energy")
    assert np.allclose(found["tke"], (square - mean**2) * start, rtol=2e-4, atol=1e-9)
    u, v = fields.velocity_at_centres(first)
    assert np.allclose(found["uv"], (square - mean**2) * u * v, rtol=2e-4, atol=1e-9)


class Stop(Exception):
    """Raised by a test in the place of a signal."""


def stop_after(sim, steps):
    last = sim.step_count + steps

    def watch(s):
        if s.step_count >= last:
            raise Stop

    with pytest.raises(Stop):
        sim.run(progress=watch)
    sim.recorder.interrupted(sim, "a test")


@pytest.mark.parametrize("tables", [{"scalars": [DYE]}, {"bodies": [DISC]}], ids=["scalar", "body"])
def test_stopped_and_resumed_is_bit_for_bit_the_same(tmp_path, tables):
    settings = config(statistics={"start": 0.05, "fields": ["p", "speed"], "every": 2}, **tables)
    run_of(settings, tmp_path / "whole")
    with Simulation.from_config(settings, output=tmp_path / "parts") as first:
        stop_after(first, 5)
    for steps in (4, None):
        again = Simulation.from_config(settings)
        again.recorder = Recorder.resume(again, tmp_path / "parts")
        with again:
            stop_after(again, steps) if steps else again.run(progress=False)
    whole, parts = ((tmp_path / name / "statistics.h5").read_bytes() for name in ("whole", "parts"))
    assert whole == parts


def test_killed_between_the_last_snapshot_and_its_statistics(tmp_path):
    settings = config()
    run_of(settings, tmp_path)
    path = tmp_path / "statistics.h5"
    whole = path.read_bytes()
    path.write_bytes(b"of an earlier snapshot")
    again = Simulation.from_config(settings)
    again.recorder = Recorder.resume(again, tmp_path)
    with again:
        again.run(progress=False)
    assert path.read_bytes() == whole


def test_a_checkpoint_without_statistics_is_refused(tmp_path):
    settings = config()
    with Simulation.from_config(
        {k: v for k, v in settings.items() if k != "statistics"}, output=tmp_path
    ) as sim:
        stop_after(sim, 3)
    again = Simulation.from_config(settings)
    with pytest.raises(RefusedError, match="no statistics to go on with"):
        again.recorder = Recorder.resume(again, tmp_path)


def test_the_file_opens_in_xarray_and_draws(tmp_path):
    run = run_of(config(scalars=[DYE], statistics={"fields": ["p"]}), tmp_path / "run")
    found = run.statistics()
    with xarray.open_dataset(tmp_path / "run" / "statistics.h5", engine="h5netcdf") as data:
        assert data.attrs["samples"] == found.samples
        for name, values in found.to_xarray().items():
            assert np.array_equal(data[name], values) and data[name].dims == values.dims
            assert data[name].attrs["units"] == values.attrs["units"]
            assert data[name].attrs["cell_methods"] == "time: mean"
    assert found.flow.scalar_units["dye"][0] == "K" and found.to_xarray().variance_dye.units == "K2"
    assert fields.compute(found.flow, "vorticity").shape == found.flow.grid.shape("node")
    sides = found.flow.scalar_sides["dye"]
    assert np.allclose(sides["top"], 1.0) and set(sides) == set(found.flow.scalar_sides["uv"])
    assert np.abs(found.flow.u_top - (1 + 0.15)).max() < 1e-10


def test_without_pressure_none_is_solved_for_and_none_is_there(tmp_path):
    sim = simulation(
        (12, 10), walls(), nu=0.01, statistics={}, initial={"case": "formula", "u": "y", "v": "x"}
    )
    solved = sim._pressure_step
    for _ in range(3):
        sim.step()
    assert sim._pressure_step == solved
    found = sim.companions[0].moments.result()
    assert np.isnan(found.flow.p).all() and "p" not in found.variables() and found.samples == 4


def test_there_are_none_before_the_start_and_none_without_the_table(tmp_path):
    late = run_of(
        config(statistics={"start": 0.25}, output={"every": 0.3, "figure": "none"}), tmp_path / "late"
    )
    assert late.statistics().start >= 0.25
    with Simulation.from_config(config(statistics={"start": 0.25}), output=tmp_path / "early") as sim:
        sim.run(until=0.1, progress=False)
    with pytest.raises(ConfigError, match=r"no statistics \(yet\)"):
        fg.open_run(tmp_path / "early").statistics()
    path = tmp_path / "late" / "statistics.h5"
    assert late.verify() > 0 and "means over time" in repr(late)
    path.write_bytes(path.read_bytes()[:-200] + bytes(200))
    for look in (late.statistics, late.verify):
        with pytest.raises(StorageError, match="is damaged"):
            look()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"fields": ["vortisity"]}, "did you mean 'vorticity'"),
        ({"fields": ["u"]}, "always averaged"),
        ({"start": 0.3}, "not before the end"),
        ({"every": 0}, "every"),
    ],
)
def test_mistakes_in_the_table_are_told(asked, words):
    with pytest.raises(ConfigError, match=words):
        Simulation.from_config(config(statistics=asked))
