"""Scalars that drive the flow, and whole runs with scalars: benchmarks, identities, orders, restart."""

from __future__ import annotations

import math

import numpy as np
import pytest
from setups import SIDES, advance, orders, periodic, walls

from fluidgrad import Simulation, open_run
from fluidgrad.config import load
from fluidgrad.errors import BlowUpError, ConfigError
from fluidgrad.recording import Recorder
from fluidgrad.transfer import through_sides

HOT, COLD = {"type": "value", "value": 1.0}, {"type": "value", "value": 0.0}


def heated_cavity(
    cells: int, rayleigh: float, *, sides=("left", "right"), gravity=(0.0, -1.0), end=1.0, **tables
):
    """A square with a hot and a cold side, air, in units of its side and the diffusivity (de Vahl Davis 1983)."""
    heat = {"name": "heat", "prandtl": 0.71, "rayleigh": rayleigh, "difference": 1.0, "reference": 0.5}
    heat |= {"initial": 0.5, "boundaries": dict(zip(sides, (HOT, COLD), strict=True))} | tables.pop(
        "heat", {}
    )
    return {
        "domain": {"cells": [cells, cells]},
        "fluid": {"scales": "diffusive"},
        "boundaries": walls(),
        "scalars": [heat],
        "buoyancy": {"gravity": list(gravity)},
        "time": {"end": end},
        "numerics": {"diffusion": "implicit"},
    } | tables


@pytest.fixture(scope="module")
def cavity() -> Simulation:
    sim = Simulation.from_config(heated_cavity(32, 1e3, time={"end": 5.0, "steady": 1e-9}), threads=1)
    return advance(sim, 5.0)


def test_nusselt_number_of_the_heated_cavity(cavity):
    """Ra 1e3: Nu = 1.11779 (spectral; de Vahl Davis 1.118), largest velocities 3.649 and 3.697."""
    assert cavity.steady
    row = cavity.diagnostics()
    assert row["heat_nusselt_left"] == pytest.approx(1.11779, rel=5e-3)
    assert cavity.u.max() == pytest.approx(3.649, rel=0.01)
    assert cavity.v.max() == pytest.approx(3.697, rel=0.01)


def test_every_section_of_the_cavity_carries_the_same_heat(cavity):
    row = cavity.diagnostics()
    assert row["heat_flux_left"] == pytest.approx(-row["heat_flux_right"], abs=1e-8)
    assert row["heat_nusselt_left"] == pytest.approx(row["heat_nusselt_right"], abs=1e-8)
    state, transport = cavity.state, cavity.stepper.transports["heat"]
    fx, _ = transport.fluxes(state.scalars["heat"], state.u, state.v)
    np.testing.assert_allclose(cavity.grid.dy @ fx, row["heat_flux_left"], atol=1e-8)


def test_the_cavity_is_symmetric_about_its_centre(cavity):
    heat = cavity.scalars["heat"]
    assert np.abs(heat + heat[::-1, ::-1] - 1.0).max() < 1e-9
    assert np.abs(cavity.u + cavity.u[::-1, ::-1]).max() < 1e-9


def test_nusselt_number_converges_with_order_two():
    found = []
    for cells in (12, 24, 48):
        sim = Simulation.from_config(heated_cavity(cells, 1e3, time={"end": 2.0, "steady": 1e-6}), threads=1)
        found.append(advance(sim, 2.0).diagnostics()["heat_nusselt_left"])
    assert orders([abs(nusselt - 1.117785) for nusselt in found])[-1] > 1.8


def test_gravity_has_any_direction():
    """Gravity, sides and hence everything turned by a right angle."""
    down = Simulation.from_config(heated_cavity(12, 1e4, end=0.05), threads=1)
    left = heated_cavity(12, 1e4, end=0.05, sides=("bottom", "top"), gravity=(-1.0, 0.0))
    turned = Simulation.from_config(left, threads=1)
    for sim in (down, turned):
        sim.run(progress=False)
    np.testing.assert_allclose(turned.scalars["heat"], down.scalars["heat"].T, atol=1e-11)
    np.testing.assert_allclose(turned.u, down.v.T, atol=1e-9)
    np.testing.assert_allclose(turned.p, down.p.T, atol=1e-7)


def layer(rayleigh: float, prandtl: float, wavenumber: float, cells: int, end: float) -> dict:
    """Fluid between a hot bottom and a cold top with a small wave in its temperature."""
    heat = {
        "name": "heat",
        "prandtl": prandtl,
        "rayleigh": rayleigh,
        "difference": 1.0,
        "reference": 0.5,
        "initial": "1 - y + 1e-6*cos(k*x)*sin(pi*y)",
        "boundaries": {"bottom": HOT, "top": COLD},
    }
    return {
        "domain": {"x": [0.0, 2 * math.pi / wavenumber], "cells": [cells, cells]},
        "constants": {"k": wavenumber},
        "fluid": {"scales": "diffusive"},
        "boundaries": periodic() | {"bottom": {"type": "wall"}, "top": {"type": "wall"}},
        "scalars": [heat],
        "numerics": {"diffusion": "implicit"},
        "time": {"end": end, "step": 2e-3},
    }


@pytest.mark.parametrize(
    ("prandtl", "wavenumber", "rayleigh", "growth"),
    [(0.71, 3.117, 3000.0, 7.471588), (1.0, math.pi, 3000.0, 8.629775), (0.71, 3.117, 2500.0, 4.812206)],
)
def test_growth_rate_of_rayleigh_benard_convection(prandtl, wavenumber, rayleigh, growth):
    """Linear growth rates of the rigid-rigid eigenvalue problem, in units of diffusivity over height squared."""
    sim = Simulation.from_config(layer(rayleigh, prandtl, wavenumber, 32, 0.5), threads=1)
    energy = []
    for end in (0.3, 0.5):
        energy.append(advance(sim, end).survey.energy)
    assert 0.5 * math.log(energy[1] / energy[0]) / 0.2 == pytest.approx(growth, rel=0.02)


def test_convection_sets_in_between_the_right_rayleigh_numbers():
    """1708 is critical at k = 3.117; below a wave decays."""
    for rayleigh, grows in ((1600.0, False), (1800.0, True)):
        sim = Simulation.from_config(layer(rayleigh, 0.71, 3.117, 32, 0.5), threads=1)
        early = advance(sim, 0.3).survey.energy
        assert (advance(sim, 0.5).survey.energy > early) == grows


def test_heat_through_steady_rolls_and_what_they_dissipate():
    """Ra 5000: Nu = 2.11026 (spectral), and exactly dissipation = Pr Ra (Nu - 1): what the flow gains by lifting is
    what the scheme's own heat flux lifts."""
    settings = layer(5000.0, 0.71, 3.117, 24, 3.0) | {"time": {"end": 3.0, "steady": 1e-6}}
    settings["scalars"][0]["initial"] = "1 - y + 0.1*cos(k*x)*sin(pi*y)"
    settings["domain"]["spacing_y"] = {"law": "tanh", "strength": 1.0}
    row = advance(Simulation.from_config(settings, threads=1), 3.0).diagnostics()
    nusselt = row["heat_nusselt_bottom"]
    assert nusselt == pytest.approx(2.11026, rel=0.01)
    assert row["heat_nusselt_top"] == pytest.approx(nusselt, abs=1e-8)
    assert row["dissipation"] == pytest.approx(0.71 * 5000.0 * (nusselt - 1.0), rel=1e-7)


def test_pressure_carries_a_layered_fluid_at_rest():
    """Stable layers: nothing moves, and the pressure gradient is the buoyancy on every face."""
    settings = layer(-5e4, 0.71, 3.117, 12, 0.1) | {"time": {"end": 0.1}}
    settings["scalars"][0] |= {"initial": "1 - y", "rayleigh": None, "expansion": -3.0}
    del settings["scalars"][0]["rayleigh"]
    settings |= {"fluid": {"viscosity": 0.71}, "buoyancy": {"gravity": [0.0, -10.0]}}
    sim = Simulation.from_config(settings, threads=1)
    sim.run(progress=False)
    assert np.abs(sim.v).max() < 1e-12
    heat = sim.scalars["heat"]
    force = -30.0 * (0.5 * (heat[1:] + heat[:-1]) - 0.5)
    np.testing.assert_allclose(np.diff(sim.p, axis=0) * 12, force, atol=1e-10)


def test_a_uniform_lift_around_a_body_is_rest_and_no_blow_up():
    """Pressure balances it to the tolerance of its equation, and then there is no velocity to compare with."""
    settings = {
        "domain": {"cells": [24, 24]},
        "fluid": {"viscosity": 0.01},
        "boundaries": {side: {"type": "wall"} for side in ("left", "right", "bottom", "top")},
        "bodies": [{"shape": "circle", "x": 0.45, "y": 0.5, "radius": 0.15}],
        "scalars": [{"name": "heat", "diffusivity": 0.01, "expansion": 0.1, "initial": 1.0}],
        "buoyancy": {"gravity": [0.0, -9.81]},
        "time": {"end": 0.2},
    }
    sim = Simulation.from_config(settings, threads=1)
    sim.run(progress=False)
    assert np.abs(sim.v).max() < 1e-8


def wave(step: float, diffusion: str) -> Simulation:
    """A box of fluid whose warm and cold parts set it in motion, another scalar being carried along."""
    settings = {
        "domain": {"cells": [12, 10]},
        "fluid": {"viscosity": 2e-3},
        "boundaries": periodic(),
        "initial": {"case": "taylor green", "amplitude": 0.3, "mean": [0.2, 0.1]},
        "scalars": [
            {"name": "heat", "diffusivity": 1e-3, "expansion": 1.0, "initial": "sin(2*pi*x)*cos(2*pi*y)"},
            {
                "name": "salt",
                "schmidt": 4.0,
                "expansion": -0.5,
                "initial": "cos(2*pi*(x+y))",
                "source": "sin(x)*t",
            },
        ],
        "buoyancy": {"gravity": [1.0, -2.0]},
        "numerics": {"diffusion": diffusion},
        "time": {"end": 0.8, "step": step},
    }
    return Simulation.from_config(settings, threads=1).run(progress=False)


@pytest.mark.parametrize(("diffusion", "order"), [("explicit", 2.8), ("implicit", 1.9)])
def test_flow_and_scalars_together_have_the_order_of_the_time_scheme(diffusion, order):
    reference = wave(0.8 / 320, diffusion)
    errors = {name: [] for name in ("u", "heat", "salt")}
    for steps in (10, 20, 40):
        sim = wave(0.8 / steps, diffusion)
        errors["u"].append(np.abs(sim.u - reference.u).max())
        for name, values in sim.scalars.items():
            errors[name].append(np.abs(values - reference.scalars[name]).max())
    for name, found in errors.items():
        assert orders(found)[-1] > order, name


def test_dimensional_and_dimensionless_set_ups_are_the_same_flow():
    """Ra 5e4, Pr 0.71 in diffusive scales, as Grashof number, by coefficients, and by Richardson number."""
    gr = 5e4 / 0.71
    speed = math.sqrt(gr) * 0.71
    ways = {
        "rayleigh": ({"scales": "diffusive"}, {"rayleigh": 5e4, "prandtl": 0.71}),
        "grashof": ({"viscosity": 0.71}, {"grashof": gr, "prandtl": 0.71}),
        "expansion": ({"viscosity": 0.71}, {"expansion": 5e4 * 0.71 / 2.0, "diffusivity": 1.0}),
        "richardson": ({"reynolds": speed / 0.71, "speed": speed}, {"richardson": 1.0, "prandtl": 0.71}),
    }
    found = {}
    for way, (fluid, numbers) in ways.items():
        settings = heated_cavity(8, 5e4, gravity=(0.0, -2.0), time={"end": 0.02, "step": 1e-3}, fluid=fluid)
        heat = settings["scalars"][0]
        del heat["rayleigh"], heat["prandtl"]
        heat |= numbers
        found[way] = Simulation.from_config(settings, threads=1).run(progress=False)
    for sim in found.values():
        np.testing.assert_allclose(sim.v, found["rayleigh"].v, rtol=1e-10, atol=1e-10)


def test_scales_of_free_fall():
    """Unit speed and unit length: nu = sqrt(Pr/Ra), D = 1/sqrt(Pr Ra), and a unit difference lifts by 1/length."""
    settings = heated_cavity(8, 4e4, fluid={"scales": "free fall"}, heat={"prandtl": 0.25, "length": 2.0})
    config = load(settings)
    assert config.nu == pytest.approx(2.0 * math.sqrt(0.25 / 4e4))
    assert config.diffusivity(config.scalars[0]) == pytest.approx(2.0 / math.sqrt(0.25 * 4e4))
    assert config.lift(config.scalars[0]) == pytest.approx((0.0, 0.5))
    assert load(config.to_toml()) == config


def through(advection: str, diffusion: str) -> dict:
    """A channel with a scalar of each kind of side, uneven cells."""
    flow = {"left": {"type": "inflow", "normal": "1 + 0.3*sin(9*t)*sin(pi*y)"}, "right": {"type": "outflow"}}
    common = {"diffusivity": 5e-3, "advection": advection}
    return {
        "domain": {"x": [0, 2], "cells": [26, 15], "spacing_y": {"law": "tanh", "strength": 1.0}},
        "fluid": {"viscosity": 5e-3},
        "boundaries": walls(**flow),
        "initial": {"case": "uniform", "u": 1.0},
        "scalars": [
            {
                "name": "heat",
                "expansion": 0.1,
                "units": "K",
                "initial": "where(hypot(x-0.5, y-0.5) < 0.2, 1, 0)",
                "boundaries": {
                    "left": {"type": "inflow", "value": "heaviside(y-0.5)"},
                    "bottom": {"type": "value", "value": "0.5 + 0.5*sin(7*t)"},
                    "top": {"type": "flux", "flux": 0.01},
                },
                **common,
            },
            {
                "name": "dye",
                "boundaries": {"left": {"type": "inflow", "value": 1.0}},
                "source": -0.1,
                **common,
            },
        ],
        "numerics": {"diffusion": diffusion},
        "time": {"end": 0.3, "cfl": 0.6},
        "output": {"every": 0.11, "series_every": 3, "figure": "none"},
        "probes": [{"name": "middle", "x": 0.5, "y": 0.5}],
    }


@pytest.mark.parametrize("advection", ["central", "limited"])
@pytest.mark.parametrize("diffusion", ["explicit", "implicit"])
def test_interrupted_and_resumed_equals_uninterrupted(tmp_path, advection, diffusion):
    settings = through(advection, diffusion)
    with Simulation.from_config(settings, output=tmp_path / "whole") as whole:
        whole.run(progress=False)
    with Simulation.from_config(settings, output=tmp_path / "parts") as first:
        first.recorder.begin(first)
        for _ in range(7):
            first.step(first.recorder.next_time)
            first.recorder.after_step(first)
        first.recorder.interrupted(first, "a test")
    again = Simulation.from_config(settings)
    again.recorder = Recorder.resume(again, tmp_path / "parts")
    with again:
        again.run(progress=False)
    for name, values in whole.scalars.items():
        assert np.array_equal(values, again.scalars[name])
    assert np.array_equal(whole.u, again.u)
    assert np.array_equal(open_run(tmp_path / "whole").flow().scalars["dye"], whole.scalars["dye"])


@pytest.mark.parametrize("advection", ["central", "limited"])
@pytest.mark.parametrize("diffusion", ["explicit", "implicit"])
def test_the_number_of_threads_does_not_matter(advection, diffusion):
    found = []
    for threads in (1, 2):
        sim = Simulation.from_config(through(advection, diffusion), threads=threads)
        for _ in range(5):
            sim.step()
        found.append([*sim.scalars.values(), sim.u, list(sim.diagnostics().values())])
    for one, other in zip(*found, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("advection", ["central", "limited"])
def test_content_changes_by_what_sides_and_sources_bring(advection):
    """The rate of the mean in a short step against the fluxes through the sides and the source."""
    settings = through(advection, "explicit") | {"time": {"end": 1.0, "step": 1e-6}}
    sim = Simulation.from_config(settings, threads=1)
    for name, source in (("heat", 0.0), ("dye", -0.1)):
        before = sim.diagnostics()
        sim.step()
        after = sim.diagnostics()
        change = 2.0 * (after[f"{name}_mean"] - before[f"{name}_mean"]) / sim.dt
        transport, state = sim.stepper.transports[name], sim.state
        entering = sum(through_sides(transport, state.scalars[name], state.u, state.v).values())
        assert change == pytest.approx(entering + 2.0 * source, rel=1e-3)


def test_mass_and_range_of_a_dye_in_a_cavity():
    dye = {"name": "dye", "diffusivity": 1e-6, "advection": "limited", "initial": "where(x < 0.5, 1, 0)"}
    lid = {"type": "moving wall", "velocity": "1 + sin(30*t)"}
    settings = {
        "domain": {"cells": [32, 32], "spacing_y": {"law": "tanh", "strength": 1.5}},
        "fluid": {"reynolds": 1000.0},
        "boundaries": walls(top=lid),
        "scalars": [dye],
        "time": {"end": 2.0, "cfl": 1.0},
    }
    sim = Simulation.from_config(settings, threads=1)
    mean = sim.diagnostics()["dye_mean"]
    while sim.t < 2.0:
        sim.step(2.0)
        row = sim.diagnostics()
        assert row["dye_min"] > -1e-12
        assert row["dye_max"] < 1 + 1e-12
    assert row["dye_mean"] == pytest.approx(mean, rel=1e-12)
    assert row["cfl"] < 1.0


def test_flow_holds_the_scalars_and_their_values_on_the_sides(cavity):
    flow = cavity.flow()
    np.testing.assert_array_equal(flow.scalars["heat"], cavity.scalars["heat"])
    np.testing.assert_allclose(flow.scalar_sides["heat"]["left"], 1.0, rtol=1e-14)
    np.testing.assert_allclose(flow.scalar_sides["heat"]["top"], flow.scalars["heat"][-1], rtol=1e-14)
    assert flow.scalar_units == {"heat": ("1", "")}
    assert {side: values.shape for side, values in flow.scalar_sides["heat"].items()} == dict.fromkeys(
        SIDES, (32,)
    )


def test_columns_of_the_series_are_those_of_the_rows():
    sim = Simulation.from_config(through("central", "explicit"), threads=1)
    row = sim.diagnostics()
    assert set(row) == set(sim.series_columns)
    assert {"heat_flux_bottom", "heat_flux_top", "middle_heat", "dye_flux_left"} <= set(row)
    assert "dye_flux_top" not in row
    assert sim.series_columns["heat_flux_left"][0] == "K m2 s-1"


def test_a_substance_has_sherwood_numbers():
    settings = heated_cavity(8, 1e3, heat={"name": "salt", "schmidt": 2.0})
    del settings["scalars"][0]["prandtl"]
    row = Simulation.from_config(settings, threads=1).diagnostics()
    assert row["salt_sherwood_left"] == pytest.approx(8.0)
    assert row["salt_sherwood_right"] == pytest.approx(8.0)


def test_a_scalar_can_be_set(cavity):
    sim = Simulation.from_config(heated_cavity(8, 1e3), threads=1)
    sim.set_scalar("heat", lambda x, y: x + y)
    np.testing.assert_allclose(sim.scalars["heat"], sim.grid.x[None, :] + sim.grid.y[:, None])
    sim.set_scalar("heat", np.ones((8, 8)))
    assert (sim.scalars["heat"] == 1.0).all()
    with pytest.raises(ConfigError, match=r"shape \(8, 8\)"):
        sim.set_scalar("heat", np.ones((8, 9)))
    with pytest.raises(ConfigError, match=r"no scalar 'salt'; .*heat"):
        sim.set_scalar("salt", 1.0)
    with pytest.raises(ConfigError, match="finite"):
        sim.set_scalar("heat", math.nan)


def test_a_scalar_that_is_not_finite_stops_the_run():
    source = {"source": "where(abs(t - 0.01) < 0.003, sqrt(-1 - t), 0)"}
    sim = Simulation.from_config(
        heated_cavity(8, 1e3, heat=source, time={"end": 1.0, "step": 1e-3}), threads=1
    )
    with pytest.raises(BlowUpError, match="heat is not finite"):
        sim.run(progress=False)
    assert np.isfinite(sim.scalars["heat"]).all()
    assert sim.step_count == 7


def test_another_run_as_initial_scalar(tmp_path):
    with Simulation.from_config(heated_cavity(8, 1e3, end=0.02), output=tmp_path / "first") as first:
        first.run(progress=False)
    later = heated_cavity(8, 1e3, initial={"case": "run", "path": str(tmp_path / "first")})
    assert np.array_equal(Simulation.from_config(later, threads=1).scalars["heat"], first.scalars["heat"])


@pytest.mark.long
def test_heated_cavity_at_larger_rayleigh_number():
    """Ra 1e5 at 64^2: 4.52164 within 1.2 %."""
    settings = heated_cavity(64, 1e5, time={"end": 1.0, "steady": 1e-6}, numerics={"diffusion": "explicit"})
    sim = advance(Simulation.from_config(settings, threads=1), 1.0)
    row = sim.diagnostics()
    assert row["heat_nusselt_left"] == pytest.approx(4.52164, rel=0.012)
    assert row["heat_nusselt_left"] == pytest.approx(row["heat_nusselt_right"], abs=1e-8)
