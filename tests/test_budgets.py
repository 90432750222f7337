"""Budgets of kinetic energy and enstrophy from stored flows: closed forms, identities, closure."""

from __future__ import annotations

import budget_flows as flows
import numpy as np
import pytest
from setups import advance, orders, periodic, simulation, walls

from fluidgrad import Simulation, open_run
from fluidgrad.analysis import Physics, enstrophy_budget, kinetic_energy_budget
from fluidgrad.analysis.accelerations import buoyancy, convection, drag, forcing, friction, gradient
from fluidgrad.analysis.budgets import MEANINGS
from fluidgrad.analysis.changes import rate_weights
from fluidgrad.errors import ConfigError
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid

NU = 0.1
BUDGETS = {"kinetic_energy": kinetic_energy_budget, "enstrophy": enstrophy_budget}


def stretched(n: int) -> Grid:
    """A periodic box of side 2 pi with smoothly uneven cells."""
    s = np.linspace(0.0, 2.0 * np.pi, n + 1)
    return Grid(s + 0.2 * np.sin(s), s - 0.15 * np.sin(s), True, True)


def taylor_green(grid: Grid, t: float) -> Flow:
    """u = sin x cos y, v = -cos x sin y, decaying."""
    decay = np.exp(-2.0 * NU * t)
    (xu, yu), (xv, yv), (x, y) = (grid.mesh(at) for at in ("x-face", "y-face", "centre"))
    u, v = decay * np.sin(xu) * np.cos(yu), -decay * np.cos(xv) * np.sin(yv)
    p = 0.25 * decay**2 * (np.cos(2 * x) + np.cos(2 * y))
    ends = {"u_bottom": 0.5 * (u[0] + u[-1]), "v_left": 0.5 * (v[:, 0] + v[:, -1])}
    sides = {**ends, "u_top": ends["u_bottom"], "v_right": ends["v_left"]}
    return Flow.of(grid, u, v, p, time=t, sides=sides)


def exact_terms(grid: Grid, t: float) -> dict[str, dict[str, np.ndarray]]:
    """The fields of all terms of the Taylor-Green flow at the centres."""
    x, y = grid.mesh("centre")
    (sx, cx), (sy, cy) = ((np.sin(q), np.cos(q)) for q in (x, y))
    a = np.exp(-4.0 * NU * t)
    u, v = a**0.5 * sx * cy, -(a**0.5) * cx * sy
    k = 0.5 * (u**2 + v**2)
    lost = 2.0 * NU * a * ((cx * cy) ** 2 + (sx * sy) ** 2)
    spin = 2.0 * a * (sx * sy) ** 2
    spread = 4.0 * NU * a * ((cx * sy) ** 2 + (sx * cy) ** 2)
    return {
        "kinetic_energy": {
            "storage": -4.0 * NU * k,
            "advection": -a * (u * sx * cx * (cy**2 - sy**2) + v * sy * cy * (cx**2 - sx**2)),
            "pressure": 0.5 * a * (u * np.sin(2 * x) + v * np.sin(2 * y)),
            "diffusion": -4.0 * NU * k + lost,
            "dissipation": -lost,
        },
        "enstrophy": {
            "storage": -4.0 * NU * spin,
            "advection": np.zeros_like(u * v),
            "diffusion": -4.0 * NU * spin + spread,
            "dissipation": -spread,
            "numerical": np.zeros_like(u * v),
        },
    }


@pytest.mark.parametrize("make", [lambda n: Grid.uniform(n, n, *[(0, 2 * np.pi)] * 2, True, True), stretched])
@pytest.mark.parametrize("quantity", BUDGETS)
def test_every_term_of_taylor_green_is_second_order_everywhere(quantity, make):
    times = np.array([0.2, 0.21, 0.225, 0.23, 0.24])
    errors = {}
    for n in (32, 64):
        grid = make(n)
        budget = BUDGETS[quantity]([taylor_green(grid, t) for t in times], 2, nu=NU)
        exact = exact_terms(grid, times[2])[quantity]
        assert [*budget.terms] == [*exact] == [*budget.fields]
        for name, values in exact.items():
            errors.setdefault(name, []).append(np.abs(budget.fields[name] - values).max())
        assert budget.time == times[2]
    for name, found in errors.items():
        assert max(found) < 1e-9 or orders(found)[0] > 1.75, (name, found)


def test_the_mean_terms_of_taylor_green():
    grid = Grid.uniform(96, 96, *[(0, 2 * np.pi)] * 2, True, True)
    instants = [taylor_green(grid, t) for t in (0.0, 0.01, 0.02, 0.03, 0.04)]
    energy, spin = (make(instants, time=0.0201, nu=NU) for make in BUDGETS.values())
    lost = NU * np.exp(-4 * NU * 0.02)
    assert energy.terms["dissipation"] == pytest.approx(-lost, rel=1e-3)
    assert energy.terms["storage"] == pytest.approx(-lost, rel=1e-3)
    assert spin.terms["dissipation"] == pytest.approx(-2 * lost, rel=2e-3)
    assert max(energy.closure, spin.closure) < 1e-3
    rest = [*(energy.terms[n] for n in ("advection", "pressure", "diffusion")), spin.terms["advection"]]
    assert np.abs(rest).max() < 1e-15


def test_transport_terms_sum_to_what_passes_the_sides():
    """On a stretched grid convection, pressure and diffusion move energy only; a lid does the work of its drag."""
    lid = walls(top={"type": "moving wall", "velocity": "1 + x"})
    sim = simulation((13, 11), lid, nu=NU, domain={"spacing_x": flows.TANH, "spacing_y": flows.TANH})
    advance(sim, 0.1)
    flow, grid = sim.flow(), sim.grid
    budget = kinetic_energy_budget(sim, 0)
    slope = 2.0 * (flow.u_top - flow.u[-1])[1:-1] / grid.dy[-1]
    width = 0.5 * (grid.dx[1:] + grid.dx[:-1])
    work = NU * float((flow.u_top[1:-1] * slope) @ width)
    assert budget.terms["diffusion"] * budget.area == pytest.approx(work, rel=1e-12)
    assert abs(budget.terms["advection"]) < 1e-14
    assert abs(budget.terms["pressure"]) < 1e-12
    for name, values in budget.fields.items():
        mean = np.average(values, weights=np.outer(grid.dy, grid.dx))
        assert name == "storage" or budget.terms[name] == pytest.approx(mean, rel=1e-12, abs=1e-16)


KINDS = {
    "decaying": flows.decaying,
    "kolmogorov": flows.kolmogorov,
    "cavity": flows.cavity,
    "channel": flows.channel,
    "upwind channel": flows.upwind_channel,
    "thinning cavity": flows.thinning_cavity,
    "convection": flows.convection,
    "cylinder": flows.cylinder,
    "power law": flows.power_law_channel,
    "seam": flows.seam,
}


@pytest.mark.parametrize("kind", KINDS)
def test_budgets_close_at_an_instant_of_every_kind_of_flow(kind):
    sim = advance(KINDS[kind](0.004), 0.2)
    instants = [sim.flow()]
    for _ in range(4):
        sim.step()
        instants.append(sim.flow())
    physics = Physics.of(sim.config)
    for make in BUDGETS.values():
        budget = make(instants, 2, physics=physics)
        assert budget.closure < 2e-4, budget
        assert np.abs(list(budget.terms.values())).max() > 0.0


@pytest.mark.parametrize("kind", ["decaying", "kolmogorov", "thinning cavity", "convection"])
def test_the_accelerations_are_those_of_the_solver(kind):
    """Their sum with the pressure gradient is the rate of change of the velocity in a short step."""
    sim = advance(KINDS[kind](0.004), 0.1)
    flow, physics = sim.flow(), Physics.of(sim.config)
    parts = [convection(flow, physics, physics.upwind), friction(flow, physics).acceleration]
    parts += [act(flow, physics) for act in (forcing, buoyancy, drag)]
    total = [sum(pair) for pair in zip(*parts, strict=True)]
    total = [q - slope for q, slope in zip(total, gradient(flow.p, flow.grid), strict=True)]
    sim.step(sim.t + 1e-7)
    for q, rate, old in zip((sim.u, sim.v), total, (flow.u, flow.v), strict=True):
        change = (q - old) / 1e-7
        assert np.abs(change - rate).max() < 1e-4 * np.abs(change).max()


def test_the_drag_of_a_driven_channel_is_its_dissipation():
    """Poiseuille flow: exact on the grid, in balance."""
    grid = Grid(np.linspace(0, 1, 9), np.linspace(-1, 1, 25), True, False)
    yu = grid.mesh("x-face")[1]
    # Half a cell from the walls the parabola is dy^2/8 off what the scheme's reflection has.
    u = np.broadcast_to(0.5 / NU * (1 - yu**2 + 0.25 * grid.dy[0] ** 2), grid.shape("x-face"))
    walled = {"u_bottom": 0.0, "u_top": 0.0}
    flow = Flow.of(grid, u, np.zeros(grid.shape("y-face")), sides=walled)
    terms = kinetic_energy_budget(flow, 0, physics=Physics(NU, forces=((1.0, 0.0),))).terms
    assert terms["forcing"] == pytest.approx(-terms["dissipation"], rel=1e-12)
    assert terms["forcing"] == pytest.approx(1 / (3 * NU), rel=1e-2)
    assert np.isnan(terms["storage"])
    assert max(abs(terms[n]) for n in ("advection", "pressure", "diffusion")) < 1e-13
    spin = enstrophy_budget(flow, 0, physics=Physics(NU, forces=((1.0, 0.0),))).terms
    assert spin["dissipation"] == pytest.approx(-spin["diffusion"], rel=1e-12)


def test_a_steady_lid_works_as_much_as_is_dissipated():
    lid = walls(top={"type": "moving wall", "velocity": 1.0})
    sim = simulation((16, 16), lid, nu=0.05, end=100.0, time={"steady": 1e-9, "cfl": 0.8})
    advance(sim, 100.0)
    budget = kinetic_energy_budget([sim.flow(), advance_once(sim)], 0, nu=0.05)
    assert budget.closure < 1e-7
    assert budget.terms["diffusion"] == pytest.approx(-budget.terms["dissipation"], rel=1e-7)
    assert enstrophy_budget([sim.flow(), advance_once(sim)], 0, nu=0.05).closure < 1e-6


def advance_once(sim: Simulation) -> Flow:
    sim.step()
    return sim.flow()


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Decaying turbulence, 64 x 64, stored ten times."""
    config = {
        "domain": {"x": [0, 2 * np.pi], "y": [0, 2 * np.pi], "cells": [64, 64]},
        "fluid": {"viscosity": 0.03},
        "boundaries": periodic(),
        "initial": {"case": "turbulence", "spectrum": "k^4*exp(-(k/3)^2)", "speed": 1.0},
        "time": {"end": 1.0},
        "output": {"every": 0.1, "figure": "none"},
    }
    path = tmp_path_factory.mktemp("budgets") / "turbulence"
    with Simulation.from_config(config, output=path) as simulation:
        simulation.run(progress=False)
    return open_run(path)


def test_budgets_of_a_stored_run_close_at_all_its_instants(run):
    """Also with the scheme's own production of enstrophy counted as an error."""
    energy, spin = kinetic_energy_budget(run), enstrophy_budget(run)
    assert np.array_equal(energy.time, run.times)
    assert energy.closure.max() < 1e-3
    assert spin.closure.max() < 2e-3
    left = np.abs(spin.residual + spin.terms["numerical"]) / np.abs(spin.terms["dissipation"])
    assert left[1:].max() < 0.01
    assert spin.residual.shape == run.times.shape


def test_one_instant_and_all_agree(run):
    for make in BUDGETS.values():
        whole, one = make(run), make(run, 4)
        assert one.time == run.times[4]
        for name, values in whole.terms.items():
            assert one.terms[name] == pytest.approx(values[4], rel=1e-12)
        assert make(run, time=0.41).time == run.times[4]
        assert set(one.table()["term"]) == {*one.terms, "residual"}
        assert [*whole.table()] == ["time", *whole.terms, "residual"]
        assert make(run.path, -1).time == run.times[-1]


def test_a_budget_shows_itself(run):
    text = repr(kinetic_energy_budget(run, 3))
    assert "Budget of kinetic energy at t = 0.3 s, m2 s-3" in text
    assert all(f"  {name}" in text for name in ("storage", "dissipation", "residual"))
    assert MEANINGS["dissipation"] in text
    assert "largest residual" in repr(enstrophy_budget(run))
    assert "<table>" in kinetic_energy_budget(run, 3)._repr_html_()


def test_what_cannot_be_known_is_said(run):
    flow = run.flow(0)
    with pytest.raises(ConfigError, match="viscosity of these flows is not known"):
        kinetic_energy_budget(flow)
    lone = kinetic_energy_budget(flow, nu=0.1)
    assert np.isnan(lone.residual).all()
    assert np.isfinite(lone.terms["dissipation"]).all()
    assert "Budget" in repr(lone)
    assert "nan" in repr(kinetic_energy_budget(flow, 0, nu=0.1))
    moving = Physics(0.1, moving_bodies=True)
    assert any("moving bodies" in note for note in kinetic_energy_budget(flow, physics=moving).notes)
    with pytest.raises(ConfigError, match="bodies move"):
        enstrophy_budget(flow, physics=moving)
    assert any("random" in note for note in enstrophy_budget(flow, physics=Physics(0.1, random=True)).notes)


def test_rates_of_uneven_series_are_exact_for_quartics():
    t = np.array([0.0, 0.1, 0.35, 0.5, 0.9, 1.4])
    for k in range(t.size):
        near, weights = rate_weights(t, k)
        assert weights.size == 5
        assert weights @ t[near] ** 4 == pytest.approx(4 * t[k] ** 3, abs=1e-12)
    near, weights = rate_weights(t[:2], 1)
    assert weights @ t[near] == pytest.approx(1.0)
    assert np.isnan(rate_weights(t[:1], 0)[1]).all()
