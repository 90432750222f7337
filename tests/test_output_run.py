"""A run written and read back: by our reader, by h5py, by xarray, in ParaView's layout."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET

import h5py
import numpy as np
import pytest
import xarray
from hypothesis import given
from hypothesis import strategies as st
from output_miniature import GRID, STRETCHED, run, sample, settings

from fluidgrad import fields
from fluidgrad.errors import ConfigError, StorageError
from fluidgrad.output import RunWriter, export_vtr, open_run, schema

TIMES = (0.0, 0.25, 1.0)


def write(directory, grid=GRID, **changes):
    """Three snapshots of random flows at :data:`TIMES` and a series of six rows; returns the flows."""
    flows = [sample(grid, step) for step in range(3)]
    flows = [type(f)(**{**vars(f), "time": t}) for f, t in zip(flows, TIMES, strict=True)]
    with RunWriter.create(directory, grid, **settings(**changes)) as writer:
        for number, flow in enumerate(flows):
            for part in range(2):
                writer.append_series({"t": number + part / 2, "step": 2 * number + part, "energy": number**2})
            writer.write_snapshot(number, flow)
    return flows


def same_flow(a, b):
    return (
        a.time == b.time
        and a.step == b.step
        and all(np.array_equal(getattr(a, name), getattr(b, name)) for name in schema.FLOW)
    )


@pytest.mark.parametrize("grid", [GRID, STRETCHED], ids=["uniform", "stretched"])
@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_flows_come_back_bit_for_bit(tmp_path, grid, compression):
    flows = write(tmp_path / "a", grid, compression=compression)
    opened = open_run(tmp_path / "a" / "run.h5")
    assert all(map(same_flow, opened, flows)) and len(opened) == 3
    assert opened.grid.matches(grid)
    assert same_flow(opened.flow(time=0.3), flows[1]) and same_flow(opened.flow(-1), flows[2])
    assert opened.verify() == 4


def test_single_precision_rounds_the_snapshots_only(tmp_path):
    flows = write(tmp_path / "a", precision="float32")
    opened = open_run(tmp_path / "a")
    assert opened.flow(1).u.dtype == float
    assert np.array_equal(opened.flow(1).u, flows[1].u.astype(np.float32))
    with h5py.File(tmp_path / "a" / "run.h5") as file:
        assert file["u"].dtype == np.float32 and file["time"].dtype == float
        assert np.array_equal(file["vorticity"][2], opened.field("vorticity", 2))


def test_stored_and_computed_fields(tmp_path):
    flows = write(tmp_path / "a", fields=["velocity_gradient", "u", "vorticity"])
    opened = open_run(tmp_path / "a")
    assert opened.fields == ["u", "v", "p", "vorticity", "du_dx", "du_dy", "dv_dx", "dv_dy"]
    for name in fields.FIELDS:
        assert np.array_equal(opened.field(name, time=0.2), fields.compute(flows[1], name)), name
    assert np.array_equal(opened.field("u_c", 0), fields.velocity_at_centres(flows[0])[0])
    with pytest.raises(ConfigError, match="did you mean 'vorticity'"):
        opened.field("vortcity")
    with pytest.raises(ConfigError, match="nan"):
        opened.flow(time=float("nan"))
    with pytest.raises(IndexError):
        opened.flow(3)


def test_series_and_provenance(tmp_path):
    write(tmp_path / "a")
    opened = open_run(tmp_path / "a")
    assert list(opened.series) == ["t", "step", "energy"]
    assert opened.series["step"].tolist() == list(range(6)) and opened.series["step"].dtype == np.int64
    assert opened.series["energy"].tolist() == [0, 0, 1, 1, 4, 4]
    assert opened.series_units["energy"] == ("m2 s-2", "kinetic energy")
    assert opened.attributes["title"] == "A miniature" and opened.attributes["seed"] == 5
    assert opened.config_text == settings()["config_text"] == (tmp_path / "a" / "config.toml").read_text()


def test_series_goes_on_after_the_last_snapshot(tmp_path):
    writer = RunWriter.create(tmp_path / "a", GRID, **settings())
    writer.write_snapshot(0, sample())
    writer.append_series({"t": 0.1, "step": 1, "energy": 2.0})
    writer.write_checkpoint({}, {"t": 0.1, "step": 1, "next_snapshot": 1})
    assert open_run(tmp_path / "a").series["energy"].tolist() == [2.0]
    writer.append_series({"t": 0.2, "step": 2, "energy": 3.0})
    writer.close()
    assert open_run(tmp_path / "a").series["energy"].tolist() == [2.0, 3.0]


def test_rows_must_fit_the_series(tmp_path):
    with (
        RunWriter.create(tmp_path / "a", GRID, **settings()) as writer,
        pytest.raises(ValueError, match="energy"),
    ):
        writer.append_series({"t": 0.0, "step": 0})


def test_long_configurations_and_attributes(tmp_path):
    text = "# é\n" * 50_000
    attributes = {f"key_{k}": "x" * 2000 for k in range(50)}
    write(tmp_path / "a", config_text=text, attributes=attributes)
    opened = open_run(tmp_path / "a")
    assert opened.config_text == text and opened.attributes["key_49"] == "x" * 2000
    with xarray.open_dataset(tmp_path / "a" / "run.h5", engine="h5netcdf") as data:
        assert data.attrs["config"] == text


def test_looks(tmp_path):
    write(tmp_path / "cavity<b>")
    opened = open_run(tmp_path / "cavity<b>")
    text = repr(opened)
    for part in ("Run cavity<b>", "A miniature", "6 x 5", "3, t = 0 to 1 s", "vorticity", "energy"):
        assert part in text
    assert "cavity&lt;b&gt;" in opened._repr_html_() and "<b>" not in opened._repr_html_()
    with opened as same:
        assert same is opened


def test_nothing_to_open(tmp_path):
    with pytest.raises(StorageError, match="there is no run directory"):
        open_run(tmp_path / "nowhere")
    with pytest.raises(StorageError, match="no snapshot"):
        open_run(tmp_path)
    RunWriter.create(tmp_path / "a", GRID, **settings()).close()
    with pytest.raises(StorageError, match="no snapshot"):
        open_run(tmp_path / "a")


def test_reading_while_writing(tmp_path):
    """A missing or older run.h5 hides nothing, and one held open stays readable."""
    flows = [sample(GRID, step) for step in range(4)]
    with RunWriter.create(tmp_path / "a", GRID, **settings()) as writer:
        writer.write_snapshot(0, flows[0])
        with h5py.File(tmp_path / "a" / "run.h5") as held:
            old = (tmp_path / "a" / "run.h5").read_bytes()
            writer.write_snapshot(1, flows[1])
            writer.write_snapshot(2, flows[2])
            assert held["u"].shape[0] == 1 and np.array_equal(held["u"][0], flows[0].u)
            with h5py.File(tmp_path / "a" / "run.h5") as current:
                assert np.array_equal(current["u"][2], flows[2].u)
        (tmp_path / "a" / "run.h5").write_bytes(old)
        assert all(map(same_flow, open_run(tmp_path / "a"), flows[:3]))
        (tmp_path / "a" / "run.h5").unlink()
        opened = open_run(tmp_path / "a")
        assert all(map(same_flow, opened, flows[:3])) and opened.grid.matches(GRID)
        assert opened.config_text and opened.fields[-1] == "divergence"
        assert opened.verify() == 3


def test_the_run_can_be_moved_and_opened_from_anywhere(tmp_path, monkeypatch):
    flows = write(tmp_path / "a")
    (tmp_path / "a").rename(tmp_path / "b")
    monkeypatch.chdir("/")
    with h5py.File(os.path.relpath(tmp_path / "b" / "run.h5")) as file:
        assert np.array_equal(file["v"][2], flows[2].v)


@pytest.mark.parametrize("grid", [GRID, STRETCHED], ids=["uniform", "stretched"])
def test_xarray_opens_run_h5(tmp_path, grid):
    flows = write(tmp_path / "a", grid)
    with xarray.open_dataset(tmp_path / "a" / "run.h5", engine="h5netcdf") as data:
        assert dict(data.sizes) == {
            "time": 3, "x": grid.nx, "y": grid.ny, "x_f": grid.nx + 1, "y_f": grid.ny + 1
        }  # fmt: skip
        assert set(data.coords) == {"time", "x", "y", "x_f", "y_f"}
        for name in schema.stored_variables(data):
            described = schema.variable(name)
            assert data[name].dims == ("time", *described.dims)
            assert data[name].attrs["units"] == described.units
            assert data[name].attrs["long_name"] == described.long_name
        assert np.array_equal(data.u.sel(time=0.25), flows[1].u)
        assert np.array_equal(data.v_right.isel(time=2), flows[2].v_right)
        assert np.array_equal(data.vorticity.isel(time=2), fields.compute(flows[2], "vorticity"))
        assert np.array_equal(data.x_f, grid.x_f) and data.x_f.attrs["c_grid_axis_shift"] == -0.5
        assert data.x.attrs == {"units": "m", "long_name": "x at cell centres", "axis": "X"}
        assert data.time.attrs["units"] == "s" and data.time.values.tolist() == list(TIMES)
        assert data.attrs["Conventions"].startswith("CF") and data.attrs["title"] == "A miniature"
    with xarray.open_dataset(tmp_path / "a" / "run.h5", group="series", engine="h5netcdf") as series:
        assert series.energy.dims == ("t",) and series.energy.attrs["units"] == "m2 s-2"
        assert series.energy.sel(t=2.5) == 4


def test_xarray_opens_snapshots_and_the_whole_tree(tmp_path):
    flows = write(tmp_path / "a")
    with xarray.open_dataset(tmp_path / "a/snapshots/000001.h5", engine="h5netcdf") as data:
        assert float(data.time) == 0.25 and "time" in data.coords
        assert data.u.dims == ("y", "x_f") and np.array_equal(data.u, flows[1].u)
    with xarray.open_datatree(tmp_path / "a" / "run.h5", engine="h5netcdf") as tree:
        assert tree["VTKHDF/CellData/velocity"].dims == ("time", "y", "x", "component")


def test_to_xarray_reads_and_derives_as_asked(tmp_path, monkeypatch):
    flows = write(tmp_path / "a")
    data = open_run(tmp_path / "a").to_xarray(["pressure_gradient", "speed", "u_c"])
    assert data.dp_dx.dims == ("time", "y", "x_f") and data.speed.attrs["units"] == "m s-1"
    expected = np.stack([fields.compute(flow, "dp_dx") for flow in flows])
    assert np.array_equal(data.dp_dx, expected)
    assert np.array_equal(data.dp_dx[1:, 2, ::2], expected[1:, 2, ::2])
    assert np.array_equal(data.dp_dx[-1, :, 3], expected[-1, :, 3])
    assert np.array_equal(data.dp_dx[[2, 0], [1, 3]], expected[[2, 0]][:, [1, 3]])
    assert data.dp_dx[3:, 1].shape == (0, GRID.nx + 1)
    assert data.step.values.tolist() == [0, 1, 2] and data.step.dims == ("time",)
    (tmp_path / "a/snapshots/000000.h5").unlink()
    lazy = open_run(tmp_path / "a").to_xarray("vorticity")
    assert np.array_equal(lazy.vorticity.sel(time=1.0), fields.compute(flows[2], "vorticity"))
    with pytest.raises(StorageError, match="000000"):
        lazy.vorticity.load()
    with pytest.raises(ConfigError, match="no field 'spin'"):
        open_run(tmp_path / "a").to_xarray(["spin"])


def _indices(n):
    return st.integers(-n, n - 1) | st.slices(n).filter(lambda part: len(range(n)[part]) > 0)


@given(key=st.tuples(*map(_indices, (3, GRID.ny, GRID.nx + 1))))
def test_to_xarray_indexes_like_an_array(shared_run, key):
    data, expected = shared_run
    assert np.array_equal(data.u[key], expected[key])


@pytest.fixture(scope="module")
def shared_run(tmp_path_factory):
    directory = tmp_path_factory.mktemp("shared") / "a"
    flows = write(directory)
    return open_run(directory).to_xarray(), np.stack([flow.u for flow in flows])


def test_vtkhdf_layout(tmp_path):
    write(tmp_path / "a")
    with h5py.File(tmp_path / "a" / "run.h5") as file:
        group = file["VTKHDF"]
        kind = group.attrs.get_id("Type").get_type()
        assert not kind.is_variable_str() and kind.get_cset() == h5py.h5t.CSET_ASCII
        assert group.attrs["Type"] == b"ImageData" and group.attrs["Version"].tolist() == [2, 0]
        assert group.attrs["WholeExtent"].tolist() == [0, GRID.nx, 0, GRID.ny, 0, 0]
        assert group.attrs["Origin"].tolist() == [0, -1, 0]
        assert np.allclose(group.attrs["Spacing"], [0.25, 0.2, 1])
        assert group["Steps"].attrs["NSteps"] == 3 and group["Steps/Values"][()].tolist() == list(TIMES)
        assert set(group["CellData"]) == {"p", "divergence", "velocity"}
        assert set(group["PointData"]) == {"vorticity"}
        assert group["CellData/p"] == file["p"] and group["PointData/vorticity"] == file["vorticity"]
        for name in ("CellDataOffsets/p", "CellDataOffsets/velocity", "PointDataOffsets/vorticity"):
            assert group["Steps"][name][()].tolist() == [0, 1, 2]
        velocity = group["CellData/velocity"][()]
        assert np.array_equal(velocity[..., 0], file["u_c"]) and np.array_equal(velocity[..., 1], file["v_c"])
        assert (velocity[..., 2] == 0).all()


def test_no_vtkhdf_on_stretched_grids(tmp_path):
    write(tmp_path / "a", STRETCHED)
    with h5py.File(tmp_path / "a" / "run.h5") as file:
        assert "VTKHDF" not in file


def read_vtr(path):
    """Name -> array of a .vtr file with appended raw data, by the book."""
    head, _, raw = path.read_bytes().partition(b'<AppendedData encoding="raw">\n_')
    arrays = {}
    for node in ET.fromstring(head + b"</VTKFile>").iter("DataArray"):
        start = int(node.get("offset"))
        size = int(np.frombuffer(raw, "<u8", 1, start)[0])
        values = np.frombuffer(raw, "<f8", size // 8, start + 8)
        arrays[node.get("Name")] = values.reshape(-1, int(node.get("NumberOfComponents")))
    return arrays


def test_export_for_stretched_grids(tmp_path):
    flows = write(tmp_path / "a", STRETCHED)
    collection = export_vtr(open_run(tmp_path / "a"), tmp_path / "vtr", "speed")
    entries = list(ET.parse(collection).iter("DataSet"))
    assert [float(entry.get("timestep")) for entry in entries] == list(TIMES)
    for flow, entry in zip(flows, entries, strict=True):
        arrays = read_vtr(collection.parent / entry.get("file"))
        assert np.array_equal(arrays["x"][:, 0], STRETCHED.x_f) and arrays["z"].tolist() == [[0]]
        assert np.array_equal(arrays["p"][:, 0], flow.p.ravel())
        u_c, v_c = fields.velocity_at_centres(flow)
        assert np.array_equal(arrays["velocity"], np.stack([u_c, v_c, 0 * u_c], -1).reshape(-1, 3))
        assert np.array_equal(arrays["vorticity"][:, 0], fields.compute(flow, "vorticity").ravel())
        assert np.array_equal(arrays["speed"][:, 0], fields.compute(flow, "speed").ravel())


def test_files_do_not_depend_on_when_or_by_whom_they_are_written(tmp_path):
    for name in ("a", "b"):
        program = f"import output_miniature as m, pathlib; m.run(pathlib.Path({str(tmp_path / name)!r}), 2)"
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": str(ord(name))}
        subprocess.run([sys.executable, "-c", program], check=True, env=environment)
    run(tmp_path / "c", 2)
    images = [[(tmp_path / n / f).read_bytes() for f in ("run.h5", "snapshots/000001.h5")] for n in "abc"]
    assert images[0] == images[1] == images[2]


def test_importing_output_stays_light():
    program = (
        "import sys, fluidgrad.output; print(*{'xarray', 'matplotlib', 'numba', 'scipy'} & set(sys.modules))"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, env=environment)
    assert result.stdout.split() == []
