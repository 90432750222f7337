"""Where periodic sides meet nothing is special: a flow moved by half a period gives everything moved by as much, also
with a body across the seam."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from body_flows import circle
from numpy.testing import assert_allclose
from test_surface import Shape, Turning

from fluidgrad import fields
from fluidgrad.analysis import (
    critical_points,
    edge_lines,
    find_vortices,
    structure_tensor,
    surface,
    wall_points,
)
from fluidgrad.analysis.masking import drawable, visible
from fluidgrad.analysis.surfaces import outlines
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid
from fluidgrad.interpolation import at_points

N = 48
GRID = Grid.uniform(N, N, periodic_x=True, periodic_y=True)
NAMES = (
    "u",
    "p",
    "c",
    "vorticity",
    "okubo_weiss",
    "gamma1",
    "dp_dx",
    "grad_c",
    "laplacian_p",
    "sobel_vorticity",
)


def moved(shift, corner=False):
    """Vortices and a disc in the middle of the box, moved by ``shift`` along x, or along both axes."""
    shift_y = shift if corner else 0.0

    def on(location, function):
        x, y = GRID.mesh(location)
        return function(2 * np.pi * (x - shift), 2 * np.pi * (y - shift_y))

    u = on("x-face", lambda x, y: np.sin(x) * np.cos(y) + 0.3 * np.cos(2 * x + y))
    v = on("y-face", lambda x, y: -np.cos(x) * np.sin(y))
    p = on("centre", lambda x, y: np.cos(x) * np.cos(y) + 0.2 * np.sin(2 * x))
    distance = on(
        "node",
        lambda x, y: (
            np.hypot(*(np.angle(np.exp(1j * (q - np.pi))) / (2 * np.pi) for q in (x + 0.3, y - 0.1))) - 0.2
        ),
    )
    return Flow.of(GRID, u, v, p, distance=distance, scalars={"c": p**2})


def rolled(values, corner):
    """Values moved by half a period, without the copies on the far sides."""
    steps = (N // 2, N // 2) if corner else (0, N // 2)
    return np.roll(values[:N, :N], steps, (0, 1))


def shifted_places(points, corner):
    """Places less the half period, in whole thousandths around the box, with the kind."""
    return sorted(
        (round((one.x - 0.5) * 1000) % 1000, round((one.y - 0.5 * corner) * 1000) % 1000, one.kind)
        for one in points
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("corner", [False, True])
def test_fields_and_what_is_drawn_of_them(name, corner):
    here, there = moved(0.0), moved(0.5, corner)
    field = fields.lookup(name, here.scalar_units)
    # Deep in the body drawable values are the mean of all; only those that interpolation needs are compared.
    near = fields.distance_at(here, field.location)[:N, :N] > -2.5 / N
    for values in (visible, drawable):
        a, b = rolled(values(here, field), corner), values(there, field)[:N, :N]
        beside = rolled(near, corner)
        assert_allclose(b[beside], a[beside], atol=1e-9 * np.nanmax(np.abs(a)))


@pytest.mark.parametrize("corner", [False, True])
def test_walls_and_what_begins_and_ends_there(corner):
    here, there = moved(0.0), moved(0.5, corner)
    (line,), (other,) = outlines(here), outlines(there)
    assert_allclose(other, line + np.array([0.5, 0.5 * corner]), atol=1e-9)
    found = wall_points(here)
    assert len(found) >= 2
    assert shifted_places(wall_points(there), corner) == shifted_places_of(found)
    assert all(0 <= one.x < 1 and 0 <= one.y < 1 for one in wall_points(there))


def shifted_places_of(points):
    return sorted((round(one.x * 1000) % 1000, round(one.y * 1000) % 1000, one.kind) for one in points)


@pytest.mark.parametrize("field", ["velocity", "p", "c"])
def test_critical_points(field):
    found = critical_points(moved(0.0), field)
    assert len(found) >= 6
    assert shifted_places(critical_points(moved(0.5), field), False) == shifted_places_of(found)


def test_vortices_edges_and_textures():
    here, there = moved(0.0), moved(0.5, True)
    a, b = (sorted(one.circulation for one in find_vortices(flow)) for flow in (here, there))
    assert len(a) == len(b) > 2
    assert_allclose(a, b, rtol=1e-9)
    seen = [np.where(fields.solid_mask(flow, "centre"), np.nan, flow.p) for flow in (here, there)]
    lengths = [sum(np.hypot(*np.diff(line, axis=0).T).sum() for line in edge_lines(p, GRID)) for p in seen]
    assert lengths[0] > 4 and lengths[1] == pytest.approx(lengths[0], rel=1e-6)
    textures = [structure_tensor(p, GRID) for p in seen]
    for one, other in zip(*textures, strict=True):
        assert_allclose(other, rolled(one, True), atol=1e-9)


def test_a_turning_disc_across_the_corner_of_the_box():
    """The columns of its wall, where its motion knows it whole periods away from the domain."""

    def swirl(x0, y0):
        def near(q):
            return (q + 0.5) % 1 - 0.5

        u = -2.0 * near(GRID.mesh("x-face")[1] - y0) * np.ones(N + 1)
        v = 2.0 * near(GRID.mesh("y-face")[0] - x0) * np.ones((N + 1, 1))
        px, py = (near(q - q0) for q, q0 in zip(GRID.mesh("node"), (x0, y0), strict=True))
        cx, cy = (near(q - q0) for q, q0 in zip(GRID.mesh("centre"), (x0, y0), strict=True))
        flow = Flow.of(GRID, u, v, cx * cy)
        return replace(flow, distance=np.hypot(px, py) - 0.3)

    def disc(x0, y0):
        return Shape("disc", circle(x0, y0, 0.3), Turning(x0, y0, 2.0))

    whole = surface(swirl(0.5, 0.5), 0.1, [disc(0.5, 0.5)])
    across = surface(swirl(0.0, 0.0), 0.1, [Shape("far", circle(0.4, 0.4, 0.02), Turning()), disc(3.0, -2.0)])
    assert set(across["body"]) == {"disc"}
    assert np.abs(across["shear"]).max() < 1e-9, "it turns with the fluid"
    for name in ("s", "angle", "cp", "shear"):
        assert_allclose(across[name], whole[name], atol=1e-8)
    assert_allclose(np.cos(2 * np.pi * (across["x"] - whole["x"])), -1, atol=1e-9)
    assert (across["x"] >= 0).all() and (across["x"] <= 1).all()


def test_a_wall_that_goes_all_along_the_box_is_there_once():
    grid = Grid.uniform(40, 40, periodic_x=True)
    x, y = grid.mesh("node")
    distance = y - 0.3 - 0.05 * np.sin(2 * np.pi * x)
    flow = replace(
        Flow.of(grid, *(np.zeros(grid.shape(at)) for at in ("x-face", "y-face"))), distance=distance
    )
    (line,) = outlines(flow)
    assert np.ptp(line[:, 0]) == pytest.approx(1.0) and np.ptp(line[:, 1]) == pytest.approx(0.1, rel=0.01)


@pytest.mark.parametrize("location", ["centre", "x-face", "y-face", "node"])
def test_interpolation_goes_on_for_ever(location, rng):
    values = np.sin(2 * np.pi * (GRID.mesh(location)[0] + 2 * GRID.mesh(location)[1]))
    x, y = rng.uniform(0, 1, (2, 50))
    once = at_points(GRID, location, values, x, y)
    assert_allclose(at_points(GRID, location, values, x - 3, y + 2), once, atol=1e-12)
