"""Particles that a run carries along."""

from __future__ import annotations

from itertools import pairwise

import numba
import numpy as np
import pytest
from setups import advance, orders, periodic, simulation, walls

import fluidgrad
from fluidgrad.config import InvalidConfigError, load
from fluidgrad.errors import ConfigError
from fluidgrad.simulation import Simulation

GRID = {"release": "grid", "count": [12, 10]}
NEEDLE = {"name": "needle", "release": "points", "points": [[0.3, 0.4], [0.6, 0.5]], "every": 0.03}
CAVITY = walls(top={"type": "moving wall", "velocity": 1.0})
THROUGH = {
    "left": {"type": "inflow", "normal": 1.0},
    "right": {"type": "outflow"},
    "bottom": {"type": "slip"},
    "top": {"type": "slip"},
}
UNIFORM = {"case": "uniform", "u": 1.0}


def particles(sim, name="particles1"):
    return sim.flow().particles[name]


def test_in_uniform_flow_releases_are_exact_in_time():
    line = {"name": "wire", "release": "line", "first": [0.1, 0.2], "last": [0.1, 0.8], "count": 4}
    line |= {"start": 0.05, "every": 0.07}
    sim = advance(simulation((20, 12), THROUGH, initial=UNIFORM, particles=[line], time={"step": 0.011}), 0.5)
    found = particles(sim, "wire")
    assert np.array_equal(found["identity"], np.arange(28))
    assert np.allclose(np.unique(found["released"]), 0.05 + 0.07 * np.arange(7))
    assert np.allclose(found["x"], 0.1 + 0.5 - found["released"], atol=1e-12)
    assert np.allclose(found["y"], np.tile(np.linspace(0.2, 0.8, 4), 7), atol=1e-12)


def test_who_leaves_is_gone_and_others_keep_their_identity():
    sim = advance(simulation((20, 12), THROUGH, initial=UNIFORM, particles=[GRID]), 0.5)
    found = particles(sim)
    assert found["x"].size == 60 and found["x"].min() > 0.5 and found["x"].max() < 1
    first = particles(simulation((20, 12), THROUGH, initial=UNIFORM, particles=[GRID]))
    assert np.allclose(found["x"], first["x"][found["identity"]] + 0.5)


def test_no_more_than_most_are_in_the_flow():
    sim = simulation((20, 12), THROUGH, initial=UNIFORM, particles=[NEEDLE | {"every": 0.1, "most": 5}])
    counts = []
    for t in np.arange(1, 11) / 10 + 0.05:
        counts.append(particles(advance(sim, t), "needle")["x"].size)
    assert max(counts) == 5 and counts[-1] >= 4  # who has left makes room


def test_through_periodic_sides_they_are_counted():
    start = {"release": "points", "points": [[0.9, 0.1]]}
    uniform = {"case": "uniform", "u": 1.5, "v": -0.5}
    sim = advance(simulation((16, 16), periodic(), initial=uniform, particles=[start], end=2.0), 2.0)
    found = particles(sim)
    assert found["turns_x"][0] == 3 and found["turns_y"][0] == -1
    assert found["x"] + found["turns_x"] == pytest.approx(0.9 + 3.0)
    assert found["y"] + found["turns_y"] == pytest.approx(0.1 - 1.0)


def test_second_order_in_time():
    """Paths in the decaying Taylor-Green flow on one grid converge with the time step."""
    ends = []
    for step in (0.04, 0.02, 0.01, 0.005):
        sim = simulation(
            (16, 16),
            periodic(),
            nu=0.05,
            initial={"case": "taylor green"},
            time={"step": step},
            particles=[GRID],
        )
        found = particles(advance(sim, 0.4))
        ends.append(np.array([found["x"] + found["turns_x"], found["y"] + found["turns_y"]]))
    assert min(orders([np.abs(a - b).max() for a, b in pairwise(ends)])) > 1.8


def test_paths_converge_to_the_exact_ones_with_the_grid():
    """Solid rotation of the vortices of Taylor and Green, without viscosity: particles stay on streamlines."""
    errors = []
    for n in (16, 32):
        sim = advance(simulation((n, n), periodic(), initial={"case": "taylor green"}, particles=[GRID]), 0.5)
        found, k = particles(sim), 2 * np.pi
        first = particles(simulation((n, n), periodic(), initial={"case": "taylor green"}, particles=[GRID]))
        psi = [np.cos(k * q["x"]) * np.cos(k * q["y"]) for q in (first, found)]
        other = [np.sin(k * q["x"]) * np.sin(k * q["y"]) for q in (first, found)]
        errors.append(min(np.abs(np.subtract(*psi)).max(), np.abs(np.subtract(*other)).max()))
    assert errors[1] < 0.02 and np.log2(errors[0] / errors[1]) > 1.8


@pytest.mark.parametrize("moving", [False, True])
def test_walls_and_bodies_are_not_entered(moving):
    body = {"shape": "circle", "x": 0.5, "y": 0.5, "radius": 0.15, "name": "cylinder"}
    if moving:
        body["motion"] = {"x": "0.1*sin(2*pi*t)"}
    sim = simulation(
        (24, 24), CAVITY, nu=0.01, bodies=[body], particles=[{"release": "grid", "count": [40, 40]}]
    )
    inside = advance(sim, 0.3).stepper.bodies[0]
    found = particles(sim)
    assert 1400 < found["x"].size < 1600 and found["identity"].size == found["x"].size
    assert inside.distance(found["x"], found["y"], sim.t).min() > -0.1 / 24
    for place in ("x", "y"):
        assert found[place].min() >= 0 and found[place].max() <= 1


def run(directory, *until, threads=1, end=0.2):
    config = {
        "domain": {"cells": [24, 20]}, "fluid": {"viscosity": 0.01}, "boundaries": CAVITY,
        "time": {"end": end}, "output": {"every": 0.05}, "particles": [GRID, NEEDLE],
    }  # fmt: skip
    with Simulation.from_config(config, output=directory, threads=threads) as sim:
        for t in until:
            sim.run(t, progress=False)
    return config


def test_a_resumed_run_ends_with_the_same_particles(tmp_path):
    from fluidgrad.recording import Recorder

    run(tmp_path / "whole", 0.07, 0.2)
    config = run(tmp_path / "parts", 0.07)
    with Simulation(load(config), 1, initial=False) as sim:
        sim.recorder = Recorder.resume(sim, tmp_path / "parts")
        sim.run(progress=False)
    whole, parts = (fluidgrad.open_run(tmp_path / name) for name in ("whole", "parts"))
    for name in ("particles1", "needle"):
        for k in range(len(whole)):
            a, b = (each.particles(name, k) for each in (whole, parts))
            assert a.keys() == b.keys() and all(np.array_equal(a[key], b[key]) for key in a)
    assert whole.particles("needle")["x"].size == 2 * 7 and whole.particles("particles1", 0)["x"].size == 120
    with pytest.raises(ConfigError, match="no particles 'dye'; there are: needle, particles1"):
        whole.particles("dye")


def test_threads_do_not_matter(tmp_path):
    ends = []
    for threads in (1, 2):
        run(tmp_path / str(threads), 0.1, threads=threads)
        ends.append(fluidgrad.open_run(tmp_path / str(threads)).particles("particles1"))
    numba.set_num_threads(1)
    assert all(np.array_equal(ends[0][key], ends[1][key]) for key in ends[0])


def test_a_run_without_them_is_not_changed_by_them():
    with_them, without = (simulation((16, 16), CAVITY, nu=0.01, particles=p) for p in ([GRID], []))
    assert np.array_equal(advance(with_them, 0.1).u, advance(without, 0.1).u)


LINE = {"release": "line", "first": [0.1, 0.5], "last": [0.9, 0.5]}


@pytest.mark.parametrize(
    ("given", "key", "words"),
    [
        (LINE | {"last": [1.9, 0.5]}, "particles[0].last[0]", "x = 1.9 is outside the domain"),
        (
            {"release": "points", "points": [[0.5, 0.5], [0.1, 7.0]]},
            "particles[0].points[1][1]",
            "y = 7 is outside",
        ),
        (GRID | {"where": "x > 3"}, "particles[0].where", "holds at none of the points"),
        (GRID | {"where": "x >> 3"}, "particles[0].where", "unexpected '>' at column 4"),
        (GRID | {"x": [0.5, 0.2]}, "particles[0].x", "the first end must be less"),
        (GRID | {"x": [0.5, 1.2]}, "particles[0].x[1]", "outside the domain"),
        ({"release": "lin"}, "particles[0].release", "did you mean 'line'?"),
        (LINE | {"points": [[0.5, 0.5]]}, "particles[0].points", "belongs to release 'points'"),
        (GRID | {"every": 1e-9}, "particles[0].every", "releases; allowed are"),
        (GRID | {"start": 5.0}, "particles[0].start", "after the end of the run"),
        (GRID | {"count": [10**6, 10**6]}, "particles[0].count", "makes 1e+12 points; allowed are 1e+07"),
        (GRID | {"most": 10}, "particles[0].most", "each release has 120 particles"),
        (GRID | {"name": "a/b"}, "particles[0].name", "is no safe name"),
    ],
)
def test_mistakes_are_told_with_their_place(given, key, words):
    config = {
        "domain": {"cells": [16, 16]},
        "fluid": {"viscosity": 0.01},
        "boundaries": CAVITY,
        "time": {"end": 1.0},
    }
    with pytest.raises(InvalidConfigError) as caught:
        load(config | {"particles": [given]})
    (problem,) = caught.value.problems
    assert problem.key == key and words in problem.message


def test_names_are_filled_in_and_written_back():
    config = {
        "domain": {"cells": [16, 16]},
        "fluid": {"viscosity": 0.01},
        "boundaries": CAVITY,
        "time": {"end": 1.0},
    }
    loaded = load(config | {"particles": [GRID, LINE | {"name": "wire"}]})
    assert [one.name for one in loaded.particles] == ["particles1", "wire"]
    assert load(loaded.to_toml()) == loaded
