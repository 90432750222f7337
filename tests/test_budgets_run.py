"""Budgets in the time series of a run: closure to the error of the step, agreement with those of stored flows."""

from __future__ import annotations

import budget_flows as flows
import numpy as np
import pytest
from setups import advance, orders, periodic, simulation

from fluidgrad import Simulation, open_run
from fluidgrad.analysis import Physics, enstrophy_budget, kinetic_energy_budget, recorded_budget
from fluidgrad.budgets import step_weights
from fluidgrad.errors import ConfigError

EXPLICIT = {
    "decaying": flows.decaying,
    "kolmogorov": flows.kolmogorov,
    "cavity": flows.cavity,
    "channel": flows.channel,
    "thinning cavity": flows.thinning_cavity,
    "convection": flows.convection,
}
OTHERS = ("upwind_channel", "implicit_cavity", "power_law_channel", "cylinder", "seam")
SHORT = {"kinetic_energy": "energy", "enstrophy": "enstrophy"}


def terms(sim: Simulation, quantity: str) -> dict[str, float]:
    """The columns of a budget now, by the names of the terms."""
    prefix = f"budget_{SHORT[quantity]}_"
    return {k.removeprefix(prefix): v for k, v in sim.diagnostics().items() if k.startswith(prefix)}


def residuals(make, steps, until: float) -> dict[str, list[float]]:
    """Residual over the largest term of both budgets in the last of the steps up to a time, per length of step."""
    found = {quantity: [] for quantity in SHORT}
    for step in steps:
        sim = advance(make(step), until)
        for quantity in SHORT:
            shown = terms(sim, quantity)
            assert sum(shown.values()) - shown["storage"] - shown["residual"] == pytest.approx(
                shown["storage"] - shown["residual"], rel=1e-12, abs=1e-13
            )
            largest = max(abs(v) for v in shown.values())
            found[quantity].append(abs(shown["residual"]) / largest)
    return found


@pytest.mark.parametrize("kind", EXPLICIT)
def test_the_residual_is_of_third_order_in_the_step(kind):
    for found in residuals(EXPLICIT[kind], (0.004, 0.002), 0.16).values():
        assert found[-1] < 1e-5
        assert found[-1] < 1e-9 or orders(found)[0] > 2.6, found


def test_the_kinks_of_the_limiter_leave_little():
    for found in residuals(flows.upwind_channel, (0.004,), 0.16).values():
        assert found[0] < 2e-5


def test_the_residual_of_implicit_viscosity_is_of_second_order():
    for found in residuals(flows.implicit_cavity, (0.004, 0.002), 0.16).values():
        assert found[-1] < 1e-3
        assert orders(found)[0] > 1.6, found


def test_walls_of_bodies_close_to_their_stiff_friction():
    """Backward Euler: first order on cut faces; enstrophy has no part there."""
    found = residuals(flows.cylinder, (0.004, 0.002), 0.16)
    assert found["kinetic_energy"][-1] < 2e-4
    assert orders(found["kinetic_energy"])[0] > 0.8
    assert found["enstrophy"][-1] < 2e-6
    moving = [advance(flows.stirred(step), 0.16) for step in (0.004, 0.002)]
    shown = [terms(sim, "kinetic_energy") for sim in moving]
    shares = [abs(one["residual"]) / abs(one["dissipation"]) for one in shown]
    assert shares[1] < 2e-3
    assert shares[1] < 0.7 * shares[0]


@pytest.mark.parametrize("kind", [*EXPLICIT, *OTHERS])
def test_instantaneous_terms_are_those_of_a_stored_flow(kind):
    """In the first row; the solver's kernels and the analysis of stored flows are two implementations."""
    sim = advance(getattr(flows, kind.replace(" ", "_"))(0.004), 0.1)
    budgets = sim.companions[-1]
    budgets.start(sim)
    for make in (kinetic_energy_budget, enstrophy_budget):
        stored = make(sim, 0)
        here = terms(sim, stored.quantity)
        assert here["residual"] == pytest.approx(0.0, abs=1e-12)
        scale = max(abs(v) for v in here.values())
        assert all(
            name in here or abs(value) < 1e-12 for name, value in stored.terms.items() if name != "sides"
        )
        for name, value in here.items():
            if name not in ("storage", "residual", "sides"):
                assert value == pytest.approx(stored.terms[name], rel=1e-10, abs=1e-12 * scale), name


def test_rows_hold_means_over_the_steps_between_them():
    """Their sum over time is the change of the energy of the series."""
    sim = flows.kolmogorov(0.004, every=5)
    gained, energy, seen = 0.0, sim.survey.energy, 0
    for _ in range(30):
        sim.step()
        if sim.step_count % 5 == 0:
            shown = terms(sim, "kinetic_energy")
            gained += 5 * sim.dt * (shown["storage"] - shown["residual"])
            assert 5 * sim.dt * shown["storage"] == pytest.approx(sim.survey.energy - energy - seen, rel=1e-9)
            seen = sim.survey.energy - energy
    assert gained == pytest.approx(sim.survey.energy - energy, rel=1e-5)


def test_a_random_force_does_the_work_that_is_recorded():
    random = {"rate": 0.1, "wavenumber": 4, "seed": 3}
    found = []
    for step in (0.01, 0.005):
        sim = flows.recorded(
            (32, 32), periodic(), step, every=1000, nu=0.02, forcing={"random": random}, **flows.BOX
        )
        advance(sim, 1.0)
        shown = terms(sim, "kinetic_energy")
        found.append(abs(shown["residual"]))
        assert shown["random_forcing"] == pytest.approx(0.1, rel=0.5)
        assert terms(sim, "enstrophy")["random_forcing"] > 0.0
    assert found[1] < 1e-3 * 0.1


def test_weights_of_a_step_are_exact_for_parabolas():
    h, g = 0.3, 0.2
    for power in (0, 1, 2):
        integral = sum(w * t**power for w, t in zip(step_weights(h, g), (-g, 0.0, h), strict=True))
        assert integral == pytest.approx(h ** (power + 1) / (power + 1), abs=1e-15)
    assert step_weights(h, 0.0) == (0.0, 0.15, 0.15)


def configuration(end: float) -> dict:
    return {
        "domain": {"x": [0.0, 2.0], "cells": [24, 16]},
        "fluid": {"viscosity": 0.02},
        "boundaries": flows.CHANNEL,
        "initial": flows.STREAM,
        "forcing": {"drag": 0.1},
        "time": {"end": end, "cfl": 0.4},
        "output": {"every": 0.1, "series_every": 3, "budgets": flows.BOTH, "figure": "none"},
    }


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A run in one go, and one that was stopped between two rows and resumed."""
    folder = tmp_path_factory.mktemp("budgets")
    with Simulation.from_config(configuration(0.4), output=folder / "whole") as sim:
        sim.run(progress=False)

    def stop(sim) -> None:
        if sim.step_count == 10:
            raise KeyboardInterrupt

    with Simulation.from_config(configuration(0.4), output=folder / "halved") as sim:
        with pytest.raises(KeyboardInterrupt):
            sim.run(progress=stop)
        sim.recorder.checkpoint(sim)
    return folder


def test_a_resumed_run_records_the_same_to_the_last_bit(stored):
    from fluidgrad.config import load
    from fluidgrad.recording import Recorder

    sim = Simulation(load(configuration(0.4)), initial=False)
    sim.recorder = Recorder.resume(sim, stored / "halved")
    with sim:
        assert sim.step_count == 10
        sim.run(progress=False)
    whole, halved = (open_run(stored / name).series for name in ("whole", "halved"))
    names = [name for name in whole if name.startswith("budget_")]
    assert len(names) == 15
    for name in ("t", *names):
        assert np.array_equal(whole[name], halved[name]), name


def test_a_recorded_budget_is_read_back(stored):
    run = open_run(stored / "whole")
    for quantity, unit in (("kinetic_energy", "m2 s-3"), ("enstrophy", "s-3")):
        budget = recorded_budget(run, quantity)
        assert budget.units == unit
        assert np.array_equal(budget.time, run.series["t"])
        assert np.allclose(budget.residual, run.series[f"budget_{SHORT[quantity]}_residual"], atol=1e-12)
        assert budget.closure.max() < 0.01
        assert budget.closure[4:].max() < 1e-4
        assert run.series_units[f"budget_{SHORT[quantity]}_dissipation"][0] == unit
    assert kinetic_energy_budget(run).closure.max() < 1e-2
    assert Physics.of(run.config).drag == 0.1
    with pytest.raises(ConfigError, match=r"no record .* \[output\] budgets"):
        recorded_budget(run.flow(0), "enstrophy")


def test_a_run_without_budgets_has_none_of_their_columns():
    sim = simulation((8, 8), periodic(), nu=0.1)
    assert not any(name.startswith("budget") for name in sim.series_columns)


def test_mistakes_in_the_setting_are_told():
    with pytest.raises(ConfigError, match=r"output\.budgets"):
        flows.decaying(0.1, budgets=["momentum"])
    with pytest.raises(ConfigError, match="bodies move"):
        flows.recorded(
            (32, 32),
            periodic(),
            0.01,
            nu=0.1,
            bodies=[
                {"name": "b", "shape": "circle", "x": 0.5, "y": 0.5, "radius": 0.2, "motion": {"x": "t"}}
            ],
        )
