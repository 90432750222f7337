"""Prescribed motion: displacement, velocity and acceleration against formulas worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from fluidgrad.expressions import Formula
from fluidgrad.motion import RigidMotion
from fluidgrad.shapes.simple import Circle, Rectangle

END = 10.0
PLACES = np.random.default_rng(2).uniform(-2.0, 2.0, (2, 50))


def moving(x="0", y="0", angle="0", pivot=(0.3, -0.2), end=END):
    return RigidMotion(*(Formula(text, ("t",)) for text in (x, y, angle)), pivot, end)


OSCILLATING = moving("0.5*sin(3*t)", "t^2/10", "20*cos(2*t)")


@pytest.mark.parametrize("t", [0.0, 1e-9, 1.3, 5.0, END - 1e-9, END])
def test_derivatives_also_at_the_ends_of_the_run(t):
    a = np.deg2rad(20.0)
    np.testing.assert_allclose(
        OSCILLATING.displacement(t), (0.5 * np.sin(3 * t), t**2 / 10, a * np.cos(2 * t)), atol=1e-15
    )
    velocity = (1.5 * np.cos(3 * t), t / 5, -2 * a * np.sin(2 * t))
    np.testing.assert_allclose(OSCILLATING.velocity(t), velocity, rtol=1e-8, atol=1e-8)
    acceleration = (-4.5 * np.sin(3 * t), 0.2, -4 * a * np.cos(2 * t))
    np.testing.assert_allclose(OSCILLATING.acceleration(t), acceleration, rtol=1e-5, atol=1e-5)


def test_a_thousand_oscillations_in_a_run_are_differentiated():
    w = 2 * np.pi * 1000 / END
    motion = moving(f"sin({w}*t)")
    for t in np.linspace(0.0, END, 77):
        first, second = (1e-8, 2e-6) if 0 < t < END else (1e-7, 1e-3)
        assert abs(motion.velocity(t).x - w * np.cos(w * t)) < first * w
        assert abs(motion.acceleration(t).x + w**2 * np.sin(w * t)) < second * w**2


def test_formulas_are_evaluated_within_the_run_only():
    motion = moving("t^1.5", "(10 - t)^1.5")
    for t in (0.0, 1e-7, END - 1e-7, END):
        values = (*motion.velocity(t), *motion.acceleration(t))
        assert np.isfinite(values).all()  # the root of a negative number is not


def test_a_run_may_go_on_beyond_its_end():
    motion = moving("t^2", "5*sin(t)")
    for t in (END + 1e-7, 1.5 * END, 20.0 * END):
        np.testing.assert_allclose(motion.velocity(t)[:2], (2.0 * t, 5.0 * np.cos(t)), rtol=1e-6, atol=1e-6)


def test_velocity_of_points_is_that_of_points_carried_along():
    t, dt = 2.0, 1e-5
    x, y = OSCILLATING.to_world(*PLACES, t)
    before, after = (np.array(OSCILLATING.to_world(*PLACES, t + s)) for s in (-dt, dt))
    np.testing.assert_allclose(OSCILLATING.at(x, y, t), (after - before) / (2 * dt), atol=1e-8)


def test_acceleration_at_a_place_is_the_change_of_the_velocity_there():
    t, dt = 2.0, 1e-4
    before, after = (np.array(OSCILLATING.at(*PLACES, t + s)) for s in (-dt, dt))
    np.testing.assert_allclose(
        OSCILLATING.acceleration_at(*PLACES, t), (after - before) / (2 * dt), atol=1e-5
    )


def test_frames_are_each_others_inverse():
    there = OSCILLATING.to_world(*PLACES, 3.3)
    np.testing.assert_allclose(OSCILLATING.to_body(*there, 3.3), PLACES, atol=1e-14)
    np.testing.assert_allclose(moving("t").to_body(*PLACES, 3.0), PLACES - np.array([[3.0], [0.0]]))


def test_the_pivot_stays_in_place_as_a_body_turns_about_it():
    motion = moving(angle="90*t")
    assert motion.to_world(0.3, -0.2, 1.0) == pytest.approx((0.3, -0.2))
    assert motion.to_world(1.3, -0.2, 1.0) == pytest.approx((0.3, 0.8))  # anticlockwise
    assert motion.at(1.3, -0.2, 0.5) == pytest.approx((0.0, np.pi / 2))
    assert moving("t", angle="90*t").pivot_at(2.0) == (2.3, -0.2)


def test_a_body_at_rest():
    for motion in (RigidMotion(), moving("0.5", "0.1")):
        assert motion.steady
        assert motion.velocity(1.0) == motion.acceleration(1.0) == (0.0, 0.0, 0.0)
    np.testing.assert_allclose(moving("0.5", "0.1").to_body(1.0, 1.0, 7.0), (0.5, 0.9))
    assert not moving(angle="t").steady


def test_what_moves_the_walls():
    disc, plate = Circle((0.3, -0.2), 0.1), Rectangle((0.3, -0.2), 0.2, 0.1)
    spinning = moving(angle="90*t")
    assert not spinning.moves_shape(disc)
    assert spinning.moves_shape(plate)
    assert moving(angle="90*t", pivot=(0.0, 0.0)).moves_shape(disc)
    assert moving(x="t").moves_shape(disc)
    assert not moving(x="1").moves_shape(plate)


def test_a_result_has_the_shape_of_the_points():
    u, v = OSCILLATING.at(np.zeros((1, 4)), np.zeros((3, 1)), 1.0)
    assert u.shape == v.shape == (3, 4)
    u, v = RigidMotion().at(np.zeros((1, 4)), np.zeros((3, 1)), 1.0)
    assert u.shape == v.shape == (3, 4)
    assert not u.any()
