"""Animations: frames, limits and files, read back with the libraries that others would use."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from dataclasses import replace

import numpy as np
import pytest
from exact_flows import Snapshots, make_flow, make_grid, single_eddy, taylor_green
from PIL import Image as Pillow

from fluidgrad.errors import ConfigError, StorageError
from fluidgrad.fields import FIELDS
from fluidgrad.plotting import animate, default_suffix, video
from fluidgrad.plotting.animation import Stage, choose_snapshots, stage_scene
from fluidgrad.plotting.layers import Contours, Image, Streamlines
from fluidgrad.plotting.layers.image import colour_table, to_colours
from fluidgrad.plotting.panel import Look, survey
from fluidgrad.plotting.pipeline import Behind, ahead
from fluidgrad.plotting.style import styled
from fluidgrad.plotting.survey import sample

SMALL = (320, 180)


@pytest.fixture(scope="module")
def run():
    return Snapshots([taylor_green(24, t) for t in np.linspace(0, 2, 6)])


def decoded(path):
    """Frames (height, width, 3) of a video, its rate and length in seconds."""
    av = pytest.importorskip("av")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
        return frames, float(stream.average_rate), float(stream.duration * stream.time_base), stream.pix_fmt


def make_stage(run, *layers, pixels=(640, 360)):
    look, scene = Look(layers), stage_scene(run, pixels)
    with styled():
        found = survey([replace(scene, flow=run.flow(k)) for k in range(len(run.times))], [look])
        return Stage(pixels, "a run", look, replace(scene, found=found), run.times)


def scale_of(stage):
    return stage.look.ground.scale(stage.scene)


def test_mp4(run, tmp_path):
    pytest.importorskip("av")
    calls = []
    path = animate(run, tmp_path / "a.mp4", size=SMALL, fps=10, progress=lambda *call: calls.append(call))
    frames, rate, length, pix_fmt = decoded(path)
    assert len(frames) == 6 and frames[0].shape == (180, 320, 3)
    assert (rate, length, pix_fmt) == (10, pytest.approx(0.6), "yuv420p")
    assert calls == [(k, 6) for k in range(1, 7)]
    assert os.listdir(tmp_path) == ["a.mp4"]


def test_mp4_keeps_the_colours(run, tmp_path):
    pytest.importorskip("av")
    (frame, *_), *_ = decoded(animate(run, tmp_path / "a.mp4", "speed", size=(640, 360)))
    drawn = make_stage(run, Image("speed")).draw(run.flow(0), 0)[..., :3]
    assert np.abs(frame.astype(float) - drawn).mean() < 4


def test_odd_sizes_become_even(run, tmp_path):
    pytest.importorskip("av")
    frames, *_ = decoded(animate(run, tmp_path / "a.mp4", size=(321, 179)))
    height, width, _ = frames[0].shape
    assert height % 2 == width % 2 == 0 and abs(height - 179) <= 1 and abs(width - 321) <= 1


def test_gif(run, tmp_path):
    path = animate(run, tmp_path / "a.gif", size=SMALL, fps=20)
    with Pillow.open(path) as gif:
        assert (gif.n_frames, gif.size, gif.info["duration"], gif.info["loop"]) == (6, SMALL, 50, 0)
        frames = []
        for k in range(gif.n_frames):
            gif.seek(k)
            frames.append(np.asarray(gif.convert("RGB")).astype(int))
    stage = make_stage(run, Image("vorticity"), pixels=SMALL)
    for k, frame in enumerate(frames):
        if k == 0:
            assert (frame[2, 2] == 255).all()
        drawn = stage.draw(run.flow(k), (k + 1) / 6)[..., :3]
        assert np.abs(frame - drawn).mean() < 6


def test_webp(run, tmp_path):
    path = animate(run, tmp_path / "a.webp", size=SMALL, fps=20)
    stage = make_stage(run, Image("vorticity"), pixels=SMALL)
    with Pillow.open(path) as film:
        assert (film.format, film.n_frames, film.size, film.info["loop"]) == ("WEBP", 6, SMALL, 0)
        for k in range(film.n_frames):
            film.seek(k)
            drawn = stage.draw(run.flow(k), (k + 1) / 6)[..., :3]
            assert np.abs(np.asarray(film.convert("RGB")).astype(int) - drawn).mean() < 3
            assert film.info["duration"] == 50
    assert int.from_bytes(path.read_bytes()[4:8], "little") == path.stat().st_size - 8


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ({}, [0, 1, 2, 3, 4, 5]),
        ({"every": 2}, [0, 2, 4]),
        ({"start": 0.4}, [1, 2, 3, 4, 5]),
        ({"start": 0.5, "end": 1.3, "every": 2}, [2]),
        ({"end": 1.2}, [0, 1, 2, 3]),
    ],
)
def test_a_part_of_a_run(run, tmp_path, options, numbers):
    assert choose_snapshots(run, **options).tolist() == numbers
    calls = []
    path = animate(run, tmp_path / "a.gif", size=SMALL, progress=lambda *call: calls.append(call), **options)
    assert calls == [(k, len(numbers)) for k in range(1, len(numbers) + 1)]
    with Pillow.open(path) as gif:
        assert gif.n_frames == len(numbers)


def test_several_flows_are_a_run(run, tmp_path):
    flows = [run.flow(k) for k in range(3)]
    with Pillow.open(animate(flows, tmp_path / "a.gif", size=SMALL)) as gif:
        assert gif.n_frames == 3


def test_flows_read_ahead_come_in_order_and_errors_in_their_place():
    def read(k):
        if k == 3:
            raise StorageError("snapshot 3 is damaged")
        return 10 * k

    numbers = ahead(read, range(6))
    assert [next(numbers) for _ in range(3)] == [0, 10, 20]
    with pytest.raises(StorageError, match="damaged"):
        next(numbers)
    assert list(ahead(lambda k: k, range(50))) == list(range(50))


def test_frames_written_behind_are_copies_and_errors_come_back():
    taken = []
    behind, frame = Behind(taken.append), np.zeros(3)
    with contextlib.closing(behind):
        for k in range(20):
            frame[...] = k
            behind.write(frame)
        behind.finish()
    assert [int(array[0]) for array in taken] == list(range(20))

    def full(_):
        raise OSError("disk full")

    behind = Behind(full)
    with contextlib.closing(behind), pytest.raises(OSError, match="full"):
        behind.write(frame)
        behind.finish()


@pytest.mark.parametrize("suffix", [".gif", ".mp4", ".webp"])
def test_the_same_bytes_every_time(run, tmp_path, suffix):
    if suffix == ".mp4":
        pytest.importorskip("av")
    first, second = (animate(run, tmp_path / f"{k}{suffix}", size=SMALL).read_bytes() for k in range(2))
    assert first == second


def test_limits_hold_for_the_whole_run_and_are_symmetric(run):
    stage = make_stage(run, Image("vorticity"))
    assert scale_of(stage).low == -scale_of(stage).high
    strength = [
        np.ptp(stage.draw(run.flow(k), 0)[stage.rows, stage.columns, :3].astype(int), axis=(0, 1))
        for k in (0, 5)
    ]
    # The vortices decay, and so do the colours.
    assert (strength[0] > strength[1]).all()


@pytest.mark.parametrize("stretched", [False, True])
def test_pixels_have_the_colour_of_the_field_at_their_place(stretched):
    flow = make_flow(
        make_grid(40, 30, stretched),
        lambda x, y: np.sin(2 * x) * np.cos(y),
        lambda x, y: np.cos(3 * x) * y,
        lambda x, y: x - 2 * y,
    )
    run = Snapshots([flow])
    for name in ("p", "vorticity"):
        stage = make_stage(run, Image(name))
        frame = stage.draw(flow, 0)
        for x, y in [(0.6, -0.7), (2.0, -0.6), (0.8, 0.3), (1.7, 0.2)]:
            column, up = stage.ax.transData.transform((x, y))
            value = sample(flow, FIELDS[name], np.array([x]), np.array([y]))
            expected = to_colours(value, scale_of(stage), colour_table(scale_of(stage)))[0, 0].astype(int)
            assert np.abs(frame[frame.shape[0] - 1 - int(up), int(column), :3] - expected).max() < 14


def test_colours_beyond_the_limits_are_those_of_the_limits(run):
    stage = make_stage(run, Image("speed"))
    far = to_colours(
        np.array([-1e30, 1e30], dtype=np.float32), scale_of(stage), colour_table(scale_of(stage))
    )
    np.testing.assert_array_equal(far, colour_table(scale_of(stage))[[0, -1]])


def test_only_panel_time_and_progress_change_between_frames(run):
    stage = make_stage(run, Image("vorticity"))
    one, two = stage.draw(run.flow(0), 0.2).copy(), stage.draw(run.flow(5), 1.0).copy()
    changed = (one != two).any(axis=2)
    changed[stage.rows, stage.columns] = False
    height, width = changed.shape
    assert changed[-2, width // 5 + 1 :].all() and not changed[-2, : width // 5].any()
    box = stage.stamp.get_window_extent()
    stamp = np.zeros_like(changed)
    stamp[int(height - box.y1) - 2 : int(height - box.y0) + 2, int(box.x0) - 2 : int(box.x1) + 2] = True
    stamp[-4:] = True
    assert changed[stamp].any() and not changed[~stamp].any()


def test_a_frame_does_not_depend_on_the_ones_before(run):
    stage = make_stage(run, Image("vorticity"), Streamlines("speed"), Contours("vorticity"))
    fresh = stage.draw(run.flow(2), 0.5).copy()
    stage.draw(run.flow(0), 0.1)
    np.testing.assert_array_equal(stage.draw(run.flow(2), 0.5), fresh)


@pytest.mark.parametrize(
    "options",
    [
        {"gradient": "p"},
        {"gradient": True},
        {"velocity": True},
        {"field": "speed", "streamlines": "speed"},
        {"contours": "filled"},
        {"zoom": (0, 1, 0, 3)},
    ],
)
def test_what_plot_can_lay_over_a_field_animate_can(run, tmp_path, options):
    path = animate(run, tmp_path / "a.gif", size=SMALL, **options)
    with Pillow.open(path) as gif:
        assert gif.n_frames > 1


@pytest.mark.parametrize("ends", [((0, 30), (0, 1)), ((0, 1), (0, 30))], ids=["wide", "tall"])
def test_wide_and_tall_domains(tmp_path, ends):
    flow = single_eddy(make_grid(16, 12, ends=ends))
    stage = make_stage(Snapshots([flow, replace(flow, time=1.0)]), Image("speed"))
    box = stage.ax.get_window_extent()
    assert box.width / box.height == pytest.approx(ends[0][1] / ends[1][1], rel=1e-6)
    assert box.width > 0.85 * 640 or box.height > 0.7 * 360


class Failing(Snapshots):
    """A run whose last snapshot cannot be read."""

    def flow(self, index=-1):
        if index == len(self.flows) - 1 and self.counting:
            raise StorageError("snapshot 5 is damaged")
        return super().flow(index)


@pytest.mark.parametrize("suffix", [".gif", ".mp4", ".webp"])
def test_nothing_is_left_after_an_error(run, tmp_path, suffix):
    if suffix == ".mp4":
        pytest.importorskip("av")
    failing = Failing(run.flows)
    failing.counting = False
    (tmp_path / f"a{suffix}").write_bytes(b"an earlier one")

    def progress(done, _):
        failing.counting = done > 2

    with pytest.raises(StorageError, match="damaged"):
        animate(failing, tmp_path / f"a{suffix}", size=SMALL, progress=progress)
    assert os.listdir(tmp_path) == [f"a{suffix}"]
    assert (tmp_path / f"a{suffix}").read_bytes() == b"an earlier one"


def test_mistakes_are_told(run, tmp_path):
    with pytest.raises(ConfigError, match=r"\.mp4, \.gif"):
        animate(run, tmp_path / "a.avi")
    with pytest.raises(ConfigError, match="did you mean"):
        animate(run, tmp_path / "a.gif", "vortcity")
    for options in (
        {"every": 0}, {"start": 5.0}, {"start": 1.0, "end": 0.5},
        {"fps": 0}, {"size": (10, 10)}, {"size": 3}, {"zoom": (9, 10, 0, 1)}, {"limits": (2, 1)},
    ):  # fmt: skip
        with pytest.raises(ConfigError):
            animate(run, tmp_path / "a.gif", **options)
    with pytest.raises(StorageError, match="cannot write"):
        animate(run, tmp_path / "missing" / "a.gif", size=SMALL)
    assert not list(tmp_path.iterdir())


def test_a_group_of_fields_is_refused(run, tmp_path):
    with pytest.raises(ConfigError, match="one field: choose one of dp_dx, dp_dy"):
        animate(run, tmp_path / "a.gif", "pressure_gradient", size=SMALL)


def test_without_an_encoder_mp4_is_refused_with_advice(run, tmp_path, monkeypatch):
    monkeypatch.setattr(video.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(video.shutil, "which", lambda name: None)
    assert default_suffix() == ".gif"
    with pytest.raises(ConfigError, match=r"pip install av\).*\.gif"):
        animate(run, tmp_path / "a.mp4", size=SMALL)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Puts a script named ffmpeg first on the path and hides PyAV; returns a function that writes it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    monkeypatch.setattr(video.importlib.util, "find_spec", lambda name: None)

    def write(body):
        script = folder / "ffmpeg"
        script.write_text(f"#!{sys.executable}\nimport sys\n{body}\n")
        script.chmod(script.stat().st_mode | stat.S_IEXEC)

    return write


def test_ffmpeg_gets_every_frame(run, tmp_path, program):
    program("open(sys.argv[-1], 'wb').write(sys.stdin.buffer.read())")
    path = animate(run, tmp_path / "a.mp4", size=SMALL)
    assert path.stat().st_size == 6 * 4 * SMALL[0] * SMALL[1]


def test_words_of_a_failing_ffmpeg_are_passed_on(run, tmp_path, program):
    program("sys.stdin.close(); sys.exit('no such codec')")
    with pytest.raises(StorageError, match="no such codec"):
        animate(run, tmp_path / "a.mp4", size=SMALL)
    assert os.listdir(tmp_path) == ["bin"]
