"""Interpolation of velocities and flow maps against exact ones."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from lagrangian_flows import double_gyre, sampled
from scipy.interpolate import make_interp_spline
from setups import orders

from fluidgrad.analysis import flow_map, sampled_velocity, tabulated, velocity_of
from fluidgrad.analysis.flowmap import Particles, march
from fluidgrad.analysis.kernels import flowmap
from fluidgrad.analysis.sampled import time_shares
from fluidgrad.analysis.splines import SplineAxis, local_intervals, packed
from fluidgrad.errors import ConfigError
from fluidgrad.expressions import FormulaError
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid

ROTATION = ("-y", "x")
SADDLE = ("x", "-y")


def along(intervals, coefficients, places):
    """What the compiled loops make of coefficients along an axis."""
    ones = SplineAxis(np.arange(6.0))
    table = np.repeat(coefficients[None], 6, axis=0)
    out = np.empty((places.size, 2))
    axes = packed(intervals, ones.intervals, intervals, ones.intervals)
    flowmap.sample(table, table, *axes.axes, *axes[1:], places, np.full(places.size, 2.5), out)
    return out[:, 0]


@pytest.mark.parametrize("even", [True, False])
@pytest.mark.parametrize("period", [0.0, 1.4])
def test_splines_are_those_of_scipy(rng, even, period):
    points = np.linspace(0.3, 1.3, 12) if even else 0.3 + np.cumsum(rng.uniform(0.02, 0.1, 12))
    values = rng.standard_normal(12)
    spline = SplineAxis(points, period)
    known = np.append(points, points[0] + period) if period else points
    closed = np.append(values, values[0]) if period else values
    exact = make_interp_spline(known, closed, bc_type="periodic" if period else None)
    places = np.linspace(known[0], known[-1], 101)
    found = along(spline.intervals, spline.coefficients(values[:, None])[:, 0], places)
    assert np.abs(found - exact(places)).max() < 1e-13
    if period:
        assert np.allclose(
            along(spline.intervals, spline.coefficients(values[:, None])[:, 0], places - 3 * period), found
        )


def test_splines_on_half_cells_at_the_ends_have_an_even_part():
    points = np.hstack([0.0, (np.arange(20) + 0.5) / 20, 1.0])
    spline = SplineAxis(points)
    assert spline.intervals.even[1] > 10
    values = np.sin(5 * points)
    places = np.linspace(0, 1, 200)
    found = along(spline.intervals, spline.coefficients(values[:, None])[:, 0], places)
    assert np.abs(found - make_interp_spline(points, values)(places)).max() < 1e-13


def test_the_local_cubic_is_exact_for_parabolas_and_third_order(rng):
    points = np.cumsum(rng.uniform(0.5, 1.5, 14))
    places = np.linspace(points[1], points[-2], 77)
    found = along(local_intervals(points), 1 - 3 * points + points**2, places)
    assert np.abs(found - (1 - 3 * places + places**2)).max() < 1e-11
    errors = []
    for n in (20, 40, 80):
        points = np.linspace(0, 1, n + 1)
        places = np.linspace(points[1], points[-2], 500)
        errors.append(
            np.abs(along(local_intervals(points), np.sin(6 * points), places) - np.sin(6 * places)).max()
        )
    assert min(orders(errors)) > 2.8


def test_slopes_are_derivatives(rng):
    for points in (np.linspace(0, 1, 15), np.cumsum(rng.uniform(0.05, 0.1, 15))):
        u, v = rng.standard_normal((2, 15, 15))
        velocity = sampled_velocity(points, points, u, v)
        x, y = rng.uniform(points[0] + 0.01, points[-1] - 0.01, (2, 50))
        d = 1e-6
        east, west = (np.array(velocity(x + s, y, 0.0)) for s in (d, -d))
        north, south = (np.array(velocity(x, y + s, 0.0)) for s in (d, -d))
        exact = np.stack([(east - west)[0], (north - south)[0], (east - west)[1], (north - south)[1]], -1) / (
            2 * d
        )
        assert np.abs(velocity.gradient(x, y, 0.0) - exact).max() < 1e-5


def cubic(x, y, t):
    return x**3 - 2 * x * y**2 + 0.5 + t**3 * y, y**3 - 3 * x**2 * y + x * t - t**2


def flows_of(velocity, grid, times):
    """Exact values of a velocity on the faces and sides of a grid."""
    flows = []
    for t in times:
        u = np.broadcast_to(velocity(*grid.mesh("x-face"), t)[0], grid.shape("x-face"))
        v = np.broadcast_to(velocity(*grid.mesh("y-face"), t)[1], grid.shape("y-face"))
        x, y = grid.x_f, grid.y_f
        sides = {"u_bottom": velocity(x, y[0], t)[0], "u_top": velocity(x, y[-1], t)[0]}
        sides |= {"v_left": velocity(x[0], y, t)[1], "v_right": velocity(x[-1], y, t)[1]}
        flows.append(Flow.of(grid, u, v, time=t, sides=sides))
    return flows


def test_cubics_of_space_and_time_are_exact_up_to_the_sides_of_stretched_grids(rng):
    grid = Grid(np.cumsum(rng.uniform(0.1, 0.2, 13)), np.cumsum(rng.uniform(0.1, 0.2, 11)))
    times = np.cumsum(rng.uniform(0.1, 0.3, 8))
    velocity = velocity_of(flows_of(cubic, grid, times))
    x = np.append(rng.uniform(grid.x_f[0], grid.x_f[-1], 50), [grid.x_f[0], grid.x_f[-1]])
    y = np.append(rng.uniform(grid.y_f[0], grid.y_f[-1], 50), [grid.y_f[-1], grid.y_f[0]])
    for t in (*times, *rng.uniform(times[0], times[-1], 10)):
        assert np.abs(np.array(velocity(x, y, t)) - cubic(x, y, t)).max() < 1e-11
    a, b, c, d = np.moveaxis(velocity.gradient(x, y, times[3]), -1, 0)
    assert np.allclose(a, 3 * x**2 - 2 * y**2) and np.allclose(b, -4 * x * y + times[3] ** 3)
    assert np.allclose(c, -6 * x * y + times[3]) and np.allclose(d, 3 * y**2 - 3 * x**2)


def test_time_is_fourth_order_and_smooth():
    errors = []
    for n in (10, 20, 40):
        times = np.linspace(0, 3, n + 1)
        wanted = np.linspace(0, 3, 333)
        found = [time_shares(times, t)[1] @ np.sin(4 * times[time_shares(times, t)[0]]) for t in wanted]
        errors.append(np.abs(found - np.sin(4 * wanted)).max())
    assert min(orders(errors)) > 3.7
    before, after = (time_shares(times, times[7] + s) for s in (-1e-7, 1e-7))
    slopes = [(s @ times[n] ** 5 - times[7] ** 5) / d for (n, s), d in ((before, -1e-7), (after, 1e-7))]
    assert slopes[0] == pytest.approx(slopes[1], rel=1e-5)


def test_periodic_sides_are_periodic():
    grid = Grid.uniform(16, 24, (0, 2), (0, 1), periodic_x=True, periodic_y=True)

    def velocity(x, y, t):
        return np.sin(np.pi * x) * np.cos(2 * np.pi * y), np.cos(np.pi * x) + 0 * y

    known = velocity_of(flows_of(velocity, grid, [0.0]))
    x, y = np.linspace(0, 2, 41), np.linspace(0, 1, 41)
    assert np.allclose(known(x, y, 0.0), known(x + 4, y - 3, 0.0), atol=1e-13)
    assert np.abs(np.array(known(x, y, 0.0)) - velocity(x, y, 0.0)).max() < 2e-4
    x1, y1 = flow_map(velocity_of(flows_of(lambda x, y, t: (3.0, -2.0), grid, [0.0])), 0.5, 0.5, 0.0, 2.0)
    assert (x1, y1) == pytest.approx((6.5, -3.5), abs=1e-12)  # places go on beyond the domain


def test_space_is_fourth_order():
    errors = []
    for n in (20, 40, 80):
        x, y = np.linspace(0, 2, 2 * n + 1), np.linspace(0, 1, n + 1)
        u, v = sampled(double_gyre(0.25), x, y, [3.0])
        places = np.random.default_rng(1).random((2, 500)) * [[2], [1]]
        found = np.array(sampled_velocity(x, y, u, v, 3.0)(*places, 0.0))
        errors.append(np.abs(found - double_gyre(0.25)(*places, 3.0)).max())
    assert min(orders(errors)) > 3.6


@pytest.mark.parametrize(
    "make", [velocity_of, lambda q: tabulated(q, np.linspace(-3, 3, 20), np.linspace(-3, 3, 20))]
)
def test_saddle_and_rotation(make):
    x, y = np.array([0.5, -0.2]), np.array([0.4, 1.0])
    x1, y1 = flow_map(make(SADDLE), x, y, 0.0, 1.0, step=0.01)
    assert np.allclose(x1, x * np.e, atol=1e-9) and np.allclose(y1, y / np.e, atol=1e-9)
    x1, y1 = flow_map(make(ROTATION), x, y, 1.0, 1.0 - 2 * np.pi, step=0.01)
    assert np.allclose(x1, x, atol=1e-8) and np.allclose(y1, y, atol=1e-8)


def test_steps_are_fourth_order():
    x, y = np.array([0.3, 1.1, 1.7]), np.array([0.3, 0.7, 0.5])
    points = np.linspace(0, 2, 81), np.linspace(0, 1, 41)
    for source in (double_gyre(0.25), sampled_velocity(*points, *sampled(double_gyre(0.1), *points, [1.0]))):
        exact = flow_map(source, x, y, 0.0, 4.0, step=0.002)
        ends = [flow_map(source, x, y, 0.0, 4.0, step=h) for h in (0.4, 0.2, 0.1)]
        assert min(orders([np.hypot(*np.subtract(end, exact)).max() for end in ends])) > 3.5


@pytest.mark.parametrize("kind", ["function", "samples"])
def test_back_again_and_area_is_kept(kind):
    x, y = (q.ravel() for q in np.meshgrid(np.linspace(0.1, 1.9, 9), np.linspace(0.1, 0.9, 5)))
    velocity = velocity_of(double_gyre(0.25))
    if kind == "samples":
        points, times = (np.linspace(0, 2, 101), np.linspace(0, 1, 51)), np.linspace(0, 5, 21)
        velocity = sampled_velocity(*points, *sampled(double_gyre(0.25), *points, times), times)
    particles = Particles(velocity, x, y, 0.0, gradient=True)
    assert list(march(velocity, particles, [0.0, 2.5, 5.0], 0.02)) == [0.0, 2.5, 5.0]
    a, b, c, d = particles.gradient.T
    assert np.abs(a * d - b * c - 1).max() < (1e-6 if kind == "function" else 1e-4)
    back = flow_map(velocity, particles.x, particles.y, 5.0, 0.0, step=0.02)
    assert np.abs(np.subtract(back, (x, y))).max() < 1e-6


def test_the_gradient_is_that_of_the_flow_map():
    points, times = (np.linspace(0, 2, 61), np.linspace(0, 1, 31)), np.linspace(0, 3, 13)
    velocity = sampled_velocity(*points, *sampled(double_gyre(0.25), *points, times), times)
    x, y, d = np.array([0.4, 1.3]), np.array([0.3, 0.8]), 1e-5
    particles = Particles(velocity, x, y, 0.0, gradient=True)
    list(march(velocity, particles, [0.0, 3.0], 0.1))
    east, west = (np.array(flow_map(velocity, x + s, y, 0.0, 3.0, step=0.1)) for s in (d, -d))
    north, south = (np.array(flow_map(velocity, x, y + s, 0.0, 3.0, step=0.1)) for s in (d, -d))
    by_x, by_y = (east - west) / (2 * d), (north - south) / (2 * d)
    assert np.allclose(particles.gradient, np.stack([by_x[0], by_y[0], by_x[1], by_y[1]], -1), atol=1e-7)


def test_threads_do_not_matter(rng):
    points = np.linspace(0, 1, 30)
    velocity = sampled_velocity(points, points, *rng.standard_normal((2, 30, 30)))
    x, y = rng.random((2, 2000))
    ends = []
    for threads in (1, 2):
        numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
        particles = Particles(velocity, x, y, 0.0, gradient=True)
        list(march(velocity, particles, [0.0, 0.2], 0.05))
        ends.append(np.column_stack([particles.x, particles.y, particles.gradient]))
    numba.set_num_threads(1)
    assert np.array_equal(*ends, equal_nan=True)


def test_what_is_no_number_has_no_velocity():
    velocity = velocity_of(Flow.of(Grid.uniform(10, 8), np.ones((8, 11)), np.zeros((9, 10))))
    u, v = velocity([0.5, np.nan, np.inf], [np.nan, 0.5, 0.5], 0.0)
    assert np.isnan(u[:2]).all() and np.isnan(v[:2]).all() and u[2] == pytest.approx(1.0)
    assert np.isnan(velocity.gradient(np.nan, 0.5, 0.0)).all()


def test_who_leaves_is_gone_or_held_where_it_left():
    grid = Grid.uniform(10, 8, (0, 1), (0, 1))
    flow = Flow.of(grid, np.ones((8, 11)), np.zeros((9, 10)))
    x, y = flow_map(flow, [0.2, 0.9, -0.5, np.nan], 0.5, 0.0, 0.5)
    assert x[0] == pytest.approx(0.7) and np.isnan(x[1:]).all() and np.isnan(y[1:]).all()
    x, y = flow_map(flow, [0.2, 0.9, -0.5], [0.5, 0.25, 0.5], 0.0, 0.5, outside="hold")
    assert x[:2] == pytest.approx([0.7, 1.0]) and y[1] == pytest.approx(0.25) and np.isnan(x[2])


def test_walls_are_not_passed(rng):
    grid = Grid.uniform(12, 12)
    u, v = rng.standard_normal(grid.shape("x-face")), rng.standard_normal(grid.shape("y-face"))
    u[:, [0, -1]] = v[[0, -1]] = 0.0
    x, y = flow_map(Flow.of(grid, u, v), *rng.random((2, 300)), 0.0, 20.0, step=0.2)
    assert np.isfinite(x).all() and x.min() >= 0 and x.max() <= 1 and y.min() >= 0 and y.max() <= 1


def test_beside_a_flat_wall_the_shear_is_exact():
    grid, wall = Grid.uniform(16, 20, (0, 1), (0, 1)), 0.316
    y = grid.y_f[:, None] + 0 * grid.x_f
    u = np.maximum(grid.y[:, None] - wall, 0) + np.zeros((20, 17))
    velocity = velocity_of(Flow.of(grid, u, np.zeros((21, 16)), distance=y - wall))
    places = np.linspace(wall, 0.9, 50)
    assert np.abs(velocity(0.5, places, 0.0)[0] - (places - wall)).max() < 1e-3 * grid.dy[0]
    assert np.allclose(velocity.gradient(0.5, places[1:], 0.0)[..., 1], 1.0, atol=0.02)
    assert np.isnan(flow_map(velocity, 0.5, 0.3, 0.0, 1.0)).all()  # in the body


def test_bodies_are_not_entered(rng):
    grid = Grid.uniform(40, 40, (-1, 1), (-1, 1))
    x, y = np.meshgrid(grid.x_f, grid.y_f)
    distance = np.hypot(x, y) - 0.37
    solid = [np.hypot(*grid.mesh(at)) < 0.37 for at in ("x-face", "y-face")]
    u = np.where(solid[0], 0.0, 1.0)
    flow = Flow.of(grid, u, np.zeros((41, 40)), distance=distance)
    seeds = np.linspace(-0.9, -0.5, 60), rng.uniform(-0.3, 0.3, 60)
    x, y = flow_map(flow, *seeds, 0.0, 0.6, step=0.02)
    assert np.hypot(x, y).min() > 0.37 - 0.002


def test_few_instants_are_in_memory():
    x, y, times = np.linspace(0, 1, 8), np.linspace(0, 1, 9), np.arange(50.0)
    loads = []

    class Counted(np.ndarray):
        def __getitem__(self, item):
            loads.append(item)
            return np.asarray(super().__getitem__(item))

    u = np.zeros((50, 9, 8)).view(Counted)
    velocity = sampled_velocity(x, y, u, np.zeros((50, 9, 8)), times)
    held = []
    for t in np.linspace(0, 49, 99):
        velocity(0.5, 0.5, t)
        held.append(len(velocity._known))
    assert max(held) <= 9 and sorted(loads) == list(range(50))  # each is read once


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: velocity_of(3), "cannot be analysed"),
        (lambda: sampled_velocity([0, 1, 2], np.arange(5), np.zeros((5, 3)), np.zeros((5, 3))), "a cubic needs 4"),
        (lambda: sampled_velocity(np.arange(4)[::-1], np.arange(4), np.zeros((4, 4)), np.zeros((4, 4))), "increase"),
        (lambda: sampled_velocity(np.arange(4), np.arange(5), np.zeros((4, 5)), np.zeros((4, 4))), "u has the shape"),
        (lambda: sampled_velocity(np.arange(4), np.arange(4), *np.zeros((2, 2, 4, 4)), [1, 1]), "times must increase"),
        (lambda: flow_map(ROTATION, 0, 0, 0, 1, step=0), "must be positive"),
        (lambda: flow_map(ROTATION, 0, 0, 0, np.nan), "finite"),
        (lambda: flow_map(ROTATION, 0, 0, 0, 1, step=1e-9), "give a longer step"),
        (lambda: flow_map(ROTATION, 0, 0, 0, 1, outside="gone"), "neither"),
        (lambda: flow_map(flows_of(cubic, Grid.uniform(8, 8), [0.0, 1.0]), 0.5, 0.5, 0, 2), "known from 0 to 1 s only"),
        (lambda: list(march(velocity_of(ROTATION), Particles(velocity_of(ROTATION), 0, 0, 0), [0, 1, 0.5])), "only"),
    ],
)  # fmt: skip
def test_mistakes_are_told(call, words):
    with pytest.raises(ConfigError, match=words):
        call()


def test_a_wrong_formula_says_where():
    with pytest.raises(FormulaError, match='v: formula "x \\+ q": unknown name'):
        velocity_of(("x", "x + q"))
    assert velocity_of(("q*x", "0"), constants={"q": 3.0})(2.0, 0.0, 0.0)[0] == 6.0
