"""Separation and reattachment on sides and bodies, against closed forms and a computed step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from body_flows import circle
from exact_flows import make_flow, make_grid
from test_surface import Shape, Turning

from fluidgrad.analysis import wall_points
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid

LENGTH, SEPARATES, ATTACHES = 6.0, 1.3, 4.1


def bubble(nx, ny, wall="bottom", stretched=False):
    """A bubble of reversed flow on one wall: psi = y^2/2*(a(x) + b y/3), a = (x - 1.3)(x - 4.1)/4, b = 2.5."""
    grid = make_grid(nx, ny, stretched, ends=((0, LENGTH), (0, 1)))
    flow = make_flow(
        grid,
        lambda x, y: y * (x - SEPARATES) * (x - ATTACHES) / 4 + 1.25 * y**2,
        lambda x, y: -(y**2) / 2 * (2 * x - SEPARATES - ATTACHES) / 4,
    )
    u, v, x_f, y_f = flow.u, flow.v, grid.x_f, grid.y_f
    sides = {"u_bottom": 0.0, "u_top": flow.u_top}
    if wall == "top":
        u, v, y_f = u[::-1], -v[::-1], 1 - y_f[::-1]
        sides = {"u_bottom": sides["u_top"], "u_top": 0.0}
    if wall in ("left", "right"):
        # Mirrored at the diagonal, and then from left to right.
        u, v, x_f, y_f = v.T, u.T, y_f, x_f
        sides = {"v_left": 0.0, "v_right": sides["u_top"]}
        if wall == "right":
            u, v, x_f = -u[:, ::-1], v[:, ::-1], 1 - x_f[::-1]
            sides = {"v_left": sides["v_right"], "v_right": 0.0}
    return Flow.of(Grid(x_f, y_f), u, v, sides=sides)


@pytest.mark.parametrize("wall", ["bottom", "top", "left", "right"])
@pytest.mark.parametrize("stretched", [False, True])
def test_a_bubble_on_each_side(wall, stretched):
    points = wall_points(bubble(90, 40, wall, stretched))
    assert [(p.kind, p.wall) for p in points] == [("separation", wall), ("reattachment", wall)]
    for point, along in zip(points, (SEPARATES, ATTACHES), strict=True):
        place = (point.x, point.y) if wall in ("bottom", "top") else (point.y, point.x)
        assert place == pytest.approx((along, float(wall in ("top", "right"))), abs=5e-3)
        # The streamline psi = 0 beside the wall: y = -3 a/b, of slope -3 a'/b with a' = -+0.7.
        off_wall = np.dot(point.normal, point.direction)
        assert off_wall > 0
        assert off_wall / np.sqrt(1 - off_wall**2) == pytest.approx(3 * 0.7 / 2.5, rel=0.04)


def test_second_order_where_the_shear_is_no_polynomial():
    def flow(n):
        grid = Grid.uniform(n + 1, n, (0, 2), (0, 1))
        return make_flow(
            grid,
            lambda x, y: np.sinh(y) * np.cos(x + 0.3 + y) * np.exp(y),
            lambda x, y: 0.0 * x * y,
        )

    errors = [abs(wall_points(flow(n))[0].x - (np.pi / 2 - 0.3)) for n in (20, 40, 80)]
    assert errors[-1] < 1e-3 and np.log2(errors[0] / errors[-1]) / 2 > 1.7


def test_what_is_no_wall_at_rest():
    grid = Grid.uniform(40, 20, (0, 2 * np.pi), (0, 1))
    slip = make_flow(grid, lambda x, y: np.sin(x) + 0 * y, lambda x, y: -y * np.cos(x))
    assert wall_points(slip) == []
    blown = make_flow(grid, lambda x, y: y * np.sin(x), lambda x, y: 0.1 + 0 * x * y)
    assert wall_points(blown) == []


def test_noise_is_no_separation(rng):
    flow = bubble(90, 40)
    noisy = replace(flow, u=flow.u + 1e-4 * rng.standard_normal(flow.u.shape))
    assert len(wall_points(noisy, least=0.02)) == 2


def shear_around(n, rate=0.0):
    """Fluid beside a circle that slides along it by sin(2 angle): four points, separation and reattachment in turn."""
    grid = Grid.uniform(n, n, (-1, 1), (-1, 1))
    wall = circle(0.1, 0, 0.5)

    def about(x, y):
        distance = np.maximum(wall(x, y), 0)
        angle = np.arctan2(y, x - 0.1)
        return rate + distance * np.sin(2 * angle) / np.maximum(np.hypot(x - 0.1, y), 1e-9)

    flow = make_flow(grid, lambda x, y: -y * about(x, y), lambda x, y: (x - 0.1) * about(x, y))
    return replace(flow, distance=wall(*grid.mesh("node"))), wall


@pytest.mark.parametrize("rate", [0.0, 1.5])
def test_around_a_body_at_rest_or_turning(rate):
    flow, wall = shear_around(80, rate)
    body = Shape("cylinder", wall, Turning(0.1, 0.0, rate))
    points = wall_points(flow, bodies=[body] if rate else ())
    assert len(points) == 4 and {p.wall for p in points} == {"cylinder" if rate else "body"}
    for point in points:
        angle = np.degrees(np.arctan2(point.y, point.x - 0.1)) % 360
        nearest = min((0, 90, 180, 270, 360), key=lambda exact: abs(exact - angle))
        assert angle == pytest.approx(nearest, abs=1.5)
        # The slope sin(2 angle) falls through zero, anticlockwise, at 90 and 270 degrees.
        assert point.kind == ("separation" if nearest in (90, 270) else "reattachment")
        assert point.normal == pytest.approx((np.cos(np.radians(angle)), np.sin(np.radians(angle))), abs=0.05)


@pytest.mark.long
def test_reattachment_behind_a_step():
    """At Re = 100, made with the mean inlet speed and twice the height of the inlet, the eddy behind a step of half the
    channel's height is about three step heights long (Armaly et al. 1983)."""
    from setups import advance, simulation, walls

    inlet = {"type": "inflow", "normal": "where(y > 0, 24*y*(0.5 - y), 0)"}
    sides = walls(left=inlet, right={"type": "outflow"})
    sim = simulation((160, 32), sides, x=(0, 5), y=(-0.5, 0.5), nu=0.01, end=30.0)
    points = wall_points(advance(sim, 30.0).flow())
    (reattached,) = (p for p in points if p.wall == "bottom" and p.kind == "reattachment" and p.x > 0.5)
    assert 2.5 < reattached.x / 0.5 < 3.5
