"""Shapes of bodies: signed distances against exact ones, densely sampled walls and published outlines."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from fluidgrad.errors import ShapeError
from fluidgrad.shapes import SHAPES, shape_of
from fluidgrad.shapes.base import Difference, Intersection, Outside, Union
from fluidgrad.shapes.lines import Polygon, Segments, first_crossing, zero_line
from fluidgrad.shapes.outlines import (
    Contour,
    Outline,
    aerofoil,
    constriction,
    naca_thickness,
    regular_polygon,
)
from fluidgrad.shapes.simple import Circle, Ellipse, HalfPlane, Rectangle

RANDOM = np.random.default_rng(5)
X, Y = RANDOM.uniform(-1.5, 1.5, (2, 400))
DOMAIN = SimpleNamespace(x=(-1.5, 1.5), y=(-1.5, 1.5), cells=(128, 128))
STAR = np.array([[0.0, 1.0], [-0.2, 0.2], [-1.0, 0.1], [-0.3, -0.2], [-0.5, -1.0], [0.1, -0.3], [0.9, -0.4]])


def ellipse_wall(a, b, angle, n=200_000):
    at = np.linspace(0.0, 2.0 * np.pi, n, endpoint=False)
    cos, sin = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    x, y = a * np.cos(at), b * np.sin(at)
    return np.column_stack([cos * x - sin * y, sin * x + cos * y])


def along(points, n=40_000):
    """Points on a closed line through corners, n on every edge."""
    s = np.arange(n)[:, None] / n
    ends = np.roll(points, -1, axis=0)
    return np.concatenate([a + s * (b - a) for a, b in zip(points, ends, strict=True)])


def to_points(wall, x, y):
    """Distances of points to the nearest one of many on a wall, by trying all."""
    return np.array([np.hypot(wall[:, 0] - px, wall[:, 1] - py).min() for px, py in zip(x, y, strict=True)])


def inside(points, x, y):
    """Even-odd rule, by the crossings of a ray along +x."""
    odd = np.zeros(x.shape, dtype=bool)
    for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, axis=0), strict=True):
        with np.errstate(divide="ignore", invalid="ignore"):
            crossing = x0 + (y - y0) * (x1 - x0) / (y1 - y0)
        odd ^= ((y0 <= y) != (y1 <= y)) & (x < crossing)
    return odd


@pytest.mark.parametrize("axes", [(1.0, 0.3), (0.2, 0.9), (0.7, 0.7), (1.2, 0.01)])
@pytest.mark.parametrize("angle", [0.0, 33.0])
def test_an_ellipse_against_many_points_on_it(axes, angle):
    shape = Ellipse((0.0, 0.0), axes, angle)
    distance = shape.distance(X[:100], Y[:100])
    wall = ellipse_wall(*axes, angle)
    np.testing.assert_allclose(np.abs(distance), to_points(wall, X[:100], Y[:100]), atol=1e-7)
    assert np.array_equal(distance < 0, inside(wall[::100], X[:100], Y[:100]))


def test_an_ellipse_on_its_axes_and_at_its_centre():
    shape = Ellipse((0.0, 0.0), (2.0, 1.0))
    np.testing.assert_allclose(
        shape.distance([0.0, 3.0, 0.0, 2.0], [0.0, 0.0, 2.0, 0.0]), [-1, 1, 1, 0], atol=1e-14
    )
    # between the centres of curvature at x = 1.5 the foot is at (4x/3, sqrt(1 - 4x^2/9))
    x = np.linspace(0.0, 1.5, 7)
    np.testing.assert_allclose(shape.distance(x, 0.0), -np.sqrt(1.0 - x**2 / 3.0), rtol=1e-12)
    np.testing.assert_allclose(
        shape.distance(np.linspace(1.5, 2, 5), 0.0), np.linspace(-0.5, 0.0, 5), atol=1e-14
    )


def test_a_round_ellipse_is_a_circle():
    circle, ellipse = Circle((0.1, 0.2), 0.5), Ellipse((0.1, 0.2), (0.5, 0.5), 10.0)
    np.testing.assert_allclose(ellipse.distance(X, Y), circle.distance(X, Y), atol=1e-14)


def test_a_rectangle_is_the_polygon_through_its_corners():
    corners = np.array([[-0.5, -0.2], [0.5, -0.2], [0.5, 0.2], [-0.5, 0.2]])
    turn = np.deg2rad(25.0)
    turned = corners @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    shape = Rectangle((0.3, -0.1), 1.0, 0.4, 25.0)
    np.testing.assert_allclose(
        shape.distance(X, Y), Outline(turned + np.array([0.3, -0.1])).distance(X, Y), atol=1e-14
    )


@pytest.mark.parametrize("points", [STAR, STAR[::-1], np.array([[0.0, 0.0], [1.0, 0.0], [0.9, 0.01]])])
def test_a_polygon_against_many_points_on_it_and_the_even_odd_rule(points):
    distance = Outline(points).distance(X, Y)
    np.testing.assert_allclose(np.abs(distance), to_points(along(points, 4000), X, Y), atol=1e-5)
    assert np.array_equal(distance < 0, inside(points, X, Y))


def test_sorting_out_segments_leaves_out_none_that_counts():
    """Many points against many segments, with the search by halves and by trying all."""
    a = RANDOM.uniform(-1, 1, (300, 2))
    segments = Segments(a, a + RANDOM.normal(0, 0.1, a.shape))
    x, y = RANDOM.uniform(-1.5, 1.5, (2, 3000))
    found, number, where = segments.nearest(x, y)
    p = np.column_stack([x, y])[:, None] - segments.start
    t = np.clip((p * segments.along).sum(-1) / (segments.along**2).sum(-1), 0, 1)
    every = np.hypot(*np.moveaxis(p - t[..., None] * segments.along, -1, 0))
    np.testing.assert_allclose(found, every.min(axis=1), rtol=1e-12, atol=1e-15)
    foot = segments.start[number] + where[:, None] * segments.along[number]
    np.testing.assert_allclose(np.hypot(x - foot[:, 0], y - foot[:, 1]), found, rtol=1e-12, atol=1e-15)


def test_a_regular_polygon():
    shape = regular_polygon((0.2, 0.1), 0.5, 6, 30.0)
    assert shape.distance(0.2, 0.1) == pytest.approx(-0.5 * np.cos(np.pi / 6))
    at = np.deg2rad(30.0 + 60.0 * np.arange(6))
    np.testing.assert_allclose(
        shape.distance(0.2 + 0.5 * np.cos(at), 0.1 + 0.5 * np.sin(at)), 0.0, atol=1e-15
    )
    assert shape.centre == (0.2, 0.1)


def test_a_half_plane_is_solid_behind_its_normal():
    wall = HalfPlane((0.0, 0.5), 90.0)
    np.testing.assert_allclose(wall.distance(X, Y), Y - 0.5, atol=1e-15)
    oblique = HalfPlane((1.0, 0.0), 30.0)
    assert oblique.distance(1.0 + np.cos(np.pi / 6), 0.5) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("side", "crest"), [("bottom", (0.2, -1.2)), ("top", (0.2, 1.2)), ("left", (-1.2, 0.2))]
)
def test_a_constriction_has_its_crest_and_its_feet_on_the_side(side, crest):
    bump = constriction(side, 0.2, 0.8, 0.3, ((-1.5, 1.5), (-1.5, 1.5)))
    assert bump.distance(*crest) == pytest.approx(0.0, abs=1e-15)
    s = np.array([-0.4, -0.2, 0.0, 0.3])
    height = 0.15 * (1.0 + np.cos(2 * np.pi * s / 0.8))
    inwards = (height - 1.5) * (-1 if side == "top" else 1)
    x, y = (inwards, 0.2 + s) if side == "left" else (0.2 + s, inwards)
    np.testing.assert_allclose(bump.distance(x, y), 0.0, atol=1e-5)
    centre = {"bottom": (0.2, -1.5), "top": (0.2, 1.5), "left": (-1.5, 0.2)}[side]
    assert bump.centre == centre
    assert bump.thickness == 0.3
    assert bump.distance(*centre) < 0 < bump.distance(-1.5, -1.5)


# x/c and y/c in per cent of the NACA 0012, from Abbott & von Doenhoff (1959), Theory of Wing Sections, appendix III
NACA_0012 = [
    (1.25, 1.894),
    (5, 3.555),
    (10, 4.683),
    (20, 5.737),
    (30, 6.002),
    (50, 5.294),
    (70, 3.664),
    (90, 1.448),
]


def test_an_aerofoil_has_the_published_thickness():
    x, y = np.array(NACA_0012).T / 100
    # the closed trailing edge takes 0.0021 x^4 off half the thickness over its ratio
    assert (np.abs(0.6 * naca_thickness(x) - y) <= 0.6 * 0.0021 * x**4 + 1e-5).all()
    assert naca_thickness(1.0) == pytest.approx(0.0, abs=1e-16)
    wing = aerofoil("0012", (0.0, 0.0), 1.0, 0.0)
    for sign in (-1, 1):
        np.testing.assert_allclose(wing.distance(x, sign * 0.6 * naca_thickness(x)), 0.0, atol=5e-6)
    # the slope of the wall is f'(x); just beside it the distance is the height over sqrt(1 + f'^2)
    assert wing.distance(0.3, 0.0) == pytest.approx(-0.06, rel=1e-3)


def test_a_cambered_aerofoil_has_its_camber():
    wing = aerofoil("4415", (0.0, 0.0), 1.0, 0.0)
    y = np.linspace(-0.2, 0.3, 100_001)
    solid = y[wing.distance(np.full_like(y, 0.4), y) < 0]
    assert solid.mean() == pytest.approx(0.04, abs=2e-5)
    assert np.ptp(solid) == pytest.approx(2 * 0.75 * naca_thickness(0.4), abs=2e-5)
    assert wing.thickness == 0.15


def test_an_aerofoil_at_an_angle_of_attack_has_its_nose_up():
    wing = aerofoil("0012", (1.0, 2.0), 0.5, 10.0)
    tail = np.array([1.0 + 0.5 * np.cos(np.deg2rad(10)), 2.0 - 0.5 * np.sin(np.deg2rad(10))])
    np.testing.assert_allclose(wing.distance(*tail), 0.0, atol=1e-15)
    np.testing.assert_allclose(wing.distance(1.0, 2.0), 0.0, atol=1e-15)
    np.testing.assert_allclose(wing.centre, [1.0, 2.0] + 0.25 * (tail - [1.0, 2.0]))
    level = aerofoil("0012", (0.0, 0.0), 0.5, 0.0).distance(X, Y)
    cos, sin = np.cos(np.deg2rad(10)), np.sin(np.deg2rad(10))
    np.testing.assert_allclose(wing.distance(1 + cos * X + sin * Y, 2 + cos * Y - sin * X), level, atol=1e-13)


@pytest.mark.parametrize("digits", ["001", "00123", "0000", "2012", "00a2", ""])
def test_digits_of_no_aerofoil_are_refused(digits):
    with pytest.raises(ShapeError, match="four digits"):
        aerofoil(digits, (0.0, 0.0), 1.0, 0.0)


def formula(text, cells=128, **more):
    table = SimpleNamespace(shape="formula", distance=text, outside=False)
    return shape_of(table, SimpleNamespace(x=(-1.5, 1.5), y=(-1.5, 1.5), cells=(cells, cells)), **more)


def test_a_formula_becomes_a_distance():
    """The zero line is right to second order, whatever the formula is away from it."""
    exact = Ellipse((0.1, 0.0), (0.8, 0.4), 0.0)
    wall = ellipse_wall(0.8, 0.4, 0.0, 300) + np.array([0.1, 0.0])
    errors = []
    for cells in (128, 256):
        shape = formula("exp(3*(((x - shift)/0.8)^2 + (y/0.4)^2 - 1)) - 1", cells, constants={"shift": 0.1})
        errors.append(np.abs(shape.distance(*wall.T)).max())
        np.testing.assert_allclose(shape.distance(X, Y), exact.distance(X, Y), atol=2 * errors[-1])
    assert errors[0] < 5e-5
    assert np.log2(errors[0] / errors[1]) > 1.8
    np.testing.assert_allclose(shape.centre, [0.1, 0.0], atol=1e-3)
    assert shape.thickness == pytest.approx(0.8, rel=1e-3)
    np.testing.assert_allclose(shape.box, exact.box + np.array([0.1 - 0.1] * 4), atol=1e-4)


def test_a_formula_with_corners_several_parts_and_gaps():
    squares = formula("max(abs(abs(x) - 0.7), abs(y)) - 0.3")
    exact = Union((Rectangle((-0.7, 0.0), 0.6, 0.6), Rectangle((0.7, 0.0), 0.6, 0.6)))
    np.testing.assert_allclose(squares.distance(X, Y), exact.distance(X, Y), atol=0.01)
    ring = formula("abs(hypot(x, y) - 0.7) - 0.2")
    np.testing.assert_allclose(ring.distance(X, Y), np.abs(np.hypot(X, Y) - 0.7) - 0.2, atol=1e-4)
    half = formula("0.3 - y")  # reaches beyond the domain
    np.testing.assert_allclose(half.distance(0.0, Y), 0.3 - Y, atol=1e-12)
    assert half.reach == np.inf


def test_a_formula_that_is_not_finite_somewhere():
    shape = formula("log(hypot(x, y)/0.5)")
    np.testing.assert_allclose(shape.distance(X, Y), np.hypot(X, Y) - 0.5, atol=5e-5)


def test_a_formula_without_a_zero_is_refused():
    with pytest.raises(ShapeError, match="nowhere zero"):
        formula("1 + x^2")


def test_the_zero_line_of_a_saddle_follows_the_mean_of_its_corners():
    x = np.array([-1.0, 1.0])
    for shift, joined in ((-0.1, True), (0.1, False)):
        line = zero_line(lambda x, y, shift=shift: x * y + shift, x, x, 0)
        assert line.start.shape == (2, 2)
        middles = 0.5 * (line.start + line.end)  # lines beside the solid diagonal, or around its corners
        assert (middles.prod(axis=1) > 0).all() == joined


SMOOTH = {
    "circle": Circle((0.1, 0.2), 0.6),
    "ellipse": Ellipse((0.1, 0.2), (0.9, 0.4), 20.0),
    "rectangle": Rectangle((0.1, 0.2), 0.9, 0.4, 20.0),
    "polygon": Outline(STAR),
    "naca": aerofoil("2412", (-0.8, 0.2), 1.5, 8.0),
    "half-plane": HalfPlane((0.1, 0.2), 50.0),
    "constriction": constriction("right", 0.0, 1.0, 0.5, ((-1.5, 1.5), (-1.5, 1.5))),
    "formula": formula("x^2 + 2*y^2 - 0.5"),
    "outside": Outside(Rectangle((0.1, 0.2), 0.9, 0.4, 20.0)),
    "union": Union((Circle((0.5, 0.0), 0.4), Circle((-0.2, 0.0), 0.5))),
    "intersection": Intersection((Circle((0.5, 0.0), 0.6), Circle((-0.2, 0.0), 0.5))),
    "difference": Difference((Circle((0.5, 0.0), 0.6), Circle((-0.2, 0.0), 0.5))),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_the_gradient_of_a_distance_has_length_one(name):
    """Everywhere but on the lines of equal distance from two parts of the wall."""
    distance, h = SMOOTH[name].distance, 1e-6
    gx = (distance(X + h, Y) - distance(X - h, Y)) / (2 * h)
    gy = (distance(X, Y + h) - distance(X, Y - h)) / (2 * h)
    length = np.hypot(gx, gy)
    assert np.median(np.abs(length - 1.0)) < 1e-8
    assert np.mean(np.abs(length - 1.0) < 1e-6) > 0.98


@pytest.mark.parametrize("name", SMOOTH)
def test_arrays_broadcast_and_points_alone_give_the_same(name):
    shape = SMOOTH[name]
    x, y = np.linspace(-1, 1, 7)[None, :], np.linspace(-1, 1, 5)[:, None]
    block = shape.distance(x, y)
    assert block.shape == (5, 7)
    assert float(shape.distance(x[0, 3], y[2, 0])) == pytest.approx(float(block[2, 3]), abs=1e-14)
    assert np.all(shape.distance(np.empty(0), np.empty(0)).shape == (0,))


@pytest.mark.parametrize("name", SMOOTH)
def test_the_box_and_the_reach_hold_all_of_a_shape(name):
    shape = SMOOTH[name]
    left, right, low, high = shape.box
    solid = shape.distance(X, Y) < 0
    x, y = X[solid], Y[solid]
    assert (left <= x).all() and (x <= right).all() and (low <= y).all() and (y <= high).all()
    assert (np.hypot(x - shape.centre[0], y - shape.centre[1]) <= shape.reach).all()


def test_combinations_are_those_of_sets():
    a, b = Circle((0.3, 0.0), 0.6), Rectangle((-0.2, 0.1), 1.0, 0.7, 10.0)
    in_a, in_b = a.distance(X, Y) < 0, b.distance(X, Y) < 0
    for shape, expected in (
        (Union((a, b)), in_a | in_b),
        (Intersection((a, b)), in_a & in_b),
        (Difference((a, b)), in_a & ~in_b),
        (Outside(a), ~in_a),
    ):
        assert np.array_equal(shape.distance(X, Y) < 0, expected)


def test_thickness_is_the_largest_circle_within():
    assert Circle((0, 0), 0.3).thickness == 0.6
    assert Ellipse((0, 0), (0.3, 0.1), 20.0).thickness == 0.2
    assert Rectangle((0, 0), 0.3, 0.1, 20.0).thickness == 0.1
    assert regular_polygon((0, 0), 1.0, 4, 0.0).thickness == pytest.approx(np.sqrt(2))
    triangle = Outline(np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 4.0]]))
    assert triangle.thickness == pytest.approx(2.0, rel=1e-3)
    assert triangle.centre == pytest.approx((1.0, 4.0 / 3.0))
    assert HalfPlane((0, 0), 0.0).thickness == np.inf
    plate = Rectangle((0, 0), 1.0, 0.02)
    assert Union((Circle((0, 0), 0.3), plate)).thickness == 0.02
    ring = Difference((Circle((0, 0), 0.5), Circle((0, 0), 0.4)))
    assert ring.thickness == pytest.approx(0.1, rel=1e-2)
    strip = Intersection((HalfPlane((0.0, 0.1), 90.0), Rectangle((0, 0), 1.0, 1.0)))
    assert strip.thickness == pytest.approx(0.6, rel=1e-2)
    apart = Intersection((Circle((0, 0), 0.3), Circle((1, 0), 0.3)))
    assert apart.thickness == 0.0


def test_what_is_round():
    circle = Circle((0.1, 0.2), 0.5)
    assert circle.round_about((0.1, 0.2))
    assert not circle.round_about((0.1, 0.21))
    assert Outside(circle).round_about((0.1, 0.2))
    assert Ellipse((0.1, 0.2), (0.5, 0.5), 3.0).round_about((0.1, 0.2))
    assert not Ellipse((0.1, 0.2), (0.5, 0.4), 3.0).round_about((0.1, 0.2))
    assert Difference((circle, Circle((0.1, 0.2), 0.3))).round_about((0.1, 0.2))
    assert not Difference((circle, Circle((0.1, 0.3), 0.3))).round_about((0.1, 0.2))
    assert not any(
        SMOOTH[name].round_about(SMOOTH[name].centre) for name in ("naca", "rectangle", "half-plane")
    )


def test_crossing_edges_of_polygons():
    square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    assert first_crossing(square) is None
    assert first_crossing(STAR) is None
    assert first_crossing(square[[0, 1, 3, 2]]) == (1, 3)
    assert first_crossing(np.array([[0, 0], [2, 0], [2, 1], [1, 0], [0, 1]], dtype=float)) == (
        0,
        2,
    )  # touches
    assert first_crossing(np.array([[0, 0], [2, 0], [1, 0], [1, 1]], dtype=float)) == (0, 1)  # turns back
    assert first_crossing(np.array([[0, 0], [1, 0], [2, 0], [1, 1]], dtype=float)) is None  # goes straight on
    assert Polygon(square).area == Polygon(square[::-1]).area == 1.0


def test_a_contour_needs_a_wall():
    x = np.linspace(0.0, 1.0, 9)
    with pytest.raises(ShapeError, match="no wall"):
        Contour(lambda x, y: 1.0 + x + y, x, x, 0)


def test_every_shape_of_a_configuration_has_a_builder():
    from fluidgrad.config.bodies import Body
    from fluidgrad.config.outline import tables_in, tag_of

    assert [tag_of(table)[1] for table in tables_in(Body)] == list(SHAPES)
