"""Pathlines, streaklines and timelines of flows in which they are known."""

from __future__ import annotations

import numpy as np
import pytest

from fluidgrad.analysis import grid_of_points, line_of_points, pathlines, points_where, streaklines, timelines
from fluidgrad.errors import ConfigError
from fluidgrad.expressions import FormulaError
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid

WAVY = ("1", "cos(t)")
"""Everything moves alike: paths are sines, and a streakline is one too, but another."""


def test_paths_in_a_rotation_are_circles():
    lines = pathlines(("-y", "x"), [1.0, 0.5], [0.0, 0.0], 0.0, 2 * np.pi, count=9, step=0.01)
    assert len(lines) == 2 and lines.times.shape == (9,)
    for line, radius in zip(lines, (1.0, 0.5), strict=True):
        exact = radius * np.column_stack([np.cos(lines.times), np.sin(lines.times)])
        assert np.abs(line - exact).max() < 1e-8


def test_paths_streaks_and_timelines_differ():
    x, y = np.array([0.0, 0.0]), np.array([0.0, 1.0])
    paths = pathlines(WAVY, x, y, 0.0, 2.0, count=5, step=0.05)
    assert np.allclose(paths.x, paths.times) and np.allclose(
        paths.y - y[:, None], np.sin(paths.times), atol=1e-8
    )
    streaks = streaklines(WAVY, x, y, 0.0, 2.0, every=0.5, step=0.05)
    assert np.array_equal(streaks.times, [2.0, 1.5, 1.0, 0.5, 0.0])  # from the needle on
    assert np.allclose(streaks.x, 2.0 - streaks.times)
    assert np.allclose(streaks.y - y[:, None], np.sin(2.0) - np.sin(streaks.times), atol=1e-8)
    lines = timelines(WAVY, x, y, 0.0, 2.2, every=0.5, step=0.05)
    assert lines.x.shape == (5, 2) and np.allclose(lines.x.T, 2.2 - lines.times)
    assert np.allclose(lines.y - y, (np.sin(2.2) - np.sin(lines.times))[:, None], atol=1e-8)


def test_in_steady_flow_they_are_one_curve():
    flow = ("1 + 0*x", "0.3*cos(x)")
    path = pathlines(flow, 0.0, 0.0, 0.0, 3.0, count=13, step=0.01)
    streak = streaklines(flow, 0.0, 0.0, 0.0, 3.0, every=0.25, step=0.01)
    assert np.allclose(path.y[0], 0.3 * np.sin(path.x[0]), atol=1e-9)
    assert np.allclose(streak.y[0], 0.3 * np.sin(streak.x[0]), atol=1e-9)


def test_backward_and_out_of_the_domain():
    flow = Flow.of(Grid.uniform(10, 10), np.ones((10, 11)), np.zeros((11, 10)))
    path = pathlines(flow, 0.5, 0.5, 1.0, 0.0, count=5)
    assert path.x[0, :3] == pytest.approx([0.5, 0.25, 0.0], abs=1e-12) and np.isnan(path.x[0, 3:]).all()
    streak = streaklines(flow, 0.5, 0.5, 0.0, 1.0, every=0.25)
    assert streak.x[0, :2] == pytest.approx([0.5, 0.75]) and np.isnan(streak.x[0, 3:]).all()


def test_default_steps_also_before_anything_is_released():
    streak = streaklines(("-y", "x"), 1.0, 0.0, 0.0, 1.0, every=0.5)
    assert streak.x[0] == pytest.approx(np.cos([0, 0.5, 1.0]), abs=1e-5)


def test_places_of_release():
    assert np.array_equal(line_of_points((0, 1), (1, 3), 3), [[0, 0.5, 1], [1, 2, 3]])
    x, y = grid_of_points((0, 2, 0, 1), 4, 2)
    assert x[:4] == pytest.approx([0.25, 0.75, 1.25, 1.75]) and set(y) == {0.25, 0.75}
    x, y = points_where("x^2 + y^2 < r^2", (-1, 1, -1, 1), 40, 40, {"r": 0.5})
    assert np.hypot(x, y).max() < 0.5 and x.size / 400 == pytest.approx(np.pi / 4, rel=0.02)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: pathlines(WAVY, 0, 0, 0, 1, count=1), "at least 2"),
        (lambda: streaklines(WAVY, 0, 0, 1, 0, every=0.1), "must increase"),
        (lambda: timelines(WAVY, 0, 0, 0, 1, every=0), "must increase"),
        (lambda: streaklines(WAVY, 0, 0, 0, 1, every=1e-9), "releases; allowed"),
        (lambda: line_of_points((0, 0), (1, 1), 1), "at least 2"),
        (lambda: grid_of_points((0, 0, 1, 1), 5, 5), "has none"),
    ],
)
def test_mistakes_are_told(call, words):
    with pytest.raises(ConfigError, match=words):
        call()
    with pytest.raises(FormulaError, match="region"):
        points_where("x <", (0, 1, 0, 1), 3, 3)
