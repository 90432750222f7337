"""Structure functions, correlations, densities, and means over snapshots: identities and slow computations."""

from __future__ import annotations

from dataclasses import replace

import numba
import numpy as np
import pytest
from exact_flows import Snapshots, from_streamfunction, make_flow, make_grid, taylor_green
from test_spectra import random_flow

from fluidgrad import fields
from fluidgrad.analysis import (
    autocorrelation,
    common_time,
    energy_spectrum,
    field_spectrum,
    pdf,
    periodogram,
    spatial_correlation,
    structure_function,
    time_mean_flow,
)
from fluidgrad.analysis.averages import areas
from fluidgrad.analysis.kernels.moments import merge_product, merge_square
from fluidgrad.errors import ConfigError
from fluidgrad.flow import Flow
from fluidgrad.grid import LOCATIONS, Grid

PAIRS = [
    ("longitudinal", "x", "u"),
    ("transverse", "x", "v"),
    ("longitudinal", "y", "v"),
    ("transverse", "y", "u"),
]


def with_disc(flow):
    """The same flow with a disc in it."""
    x, y = flow.grid.mesh("node")
    return replace(flow, distance=np.hypot(x - 1.2, y + 0.3) - 0.25)


# Structure functions and correlations -------------------------------------------------------------------


@pytest.mark.parametrize(("of", "along", "name"), PAIRS)
def test_second_order_is_twice_what_the_correlation_lost(of, along, name):
    flow = random_flow(make_grid(16, 12, periodic=(True, True)))
    found, correlation = (
        structure_function(flow, of=of, along=along),
        spatial_correlation(flow, name, along=along),
    )
    assert found.name == name and np.array_equal(found.r, correlation.lag[1:])
    lost = 2 * (correlation.variance - correlation.covariance[1:])
    assert np.abs(found.values - lost).max() < 1e-13 * correlation.variance


def test_correlation_is_the_transform_of_the_spectrum():
    """Wiener-Khinchin."""
    flow = random_flow(make_grid(16, 12, periodic=(True, True)))
    correlation = spatial_correlation(flow, "vorticity", along="x")
    spectrum = field_spectrum(flow, "vorticity", along="x")
    waves = np.cos(np.outer(correlation.lag, spectrum.k))
    assert np.allclose(waves @ spectrum.content - correlation.mean**2, correlation.covariance, rtol=1e-12)


@pytest.mark.parametrize("order", [1, 2, 3, 4, 1.5])
@pytest.mark.parametrize("along", ["x", "y"])
@pytest.mark.parametrize("joined", [True, False])
def test_structure_functions_against_all_pairs_one_by_one(order, along, joined):
    grid = make_grid(9, 7, periodic=(joined, joined))
    absolute = order == 1.5
    flow = replace(with_disc(random_flow(grid)), p=np.random.default_rng(1).normal(size=grid.shape("centre")))
    found = structure_function(flow, order, of="p", along=along, absolute=absolute)
    axis, solid = "yx".index(along), fields.solid_mask(flow, "centre")
    p = np.moveaxis(np.where(solid, np.nan, flow.p), axis, 1)
    for r, value in zip(found.r, found.values, strict=True):
        lag = round(r / found.r[0])
        differences = [
            row[(i + lag) % row.size] - row[i]
            for row in p
            for i in range(row.size if joined else row.size - lag)
        ]
        differences = np.array([abs(d) if absolute else d for d in differences if not np.isnan(d)])
        assert value == pytest.approx(np.mean(differences**order), rel=1e-12, abs=1e-13)


def test_a_shear_and_a_wave_have_the_structure_functions_of_the_books():
    shear = make_flow(make_grid(8, 10), lambda x, y: 3 * y + 0 * x, lambda x, y: 0 * x * y)
    found = structure_function(shear, 3, of="transverse", along="y")
    assert np.allclose(found.values, (3 * found.r) ** 3, rtol=1e-12)
    assert np.abs(structure_function(shear, 2).values).max() < 1e-25
    wave = spatial_correlation(taylor_green(64), "u", along="x")
    assert np.allclose(wave.coefficient, np.cos(wave.lag), atol=1e-13)
    assert wave.integral_scale == pytest.approx(1.0, rel=1e-3)  # of cos up to pi/2


def test_stretched_cells_are_interpolated_and_it_is_said():
    flow = make_flow(make_grid(40, 30, True), lambda x, y: 2 * x + 0 * y, lambda x, y: -2 * y + 0 * x)
    found = structure_function(flow, 2)
    assert "equal cells" in found.note and np.allclose(found.values, (2 * found.r) ** 2, rtol=1e-12)


def test_autocorrelation_of_series():
    t = np.linspace(0, 400, 8001)
    wave = autocorrelation(t, 2 + np.sin(0.7 * t), longest=20)
    assert np.allclose(wave.coefficient, np.cos(0.7 * wave.lag), atol=5e-3)
    assert wave.lag[-1] == 20 and wave.mean == pytest.approx(2, abs=1e-2)
    assert wave.integral_scale == pytest.approx(1 / 0.7, rel=5e-3)
    uneven = t + 0.01 * np.sin(3 * t)
    same = autocorrelation(uneven, 2 + np.sin(0.7 * uneven), longest=20)
    assert "even steps" in same.note and np.allclose(same.coefficient, wave.coefficient, atol=1e-4)
    rng = np.random.default_rng(2)
    q = rng.normal(size=50)
    found = autocorrelation(np.arange(50.0), q)
    slow = [np.mean((q[: 50 - m] - q.mean()) * (q[m:] - q.mean())) for m in range(26)]
    assert np.allclose(found.covariance, slow, rtol=1e-12, atol=1e-14)


def test_periodograms_find_frequencies_and_hold_the_variance():
    t = np.arange(0, 200, 0.05)
    uneven = t + 0.02 * np.sin(5 * t)
    for times, segments in ((t, 1), (uneven, 1), (t, 4)):
        found = periodogram(times, 3 + 2 * np.sin(2 * np.pi * 0.7013 * times), segments=segments)
        assert found.peak == pytest.approx(0.7013, abs=0.02 * found.resolution)
        assert found.density.sum() * found.resolution == pytest.approx(2, rel=0.01)
        assert found.segments == segments and found.density.size == found.frequency.size


def test_a_markov_process_forgets_in_its_time():
    rng, n, rate = np.random.default_rng(5), 200_000, 0.05
    q = np.zeros(n)
    noise = rng.normal(size=n)
    for k in range(1, n):
        q[k] = (1 - rate) * q[k - 1] + noise[k]
    found = autocorrelation(np.arange(n) * 0.1, q, longest=30)
    assert found.integral_scale == pytest.approx(0.1 / rate, rel=0.1)


# Densities ----------------------------------------------------------------------------------------------


def test_densities_of_known_distributions():
    rng = np.random.default_rng(0)
    normal = pdf(rng.normal(2.0, 3.0, 400_000), bins=80, limits=(-4, 4), standardised=True)
    expected = np.exp(-(normal.centres**2) / 2) / np.sqrt(2 * np.pi)
    assert np.abs(normal.density - expected).max() < 0.01
    assert normal.moments.mean == pytest.approx(2, abs=0.02)
    assert normal.moments.variance == pytest.approx(9, rel=0.01)
    assert normal.moments.skewness == pytest.approx(0, abs=0.02)
    assert normal.moments.kurtosis == pytest.approx(3, rel=0.01)
    sine = pdf(np.sin(np.linspace(0, 2 * np.pi, 100_001))[:-1], bins=40)
    assert sine.moments.kurtosis == pytest.approx(1.5, rel=1e-12)
    assert (sine.density * np.diff(sine.edges)).sum() == pytest.approx(1, rel=1e-12)


def test_every_value_counts_by_its_area_and_bodies_not_at_all():
    """A field that grows evenly across stretched cells is spread evenly."""
    grid = make_grid(400, 40, True)
    flow = make_flow(grid, lambda x, y: 0 * x * y, lambda x, y: 0 * x * y, lambda x, y: x + 0 * y)
    found = pdf(flow, "p", bins=10)
    assert found.density == pytest.approx(np.full(10, 1 / grid.length_x), rel=0.04)
    assert found.moments.kurtosis == pytest.approx(1.8, rel=1e-3)
    hidden = with_disc(flow)
    there = ~fields.solid_mask(hidden, "centre")
    expected = np.average(hidden.p[there], weights=areas(grid, "centre")[there])
    assert pdf(hidden, "p").moments.mean == pytest.approx(expected, rel=1e-13)


def test_snapshots_count_together():
    flows = [replace(random_flow(make_grid(8, 6), seed), time=float(seed)) for seed in range(5)]
    found = pdf(Snapshots(flows), "du_dx", start=1.0, end=3.0, bins=12)
    values = np.concatenate([fields.compute(flow, "du_dx").ravel() for flow in flows[1:4]])
    assert found.moments.minimum == values.min() and found.moments.maximum == values.max()
    assert found.moments.variance == pytest.approx(values.var(), rel=1e-12)
    assert np.allclose(found.density, np.histogram(values, 12, density=True)[0])


def test_a_field_that_is_the_same_everywhere():
    flat = make_flow(
        make_grid(6, 5), lambda x, y: 0 * x * y, lambda x, y: 0 * x * y, lambda x, y: 2 + 0 * x * y
    )
    moments = pdf(flat, "p").moments
    assert moments.mean == pytest.approx(2) and moments.variance == 0 and np.isnan(moments.kurtosis)
    with pytest.raises(ConfigError, match="same everywhere"):
        pdf(flat, "p", standardised=True)


# Means over snapshots -----------------------------------------------------------------------------------


def carried_flows(count=6, grid=None):
    """Random flows with a scalar at uneven times."""
    grid, rng = grid or make_grid(9, 7, True), np.random.default_rng(4)
    times, flows = np.cumsum(rng.uniform(0.5, 1.5, count)), []
    for time in times:
        flow = from_streamfunction(grid, rng.normal(size=grid.shape("node")))
        c, p = rng.normal(size=(2, *grid.shape("centre")))
        sides = {"left": c[:, 0], "right": c[:, -1], "bottom": c[0], "top": c[-1]}
        about = {
            "scalars": {"c": c},
            "scalar_sides": {"c": sides},
            "scalar_units": {"c": ("K", "temperature")},
        }
        flows.append(replace(flow, time=float(time), p=p, u_top=rng.normal(size=grid.nx + 1), **about))
    return flows


def test_moments_against_two_passes():
    flows = carried_flows()
    found = time_mean_flow(flows, fields=["speed"])
    t = np.array([flow.time for flow in flows])
    weights = np.zeros(t.size)
    weights[1:] += np.diff(t) / 2
    weights[:-1] += np.diff(t) / 2

    def mean(values):
        return np.tensordot(weights / weights.sum(), np.array(list(values)), 1)

    def product(a, b):
        a, b = np.array(list(a)), np.array(list(b))
        return mean((a - mean(a)) * (b - mean(b)))

    u, v = ([fields.velocity_at_centres(flow)[n] for flow in flows] for n in (0, 1))
    c, speed = [flow.scalars["c"] for flow in flows], [fields.compute(flow, "speed") for flow in flows]
    uu = product((flow.u for flow in flows), (flow.u for flow in flows))
    expected = {
        "uv": product(u, v), "u_c": product(u, c), "v_c": product(v, c), "variance_c": product(c, c), "c": mean(c),
        "mean_speed": mean(speed), "variance_speed": product(speed, speed), "uu": 0.5 * (uu[:, 1:] + uu[:, :-1]),
        "variance_p": product([flow.p for flow in flows], [flow.p for flow in flows]),
    }  # fmt: skip
    for name, values in expected.items():
        assert np.allclose(found[name], values, rtol=1e-12, atol=1e-12 * np.abs(values).max()), name
    for name in ("u", "v", "p", "u_top"):
        expected = mean(getattr(flow, name) for flow in flows)
        assert np.allclose(getattr(found.flow, name), expected, rtol=1e-12, atol=1e-13), name
    assert (found.start, found.end, found.samples) == (t[0], t[-1], 6)
    energy = mean(fields.compute(flow, "kinetic_energy") for flow in flows)
    assert np.allclose(fields.compute(found.flow, "kinetic_energy") + found["tke"], energy, rtol=1e-13)


def test_moments_are_labelled_and_can_be_drawn_like_fields():
    found = time_mean_flow(carried_flows())
    data = found.to_xarray()
    assert data.uv.dims == ("y", "x") and data.u.dims == ("y", "x_f")
    assert data.variance_c.units == "K2" and data.u_c.units == "K m s-1" and data.tke.units == "m2 s-2"
    assert data.c.cell_methods == "time: mean" and data.attrs["samples"] == 6
    assert np.array_equal(fields.compute(found.flow, "tke"), found["tke"])
    assert fields.lookup("uv", found.flow.scalar_units).units == "m2 s-2"
    assert fields.compute(found.flow, "duv_dx").shape == found.flow.grid.shape("x-face")
    assert "uv" in repr(found) and found.names[0] == "uu"
    with pytest.raises(ConfigError, match="no moment 'ww'"):
        found["ww"]


def test_only_snapshots_in_the_time_count():
    flows = carried_flows()
    found = time_mean_flow(flows, flows[2].time, flows[3].time, stresses=False)
    assert np.allclose(found.flow.u, 0.5 * (flows[2].u + flows[3].u)) and found.names == ("variance_p",)
    alone = time_mean_flow(flows[0])
    assert np.array_equal(alone.flow.u, flows[0].u) and not alone["uu"].any()
    with pytest.raises(ConfigError, match="0 snapshots from t = 100 to inf s"):
        time_mean_flow(flows, 100.0)


def test_products_by_the_kernels_and_by_hand(rng):
    """Of u and v at the centres and of a square, after a time 0.7 with known means, over a step of 0.2."""
    u0, u1, u = rng.normal(size=(3, 6, 9))
    v0, v1, v = rng.normal(size=(3, 7, 8))
    within, between = 0.25 * 0.2, 0.7 * 0.2 / 0.9

    def parts(x0, x1, mean):
        return x1 - x0, 0.5 * (x0 + x1) - mean

    du, away_u = parts(*(0.5 * (q[:, 1:] + q[:, :-1]) for q in (u0, u1, u)))
    dv, away_v = parts(*(0.5 * (q[1:] + q[:-1]) for q in (v0, v1, v)))
    product, square = np.ones((6, 8)), np.ones((6, 9))
    merge_product(product, u0, u1, u, 0, 1, v0, v1, v, 1, 0, within, between)
    assert np.allclose(product, 1 + within * du * dv + between * away_u * away_v, rtol=1e-13)
    merge_square(square, u0, u1, u, within, between)
    change, away = parts(u0, u1, u)
    assert np.allclose(square, 1 + within * change**2 + between * away**2, rtol=1e-13)


def test_results_do_not_depend_on_the_number_of_threads():
    flow = random_flow(make_grid(33, 21, periodic=(True, False)))

    def results():
        moments = time_mean_flow(carried_flows(4))
        return [structure_function(flow, 3).values, spatial_correlation(flow).covariance, moments["uv"]]

    one = results()
    numba.set_num_threads(min(2, numba.config.NUMBA_NUM_THREADS))
    try:
        other = results()
    finally:
        numba.set_num_threads(1)
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("periodic", [(True, True), (False, False)])
@pytest.mark.parametrize("location", LOCATIONS)
def test_areas_make_up_the_domain(periodic, location):
    grid = make_grid(7, 5, True, periodic)
    assert areas(grid, location).sum() == pytest.approx(grid.length_x * grid.length_y, rel=1e-14)


def test_plain_arrays_are_welcome():
    grid = Grid.uniform(16, 16, periodic_x=True, periodic_y=True)
    x, y = grid.mesh("centre")
    flow = Flow.of(grid, np.sin(2 * np.pi * y) + 0 * x, 0 * x * y)
    assert energy_spectrum(flow).total == pytest.approx(0.25, rel=1e-13)


def test_flows_of_one_time_have_no_mean_over_time():
    flows = carried_flows()
    with pytest.raises(ConfigError, match="different times"):
        time_mean_flow([flows[0], flows[0]])


def test_moments_of_both_signs_say_so():
    scalars = time_mean_flow(carried_flows(), fields=("vorticity", "speed")).flow.scalar_units
    diverging = {name for name in scalars if fields.lookup(name, scalars).diverging}
    assert diverging == {"uv", "mean_vorticity"} | {
        f"{q}_{c}" for q in "uv" for c in carried_flows()[0].scalars
    }


def test_a_run_without_snapshots_is_told():
    class Empty:
        times, grid, name, scalars = np.zeros(0), Grid.uniform(4, 4), "empty", {}

        def flow(self, index):
            raise AssertionError("there is none")

    for function in (time_mean_flow, lambda run: common_time([run]), lambda run: pdf(run, "p", start=0.0)):
        with pytest.raises(ConfigError, match="'empty' has 0 snapshots"):
            function(Empty())
