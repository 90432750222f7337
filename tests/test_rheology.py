"""Variable viscosity: the operator's identities, exact flows of generalised Newtonian fluids, sub-grid viscosity."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from setups import SIDES, advance, orders, periodic, simulation, walls

from fluidgrad import rheology
from fluidgrad.config import InvalidConfigError, load
from fluidgrad.config.rheology import Carreau, PowerLaw
from fluidgrad.grid import Grid, H
from fluidgrad.kernels import halo, momentum
from fluidgrad.recording import Recorder
from fluidgrad.simulation import Simulation

PERIODIC, WALL, SLIP = {"type": "periodic"}, {"type": "wall"}, {"type": "slip"}
CHANNEL = {"left": PERIODIC, "right": PERIODIC, "bottom": WALL, "top": WALL}
THROUGH = {"left": {"type": "inflow", "normal": "1 + y", "tangential": 0.2}, "right": {"type": "outflow"}}
MOVING = {"type": "moving wall", "velocity": "1 + x"}
SETS = {
    "periodic": periodic(),
    "walls": walls(top=MOVING),
    "slip": dict.fromkeys(SIDES, SLIP),
    "through": {**THROUGH, "bottom": WALL, "top": SLIP},
}
SHAKEN = {"case": "formula", "u": "sin(7*y + 2*x)", "v": "cos(5*x - 3*y)"}
THIN = {"law": "power law", "consistency": 0.02, "index": 0.6, "largest_viscosity": 0.1}
THICK = {"law": "power law", "consistency": 0.002, "index": 1.6, "largest_viscosity": 0.1}
BLOOD = {"law": "carreau", "viscosity_at_rest": 0.05, "viscosity_sheared": 0.004, "time": 2.0, "index": 0.4}
MODELS = {"thin": THIN, "thick": THICK, "carreau": BLOOD}
EDDIES = {"subgrid": "smagorinsky"}
TANH = {"law": "tanh", "strength": 1.2}
INNER = np.s_[H:-H, H:-H]


def settings(cells, sides, model, *, stretched=False, **tables) -> dict:
    """The configuration of a run of a fluid with a model of viscosity."""
    domain = {"x": [0.0, 1.5], "y": [0.0, 1.0], "cells": list(cells)}
    if stretched:
        domain |= {"spacing_x": TANH, "spacing_y": TANH}
    domain |= tables.pop("domain", {})
    config = {"domain": domain, "fluid": {"model": model}, "boundaries": sides, "time": {"end": 1.0}}
    return config | {"initial": SHAKEN} | tables


def fluid_run(*args, **tables) -> Simulation:
    return Simulation.from_config(settings(*args, **tables))


def stretched_faces(n, length=1.0, amount=0.12):
    s = np.linspace(0.0, 1.0, n + 1)
    return length * (s + amount * np.sin(2 * np.pi * s) / np.pi)


def random_velocity(rng, grid):
    """A random velocity that is not divergence-free, in a periodic box."""
    u, v = grid.zeros(), grid.zeros()
    none = np.zeros(200)
    for q in (u, v):
        q[INNER] = rng.standard_normal((grid.ny, grid.nx))
    halo.fill(u, v, halo.PERIODIC, halo.PERIODIC, none, none)
    halo.fill(v.T, u.T, halo.PERIODIC, halo.PERIODIC, none, none)
    return u, v


def friction(grid, law, u, v, smagorinsky=0.0):
    """Rates of change by the friction alone, and the object that gave them."""
    fluid = rheology.Rheology(grid, law, smagorinsky)
    du, dv = grid.zeros(), grid.zeros()
    fluid.add_stress(u, v, du, dv)
    return du, dv, fluid


def slow_friction(u, v, dx, dy, viscosity):
    """The same in a doubly periodic box from the formulas, plain arrays (ny, nx) of west and south faces;
    ``viscosity`` is a function of the shear rate and of the area around the point."""

    def east(q):
        return np.roll(q, -1, 1)

    def north(q):
        return np.roll(q, -1, 0)

    def west(q):
        return np.roll(q, 1, 1)

    def south(q):
        return np.roll(q, 1, 0)

    dx, dy = np.broadcast_to(dx, u.shape), np.broadcast_to(dy[:, None], u.shape)
    dxu, dyv = 0.5 * (dx + west(dx)), 0.5 * (dy + south(dy))
    sxx, syy = (east(u) - u) / dx, (north(v) - v) / dy
    sxy = 0.5 * ((u - south(u)) / dyv + (v - west(v)) / dxu)
    around = (sxy**2 + east(sxy) ** 2 + north(sxy) ** 2 + north(east(sxy)) ** 2) / 4
    nu_c = viscosity(np.sqrt(2 * (sxx**2 + syy**2 + 2 * around)), dx * dy)

    def to_node(q):
        along = (dx * west(q) + west(dx) * q) / (2 * dxu)
        return (dy * south(along) + south(dy) * along) / (2 * dyv)

    nu_n = viscosity(np.sqrt(2 * (to_node(sxx**2 + syy**2) + 2 * sxy**2)), dxu * dyv)
    txx, tyy, txy = 2 * nu_c * sxx, 2 * nu_c * syy, 2 * nu_n * sxy
    du = (txx - west(txx)) / dxu + (north(txy) - txy) / dy
    dv = (tyy - south(tyy)) / dyv + (east(txy) - txy) / dx
    return du, dv


LAWS = {
    "power law": (rheology.power_law(0.3, 0.6, 0.0, 1e3), lambda g, area: 0.3 * g**-0.4),
    "bounded": (rheology.power_law(0.3, 0.6, 0.2, 0.25), lambda g, area: np.clip(0.3 * g**-0.4, 0.2, 0.25)),
    "carreau": (
        rheology.carreau(0.5, 0.1, 0.3, 0.4),
        lambda g, area: 0.1 + 0.4 * (1 + (0.3 * g) ** 2) ** -0.3,
    ),
    "smagorinsky": (rheology.constant(0.05), lambda g, area: 0.05 + 0.2**2 * area * g),
}


@pytest.fixture(params=["uniform", "stretched"])
def grid(request):
    if request.param == "uniform":
        return Grid.uniform(9, 7, (0.0, 1.3), (0.0, 0.8), True, True)
    return Grid(stretched_faces(9, 1.3), stretched_faces(7, 0.8), True, True)


@pytest.mark.parametrize("name", LAWS)
def test_friction_equals_the_formulas(rng, grid, name):
    law, viscosity = LAWS[name]
    u, v = random_velocity(rng, grid)
    du, dv, _ = friction(grid, law, u, v, 0.2 if name == "smagorinsky" else 0.0)
    expected = slow_friction(u[INNER], v[INNER], grid.dx, grid.dy, viscosity)
    for rate, slow in zip((du, dv), expected, strict=True):
        assert np.abs(rate[INNER] - slow).max() < 1e-12 * np.abs(slow).max()


@pytest.mark.parametrize("name", LAWS)
def test_momentum_is_conserved_and_energy_lost_as_said(rng, grid, name):
    u, v = random_velocity(rng, grid)
    du, dv, fluid = friction(grid, LAWS[name][0], u, v, 0.17)
    volume_u = grid.dy[:, None] * (0.5 * (grid.dx + np.roll(grid.dx, 1)))
    volume_v = (0.5 * (grid.dy + np.roll(grid.dy, 1)))[:, None] * grid.dx
    for rate, volume in ((du[INNER], volume_u), (dv[INNER], volume_v)):
        assert abs(np.sum(rate * volume)) < 1e-13 * np.sum(np.abs(rate) * volume)
    work = np.sum(u[INNER] * du[INNER] * volume_u) + np.sum(v[INNER] * dv[INNER] * volume_v)
    area = grid.length_x * grid.length_y
    assert fluid.dissipation(u, v) > 0.0
    assert work == pytest.approx(-fluid.dissipation(u, v) * area, rel=1e-12)


def test_friction_of_the_transposed_flow_is_the_friction_transposed(rng):
    grid = Grid(stretched_faces(9, 1.3), stretched_faces(7, 0.8), True, True)
    turned = Grid(grid.y_f, grid.x_f, True, True)
    u, v = random_velocity(rng, grid)
    du, dv, _ = friction(grid, LAWS["carreau"][0], u, v, 0.17)
    dv_turned, du_turned, _ = friction(turned, LAWS["carreau"][0], v.T.copy(), u.T.copy(), 0.17)
    assert np.allclose(du[INNER], du_turned.T[INNER], rtol=1e-12, atol=1e-12 * np.abs(du).max())
    assert np.allclose(dv[INNER], dv_turned.T[INNER], rtol=1e-12, atol=1e-12 * np.abs(dv).max())


@pytest.mark.parametrize("stretched", [False, True])
@pytest.mark.parametrize("sides", SETS.values(), ids=SETS)
def test_constant_viscosity_gives_the_laplacian(sides, stretched):
    law = {"spacing_x": TANH, "spacing_y": TANH} if stretched else {}
    sim = simulation((20, 14), sides, x=(0.0, 1.5), nu=0.02, domain=law, initial=SHAKEN)
    advance(sim, 0.05)
    g, (u, v) = sim.grid, (sim.state.u, sim.state.v)
    du, dv, _ = friction(g, rheology.constant(0.02), u, v)
    with_laplacian, without = (g.zeros(), g.zeros()), (g.zeros(), g.zeros())
    for nu, rates in ((0.02, with_laplacian), (0.0, without)):
        momentum.tendency(momentum.CENTRAL)(u, v, sim.stepper.metrics, *rates, nu, 0.0, 0.0, 0.0)
    inner_u = np.s_[H : H + g.ny, H + 1 : H + g.nx]
    inner_v = np.s_[H + 1 : H + g.ny, H : H + g.nx]
    for rate, a, b, faces in zip((du, dv), with_laplacian, without, (inner_u, inner_v), strict=True):
        scale = np.abs(a[faces]).max() + np.abs(b[faces]).max()
        assert np.abs(rate - (a - b))[faces].max() < 1e-12 * scale


def test_friction_is_second_order_for_a_flow_of_two_dimensions():
    consistency, n = 0.3, 0.7

    def velocity(x, y):
        return np.sin(2 * x) * np.cos(y) + 0.3 * np.cos(2 * y), -2 * np.cos(2 * x) * np.sin(y)

    def stress(x, y):
        ux, uy = 2 * np.cos(2 * x) * np.cos(y), -np.sin(2 * x) * np.sin(y) - 0.6 * np.sin(2 * y)
        vx = 4 * np.sin(2 * x) * np.sin(y)
        nu = consistency * (4 * ux**2 + (uy + vx) ** 2 + 1.0) ** (0.5 * (n - 1))
        return 2 * nu * ux, nu * (uy + vx)

    def slope(q, x, y, direction, h=1e-3):
        a, b = (h, 0.0) if direction == "x" else (0.0, h)
        near = q(x + a, y + b) - q(x - a, y - b)
        return (8 * near - q(x + 2 * a, y + 2 * b) + q(x - 2 * a, y - 2 * b)) / (12 * h)

    errors = []
    for cells in (32, 64, 128):
        grid = Grid.uniform(cells, 2 * cells, (0, 2 * np.pi), (0, 2 * np.pi), True, True)
        at = [
            np.concatenate([f[-H - 1 : -1] - 2 * np.pi, f, f[1:H] + 2 * np.pi]) for f in (grid.x_f, grid.y_f)
        ]
        x, y = at[0][None, :], at[1][:, None]
        hx, hy = 0.5 * grid.dx[0], 0.5 * grid.dy[0]
        u, v = velocity(x, y + hy)[0], velocity(x + hx, y)[1]
        law = rheology.carreau(consistency, 0.0, 1.0, n)
        du, dv, _ = friction(grid, law, np.ascontiguousarray(u), np.ascontiguousarray(v))

        def xx(x, y):
            return stress(x, y)[0]

        def xy(x, y):
            return stress(x, y)[1]

        exact_u = slope(xx, x, y + hy, "x") + slope(xy, x, y + hy, "y")
        exact_v = slope(xy, x + hx, y, "x") - slope(xx, x + hx, y, "y")
        wrong = [(du - exact_u)[INNER], (dv - exact_v)[INNER]]
        errors.append(np.sqrt(np.mean(np.square(wrong))))
    assert orders(errors)[-1] == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize(
    ("model", "law"),
    [
        (
            PowerLaw(
                law="power law", consistency=0.2, index=0.5, smallest_viscosity=1e-3, largest_viscosity=5.0
            ),
            rheology.power_law(0.2, 0.5, 1e-3, 5.0),
        ),
        (
            PowerLaw(law="power law", consistency=0.2, index=1.7, largest_viscosity=5.0),
            rheology.power_law(0.2, 1.7, 0.0, 5.0),
        ),
        (
            Carreau(law="carreau", viscosity_at_rest=2.0, viscosity_sheared=0.1, time=0.7, index=0.3),
            rheology.carreau(2.0, 0.1, 0.7, 0.3),
        ),
    ],
    ids=["thinning", "thickening", "carreau"],
)
@pytest.mark.parametrize("rate", [0.0, 1e-9, 1e-3, 0.3, 10.0, 1e6])
def test_the_solver_and_the_configuration_know_the_same_law(model, law, rate):
    _, _, fluid = friction(*shear_flow(rate, law))
    assert fluid.viscosity_at_centres[INNER] == pytest.approx(model.viscosity_at(rate), rel=1e-12, abs=1e-60)
    assert fluid.viscosity_at_nodes[INNER] == pytest.approx(model.viscosity_at(rate), rel=1e-12, abs=1e-60)


def shear_flow(rate, law):
    grid = Grid.uniform(6, 5, (0.0, 3.0), (0.0, 1.0))
    return grid, law, np.broadcast_to(rate * 0.2 * np.arange(9.0)[:, None], (9, 10)).copy(), grid.zeros()


def test_smagorinsky_viscosity_of_shear_strain_and_rotation():
    grid = Grid(np.linspace(0.0, 3.0, 7), np.linspace(0.0, 1.0, 6))
    x, y = 0.5 * np.arange(10.0)[None, :], 0.2 * np.arange(9.0)[:, None]
    nothing = 0.0 * x * y
    flows = [
        ((3 * (y + 0.1) + nothing, nothing), 3.0),
        ((2 * x + nothing, -2 * y + nothing), 4.0),
        ((y + 0.1 + nothing, -(x + 0.25) + nothing), 0.0),
        ((2 * x + (y + 0.1), -2 * y + 3 * (x + 0.25)), np.sqrt(2 * 4 + 2 * 4 + 16)),
    ]
    for (u, v), rate in flows:
        _, _, fluid = friction(grid, rheology.constant(0.01), u, v, 0.2)
        expected = pytest.approx(0.01 + 0.2**2 * (0.5 * 0.2) * rate, rel=1e-12)
        assert fluid.viscosity_at_centres[INNER] == expected
        assert fluid.viscosity_at_nodes[INNER] == expected


def poiseuille(cells, model, profile, stretched=False):
    """Relative error of the steady channel flow between walls at y = 0 and 1, driven by a gradient of 1 m/s2."""
    spacing = {"spacing_y": {"law": "tanh", "strength": 1.0}} if stretched else {}
    sim = fluid_run(
        (4, cells),
        CHANNEL,
        model,
        domain={"x": [0.0, 1.0], **spacing},
        forcing={"pressure_gradient": [-1.0, 0.0]},
        initial={"case": "rest"},
        time={"end": 100.0, "steady": 5e-5},
    )
    sim.set_velocity(lambda x, y: profile(y) + 0.0 * x, 0.0)
    advance(sim, 100.0)
    assert sim.steady
    exact = profile(sim.grid.y)
    assert np.abs(sim.v).max() < 1e-12 and np.ptp(sim.u, axis=1).max() < 1e-12
    assert np.abs(sim.p).max() < 1e-10
    error = np.average((sim.u[:, 0] - exact) ** 2, weights=sim.grid.dy)
    return float(np.sqrt(error / np.average(exact**2, weights=sim.grid.dy)))


@pytest.mark.parametrize(
    ("n", "largest", "stretched"),
    [(0.5, 0.5, False), (0.5, 0.5, True), (0.7, 0.4, False), (1.5, 10.0, False), (1.5, 10.0, True)],
)
def test_power_law_channel_is_second_order(n, largest, stretched):
    consistency = 0.1

    def profile(y):
        return (
            n
            / (n + 1)
            * consistency ** (-1 / n)
            * (0.5 ** (1 + 1 / n) - np.abs(np.asarray(y) - 0.5) ** (1 + 1 / n))
        )

    model = {"law": "power law", "consistency": consistency, "index": n, "largest_viscosity": largest}
    errors = [poiseuille(cells, model, profile, stretched) for cells in (6, 12, 24)]
    assert orders(errors)[-1] == pytest.approx(2.0, abs=0.1)
    assert errors[-1] < 7e-3


def test_carreau_channel_equals_the_integrated_profile():
    model = {"law": "carreau", "viscosity_at_rest": 0.3, "viscosity_sheared": 0.02, "time": 1.5, "index": 0.3}
    law = Carreau(**model)

    def rate(y):
        stress = 0.5 - y
        return brentq(lambda g: law.viscosity_at(g) * g - stress, 0.0, stress / 0.02 + 1.0, xtol=1e-14)

    def profile(y):
        nearest = np.minimum(y, 1.0 - y)
        return np.reshape([quad(rate, 0.0, float(s), epsabs=1e-10)[0] for s in nearest.flat], nearest.shape)

    errors = [poiseuille(cells, model, profile) for cells in (6, 12, 24)]
    assert orders(errors)[-1] == pytest.approx(2.0, abs=0.1)
    assert errors[-1] < 7e-3


def test_sheared_between_walls_the_profile_is_straight_and_the_loss_exact():
    sides = {**CHANNEL, "top": {"type": "moving wall", "velocity": 2.0}}
    sim = fluid_run((4, 12), sides, BLOOD, stretched=True, initial={"case": "formula", "u": "2*y", "v": "0"})
    for _ in range(20):
        sim.step()
    assert np.abs(sim.u - 2.0 * sim.grid.y[:, None]).max() < 1e-12
    nu, row = Carreau(**BLOOD).viscosity_at(2.0), sim.diagnostics()
    assert row["dissipation"] == pytest.approx(nu * 4.0, rel=1e-12)
    assert row["max_viscosity"] == pytest.approx(nu, rel=1e-12)
    assert set(row) == set(sim.series_columns)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize(
    "sides", [walls(), dict.fromkeys(SIDES, SLIP), periodic()], ids=["walls", "slip", "periodic"]
)
def test_the_budget_of_energy_closes(sides, model):
    sim = fluid_run(
        (18, 12), sides, model, stretched=sides["left"] is not PERIODIC, time={"end": 1.0, "step": 2e-4}
    )
    energy, loss = [sim.survey.energy], [sim.diagnostics()["dissipation"]]
    for _ in range(20):
        sim.step()
        energy.append(sim.survey.energy)
        loss.append(sim.diagnostics()["dissipation"])
    lost = np.trapezoid(loss, dx=2e-4)
    assert energy[0] - energy[-1] == pytest.approx(lost, rel=2e-4)


@pytest.mark.parametrize("sides", SETS.values(), ids=SETS)
@pytest.mark.parametrize("numerics", [{}, EDDIES, {**EDDIES, "advection": "upwind"}])
def test_every_kind_of_side_stays_free_of_divergence(sides, numerics):
    sim = fluid_run((20, 14), sides, BLOOD, numerics=numerics, stretched=sides["left"] is not PERIODIC)
    for _ in range(12):
        sim.step()
        assert sim.survey.divergence < 1e-12 * sim.survey.rate
    assert np.isfinite(sim.p).all() and np.isfinite(list(sim.diagnostics().values())).all()


@pytest.mark.parametrize(
    ("model", "numerics"),
    [(THIN | {"largest_viscosity": 10.0}, {}), (THICK | {"consistency": 4.0, "largest_viscosity": 1e3}, {})],
    ids=["thin", "thick"],
)
def test_noise_decays_at_the_step_that_friction_allows(model, numerics):
    noise = {"case": "formula", "u": "sin(9e4*(x + 3.3*y)*(1 + x*y))", "v": "cos(7e4*(x - y*x))"}
    sim = fluid_run((24, 16), walls(), model, initial=noise, numerics=numerics, stretched=True)
    before = sim.survey.energy
    for _ in range(30):
        friction_step, dt = sim.step_size.viscous(sim.state), sim.step()
        assert dt <= friction_step
        assert sim.survey.energy < before
        before = sim.survey.energy


def test_the_step_follows_the_slope_of_stress_against_strain():
    rate = 7.0
    for law, smagorinsky, slope in (
        (rheology.constant(0.3), 0.0, 0.3),
        (rheology.power_law(0.3, 0.5, 0.0, 1e3), 0.0, 0.3 * rate**-0.5),
        (rheology.power_law(0.3, 1.5, 0.0, 1e3), 0.0, 1.5 * 0.3 * rate**0.5),
        (rheology.constant(0.3), 0.2, 0.3 + 2 * 0.2**2 * (0.5 * 0.2) * rate),
    ):
        grid, _, u, v = shear_flow(rate, law)
        fluid = rheology.Rheology(grid, law, smagorinsky)
        assert fluid.decay_rate(u, v) == pytest.approx(slope * (0.5**-2 + 0.2**-2), rel=1e-12)


def test_the_mirror_image_flows_as_the_mirror_image():
    config = {"numerics": EDDIES, "stretched": True}
    sim, mirrored = (fluid_run((18, 12), walls(), THIN, **config) for _ in range(2))
    mirrored.set_velocity(-sim.u[:, ::-1], sim.v[:, ::-1])
    for run in (sim, mirrored):
        for _ in range(8):
            run.step()
    assert np.abs(sim.u + mirrored.u[:, ::-1]).max() < 1e-12
    assert np.abs(sim.v - mirrored.v[:, ::-1]).max() < 1e-12


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_the_transposed_flow_flows_transposed(model):
    sides = {**THROUGH, "bottom": WALL, "top": SLIP}
    turned_sides = {
        "bottom": {"type": "inflow", "normal": "1 + x", "tangential": 0.2},
        "top": {"type": "outflow"},
        "left": WALL,
        "right": SLIP,
    }
    sim = fluid_run((18, 12), sides, model, numerics=EDDIES)
    domain = {"x": [0.0, 1.0], "y": [0.0, 1.5]}
    turned = fluid_run((12, 18), turned_sides, model, numerics=EDDIES, domain=domain)
    u, v = sim.u.copy(), sim.v.copy()
    sim.set_velocity(u, v)
    turned.set_velocity(v.T, u.T)
    for run in (sim, turned):
        for _ in range(6):
            run.step()
    assert np.abs(sim.u - turned.v.T).max() < 1e-11
    assert np.abs(sim.v - turned.u.T).max() < 1e-11


class Stop(Exception):
    """Ends a run in the middle."""


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_threads_and_restarts_change_no_bit(tmp_path, model):
    tables = {"numerics": EDDIES, "time": {"end": 0.1}, "output": {"every": 0.05}}
    asked = settings((40, 30), walls(top=MOVING), model, **tables)

    def stop(sim):
        if sim.step_count == 5:
            raise Stop

    threads = numba.config.NUMBA_NUM_THREADS
    with Simulation.from_config(asked, threads=threads, output=tmp_path / "whole") as whole:
        whole.run(progress=False)
    with Simulation.from_config(asked, threads=1, output=tmp_path / "run") as sim, pytest.raises(Stop):
        sim.run(progress=stop)
    sim = Simulation.from_config(asked, threads=1)
    sim.recorder = Recorder.resume(sim, tmp_path / "run")
    with sim:
        sim.run(progress=False)
    assert np.array_equal(sim.state.u, whole.state.u) and np.array_equal(sim.state.v, whole.state.v)


def decay(numerics, cells=32, nu=1e-4, **tables):
    """Turbulence that decays in a periodic box: rows of energy and dissipation."""
    sim = simulation(
        (cells, cells),
        periodic(),
        nu=nu,
        end=1.0,
        initial={"case": "turbulence", "spectrum": "k^4*exp(-(k/4)^2)", "speed": 1.0, "seed": 3},
        numerics=numerics,
        **tables,
    )
    energy, loss = [sim.survey.energy], [sim.diagnostics()["dissipation"]]
    while sim.t < 0.5:
        sim.step(0.5)
        energy.append(sim.survey.energy)
        loss.append(sim.diagnostics()["dissipation"])
    return sim, np.array(energy), np.array(loss)


def test_eddies_below_the_grid_take_energy_as_said():
    step = {"time": {"step": 0.0025}}
    _, plain, _ = decay({}, **step)
    weak, strong = (decay({**EDDIES, "smagorinsky_constant": constant}, **step) for constant in (0.1, 0.3))
    assert plain[-1] > weak[1][-1] > strong[1][-1]
    for _, energy, loss in (weak, strong):
        assert energy[0] - energy[-1] == pytest.approx(np.trapezoid(loss, dx=0.0025), rel=1e-3)


def test_molecular_viscosity_can_be_implicit_beside_that_of_eddies():
    implicit = {**EDDIES, "diffusion": "implicit"}
    explicit_run, *_ = decay(EDDIES, nu=0.02, time={"step": 1e-3})
    errors = []
    for step in (0.02, 0.01):
        sim, *_ = decay(implicit, nu=0.02, time={"step": step})
        errors.append(np.abs(sim.u - explicit_run.u).max())
    assert errors[1] < 2e-3 and errors[0] / errors[1] > 3.0
    long_step, energy, _ = decay(implicit, nu=1.0)
    assert long_step.step_size.viscous(long_step.state) > 50 * 2.0 / (4 * 2 * 32**2)
    assert (np.diff(energy) < 0).all()


TEXT = """\
[domain]
cells = [8, 8]
[fluid]
model = {law = "power law", consistency = 0.1, index = 0.5, largest_viscosity = 1.0}
[boundaries]
left = {type = "wall"}
right = {type = "wall"}
bottom = {type = "wall"}
top = {type = "moving wall", velocity = 1.0}
[numerics]
advection = "central"
[time]
end = 1.0
"""
LAW = 'law = "power law", consistency = 0.1, index = 0.5, largest_viscosity = 1.0'
CARREAU = 'law = "carreau", viscosity_at_rest = 0.1, time = 1, index = 0.5'


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "key", "words"),
    [
        ("[fluid]\n", "[fluid]\nviscosity = 0.1\n", 4, 1, "fluid.viscosity", "leave it out"),
        ("[fluid]\n", "[fluid]\nreynolds = 10\n", 4, 1, "fluid.reynolds", "consistency = speed^(2 - index)"),
        ("[fluid]\n", "[fluid]\nlength = 10\n", 4, 1, "fluid.length", "has no effect"),
        (LAW, 'law = "newtonian"', 3, 2, "fluid", "give viscosity, or reynolds"),
        ("power law", "bingham", 4, 16, "fluid.model.law", "'carreau'"),
        ("consistency = 0.1, ", "", 4, 1, "fluid.model.consistency", "missing"),
        ("consistency", "viscosty_at_rest", 4, 29, "fluid.model.viscosty_at_rest", "unknown"),
        ("index = 0.5", "index = 0", 4, 56, "fluid.model.index", "greater than 0"),
        ("index = 0.5", "time = 0.5", 4, 48, "fluid.model.time", "belongs to law 'carreau'"),
        (
            "index = 0.5",
            "index = 0.5, smallest_viscosity = 2.0",
            4,
            82,
            "fluid.model.smallest_viscosity",
            "must not exceed largest_viscosity, 1; found 2",
        ),
        (
            LAW,
            f"{CARREAU}, viscosity_sheared = 0.2",
            4,
            95,
            "fluid.model.viscosity_sheared",
            "must not exceed",
        ),
        (LAW, CARREAU.replace("0.5", "1.5"), 4, 70, "fluid.model.index", "at most 1"),
        ("[time]", 'diffusion = "implicit"\n[time]', 12, 13, "numerics.diffusion", "constant viscosity"),
        ("[time]", "smagorinsky_constant = 0.1\n[time]", 12, 1, "numerics.smagorinsky_constant", "subgrid"),
        ("[time]", 'subgrid = "leith"\n[time]', 12, 11, "numerics.subgrid", "'smagorinsky'"),
    ],
)
def test_mistakes_are_found_at_their_place(old, new, line, column, key, words):
    load(TEXT)
    with pytest.raises(InvalidConfigError) as caught:
        load(TEXT.replace(old, new, 1))
    found = [problem for problem in caught.value.problems if problem.key == key]
    assert found, str(caught.value)
    assert words in found[0].message
    assert (found[0].line, found[0].column) == (line, column), str(found[0])


def test_numbers_of_scalars_that_need_a_viscosity_are_refused():
    scalar = '[[scalars]]\nname = "heat"\nprandtl = 1.0\n'
    with pytest.raises(InvalidConfigError, match="give diffusivity"):
        load(TEXT + scalar)


@pytest.mark.parametrize("numerics", [{}, {**EDDIES, "smagorinsky_constant": 0.1}])
def test_the_configuration_is_read_back_as_written(numerics):
    config = load(settings((8, 8), walls(), BLOOD, numerics=numerics))
    assert load(config.to_toml()) == config
    assert "index 0.4" in config.summary()["viscosity"]
