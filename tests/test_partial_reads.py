"""Long and large runs: opening costs next to nothing, a point in time reads no whole field, particles come back."""

from __future__ import annotations

import os
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from output_miniature import GRID, STRETCHED, sample, settings

from fluidgrad.errors import ConfigError, StorageError
from fluidgrad.grid import Grid
from fluidgrad.interpolation import at_points
from fluidgrad.output import RunWriter, container, index, open_run, snapshots
from fluidgrad.output.atomic import write_file
from fluidgrad.output.series import Series


@pytest.fixture(params=[GRID, STRETCHED], ids=["periodic", "stretched"])
def directory(tmp_path, request):
    with RunWriter.create(tmp_path / "a", request.param, **settings()) as writer:
        for number in range(3):
            writer.write_snapshot(number, sample(request.param, number))
    return tmp_path / "a"


def forbid_whole_files(monkeypatch):
    def refuse(path):
        raise AssertionError(f"{path} was read as a whole")

    monkeypatch.setattr(container, "read_verified", refuse)


@pytest.mark.parametrize("name", ["u", "v", "p", "vorticity", "speed"])
@pytest.mark.parametrize("where", [(0.001, 0.001), (0.37, 0.52), (0.999, 0.999)])
def test_a_point_has_the_bilinear_values_of_the_fields(directory, name, where):
    run = open_run(directory)
    g = run.grid
    x, y = g.x_f[0] + where[0] * g.length_x, g.y_f[0] + where[1] * g.length_y
    location = {"u": "x-face", "v": "y-face", "vorticity": "node"}.get(name, "centre")
    expected = [at_points(g, location, run.field(name, k), np.array([x]), np.array([y]))[0] for k in range(3)]
    assert run.probe(name, x, y) == pytest.approx(expected, rel=1e-13)


def test_a_point_of_a_stored_field_reads_no_whole_file(directory, monkeypatch):
    run, labelled = open_run(directory), open_run(directory).to_xarray()
    g = run.grid
    whole = [run.field("vorticity", k)[2, 3] for k in range(3)]
    column = [run.field("p", k)[1:4, 2] for k in range(3)]
    forbid_whole_files(monkeypatch)
    assert np.array_equal(run.probe("vorticity", g.x_f[3], g.y_f[2]), whole)
    assert np.array_equal(labelled.vorticity.isel(x_f=3, y_f=2).values, whole)
    assert np.array_equal(labelled.p.isel(x=2, y=slice(1, 4)).values, column)
    with pytest.raises(AssertionError, match="as a whole"):
        _ = labelled.p.isel(time=1).values


def test_damage_where_a_point_is_read_is_found(directory):
    run = open_run(directory)
    path = directory / snapshots.file_name(1)
    data = bytearray(path.read_bytes())
    at = data.find(run.flow(1).p.tobytes())
    data[at + 3] ^= 1
    path.write_bytes(data)
    with pytest.raises(StorageError, match="000001"):
        open_run(directory).probe("p", run.grid.x[1], run.grid.y[1])
    path.write_bytes(data[:-200])
    with pytest.raises(StorageError, match="no checksum"):
        open_run(directory).probe("p", run.grid.x[1], run.grid.y[1])


def test_a_point_outside_and_a_field_that_is_not_there(directory):
    run = open_run(directory)
    with pytest.raises(ConfigError, match="outside the domain"):
        run.probe("p", 1e3, -0.5)
    with pytest.raises(ConfigError, match="no field 'q'"):
        run.probe("q", 0.5, -0.5)


def test_particles_come_back(tmp_path):
    flow = sample()
    sets = {"dye": {"x": np.array([0.1, np.nan]), "y": np.array([-0.5, -0.25]), "age": np.array([0.0, 1.5])}}
    sets["empty"] = {"x": np.empty(0), "y": np.empty(0)}
    with RunWriter.create(tmp_path / "a", GRID, **settings()) as writer:
        writer.write_snapshot(0, replace(flow, particles=sets))
    run = open_run(tmp_path / "a")
    for name, attributes in sets.items():
        found = run.particles(name)
        assert found.keys() == attributes.keys()
        assert all(np.array_equal(found[key], attributes[key], equal_nan=True) for key in found)
    with pytest.raises(ConfigError, match="no particles 'ink'; there are: dye, empty"):
        run.particles("ink")


def test_ten_gigabytes_open_in_the_memory_of_less_than_a_snapshot(tmp_path):
    """A snapshot of 83 MB under 125 names: a run that claims more than 10 GB."""
    grid = Grid.uniform(1400, 1400)
    directory, count = tmp_path / "large", 125
    with RunWriter.create(directory, grid, **settings(fields=[])) as writer:
        writer.write_snapshot(0, sample(grid))
        recipe = writer._recipe
    size = (directory / snapshots.file_name(0)).stat().st_size
    for number in range(1, count):
        os.link(directory / snapshots.file_name(0), directory / snapshots.file_name(number))
    instants = {number: (0.1 * number, number) for number in range(count)}
    write_file(directory / index.NAME, index.index_image(recipe, instants, Series({}), {}, ""))
    assert size * count > 10e9
    tracemalloc.start()
    run = open_run(directory)
    labelled = run.to_xarray()
    values = labelled.p.isel(x=700, y=700).values
    again = run.probe("p", grid.x[700], grid.y[700])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert values.shape == (count,) and np.array_equal(values, again)
    assert peak < size
