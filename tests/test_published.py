"""Runs against published values and against computations with other methods."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.interpolate import CubicSpline
from setups import advance, periodic, simulation, walls

DATA = Path(__file__).parent / "data"

BOTELLA_PEYRET_1000 = {"u_min": -0.3885698, "v_max": 0.3769447, "v_min": -0.5270771}
"""Lid-driven cavity, Re 1000: O. Botella & R. Peyret, Computers & Fluids 27 (1998) 421, Table 9 and 10."""

MARCHI_100 = {"u_min": -0.2140417, "v_max": 0.1795728, "v_min": -0.2538040}
"""The same at Re 100: C. H. Marchi, R. Suero & L. K. Araki, J. Braz. Soc. Mech. Sci. Eng. 31 (2009) 186."""

GHIA_1000_U = (
    (0.9766, 0.65928),
    (0.9688, 0.57492),
    (0.9609, 0.51117),
    (0.9531, 0.46604),
    (0.8516, 0.33304),
    (0.7344, 0.18719),
    (0.6172, 0.05702),
    (0.5000, -0.06080),
    (0.4531, -0.10648),
    (0.2813, -0.27805),
    (0.1719, -0.38289),
    (0.1016, -0.29730),
    (0.0703, -0.22220),
    (0.0625, -0.20196),
    (0.0547, -0.18109),
)
"""y, u on x = 0.5: U. Ghia, K. N. Ghia & C. T. Shin, J. Comput. Phys. 48 (1982) 387, Table I, Re 1000."""

GHIA_1000_V = (
    (0.9688, -0.21388),
    (0.9609, -0.27669),
    (0.9531, -0.33714),
    (0.9453, -0.39188),
    (0.9063, -0.51550),
    (0.8594, -0.42665),
    (0.8047, -0.31966),
    (0.5000, 0.02526),
    (0.2344, 0.32235),
    (0.2266, 0.33075),
    (0.1563, 0.37095),
    (0.0938, 0.32627),
    (0.0781, 0.30353),
    (0.0703, 0.29012),
    (0.0625, 0.27485),
)
"""x, v on y = 0.5: the same, Table II."""


def cavity(reynolds, n, *, strength=None, end=100.0, steady=1e-6):
    """Profiles u(y) on x = 0.5 and v(x) on y = 0.5 of a steady cavity, as splines through faces and walls."""
    spacing = {"law": "tanh", "strength": strength} if strength else {"law": "uniform"}
    sim = simulation(
        (n, n),
        walls(top={"type": "moving wall", "velocity": 1.0}),
        nu=1 / reynolds,
        domain={"spacing_x": spacing, "spacing_y": spacing},
        end=end,
        time={"cfl": 0.9, "steady": steady},
    )
    advance(sim, end)
    g = sim.grid
    u = CubicSpline([0, *g.y, 1], [0, *sim.u[:, n // 2], 1])
    v = CubicSpline([0, *g.x, 1], [0, *sim.v[n // 2], 0])
    return u, v


def extrema_errors(u, v, reference):
    fine = np.linspace(0, 1, 20001)
    found = {"u_min": u(fine).min(), "v_max": v(fine).max(), "v_min": v(fine).min()}
    return {name: abs(found[name] / reference[name] - 1) for name in reference}


def test_cavity_re_100():
    errors = extrema_errors(*cavity(100, 64, end=40.0, steady=1e-5), MARCHI_100)
    assert max(errors.values()) < 0.006


def assert_ghia(u, v):
    assert max(abs(u(y) - value) for y, value in GHIA_1000_U) < 0.02
    assert max(abs(v(x) - value) for x, value in GHIA_1000_V) < 0.02


@pytest.mark.long
@pytest.mark.parametrize(("strength", "allowed"), [(None, 0.016), (0.6, 0.0125), (1.0, 0.008)])
def test_cavity_re_1000_at_128(strength, allowed):
    """A uniform grid is at 1.53 %; cells a little finer at the walls halve that."""
    u, v = cavity(1000, 128, strength=strength)
    assert max(extrema_errors(u, v, BOTELLA_PEYRET_1000).values()) < allowed
    assert_ghia(u, v)


@pytest.mark.long
def test_cavity_re_1000_at_256():
    u, v = cavity(1000, 256)
    assert max(extrema_errors(u, v, BOTELLA_PEYRET_1000).values()) < 0.005
    assert_ghia(u, v)


@pytest.mark.parametrize(("n", "vorticity"), [(128, 0.25), pytest.param(256, 0.08, marks=pytest.mark.long)])
def test_thick_double_shear_layer(n, vorticity):
    """Against a pseudo-spectral computation on 384^2, t = 1, nu = 1e-4 (energy and enstrophy are means)."""
    sim = simulation((n, n), periodic(), nu=1e-4, initial={"case": "double shear layer"}, time={"cfl": 0.5})
    found = advance(sim, 1.0).diagnostics()
    assert found["kinetic_energy"] == pytest.approx(0.42649076, rel=1e-4)
    assert found["enstrophy"] == pytest.approx(34.190947, rel=1e-2)
    reference = np.loadtxt(DATA / "double_shear_vorticity_64x64_t1.csv", delimiter=",").T
    omega = sim.field("vorticity")[: -1 : n // 64, : -1 : n // 64]
    assert np.linalg.norm(omega - reference) < vorticity * np.linalg.norm(reference)


def orr_sommerfeld_mode(reynolds, alpha, degree=120):
    """Growth rate and streamfunction phi(y) of the most unstable mode of plane Poiseuille flow ``U = 1 - y^2`` by
    Chebyshev collocation of the Orr-Sommerfeld equation (clamped fourth derivative as in Trefethen, Spectral
    Methods in MATLAB, 2000, program 40)."""
    from scipy.linalg import eig

    k = np.arange(degree + 1)
    y = np.cos(np.pi * k / degree)
    c = np.where((k == 0) | (k == degree), 2.0, 1.0) * (-1.0) ** k
    gaps = y[:, None] - y[None, :] + np.eye(degree + 1)
    d = np.outer(c, 1 / c) / gaps
    d -= np.diag(d.sum(axis=1))
    d2 = d @ d
    weight = np.diag(np.concatenate([[0.0], 1 / (1 - y[1:-1] ** 2), [0.0]]))
    d4 = (np.diag(1 - y**2) @ np.linalg.matrix_power(d, 4) - 8 * np.diag(y) @ d2 @ d - 12 * d2) @ weight
    inner = np.s_[1:-1, 1:-1]
    identity, base = np.eye(degree - 1), np.diag(1 - y[1:-1] ** 2)
    laplacian = d2[inner] - alpha**2 * identity
    viscous = (d4[inner] - 2 * alpha**2 * d2[inner] + alpha**4 * identity) / reynolds
    a = viscous - 1j * alpha * (base @ laplacian + 2 * identity)
    values, vectors = eig(a, laplacian)
    best = np.argmax(np.where(np.isfinite(values) & (values.real < 1), values.real, -np.inf))
    phi = np.concatenate([[0], vectors[:, best], [0]])[::-1]
    slope = (d @ phi[::-1])[::-1]
    spline = CubicSpline(y[::-1], phi / np.abs(slope).max())
    return values[best].real, spline


def growth_in_channel(nx, ny, end=50.0, amplitude=1e-4):
    reynolds = 7500.0
    exact, phi = orr_sommerfeld_mode(reynolds, 1.0)
    assert exact == pytest.approx(0.00223498, abs=2e-8)  # Malik, Zang & Hussaini 1985
    sim = simulation(
        (nx, ny),
        walls(left={"type": "periodic"}, right={"type": "periodic"}),
        x=(0.0, 2 * np.pi),
        y=(-1.0, 1.0),
        nu=1 / reynolds,
        end=end,
        forcing={"force": [2 / reynolds, 0.0]},
        time={"cfl": 0.9},
    )
    g = sim.grid
    psi = amplitude * (phi(g.y_f)[:, None] * np.exp(1j * g.x_f)).real
    psi[0] = psi[-1] = 0.0
    parabola = 1 - g.y[:, None] ** 2 + 1 / ny**2
    sim.set_velocity(np.diff(psi, axis=0) / g.dy[:, None] + parabola, -np.diff(psi, axis=1) / g.dx)
    times, energies = [], []
    while sim.t < end:
        sim.step(end)
        if sim.step_count % 10 == 0:
            wave = sim.u[:, :-1] - sim.u[:, :-1].mean(axis=1, keepdims=True)
            times.append(sim.t)
            energies.append(np.sum(wave**2) + np.sum(sim.v**2))
    late = np.array(times) > 0.4 * end
    return 0.5 * np.polyfit(np.array(times)[late], np.log(energies)[late], 1)[0]


def test_orr_sommerfeld_growth():
    """A second-order scheme on a uniform 64 x 128 grid, exact in time, gives 0.002010 (its own eigenproblem)."""
    assert growth_in_channel(64, 128) == pytest.approx(0.002010, rel=0.05)


GARTLING_1990 = {"reattachment": 6.10, "separation": 4.85, "upper reattachment": 10.48}
"""D. K. Gartling, Int. J. Numer. Meth. Fluids 11 (1990) 953: lengths over the channel height, Re 800."""


def sign_changes(x, f):
    at = np.nonzero(f[:-1] * f[1:] < 0)[0]
    return x[at] - f[at] * (x[at + 1] - x[at]) / (f[at + 1] - f[at])


@pytest.mark.long
def test_backward_facing_step():
    entry = "where(y > 0, 24*y*(0.5 - y), 0)"
    sim = simulation(
        (600, 40),
        walls(left={"type": "inflow", "normal": entry}, right={"type": "outflow"}),
        x=(0.0, 15.0),
        y=(-0.5, 0.5),
        nu=1 / 800,
        end=400.0,
        initial={"case": "formula", "u": f"({entry})*exp(-x/3) + 0.75*(1 - 4*y^2)*(1 - exp(-x/3))", "v": 0.0},
        time={"cfl": 0.9, "steady": 2e-5},
    )
    advance(sim, 400.0)
    floor, ceiling = sign_changes(sim.grid.x_f, sim.u[0]), sign_changes(sim.grid.x_f, sim.u[-1])
    assert floor[-1] == pytest.approx(GARTLING_1990["reattachment"], rel=0.04)
    assert ceiling[0] == pytest.approx(GARTLING_1990["separation"], rel=0.06)
    assert ceiling[1] == pytest.approx(GARTLING_1990["upper reattachment"], rel=0.06)
