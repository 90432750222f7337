"""Transport of scalars: kernels against a slow reference, conservation, bounds, orders, sides."""

from __future__ import annotations

import numpy as np
import pytest
from scalar_flows import (
    carry,
    courant_rate,
    random_velocity,
    start,
    transport_on,
    uneven,
    velocity_of,
)
from setups import orders

from fluidgrad.boundary import Side
from fluidgrad.grid import Grid, H
from fluidgrad.kernels import scalar as kernel
from fluidgrad.rungekutta import GAMMA, ZETA
from fluidgrad.scalars import ScalarSide

INSIDE = np.s_[H:-H, H:-H]


def koren(a, b):
    """Koren's limited slope from the difference behind and the one ahead."""
    if a * b <= 0.0:
        return 0.0
    return np.sign(a) * min(2 * abs(a), 2 * abs(b), abs(a + 2 * b) / 3)


def slow_fluxes(grid: Grid, c, speed, diffusivity, limited, closed, along_x):
    """Fluxes through x-faces, face by face; those through y-faces from swapped arrays."""
    widths = grid.dx_p if along_x else grid.dy_p
    c, speed = (c, speed) if along_x else (c.T, speed.T)
    rows, n = c.shape[0] - 2 * H, c.shape[1] - 2 * H
    flux = np.empty((rows, n + 1))
    for j in range(rows):
        for i in range(n + 1):
            line, f = c[j + H], i + H
            value = 0.5 * (line[f - 1] + line[f])
            q = speed[j + H, f]
            if limited and not (closed and i in (0, n)):
                differences = np.diff(line[f - 2 : f + 2])
                value = (
                    line[f - 1] + 0.5 * koren(differences[0], differences[1])
                    if q >= 0
                    else line[f] - 0.5 * koren(differences[2], differences[1])
                )
            flux[j, i] = q * value - diffusivity * (line[f] - line[f - 1]) / (
                0.5 * (widths[f - 1] + widths[f])
            )
    return flux if along_x else flux.T


@pytest.mark.parametrize("advection", ["central", "limited"])
@pytest.mark.parametrize("periodic", [False, True])
def test_rates_and_fluxes_agree_with_a_slow_reference(rng, advection, periodic):
    grid = Grid(uneven(rng, 9), uneven(rng, 7), periodic_x=periodic)
    transport = transport_on(grid, diffusivity=0.3, advection=advection)
    c, u, v, dc = *(rng.standard_normal(grid.padded_shape) for _ in range(3)), grid.zeros()
    transport.rate(c, u, v, transport.metrics, dc, 0.3, *transport.closed)
    limited = advection == "limited"
    fx = slow_fluxes(grid, c, u, 0.3, limited, not periodic, along_x=True)
    fy = slow_fluxes(grid, c, v, 0.3, limited, True, along_x=False)
    expected = -np.diff(fx, axis=1) / grid.dx - np.diff(fy, axis=0) / grid.dy[:, None]
    np.testing.assert_allclose(dc[INSIDE], expected, rtol=1e-12, atol=1e-12)
    for found, flux in zip(transport.fluxes(c, u, v), (fx, fy), strict=True):
        np.testing.assert_allclose(found, flux, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("advection", ["central", "limited"])
def test_transposed_scalar_has_the_transposed_rate(rng, advection):
    grid = Grid(uneven(rng, 9), uneven(rng, 7), periodic_x=True)
    turned = Grid(grid.y_f, grid.x_f, periodic_y=True)
    c, u, v = (rng.standard_normal(grid.padded_shape) for _ in range(3))
    rates = []
    for g, fields in ((grid, (c, u, v)), (turned, (c.T.copy(), v.T.copy(), u.T.copy()))):
        transport = transport_on(g, diffusivity=0.2, advection=advection)
        dc = g.zeros()
        transport.rate(*fields, transport.metrics, dc, 0.2, *transport.closed)
        rates.append(dc)
    np.testing.assert_allclose(rates[0], rates[1].T, rtol=1e-12, atol=1e-12)


def test_weights_of_the_limiter_are_those_of_the_time_scheme():
    whole = (GAMMA[0] + ZETA[1], GAMMA[1] + ZETA[2], GAMMA[2])
    assert whole == pytest.approx((kernel.FIRST, 0.0, kernel.LAST), abs=1e-15)


@pytest.mark.parametrize("advection", ["central", "limited"])
@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("periodic", [False, True])
def test_mass_is_conserved(rng, advection, implicit, periodic):
    grid = Grid(uneven(rng, 20), uneven(rng, 24), periodic, periodic)
    transport = transport_on(grid, implicit=implicit, diffusivity=0.02, advection=advection)
    u, v = random_velocity(transport, rng)
    c = start(transport, rng.uniform(size=(24, 20)))
    before = transport.extent(c).mean
    _, found = carry(transport, c, u, v, 0.5 / (courant_rate(grid, u, v) + transport.diffusion_rate), 200)
    assert found.mean == pytest.approx(before, rel=1e-12)


def test_central_convection_conserves_variance(rng):
    grid = Grid(uneven(rng, 20), uneven(rng, 24), periodic_x=True)
    transport = transport_on(grid)
    u, v = random_velocity(transport, rng)
    c, dc = start(transport, rng.standard_normal((24, 20))), grid.zeros()
    transport.rate(c, u, v, transport.metrics, dc, 0.0, *transport.closed)
    volume = grid.dx[None, :] * grid.dy[:, None]
    production = float(np.sum(volume * (c * dc)[INSIDE]))
    assert abs(production) < 1e-13 * float(np.sum(volume * np.abs(c * dc)[INSIDE]))


VALUES = {
    "left": ScalarSide("value", 0.9),
    "top": ScalarSide("value", lambda x, y, t: 0.5 * (1 + np.sin(40 * t + x))),
}


@pytest.mark.parametrize(
    ("periodic", "ratio", "diffusivity", "sides"),
    [
        (False, 1.0, 0.0, {}),
        (True, 1.0, 0.0, {}),
        (False, 4.0, 0.0, {}),
        (True, 4.0, 0.0, {}),
        (False, 2.0, 0.05, {}),
        (False, 2.0, 0.05, VALUES),
        (True, 2.0, 0.5, {}),
    ],
)
def test_limited_scalar_stays_within_its_range(rng, periodic, ratio, diffusivity, sides):
    """At the largest Courant number that is promised, on even and very uneven cells, in a rough random velocity."""
    grid = Grid(uneven(rng, 20, ratio), uneven(rng, 24, ratio), periodic, periodic)
    transport = transport_on(grid, diffusivity=diffusivity, advection="limited", sides=sides)
    u, v = random_velocity(transport, rng)
    dt = 1.0 / (courant_rate(grid, u, v) + transport.diffusion_rate)
    for _ in range(20):
        c = start(transport, rng.choice([0.0, 0.0, 1.0, 0.3], size=(24, 20)))
        _, found = carry(transport, c, u, v, dt, 20)
        assert found.lowest > -1e-12
        assert found.highest < 1.0 + 1e-12


def test_the_limiter_is_needed(rng):
    """Limited fluxes alone leave the range: the tests of it would notice if nothing were corrected."""
    grid = Grid.uniform(20, 24, periodic_x=True, periodic_y=True)
    lowest = highest = 0.5
    for _ in range(20):
        transport = transport_on(grid, advection="limited")
        transport._bounds.enforce = lambda *_: None
        u, v = random_velocity(transport, rng)
        c = start(transport, rng.choice([0.0, 1.0], size=(24, 20)))
        _, found = carry(transport, c, u, v, 1.0 / courant_rate(grid, u, v), 5)
        lowest, highest = min(lowest, found.lowest), max(highest, found.highest)
    assert lowest < -1e-6
    assert highest > 1.0 + 1e-6


def test_sources_widen_the_bounds_and_no_more(rng):
    grid = Grid(uneven(rng, 20), uneven(rng, 24))
    transport = transport_on(grid, advection="limited", source=lambda x, y, t: 0.3 + 0 * x * y)
    u, v = random_velocity(transport, rng)
    c = start(transport, rng.choice([0.0, 1.0], size=(24, 20)))
    dt = 0.9 / courant_rate(grid, u, v)
    mean = transport.extent(c).mean
    _, found = carry(transport, c, u, v, dt, 50)
    assert found.lowest > -1e-12
    assert found.highest < 1.0 + 0.3 * 50 * dt + 1e-12
    assert found.mean == pytest.approx(mean + 0.3 * 50 * dt, rel=1e-12)


def rotation(transport):
    """Solid rotation once per second about the centre of the unit square, at rest outside the circle in it."""
    x, y = transport.grid.mesh("node")
    return velocity_of(transport, -np.pi * np.minimum((x - 0.5) ** 2 + (y - 0.5) ** 2, 0.25))


def test_zalesak_disc_comes_back():
    """Zalesak (1979): a slotted disc after one turn; 100^2 cells, Courant number 0.7."""
    grid = Grid.uniform(100, 100)
    transport = transport_on(grid, advection="limited")
    u, v = rotation(transport)
    x, y = grid.mesh("centre")
    disc = (np.hypot(x - 0.5, y - 0.75) < 0.15) & ~((np.abs(x - 0.5) < 0.025) & (y < 0.85))
    c, found = carry(transport, start(transport, disc), u, v, 1 / 628, 628)
    assert found.lowest > -1e-12
    assert found.highest < 1 + 1e-12
    assert found.mean == pytest.approx(disc.mean(), rel=1e-12)
    assert np.abs(grid.view(c, "centre") - disc).sum() / disc.sum() < 0.42


def gaussian_error(cells: int, advection: str, diffusivity: float) -> float:
    """Relative L2 error of a Gaussian that a solid rotation has carried round once."""
    grid = Grid.uniform(cells, cells)
    transport = transport_on(grid, diffusivity=diffusivity, advection=advection)
    u, v = rotation(transport)
    x, y = grid.mesh("centre")
    square = (x - 0.5) ** 2 + (y - 0.7) ** 2

    def exact(t):
        spread = 0.07**2 + 2 * diffusivity * t
        return 0.07**2 / spread * np.exp(-0.5 * square / spread)

    steps = 7 * cells
    c, _ = carry(transport, start(transport, exact(0.0)), u, v, 1 / steps, steps)
    error = grid.view(c, "centre") - exact(1.0)
    return float(np.linalg.norm(error) / np.linalg.norm(exact(1.0)))


@pytest.mark.parametrize(("advection", "least"), [("central", 1.9), ("limited", 1.7)])
def test_rotating_gaussian_is_second_order(advection, least):
    errors = [gaussian_error(cells, advection, 5e-4) for cells in (32, 64, 128)]
    assert orders(errors)[-1] > least
    assert errors[-1] < 0.04


def decay(dt: float, implicit: bool, cells: int = 16) -> float:
    """Error of a decaying wave between sides of value zero, against the exact decay on the grid."""
    grid = Grid.uniform(cells, 4)
    held = {"left": ScalarSide("value"), "right": ScalarSide("value")}
    transport = transport_on(grid, implicit=implicit, diffusivity=1.0, sides=held)
    wave = np.sin(np.pi * grid.x)
    rate = 4 * cells**2 * np.sin(0.5 * np.pi / cells) ** 2
    none = grid.zeros()
    c, _ = carry(transport, start(transport, wave), none, none, dt, round(0.04 / dt))
    return float(np.abs(grid.view(c, "centre") - wave * np.exp(-0.04 * rate)).max())


@pytest.mark.parametrize(("implicit", "steps", "order"), [(False, 1e-3, 3.0), (True, 1e-2, 2.0)])
def test_diffusion_has_the_order_of_the_time_scheme(implicit, steps, order):
    errors = [decay(steps / refined, implicit) for refined in (1, 2, 4)]
    assert orders(errors)[-1] == pytest.approx(order, abs=0.15)


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("periodic", [False, True])
def test_steady_conduction_between_value_and_flux_is_exact(rng, implicit, periodic):
    """A linear profile: value 2 on the left, flux 0.3 in at the right, uneven cells."""
    grid = Grid(uneven(rng, 8), uneven(rng, 6) if not periodic else np.linspace(0, 2, 7), periodic_y=periodic)
    sides = {"left": ScalarSide("value", 2.0), "right": ScalarSide("flux", 0.3)}
    transport = transport_on(grid, implicit=implicit, diffusivity=0.5, sides=sides)
    exact = 2.0 + 0.6 * (grid.x - grid.x_f[0])
    none, c = grid.zeros(), start(transport, np.broadcast_to(exact, (6, 8)))
    c, _ = carry(transport, c, none, none, 0.01 if not implicit else 1.0, 20)
    np.testing.assert_allclose(grid.view(c, "centre"), np.broadcast_to(exact, (6, 8)), rtol=1e-12)
    values = transport.sides.values(c)
    np.testing.assert_allclose(values["left"], 2.0, rtol=1e-12)
    np.testing.assert_allclose(values["right"], 2.0 + 0.6 * grid.length_x, rtol=1e-12)


def test_inflow_brings_its_value_and_outflow_lets_it_go():
    """Convection and diffusion from an inflow to a wall-less end: the front fills the channel, then nothing changes."""
    grid = Grid.uniform(40, 4, x=(0, 2))
    flow = {"left": Side("inflow", normal=1.0), "right": Side("outflow", speed=1.0)}
    sides = {"left": ScalarSide("inflow", 0.7), "right": ScalarSide("outflow")}
    for advection in ("central", "limited"):
        transport = transport_on(grid, flow, diffusivity=0.02, advection=advection, sides=sides)
        u, v = np.ones(grid.padded_shape), grid.zeros()
        c, found = carry(transport, start(transport, 0.0), u, v, 0.02, 400)
        np.testing.assert_allclose(grid.view(c, "centre"), 0.7, rtol=1e-9)
        if advection == "limited":
            assert found.lowest >= 0.0
            assert found.highest < 0.7 + 1e-12


def test_what_leaves_through_an_inflow_side_takes_its_own_value():
    grid = Grid.uniform(16, 4)
    flow = {"left": Side("inflow", normal=-1.0), "right": Side("inflow", normal=1.0)}
    sides = {"left": ScalarSide("inflow", 5.0), "right": ScalarSide("inflow", 1.0)}
    transport = transport_on(grid, flow, diffusivity=0.01, sides=sides)
    u, v = np.full(grid.padded_shape, -1.0), grid.zeros()
    c, _ = carry(transport, start(transport, 1.0), u, v, 0.02, 50)
    np.testing.assert_allclose(grid.view(c, "centre"), 1.0, rtol=1e-13)


def test_a_source_is_integrated_with_the_order_of_the_scheme():
    grid = Grid.uniform(4, 4)
    errors = []
    for steps in (4, 8, 16):
        transport = transport_on(grid, source=lambda x, y, t: np.cos(3 * t) + 0 * x * y)
        none = grid.zeros()
        _, found = carry(transport, start(transport, 0.0), none, none, 1 / steps, steps)
        errors.append(abs(found.mean - np.sin(3.0) / 3))
    assert orders(errors)[-1] > 2.8
