"""Critical points and separatrices: all found, none invented, index sums, half-saddles at walls."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from exact_flows import from_streamfunction, make_flow, make_grid, taylor_green
from scipy.optimize import fsolve

from fluidgrad.analysis import (
    critical_points,
    critical_points_of,
    poincare_index,
    separatrices,
    separatrices_of,
)
from fluidgrad.analysis.skeleton import wrapped_pieces
from fluidgrad.errors import ConfigError
from fluidgrad.grid import Grid

TURN = 2 * np.pi
PERIODS = (TURN, TURN)


def box_of_vortices(n=33, m=40, stretched=False):
    """Taylor-Green vortices between sides that the fluid slips along."""
    grid = make_grid(n, m, stretched, ends=((0, TURN), (0, TURN)))
    return make_flow(grid, lambda x, y: np.sin(x) * np.cos(y), lambda x, y: -np.cos(x) * np.sin(y))


def places(points, kind=None):
    return sorted((round(p.x, 4), round(p.y, 4)) for p in points if kind in (None, p.kind))


def test_taylor_green_in_a_periodic_box():
    points = critical_points(taylor_green(32))
    assert Counter(p.kind for p in points) == {"centre": 4, "saddle": 4}
    np.testing.assert_allclose(places(points, "saddle"), [(a, b) for a in (np.pi / 2, 3 * np.pi / 2)
                               for b in (np.pi / 2, 3 * np.pi / 2)], atol=1e-4)  # fmt: skip
    np.testing.assert_allclose(
        places(points, "centre"), [(a, b) for a in (0, np.pi) for b in (0, np.pi)], atol=1e-4
    )
    assert sum(p.index for p in points) == 0


@pytest.mark.parametrize("stretched", [False, True])
def test_taylor_green_between_slip_sides(stretched):
    points = critical_points(box_of_vortices(stretched=stretched))
    assert Counter(p.kind for p in points) == {"centre": 4, "saddle": 1, "half-saddle": 4}
    # The Euler characteristic of a box that nothing flows through.
    assert sum(p.index for p in points) == 1
    halves = {p.wall: (p.x, p.y) for p in points if p.kind == "half-saddle"}
    for wall, place in {
        "left": (0, np.pi),
        "right": (TURN, np.pi),
        "bottom": (np.pi, 0),
        "top": (np.pi, TURN),
    }.items():
        assert halves[wall] == pytest.approx(place, abs=2e-4)


class Polynomial:
    """A random trigonometric vector field of period 2 pi, with its exact derivative."""

    def __init__(self, rng, modes=3):
        self.k = np.array(
            [(a, b) for a in range(-modes, modes + 1) for b in range(modes + 1) if (a, b) != (0, 0)]
        )
        self.amplitude = rng.standard_normal((2, len(self.k))) / (1 + (self.k**2).sum(axis=1))
        self.phase = rng.uniform(0, TURN, (2, len(self.k)))

    def __call__(self, x, y):
        angle = self.k[:, 0] * np.asarray(x)[..., None] + self.k[:, 1] * np.asarray(y)[..., None]
        return [(a * np.sin(angle + p)).sum(axis=-1) for a, p in zip(self.amplitude, self.phase, strict=True)]

    def zeros(self, starts=48):
        """All zeros by a general root finder from many places."""
        found = []
        for x in TURN * np.arange(starts) / starts:
            for y in TURN * np.arange(starts) / starts:
                if max(np.abs(self(x, y))) > 0.6:
                    continue
                root, _, flag, _ = fsolve(lambda q: self(*q), (x, y), full_output=True, xtol=1e-12)
                root = root % TURN
                apart = [(root - other + np.pi) % TURN - np.pi for other in found]
                if flag == 1 and max(np.abs(self(*root))) < 1e-9 and all(np.hypot(*d) > 1e-5 for d in apart):
                    found.append(root)
        return np.array(found)


@pytest.mark.parametrize("seed", range(4))
def test_all_points_of_random_fields_are_found_and_none_invented(seed):
    field = Polynomial(np.random.default_rng(seed))
    x, y = TURN * np.arange(64) / 64, TURN * np.arange(60) / 60
    points = critical_points_of(*field(*np.meshgrid(x, y)), x, y, periods=PERIODS)
    exact = field.zeros()
    assert len(points) == len(exact) > 5
    assert sum(p.index for p in points) == 0
    for point in points:
        apart = (exact - (point.x, point.y) + np.pi) % TURN - np.pi
        assert np.hypot(*apart.T).min() < 1e-3
        around = 1e-3 * np.exp(1j * TURN * np.arange(64) / 64)
        nearest = exact[np.hypot(*apart.T).argmin()]
        assert point.index == poincare_index(*field(nearest[0] + around.real, nearest[1] + around.imag))


def test_the_index_of_a_region_is_that_of_its_edge():
    field = Polynomial(np.random.default_rng(5))
    x, y = np.linspace(0.3, 4.1, 70), np.linspace(1.1, 5.0, 72)
    points = critical_points_of(*field(*np.meshgrid(x, y)), x, y)
    s = np.linspace(0, 1, 400, endpoint=False)
    edge_x = np.concatenate([x[0] + np.ptp(x) * s, 0 * s + x[-1], x[-1] - np.ptp(x) * s, 0 * s + x[0]])
    edge_y = np.concatenate([0 * s + y[0], y[0] + np.ptp(y) * s, 0 * s + y[-1], y[-1] - np.ptp(y) * s])
    assert sum(p.index for p in points) == poincare_index(*field(edge_x, edge_y))


def test_points_on_nodes_and_edges_count_once():
    x = np.linspace(-1, 1, 21)
    X, Y = np.meshgrid(x, x)
    for shift_x, shift_y in ((0.0, 0.0), (0.05, 0.0), (0.1, 0.05), (1.0, 0.3), (-1.0, -1.0)):
        (point,) = critical_points_of(X - shift_x, -(Y - shift_y), x, x)
        assert (point.x, point.y) == pytest.approx((shift_x, shift_y), abs=1e-9) and point.kind == "saddle"


@pytest.mark.parametrize(
    ("matrix", "kind", "index"),
    [
        ([[1, 0], [0, -2]], "saddle", -1),
        ([[0, -2], [1, 0]], "centre", 1),
        ([[-1, 0], [0, -3]], "stable node", 1),
        ([[2, 1], [0, 3]], "unstable node", 1),
        ([[-0.2, -1], [1, -0.2]], "stable focus", 1),
        ([[0.2, -1], [1, 0.2]], "unstable focus", 1),
    ],
)
def test_types_of_linear_fields(matrix, kind, index):
    x, y = np.linspace(-1, 1, 12), np.linspace(-1, 1.2, 15)
    X, Y = np.meshgrid(x - 0.1, y - 0.2)
    (point,) = critical_points_of(
        matrix[0][0] * X + matrix[0][1] * Y, matrix[1][0] * X + matrix[1][1] * Y, x, y
    )
    assert (point.kind, point.index) == (kind, index)
    assert (point.x, point.y) == pytest.approx((0.1, 0.2))
    for value, vector in zip(point.eigenvalues, point.eigenvectors.T, strict=True):
        np.testing.assert_allclose(np.array(matrix) @ vector, value * vector, atol=1e-10)


def test_nothing_is_found_where_nothing_is():
    x = np.linspace(0, 1, 20)
    X, Y = np.meshgrid(x, x)
    assert critical_points_of(1 + X, Y, x, x) == []
    assert critical_points_of(0 * X, 0 * X, x, x) == []
    assert critical_points_of(0 * X, X - 0.5, x, x) == []
    grid = Grid.uniform(12, 10)
    assert critical_points(make_flow(grid, lambda x, y: 0 * x * y, lambda x, y: 0 * x * y)) == []


def test_extrema_of_pressure():
    flow = taylor_green(48)
    points = critical_points(flow, "p")
    # p = -(cos 2x + cos 2y)/4: minima in the vortices and at the saddles of the flow, as many saddles as both extrema.
    assert Counter(p.kind for p in points) == {"unstable node": 4, "stable node": 4, "saddle": 8}
    assert (0.0, 0.0) in places(points, "unstable node")


def no_slip_eddies(n=96, m=48):
    """Two eddies in a closed box, that part the fluid at x = pi on both walls, stream after stream."""
    grid = Grid.uniform(n, m, (0, TURN), (0, np.pi))

    def psi(x, y):
        return np.sin(y) ** 2 * (np.sin(x) + 0.2 * np.sin(2 * x)) * np.sin(x / 2) ** 2

    return from_streamfunction(grid, psi(*np.meshgrid(grid.x_f, grid.y_f)))


def test_half_saddles_on_no_slip_walls():
    points = critical_points(no_slip_eddies())
    assert Counter(p.kind for p in points) == {"centre": 2, "half-saddle": 2}
    assert sum(p.index for p in points) == 1
    for point in points:
        if point.kind == "half-saddle":
            assert point.x == pytest.approx(np.pi, abs=2e-3) and point.wall in ("bottom", "top")


def test_separatrices_between_slip_sides():
    flow = box_of_vortices(40, 40)
    lines = separatrices(flow)
    assert len(lines) == 8  # four out of the middle, one into it from each side
    for line in lines:
        assert np.hypot(*np.diff(line, axis=0).T).max() < 3 * TURN / 40
        # All lie on the two lines through the middle, and reach from the middle to a side.
        assert np.minimum(np.abs(line[:, 0] - np.pi), np.abs(line[:, 1] - np.pi)).max() < 1e-3
        assert np.hypot(*(line[-1] - line[0])) == pytest.approx(np.pi, abs=0.02)


def test_separatrices_across_periodic_sides():
    flow = taylor_green(40)
    lines = separatrices(flow)
    assert len(lines) == 16
    for line in lines:
        X, Y = line.T
        np.testing.assert_allclose(np.cos(X) * np.cos(Y), 0, atol=5e-3)
        assert np.hypot(*(line[-1] - line[0])) == pytest.approx(np.pi, abs=0.02)
        for piece in wrapped_pieces(line, flow):
            assert (piece >= 0).all() and (piece <= TURN).all()


def test_separatrices_of_arrays_end_in_nodes():
    x = np.linspace(-2, 2, 61)
    X, Y = np.meshgrid(x, np.linspace(-1, 1, 31))
    arrays = (X - X**3, -Y, x, np.linspace(-1, 1, 31))
    points = critical_points_of(*arrays)
    assert Counter(p.kind for p in points) == {"saddle": 1, "stable node": 2}
    ends = sorted(tuple(np.round(line[-1], 2)) for line in separatrices_of(*arrays, points))
    assert len(ends) == 4 and ends[0] == (-1, 0) and ends[-1] == (1, 0)


def test_separatrices_leave_walls():
    lines = separatrices(no_slip_eddies())
    assert len(lines) == 2
    for line in lines:
        np.testing.assert_allclose(line[:, 0], np.pi, atol=5e-3)
        assert np.ptp(line[:, 1]) > 3


def test_wrong_arrays():
    x = np.linspace(0, 1, 8)
    with pytest.raises(ConfigError, match="do not fit"):
        critical_points_of(np.zeros((8, 9)), np.zeros((8, 9)), x, x)
    with pytest.raises(ConfigError, match="not finite"):
        critical_points_of(np.full((8, 8), np.nan), np.zeros((8, 8)), x, x)
    with pytest.raises(ConfigError, match="no field"):
        critical_points(replace(taylor_green(8)), "nonsense")
