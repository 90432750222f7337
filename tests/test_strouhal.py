"""Strouhal numbers and means of series whose oscillation is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fluidgrad.analysis import strouhal, time_mean


def uneven(end=40.0, step=0.05, seed=0):
    """Times with steps that differ by a factor of three."""
    steps = np.random.default_rng(seed).uniform(0.5, 1.5, int(end / step)) * step
    return np.concatenate([[0.0], np.cumsum(steps)])


def test_a_sine():
    t = np.linspace(0, 60, 2401)
    found = strouhal(t, 0.3 + 0.02 * np.sin(2 * np.pi * 0.17 * t), speed=2.0, length=0.5)
    assert found and not found.reason
    assert found.frequency == pytest.approx(0.17, rel=1e-6)
    assert found.strouhal == pytest.approx(0.17 * 0.5 / 2, rel=1e-6)
    assert found.mean == pytest.approx(0.3, abs=1e-6) and found.amplitude == pytest.approx(0.02, rel=2e-4)
    assert found.periods == 4 and 30 <= found.start < found.end <= 60
    assert found.uncertainty < 1e-4 * found.strouhal


@settings(max_examples=60, deadline=None)
@given(
    frequency=st.floats(0.2, 2.0),
    phase=st.floats(0, 6.3),
    mean=st.floats(-5, 5),
    drift=st.floats(-0.02, 0.02),
    seed=st.integers(0, 50),
)
def test_steps_of_any_length_a_mean_and_a_drift(frequency, phase, mean, drift, seed):
    t = uneven(seed=seed)
    angle = 2 * np.pi * frequency * t + phase
    q = mean + drift * t + np.sin(angle) + 0.2 * np.cos(2 * angle) + 0.1 * np.sin(3 * angle)
    found = strouhal(t, q)
    assert found.frequency == pytest.approx(frequency, rel=1e-3)
    assert abs(found.frequency - frequency) < 5 * found.uncertainty + 2e-4 * frequency


def test_the_error_falls_fast_with_the_step():
    def error(step):
        times = [uneven(step=step, seed=seed) for seed in range(6)]
        found = [strouhal(t, np.sin(2 * np.pi * 0.37 * t + 1)).frequency for t in times]
        return np.abs(np.array(found) - 0.37).max()

    coarse, fine = error(0.2), error(0.05)
    assert coarse < 1e-4 and fine < coarse / 16


def test_noise_is_told_in_the_uncertainty():
    t, rng = uneven(80), np.random.default_rng(1)
    clean = np.sin(2 * np.pi * 0.21 * t)
    quiet, noisy = (strouhal(t, clean + size * rng.standard_normal(t.size)) for size in (0.01, 0.2))
    for found in (quiet, noisy):
        assert abs(found.frequency - 0.21) < 4 * found.uncertainty
    assert quiet.uncertainty < noisy.uncertainty < 0.01


def test_a_start_up_is_left_out():
    t = np.linspace(0, 100, 4001)
    grown = 1 / (1 + np.exp(-(t - 30) / 3))
    q = grown * np.sin(2 * np.pi * (0.1 + 0.06 * grown) * t) + 5 * np.exp(-t)
    assert strouhal(t, q, since=60).frequency == pytest.approx(0.16, rel=1e-3)
    assert strouhal(t, q).frequency == pytest.approx(0.16, rel=1e-2)


@pytest.mark.parametrize(
    ("q", "reason"),
    [
        (lambda t: 3 + 0 * t, "steady"),
        (lambda t: 0 * t, "steady"),
        (lambda t: 3 + 1e-12 * np.sin(t), "steady"),
        (lambda t: 2 - 0.1 * t, "steady"),
        (lambda t: 1 - np.exp(-t / 10), "whole periods"),
        (lambda t: np.sin(2 * np.pi * 0.06 * t), "whole periods"),
        (lambda t: np.exp(-t / 4) * np.sin(3 * t), "dies away"),
        (lambda t: np.random.default_rng(3).standard_normal(t.size), "irregular"),
    ],
)
def test_no_oscillation_has_a_reason(q, reason):
    t = np.linspace(0, 40, 801)
    found = strouhal(t, q(t))
    assert not found and reason in found.reason
    assert np.isnan(found.strouhal) and np.isnan(found.mean) and found.periods == 0


@pytest.mark.parametrize("n", [0, 1, 3])
def test_too_few_values(n):
    assert "values" in strouhal(np.arange(n), np.zeros(n)).reason


def test_series_must_be_series():
    for t, q, words in [
        ([0, 1, 2], [0, 1], "one length"),
        ([0, 1, 1], [0, 1, 2], "increase"),
        ([0, 1, 2], [0, np.nan, 2], "finite"),
    ]:
        with pytest.raises(ValueError, match=words):
            strouhal(t, q)


def test_time_mean_weighs_by_time():
    t = np.array([0.0, 1.0, 4.0])
    assert time_mean(t, t) == pytest.approx(2.0)
    assert time_mean(t, t, 1.0) == pytest.approx(2.5)
    assert time_mean(t, t, 0.5, 2.0) == pytest.approx(1.25)
