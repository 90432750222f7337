"""Forces and initial fields against what they are defined to do."""

from __future__ import annotations

import numpy as np
import pytest
from setups import advance, periodic, simulation

TWO_PI = 2 * np.pi
CHANNEL_X = {"x": (0.0, TWO_PI), "y": (0.0, TWO_PI)}


def test_uniform_force_with_drag_has_the_exponential_solution():
    sim = simulation(
        (8, 6),
        periodic(),
        forcing={"force": [1.0, -0.5], "drag": 2.0},
        time={"step": 0.02},
    )
    advance(sim, 1.0)
    reached = (1 - np.exp(-2.0)) / 2.0
    assert np.allclose(sim.u, reached, rtol=0, atol=1e-6)
    assert np.allclose(sim.v, -0.5 * reached, rtol=0, atol=1e-6)


def test_pressure_gradient_accelerates_against_itself():
    sim = simulation((8, 6), periodic(), forcing={"pressure_gradient": [-3.0, 1.0]}, time={"step": 0.1})
    advance(sim, 1.0)
    assert np.allclose(sim.u, 3.0, rtol=0, atol=1e-13)
    assert np.allclose(sim.v, -1.0, rtol=0, atol=1e-13)


def test_formula_force_of_time_is_integrated_to_third_order():
    errors = []
    for n in (10, 20):
        sim = simulation((6, 6), periodic(), forcing={"force": ["cos(5*t)", "t^3"]}, time={"step": 1.0 / n})
        advance(sim, 1.0)
        errors.append(max(abs(sim.u[0, 0] - np.sin(5.0) / 5.0), abs(sim.v[0, 0] - 0.25)))
    assert np.log2(errors[0] / errors[1]) > 2.8


@pytest.mark.parametrize("direction", ["x", "y"])
def test_laminar_kolmogorov_flow(direction):
    """``nu k^2 U = A`` in the steady state, with the scheme's own second difference for k^2."""
    nu, n, waves = 0.5, 32, 2
    sim = simulation(
        (n, n),
        periodic(),
        **CHANNEL_X,
        nu=nu,
        end=20.0,
        forcing={"kolmogorov": {"amplitude": 1.0, "wavenumber": waves, "direction": direction}},
    )
    advance(sim, 20.0)
    h = TWO_PI / n
    k2 = (2 / h * np.sin(waves * h / 2)) ** 2
    profile = np.sin(waves * (sim.grid.y if direction == "x" else sim.grid.x)) / (nu * k2)
    found = sim.u[:, 0] if direction == "x" else sim.v[0]
    assert np.allclose(found, profile, rtol=0, atol=1e-6)


def test_random_ring_feeds_in_energy_at_the_given_rate():
    rate, gains = 0.3, []
    for seed in range(12):
        sim = simulation(
            (32, 24),
            periodic(),
            x=(0.0, 1.5),
            forcing={"random": {"rate": rate, "wavenumber": 3.0, "width": 1.0, "seed": seed}},
            time={"step": 0.01},
        )
        advance(sim, 0.3)
        gains.append(sim.survey.energy / sim.t)
    spread = np.std(gains) / np.sqrt(len(gains))
    assert abs(np.mean(gains) - rate) < 4 * spread
    assert spread < 0.1 * rate


def test_random_ring_excites_only_its_ring():
    sim = simulation(
        (48, 48),
        periodic(),
        forcing={"random": {"rate": 1.0, "wavenumber": 6.0, "width": 1.0}},
        time={"step": 1e-4},
    )
    fx, fy = sim.stepper.forcing.random.draw(np.random.default_rng(0), 1e-2)
    div = np.diff(fx, axis=1) / sim.grid.dx + np.diff(fy, axis=0) / sim.grid.dy[:, None]
    assert np.abs(div).max() < 1e-10 * np.abs(fx).max() / sim.grid.dx[0]
    assert 0.5 * (np.mean(fx[:, :-1] ** 2) + np.mean(fy[:-1] ** 2)) * 1e-2 == pytest.approx(1.0, rel=1e-12)
    spectrum = np.abs(np.fft.fft2(fx[:, :-1]))
    k = np.hypot(*np.meshgrid(np.fft.fftfreq(48, 1 / 48), np.fft.fftfreq(48, 1 / 48)))
    outside = (k < 5 - 1e-9) | (k > 7 + 1e-9)
    assert spectrum[outside].max() < 1e-10 * spectrum.max()


def test_taylor_green_and_walsh_are_divergence_free_before_projection():
    from fluidgrad import cases
    from fluidgrad.grid import Grid

    grid = Grid.uniform(24, 24, (0.0, TWO_PI), (0.0, TWO_PI), True, True)
    u, v = cases.taylor_green(grid, 1.0, 2, (0.3, 0.1))
    div = np.diff(u, axis=1) / grid.dx + np.diff(v, axis=0) / grid.dy[:, None]
    assert np.abs(div).max() < 1e-13
    u, v = cases.walsh_eddies(grid, (0.0, 0.0))
    psi = np.gradient(u, grid.y, axis=0)
    assert np.isfinite(psi).all()


def test_gaussian_vortex_has_its_circulation_and_peak():
    gamma, radius = 0.7, 0.05
    sim = simulation(
        (96, 96),
        {side: {"type": "slip"} for side in ("left", "right", "bottom", "top")},
        nu=0.0,
        initial={
            "case": "gaussian vortices",
            "vortices": [{"x": 0.5, "y": 0.5, "circulation": gamma, "radius": radius}],
        },
    )
    omega = sim.field("vorticity")
    area = 1 / 96**2
    assert omega[8:-8, 8:-8].sum() * area == pytest.approx(gamma, rel=1e-3)
    assert omega.max() == pytest.approx(gamma / (np.pi * radius**2), rel=0.02)


def test_shielded_vortices_have_their_vorticity_and_no_circulation():
    places = [
        {"x": 0.1, "y": 0.6, "vorticity": 30.0, "radius": 0.1},
        {"x": 0.5, "y": 0.4, "vorticity": -9.0, "radius": 0.08},
    ]
    sim = simulation(
        (200, 200), periodic(), initial={"case": "shielded vortices", "vortices": places, "mean": [0.3, 0.1]}
    )
    omega = sim.field("vorticity")
    x, y = sim.grid.mesh("node")
    exact = 0.0
    for vortex in places:
        across = np.minimum(abs(x - vortex["x"]), 1 - abs(x - vortex["x"]))
        s = (across**2 + (y - vortex["y"]) ** 2) / vortex["radius"] ** 2
        exact = exact + vortex["vorticity"] * (1 - s) * np.exp(-s)
    assert np.abs(omega - exact).max() < 0.01 * 30.0
    assert abs(omega[:-1, :-1].sum()) < 1e-9
    assert sim.diagnostics()["momentum_x"] == pytest.approx(0.3, abs=1e-12)
    assert sim.survey.divergence < 1e-12 * sim.survey.rate


def test_lamb_chaplygin_dipole_travels_at_its_speed():
    """Inviscid, 20 cells per radius. In a periodic box without mean flow the images slow the dipole by half its
    impulse ``2 pi a^2 U`` over the area of the box, 4.9 % here."""
    sim = simulation(
        (160, 160),
        periodic(),
        x=(0.0, 8.0),
        y=(0.0, 8.0),
        end=3.0,
        initial={"case": "lamb-chaplygin dipole", "x": 2.5, "y": 4.0, "radius": 1.0, "speed": 1.0},
    )

    def centroid():
        omega = np.maximum(sim.field("vorticity"), 0.0)
        return float((omega * sim.grid.x_f).sum() / omega.sum())

    start = centroid()
    advance(sim, 3.0)
    assert centroid() - start == pytest.approx(3.0 * (1 - np.pi / 64), rel=0.025)


def test_lamb_chaplygin_dipole_at_an_angle_is_the_rotated_one():
    def dipole(angle):
        return simulation(
            (32, 32),
            periodic(),
            initial={
                "case": "lamb-chaplygin dipole", "x": 0.5, "y": 0.5, "radius": 0.2, "speed": 1.0, "angle": angle,
            },
        )  # fmt: skip

    along_x, along_y = dipole(0.0), dipole(90.0)
    assert np.allclose(along_y.v, along_x.u.T, rtol=0, atol=1e-13)
    assert np.allclose(along_y.u, along_x.v.T, rtol=0, atol=1e-13)


@pytest.mark.parametrize("cells", [(64, 64), (96, 48)])
def test_turbulence_has_its_speed_spectrum_and_seed(cells):
    def start(seed):
        return simulation(
            cells,
            periodic(),
            initial={"case": "turbulence", "spectrum": "k^4*exp(-2*(k/5)^2)", "speed": 1.3, "seed": seed},
        )

    sim = start(1)
    assert np.sqrt(2 * sim.survey.energy) == pytest.approx(1.3, rel=1e-12)
    assert np.array_equal(sim.u, start(1).u)
    assert not np.allclose(sim.u, start(2).u)
    spectrum = np.abs(np.fft.fft2(sim.u[:, :-1])) ** 2 + np.abs(np.fft.fft2(sim.v[:-1])) ** 2
    nx, ny = cells
    k = np.hypot(*np.meshgrid(np.fft.fftfreq(nx, 1 / nx), np.fft.fftfreq(ny, 1 / ny)))
    shells = np.array([spectrum[(k >= m - 0.5) & (k < m + 0.5)].sum() for m in range(1, 15)])
    assert 4 <= 1 + int(np.argmax(shells)) <= 6
    assert shells[-1] < 1e-3 * shells.max()


def test_streamfunction_and_formula_agree():
    by_psi = simulation(
        (20, 30),
        periodic(),
        initial={"case": "streamfunction", "psi": "sin(2*pi*x)*cos(2*pi*y)/(2*pi)", "mean": [0.2, 0.1]},
    )
    u = by_psi.grid.mesh("x-face")
    exact = 0.2 - np.sin(TWO_PI * u[0]) * np.sin(TWO_PI * u[1])
    assert np.abs(by_psi.u - exact).max() < 0.02
    assert by_psi.survey.divergence < 1e-12


def test_arrays_and_functions_as_initial_velocity():
    sim = simulation((12, 10), periodic())
    sim.set_velocity(lambda x, y: np.sin(TWO_PI * y) + 0 * x, 0.0)
    assert np.allclose(sim.u, np.sin(TWO_PI * sim.grid.y)[:, None], rtol=0, atol=1e-14)
    stored = sim.u.copy()
    sim.set_velocity(stored, np.zeros(sim.grid.shape("y-face")))
    assert np.allclose(sim.u, stored, rtol=0, atol=1e-14)
    sim.set_streamfunction(lambda x, y: 0.1 * np.cos(TWO_PI * x) + 0 * y)
    assert np.abs(sim.v).max() > 0.5


@pytest.mark.parametrize("length", [0.7, 1.3, np.pi])
@pytest.mark.parametrize("highest", [2, 3, 6, 7])
def test_modes_on_the_edge_of_the_ring_belong_to_it(length, highest):
    from fluidgrad.grid import Grid
    from fluidgrad.spectral import ring_modes

    grid = Grid.uniform(32, 32, (0.0, length), (0.0, length), True, True)
    _, _, amplitudes = ring_modes(grid, highest - 1, highest)
    assert amplitudes.shape == (2 * highest + 1, highest + 1)
    assert amplitudes[highest, -1] > 0.0
    assert amplitudes[-1, 0] > 0.0


def periodic_vorticity(grid, u, v):
    """Vorticity on the nodes but the last of each axis, across the seams where the box is periodic."""
    omega = (v[:-1] - np.roll(v[:-1], 1, 1)) / grid.dx[0] - (u[:, :-1] - np.roll(u[:, :-1], 1, 0)) / grid.dy[
        0
    ]
    return omega[0 if grid.periodic_y else 1 :, 0 if grid.periodic_x else 1 :]


@pytest.mark.parametrize("sides", [(True, True), (True, False), (False, True), (False, False)])
@pytest.mark.parametrize("box", [(1.0, 1.0), (1.5, 0.7), (0.6, 1.4)])
def test_vortices_and_their_images_have_no_vorticity_elsewhere(box, sides):
    from fluidgrad import cases
    from fluidgrad.grid import Grid

    grid = Grid.uniform(120, 110, (0.0, box[0]), (0.0, box[1]), *sides)
    vortices = [(0.3 * box[0], 0.4 * box[1], 1.0, 0.05), (0.9 * box[0], 0.1 * box[1], -0.4, 0.05)]
    x, y = (q[..., :-1] if k == 0 else q[:-1] for k, q in enumerate(grid.mesh("node")))
    expected = -0.6 / (box[0] * box[1]) * all(sides) + 0.0 * x * y
    for x0, y0, circulation, radius in vortices:
        dx, dy = x - x0, y - y0
        dx = dx - box[0] * np.round(dx / box[0]) * sides[0]
        dy = dy - box[1] * np.round(dy / box[1]) * sides[1]
        expected += circulation / (np.pi * radius**2) * np.exp(-(dx**2 + dy**2) / radius**2)
    expected = expected[0 if sides[1] else 1 :, 0 if sides[0] else 1 :]
    found = periodic_vorticity(grid, *cases.gaussian_vortices(grid, vortices, (0.2, 0.1)))
    assert np.abs(found - expected).max() < 0.01 * expected.max()


@pytest.mark.parametrize("angle", [0.0, 90.0, 30.0])
def test_dipole_anywhere_in_a_periodic_box_has_no_vorticity_elsewhere(angle):
    from fluidgrad import cases
    from fluidgrad.grid import Grid

    grid = Grid.uniform(120, 110, (0.0, 1.5), (0.0, 1.0), True, True)
    u, v = cases.lamb_chaplygin_dipole(grid, 0.2, 0.85, 0.1, 1.0, angle)
    assert np.allclose(u[:, 0], u[:, -1], rtol=0, atol=1e-12)
    assert np.allclose(v[0], v[-1], rtol=0, atol=1e-12)
    assert abs(u[:, :-1].mean()) < 1e-13
    assert abs(v[:-1].mean()) < 1e-13
    dx, dy = np.meshgrid(grid.x_f[:-1] - 0.2, grid.y_f[:-1] - 0.85)
    outside = np.hypot(dx - 1.5 * np.round(dx / 1.5), dy - np.round(dy)) > 0.14
    omega = np.abs(periodic_vorticity(grid, u, v))
    assert omega[outside].max() < 1e-3 * omega.max()
