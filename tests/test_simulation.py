"""The time loop: step sizes, output times, guards, and runs that go on bit for bit."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from setups import advance, periodic, simulation, walls

import fluidgrad as fg
from fluidgrad.errors import BlowUpError, ConfigError
from fluidgrad.recording import Recorder
from fluidgrad.simulation import Simulation
from fluidgrad.stepsize import VISCOUS_LIMIT

SHAKEN = {"case": "formula", "u": "sin(7*y + 2*x)", "v": "cos(5*x - 3*y)"}
INFLOW = {"type": "inflow", "normal": "1 + 0.3*sin(3*t)", "tangential": 0.2}
SIDE_SETS = {
    "periodic": periodic(),
    "walls": walls(top={"type": "moving wall", "velocity": "1 + x*t"}),
    "through": walls(left=INFLOW, right={"type": "outflow"}, top={"type": "outflow"}),
    "slip": periodic() | {"left": {"type": "slip"}, "right": {"type": "slip"}},
}


def test_step_follows_the_courant_number_and_the_viscous_limit():
    sim = simulation((20, 10), periodic(), nu=0.0, initial={"case": "uniform", "u": 2.0, "v": -1.0})
    assert sim.time_step() == pytest.approx(0.5 / (2.0 * 20 + 1.0 * 10))
    sim = simulation((20, 10), periodic(), nu=1.0, initial={"case": "uniform", "u": 2.0})
    assert sim.time_step() == pytest.approx(VISCOUS_LIMIT / (4 * (20**2 + 10**2)))
    sim = simulation(
        (20, 10),
        periodic(),
        nu=1.0,
        initial={"case": "uniform", "u": 2.0},
        numerics={"diffusion": "implicit"},
    )
    assert sim.time_step() == pytest.approx(0.5 / 40)
    sim = simulation((20, 10), periodic(), nu=0.0, forcing={"force": [0.1, 0.0]}, end=10.0)
    assert sim.time_step() == pytest.approx(math.sqrt(0.5 * 0.05 / 0.1))
    sim = simulation((20, 10), periodic(), time={"max_step": 1e-3})
    assert sim.time_step() == 1e-3


def test_the_viscous_limit_is_stable_and_not_far_from_the_edge():
    """The shortest wave decays at the limit and grows at 1.3 times it."""
    for factor, stable in ((1.0, True), (1.3, False)):
        nu, n = 0.1, 8
        step = factor * VISCOUS_LIMIT / (8 * nu * n**2)
        sim = simulation((n, n), periodic(), nu=nu, end=1e3, time={"step": step})
        checker = 1e-3 * (-1.0) ** (np.arange(n)[:, None] + np.arange(n + 1)[None, :])
        sim.set_velocity(checker, -checker.T)
        start = sim.survey.energy
        for _ in range(40):
            sim.step()
        assert (sim.survey.energy < start) == stable


def test_output_times_are_hit_without_slivers():
    sim = simulation((16, 16), periodic(), initial={"case": "taylor green", "mean": [1.0, 0.0]}, end=10.0)
    steps, targets = [], [0.1, 0.237, 0.3]
    for target in targets:
        while sim.t < target:
            steps.append(sim.step(target))
        assert sim.t == target
    assert min(steps) > 0.6 * max(steps)


def test_fixed_step_divides_the_interval_evenly():
    sim = simulation((8, 8), periodic(), initial={"case": "uniform", "u": 0.1}, time={"step": 0.03})
    steps = []
    while sim.t < 0.1:
        steps.append(sim.step(0.1))
    assert np.allclose(steps, 0.025, rtol=1e-12)


def test_steady_state_ends_the_run():
    sim = simulation(
        (8, 8),
        walls(left={"type": "periodic"}, right={"type": "periodic"}),
        nu=1.0,
        end=100.0,
        forcing={"force": [1.0, 0.0]},
        time={"steady": 1e-8},
    )
    sim.run(progress=False)
    assert sim.steady
    assert sim.t < 10.0


@pytest.mark.parametrize("step", [0.2, 0.5])
def test_blow_up_is_caught_in_its_step_and_leaves_the_last_good_state(step):
    sim = simulation(
        (24, 24), periodic(), nu=0.0, initial={"case": "turbulence"}, time={"step": step}, end=1000.0
    )
    with (
        pytest.raises(
            BlowUpError, match=r"blew up in step \d+ at t = .*near x = .*smaller \[time\] step"
        ) as error,
        np.errstate(all="ignore"),
    ):
        for _ in range(1000):
            before = sim.u.copy(), sim.t, sim.step_count
            sim.step()
    assert error.value.exit_code == 3
    assert np.array_equal(sim.u, before[0])
    assert (sim.t, sim.step_count) == before[1:]
    assert np.isfinite(sim.u).all()


def test_a_force_that_becomes_nan_is_caught():
    """A formula that is undefined only around t = 0.13 passes the check of the configuration."""
    force = ["sqrt(abs(t - 0.13) - 0.001)", 0.0]
    sim = simulation((8, 8), periodic(), forcing={"force": force}, time={"step": 0.02})
    with pytest.raises(BlowUpError, match="not finite"), np.errstate(all="ignore"):
        advance(sim, 1.0)
    assert sim.t == pytest.approx(0.12)


def test_initial_velocity_that_is_not_finite_is_refused():
    sim = simulation((8, 8), periodic())
    bad = np.zeros(sim.grid.shape("x-face"))
    bad[3, 4] = np.nan
    with pytest.raises(ConfigError, match="not finite"):
        sim.set_velocity(bad, 0.0)


def test_looking_at_the_pressure_does_not_change_the_flow():
    runs = []
    for look in (False, True):
        sim = simulation(
            (16, 16), SIDE_SETS["walls"], nu=0.05, numerics={"diffusion": "implicit"}, time={"step": 0.02}
        )
        for _ in range(6):
            sim.step()
            if look:
                sim.diagnostics(), sim.flow()
        runs.append(sim.u.copy())
    assert np.array_equal(*runs)


def config(sides, **tables):
    return {
        "domain": {"cells": [22, 15], "spacing_y": {"law": "tanh", "strength": 0.5}},
        "fluid": {"viscosity": 2e-3},
        "boundaries": sides,
        "initial": SHAKEN,
        "time": {"end": 0.3, "cfl": 0.6},
        "output": {"every": 0.11, "series_every": 3, "fields": ["vorticity"], "figure": "none"},
        "probes": [{"name": "middle", "x": 0.5, "y": 0.5}],
        **tables,
    }


def same_run(one, other):
    a, b = fg.open_run(one), fg.open_run(other)
    assert np.array_equal(a.times, b.times)
    assert np.array_equal(a.steps, b.steps)
    for k in range(len(a)):
        for name in ("u", "v", "p", "vorticity"):
            assert np.array_equal(a.field(name, k), b.field(name, k))
    for name in a.series:
        assert np.array_equal(a.series[name], b.series[name]), name


@pytest.mark.parametrize("sides", SIDE_SETS.values(), ids=SIDE_SETS)
@pytest.mark.parametrize("advection", ["central", "upwind"])
@pytest.mark.parametrize("diffusion", ["explicit", "implicit"])
def test_interrupted_and_resumed_equals_uninterrupted(tmp_path, sides, advection, diffusion):
    settings = config(sides, numerics={"advection": advection, "diffusion": diffusion})
    with Simulation.from_config(settings, output=tmp_path / "whole") as whole:
        whole.run(progress=False)
    with Simulation.from_config(settings, output=tmp_path / "parts") as first:
        _stop_after(first, 7)
    for steps in (5, None):
        again = Simulation.from_config(settings)
        again.recorder = Recorder.resume(again, tmp_path / "parts")
        with again:
            _stop_after(again, steps)
    same_run(tmp_path / "whole", tmp_path / "parts")


def _stop_after(sim, steps):
    """Run to the end, or stop as on a signal after some steps."""
    if steps is None:
        sim.run(progress=False)
        return

    class Stop(Exception):
        pass

    last = sim.step_count + steps

    def watch(s):
        if s.step_count >= last:
            raise Stop

    with pytest.raises(Stop):
        sim.run(progress=watch)
    sim.recorder.interrupted(sim, "a test")


def test_random_forcing_resumes_bit_for_bit(tmp_path):
    settings = config(
        periodic(), forcing={"random": {"rate": 0.5, "wavenumber": 3.0, "seed": 7}, "drag": 0.1}
    )
    with Simulation.from_config(settings, output=tmp_path / "whole") as whole:
        whole.run(progress=False)
    with Simulation.from_config(settings, output=tmp_path / "parts") as first:
        _stop_after(first, 9)
    again = Simulation.from_config(settings)
    again.recorder = Recorder.resume(again, tmp_path / "parts")
    with again:
        again.run(progress=False)
    same_run(tmp_path / "whole", tmp_path / "parts")


def test_another_run_as_initial_field(tmp_path):
    settings = config(periodic())
    with Simulation.from_config(settings, output=tmp_path / "first") as first:
        first.run(progress=False)
    later = Simulation.from_config(
        config(periodic(), initial={"case": "run", "path": str(tmp_path / "first")})
    )
    assert np.abs(later.u - first.u).max() < 1e-14
    coarse = config(periodic(), initial={"case": "run", "path": str(tmp_path / "first")})
    coarse["domain"] = {"cells": [8, 8]}
    with pytest.raises(ConfigError, match="22 x 15 cells, this run 8 x 8"):
        Simulation.from_config(coarse)


def test_diagnostics_of_a_known_flow():
    """Couette flow: momentum, energy, dissipation, enstrophy and the flow through the sides in closed form."""
    sim = simulation(
        (12, 16),
        walls(
            left={"type": "periodic"},
            right={"type": "periodic"},
            top={"type": "moving wall", "velocity": 2.0},
        ),
        x=(0.0, 3.0),
        nu=0.5,
        initial={"case": "formula", "u": "2*y", "v": 0.0},
        probes=[{"x": 1.1, "y": 0.3}],
    )
    row = sim.diagnostics()
    assert row["momentum_x"] == pytest.approx(1.0)
    assert row["enstrophy"] == pytest.approx(2.0)
    assert row["dissipation"] == pytest.approx(0.5 * 4.0)
    assert row["flow_right"] == pytest.approx(1.0)
    assert row["flow_left"] == pytest.approx(-1.0)
    assert row["probe1_u"] == pytest.approx(0.6)
    assert row["probe1_v"] == pytest.approx(0.0, abs=1e-14)
    assert row["max_speed"] == pytest.approx(2.0 * sim.grid.y[-1])
    assert set(row) == set(sim.series_columns)


def test_texts_and_views():
    sim = simulation((8, 6), periodic(), initial={"case": "taylor green"})
    assert "8 x 6" in repr(sim)
    assert "periodic" in sim._repr_html_()
    with pytest.raises(ValueError, match="read-only"):
        sim.u[2, 3] = 5.0
    assert sim.field("speed").shape == (6, 8)


def test_first_step_is_short_enough_for_what_starts_from_nothing():
    """At t = 0 neither the side nor the force shows how fast the flow is going to be."""
    quiet = {"nu": 1e-3, "end": 10.0, "numerics": {"diffusion": "implicit"}}
    through = walls(left={"type": "inflow", "normal": "sin(t)"}, right={"type": "outflow"})
    pushed = {"force": ["sin(t)*sin(2*pi*y)", 0.0]}
    for sim in (
        simulation((16, 16), through, **quiet),
        simulation((16, 16), periodic(), forcing=pushed, **quiet),
    ):
        steps = [sim.step() for _ in range(12)]
        assert sim.survey.rate * steps[-1] < 1.0
        assert all(b <= 2.0 * a * (1 + 1e-12) for a, b in pairwise(steps))


def test_random_force_and_drag_limit_the_step():
    ring = {"rate": 0.1, "wavenumber": 3.0}
    sim = simulation((16, 16), periodic(), forcing={"random": ring}, end=10.0)
    sim.step()
    assert sim.survey.rate * sim.dt < 1.0
    sim = simulation((8, 8), periodic(), forcing={"drag": 1e3}, initial={"case": "uniform", "u": 1.0})
    assert sim.time_step() == pytest.approx(VISCOUS_LIMIT / 1e3)
    assert np.abs(advance(sim, 0.1).u).max() < 1e-3


def test_a_time_that_is_reached_but_for_round_off():
    sim = simulation((8, 8), periodic(), nu=1e-3, initial={"case": "taylor green"}, time={"step": 0.1})
    for _ in range(8):
        sim.step()
    assert 0.0 < 0.8 - sim.t < 1e-15
    assert sim.run(until=0.8, progress=False).t == 0.8
    assert sim.step_count == 8
    with pytest.raises(ConfigError, match="past"):
        sim.step(until=0.5)


@pytest.mark.parametrize("diffusion", ["explicit", "implicit"])
def test_a_step_that_failed_leaves_nothing_behind(diffusion):
    """After the step that met a force that is not defined, a shorter one equals that of a run that never failed."""
    force = ["sqrt(abs(t - 0.13) - 0.001)", 0.0]

    def start():
        sim = simulation(
            (8, 8),
            walls(left={"type": "periodic"}, right={"type": "periodic"}),
            nu=0.01,
            forcing={"force": force},
            numerics={"diffusion": diffusion},
            time={"step": 0.02},
        )
        for _ in range(6):
            sim.step()
        return sim

    failed, whole = start(), start()
    with pytest.raises(BlowUpError, match="not finite"), np.errstate(all="ignore"):
        failed.step()
    for sim in (failed, whole):
        sim.step(until=0.125)
    assert np.array_equal(failed.u, whole.u)


def test_steady_state_is_looked_for_again_after_a_change():
    sim = simulation((8, 8), periodic(), nu=1.0, end=9.0, time={"steady": 1e-6})
    sim.run(progress=False)
    first = sim.t
    sim.set_velocity(lambda x, y: np.sin(2 * np.pi * y) + 0 * x, 0.0)
    assert sim.run(progress=False).t > first


def test_marching_past_the_configured_end_is_kept(tmp_path):
    with Simulation.from_config(config(periodic()), output=tmp_path / "run") as sim:
        sim.run(until=0.35, progress=False)
    again = Simulation.from_config(config(periodic()))
    again.recorder = Recorder.resume(again, tmp_path / "run")
    with again:
        assert again.t == 0.35


def test_pressure_does_not_depend_on_the_force_drawn_last():
    """So that a snapshot that is written after resuming has the bits of the one that was lost."""
    ring = {"rate": 0.1, "wavenumber": 3.0}
    sim = simulation((16, 12), periodic(), forcing={"random": ring}, time={"step": 0.01})
    sim.step()
    before = sim.p.copy()
    sim.stepper.forcing.begin_step(sim.state.rng, 0.01)
    sim.refresh()
    assert np.array_equal(sim.p, before)


def test_another_run_on_another_domain_is_refused(tmp_path):
    with Simulation.from_config(config(periodic()), output=tmp_path / "first") as first:
        first.run(until=0.1, progress=False)
    other = config(periodic(), initial={"case": "run", "path": str(tmp_path / "first")})
    other["domain"]["x"] = [0.0, 2.0]
    with pytest.raises(ConfigError, match="elsewhere along x"):
        Simulation.from_config(other)


def test_arrays_of_a_wrong_shape_are_refused_with_the_right_one():
    sim = simulation((8, 6), periodic())
    with pytest.raises(ConfigError, match=r"x-faces of this grid need the shape \(6, 9\).* not \(6, 8\)"):
        sim.set_velocity(np.zeros((6, 8)), 0.0)
    with pytest.raises(ConfigError, match=r"nodes of this grid need the shape \(7, 9\)"):
        sim.set_streamfunction(np.zeros((6, 8)))


def test_given_fluxes_that_stop_to_balance_are_named():
    """The surplus vanishes at all times at which the configuration is checked."""
    sides = walls(
        left={"type": "inflow", "normal": "1 + sin(8*pi*t)^2"}, right={"type": "inflow", "normal": -1.0}
    )
    sim = simulation((12, 8), sides, nu=0.01)
    with pytest.raises(BlowUpError, match="more fluid enters through the inflow sides than leaves"):
        advance(sim, 1.0)


def test_a_run_goes_on_without_the_run_it_started_from(tmp_path):
    with Simulation.from_config(config(periodic()), output=tmp_path / "first") as first:
        first.run(until=0.12, progress=False)
    settings = config(periodic(), initial={"case": "run", "path": str(tmp_path / "first")})
    with Simulation.from_config(settings, output=tmp_path / "second") as second:
        _stop_after(second, 3)
        stopped = second.u.copy()
    (tmp_path / "first").rename(tmp_path / "moved")
    again = Simulation(fg.load_config(settings), initial=False)
    with again:
        again.recorder = Recorder.resume(again, tmp_path / "second")
        assert np.array_equal(again.u, stopped)


def test_a_failed_step_gives_the_generator_back():
    sim = simulation(
        (12, 12),
        periodic(),
        forcing={"random": {"rate": 1e6, "wavenumber": 2.0}},
        time={"step": 0.9},
    )
    before = sim.state.rng.bit_generator.state
    with pytest.raises(BlowUpError), np.errstate(all="ignore"):
        sim.step()
    assert sim.state.rng.bit_generator.state == before
