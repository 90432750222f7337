"""What whole runs must conserve or keep: energy, momentum, volume, symmetry, and bits."""

from __future__ import annotations

import itertools

import numba
import numpy as np
import pytest
from setups import SIDES, advance, orders, periodic, simulation, walls

PERIODIC, WALL, SLIP = {"type": "periodic"}, {"type": "wall"}, {"type": "slip"}
INFLOW = {"type": "inflow", "normal": "1 + 0.3*sin(3*t)", "tangential": 0.2}
DRAWN_OUT = {"type": "inflow", "normal": "-(1 + 0.3*sin(3*t))"}
MOVING = {"type": "moving wall", "velocity": "1 + x*y"}
OUTFLOW = {"type": "outflow"}

PAIRS = [
    (PERIODIC, PERIODIC),
    (WALL, WALL),
    (SLIP, MOVING),
    (INFLOW, OUTFLOW),
    (OUTFLOW, INFLOW),
    (INFLOW, DRAWN_OUT),
    (OUTFLOW, OUTFLOW),
    (OUTFLOW, WALL),
]
"""Kinds of opposite sides; every combination of a horizontal with a vertical pair is tried."""

SHAKEN = {"case": "formula", "u": "sin(7*y + 2*x)", "v": "cos(5*x - 3*y)"}


def possible(left, right, bottom, top) -> bool:
    """Whether what flows in can flow out: given fluxes balance, or a side is an outflow that is not beaten."""
    sides = (left, right, bottom, top)
    return OUTFLOW not in sides or DRAWN_OUT not in sides


SETS = [
    dict(zip(SIDES, (*x, *y), strict=True))
    for x, y in itertools.product(PAIRS, PAIRS)
    if possible(*x, *y) and not (x[0] is INFLOW and y[0] is INFLOW and x[1] is not y[1])
]


@pytest.mark.parametrize("spacing", ["uniform", "tanh"])
@pytest.mark.parametrize("sides", SETS, ids=lambda s: " ".join(s[side]["type"] for side in SIDES))
def test_divergence_is_round_off_for_every_set_of_sides(sides, spacing):
    law = {"law": "tanh", "strength": 1.2} if spacing == "tanh" else {"law": "uniform"}
    sim = simulation(
        (20, 14),
        sides,
        x=(0.0, 1.5),
        nu=2e-3,
        domain={"spacing_x": law, "spacing_y": law},
        initial=SHAKEN,
        time={"cfl": 0.7},
    )
    for _ in range(12):
        sim.step()
        assert sim.survey.divergence < 1e-12 * sim.survey.rate
    assert np.isfinite(sim.p).all()


@pytest.mark.parametrize("cells", [(9, 7), (33, 20)])
@pytest.mark.parametrize("sides", [periodic(), walls(), {**walls(), "left": INFLOW, "right": OUTFLOW}])
def test_projection_is_idempotent(rng, cells, sides):
    sim = simulation(cells, sides, nu=1e-3, initial=SHAKEN)
    u, v = (rng.standard_normal(sim.grid.padded_shape) for _ in range(2))
    sim.stepper.project(u, v, 0.0)
    once = u.copy(), v.copy()
    sim.stepper.project(u, v, 0.0)
    assert np.abs(sim.grid.view(u - once[0], "x-face")).max() < 1e-12
    assert np.abs(sim.grid.view(v - once[1], "y-face")).max() < 1e-12


def test_energy_drifts_only_with_the_third_power_of_the_step():
    drifts = []
    for cfl in (1.0, 0.5):
        sim = simulation((64, 64), periodic(), initial={"case": "double shear layer"}, time={"cfl": cfl})
        start = sim.survey.energy
        drifts.append(abs(advance(sim, 1.0).survey.energy / start - 1.0))
    assert orders(drifts)[0] > 2.8


def test_inviscid_energy_and_momentum_at_128():
    sim = simulation((128, 128), periodic(), initial={"case": "double shear layer"}, time={"cfl": 0.5})
    before = sim.diagnostics()
    after = advance(sim, 1.0).diagnostics()
    assert abs(after["kinetic_energy"] / before["kinetic_energy"] - 1.0) < 3e-6
    assert abs(after["momentum_x"] - before["momentum_x"]) < 1e-12
    assert abs(after["momentum_y"] - before["momentum_y"]) < 1e-12


@pytest.mark.parametrize("diffusion", ["explicit", "implicit"])
@pytest.mark.parametrize("sides", [periodic(), walls()], ids=["periodic", "walls"])
def test_energy_budget_closes(sides, diffusion):
    """d(energy)/dt = -dissipation for forces at rest, up to the error of the step."""
    gaps = []
    for step in (4e-3, 2e-3):
        sim = simulation(
            (24, 18),
            sides,
            x=(0.0, 1.3),
            nu=5e-3,
            initial={"case": "streamfunction", "psi": "0.1*(sin(pi*x/1.3)*sin(pi*y))^2"},
            numerics={"diffusion": diffusion},
            time={"step": step},
        )
        advance(sim, 0.04)
        e0, d0 = sim.survey.energy, sim.diagnostics()["dissipation"]
        sim.step()
        e1, d1 = sim.survey.energy, sim.diagnostics()["dissipation"]
        gaps.append(abs((e1 - e0) / step + 0.5 * (d0 + d1)) / d0)
    assert gaps[1] < 1e-4
    assert orders(gaps)[0] > 1.5


SYMMETRIC_PAIRS = [("central", "explicit"), ("upwind", "explicit"), ("central", "implicit")]


def cavity(advection, diffusion, *, transposed=False, mirrored=False, **settings):
    """A box driven by one wall, or its mirror image or transpose, after some steps."""
    lid = "-sin(pi*x)^2" if mirrored else "sin(pi*x)^2"
    sides = walls(top={"type": "moving wall", "velocity": lid})
    if transposed:
        sides = walls(right={"type": "moving wall", "velocity": "sin(pi*y)^2"})
    spacing = {"law": "tanh", "strength": 1.0}
    sim = simulation(
        (16, 24) if transposed else (24, 16),
        sides,
        nu=2e-3,
        domain={"spacing_x": spacing} if transposed else {"spacing_y": spacing},
        numerics={"advection": advection, "diffusion": diffusion},
        time={"step": 0.01},
        **settings,
    )
    return advance(sim, 0.5)


@pytest.mark.parametrize(("advection", "diffusion"), SYMMETRIC_PAIRS)
def test_mirror_image_of_a_run(advection, diffusion):
    one, other = cavity(advection, diffusion), cavity(advection, diffusion, mirrored=True)
    assert np.abs(one.u + other.u[:, ::-1]).max() < 1e-13
    assert np.abs(one.v - other.v[:, ::-1]).max() < 1e-13


@pytest.mark.parametrize(("advection", "diffusion"), SYMMETRIC_PAIRS[:2])
def test_transposed_run(advection, diffusion):
    one, other = cavity(advection, diffusion), cavity(advection, diffusion, transposed=True)
    assert np.abs(one.u - other.v.T).max() < 1e-13
    assert np.abs(one.v - other.u.T).max() < 1e-13
    assert np.abs(one.p - other.p.T).max() < 1e-12


def test_transposed_run_with_implicit_viscosity_to_the_error_of_the_factors():
    """The sweeps go x first; exchanging the axes changes the result only at the order of the splitting."""
    one, other = cavity("central", "implicit"), cavity("central", "implicit", transposed=True)
    assert np.abs(one.u - other.v.T).max() < 1e-4


@pytest.mark.skipif(numba.config.NUMBA_NUM_THREADS < 2, reason="needs two threads")
@pytest.mark.parametrize(("advection", "diffusion"), SYMMETRIC_PAIRS)
@pytest.mark.parametrize(
    "sides", [periodic(), walls(top=MOVING), {**walls(), "left": INFLOW, "right": OUTFLOW}]
)
def test_one_and_two_threads_give_the_same_bits(advection, diffusion, sides):
    from fluidgrad.simulation import Simulation

    config = {
        "domain": {"cells": [150, 130], "spacing_y": {"law": "tanh", "strength": 0.5}},
        "fluid": {"viscosity": 1e-3},
        "boundaries": sides,
        "initial": SHAKEN,
        "numerics": {"advection": advection, "diffusion": diffusion},
        "time": {"end": 1.0},
    }
    results = []
    try:
        for threads in (1, 2):
            sim = Simulation.from_config(config, threads=threads)
            for _ in range(4):
                sim.step()
            results.append((sim.u.copy(), sim.v.copy(), sim.p.copy(), sim.diagnostics()))
    finally:
        numba.set_num_threads(1)
    for one, two in zip(*results, strict=True):
        assert np.array_equal(one, two) if isinstance(one, np.ndarray) else one == two
