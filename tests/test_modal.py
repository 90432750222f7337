"""POD and DMD of flows whose modes are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from exact_flows import from_streamfunction, make_grid
from test_statistics import carried_flows, with_disc

from fluidgrad import fields
from fluidgrad.analysis import dmd, pod
from fluidgrad.analysis.averages import areas
from fluidgrad.errors import ConfigError
from fluidgrad.grid import Grid

RATES = (-0.1 + 3j, 0.05 + 5j)
"""Growth rate and angular frequency of the two waves of :func:`waves`."""


def waves(count=30, interval=0.1, stretched=False):
    """A stream with two waves that travel along a channel, one fading, one growing."""
    y_f = make_grid(16, 16, stretched, ends=((0, 1), (0, 1))).y_f
    grid = Grid(np.linspace(0, 2 * np.pi, 25), y_f, True)
    x, y = grid.mesh("node")
    flows = []
    for t in interval * np.arange(count):
        psi = y + 0 * x
        for n, (size, rate) in enumerate(zip((1.0, 0.2), RATES, strict=True), start=1):
            psi = psi + size * np.sin(n * np.pi * y) * np.real(np.exp(1j * (n + 1) * x + np.conj(rate) * t))
        flows.append(replace(from_streamfunction(grid, psi), time=float(t)))
    return flows


def weights(grid):
    area = grid.length_x * grid.length_y
    return {name: areas(grid, at) / area for name, at in (("u", "x-face"), ("v", "y-face"))}


def products(modes, w):
    return sum(np.einsum("kji,lji,ji->kl", modes.arrays[name], modes.arrays[name], w[name]) for name in w)


@pytest.mark.parametrize("memory", [512.0, 0.05, 1e-6])
def test_modes_are_orthonormal_and_hold_all_of_the_variance(memory):
    flows = carried_flows(8)
    found = pod(flows, modes=20, memory=memory)
    w = weights(found.grid)
    assert len(found) == 7  # one less than snapshots, as their mean is taken away
    assert np.abs(products(found, w) - np.eye(7)).max() < 1e-13
    assert found.variance.sum() == pytest.approx(
        found.total, rel=1e-13
    ) and found.share.sum() == pytest.approx(1)
    assert (np.diff(found.variance) < 0).all()
    u, v = (np.array([getattr(flow, name) for flow in flows]) for name in ("u", "v"))
    expected = (w["u"] * u.var(axis=0)).sum() + (w["v"] * v.var(axis=0)).sum()
    assert found.total == pytest.approx(expected, rel=1e-13)
    again = found.mean["u"] + np.tensordot(found.coefficients, found.arrays["u"], 1)
    assert np.allclose(again, u, atol=1e-12)
    assert np.allclose(found.coefficients.T @ found.coefficients / 8, np.diag(found.variance), atol=1e-12)


def test_modes_are_those_of_a_plain_singular_value_decomposition():
    flows = carried_flows(6)
    found = pod(flows, "c", modes=3)
    root = np.sqrt(areas(found.grid, "centre") / (found.grid.length_x * found.grid.length_y)).ravel()
    matrix = np.array([flow.scalars["c"].ravel() for flow in flows])
    _, sizes, rows = np.linalg.svd((matrix - matrix.mean(axis=0)) * root, full_matrices=False)
    assert np.allclose(found.variance, sizes[:3] ** 2 / 6, rtol=1e-12)
    for k in range(3):
        mode = found.arrays["c"][k].ravel() * root
        assert abs(mode @ rows[k]) == pytest.approx(1, rel=1e-12)


def test_weak_modes_are_as_orthogonal_as_strong_ones():
    flows, rng = carried_flows(1), np.random.default_rng(7)
    shapes = [
        from_streamfunction(flows[0].grid, rng.normal(size=flows[0].grid.shape("node"))) for _ in range(4)
    ]
    flows = []
    for k in range(12):
        sizes = [1.0, 1e-2, 1e-4, 1e-5] * rng.normal(size=4)
        u, v = (sum(s * getattr(one, name) for s, one in zip(sizes, shapes, strict=True)) for name in "uv")
        flows.append(replace(shapes[0], u=u, v=v, time=float(k)))
    found = pod(flows)
    assert len(found) == 4 and found.variance[-1] < 1e-8 * found.variance[0]
    assert np.abs(products(found, weights(found.grid)) - np.eye(4)).max() < 1e-13


def test_a_travelling_wave_is_two_modes_of_one_strength():
    found = pod(waves(), modes=6)
    assert len(found) == 4 and found.variance[1] > 0.9 * found.variance[0]
    mode = found.flow(0)
    assert np.abs(fields.compute(mode, "divergence")).max() < 1e-12
    assert np.array_equal(mode.u, found.arrays["u"][0]) and found.mean_flow().u.mean() == pytest.approx(1)


@pytest.mark.parametrize("stretched", [False, True])
@pytest.mark.parametrize("memory", [512.0, 0.02])
def test_growth_and_frequency_of_travelling_waves(stretched, memory):
    flows = waves(stretched=stretched)
    found = dmd(flows, memory=memory)
    assert len(found) == 5
    for rate in (*RATES, *np.conj(RATES), 0.0):
        assert np.abs(found.exponents - rate).min() < 1e-9
    assert found.frequency[0] == pytest.approx(np.sign(found.frequency[0]) * 3 / (2 * np.pi), rel=1e-10)
    w = weights(found.grid)
    norms = sum(np.einsum("kji,ji->k", np.abs(found.arrays[name]) ** 2, w[name]) for name in w)
    assert np.allclose(norms, 1, rtol=1e-10)
    for k in (0, 17):
        factors = found.amplitudes * np.exp(found.exponents * flows[k].time)
        again = np.tensordot(factors, found.arrays["u"], 1)
        assert np.allclose(again, flows[k].u, atol=1e-9)
    assert np.array_equal(found.flow(0).v, found.arrays["v"][0].real)


def test_frequencies_of_a_scalar_in_noise():
    grid, rng = make_grid(12, 10, periodic=(True, False)), np.random.default_rng(3)
    x, y = grid.mesh("centre")
    angle = 2 * np.pi * (x - 0.3) / grid.length_x
    flows = []
    for k, flow in enumerate(carried_flows(60, grid)):
        p = np.sin(angle - 0.4 * k) * np.sin(np.pi * (y + 1) / 1.5) + 1e-3 * rng.normal(size=flow.p.shape)
        flows.append(replace(flow, p=p, time=float(k)))
    found = dmd(flows, "p", modes=2, rank=2)
    assert np.allclose(np.abs(found.exponents.imag), 0.4, atol=1e-4) and np.abs(found.growth).max() < 1e-4
    with pytest.raises(ConfigError, match="are no flow"):
        found.flow(0)


def test_bodies_do_not_count():
    flows = [with_disc(flow) for flow in carried_flows(5)]
    inside = fields.solid_mask(flows[0], "x-face")
    changed = [replace(flow, u=np.where(inside, 7.0 * k, flow.u)) for k, flow in enumerate(flows)]
    one, other = pod(flows), pod(changed)
    assert inside.any() and np.allclose(one.variance, other.variance, rtol=1e-12)
    assert not other.arrays["u"][:, inside].any()
    larger = [replace(flow, distance=flow.distance - 0.5) for flow in flows]
    solid = fields.solid_mask(larger[0], "centre")
    hidden = [replace(flow, p=np.where(solid, np.nan, flow.p)) for flow in larger]
    assert solid.any() and not pod(hidden).arrays["p"][:, solid].any()
    by_field = pod(flows, "vorticity", modes=2)
    assert np.isfinite(by_field.arrays["vorticity"]).all() and by_field.total > 0


def test_mistakes_are_told():
    flows = carried_flows(4)
    with pytest.raises(ConfigError, match="evenly spaced"):
        dmd(flows)
    with pytest.raises(ConfigError, match="needed are 2 or more"):
        pod(flows, start=1e3)
    with pytest.raises(ConfigError, match="does not change"):
        pod([replace(flows[0], time=float(k)) for k in range(3)])
    with pytest.raises(ConfigError, match="no field 'heat'"):
        pod(flows, "heat")


def test_a_mode_that_changes_its_sign_each_time():
    """Its eigenvalue is real and negative: half of the sampling frequency, and no growth."""
    grid = Grid.uniform(16, 12, periodic_x=True, periodic_y=True)
    wave = from_streamfunction(grid, np.sin(2 * np.pi * grid.mesh("node")[1]) * np.ones(17))
    flows = [replace(wave, u=(-1) ** k * wave.u, time=0.5 * k) for k in range(6)]
    found = dmd(flows)
    assert np.abs(found.frequency) == pytest.approx([1.0]) and found.growth == pytest.approx([0.0], abs=1e-12)
    with pytest.raises(ConfigError, match="0 s apart"):
        dmd([replace(flow, time=0.0) for flow in flows])


@pytest.mark.parametrize(
    ("function", "asked"), [(pod, {"modes": 0}), (dmd, {"modes": -1}), (dmd, {"rank": 0})]
)
def test_no_modes_cannot_be_asked_for(function, asked):
    with pytest.raises(ConfigError, match="ask for one at least"):
        function(carried_flows(4), **asked)
