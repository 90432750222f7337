"""What a user's program computes along with a run: columns of its own, and companions with a memory."""

from __future__ import annotations

import numpy as np
import pytest
from setups import periodic, walls

import fluidgrad as fg
from fluidgrad import fields
from fluidgrad.errors import ConfigError, RefusedError, StorageError


@fg.diagnostic("peak", units="s-1", long_name="largest vorticity")
def peak(flow):
    """max |omega|"""
    return np.abs(fields.compute(flow, "vorticity")).max()


class Travelled(fg.Companion):
    """Way (m) of the fastest fluid: the sum of speed times step."""

    name, column = "travelled", "way"

    def __init__(self):
        self.columns = {self.column: ("m", "way of the fastest fluid")}
        self.total = np.zeros(1)

    def start(self, simulation):
        self.total[:] = 0.0

    def after_step(self, simulation, dt):
        self.total += dt * abs(simulation.u).max()

    def row(self, simulation):
        return dict.fromkeys(self.columns, float(self.total[0]))

    def arrays(self):
        return {"total": self.total}

    def restore(self, arrays):
        self.total[:] = arrays["total"]


class Steps(Travelled):
    """Another, whose name begins with that of the first."""

    name, column = "travelled_steps", "steps_seen"

    def after_step(self, simulation, dt):
        self.total += 1


class Silent(Travelled):
    """One that shows nothing in the series."""

    name = "silent"

    def __init__(self):
        super().__init__()
        self.columns = {}


def config(**tables):
    start = {
        "domain": {"cells": [12, 10]},
        "fluid": {"viscosity": 0.01},
        "boundaries": walls(top={"type": "moving wall", "velocity": "1 + t"}),
        "initial": {"case": "formula", "u": "sin(7*y + 2*x)", "v": "cos(5*x - 3*y)"},
        "time": {"end": 0.3},
        "output": {"every": 0.1, "series_every": 2, "figure": "none"},
    }
    return start | tables


def test_a_number_of_the_flow_is_a_column(tmp_path):
    with fg.Simulation.from_config(config(), output=tmp_path / "run", follow=[peak]) as sim:
        sim.run(progress=False)
        assert sim.diagnostics()["peak"] == peak(sim.flow())
    run = fg.open_run(tmp_path / "run")
    assert run.series_units["peak"] == ("s-1", "largest vorticity")
    for k, t in enumerate(run.times):
        assert run.series["peak"][run.series["t"] == t] == peak(run.flow(k)) > 1.0
    assert peak.__doc__ == "max |omega|"


def test_labels_default_to_the_name_and_pressure_is_there():
    @fg.diagnostic("pressure_spread")
    def spread(flow):
        return np.ptp(flow.p)

    sim = fg.Simulation.from_config(config(boundaries=periodic()), follow=[spread])
    assert sim.series_columns["pressure_spread"] == ("1", "pressure spread")
    assert sim.diagnostics()["pressure_spread"] == np.ptp(sim.p) > 0.0


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


def test_stopped_and_resumed_is_bit_for_bit_the_same(tmp_path):
    def following():
        return [peak, Travelled(), Steps()]

    with fg.Simulation.from_config(config(), output=tmp_path / "whole", follow=following()) as sim:
        sim.run(progress=False)
    with fg.Simulation.from_config(config(), output=tmp_path / "parts", follow=following()) as sim:
        stop_after(sim, 5)
    for steps in (3, None):
        again = fg.Simulation.from_config(
            config(), output=tmp_path / "parts", resume=True, follow=following()
        )
        with again:
            stop_after(again, steps) if steps else again.run(progress=False)
    whole, parts = (fg.open_run(tmp_path / name).series for name in ("whole", "parts"))
    assert {"peak", "way", "steps_seen"} < whole.keys() == parts.keys()
    assert all(np.array_equal(whole[name], parts[name]) for name in whole)
    assert np.array_equal(whole["steps_seen"], whole["step"]) and whole["way"][-1] > 0.1


def test_a_run_goes_on_only_with_what_followed_it(tmp_path):
    with fg.Simulation.from_config(config(), output=tmp_path / "own", follow=[Silent()]) as sim:
        stop_after(sim, 3)
    with pytest.raises(RefusedError, match=r"run with 'silent'.*follow=\[...\]"):
        fg.Simulation.from_config(config(), output=tmp_path / "own", resume=True)
    with fg.Simulation.from_config(config(), output=tmp_path / "column", follow=[peak]) as sim:
        stop_after(sim, 3)
    with pytest.raises(RefusedError, match="other columns than before: peak"):
        fg.Simulation.from_config(config(), output=tmp_path / "column", resume=True)
    other = config(fluid={"viscosity": 0.02})
    with pytest.raises(ConfigError, match=r"fluid.viscosity is 0.02, the run was started with 0.01"):
        fg.Simulation.from_config(other, output=tmp_path / "column", resume=True, follow=[peak])


def test_resuming_needs_a_directory(tmp_path):
    with pytest.raises(ConfigError, match="give the directory of the run as output"):
        fg.Simulation.from_config(config(), resume=True)
    with pytest.raises((RefusedError, StorageError), match="nowhere"):
        fg.Simulation.from_config(config(), output=tmp_path / "nowhere", resume=True)


@pytest.mark.parametrize(
    ("follow", "message"),
    [
        ([lambda flow: 1.0], r"'<lambda>' cannot be followed; make a function a column with @fluidgrad.diag"),
        ([peak, peak], "the name 'peak' is taken"),
        ([fg.diagnostic("cfl")(lambda flow: 1.0)], "the name 'cfl' is taken"),
        ([fg.diagnostic("step")(lambda flow: 1.0)], "the name 'step' is taken"),
    ],
)
def test_what_cannot_be_followed(follow, message):
    with pytest.raises(ConfigError, match=message):
        fg.Simulation.from_config(config(), follow=follow)


def test_a_diagnostic_is_one_number_and_has_a_name_for_a_file():
    with pytest.raises(
        ConfigError, match=r"'whole' came out with the shape \(10, 12\); it must be one number"
    ):
        sim = fg.Simulation.from_config(config(), follow=[fg.diagnostic("whole")(lambda flow: flow.p)])
        sim.diagnostics()
    with pytest.raises(ConfigError, match="'a b' cannot name a column"):
        fg.diagnostic("a b")
