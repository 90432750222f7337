"""Walls inside the domain: open fractions, friction, the pressure equation."""

from __future__ import annotations

import numpy as np
import pytest

from fluidgrad.grid import Grid, H
from fluidgrad.kernels import momentum
from fluidgrad.pressure import CutCellSolver, PoissonSolver
from fluidgrad.shapes.simple import Circle, HalfPlane
from fluidgrad.walls import Window, component, fractions, node_coordinates


def test_fractions_of_a_linear_distance():
    low, high = np.array([-1.0, 2.0, 1.0, -3.0, 0.0]), np.array([3.0, -2.0, 2.0, -1.0, -1.0])
    theta, outside, inside = fractions(low, high)
    assert np.allclose(theta, [0.75, 0.5, 1.0, 0.0, 0.0])
    assert np.allclose(outside - inside, 0.5 * (low + high))
    s = (np.arange(4000) + 0.5) / 4000
    phi = low[:, None] * (1 - s) + high[:, None] * s
    assert np.allclose(outside, np.maximum(phi, 0).mean(axis=1), atol=1e-6)


def walls_of(grid, *shapes):
    """Both components and their open fractions."""
    m = momentum.metrics(grid.dx_p, grid.dy_p)
    x, y = node_coordinates(grid)
    everywhere = Window(0, grid.ny + 2 * H, 0, grid.nx + 2 * H)
    phis = {n: shape.distance(x[None, :], y[:, None]) for n, shape in enumerate(shapes)}
    stiff = max(1 / grid.smallest_dx, 1 / grid.smallest_dy) ** 2
    parts = []
    for along_x in (True, False):
        theta = np.empty(grid.padded_shape)
        parts.append((component(grid, m, along_x, phis, everywhere, theta, stiff), theta))
    return parts


def test_a_wall_on_a_grid_line_rubs_like_a_side():
    """The face next to a side has the friction of a reflected ghost, nu*2/h^2 instead of nu/h^2, so kappa = 1/h^2."""
    grid = Grid.uniform(8, 10, (0.0, 2.0), (0.0, 2.5), periodic_x=True)
    (u, theta), _ = walls_of(grid, HalfPlane((0.0, 0.5), 90.0))
    rows = {int(j) - H: value for j, value in zip(u.rubbing.j, u.rubbing.value, strict=True)}
    assert rows.keys() == {2} and rows[2] == pytest.approx(1 / 0.25**2)
    plain = grid.view(theta, "x-face")
    assert not plain[:2].any() and (plain[2:] == 1.0).all()
    assert u.solid.j.size == 2 * 8


def laplacian_of(grid, q, j, i, along_x):
    """The scheme's Laplacian on one face, written out from the coordinates of the neighbours."""
    x_f, y_f = node_coordinates(grid)
    x_c, y_c = 0.5 * (x_f[1:] + x_f[:-1]), 0.5 * (y_f[1:] + y_f[:-1])
    x, y = (x_f, y_c) if along_x else (x_c, y_f)
    width = x_c[i] - x_c[i - 1] if along_x else x_f[i + 1] - x_f[i]
    height = y_f[j + 1] - y_f[j] if along_x else y_c[j] - y_c[j - 1]
    east, west = (q[j, i + 1] - q[j, i]) / (x[i + 1] - x[i]), (q[j, i] - q[j, i - 1]) / (x[i] - x[i - 1])
    north, south = (q[j + 1, i] - q[j, i]) / (y[j + 1] - y[j]), (q[j, i] - q[j - 1, i]) / (y[j] - y[j - 1])
    return (east - west) / width + (north - south) / height


@pytest.mark.parametrize("angle", [90.0, 65.0, 130.0, 200.0, -20.0])
def test_linear_flow_along_a_wall_is_in_balance(angle):
    """A flow that grows linearly from a plane wall has no net viscous force on any face: friction takes up exactly
    what the scheme's Laplacian of the continued velocity leaves, also on stretched cells."""
    grid = Grid(np.cumsum(np.r_[0.0, 1 + 0.2 * np.sin(np.arange(12))]), np.linspace(0, 9, 11))
    plane = HalfPlane((6.1, 4.3), angle)
    x, y = node_coordinates(grid)
    phi = plane.distance(x[None, :], y[:, None])
    ends = (phi[:-1, :-1], phi[1:, :-1]), (phi[:-1, :-1], phi[:-1, 1:])
    for (walls, theta), (low, high), along_x in zip(walls_of(grid, plane), ends, (True, False), strict=True):
        q = fractions(low, high)[1]
        kappa = np.zeros_like(q)
        kappa[walls.rubbing.j, walls.rubbing.i] = walls.rubbing.value
        for j in range(H + 1, H + grid.ny):
            for i in range(H + 1, H + grid.nx):
                if theta[j, i] > 0.0:
                    assert laplacian_of(grid, q, j, i, along_x) == pytest.approx(
                        kappa[j, i] * q[j, i], abs=1e-10
                    )


def test_two_bodies_share_a_face_without_closing_it_twice():
    grid = Grid.uniform(10, 10)
    for walls, theta in walls_of(grid, Circle((0.5, 0.5), 0.23), Circle((0.52, 0.5), 0.23)):
        closed = np.zeros(grid.padded_shape)
        np.add.at(closed, (walls.cut.j, walls.cut.i), walls.cut.value)
        assert closed.max() <= 1.0 + 1e-14 and theta.min() >= 0.0


def net_flux(grid, beta, phi, periodic):
    """div(beta*grad(phi)) cell by cell, in plain loops."""
    ny, nx = phi.shape
    out = np.zeros_like(phi)
    for j in range(ny):
        for i in range(nx):
            for axis, (dj, di) in enumerate(((0, 1), (1, 0))):
                if (i + di == nx or j + dj == ny) and not periodic[axis]:
                    continue
                k, n = (j + dj) % ny, (i + di) % nx
                d = (grid.dx, grid.dy)[axis]
                a, b = ((i, n), (j, k))[axis]
                across = (grid.dy[j], grid.dx[i])[axis]
                flux = beta[axis][k + H, n + H] * (phi[k, n] - phi[j, i]) / (0.5 * (d[a] + d[b])) * across
                out[j, i] += flux / (grid.dx[i] * grid.dy[j])
                out[k, n] -= flux / (grid.dx[n] * grid.dy[k])
    return out


@pytest.mark.parametrize("stretched", [False, True])
@pytest.mark.parametrize("periodic", [(False, False), (True, False), (False, True), (True, True)])
@pytest.mark.parametrize("tabulated", [True, False])
def test_pressure_equation_with_closed_faces(rng, monkeypatch, periodic, stretched, tabulated):
    """Any openings, cells that are cut off included, against the equation in plain loops."""
    from fluidgrad.pressure import cutcell

    monkeypatch.setattr(cutcell, "TABLE_SHARE", 1e9 if tabulated else 0.0)
    ny, nx = 11, 14
    x_f = np.cumsum(np.r_[0.0, 0.1 + 0.03 * rng.random(nx)]) if stretched else np.linspace(0, 1.4, nx + 1)
    grid = Grid(x_f, np.linspace(0, 1.2, ny + 1), *periodic)
    theta = rng.random((2, *grid.padded_shape))
    theta[theta < 0.15], theta[theta > 0.5] = 0.0, 1.0
    hindered = []
    for t in theta:
        inside = np.zeros_like(t, dtype=bool)
        inside[H : H + ny, H : H + nx] = True
        hindered.append(np.nonzero(inside & (t < 1.0)))
    theta[0][:, H + nx], theta[1][H + ny] = theta[0][:, H], theta[1][H]
    phi = rng.random((ny, nx))
    f = net_flux(grid, theta, phi, periodic)
    solver = CutCellSolver(grid, PoissonSolver(grid), 1e-11)
    solver.set_walls(*theta, hindered, lasting=True)
    solution = np.zeros_like(phi)
    solver.solve(f, solution, [t[at] for t, at in zip(theta, hindered, strict=True)], 1.0)
    assert np.abs(net_flux(grid, theta, solution, periodic) - f).max() < 1e-7 * np.abs(f).max()
    assert 0 < solver.iterations < 150
    solver.solve(f, solution, [t[at] for t, at in zip(theta, hindered, strict=True)], 1.0)
    assert solver.iterations <= 2  # it starts from the solution


def test_pressure_of_an_empty_rectangle_needs_no_iteration(rng):
    grid = Grid.uniform(12, 9)
    nothing = (np.zeros(0, dtype=int), np.zeros(0, dtype=int))
    open_faces = np.ones(grid.padded_shape)
    solver = CutCellSolver(grid, PoissonSolver(grid), 1e-6)
    solver.set_walls(open_faces, open_faces, (nothing, nothing), lasting=True)
    f = rng.random((9, 12))
    f -= f.mean()
    phi, expected = np.zeros((2, 9, 12))
    solver.solve(f, phi, (np.zeros(0), np.zeros(0)), 1.0)
    PoissonSolver(grid).solve(f, expected)
    assert solver.iterations == 0 and np.array_equal(phi, expected)


def test_a_source_of_nothing_has_a_solution_of_nothing(rng):
    """Whatever the iteration starts from."""
    grid = Grid.uniform(10, 10)
    (u, theta_u), (v, theta_v) = walls_of(grid, Circle((0.5, 0.5), 0.23))
    solver = CutCellSolver(grid, PoissonSolver(grid), 1e-6)
    solver.set_walls(theta_u, theta_v, [(c.hindered.j, c.hindered.i) for c in (u, v)], lasting=True)
    phi = rng.random((10, 10))
    solver.solve(np.zeros((10, 10)), phi, [c.hindered.value for c in (u, v)], 0.0)
    assert solver.iterations == 0 and not phi.any()
