"""Bodies on and beyond periodic sides: the flow does not know where the domain begins."""

from __future__ import annotations

import numpy as np
import pytest

from fluidgrad import Simulation

PERIODIC = {side: {"type": "periodic"} for side in ("left", "right", "bottom", "top")}
CELLS = (24, 16)
TURNING = {"x": "0.4*t", "angle": "30*t + 50*t^2"}


def box(motion: dict, x: float, start: float = 0.0, shape: str = "ellipse") -> Simulation:
    """A body around ``x`` in a periodic box of 1.5 by 1 m that begins at ``start``."""
    sizes = {"semi_axes": [0.25, 0.18]} if shape == "ellipse" else {"radius": 0.2}
    body = {"shape": shape, "x": x, "y": 0.5, "motion": motion} | sizes
    return Simulation.from_config(
        {
            "domain": {"x": [start, start + 1.5], "cells": list(CELLS)},
            "fluid": {"viscosity": 0.05},
            "boundaries": PERIODIC,
            "bodies": [body],
            "numerics": {"pressure_tolerance": 1e-11},
            "time": {"end": 10.0, "step": 0.005},
        },
        threads=1,
    )


@pytest.mark.parametrize("shape", ["ellipse", "circle"])
def test_a_body_that_turns_across_a_side_is_one_that_turns_within(shape):
    here, there = (box(TURNING, 0.75, start, shape) for start in (0.0, 0.75))
    for _ in range(4):
        here.step()
        there.step()
    np.testing.assert_allclose(there.u[:, :-1], np.roll(here.u[:, :-1], -CELLS[0] // 2, axis=1), atol=1e-9)
    np.testing.assert_allclose(there.v, np.roll(here.v, -CELLS[0] // 2, axis=1), atol=1e-9)
    mine, other = here.diagnostics(), there.diagnostics()
    for name in ("force_x", "force_y", "torque"):
        assert other[f"body1_{name}"] == pytest.approx(mine[f"body1_{name}"], rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("turns", [1, 5, -7])
def test_a_body_that_has_gone_round_is_where_it_was(turns):
    still = box({"angle": "30"}, 0.75)
    far = box({"x": f"{1.5 * turns}*t", "angle": "30"}, 0.75)
    for t, whole in ((1.0, True), (1.5, False)):
        far.stepper.place_walls(t)
        distance = far.stepper.walls.distance(t)
        if whole:
            np.testing.assert_allclose(distance, still.stepper.walls.distance(0.0), atol=1e-9)
        assert np.count_nonzero(distance < 0.0) > 0.08 * distance.size
        assert far.stepper.walls.theta_u.min() == 0.0


def test_velocity_of_a_body_far_away_is_that_of_its_walls():
    sim = box({"x": "30*t", "angle": "90*t"}, 0.75, shape="circle")
    sim.stepper.place_walls(1.0)
    for faces, _ in sim.stepper.walls.components:
        assert np.abs(faces.solid.speed).max() < 30.0 + 0.25 * np.pi / 2
