"""Lines of vector fields: through given points, and of gradients, against exact lines."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from body_flows import potential_cylinder
from exact_flows import make_flow, make_grid, taylor_green

from fluidgrad.errors import ConfigError
from fluidgrad.plotting.sampling import view_window
from fluidgrad.plotting.tracing import points_along, trace

SQUARE = ((-1.0, 1.0), (-1.0, 1.0))


def with_pressure(p, n=48, stretched=False):
    grid = make_grid(n, n, stretched, ends=SQUARE)
    return make_flow(grid, lambda x, y: 0 * x, lambda x, y: 0 * y, p), view_window(grid)


def test_streamlines_go_through_their_seeds():
    grid = make_grid(160, 80, ends=((-2, 2), (-1, 1)))
    flow, seeds = potential_cylinder(grid), points_along([(-1.9, -0.8), (-1.9, 0.8)], 9)
    lines = trace(flow, view_window(grid), seeds)
    assert len(lines) == 9
    for seed, line in zip(seeds, lines, strict=True):
        assert np.hypot(*(line - seed).T).min() < 0.01
        psi = line[:, 1] * (1 - 0.25 / np.maximum((line**2).sum(axis=1), 0.25))
        exact = seed[1] * (1 - 0.25 / (seed**2).sum())
        assert np.abs(psi - exact).max() < 3e-3


def test_seeds_outside_in_bodies_and_in_calm_are_passed_over():
    grid = make_grid(80, 40, ends=((-2, 2), (-1, 1)))
    window = view_window(grid)
    assert trace(potential_cylinder(grid), window, [(0.0, 0.1), (5.0, 0.0)]) == []
    assert trace(potential_cylinder(grid), window, np.zeros((0, 2))) == []
    still, window = with_pressure(lambda x, y: x)
    assert trace(still, window, [(0.0, 0.0)]) == []


@pytest.mark.parametrize("stretched", [False, True])
def test_lines_of_the_gradient_of_a_saddle_are_hyperbolas(stretched):
    flow, window = with_pressure(lambda x, y: x**2 - y**2, stretched=stretched)
    seeds = [(0.3, 0.5), (-0.5, 0.2), (0.4, -0.9)]
    lines = trace(flow, window, seeds, of="p")
    assert len(lines) == 3
    for (x, y), line in zip(seeds, lines, strict=True):
        # d(x, y)/ds = (2 x, -2 y): the product stays, x grows in size and y shrinks.
        assert np.abs(line[:, 0] * line[:, 1] - x * y).max() < 2e-3
        assert (np.diff(np.abs(line[:, 0])) > 0).all() and (np.diff(np.abs(line[:, 1])) < 0).all()


def test_lines_of_a_gradient_keep_their_distance_and_fill_the_window():
    flow, window = with_pressure(lambda x, y: np.sin(3 * x) * np.cos(2 * y))
    lines = trace(flow, window, of="p")
    spacing = window.width / 28
    for one, two in itertools.combinations(lines, 2):
        gaps = np.hypot(*(one[:, None] - two[None, ::3]).transpose(2, 0, 1))
        assert gaps.min() > 0.25 * spacing
    points = np.column_stack([q.ravel() for q in np.meshgrid(*(np.linspace(-0.9, 0.9, 40),) * 2)])
    every = np.vstack(lines)
    farthest = max(np.hypot(*(every - point).T).min() for point in points)
    assert farthest < 1.6 * spacing


def test_twice_the_density_is_about_twice_the_length_of_lines():
    flow = taylor_green(32)
    window = view_window(flow.grid)
    short, long = (
        sum(np.hypot(*np.diff(line, axis=0).T).sum() for line in trace(flow, window, density=density))
        for density in (0.7, 1.4)
    )
    assert 1.6 < long / short < 2.4


def test_points_along_a_line_are_equally_far_apart():
    points = points_along([(0, 0), (3, 0), (3, 1)], 9)
    np.testing.assert_allclose(points[[0, 4, 6, 8]], [(0, 0), (2, 0), (3, 0), (3, 1)])


def test_mistakes_are_told():
    flow, window = with_pressure(lambda x, y: x)
    for seeds in ([1.0, 2.0], [(np.nan, 0.0)], [(0.0, 0.0, 0.0)]):
        with pytest.raises(ConfigError, match="points"):
            trace(flow, window, seeds, of="p")
    with pytest.raises(ConfigError, match="density"):
        trace(flow, window, density=0)
    with pytest.raises(ConfigError, match="no field"):
        trace(flow, window, of="q")
    with pytest.raises(ConfigError, match="two corners"):
        points_along([(0, 0)], 3)
