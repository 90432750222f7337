"""Kernels against slow independent versions, and the identities that the discrete operators must satisfy."""

from __future__ import annotations

import numpy as np
import pytest
import reference

from fluidgrad.grid import Grid, H
from fluidgrad.kernels import halo, momentum, projection, reductions

NO_TANGENTIAL = np.zeros(200)


def stretched_faces(n, length=1.0, amount=0.12):
    s = np.linspace(0.0, 1.0, n + 1)
    return length * (s + amount * np.sin(2 * np.pi * s) / (2 * np.pi) * 2)


def periodic_pair(rng, grid):
    u, v = grid.zeros(), grid.zeros()
    for q in (u, v):
        q[H:-H, H:-H] = rng.standard_normal((grid.ny, grid.nx))
    fill(u, v, halo.PERIODIC, halo.PERIODIC)
    return u, v


def fill(u, v, along_x, along_y):
    halo.fill(u, v, along_x, along_x, NO_TANGENTIAL, NO_TANGENTIAL)
    halo.fill(v.T, u.T, along_y, along_y, NO_TANGENTIAL, NO_TANGENTIAL)


@pytest.fixture(params=["uniform", "stretched"])
def grid(request):
    if request.param == "uniform":
        return Grid.uniform(9, 7, (0.0, 1.3), (0.0, 0.8), True, True)
    return Grid(stretched_faces(9, 1.3), stretched_faces(7, 0.8), True, True)


@pytest.mark.parametrize("scheme", ["central", "upwind"])
def test_tendency_equals_control_volume_balance(rng, grid, scheme):
    u, v = periodic_pair(rng, grid)
    m = momentum.metrics(grid.dx_p, grid.dy_p)
    du, dv = grid.zeros(), grid.zeros()
    kernel = momentum.tendency({"central": momentum.CENTRAL, "upwind": momentum.UPWIND}[scheme])
    kernel(u, v, m, du, dv, 0.03, 0.5, -0.25, 0.1)
    inner = np.s_[H:-H, H:-H]
    expected = reference.periodic_rates(u[inner], v[inner], grid.dx, grid.dy, 0.03, scheme)
    assert np.allclose(du[inner], expected[0] + 0.5 - 0.1 * u[inner], rtol=0, atol=1e-11)
    assert np.allclose(dv[inner], expected[1] - 0.25 - 0.1 * v[inner], rtol=0, atol=1e-11)


@pytest.mark.parametrize("scheme", [momentum.CENTRAL, momentum.UPWIND])
def test_v_kernel_is_u_kernel_transposed(rng, grid, scheme):
    u, v = periodic_pair(rng, grid)
    forward, swapped = (grid.zeros(), grid.zeros()), (grid.zeros().T.copy(), grid.zeros().T.copy())
    momentum.tendency(scheme)(u, v, momentum.metrics(grid.dx_p, grid.dy_p), *forward, 0.02, 0.0, 0.0, 0.0)
    momentum.tendency(scheme)(
        v.T.copy(), u.T.copy(), momentum.metrics(grid.dy_p, grid.dx_p), *swapped, 0.02, 0.0, 0.0, 0.0
    )
    assert np.allclose(forward[0], swapped[1].T, rtol=0, atol=1e-12)
    assert np.allclose(forward[1], swapped[0].T, rtol=0, atol=1e-12)


def solenoidal(rng, grid):
    """A random discretely divergence-free periodic velocity."""
    psi = rng.standard_normal((grid.ny, grid.nx))
    u, v = grid.zeros(), grid.zeros()
    u[H:-H, H:-H] = (np.roll(psi, -1, 0) - psi) / grid.dy[:, None]
    v[H:-H, H:-H] = -(np.roll(psi, -1, 1) - psi) / grid.dx[None, :]
    fill(u, v, halo.PERIODIC, halo.PERIODIC)
    return u, v


def test_central_convection_conserves_momentum_and_energy(rng, grid):
    u, v = solenoidal(rng, grid)
    m = momentum.metrics(grid.dx_p, grid.dy_p)
    du, dv = grid.zeros(), grid.zeros()
    momentum.tendency(momentum.CENTRAL)(u, v, m, du, dv, 0.0, 0.0, 0.0, 0.0)
    inner = np.s_[H:-H, H:-H]
    vol_u = (grid.dy_p[:, None] / m.rdxu[None, :])[inner]
    vol_v = (grid.dx_p[None, :] / m.rdyv[:, None])[inner]
    scale = float(np.sum(vol_u * np.abs(u * du)[inner]) + np.sum(vol_v * np.abs(v * dv)[inner]))
    work = float(np.sum(vol_u * (u * du)[inner]) + np.sum(vol_v * (v * dv)[inner]))
    assert abs(work) < 1e-13 * scale
    assert abs(np.sum(vol_u * du[inner])) < 1e-13 * np.sum(vol_u * np.abs(du[inner]))
    assert abs(np.sum(vol_v * dv[inner])) < 1e-13 * np.sum(vol_v * np.abs(dv[inner]))


def test_upwind_convection_takes_energy_away(rng, grid):
    u, v = solenoidal(rng, grid)
    m = momentum.metrics(grid.dx_p, grid.dy_p)
    du, dv = grid.zeros(), grid.zeros()
    momentum.tendency(momentum.UPWIND)(u, v, m, du, dv, 0.0, 0.0, 0.0, 0.0)
    inner = np.s_[H:-H, H:-H]
    vol_u = (grid.dy_p[:, None] / m.rdxu[None, :])[inner]
    vol_v = (grid.dx_p[None, :] / m.rdyv[:, None])[inner]
    assert np.sum(vol_u * (u * du)[inner]) + np.sum(vol_v * (v * dv)[inner]) < 0.0


def test_gradient_is_minus_divergence_transposed(rng, grid):
    u, v = periodic_pair(rng, grid)
    m = momentum.metrics(grid.dx_p, grid.dy_p)
    p = grid.zeros()
    p[H:-H, H:-H] = rng.standard_normal((grid.ny, grid.nx))
    p[:, H - 1], p[H - 1] = p[:, -H - 1], p[-H - 1]
    minus_gx, minus_gy = grid.zeros(), grid.zeros()
    projection.subtract_gradient(p, m.rdxu, m.rdyv, minus_gx, minus_gy)
    div = np.empty((grid.ny, grid.nx))
    projection.divergence(u, v, m.rdx, m.rdy, div)
    inner = np.s_[H:-H, H:-H]
    left = np.sum(grid.dx[None, :] * grid.dy[:, None] * p[inner] * div)
    vol_u = (grid.dy_p[:, None] / m.rdxu[None, :])[inner]
    vol_v = (grid.dx_p[None, :] / m.rdyv[:, None])[inner]
    right = np.sum(vol_u * (u * minus_gx)[inner]) + np.sum(vol_v * (v * minus_gy)[inner])
    assert left == pytest.approx(right, abs=1e-12)


def test_metrics_shares_are_a_partition(grid):
    m = momentum.metrics(grid.dx_p, grid.dy_p)
    assert np.allclose(m.wxw + m.wxe, 1.0, rtol=0, atol=1e-15)
    assert np.allclose(m.wys + m.wyn, 1.0, rtol=0, atol=1e-15)


def test_advance_is_a_weighted_sum(rng, grid):
    arrays = [rng.standard_normal(grid.padded_shape) for _ in range(6)]
    out = (grid.zeros(), grid.zeros())
    momentum.advance(*arrays, *out, 0.3, -0.7)
    assert np.allclose(out[0], arrays[0] + 0.3 * arrays[2] - 0.7 * arrays[4], rtol=0, atol=1e-14)
    assert np.allclose(out[1], arrays[1] + 0.3 * arrays[3] - 0.7 * arrays[5], rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    ("rule", "ghost"),
    [(halo.GIVEN, lambda inner, given: 2 * given - inner), (halo.FREE, lambda inner, given: inner)],
)
def test_halo_of_tangential_velocity(rng, rule, ghost):
    grid = Grid.uniform(6, 5)
    u, v = rng.standard_normal((2, *grid.padded_shape))
    given = rng.standard_normal(grid.padded_shape[0])
    before = u.copy(), v.copy()
    halo.fill(u, v, rule, rule, given, -given)
    east = H + grid.nx
    assert np.array_equal(v[:, H - 1], ghost(before[1][:, H], given))
    assert np.array_equal(v[:, H - 2], ghost(before[1][:, H + 1], given))
    assert np.array_equal(v[:, east], ghost(before[1][:, east - 1], -given))
    assert np.allclose(u[:, H - 1] + u[:, H + 1], 2 * u[:, H], rtol=0, atol=1e-15)
    assert np.allclose(u[:, east + 1] + u[:, east - 1], 2 * u[:, east], rtol=0, atol=1e-15)
    assert np.array_equal(u[:, H : east + 1], before[0][:, H : east + 1])
    assert np.array_equal(v[:, H:east], before[1][:, H:east])


def test_survey_finds_the_extremes(rng, grid):
    u, v = periodic_pair(rng, grid)
    m = momentum.metrics(grid.dx_p, grid.dy_p)
    rows = np.empty((grid.ny, 3))
    reductions.survey(u, v, m.rdx, m.rdy, grid.dx_p, grid.dy_p, rows)
    uc, vc = u[H:-H, H:-H], v[H:-H, H:-H]
    ue, vn = np.roll(uc, -1, 1), np.roll(vc, -1, 0)
    rate = np.maximum(abs(uc), abs(ue)) / grid.dx + np.maximum(abs(vc), abs(vn)) / grid.dy[:, None]
    vol_u = grid.dy[:, None] * 0.5 * (grid.dx + np.roll(grid.dx, 1))
    vol_v = grid.dx * 0.5 * (grid.dy + np.roll(grid.dy, 1))[:, None]
    assert rows[:, 0].max() == pytest.approx(rate.max(), rel=1e-14)
    assert rows[:, 1].sum() == pytest.approx(0.5 * np.sum(vol_u * uc**2 + vol_v * vc**2), rel=1e-13)
    div = (ue - uc) / grid.dx + (vn - vc) / grid.dy[:, None]
    assert rows[:, 2].max() == pytest.approx(abs(div).max(), rel=1e-13)


def test_survey_energy_keeps_nan(rng, grid):
    u, v = periodic_pair(rng, grid)
    u[H + 2, H + 3] = np.nan
    m = momentum.metrics(grid.dx_p, grid.dy_p)
    rows = np.empty((grid.ny, 3))
    reductions.survey(u, v, m.rdx, m.rdy, grid.dx_p, grid.dy_p, rows)
    assert np.isnan(rows[:, 1].sum())


def test_largest_change(rng, grid):
    u, v, a, b = rng.standard_normal((4, *grid.padded_shape))
    rows = np.empty(grid.ny)
    reductions.largest_change(u, v, a, b, rows)
    inner = np.s_[H:-H, H:-H]
    assert rows.max() == max(abs(u - a)[inner].max(), abs(v - b)[inner].max())
