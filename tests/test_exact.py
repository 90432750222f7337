"""Whole runs against exact solutions of the Navier-Stokes equations: values and orders of accuracy."""

from __future__ import annotations

import numpy as np
import pytest
from setups import advance, orders, periodic, simulation

from fluidgrad.validation.measures import pressure_error, velocity_error

TWO_PI = 2 * np.pi


def wavy(n, length, amount=0.1):
    """Smoothly stretched periodic faces."""
    s = np.linspace(0.0, 1.0, n + 1)
    faces = length * (s + amount * np.sin(TWO_PI * s) / TWO_PI * 2)
    faces[-1] = length
    return {"law": "faces", "faces": faces.tolist()}


def taylor_green(n, stretched=False, end=0.5, nu=0.005, mean=(1.0, 0.5)):
    """A run on 3n by 2n cells and its exact u, v, p at the end."""
    domain = {"spacing_x": wavy(3 * n, 1.0), "spacing_y": wavy(2 * n, 1.0)} if stretched else {}
    sim = simulation(
        (3 * n, 2 * n),
        periodic(),
        end=end,
        nu=nu,
        domain=domain,
        initial={"case": "taylor green", "mean": list(mean)},
        time={"cfl": 0.5},
    )
    decay = np.exp(-2 * TWO_PI**2 * nu * end)

    def u(x, y):
        return mean[0] + np.sin(TWO_PI * (x - mean[0] * end)) * np.cos(TWO_PI * (y - mean[1] * end)) * decay

    def v(x, y):
        return mean[1] - np.cos(TWO_PI * (x - mean[0] * end)) * np.sin(TWO_PI * (y - mean[1] * end)) * decay

    def p(x, y):
        waves = np.cos(2 * TWO_PI * (x - mean[0] * end)) + np.cos(2 * TWO_PI * (y - mean[1] * end))
        return 0.25 * waves * decay**2

    return advance(sim, end), u, v, p


def test_taylor_green_is_second_order_on_cells_that_are_not_square():
    velocity, pressure = [], []
    for n in (8, 16, 32):
        sim, u, v, p = taylor_green(n)
        velocity.append(velocity_error(sim, u, v, (1.0, 0.5)))
        pressure.append(pressure_error(sim, p))
    assert orders(velocity)[-1] == pytest.approx(2.0, abs=0.1)
    assert orders(pressure)[-1] >= 1.9


def test_taylor_green_is_second_order_on_stretched_grids():
    velocity, pressure = [], []
    for n in (8, 16, 32):
        sim, u, v, p = taylor_green(n, stretched=True)
        velocity.append(velocity_error(sim, u, v, (1.0, 0.5)))
        pressure.append(pressure_error(sim, p))
    assert orders(velocity)[-1] >= 1.9
    assert orders(pressure)[-1] >= 1.9


def walsh(nx, ny, advection="central"):
    mean, nu, end = (1.0, 0.3), 0.01, 1.0
    sim = simulation(
        (nx, ny),
        periodic(),
        x=(0.0, TWO_PI),
        y=(0.0, TWO_PI),
        nu=nu,
        end=end,
        initial={"case": "walsh eddies", "mean": list(mean)},
        numerics={"advection": advection},
    )
    decay = np.exp(-25 * nu * end)

    def u(x, y):
        x, y = x - mean[0] * end, y - mean[1] * end
        return mean[0] + decay * (np.cos(3 * x) * np.cos(4 * y) + np.sin(5 * y))

    def v(x, y):
        x, y = x - mean[0] * end, y - mean[1] * end
        return mean[1] + decay * (0.75 * np.sin(3 * x) * np.sin(4 * y) + np.cos(5 * x))

    return velocity_error(advance(sim, end), u, v, mean)


def test_walsh_eddies_order_and_value():
    assert walsh(64, 64) <= 0.155
    errors = [walsh(3 * n, 2 * n) for n in (24, 48, 96)]
    assert orders(errors)[-1] == pytest.approx(2.0, abs=0.1)


def test_upwind_scheme_is_second_order_or_better():
    errors = [walsh(n, n, "upwind") for n in (48, 96)]
    assert orders(errors)[0] >= 1.9
    assert errors[0] < walsh(48, 48)


CHANNEL = {"left": {"type": "periodic"}, "right": {"type": "periodic"}, "bottom": {"type": "wall"}}


@pytest.mark.parametrize("diffusion", ["explicit", "implicit"])
def test_poiseuille_is_the_parabola_plus_the_constant_of_the_wall_treatment(diffusion):
    force, nu, n = 0.8, 0.1, 16
    sim = simulation(
        (8, n),
        CHANNEL | {"top": {"type": "wall"}},
        nu=nu,
        end=60.0,
        forcing={"pressure_gradient": [-force, 0.0]},
        numerics={"diffusion": diffusion},
    )
    advance(sim, 60.0)
    y = sim.grid.y[:, None]
    shift = force / (8 * nu * n**2)
    assert np.abs(sim.u - force * y * (1 - y) / (2 * nu) - shift).max() < 1e-13
    assert np.abs(sim.v).max() < 1e-14


@pytest.mark.parametrize("diffusion", ["explicit", "implicit"])
def test_couette_is_exact_on_a_stretched_grid(diffusion):
    sim = simulation(
        (8, 16),
        CHANNEL | {"top": {"type": "moving wall", "velocity": 2.0}},
        nu=0.1,
        end=60.0,
        domain={"spacing_y": {"law": "tanh", "strength": 1.5}},
        numerics={"diffusion": diffusion},
    )
    advance(sim, 60.0)
    assert np.abs(sim.u - 2.0 * sim.grid.y[:, None]).max() < 1e-12


def womersley_eigenmodes(nu, omega, n, t):
    """Exact solution in time of the semi-discrete channel ``du/dt = cos(omega t) + nu*L u`` from rest, by the
    eigenvectors of the scheme's own second difference with walls at y = -1 and 1: leaves only the error in time."""
    h = 2.0 / n
    matrix = (np.diag(np.full(n, -2.0)) + np.diag(np.ones(n - 1), 1) + np.diag(np.ones(n - 1), -1)) / h**2
    matrix[0, 0] = matrix[-1, -1] = -3.0 / h**2
    lam, modes = np.linalg.eigh(nu * matrix)
    load = modes.T @ np.ones(n)
    forced = (omega * np.sin(omega * t) - lam * np.cos(omega * t)) / (lam**2 + omega**2)
    return modes @ (load * (forced + lam / (lam**2 + omega**2) * np.exp(lam * t)))


@pytest.mark.parametrize(
    ("diffusion", "steps", "least"), [("explicit", (40, 80, 160), 2.9), ("implicit", (20, 40, 80), 1.95)]
)
def test_womersley_order_in_time(diffusion, steps, least):
    nu, omega, n = 0.05, TWO_PI, 32
    errors = []
    for count in steps:
        sim = simulation(
            (4, n),
            CHANNEL | {"top": {"type": "wall"}},
            y=(-1.0, 1.0),
            nu=nu,
            constants={"omega": omega},
            forcing={"force": ["cos(omega*t)", 0.0]},
            numerics={"diffusion": diffusion},
            time={"step": 1.0 / count},
        )
        advance(sim, 1.0)
        errors.append(np.abs(sim.u[:, 0] - womersley_eigenmodes(nu, omega, n, 1.0)).max())
    assert min(orders(errors)) >= least


def kovasznay(n, stretched=False):
    reynolds = 40.0
    lam = reynolds / 2 - np.sqrt(reynolds**2 / 4 + 4 * np.pi**2)
    normal, tangential = "1 - exp(lam*x)*cos(2*pi*y)", "lam/(2*pi)*exp(lam*x)*sin(2*pi*y)"
    spacing = {"spacing_x": {"law": "tanh", "strength": 0.8}} if stretched else {}
    sim = simulation(
        (3 * n // 2, 2 * n),
        {
            "left": {"type": "inflow", "normal": normal, "tangential": tangential},
            "right": {"type": "inflow", "normal": f"-({normal})", "tangential": tangential},
            "bottom": {"type": "periodic"},
            "top": {"type": "periodic"},
        },
        x=(-0.5, 1.0),
        y=(-0.5, 1.5),
        nu=1 / reynolds,
        end=8.0,
        domain=spacing,
        constants={"lam": float(lam)},
        initial={"case": "formula", "u": normal, "v": tangential},
        time={"cfl": 0.9},
    )
    advance(sim, 8.0)
    velocity = velocity_error(
        sim,
        lambda x, y: 1 - np.exp(lam * x) * np.cos(TWO_PI * y),
        lambda x, y: lam / TWO_PI * np.exp(lam * x) * np.sin(TWO_PI * y),
    )
    return velocity, pressure_error(sim, lambda x, y: -0.5 * np.exp(2 * lam * x) + 0 * y)


@pytest.mark.parametrize("stretched", [False, True])
def test_kovasznay_through_given_inflow_and_outflow(stretched):
    errors = [kovasznay(n, stretched) for n in (16, 32)]
    assert orders([e[0] for e in errors])[0] >= 1.9
    assert orders([e[1] for e in errors])[0] >= 1.8


@pytest.mark.long
def test_kovasznay_at_64_cells_per_unit():
    assert kovasznay(64)[0] < 2e-3
