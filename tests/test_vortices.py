"""Vortices as regions: closed forms of the Gaussian vortex, persistence, walls, Gamma-1 and Gamma-2."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from body_flows import circle
from exact_flows import make_flow, make_grid, taylor_green
from vortex_flows import gaussians, periodic_gaussians

from fluidgrad.analysis import find_vortices, gamma1, gamma2
from fluidgrad.analysis.vortices import CRITERIA
from fluidgrad.errors import ConfigError
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid

ROTATION_PREVAILS = 1.2564312086261697
"""Root of exp(rho) = 1 + 2 rho: r^2/a^2 up to which a Gaussian vortex turns more than it strains."""


def vortex(x=0.13, y=0.21, circulation=2.0, radius=0.5):
    return {"x": x, "y": y, "circulation": circulation, "radius": radius}


def lone(nx=96, ny=90, stretched=False, **changed):
    grid = make_grid(nx, ny, stretched, ends=((-3.0, 3.0), (-3.0, 3.5)))
    return make_flow(grid, *gaussians([vortex(**changed)]))


@pytest.mark.parametrize("stretched", [False, True])
def test_the_measures_of_a_gaussian_vortex(stretched):
    (one,) = find_vortices(lone(stretched=stretched), threshold=0.0)
    assert one.circulation == pytest.approx(2.0, rel=5e-3)
    assert one.core_circulation == pytest.approx(2.0 * -np.expm1(-ROTATION_PREVAILS), rel=0.01)
    assert one.area == pytest.approx(np.pi * 0.25 * ROTATION_PREVAILS, rel=0.03)
    diameter = 2 * 0.5 * np.sqrt(ROTATION_PREVAILS)
    assert one.width == pytest.approx(diameter, abs=0.1) and one.height == pytest.approx(diameter, abs=0.1)
    assert (one.core_x, one.core_y) == pytest.approx((0.13, 0.21), abs=1e-3)
    assert (one.x, one.y) == pytest.approx((0.13, 0.21), abs=1e-3)
    assert one.peak == pytest.approx(2.0 / (np.pi * 0.25), rel=0.01)


def test_the_peak_converges_with_the_cells():
    errors = [abs(find_vortices(lone(n, n))[0].peak / (8 / np.pi) - 1) for n in (48, 96, 192)]
    assert np.log2(errors[0] / errors[2]) / 2 == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_all_criteria_see_the_same_vortices(criterion):
    grid = Grid.uniform(96, 90, (-3, 3), (-3, 3.5))
    three = [vortex(-1.2, 0.2, 2.0, 0.4), vortex(1.2, 0.3, -1.0, 0.4), vortex(1, -2, 1.5, 0.4)]
    found = find_vortices(make_flow(grid, *gaussians(three)), criterion=criterion)
    assert len(found) == 3
    for one in three:
        nearest = min(found, key=lambda v: np.hypot(v.x - one["x"], v.y - one["y"]))
        assert np.hypot(nearest.core_x - one["x"], nearest.core_y - one["y"]) < 0.01
        assert nearest.circulation == pytest.approx(one["circulation"], rel=0.01)


def test_criteria_that_agree_give_one_mask():
    flow = lone()
    masks = [find_vortices(flow, criterion=name, threshold=0.0).labels > 0
             for name in ("okubo_weiss", "q_criterion", "lambda2", "swirling_strength")]  # fmt: skip
    assert all(np.array_equal(masks[0], mask) for mask in masks[1:])


def test_across_periodic_sides():
    grid = Grid.uniform(64, 80, (0, 4), (0, 5), True, True)
    middle = periodic_gaussians(grid, [vortex(2.0, 2.5, 1.0, 0.3)])
    (expected,) = find_vortices(middle)
    corner = Flow.of(
        grid,
        np.roll(middle.u[:, :-1], (39, 31), (0, 1))[:, [*range(64), 0]],
        np.roll(middle.v[:-1], (39, 31), (0, 1))[[*range(80), 0]],
    )
    (found,) = find_vortices(corner)
    for name in ("circulation", "core_circulation", "area", "width", "height", "peak"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=1e-12)
    shift = np.array([31 * 4 / 64, 39 * 5 / 80])
    for pair in (("x", "y"), ("core_x", "core_y")):
        place = np.array([getattr(expected, q) for q in pair]) + shift
        away = np.array([getattr(found, q) for q in pair]) - place
        np.testing.assert_allclose(away - np.round(away / (4, 5)) * (4, 5), 0, atol=1e-12)
        assert 0 <= getattr(found, pair[0]) < 4 and 0 <= getattr(found, pair[1]) < 5


def test_taylor_green_has_four_vortices():
    found = find_vortices(taylor_green(48), threshold=0.01)
    # Each fills the square |x| + |y| < pi/2 about its centre: area pi^2/2, circulation 8 of the basin.
    np.testing.assert_allclose(found.table()["area"], np.pi**2 / 2, rtol=0.05)
    np.testing.assert_allclose(np.sort(found.table()["circulation"]), [-8, -8, 8, 8], rtol=0.01)
    np.testing.assert_allclose(np.abs(found.table()["peak"]), 2, rtol=0.01)


def test_persistence_tells_wrinkles_from_vortices():
    grid = Grid.uniform(120, 80, (-3, 3), (-2, 2))
    pair = make_flow(grid, *gaussians([vortex(-0.4, 0, 1.0, 0.4), vortex(0.4, 0, 0.9, 0.4)]))
    line = at_line(pair, grid)
    peaks = [line[:60].max(), line[60:].max()]
    between = line[np.argmax(line[:60]) : 60 + np.argmax(line[60:])].min()
    lowest = 1 - between / min(peaks)
    assert 0.01 < lowest < 0.9
    assert len(find_vortices(pair, criterion="vorticity", persistence=0.9 * lowest)) == 2
    assert len(find_vortices(pair, criterion="vorticity", persistence=1.1 * lowest)) == 1


def at_line(flow, grid):
    from fluidgrad.fields import at_centres

    return at_centres(flow, "vorticity")[grid.ny // 2]


def test_noise_makes_no_vortices(rng):
    flow = lone(128, 128)
    noisy = replace(
        flow,
        u=flow.u + 2e-3 * rng.standard_normal(flow.u.shape),
        v=flow.v + 2e-3 * rng.standard_normal(flow.v.shape),
    )
    assert len(find_vortices(noisy)) == 1


def test_shear_layers_at_walls_are_no_vortices():
    grid = Grid.uniform(96, 64, (0, 6), (0, 4))
    u, v = gaussians([vortex(3, 2, 1.0, 0.4)])

    def layer(x, y):
        return (1 - np.exp(-y / 0.3)) * (u(x, y) - 1 - 0.3 * np.sin(x))

    flow = make_flow(grid, layer, v)
    still = replace(flow, v=np.where(np.arange(65)[:, None] > 0, flow.v, 0.0))
    found = find_vortices(still, criterion="vorticity", threshold=0.2)
    assert [round(one.core_y) for one in found] == [2]
    assert found[0].rotation > 0.7
    everything = find_vortices(still, criterion="vorticity", threshold=0.2, rotation=0.0)
    assert len(everything) > 1 and min(one.rotation for one in everything) < 0.2


def test_a_body_is_left_out():
    grid = Grid.uniform(96, 64, (-3, 3), (-2, 2))
    flow = make_flow(grid, *gaussians([vortex(1.5, 0, 1.0, 0.4), vortex(-1.5, 0, 1.0, 0.4)]))
    distance = circle(-1.5, 0, 0.7)(*grid.mesh("node"))
    found = find_vortices(replace(flow, distance=distance))
    assert len(found) == 1 and found[0].core_x == pytest.approx(1.5, abs=0.01)
    assert not found.regions[solid_centres(distance)].any()


def solid_centres(distance):
    return 0.25 * (distance[1:, 1:] + distance[1:, :-1] + distance[:-1, 1:] + distance[:-1, :-1]) < 0


def test_nothing_turns_in_a_uniform_stream():
    grid = Grid.uniform(16, 16)
    found = find_vortices(make_flow(grid, lambda x, y: 1 + 0 * x * y, lambda x, y: 0 * x * y))
    assert len(found) == 0 and found.table()["x"].size == 0 and not found.labels.any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"criterion": "vortex"}, "no vortex criterion"),
        ({"persistence": 1.0}, "persistence"),
        ({"threshold": -1.0}, "threshold"),
        ({"rotation": 2.0}, "rotation"),
    ],
)
def test_wrong_options(options, message):
    with pytest.raises(ConfigError, match=message):
        find_vortices(lone(8, 8), **options)


# Gamma -------------------------------------------------------------------------------------------------


def slow_gamma(flow, radius, relative):
    """The definition, cell by cell."""
    grid = flow.grid
    u, v = 0.5 * (flow.u[:, 1:] + flow.u[:, :-1]), 0.5 * (flow.v[1:] + flow.v[:-1])
    X, Y = np.meshgrid(grid.x, grid.y)
    area = np.outer(grid.dy, grid.dx)
    result = np.empty(u.shape)
    for j, i in np.ndindex(u.shape):
        dx, dy = X - X[j, i], Y - Y[j, i]
        if grid.periodic_x:
            dx = dx - grid.length_x * np.round(dx / grid.length_x)
        if grid.periodic_y:
            dy = dy - grid.length_y * np.round(dy / grid.length_y)
        near = np.hypot(dx, dy) <= radius * (1 + 1e-12)
        mean = np.array([np.average(q[near], weights=area[near]) for q in (u, v)]) * relative
        near[j, i] = False
        uu, vv = u[near] - mean[0], v[near] - mean[1]
        sine = (dx[near] * vv - dy[near] * uu) / (np.hypot(dx, dy)[near] * np.hypot(uu, vv))
        result[j, i] = np.average(sine, weights=area[near])
    return result


@pytest.mark.parametrize("periodic", [(False, False), (True, False), (True, True)])
@pytest.mark.parametrize("relative", [False, True])
def test_gamma_is_its_definition(periodic, relative, rng):
    grid = make_grid(17, 14, stretched=True, periodic=periodic)
    flow = make_flow(grid, lambda x, y: 0 * x * y, lambda x, y: 0 * x * y)
    flow = replace(flow, u=rng.standard_normal(flow.u.shape), v=rng.standard_normal(flow.v.shape))
    values = (gamma2 if relative else gamma1)(flow, 0.4)
    np.testing.assert_allclose(values, slow_gamma(flow, 0.4, relative), atol=1e-12)


def test_gamma_in_closed_form():
    grid = Grid.uniform(41, 41, (-1, 1), (-1, 1))
    turning = make_flow(grid, lambda x, y: 0.5 - y, lambda x, y: x + 0.3)
    # Solid rotation is seen from everywhere in its own frame; Gamma-1 knows the centre only.
    np.testing.assert_allclose(gamma2(turning, 0.3)[10:31, 10:31], 1, atol=1e-12)
    centre = np.unravel_index(np.argmax(gamma1(turning, 0.3)), (41, 41))
    assert abs(grid.x[centre[1]] + 0.3) < 0.05 and abs(grid.y[centre[0]] - 0.5) < 0.05
    straining = make_flow(grid, lambda x, y: x, lambda x, y: -y)
    np.testing.assert_allclose(gamma2(straining, 0.3)[10:31, 10:31], 0, atol=1e-12)
    # Simple shear is the border, 2/pi, in the limit of many cells.
    shear = make_flow(grid, lambda x, y: y + 0 * x, lambda x, y: 0 * x * y)
    assert gamma2(shear, 0.6)[20, 20] == pytest.approx(-2 / np.pi, abs=0.01)


def test_gamma_beside_a_body_and_its_radius():
    grid = Grid.uniform(40, 40, (-1, 1), (-1, 1))
    flow = make_flow(grid, lambda x, y: -y, lambda x, y: x)
    flow = replace(flow, distance=circle(0.5, 0, 0.3)(*grid.mesh("node")))
    values = gamma2(flow, 0.2)
    assert np.isnan(values[20, 30]) and values[20, 10] == pytest.approx(1)
    for wrong in (0.01, -1.0):
        with pytest.raises(ConfigError, match="radius"):
            gamma1(flow, wrong)
    with pytest.raises(ConfigError, match="radius"):
        gamma1(taylor_green(16), 4.0)


def test_the_default_radius_fits_a_thin_periodic_box():
    grid = Grid.uniform(40, 4, (0, 1), (0, 0.01), True, True)
    still = Flow.of(grid, np.zeros(grid.shape("x-face")), np.zeros(grid.shape("y-face")))
    assert not gamma1(still).any()
