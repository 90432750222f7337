"""Finite-time Lyapunov exponents and averaged vorticity deviation against closed forms and reference values.

The values of the double gyre were computed for this project by the variational equations with an eighth-order
method at a tolerance of 1e-12; they are exact to 1e-8.
"""

from __future__ import annotations

import numpy as np
import pytest
from lagrangian_flows import double_gyre, double_gyre_formulas, sampled

from fluidgrad.analysis import ftle, lavd, sampled_velocity, tabulated, velocity_of
from fluidgrad.analysis.flowmap import Particles, march
from fluidgrad.analysis.lyapunov import stretching
from fluidgrad.errors import ConfigError
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid

SQUARE = (-1.0, 1.0, -1.0, 1.0)

PLACES = [(x, y) for x in (0.1, 0.7, 1.3, 1.9) for y in (0.1, 0.5, 0.9)]
DOUBLE_GYRE = {
    (0.1, 15.0): (
        0.12663230,
        0.09171548,
        0.19430673,
        0.10151317,
        0.07427643,
        0.23808956,
        0.04491021,
        0.16616250,
        0.12711527,
        0.11975354,
        0.08173001,
        0.12715925,
    ),
    (0.25, 15.0): (
        0.10867859,
        0.25671326,
        0.35489487,
        0.07049271,
        0.14846875,
        0.26651546,
        0.18082220,
        0.14750696,
        0.24765150,
        0.22041704,
        0.24164893,
        0.19891166,
    ),
    (0.25, -15.0): (
        0.19891166,
        0.24164893,
        0.22041704,
        0.24765150,
        0.14750696,
        0.18082220,
        0.26651546,
        0.14846875,
        0.07049271,
        0.35489487,
        0.25671326,
        0.10867859,
    ),
}
"""eps, T -> exponents at the places, 1/s."""

STATISTICS = {0.1: (0.157982, 0.152208, 1.028848), 0.25: (0.173915, 0.14881, 1.09168)}
"""eps -> mean, standard deviation and largest of the exponents over 15 s on 201 x 101 points, ends included, 1/s."""


def exponents(source, duration, step=None):
    """Exponents of the double gyre at the places."""
    velocity = velocity_of(source)
    particles = Particles(velocity, *np.transpose(PLACES), 0.0, gradient=True)
    list(march(velocity, particles, [0.0, duration], step))
    return stretching(particles.gradient, duration)[0]


@pytest.mark.parametrize(("eps", "duration"), DOUBLE_GYRE)
def test_the_double_gyre(eps, duration):
    exact = DOUBLE_GYRE[eps, duration]
    assert np.abs(exponents(double_gyre(eps), duration) - exact).max() < 3e-5
    assert np.abs(exponents(double_gyre_formulas(eps), duration, 0.1) - exact).max() < 1e-5
    points = np.linspace(0, 2, 121), np.linspace(0, 1, 61)
    assert np.abs(exponents(tabulated(double_gyre(eps), *points), duration, 0.15) - exact).max() < 2e-5


@pytest.mark.parametrize(("eps", "duration"), DOUBLE_GYRE)
def test_the_double_gyre_from_samples(eps, duration):
    points, times = (np.linspace(0, 2, 401), np.linspace(0, 1, 201)), np.linspace(0, duration, 31)
    times = np.sort(times)
    velocity = sampled_velocity(*points, *sampled(double_gyre(eps), *points, times), times)
    errors = exponents(velocity, duration) - DOUBLE_GYRE[eps, duration]
    assert np.sqrt(np.mean(errors**2)) < 1e-4  # half a second from one instant to the next


@pytest.mark.long
@pytest.mark.parametrize("eps", STATISTICS)
def test_statistics_of_the_double_gyre(eps):
    velocity = tabulated(double_gyre(eps), np.linspace(0, 2, 201), np.linspace(0, 1, 101))
    mean, deviation, largest = STATISTICS[eps]
    for duration in (15.0, -15.0):
        values = ftle(velocity, 0.0, duration, nx=201, ny=101).values
        assert values.mean() == pytest.approx(mean, abs=2e-5)
        assert values.std() == pytest.approx(deviation, abs=2e-5)
        assert values.max() == pytest.approx(largest, abs=2e-3)


@pytest.mark.parametrize("neighbours", [False, True])
@pytest.mark.parametrize("duration", [1.5, -1.5])
def test_a_saddle_stretches_at_its_rate(neighbours, duration):
    found = ftle(
        ("2*x", "-2*y"), duration=duration, window=SQUARE, nx=7, ny=5, neighbours=neighbours, step=0.01
    )
    assert np.allclose(found.values, 2.0, atol=1e-7)
    assert found.values.shape == (5, 7) and found.x[0] == -1 and found.y[-1] == 1
    across, along = (1, 0) if duration > 0 else (0, 1)
    assert np.allclose(found.direction[..., across], 0, atol=1e-6)
    assert np.allclose(np.abs(found.direction[..., along]), 1)


def test_shear_and_rotation():
    shear = ftle(("3*y", "0"), duration=2.0, window=SQUARE, nx=5, ny=4, step=0.1)
    assert np.allclose(shear.values, np.arcsinh(3.0) / 2, atol=1e-9)
    assert np.allclose(shear.x_end, shear.x + 6 * shear.y[:, None])
    # The stretched direction is that of the larger singular vector of [[1, 6], [0, 1]].
    exact = np.linalg.svd([[1.0, 6.0], [0.0, 1.0]])[2][0]
    assert np.allclose(np.abs(shear.direction @ exact), 1)
    for still in (("-y", "x"), ("1", "2")):
        assert np.abs(ftle(still, duration=2.0, window=SQUARE, nx=5, ny=4, step=0.01).values).max() < 1e-8


def test_backward_in_a_flow_that_reverses_is_forward():
    forward = ftle(double_gyre(0.1), 0.0, 4.0, window=(0, 2, 0, 1), nx=15, ny=9)
    reversed_flow = lambda x, y, t: tuple(-q for q in double_gyre(0.1)(x, y, -t))  # noqa: E731
    backward = ftle(reversed_flow, 0.0, -4.0, window=(0, 2, 0, 1), nx=15, ny=9)
    assert np.allclose(forward.values, backward.values, atol=1e-9)


def test_neighbours_converge_to_the_derivative_along_paths():
    errors = []
    for n in (41, 81):
        both = [
            ftle(double_gyre(0.1), 0.0, 3.0, window=(0, 2, 0, 1), nx=n, ny=n, neighbours=k) for k in (0, 1)
        ]
        errors.append(np.abs(both[0].values - both[1].values)[1:-1, 1:-1].mean())
    assert np.log2(errors[0] / errors[1]) > 1.8


def test_defaults_are_those_of_the_run():
    grid = Grid.uniform(12, 9, (0, 2), (0, 1), periodic_x=True, periodic_y=True)
    flows = [Flow.of(grid, np.ones((9, 13)), np.zeros((10, 12)), time=t) for t in (0.0, 0.5, 1.0)]
    found = ftle(flows)
    assert found.values.shape == (9, 12) and (found.time, found.duration) == (0.0, 1.0)
    assert np.abs(found.values).max() < 1e-10
    assert ftle(flows, duration=-0.5).time == 1.0


def test_fluid_that_leaves_and_bodies_have_none():
    grid = Grid.uniform(20, 20)
    x, y = np.meshgrid(grid.x_f, grid.y_f)
    flow = Flow.of(grid, np.ones((20, 21)), np.zeros((21, 20)), distance=np.hypot(x - 0.3, y - 0.5) - 0.15)
    for neighbours in (False, True):
        values = ftle(flow, duration=0.2, nx=21, ny=21, neighbours=neighbours).values
        assert np.isnan(values[10, 6]) and np.isnan(values[0, 18]) and np.isfinite(values[0, :15]).all()


def test_ridges_are_found():
    exponent = ftle(("x", "-y + 0.5*y^3"), duration=2.0, window=(-1, 1, -1.2, 1.2), nx=81, ny=97)
    ridges = exponent.ridges(sigma=0.05)
    assert all(line.shape[1] == 2 for line in ridges)


GAUSSIAN = (
    "-y*(1-exp(-r2))/r2".replace("r2", "(x^2+y^2+1e-12)"),
    "x*(1-exp(-r2))/r2".replace("r2", "(x^2+y^2+1e-12)"),
)


def test_the_deviation_of_a_steady_vortex():
    found = lavd(GAUSSIAN, 0.0, 2.0, window=(-2, 2, -2, 2), nx=21, ny=21)
    vorticity = 2 * np.exp(-(found.x**2) - found.y[:, None] ** 2)
    # Particles go round: each keeps its vorticity, and their mean too.
    exact = 2.0 * (vorticity - vorticity.mean())
    assert np.allclose(found.values, np.abs(exact), atol=2e-4)
    assert np.allclose(found.rotation, 0.5 * exact, atol=2e-4)
    assert np.unravel_index(found.values.argmax(), found.values.shape) == (10, 10)


def test_the_deviation_does_not_depend_on_the_observer():
    turning = ("-y + 0.7", "x - 0.2")  # solid rotation added to the vortex: another observer
    both = tuple(f"{a} + {b}" for a, b in zip(GAUSSIAN, ("-0.5*y", "0.5*x"), strict=True))
    assert np.abs(lavd(turning, 0.0, 1.0, window=SQUARE, nx=9, ny=9).values).max() < 1e-9
    alone, seen = (lavd(q, 0.0, 2.0, window=(-2, 2, -2, 2), nx=15, ny=15).values for q in (GAUSSIAN, both))
    assert np.allclose(alone, seen, atol=3e-4)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "duration: this velocity has no end"),
        ({"duration": 0.0, "window": SQUARE}, "other than zero"),
        ({"duration": 1.0}, "window: this velocity has no ends"),
        ({"duration": 1.0, "window": (1, -1, -1, 1)}, "must increase"),
        ({"duration": 1.0, "window": SQUARE, "nx": 1}, "at least 2"),
    ],
)
def test_mistakes_are_told(options, words):
    with pytest.raises(ConfigError, match=words):
        ftle(("x", "-y"), **options)


def test_all_fluid_may_leave():
    """Then there is no mean to deviate from, and no warning of one."""
    x = np.linspace(0, 1, 6)
    gone = sampled_velocity(x, x, np.full((6, 6), 50.0), np.zeros((6, 6)))
    assert np.isnan(lavd(gone, 0.0, 1.0, nx=4, ny=4).values).all()
    assert np.isnan(ftle(gone, 0.0, 1.0, nx=4, ny=4).values).all()
