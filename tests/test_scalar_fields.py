"""Transported scalars and bodies as fields, in files, in labelled data and in pictures."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import h5py
import numpy as np
import pytest
import xarray
from body_flows import circle, with_temperature
from exact_flows import make_flow, make_grid
from output_miniature import GRID, STRETCHED, sample, settings

from fluidgrad import fields
from fluidgrad.cli.facts import of_run
from fluidgrad.config import load
from fluidgrad.errors import ConfigError, RefusedError, StorageError
from fluidgrad.fields import at_centres, compute, gradient_at_centres, lookup, per_metre, scalar_symbol
from fluidgrad.grid import LOCATIONS, Grid
from fluidgrad.output import RunWriter, export_vtr, open_run, schema
from fluidgrad.output.container import build
from fluidgrad.plotting import animate, plot
from fluidgrad.resources import stored_arrays

UNITS = {"temperature": ("K", "potential temperature"), "dye": ("1", "")}
READ = UNITS | {"dye": ("1", "dye")}
"""What a file says: a scalar without a name for labels has its own."""


def quadratic(x, y):
    return 300 + 2 * x - 3 * y + x * y


def rest(grid):
    return make_flow(grid, lambda x, y: 0 * x * y, lambda x, y: 0 * x * y)


def flow_with_all(grid=GRID, step=0):
    """A random flow with two scalars and a body."""
    rng = np.random.default_rng(step + 40)
    flow = sample(grid, step)

    def sides():
        return {side: rng.normal(size=grid.ny if side in ("left", "right") else grid.nx) for side in SIDES}

    centre = (grid.x_f[0] + 0.4 * grid.length_x, grid.y_f[0] + 0.5 * grid.length_y)
    return replace(
        flow,
        distance=circle(*centre, 0.25 * grid.length_y)(*grid.mesh("node")),
        scalars={name: rng.normal(size=grid.shape("centre")) for name in UNITS},
        scalar_sides={name: sides() for name in UNITS},
        scalar_units=UNITS,
    )


SIDES = ("left", "right", "bottom", "top")


# Fields ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stretched", [False, True])
def test_a_scalar_is_a_field_by_its_name(stretched):
    grid = make_grid(7, 9, stretched)
    flow = with_temperature(rest(grid), quadratic)
    x, y = grid.mesh("centre")
    assert compute(flow, "temperature") is flow.scalars["temperature"]
    np.testing.assert_allclose(at_centres(flow, "temperature"), quadratic(x, y))
    along_x, along_y = gradient_at_centres(flow, "temperature")
    np.testing.assert_allclose(along_x, 2 + y + 0 * x, atol=1e-10)
    np.testing.assert_allclose(along_y, -3 + x + 0 * y, atol=1e-10)


@pytest.mark.parametrize("stretched", [False, True])
def test_derivatives_of_a_bilinear_scalar_are_exact_sides_included(stretched):
    grid = make_grid(6, 8, stretched)
    flow = with_temperature(rest(grid), quadratic)
    x, y = grid.mesh("x-face")
    np.testing.assert_allclose(compute(flow, "dtemperature_dx"), 2 + y + 0 * x, atol=1e-10)
    x, y = grid.mesh("y-face")
    np.testing.assert_allclose(compute(flow, "dtemperature_dy"), -3 + x + 0 * y, atol=1e-10)


def test_derivatives_across_periodic_sides():
    grid = Grid(make_grid(9, 5, stretched=True).x_f, np.linspace(0, 2, 6), True, True)
    values = np.random.default_rng(2).normal(size=grid.shape("centre"))
    flow = replace(rest(grid), scalars={"c": values}, scalar_units={"c": ("1", "")})
    for name, axis, widths in (("dc_dx", 1, grid.dx), ("dc_dy", 0, grid.dy)):
        slope = np.moveaxis(compute(flow, name), axis, 0)
        first, last = np.take(values, 0, axis), np.take(values, -1, axis)
        np.testing.assert_array_equal(slope[0], slope[-1])
        np.testing.assert_allclose(slope[0], (first - last) / (0.5 * (widths[0] + widths[-1])))


def test_the_heat_through_the_sides_is_the_divergence_inside():
    grid = make_grid(6, 8, stretched=True)
    flow = flow_with_all(grid)
    along_x, along_y = compute(flow, "dtemperature_dx"), compute(flow, "dtemperature_dy")
    inside = np.diff(along_x, axis=1) * grid.dy[:, None] + np.diff(along_y, axis=0) * grid.dx
    through = ((along_x[:, -1] - along_x[:, 0]) * grid.dy).sum() + (
        (along_y[-1] - along_y[0]) * grid.dx
    ).sum()
    assert inside.sum() == pytest.approx(through, rel=1e-12)
    left = flow.scalar_sides["temperature"]["left"]
    first = flow.scalars["temperature"][:, 0]
    np.testing.assert_allclose(along_x[:, 0], (first - left) / (0.5 * grid.dx[0]), rtol=1e-12)


def test_second_order_away_from_the_sides_and_on_them():
    errors = []
    for n in (16, 32, 64):
        grid = make_grid(n, n, stretched=True)
        flow = with_temperature(rest(grid), lambda x, y: np.sin(2 * x) * np.exp(y))
        x, y = grid.mesh("x-face")
        error = np.abs(compute(flow, "dtemperature_dx") - 2 * np.cos(2 * x) * np.exp(y))
        errors.append((error[:, 1:-1].max(), error[:, [0, -1]].max()))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    # On a side the difference over half a cell is of first order in the (finest) cell: as the scheme's flux.
    assert orders[:, 0].min() > 1.9 and orders[:, 1].min() > 0.9


def test_names_locations_units_and_words():
    known = fields.known(UNITS)
    assert set(known) == {*fields.PRIMARY, *UNITS, *fields.derived(UNITS)}
    flow = flow_with_all()
    for name, field in known.items():
        assert field.name == name and field.location in LOCATIONS and field.units and field.symbol
        assert compute(flow, name).shape == GRID.shape(field.location)
    slope = known["dtemperature_dx"]
    assert (slope.location, slope.units, slope.diverging) == ("x-face", "K m-1", True)
    assert known["dye"].long_name == "dye" and known["ddye_dy"].units == "m-1"
    assert fields.expand(["dye_gradient", "u", "ddye_dx"], UNITS) == ["ddye_dx", "ddye_dy", "u"]


def test_equal_fields_are_equal_and_a_help_to_find():
    assert lookup("dye", UNITS) == lookup("dye", dict(UNITS)) != lookup("p", UNITS)
    assert len({lookup("dye", UNITS), lookup("dye", dict(UNITS))}) == 1
    with pytest.raises(ConfigError, match="did you mean 'temperature'"):
        lookup("temprature", UNITS)
    with pytest.raises(ConfigError, match=r"there is no field 'salt'.*dtemperature_dy, dye"):
        compute(flow_with_all(), "salt")
    with pytest.raises(ConfigError, match="there is no field 'temperature'"):
        lookup("temperature")


def test_symbols_and_units_per_metre():
    symbols = [scalar_symbol(name) for name in ("T", "theta", "salt_a")]
    assert symbols == ["T", r"\theta", r"\mathrm{salt\_a}"]
    units = {"K": "K m-1", "1": "m-1", "kg m-3": "kg m-4", "m": "1", "kg/m3": "(kg/m3) m-1", "%": "(%) m-1"}
    assert {name: per_metre(name) for name in units} == units


def test_every_name_that_a_scalar_takes_is_known():
    taken = {"dye", "ddye_dx", "ddye_dy", "dye_gradient", *(f"dye_{side}" for side in SIDES)}
    assert set(fields.occupied("dye")) == taken
    stored = set(schema.variables({"dye": ("1", "")})) - set(schema.variables())
    assert stored == taken - {"dye_gradient"}
    assert all(map(fields.is_reserved, schema.variables()))


# Files -------------------------------------------------------------------------------------------------


def write(directory, flows, **changes):
    grid = flows[0].grid
    with RunWriter.create(directory, grid, **settings(scalars=UNITS, bodies=True, **changes)) as writer:
        for number, flow in enumerate(flows):
            writer.write_checkpoint({}, {"t": flow.time, "step": flow.step, "next_snapshot": number})
            writer.write_snapshot(number, flow)
    return open_run(directory)


def same(a, b, as_type=float):
    arrays = [(getattr(a, name), getattr(b, name)) for name in (*schema.FLOW, "distance")]
    arrays += [(a.scalars[name], b.scalars[name]) for name in UNITS]
    arrays += [(a.scalar_sides[name][side], b.scalar_sides[name][side]) for name in UNITS for side in SIDES]
    return all(np.array_equal(one, other.astype(as_type)) for one, other in arrays)


@pytest.mark.parametrize("grid", [GRID, STRETCHED], ids=["uniform", "stretched"])
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_scalars_and_bodies_come_back(tmp_path, grid, precision):
    flows = [flow_with_all(grid, step) for step in range(3)]
    opened = write(tmp_path / "a", flows, precision=precision)
    assert all(same(back, flow, precision) for back, flow in zip(opened, flows, strict=True))
    assert opened.scalars == READ == opened.flow(0).scalar_units and opened.bodies
    assert list(opened.scalars) == list(UNITS)
    assert opened.fields == ["u", "v", "p", "temperature", "dye", "vorticity", "divergence"]
    assert opened.flow(1).distance.dtype == float
    with h5py.File(tmp_path / "a" / "run.h5") as file:
        assert file["distance"].dtype == precision == file["temperature_left"].dtype
        assert file["distance"].attrs["units"] == "m" and file["temperature"].attrs["units"] == "K"
        assert file["dye"].attrs["long_name"] == "dye" and "left" in file["dye_left"].attrs["long_name"]
    assert opened.verify() == 6


def test_without_scalars_and_bodies_files_have_neither(tmp_path):
    with RunWriter.create(tmp_path / "a", GRID, **settings()) as writer:
        writer.write_snapshot(0, sample())
    opened = open_run(tmp_path / "a")
    assert opened.scalars == {} and not opened.bodies
    assert opened.flow().distance is None and opened.flow().scalars == {}
    for name in ("run.h5", "snapshots/000000.h5"):
        with h5py.File(tmp_path / "a" / name) as file:
            assert "distance" not in file and schema.SCALARS not in file.attrs
    assert not {"scalars", "bodies"} & dict(opened._rows()).keys()


def test_the_snapshots_alone_tell_as_much(tmp_path):
    flows = [flow_with_all(step=step) for step in range(2)]
    write(tmp_path / "a", flows)
    (tmp_path / "a" / "run.h5").unlink()
    opened = open_run(tmp_path / "a")
    assert opened.scalars == READ and opened.bodies and same(opened.flow(1), flows[1])


def test_derived_fields_are_stored_or_computed(tmp_path):
    flows = [flow_with_all(step=step) for step in range(2)]
    opened = write(tmp_path / "a", flows, fields=["temperature_gradient", "dye"])
    assert opened.fields[-2:] == ["dtemperature_dx", "dtemperature_dy"]
    for name in fields.known(UNITS):
        assert np.array_equal(opened.field(name, 1), compute(flows[1], name), equal_nan=True), name
    assert np.array_equal(opened.field("distance", 0), flows[0].distance)
    with pytest.raises(ConfigError, match="did you mean 'dtemperature_dx'"):
        opened.field("dtemprature_dx")


def test_labelled_data(tmp_path):
    flows = [flow_with_all(step=step) for step in range(2)]
    data = write(tmp_path / "a", flows).to_xarray(["dye_gradient"])
    assert data.temperature.dims == ("time", "y", "x") and data.temperature.attrs["units"] == "K"
    assert data.distance.dims == ("time", "y_f", "x_f") and data.ddye_dx.attrs["units"] == "m-1"
    assert np.array_equal(data.ddye_dy[1], compute(flows[1], "ddye_dy"))
    assert np.array_equal(data.distance[1], flows[1].distance)
    with xarray.open_dataset(tmp_path / "a" / "run.h5", engine="h5netcdf") as stored:
        assert stored.temperature_top.dims == ("time", "x") and stored.dye_left.dims == ("time", "y")
        assert np.array_equal(stored.dye.isel(time=1), flows[1].scalars["dye"])


def test_paraview(tmp_path):
    flows = [flow_with_all(step=step) for step in range(2)]
    opened = write(tmp_path / "a", flows)
    with h5py.File(tmp_path / "a" / "run.h5") as file:
        group = file["VTKHDF"]
        assert {"temperature", "dye", "p", "velocity"} <= set(group["CellData"])
        assert {"distance", "vorticity"} == set(group["PointData"])
        assert np.array_equal(group["PointData/distance"][1], flows[1].distance)
    export_vtr(opened, tmp_path / "vtk", ["temperature_gradient"])
    text = (tmp_path / "vtk" / "a_000000.vtr").read_bytes().partition(b"<AppendedData")[0]
    names = [node.get("Name") for node in ET.fromstring(text + b"</VTKFile>").iter("DataArray")]
    assert {"distance", "temperature", "dtemperature_dx"} <= set(names)


def test_information_lists_them(tmp_path):
    opened = write(tmp_path / "a", [flow_with_all()])
    rows = dict(of_run(opened)[0][1])
    assert (
        rows["scalars"] == "temperature [K]: potential temperature, dye [1]" and "distance" in rows["bodies"]
    )
    assert "temperature [K]" in repr(opened)


def test_a_run_is_resumed_with_the_same_scalars_and_bodies_only(tmp_path):
    flows = [flow_with_all(step=step) for step in range(2)]
    write(tmp_path / "a", flows)
    with RunWriter.resume(tmp_path / "a", GRID, **settings(scalars=UNITS, bodies=True)) as writer:
        assert writer.snapshots == (0, 1)
    assert same(open_run(tmp_path / "a").flow(1), flows[1])
    for changes in ({"scalars": UNITS}, {"bodies": True}, {"scalars": {"dye": ("1", "")}, "bodies": True}):
        with pytest.raises(RefusedError, match="same bodies, scalars"):
            RunWriter.resume(tmp_path / "a", GRID, **settings(**changes))


@pytest.mark.parametrize("names", ["u", "time", "../x", "a-b", "missing", "config"])
def test_a_file_cannot_name_a_scalar_as_it_likes(tmp_path, names):
    opened = write(tmp_path / "a", [flow_with_all()])
    path = opened.path / "snapshots" / "000000.h5"
    with h5py.File(path) as file:
        content = {name: file[name][()] for name in file}
        attributes = dict(file.attrs)

    def fill(file):
        for name, values in content.items():
            file[name] = values
        file.attrs.update({**attributes, schema.SCALARS: names})

    path.write_bytes(build(fill))
    with pytest.raises(StorageError):
        opened.flow(0)


# Pictures ----------------------------------------------------------------------------------------------


def test_pictures_of_scalars(tmp_path):
    opened = write(tmp_path / "a", [flow_with_all(make_grid(12, 9), step) for step in range(2)])
    figure = plot(opened, ["temperature", "dye"], path=tmp_path / "a.png")
    labels = [text for ax in figure.axes for text in (ax.get_xlabel(), ax.get_ylabel()) if "$" in text]
    assert labels == [r"$\mathrm{temperature}$ [K]", r"$\mathrm{dye}$"]
    assert {"Potential temperature", "Dye"} <= {ax.get_title(loc="left") for ax in figure.axes}
    plot(opened, "temperature_gradient", streamlines="dye", path=tmp_path / "b.png")
    plot(opened, gradient="temperature", path=tmp_path / "c.pdf")
    path = animate(opened, tmp_path / "a.gif", "temperature", size=(320, 180), gradient="temperature")
    assert path.exists()
    with pytest.raises(ConfigError, match="one field: choose one of ddye_dx, ddye_dy"):
        animate(opened, tmp_path / "b.gif", "dye_gradient")
    with pytest.raises(ConfigError, match="did you mean 'temperature'"):
        plot(opened, "temperatur")


def test_units_and_names_are_never_read_as_mathematics(tmp_path):
    flow = replace(
        flow_with_all(make_grid(12, 9)),
        scalar_units={"temperature": ("$1/", "a $\\bad{ name"), "dye": ("1", "")},
    )
    plot(flow, "temperature", gradient="temperature", path=tmp_path / "a.png")


# Configurations ----------------------------------------------------------------------------------------


def asked(**output):
    sides = {side: {"type": "wall"} for side in SIDES}
    scalars = [{"name": "dye", "diffusivity": 1e-3}]
    tables = {"domain": {"cells": [8, 8]}, "fluid": {"viscosity": 1e-3}, "time": {"end": 1.0}}
    return load({**tables, "boundaries": sides, "scalars": scalars, "output": output})


def test_configurations_know_the_fields_of_their_scalars():
    assert asked(fields=["dye_gradient", "vorticity"], figure="dye").output.figure == "dye"
    assert asked(fields=["ddye_dy"], figure="ddye_dx").output.fields == ("ddye_dy",)
    for output, words in [
        ({"fields": ["dye"]}, "'dye' is always stored"),
        ({"fields": ["ddye_dz"]}, "did you mean 'ddye_d"),
        ({"figure": "dyes"}, "did you mean 'dye'"),
    ]:
        with pytest.raises(ConfigError, match=words):
            asked(**output)


def test_what_is_stored_is_counted():
    plain, more = (stored_arrays(asked(fields=fields)) for fields in ((), ("dye_gradient",)))
    assert (plain, more) == (6, 8)
