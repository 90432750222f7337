"""The direct Poisson solver against a dense matrix, for every kind of axis, with both transform libraries."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import reference
from test_kernels import stretched_faces

from fluidgrad.grid import Grid
from fluidgrad.pressure import BACKEND, PoissonSolver

AXES = list(itertools.product([False, True], repeat=4))
BACKENDS = ["scipy", *(["ducc0"] if BACKEND == "ducc0" else [])]


def make_grid(nx, ny, stretch_x, stretch_y, periodic_x, periodic_y):
    x = stretched_faces(nx, 1.3) if stretch_x else np.linspace(0, 1.3, nx + 1)
    y = stretched_faces(ny, 0.7) if stretch_y else np.linspace(0, 0.7, ny + 1)
    return Grid(x, y, periodic_x, periodic_y)


def balanced_source(rng, grid):
    f = rng.standard_normal((grid.ny, grid.nx))
    volume = grid.dx[None, :] * grid.dy[:, None]
    return f - np.sum(f * volume) / volume.sum()


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("stretch_x", "stretch_y", "periodic_x", "periodic_y"), AXES)
@pytest.mark.parametrize(("nx", "ny"), [(8, 11), (13, 6)])
def test_solution_satisfies_the_dense_system(
    rng, backend, nx, ny, stretch_x, stretch_y, periodic_x, periodic_y
):
    grid = make_grid(nx, ny, stretch_x, stretch_y, periodic_x, periodic_y)
    f = balanced_source(rng, grid)
    phi = np.empty_like(f)
    PoissonSolver(grid, 1, backend).solve(f.copy(), phi)
    matrix = reference.laplacian_matrix(grid.dx, grid.dy, periodic_x, periodic_y)
    residual = matrix @ phi.ravel() - f.ravel()
    assert np.abs(residual).max() < 1e-13 * np.abs(matrix).max() * max(1.0, np.abs(phi).max())


@pytest.mark.skipif(BACKEND != "ducc0", reason="needs both transform libraries")
@pytest.mark.parametrize("periodic", [False, True])
@pytest.mark.parametrize("n", [31, 64, 129])
def test_transform_libraries_agree(rng, periodic, n):
    grid = Grid.uniform(n, 48, periodic_x=periodic)
    f = balanced_source(rng, grid)
    results = []
    for backend in BACKENDS:
        phi = np.empty_like(f)
        PoissonSolver(grid, 1, backend).solve(f.copy(), phi)
        results.append(phi - phi.mean())
    assert np.abs(results[0] - results[1]).max() < 1e-13 * np.abs(results[0]).max() * n


def test_second_order_on_a_smooth_solution():
    errors = []
    for n in (16, 32, 64):
        grid = Grid(stretched_faces(n), np.linspace(0, 1, n + 3), False, True)
        x, y = grid.mesh("centre")
        exact = np.cos(np.pi * x) * np.sin(2 * np.pi * y) + 0 * x * y
        phi = np.empty_like(exact)
        PoissonSolver(grid).solve(-5 * np.pi**2 * exact, phi)
        errors.append(np.abs(phi - phi.mean() - exact).max())
    assert np.log2(errors[0] / errors[1]) > 1.8
    assert np.log2(errors[1] / errors[2]) > 1.9


def test_writes_into_a_view(rng):
    grid = Grid.uniform(32, 20, periodic_x=True)
    f = balanced_source(rng, grid)
    whole, plain = grid.zeros(), np.empty_like(f)
    solver = PoissonSolver(grid)
    solver.solve(f.copy(), grid.view(whole, "centre"))
    solver.solve(f.copy(), plain)
    assert np.array_equal(grid.view(whole, "centre"), plain)
