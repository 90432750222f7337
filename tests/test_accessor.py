"""``ds.fluid``: labelled data of runs, opened in either way, and of elsewhere, say of themselves what runs say."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import xarray
from exact_flows import make_flow
from output_miniature import STRETCHED, settings
from test_scalar_fields import UNITS, flow_with_all

import fluidgrad.accessor
from fluidgrad import fields
from fluidgrad.errors import ConfigError
from fluidgrad.grid import LOCATIONS, Grid
from fluidgrad.output import RunWriter, open_run

PERIODIC = Grid.uniform(16, 12, (0, 2 * np.pi), (0, 2 * np.pi), True, True)


def eddies(time, grid=PERIODIC):
    """Taylor-Green vortices, slowly dying."""
    a = np.exp(-0.1 * time)
    flow = make_flow(
        grid, lambda x, y: a * np.cos(x) * np.sin(y), lambda x, y: -a * np.sin(x) * np.cos(y),
        lambda x, y: -(a**2) * (np.cos(2 * x) + np.cos(2 * y)) / 4,
    )  # fmt: skip
    return replace(flow, time=time, step=int(10 * time))


def stored(directory, flows, **changes):
    with RunWriter.create(directory, flows[0].grid, **settings(**changes)) as writer:
        for number, flow in enumerate(flows):
            writer.write_snapshot(number, flow)
    return directory


@pytest.fixture(scope="module", params=["uniform", "stretched"])
def flows(request):
    grid = STRETCHED if request.param == "stretched" else None
    return [flow_with_all(grid, step) if grid else flow_with_all(step=step) for step in range(3)]


@pytest.fixture(scope="module")
def directory(flows, tmp_path_factory):
    return stored(tmp_path_factory.mktemp("accessor") / "a", flows, scalars=UNITS, bodies=True)


@pytest.fixture(params=["run", "file"])
def data(request, directory):
    if request.param == "run":
        yield open_run(directory).to_xarray()
    else:
        with xarray.open_dataset(directory / "run.h5", engine="h5netcdf") as opened:
            yield opened


def test_flows_come_back_to_the_bit(data, flows):
    for k, flow in enumerate(flows):
        back = data.fluid.flows.flow(k)
        assert back.time == flow.time and back.step == flow.step and back.grid.matches(flow.grid)
        for name in ("u", "v", "p", "u_bottom", "u_top", "v_left", "v_right", "distance"):
            assert np.array_equal(getattr(back, name), getattr(flow, name)), name
        for name in UNITS:
            assert np.array_equal(back.scalars[name], flow.scalars[name])
            assert all(
                np.array_equal(back.scalar_sides[name][s], v) for s, v in flow.scalar_sides[name].items()
            )


PATTERNS = ("grad_p", "d2dye_dxdy", "schlieren_temperature")


@pytest.mark.parametrize("name", ["u", "vorticity", "strain_rate", "dye", *PATTERNS])
def test_a_field_is_a_method_with_labels(data, flows, name):
    got, about = getattr(data.fluid, name)(), fields.lookup(name, UNITS)
    assert got.dims == ("time", *LOCATIONS[about.location]) and got.name == name
    assert got.attrs["units"] == about.units and got.attrs["long_name"] == about.long_name
    assert {"time", "step", *LOCATIONS[about.location]} <= set(got.coords)
    assert got.x.attrs["units"] == "m" if "x" in got.dims else got.x_f.attrs["units"] == "m"
    np.testing.assert_array_equal(got.values, np.stack([fields.compute(flow, name) for flow in flows]))


def test_every_field_is_a_method(data, flows):
    fluid = data.isel(time=2).fluid
    for name in fields.known(UNITS):
        np.testing.assert_array_equal(getattr(fluid, name)(), fields.compute(flows[2], name), err_msg=name)


def test_a_moment_is_as_good(data, flows):
    now = data.isel(time=1)
    got = now.fluid.okubo_weiss()
    assert got.dims == ("y", "x") and float(got.time) == flows[1].time
    np.testing.assert_array_equal(got, fields.compute(flows[1], "okubo_weiss"))
    later = data.isel(time=[0, 2]).fluid.vorticity().isel(time=-1)
    np.testing.assert_array_equal(later, fields.compute(flows[2], "vorticity"))
    turned = data.transpose(..., "x_f", "x", "time").fluid.vorticity()
    np.testing.assert_array_equal(turned.isel(time=0), fields.compute(flows[0], "vorticity"))


def test_values_are_computed_when_they_are_used(directory, monkeypatch):
    seen = []
    original = fluidgrad.accessor.LabelledFlows.flow
    monkeypatch.setattr(
        fluidgrad.accessor.LabelledFlows, "flow", lambda self, k=-1, **_: seen.append(k) or original(self, k)
    )
    got = open_run(directory).to_xarray().fluid.strain_rate()
    assert seen == []
    _ = got.isel(time=1, x=2).values
    assert seen == [1]


def test_gradients_and_hessians(data, flows):
    slopes, bends = data.fluid.gradient("temperature"), data.fluid.hessian("p")
    assert list(slopes) == ["dtemperature_dx", "dtemperature_dy"]
    assert slopes.dtemperature_dx.attrs["units"] == "K m-1" and slopes.dtemperature_dx.dims == (
        "time",
        "y",
        "x",
    )
    want = fields.gradient_at_centres(flows[2], "temperature")
    np.testing.assert_array_equal(slopes.dtemperature_dx[2], want[0])
    np.testing.assert_array_equal(slopes.dtemperature_dy[2], want[1])
    assert list(bends) == ["d2p_dx2", "d2p_dxdy", "d2p_dy2"] and bends.d2p_dx2.attrs["units"] == "s-2"
    assert list(data.fluid.velocity_gradient()) == ["du_dx", "du_dy", "dv_dx", "dv_dy"]


def test_points_over_time(data, directory):
    run = open_run(directory)
    x, y = run.grid.x_f[0] + 0.37 * run.grid.length_x, run.grid.y_f[0] + 0.83 * run.grid.length_y
    got = data.fluid.probe(x, y)
    assert list(got) == ["u", "v", "p", *UNITS] and got.u.dims == ("time",)
    assert got.temperature.attrs["units"] == "K" and float(got.x) == x
    got = data.fluid.probe(x, y, ["u", "vorticity", "strain_rate"])
    for name in ("u", "vorticity"):
        np.testing.assert_allclose(got[name], run.probe(name, x, y), rtol=1e-12)
    with pytest.raises(ConfigError, match="outside the domain"):
        data.fluid.probe(1e3, 0.0)


def test_what_is_not_there(data):
    with pytest.raises(AttributeError, match="did you mean 'vorticity'"):
        _ = data.fluid.vortcity
    with pytest.raises(ConfigError, match="no field 'spin'"):
        data.fluid.gradient("spin")
    assert {"vorticity", "q_criterion", "gradient", "ftle", "temperature"} <= set(dir(data.fluid))
    assert "du/dx" in data.fluid.divergence.__doc__
    with pytest.raises(ConfigError, match="needs the velocity"):
        data.drop_vars("u").fluid.vorticity()
    with pytest.raises(ConfigError, match="whole domain"):
        data.isel(x=slice(1, 4)).fluid.vorticity()


def test_without_sides_and_pressure_the_flow_is_continued():
    flow = eddies(0.0)
    g = flow.grid
    u, v = fields.velocity_at_centres(flow)
    data = xarray.Dataset(
        {"u": (("y", "x"), u), "v": (("y", "x"), v)}, {"x": g.x, "y": g.y}, {"periodic_x": 1, "periodic_y": 1}
    )
    w = data.fluid.vorticity()
    assert w.dims == ("y_f", "x_f") and np.abs(w - fields.compute(flow, "vorticity")).max() < 0.2
    assert np.isnan(data.fluid.grad_p()).all()
    with pytest.raises(ConfigError, match="not evenly spaced"):
        data.assign_coords(x=g.x**2).fluid.vorticity()


def test_spectra_over_time(tmp_path):
    data = open_run(stored(tmp_path / "a", [eddies(float(t)) for t in range(3)])).to_xarray()
    got = data.fluid.spectrum()
    assert got.density.dims == ("time", "k") and got.k.attrs["units"] == "rad m-1"
    energy = data.fluid.kinetic_energy().mean(("x", "y"))
    np.testing.assert_allclose(got.content.sum("k"), energy, rtol=1e-12)
    assert data.isel(time=0).fluid.spectrum("enstrophy").content.dims == ("k",)
    assert data.fluid.spectrum("p", along="x").attrs["along"] == "x"


def test_vortices_and_exponents(tmp_path):
    grid = Grid.uniform(48, 40, (0, 2 * np.pi), (0, 2 * np.pi), True, True)
    data = open_run(stored(tmp_path / "a", [eddies(0.2 * t, grid) for t in range(6)])).to_xarray()
    found = data.fluid.vortices()
    assert found.sizes["vortex"] == 4 and found.labels.dims == ("y", "x")
    assert found.circulation.attrs["units"] == "m2 s-1" and found.centre_x.attrs["units"] == "m"
    exponents = data.fluid.ftle(0.0, duration=1.0, nx=24, ny=20)
    assert exponents.dims == ("y", "x") and exponents.shape == (20, 24) and exponents.attrs["units"] == "s-1"
    assert float(exponents.max()) == pytest.approx(1.0, abs=0.15)  # stretching at the saddles


def test_it_is_registered_by_reading_a_run(directory):
    code = f"import fluidgrad; print(fluidgrad.open_run({str(directory)!r}).to_xarray().fluid.grad_p().dims)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["('time',", "'y',", "'x')"]
