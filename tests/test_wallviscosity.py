"""Variable viscosity beside bodies: identities, and flow between cylinders against the exact solution."""

from __future__ import annotations

import numpy as np
import pytest
from test_bodies import CENTRE, INNER, NU, OUTER, PLATE, WALLS, errors, order, wake

from fluidgrad.simulation import Simulation


def test_a_power_law_of_index_one_is_a_constant_viscosity():
    law = {"law": "power law", "consistency": 0.025, "index": 1.0, "largest_viscosity": 1.0}
    body = {**PLATE, "motion": {"angle": "20*sin(2*t)"}}
    flows = []
    for fluid in ({"viscosity": 0.025}, {"model": law}):
        sim = wake(body, fluid=fluid, time={"end": 1.0, "step": 0.01})
        sim.run(0.1, progress=False)
        flows.append((sim.u.copy(), sim.diagnostics()["body_friction_x"]))
    assert np.abs(flows[0][0] - flows[1][0]).max() < 1e-6
    assert flows[0][1] == pytest.approx(flows[1][1], rel=1e-6)


@pytest.mark.parametrize("slope", [0.0, 0.3])
def test_viscosity_goes_on_linearly_through_a_wall(slope):
    law = {"law": "power law", "consistency": 0.025, "index": 0.8, "largest_viscosity": 1.0}
    sim = wake(PLATE, fluid={"model": law})
    rheology, beside = sim.stepper.rheology, sim.stepper.walls.viscosity
    x = np.arange(sim.grid.padded_shape[1]) * 0.01 + np.zeros(sim.grid.padded_shape)
    for q, shift in ((rheology.viscosity_at_centres, 0.005), (rheology.viscosity_at_nodes, 0.0)):
        np.copyto(q, 1.0 + slope * (x + shift))
    for layers, q in zip(
        beside._layers, (rheology.viscosity_at_centres, rheology.viscosity_at_nodes), strict=True
    ):
        for points, *_ in layers:
            q[points] = -1.0
    beside.extend()
    rubbing = sim.stepper.walls.u.rubbing
    expected = 1.0 + slope * 0.01 * rubbing.i
    # Where a layer ends the extrapolation has no second neighbour, so a slope is kept but roughly.
    assert np.abs(beside.on_faces(rubbing, True) - expected).max() < 1e-13 + 0.02 * slope


def couette(n, index):
    """Power-law fluid between a cylinder that turns at 1 rad/s and one at rest around it; the exact torque too."""
    at = {"shape": "circle", "x": CENTRE[0], "y": CENTRE[1]}
    law = {"law": "power law", "consistency": NU, "index": index, "smallest_viscosity": 1e-3}
    sim = Simulation.from_config(
        {
            "domain": {"x": [-1.25, 1.25], "y": [-1.25, 1.25], "cells": [n, n]},
            "fluid": {"model": {**law, "largest_viscosity": 0.3}},
            "boundaries": WALLS,
            "bodies": [
                {"name": "inner", **at, "radius": INNER, "motion": {"angle": "180/pi*t"}},
                {"name": "outer", **at, "radius": OUTER, "outside": True},
            ],
            "time": {"end": 10.0},
        }
    )
    power = 2 / index
    span = INNER**-power - OUTER**-power

    def swirl(x, y):
        r = np.clip(np.hypot(x - CENTRE[0], y - CENTRE[1]), INNER, OUTER)
        return (r**-power - OUTER**-power) / span

    u, v = lambda x, y: -(y - CENTRE[1]) * swirl(x, y), lambda x, y: (x - CENTRE[0]) * swirl(x, y)
    sim.set_velocity(u, v)
    sim.run(0.6, progress=False)
    shear = power * INNER**-power / span
    return sim, errors(sim, u, v)[0], 2 * np.pi * NU * shear**index * INNER**2


@pytest.mark.parametrize("index", [0.6, 1.5])
def test_power_law_couette_is_second_order(index):
    """Angular velocity A r^(-2/n) + B (Bird, Armstrong & Hassager 1987), 4 to 8 cells per gap."""
    (_, coarse, _), (sim, fine, torque) = couette(20, index), couette(36, index)
    assert order(coarse, fine, 1.8) > 1.8
    assert fine < 4e-3
    row = sim.diagnostics()
    assert row["inner_torque"] == pytest.approx(-torque, rel=0.03)
    assert row["outer_torque"] == pytest.approx(torque, rel=0.03)
