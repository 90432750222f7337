"""Flows from plain arrays, and what analysis accepts as a source."""

from __future__ import annotations

import numpy as np
import pytest
from output_miniature import GRID, run, sample

import fluidgrad
from fluidgrad import fields
from fluidgrad.analysis.sources import as_flow, as_run
from fluidgrad.errors import ConfigError
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid

STRETCHED = Grid(np.linspace(0, 1, 8) ** 1.5, np.linspace(-1, 0, 6) ** 3)


def test_linear_velocity_at_centres_becomes_exact_everywhere():
    g = STRETCHED
    x, y = g.mesh("centre")
    flow = Flow.of(g, 1 + 2 * x - 3 * y, 4 - x - 2 * y, 5 * x)
    (xu, yu), (xv, yv) = g.mesh("x-face"), g.mesh("y-face")
    assert np.allclose(flow.u, 1 + 2 * xu - 3 * yu, atol=1e-13)
    assert np.allclose(flow.v, 4 - xv - 2 * yv, atol=1e-13)
    assert np.allclose(fields.compute(flow, "vorticity"), -1 + 3, atol=1e-11)
    assert np.allclose(fields.compute(flow, "divergence"), 0.0, atol=1e-11)


def test_periodic_velocity_at_centres_wraps():
    g = Grid.uniform(16, 8, x=(0, 2 * np.pi), periodic_x=True)
    x, y = g.mesh("centre")
    flow = Flow.of(g, np.sin(x) + 0 * y, np.zeros((8, 16)))
    assert np.array_equal(flow.u[:, 0], flow.u[:, -1])
    assert np.allclose(
        flow.u, (9 * np.cos(np.pi / 16) - np.cos(3 * np.pi / 16)) / 8 * np.sin(g.x_f), atol=1e-14
    )


def test_across_periodic_sides_the_tangential_velocity_is_the_mean_of_both():
    faces = np.array([0.0, 0.1, 0.3, 0.7, 1.0])
    rng = np.random.default_rng(0)
    u, v = rng.random((4, 5)), rng.random((5, 4))
    u[:, -1], v[-1] = u[:, 0], v[0]
    flow = Flow.of(Grid(faces, faces, True, True), u, v)
    assert np.array_equal(flow.u_bottom, 0.5 * (flow.u[0] + flow.u[-1]))
    assert np.array_equal(flow.v_right, 0.5 * (flow.v[:, 0] + flow.v[:, -1]))
    vorticity = fields.compute(flow, "vorticity")
    assert np.array_equal(vorticity[0, 1:-1], vorticity[-1, 1:-1])


def test_walls_can_be_given():
    g = Grid.uniform(4, 4)
    flow = Flow.of(g, np.zeros((4, 5)), np.zeros((5, 4)), sides={"u_top": 1.0})
    assert np.array_equal(flow.u_top, np.ones(5)) and not flow.u_bottom.any()
    assert fields.compute(flow, "vorticity")[-1, 2] == pytest.approx(-8.0)


def test_wrong_shapes_are_named():
    with pytest.raises(ConfigError, match=r"u has the shape \(3, 3\)"):
        Flow.of(Grid.uniform(4, 4), np.zeros((3, 3)), np.zeros((5, 4)))
    with pytest.raises(ConfigError, match="'u_left' is none of"):
        Flow.of(Grid.uniform(4, 4), np.zeros((4, 5)), np.zeros((5, 4)), sides={"u_left": 0.0})


def test_every_kind_of_source(tmp_path):
    run(tmp_path / "a", 3)
    stored = fluidgrad.open_run(tmp_path / "a")
    assert as_run(stored) is stored
    assert np.array_equal(as_run(tmp_path / "a").times, stored.times)
    assert np.array_equal(as_flow(str(tmp_path / "a"), 1).u, stored.flow(1).u)
    assert as_flow(stored, time=stored.times[1]).step == stored.flow(1).step
    flows = [sample(GRID, step) for step in (2, 0, 1)]
    series = as_run(flows)
    assert [series.flow(k).step for k in range(3)] == [0, 1, 2] and len(series) == 3
    assert series.flow(time=0.11).step == 1
    assert as_flow(flows[0]) is flows[0] and as_run(flows[0]).flow() is flows[0]


def test_a_live_simulation_is_a_source():
    config = fluidgrad.load_config("configs/taylor_green.toml")
    simulation = fluidgrad.Simulation(config)
    assert as_flow(simulation).time == 0.0
    assert len(as_run(simulation).times) == 1


@pytest.mark.parametrize("source", [3, [], [1, 2], None])
def test_what_is_no_source_is_refused(source):
    with pytest.raises(ConfigError):
        as_run(source)


def test_flows_of_one_series_share_a_grid():
    with pytest.raises(ConfigError, match="different grids"):
        as_run([sample(GRID), sample(STRETCHED)])
