"""What the sides do: values on them, fluxes through them, vortices that leave."""

from __future__ import annotations

import numpy as np
import pytest
from setups import advance, periodic, simulation, walls

from fluidgrad.grid import H

OUTFLOW = {"type": "outflow"}
OPEN_BOX = dict.fromkeys(("left", "right", "bottom", "top"), OUTFLOW)


def test_values_given_on_sides_are_met_at_every_time():
    sim = simulation(
        (16, 12),
        {
            "left": {"type": "inflow", "normal": "1 + t*y", "tangential": "0.3*t"},
            "right": {"type": "outflow"},
            "bottom": {"type": "moving wall", "velocity": "x + t"},
            "top": {"type": "slip"},
        },
        nu=0.01,
    )
    for _ in range(5):
        sim.step()
        g, flow = sim.grid, sim.flow()
        assert np.allclose(sim.u[:, 0], 1 + sim.t * g.y, rtol=0, atol=1e-15)
        assert np.allclose(flow.v_left[1:-1], 0.3 * sim.t, rtol=0, atol=1e-14)
        assert np.allclose(flow.u_bottom[1:-1], g.x_f[1:-1] + sim.t, rtol=0, atol=1e-14)
        assert np.allclose(flow.u_top, sim.u[-1], rtol=0, atol=1e-15)
        assert np.array_equal(sim.v[0], np.zeros(g.nx))
        assert np.array_equal(sim.v[-1], np.zeros(g.nx))


def test_periodic_copies_agree():
    sim = simulation((16, 12), periodic(), initial={"case": "turbulence", "seed": 3})
    sim.step()
    assert np.array_equal(sim.u[:, 0], sim.u[:, -1])
    assert np.array_equal(sim.v[0], sim.v[-1])
    omega = sim.field("vorticity")
    assert np.allclose(omega[:, 0], omega[:, -1], rtol=0, atol=1e-12)
    assert np.allclose(omega[0], omega[-1], rtol=0, atol=1e-12)


def test_fluxes_balance_through_two_outflows():
    sim = simulation(
        (24, 16),
        walls(left={"type": "inflow", "normal": "y*(1 - y)"}, right=OUTFLOW, top=OUTFLOW),
        nu=0.01,
        time={"cfl": 0.8},
    )
    advance(sim, 1.0)
    row = sim.diagnostics()
    assert row["flow_left"] == pytest.approx(-np.sum(sim.grid.y * (1 - sim.grid.y)) / 16, rel=1e-13)
    assert row["flow_left"] + row["flow_right"] + row["flow_top"] == pytest.approx(0.0, abs=1e-14)


def test_symmetric_outflows_share_the_flux_equally():
    """Fluid from below leaves to the left and to the right in equal parts."""
    sim = simulation(
        (24, 12),
        {
            "left": OUTFLOW,
            "right": OUTFLOW,
            "bottom": {"type": "inflow", "normal": 1.0},
            "top": {"type": "wall"},
        },
        x=(-1.0, 1.0),
        nu=0.02,
    )
    advance(sim, 0.5)
    row = sim.diagnostics()
    assert row["flow_left"] == pytest.approx(1.0, abs=1e-12)
    assert row["flow_right"] == pytest.approx(1.0, abs=1e-12)


def test_mean_potential_is_equal_at_all_outflows(rng):
    """The property that the balance of several outflows is made for, on random velocities."""
    sim = simulation((14, 10), OPEN_BOX, nu=0.01)
    stepper, g = sim.stepper, sim.grid
    u, v = (rng.standard_normal(g.padded_shape) for _ in range(2))
    stepper.project(u, v, 0.0)
    phi = stepper.phi[H:-H, H:-H]
    means = [
        np.average(phi[:, 0], weights=g.dy),
        np.average(phi[:, -1], weights=g.dy),
        np.average(phi[0], weights=g.dx),
        np.average(phi[-1], weights=g.dx),
    ]
    assert np.ptp(means) < 1e-13 * np.abs(phi).max()


def vortex_in_a_stream(length, until, circulation):
    sim = simulation(
        (round(96 * length), 96),
        {
            "left": {"type": "inflow", "normal": 1.0},
            "right": OUTFLOW,
            "bottom": {"type": "slip"},
            "top": {"type": "slip"},
        },
        x=(0.0, length),
        nu=1e-4,
        end=3.0,
        initial={
            "case": "gaussian vortices",
            "vortices": [{"x": 0.6, "y": 0.5, "circulation": circulation, "radius": 0.08}],
            "mean": [1.0, 0.0],
        },
        time={"cfl": 0.5},
    )
    snapshots = []
    for t in until:
        advance(sim, t)
        snapshots.append(sim.field("vorticity")[:, :97])
    return snapshots


def test_a_vortex_leaves_as_it_would_in_a_longer_domain():
    times = (0.2, 0.4, 0.6, 1.0)
    short = vortex_in_a_stream(1.0, times, 0.5)
    long = vortex_in_a_stream(3.0, times, 0.5)
    peak = np.abs(long[0]).max()
    differences = [np.abs(a - b).max() / peak for a, b in zip(short, long, strict=True)]
    assert max(differences) < 0.08
    assert differences[-1] < 0.015


def test_a_strong_vortex_with_backflow_stays_bounded():
    """The vortex spins four times as fast as the stream carries it, so fluid enters through the outflow."""
    for omega in vortex_in_a_stream(1.0, (0.3, 0.6, 1.0, 2.0), 2.5):
        assert np.abs(omega).max() < 130.0


@pytest.mark.parametrize(
    "sides", [OPEN_BOX, walls(right=OUTFLOW), walls(left=OUTFLOW, right=OUTFLOW)], ids=["box", "one", "two"]
)
def test_dipole_leaves_through_open_sides_without_a_stream(sides):
    """Nothing drives the flow, so its energy must fall, and most of it must have left."""
    sim = simulation(
        (64, 64),
        sides,
        nu=1e-4,
        end=8.0,
        initial={"case": "lamb-chaplygin dipole", "x": 0.5, "y": 0.5, "radius": 0.15, "speed": 1.0},
        time={"cfl": 0.9},
    )
    start = sim.survey.energy
    energies = [advance(sim, t).survey.energy for t in (0.5, 1.0, 2.0, 4.0, 8.0)]
    assert max(energies) < start
    assert energies[-1] < 0.2 * start


@pytest.mark.parametrize("diffusion", ["explicit", "implicit"])
def test_mirror_image_of_an_outflow(diffusion):
    """The side at the low end of an axis does what the one at the high end does."""
    inflow = {"type": "inflow", "normal": "4*y*(1 - y)", "tangential": 0.3}
    runs = []
    for sides in (walls(left=inflow, right=OUTFLOW), walls(right=inflow, left=OUTFLOW)):
        sim = simulation((24, 16), sides, nu=0.05, numerics={"diffusion": diffusion}, time={"step": 0.01})
        for _ in range(20):
            sim.step()
        runs.append(sim)
    assert np.abs(runs[0].u + runs[1].u[:, ::-1]).max() < 1e-13
    assert np.abs(runs[0].v - runs[1].v[:, ::-1]).max() < 1e-13


@pytest.mark.parametrize("duration", [1e-4, 1e4])
def test_pressure_of_a_pulsating_stream_at_any_scale_of_time(duration):
    """``dp/dx = -du/dt`` of a plug that oscillates ten times in the run."""
    omega = 20 * np.pi / duration
    sim = simulation(
        (12, 8),
        {
            "left": {"type": "inflow", "normal": "sin(w*t)"},
            "right": {"type": "inflow", "normal": "-sin(w*t)"},
            "bottom": {"type": "slip"},
            "top": {"type": "slip"},
        },
        constants={"w": omega},
        end=duration,
        time={"step": 1e-3 * duration},
    )
    sim.step()
    gradient = np.diff(sim.p, axis=1) / np.diff(sim.grid.x)
    assert np.allclose(gradient, -omega * np.cos(omega * sim.t), rtol=1e-6, atol=0)


@pytest.mark.parametrize("diffusion", ["explicit", "implicit"])
def test_a_profile_need_not_be_defined_before_the_start(diffusion):
    sides = walls(left={"type": "inflow", "normal": "sqrt(t)"}, right=OUTFLOW)
    sim = simulation((12, 8), sides, nu=0.01, numerics={"diffusion": diffusion})
    assert np.isfinite(sim.p).all()
    sim.step()
    assert np.isfinite(sim.u).all()


def test_speed_of_an_outflow_limits_the_step():
    sides = walls(left={"type": "inflow", "normal": 1.0}, right={"type": "outflow", "speed": 10.0})
    sim = simulation((16, 8), sides, nu=1e-4, initial={"case": "uniform", "u": 1.0})
    assert sim.time_step() == pytest.approx(0.5 / (10.0 * 16))
