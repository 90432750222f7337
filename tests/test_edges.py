"""Edges, ridges and the structure tensor against curves that are known."""

from __future__ import annotations

import numpy as np
import pytest
from exact_flows import make_grid

from fluidgrad.analysis import canny, edge_lines, ridges, structure_tensor
from fluidgrad.errors import ConfigError
from fluidgrad.grid import Grid

SQUARE = ((-2, 2), (-2, 2))


def on(grid, function):
    return function(*np.meshgrid(grid.x, grid.y))


def length(line):
    return np.hypot(*np.diff(line, axis=0).T).sum()


@pytest.mark.parametrize("stretched", [False, True])
def test_the_edge_of_a_disc(stretched):
    grid = make_grid(80, 90, stretched, ends=SQUARE)
    values = on(grid, lambda x, y: 3 * np.tanh((np.hypot(x, y) - 1.1) / 0.1))
    (line,) = edge_lines(values, grid, sigma=0.075)
    np.testing.assert_allclose(np.hypot(*line.T), 1.1, atol=5e-3)
    np.testing.assert_allclose(line[0], line[-1])
    assert length(line) == pytest.approx(2.2 * np.pi, rel=0.01)


def test_straight_edges_are_found_between_the_points():
    grid = Grid.uniform(60, 50, *SQUARE)
    for shift in (0.0, 0.01, 0.033, 0.5):
        values = on(grid, lambda x, y, shift=shift: np.tanh((x - 0.5 * y - shift) / 0.2))
        (line,) = edge_lines(values, grid)
        inner = line[np.abs(line[:, 1]) < 1.5]
        np.testing.assert_allclose(inner[:, 0] - 0.5 * inner[:, 1], shift, atol=2e-3)


def test_the_mask_is_thin_and_whole():
    grid = Grid.uniform(80, 80, *SQUARE)
    mask = canny(on(grid, lambda x, y: np.tanh((np.hypot(x, y) - 1.1) / 0.1)), grid)
    X, Y = np.meshgrid(grid.x, grid.y)
    assert np.abs(np.hypot(X, Y)[mask] - 1.1).max() < grid.dx[0]
    assert 8 * 1.1 / grid.dx[0] * 0.6 < mask.sum() < 8 * 1.1 / grid.dx[0] * 1.1
    from scipy.ndimage import label

    assert label(mask, np.ones((3, 3)))[1] == 1
    assert label(~mask)[1] == 2  # inside and outside


def test_slopes_and_constants_have_no_edges():
    grid = make_grid(50, 40, stretched=True, ends=SQUARE)
    for function in (lambda x, y: x + 0.5 * y, lambda x, y: 0 * x + 3, lambda x, y: 1e3 + x):
        assert edge_lines(on(grid, function), grid) == []


def test_walls_are_no_edges():
    grid = Grid.uniform(90, 80, (-2, 2.5), (-2, 2))
    X, Y = np.meshgrid(grid.x, grid.y)
    body = np.hypot(X, Y) < 0.7
    assert edge_lines(np.where(body, np.nan, 2 + X + 0.5 * Y), grid) == []
    front = np.where(body, np.nan, np.tanh((X - 1.5) / 0.1))
    (line,) = edge_lines(front, grid)
    np.testing.assert_allclose(line[:, 0], 1.5, atol=1e-3)
    assert edge_lines(np.full((80, 90), np.nan), grid) == []


def test_edges_across_periodic_sides():
    grid = Grid.uniform(60, 40, (0, 3), (0, 2), periodic_x=True, periodic_y=True)
    values = on(grid, lambda x, y: np.tanh(6 * np.sin(np.pi * (y - 0.4 + 0.1 * np.sin(2 * np.pi * x / 3)))))
    lines = edge_lines(values, grid)
    assert len(lines) == 2
    for line in lines:
        assert np.ptp(line[:, 0]) == pytest.approx(3)
        height = (line[:, 1] - 0.4 + 0.1 * np.sin(2 * np.pi * line[:, 0] / 3)) % 1
        np.testing.assert_allclose(np.minimum(height, 1 - height), 0, atol=5e-3)


def test_hysteresis():
    grid = Grid.uniform(120, 60, (0, 6), (-1, 1))
    # Its slope falls along the edge from 1 to 0.1.
    values = on(grid, lambda x, y: (1 - 0.15 * x) * np.tanh(y / 0.1))
    (whole,) = edge_lines(values, grid, low=0.05, high=0.8)
    (part,) = edge_lines(values, grid, low=0.55, high=0.8)
    assert np.ptp(whole[:, 0]) > 5.8 and np.ptp(part[:, 0]) == pytest.approx(3, abs=0.15)
    weak = np.where(np.meshgrid(grid.x, grid.y)[0] > 3, values, 0)
    assert all(line[:, 0].min() > 2.8 for line in edge_lines(weak, grid, low=0.05, high=0.8))


def test_ridges_of_a_ring():
    x, y = np.linspace(-2, 2, 90), np.linspace(-1.5, 1.5, 70)
    X, Y = np.meshgrid(x, y)
    ring = np.exp(-((np.hypot(X, Y) - 1) ** 2) / 0.02) * (1 + 0.2 * np.cos(3 * np.arctan2(Y, X)))
    (line,) = ridges(ring, x, y, sigma=0.05)
    np.testing.assert_allclose(np.hypot(*line.T), 1, atol=5e-3)
    assert length(line) == pytest.approx(2 * np.pi, rel=0.01)
    assert ridges(-ring, x, y, sigma=0.05, least=-0.5) == []


@pytest.mark.parametrize("slope", [0.0, 0.3, 1.0, -2.0])
def test_straight_ridges_go_on_through_their_peaks(slope):
    x, y = np.linspace(-2, 2, 81), np.linspace(-2, 2, 83)
    X, Y = np.meshgrid(x, y)
    across, along = (Y - slope * X) / np.hypot(1, slope), (X + slope * Y) / np.hypot(1, slope)
    (line,) = ridges(np.exp(-(across**2) / 0.04) * (1.5 + np.cos(3 * along)), x, y, low=0.05)
    inner = line[np.abs(line[:, 1]) < 1.8]
    np.testing.assert_allclose(inner[:, 1], slope * inner[:, 0], atol=5e-3)
    assert length(line) > 0.95 * min(4 * np.hypot(1, slope), 4 * np.hypot(1, 1 / slope) if slope else 4)


def test_ridges_of_a_periodic_field_and_thresholds():
    n = 64
    x = 2 * np.pi * np.arange(n) / n
    X, Y = np.meshgrid(x, x)
    lines = ridges(np.cos(X - 1) + 0.2 * np.cos(Y), x, x, periods=(2 * np.pi, 2 * np.pi))
    (line,) = (line for line in lines if np.ptp(line[:, 1]) > 6)
    np.testing.assert_allclose(line[:, 0], 1, atol=1e-2)
    assert ridges(np.cos(X), x, x, least=2.0) == []


def test_ridges_leave_out_what_is_missing():
    x = np.linspace(-1, 1, 60)
    X, Y = np.meshgrid(x, x)
    values = np.where(X > 0.3, np.nan, np.exp(-(Y**2) / 0.02))
    (line,) = ridges(values, x, x)
    assert line[:, 0].max() < 0.3 and np.abs(line[:, 1]).max() < 1e-2


@pytest.mark.parametrize("angle", [-60, 0, 30, 90])
def test_orientation_of_stripes(angle):
    grid = make_grid(100, 80, ends=SQUARE)
    direction = np.radians(angle)
    k = 8 * np.array([np.cos(direction), np.sin(direction)])
    tensor = structure_tensor(on(grid, lambda x, y: np.sin(k[0] * x + k[1] * y)), grid, sigma=0.3)
    inner = (slice(15, -15), slice(15, -15))
    away = (tensor.orientation[inner] - angle + 90) % 180 - 90
    assert np.abs(away).max() < 1 and tensor.coherence[inner].min() > 0.97
    # The mean square slope of a wave that the Gaussian of a third of sigma has damped.
    expected = 0.5 * 64 * np.exp(-64 * 0.1**2)
    np.testing.assert_allclose(tensor.energy[inner], expected, rtol=0.08)


def test_no_orientation_without_direction(rng):
    grid = Grid.uniform(80, 80, *SQUARE)
    isotropic = structure_tensor(on(grid, lambda x, y: np.sin(9 * x) + np.sin(9 * y)), grid, sigma=0.4)
    assert isotropic.coherence[20:-20, 20:-20].max() < 0.05
    flat = structure_tensor(on(grid, lambda x, y: 0 * x + 1), grid)
    assert (flat.coherence == 0).all() and (flat.energy == 0).all()
    body = structure_tensor(on(grid, lambda x, y: np.where(np.hypot(x, y) < 0.5, np.nan, x)), grid)
    assert np.isnan(body.energy[40, 40]) and body.energy[40, 70] == pytest.approx(1)


def test_wrong_arguments():
    grid = Grid.uniform(20, 10)
    with pytest.raises(ConfigError, match="centres"):
        edge_lines(np.zeros((20, 10)), grid)
    with pytest.raises(ConfigError, match="sigma"):
        edge_lines(np.zeros((10, 20)), grid, sigma=1e-6)
    with pytest.raises(ConfigError, match="low"):
        canny(np.zeros((10, 20)), grid, low=0.5, high=0.2)
    with pytest.raises(ConfigError, match="do not fit"):
        ridges(np.zeros((10, 20)), np.arange(10.0), np.arange(20.0))


def test_where_a_closed_edge_begins_does_not_cut_it():
    """A ring whose step is weak on one side: one edge, wherever the contour of it begins."""
    grid = make_grid(96, 96, ends=SQUARE)
    counts = set()
    for turn in np.linspace(0, 2 * np.pi, 8, endpoint=False):
        values = on(
            grid,
            lambda x, y, a=turn: (
                (1 + 0.9 * np.cos(np.arctan2(y, x) - a)) * np.tanh((1 - np.hypot(x, y)) / 0.1)
            ),
        )
        counts.add(len(edge_lines(values, grid, low=0.3, high=0.6)))
    assert counts == {1}
