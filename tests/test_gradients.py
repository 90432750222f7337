"""Gradients at the centres: exact for quadratics everywhere, second order, never across a wall."""

from __future__ import annotations

import numpy as np
import pytest
from body_flows import circle, rectangle
from exact_flows import make_flow, make_grid, stretched_faces
from hypothesis import given, settings
from hypothesis import strategies as st

from fluidgrad import analysis
from fluidgrad.analysis import (
    gradient,
    hessian,
    laplacian,
    pressure_hessian,
    principal_axes,
    smoothed_gradient,
    velocity_gradient,
)
from fluidgrad.differences import SCHARR, SOBEL
from fluidgrad.fields import compute, gradient_at_centres
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid

A = (0.7, -1.3, 2.1, 0.9, -1.7, 0.4)


def quadratic(x, y, a=A):
    return a[0] + a[1] * x + a[2] * y + a[3] * x * x + a[4] * x * y + a[5] * y * y


def slopes_of(x, y, a=A):
    return a[1] + 2 * a[3] * x + a[4] * y, a[2] + a[4] * x + 2 * a[5] * y


def close(got, want, where=True, tolerance=1e-10):
    """Equal to round-off wherever ``where``, which is somewhere."""
    where = np.broadcast_to(where, got.shape)
    assert where.any()
    np.testing.assert_allclose(got[where], np.broadcast_to(want, got.shape)[where], rtol=0, atol=tolerance)


def rows_of_three(fluid, joined_x=None, joined_y=None):
    """Cells with three fluid cells in a row along x, and along y, by looking at each; the slow way."""
    ny, nx = fluid.shape

    def along(cells, n):
        found = np.zeros(n, bool)
        for k in range(n):
            found[k] = any(s >= 0 and s + 3 <= n and cells[s : s + 3].all() for s in (k - 2, k - 1, k))
        return found

    return (np.array([along(fluid[j], nx) for j in range(ny)]),
            np.array([along(fluid[:, i], ny) for i in range(nx)]).T)  # fmt: skip


# Plain arrays ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stretched", [False, True])
@pytest.mark.parametrize("cells", [(3, 3), (4, 7), (12, 9)])
def test_quadratics_are_exact_everywhere(stretched, cells):
    grid = make_grid(*cells, stretched)
    x, y = grid.mesh("centre")
    values = quadratic(x, y)
    for got, want in zip(gradient(values, grid), slopes_of(x, y), strict=True):
        close(got, want)
    for got, want in zip(hessian(values, grid), (2 * A[3], A[4], 2 * A[5]), strict=True):
        close(got, want, tolerance=1e-9)
    close(laplacian(values, grid), 2 * (A[3] + A[5]), tolerance=1e-9)
    for weight in (SOBEL, SCHARR):
        for got, want in zip(smoothed_gradient(values, grid, weight), slopes_of(x, y), strict=True):
            close(got, want)


@pytest.mark.parametrize("stretched", [False, True])
def test_cubics_have_exact_second_derivatives_at_sides(stretched):
    grid = make_grid(8, 6, stretched)
    x, y = grid.mesh("centre")
    xx, _, yy = hessian(x**3 + y**3 + 0 * x * y, grid)
    close(xx[:, [0, -1]], (6 * x)[:, [0, -1]], tolerance=1e-9)
    close(yy[[0, -1]], (6 * y)[[0, -1]], tolerance=1e-9)


def test_along_periodic_sides_the_other_end_is_next():
    grid = Grid(stretched_faces(9, (0, 1)), stretched_faces(7, (0, 2)), True, True)
    values = np.random.default_rng(3).normal(size=grid.shape("centre"))
    shifted = Grid(np.append(grid.x_f[4:], grid.x_f[1:5] + 1), grid.y_f, True, True)
    for function in (gradient, hessian, smoothed_gradient):
        for here, there in zip(
            function(values, grid), function(np.roll(values, -4, axis=1), shifted), strict=True
        ):
            close(np.roll(here, -4, axis=1), there, tolerance=1e-8)


@pytest.mark.parametrize("stretched", [False, True])
@pytest.mark.parametrize(
    "which",
    ["gradient", "second", "smoothed"],
)
def test_second_order_up_to_the_sides(which, stretched):
    errors = []
    for n in (24, 48, 96):
        grid = make_grid(n, n, stretched)
        x, y = grid.mesh("centre")
        f, fx, fy = np.exp(x) * np.cos(2 * y), np.exp(x) * np.cos(2 * y), -2 * np.exp(x) * np.sin(2 * y)
        if which == "second":
            got, want = hessian(f, grid), (f, fy, -4 * f)
        else:
            got, want = (smoothed_gradient if which == "smoothed" else gradient)(f, grid), (fx, fy)
        errors.append(max(np.abs(a - b).max() for a, b in zip(got, want, strict=True)))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert orders.min() > 1.8, orders


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), share=st.floats(0.02, 0.5), stretched=st.booleans())
def test_beside_solid_cells_quadratics_stay_exact(seed, share, stretched):
    rng = np.random.default_rng(seed)
    grid = make_grid(9, 8, stretched)
    solid = rng.random(grid.shape("centre")) < share
    x, y = grid.mesh("centre")
    values = np.where(solid, 1e6, quadratic(x, y))
    along_x, along_y = rows_of_three(~solid)
    (gx, gy), (hxx, hxy, hyy) = gradient(values, grid, solid), hessian(values, grid, solid)
    for got, want, where in zip((gx, gy), slopes_of(x, y), (along_x, along_y), strict=True):
        assert not where.any() or np.abs(got - want)[where].max() < 1e-9
    for got, want, where in ((hxx, 2 * A[3], along_x), (hyy, 2 * A[5], along_y)):
        assert np.array_equal(np.isfinite(got), where)
        assert not where.any() or np.abs(got - want)[where].max() < 1e-8
    known = np.isfinite(hxy)
    assert not known.any() or np.abs(hxy - A[4])[known].max() < 1e-8
    assert np.isnan(gx[solid]).all() and np.isnan(gy[solid]).all()
    assert np.nanmax(np.abs([gx, gy]), initial=0.0) < 1e3  # nothing of the solid
    missing = np.where(solid, np.nan, values)
    for given_by_mask, given_by_nan in zip((gx, gy), gradient(missing, grid), strict=True):
        np.testing.assert_array_equal(given_by_mask, given_by_nan)


def test_two_cells_give_first_order_and_one_gives_none():
    grid = Grid.uniform(5, 3)
    solid = np.zeros((3, 5), bool)
    solid[:, 2] = True
    values = np.broadcast_to(grid.x**2, (3, 5)).copy()
    along_x, _ = gradient(values, grid, solid)
    x = grid.x
    np.testing.assert_allclose(along_x[:, :2], x[0] + x[1])
    assert np.isnan(hessian(values, grid, solid)[0]).all()
    solid[:, 1] = True
    assert np.isnan(gradient(values, grid, solid)[0][:, :3]).all()


def test_a_plate_between_two_cells_is_not_differenced_across():
    """A plate on a grid line, thinner than a cell: all cells are fluid, the faces at the plate are not."""
    grid = Grid.uniform(10, 10)
    plate = rectangle(0.5, 0.5, 0.02, 0.6)(*grid.mesh("node"))
    x, y = grid.mesh("centre")
    values = np.where(x < 0.5, quadratic(x, y), 50 + quadratic(x, y, A[::-1]))
    want = [np.where(x < 0.5, a, b) for a, b in zip(slopes_of(x, y), slopes_of(x, y, A[::-1]), strict=True)]
    beside = (np.abs(x - 0.5) < 0.1) & (np.abs(y - 0.5) < 0.25)
    for got, exact in zip(gradient(values, grid, plate), want, strict=True):
        close(got, exact, beside)
    assert np.abs(gradient(values, grid)[0] - want[0])[beside].min() > 100
    xx, xy, _ = hessian(values, grid, plate)
    close(xx, np.where(x < 0.5, 2 * A[3], 2 * A[2]), beside, 1e-8)
    close(xy, np.where(x < 0.5, A[4], A[1]), beside & (np.abs(y - 0.5) < 0.15), 1e-8)


def test_wrong_shapes_are_told():
    grid = Grid.uniform(4, 3)
    with pytest.raises(ValueError, match=r"values of shape \(4, 3\)"):
        gradient(np.zeros((4, 3)), grid)
    with pytest.raises(ValueError, match="distance from walls at the nodes"):
        laplacian(np.zeros((3, 4)), grid, np.zeros((2, 2)))


def test_sobel_and_scharr_are_the_masks_of_image_processing():
    from scipy import ndimage

    grid = Grid.uniform(14, 11, (0, 1.4), (0, 1.1))
    values = np.random.default_rng(1).normal(size=grid.shape("centre"))
    inner = np.s_[1:-1, 1:-1]
    for weight, across, total in ((SOBEL, [1, 2, 1], 8), (SCHARR, [3, 10, 3], 32)):
        mask = np.outer(across, [-1, 0, 1]) / (total * 0.1)
        for got, kernel in zip(smoothed_gradient(values, grid, weight), (mask, mask.T), strict=True):
            want = ndimage.correlate(values, kernel)
            np.testing.assert_allclose(got[inner], want[inner], atol=1e-12)


# The velocity gradient ---------------------------------------------------------------------------------

B = (-0.4, 1.9, 0.3, -1.1, 0.6, 1.5)


def quadratic_flow(grid):
    return make_flow(grid, quadratic, lambda x, y: quadratic(x, y, B), quadratic)


@pytest.mark.parametrize("stretched", [False, True])
def test_the_velocity_gradient_of_quadratics_is_exact_up_to_the_sides(stretched):
    grid = make_grid(7, 6, stretched)
    want = (*slopes_of(*grid.mesh("centre")), *slopes_of(*grid.mesh("centre"), B))
    for got, exact in zip(velocity_gradient(quadratic_flow(grid)), want, strict=True):
        close(got, exact)


@pytest.mark.parametrize(
    "name", ["u", "v", "p", "vorticity", "speed", "dp_dx", "shear_strain", "streamfunction"]
)
@pytest.mark.parametrize("stretched", [False, True])
def test_gradients_of_fields_are_second_order_up_to_the_sides(name, stretched):
    sin, cos = np.sin, np.cos
    errors = []
    for n in (24, 48, 96):
        grid = make_grid(n, n, stretched, ends=((0.1, 1.1), (0.2, 1.2)))
        flow = make_flow(
            grid,
            lambda x, y: sin(x) * cos(y) + 2,
            lambda x, y: -cos(x) * sin(y) + 1,
            lambda x, y: sin(x) * cos(y),
        )
        x, y = grid.mesh("centre")
        u, v = sin(x) * cos(y) + 2, 1 - cos(x) * sin(y)
        exact = {
            "u": (cos(x) * cos(y), -sin(x) * sin(y)),
            "v": (sin(x) * sin(y), -cos(x) * cos(y)),
            "p": (cos(x) * cos(y), -sin(x) * sin(y)),
            "vorticity": (2 * cos(x) * sin(y), 2 * sin(x) * cos(y)),
            "speed": (
                (u * cos(x) * cos(y) + v * sin(x) * sin(y)) / np.hypot(u, v),
                (-u * sin(x) * sin(y) - v * cos(x) * cos(y)) / np.hypot(u, v),
            ),
            "dp_dx": (-sin(x) * cos(y), -cos(x) * sin(y)),
            "shear_strain": (0, 0),
            "streamfunction": (-v, u),
        }[name]
        errors.append(
            max(np.abs(g - e).max() for g, e in zip(gradient_at_centres(flow, name), exact, strict=True))
        )
    assert np.log2(np.array(errors[:-1]) / errors[1:]).min() > 1.8 or errors[-1] < 1e-3, errors


def slip_cell(n, stretched=False):
    """A Taylor-Green cell between slip walls, the side values as the solver has them: those of the first cells."""
    faces = stretched_faces(n, (0, np.pi)) if stretched else np.linspace(0, np.pi, n + 1)
    flow = make_flow(
        Grid(faces, faces),
        lambda x, y: np.sin(x) * np.cos(y),
        lambda x, y: -np.cos(x) * np.sin(y),
        lambda x, y: (np.cos(2 * x) + np.cos(2 * y)) / 4,
    )
    sides = {"u_bottom": flow.u[0], "u_top": flow.u[-1], "v_left": flow.v[:, 0], "v_right": flow.v[:, -1]}
    return Flow.of(flow.grid, flow.u, flow.v, flow.p, sides=sides)


def slip_cell_errors(n, stretched):
    flow = slip_cell(n, stretched)
    x, y = flow.grid.mesh("centre")
    cc, ss, sc = np.cos(x) * np.cos(y), np.sin(x) * np.sin(y), np.sin(x) * np.cos(y)
    rate, _ = principal_axes(flow)
    pairs = [
        *zip(velocity_gradient(flow), (cc, -ss, ss, -cc), strict=True),
        *zip(pressure_hessian(flow), (-np.cos(2 * x) + 0 * y, 0 * x * y, -np.cos(2 * y) + 0 * x), strict=True),
        (rate, np.abs(cc)),
        (compute(flow, "okubo_weiss"), 4 * (cc**2 - ss**2)),
        (compute(flow, "grad_p"), np.hypot(np.sin(2 * x), np.sin(2 * y)) / 2),
        *zip(gradient_at_centres(flow, "vorticity"), (2 * sc.T, 2 * sc), strict=True),
    ]  # fmt: skip
    return [np.abs(got - want).max() for got, want in pairs]


@pytest.mark.parametrize("stretched", [False, True])
def test_taylor_green_between_walls_is_second_order_up_to_them(stretched):
    errors = np.array([slip_cell_errors(n, stretched) for n in (32, 64, 128)])
    errors = errors[:, errors[-1] > 1e-9]
    assert np.log2(errors[:-1] / errors[1:]).min() > 1.8, np.log2(errors[:-1] / errors[1:])


@pytest.mark.parametrize("stretched", [False, True])
@pytest.mark.parametrize("centred", [False, True])
def test_plain_arrays_without_sides_have_second_order_gradients(centred, stretched):
    errors = []
    for n in (24, 48, 96):
        grid = make_grid(n, n, stretched)
        u, v = lambda x, y: np.sin(x + 2 * y), lambda x, y: np.cos(2 * x - y)
        at = ("centre", "centre") if centred else ("x-face", "y-face")
        got = velocity_gradient(Flow.of(grid, u(*grid.mesh(at[0])), v(*grid.mesh(at[1]))))
        x, y = grid.mesh("centre")
        want = (np.cos(x + 2 * y), 2 * np.cos(x + 2 * y), -2 * np.sin(2 * x - y), np.sin(2 * x - y))
        errors.append(max(np.abs(a - b).max() for a, b in zip(got, want, strict=True)))
    assert np.log2(np.array(errors[:-1]) / errors[1:]).min() > 1.8, errors


# Beside bodies -----------------------------------------------------------------------------------------


def spoiled(flow, distance):
    """The flow with a body in it: faces that it cuts and everything inside hold nonsense."""
    from dataclasses import replace

    d = distance(*flow.grid.mesh("node"))
    centre = 0.25 * (d[1:, 1:] + d[1:, :-1] + d[:-1, 1:] + d[:-1, :-1])
    return replace(
        flow,
        u=np.where(np.minimum(d[1:], d[:-1]) < 0, 1e3, flow.u),
        v=np.where(np.minimum(d[:, 1:], d[:, :-1]) < 0, -1e3, flow.v),
        p=np.where(centre < 0, 1e6, flow.p),
        distance=d,
    ), centre < 0


@pytest.mark.parametrize("stretched", [False, True])
@pytest.mark.parametrize("body", [circle(1.3, -0.25, 0.41), rectangle(1.2, -0.3, 0.55, 0.37)])
def test_quadratic_flow_around_a_body_has_an_exact_gradient(body, stretched):
    grid = make_grid(26, 22, stretched)
    flow, solid = spoiled(quadratic_flow(grid), body)
    x, y = grid.mesh("centre")
    want = (*slopes_of(x, y), *slopes_of(x, y, B))
    for got, exact in zip(velocity_gradient(flow), want, strict=True):
        close(got, exact, ~solid, 1e-8)
        assert np.isnan(got[solid]).all()
    for got, exact in zip(gradient_at_centres(flow, "p"), slopes_of(x, y), strict=True):
        close(got, exact, ~solid, 1e-9)
    linear = (2 * B[3] - A[4], B[4] - 2 * A[5])  # of the vorticity
    if not stretched:  # where the solver's vorticity at nodes is that of the faces next to them
        for got, exact in zip(gradient_at_centres(flow, "vorticity"), linear, strict=True):
            close(got, exact, ~solid, 1e-7)
    close(compute(flow, "d2p_dxdy"), A[4], ~solid, 1e-8)
    close(compute(flow, "laplacian_p"), 2 * (A[3] + A[5]), ~solid, 1e-7)


def errors_around_a_circle(n):
    grid = Grid.uniform(n, n, (0.0, 2.0), (0.0, 2.0))
    flow = make_flow(
        grid, lambda x, y: np.sin(2 * x) * np.cos(y), lambda x, y: -2 * np.cos(2 * x) * np.sin(y),
        lambda x, y: np.exp(x) * np.sin(2 * y),
    )  # fmt: skip
    flow, solid = spoiled(flow, circle(1.03, 0.96, 0.47))
    x, y = grid.mesh("centre")
    cc, ss = np.cos(2 * x) * np.cos(y), np.sin(2 * x) * np.sin(y)
    p, p_y = np.exp(x) * np.sin(2 * y), 2 * np.exp(x) * np.cos(2 * y)
    pairs = [
        *zip(velocity_gradient(flow), (2 * cc, -ss, 4 * ss, -2 * cc), strict=True),
        *zip(gradient_at_centres(flow, "p"), (p, p_y), strict=True),
        *zip(gradient_at_centres(flow, "vorticity"), (10 * np.cos(2 * x) * np.sin(y),
                                                      5 * np.sin(2 * x) * np.cos(y)), strict=True),
        (compute(flow, "okubo_weiss"), 16 * cc**2 - 16 * ss**2),
        (compute(flow, "sobel_p"), np.hypot(p, p_y)),
    ]  # fmt: skip
    return [np.abs(got - want)[~solid].max() for got, want in pairs]


def test_smooth_flow_around_a_circle_is_second_order_up_to_its_wall():
    errors = np.array([errors_around_a_circle(n) for n in (40, 80, 160)])
    assert np.isfinite(errors).all()
    assert np.log2(errors[0] / errors[-1]).min() / 2 > 1.7, np.log2(errors[:-1] / errors[1:])


def test_what_is_public_is_there():
    assert {"gradient", "hessian", "laplacian", "velocity_gradient", "principal_axes"} <= set(
        analysis.__all__
    )
