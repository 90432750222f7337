"""Derived fields: exact on polynomials, discrete identities, order of accuracy, periodic wrap."""

from __future__ import annotations

import numpy as np
import pytest
from exact_flows import from_streamfunction, make_flow, make_grid, stretched_faces
from hypothesis import given, settings
from hypothesis import strategies as st

from fluidgrad.errors import ConfigError
from fluidgrad.fields import FIELDS, at_centres, compute, gradient_at_centres, lookup, velocity_at_centres
from fluidgrad.flow import Flow
from fluidgrad.grid import LOCATIONS, Grid


def exact(name):
    """u = 1 + 2x + 3y + xy, v = 2 - x - 2y + xy, p = 1 + x - 2y + x y + x^2 + 3 y^2."""
    return {
        "u": lambda x, y: 1 + 2 * x + 3 * y + x * y,
        "v": lambda x, y: 2 - x - 2 * y + x * y,
        "p": lambda x, y: 1 + x - 2 * y + x * y + x**2 + 3 * y**2,
        "du_dx": lambda x, y: 2 + y + 0 * x,
        "du_dy": lambda x, y: 3 + x + 0 * y,
        "dv_dx": lambda x, y: -1 + y + 0 * x,
        "dv_dy": lambda x, y: -2 + x + 0 * y,
        "divergence": lambda x, y: x + y,
        "vorticity": lambda x, y: -4 + y - x,
        "dp_dx": lambda x, y: 1 + y + 2 * x,
        "dp_dy": lambda x, y: -2 + x + 6 * y,
    }[name]


def test_every_name_has_a_field_and_every_field_a_name():
    for name, field in FIELDS.items():
        assert field.name == name
        assert field.location in LOCATIONS
        assert field.units and field.long_name and field.symbol and field.formula


@pytest.mark.parametrize("name", sorted(FIELDS))
@pytest.mark.parametrize("periodic", [(False, False), (True, True)])
def test_shapes(name, periodic):
    grid = make_grid(6, 5, periodic=periodic)
    flow = make_flow(grid, lambda x, y: 1 + 0 * x * y, lambda x, y: 0 * x * y)
    assert compute(flow, name).shape == grid.shape(FIELDS[name].location)
    assert at_centres(flow, name).shape == grid.shape("centre")
    assert all(g.shape == grid.shape("centre") for g in gradient_at_centres(flow, name))


def test_unknown_field_names_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'vorticity'"):
        lookup("vortcity")
    with pytest.raises(ConfigError, match="streamfunction"):
        lookup("qqq")


@pytest.mark.parametrize("stretched", [False, True])
@pytest.mark.parametrize("name", ["du_dx", "du_dy", "dv_dx", "dv_dy", "divergence", "vorticity"])
def test_bilinear_velocity_differentiates_exactly_sides_included(name, stretched):
    grid = make_grid(7, 9, stretched)
    flow = make_flow(grid, exact("u"), exact("v"))
    want = exact(name)(*grid.mesh(FIELDS[name].location))
    np.testing.assert_allclose(compute(flow, name), want, atol=1e-12)


@pytest.mark.parametrize("name", ["dp_dx", "dp_dy"])
def test_quadratic_pressure_has_an_exact_gradient_sides_included(name):
    grid = make_grid(7, 9)
    flow = make_flow(grid, exact("u"), exact("v"), exact("p"))
    want = exact(name)(*grid.mesh(FIELDS[name].location))
    np.testing.assert_allclose(compute(flow, name), want, atol=1e-11)


@pytest.mark.parametrize("cells", [2, 3])
def test_linear_pressure_on_the_smallest_grids(cells):
    grid = make_grid(cells, cells, stretched=True)
    flow = make_flow(grid, exact("u"), exact("v"), lambda x, y: 3 * x - 2 * y)
    np.testing.assert_allclose(compute(flow, "dp_dx"), 3, atol=1e-12)
    np.testing.assert_allclose(compute(flow, "dp_dy"), -2, atol=1e-12)


@pytest.mark.parametrize("stretched", [False, True])
def test_gradient_at_centres_of_polynomials(stretched):
    grid = make_grid(8, 6, stretched)
    flow = make_flow(grid, exact("u"), exact("v"), exact("p"))
    x, y = grid.mesh("centre")
    for name, gx, gy in [
        ("p", 1 + y + 2 * x, -2 + x + 6 * y),
        ("u", 2 + y + 0 * x, 3 + x + 0 * y),
        ("v", -1 + y + 0 * x, -2 + x + 0 * y),
        ("vorticity", -1 + 0 * x * y, 1 + 0 * x * y),
    ]:
        got = gradient_at_centres(flow, name)
        np.testing.assert_allclose(got[0], gx, atol=1e-10, err_msg=name)
        np.testing.assert_allclose(got[1], gy, atol=1e-10, err_msg=name)


def test_centre_averages():
    grid = make_grid(5, 7, stretched=True)
    flow = make_flow(grid, exact("u"), exact("v"))
    x, y = grid.mesh("centre")
    u_c, v_c = velocity_at_centres(flow)
    np.testing.assert_allclose(u_c, exact("u")(x, y), atol=1e-13)
    np.testing.assert_allclose(v_c, exact("v")(x, y), atol=1e-13)
    np.testing.assert_allclose(compute(flow, "speed"), np.hypot(u_c, v_c), rtol=1e-14)
    np.testing.assert_allclose(at_centres(flow, "vorticity"), exact("vorticity")(x, y), atol=1e-12)


def test_kinetic_energy_integrates_to_the_energy_on_faces():
    grid = make_grid(6, 5, stretched=True)
    rng = np.random.default_rng(3)
    flow = from_streamfunction(grid, rng.standard_normal(grid.shape("node")))
    cells = (compute(flow, "kinetic_energy") * grid.dx * grid.dy[:, None]).sum()

    def halves(w):
        return 0.5 * (np.append(w, 0) + np.append(0, w))

    faces_u = (0.5 * flow.u**2 * halves(grid.dx) * grid.dy[:, None]).sum()
    faces_v = (0.5 * flow.v**2 * grid.dx * halves(grid.dy)[:, None]).sum()
    assert cells == pytest.approx(faces_u + faces_v, rel=1e-13)


@settings(max_examples=25, deadline=None)
@given(nx=st.integers(2, 12), ny=st.integers(2, 12), seed=st.integers(0, 99), stretched=st.booleans())
def test_streamfunction_gives_back_the_face_velocities(nx, ny, seed, stretched):
    grid = make_grid(nx, ny, stretched)
    psi = np.random.default_rng(seed).standard_normal(grid.shape("node"))
    flow = from_streamfunction(grid, psi)
    got = compute(flow, "streamfunction")
    assert got[0, 0] == 0
    np.testing.assert_allclose(got, psi - psi[0, 0], atol=1e-12)
    np.testing.assert_allclose(np.diff(got, axis=0) / grid.dy[:, None], flow.u, atol=1e-10)
    np.testing.assert_allclose(-np.diff(got, axis=1) / grid.dx, flow.v, atol=1e-10)


@settings(max_examples=25, deadline=None)
@given(nx=st.integers(2, 12), ny=st.integers(2, 12), seed=st.integers(0, 99), stretched=st.booleans())
def test_vorticity_integrates_to_the_circulation_of_the_sides(nx, ny, seed, stretched):
    grid = make_grid(nx, ny, stretched)
    rng = np.random.default_rng(seed)
    sides = [rng.standard_normal(n + 1) for n in (nx, nx, ny, ny)]
    arrays = [rng.standard_normal(grid.shape(loc)) for loc in ("x-face", "y-face", "centre")]
    flow = Flow(grid, 0.0, 0, *arrays, *sides)

    def around(w):
        return 0.5 * (np.append(w, 0) + np.append(0, w))

    wx, wy = around(grid.dx), around(grid.dy)
    total = (compute(flow, "vorticity") * wx * wy[:, None]).sum()
    bottom, top, left, right = sides
    circulation = ((bottom - top) * wx).sum() + ((right - left) * wy).sum()
    assert total == pytest.approx(circulation, abs=1e-11)


def test_vorticity_of_a_streamfunction_is_minus_its_laplacian():
    grid = make_grid(24, 18)
    dx, dy = grid.dx[0], grid.dy[0]
    psi = np.random.default_rng(0).standard_normal(grid.shape("node"))
    inner = compute(from_streamfunction(grid, psi), "vorticity")[1:-1, 1:-1]
    laplacian = (psi[1:-1, 2:] - 2 * psi[1:-1, 1:-1] + psi[1:-1, :-2]) / dx**2
    laplacian += (psi[2:, 1:-1] - 2 * psi[1:-1, 1:-1] + psi[:-2, 1:-1]) / dy**2
    np.testing.assert_allclose(inner, -laplacian, atol=1e-9)


@pytest.mark.parametrize("name", ["vorticity", "du_dy", "dv_dx", "dp_dx", "dp_dy"])
def test_periodic_wrap(name):
    grid = Grid(stretched_faces(10, (0, 1)), stretched_faces(8, (0, 2)), True, True)
    rng = np.random.default_rng(5)
    u, v, p = (rng.standard_normal(grid.shape(loc)) for loc in ("x-face", "y-face", "centre"))
    u[:, -1], v[-1] = u[:, 0], v[0]
    u_side, v_side = 0.5 * (u[0] + u[-1]), 0.5 * (v[:, 0] + v[:, -1])
    values = compute(Flow(grid, 0.0, 0, u, v, p, u_side, u_side, v_side, v_side), name)
    location = FIELDS[name].location
    if location in ("node", "y-face"):
        np.testing.assert_array_equal(values[0], values[-1])
    if location in ("node", "x-face"):
        np.testing.assert_array_equal(values[:, 0], values[:, -1])
    if name == "dp_dx":
        distance = 0.5 * (grid.dx[0] + grid.dx[-1])
        np.testing.assert_allclose(values[:, 0], (p[:, 0] - p[:, -1]) / distance)
    if name == "du_dy":
        distance = 0.5 * (grid.dy[0] + grid.dy[-1])
        np.testing.assert_allclose(values[0], (u[0] - u[-1]) / distance)


def taylor_green_error(n, name, stretched):
    """Maximum error of a field of the Taylor-Green vortex on a periodic box, 2 pi by 2 pi."""
    s = np.linspace(0, 2 * np.pi, n + 1)
    faces = s + 0.3 * np.sin(s) if stretched else s
    other = np.linspace(0, 2 * np.pi, 3 * n // 2 + 1)
    grid = Grid(faces, other, True, True)
    sin, cos = np.sin, np.cos
    flow = make_flow(
        grid,
        lambda x, y: cos(x) * sin(y),
        lambda x, y: -sin(x) * cos(y),
        lambda x, y: -(cos(2 * x) + cos(2 * y)) / 4,
    )
    solution = {
        "vorticity": lambda x, y: -2 * cos(x) * cos(y),
        "du_dx": lambda x, y: -sin(x) * sin(y),
        "dp_dx": lambda x, y: sin(2 * x) / 2 + 0 * y,
        "dp_dy": lambda x, y: sin(2 * y) / 2 + 0 * x,
        "kinetic_energy": lambda x, y: ((cos(x) * sin(y)) ** 2 + (sin(x) * cos(y)) ** 2) / 2,
    }
    if name == "gradient of vorticity":
        gx, gy = gradient_at_centres(flow, "vorticity")
        x, y = grid.mesh("centre")
        return max(abs(gx - 2 * sin(x) * cos(y)).max(), abs(gy - 2 * cos(x) * sin(y)).max())
    if name == "gradient of p":
        gx, gy = gradient_at_centres(flow, "p")
        x, y = grid.mesh("centre")
        return max(abs(gx - sin(2 * x) / 2).max(), abs(gy - sin(2 * y) / 2).max())
    return abs(compute(flow, name) - solution[name](*grid.mesh(FIELDS[name].location))).max()


@pytest.mark.parametrize("stretched", [False, True])
@pytest.mark.parametrize(
    "name",
    ["vorticity", "du_dx", "dp_dx", "dp_dy", "kinetic_energy", "gradient of vorticity", "gradient of p"],
)
def test_second_order(name, stretched):
    errors = [taylor_green_error(n, name, stretched) for n in (32, 64, 128)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert orders.min() > 1.9 and orders.max() < 2.15, orders


def test_one_sided_gradient_is_second_order():
    errors = []
    for n in (16, 32, 64):
        grid = make_grid(n, n, stretched=True)
        flow = make_flow(
            grid, lambda x, y: 0 * x * y, lambda x, y: 0 * x * y, lambda x, y: np.exp(x) * np.cos(y)
        )
        x, y = grid.mesh("centre")
        gx, gy = gradient_at_centres(flow, "p")
        errors.append(max(abs(gx - np.exp(x) * np.cos(y)).max(), abs(gy + np.exp(x) * np.sin(y)).max()))
    assert np.log2(np.array(errors[:-1]) / errors[1:]).min() > 1.8
