"""``fluidgrad watch``: pictures of characters, and a view that follows a run as it grows."""

from __future__ import annotations

import io
import os

import numpy as np
import output_miniature as miniature
import pytest
from cli_tools import CAVITY, fluidgrad
from rich.console import Console

from fluidgrad.fields import lookup
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid
from fluidgrad.output import RunWriter, open_run
from fluidgrad.output.rundir import RunLock
from fluidgrad.output.state import state_of
from fluidgrad.plotting.sampling import view_window
from fluidgrad.plotting.terminal import HALF, picture, scale_of, sparkline
from fluidgrad.plotting.watch import View

GRID = Grid.uniform(16, 8, x=(0, 2), y=(0, 1))


def flow(**more) -> Flow:
    """Pressure that rises upwards."""
    p = np.repeat(GRID.y[:, None], GRID.nx, axis=1)
    return Flow.of(GRID, np.zeros((8, 17)), np.zeros((9, 16)), p, **more)


def test_half_blocks_are_the_right_way_up_and_in_proportion():
    text = picture(flow(), "p", 40, 40, cmap="gray")
    lines = text.plain.split("\n")
    assert len(lines) == 10 and {len(line) for line in lines} == {40} and set(text.plain) == {HALF, "\n"}
    styles = [span.style for span in text.spans if span.end == span.start + 1]
    grey = [style.color.triplet.red for style in styles[::40]]
    assert grey == sorted(grey, reverse=True), "high pressure, bright, is at the top"
    assert styles[0].bgcolor.triplet.red < styles[0].color.triplet.red


def test_half_blocks_have_the_colours_of_pictures():
    one = flow()
    scale = scale_of(one, lookup("p"), view_window(GRID))
    text = picture(one, "p", 16, 4)
    colour = next(span.style for span in text.spans if span.end == span.start + 1).color.triplet
    wanted = np.round(np.array(scale.cmap((one.p[-1, 0] - scale.low) / (scale.high - scale.low))[:3]) * 255)
    assert tuple(colour) == tuple(wanted.astype(int))


def test_without_colours_there_are_shades_and_bodies():
    x, y = GRID.mesh("node")
    text = picture(flow(distance=np.hypot(x - 1, y - 0.5) - 0.3), "p", 32, 8, colours=False)
    lines = text.plain.split("\n")
    assert len(lines) == 8 and "#" in lines[4] and "#" not in lines[0] and lines[0][0] == "█"


@pytest.mark.parametrize(
    ("values", "width", "bars"),
    [
        (np.arange(8.0), 8, "▁▂▃▄▅▆▇█"),
        ([1.0] * 5, 4, "▄▄▄▄"),
        ([0.0, np.nan, 1.0], 9, "▁█"),
        ([], 5, ""),
        ([99.0, *np.arange(10.0)], 11, "█▁▁▂▃▄▅▆▇██"),
    ],
)
def test_sparklines(values, width, bars):
    assert sparkline(values, width) == bars


def test_the_view_follows_a_run(tmp_path):
    seen = []

    def look(k):
        seen.append((view.refresh(), view.state.kind, len(view.run) if view.run else 0))
        seen.append(view.refresh())

    view = View(tmp_path / "run")
    assert not view.refresh() and view.over and "no run directory" in view.status()
    (tmp_path / "run").mkdir()
    assert not view.refresh() and not view.over and "waiting" in view.status()
    miniature.run(tmp_path / "run", count=2, finished=look)
    assert seen == [(False, "waiting", 0), False, (True, "running", 1), False, (True, "running", 2), False]
    assert view.refresh() and view.over and len(view.run) == 2


def test_a_half_written_run_is_looked_at_again(tmp_path):
    miniature.run(tmp_path / "run", count=2)
    path = tmp_path / "run" / "snapshots" / "000001.h5"
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    view = View(tmp_path / "run")
    assert not view.refresh() and view.run is None
    path.write_bytes(whole)
    os.utime(path.parent)
    assert view.refresh() and len(view.run) == 2


def test_a_run_that_is_no_longer_there_is_not_waited_for(tmp_path):
    miniature.run(tmp_path / "run", count=2)
    view = View(tmp_path / "run")
    with RunLock(tmp_path / "run"):
        assert view.refresh() and not view.over
        (tmp_path / "run").rename(tmp_path / "aside")
    assert not view.refresh() and view.over and "no run directory" in view.state.words


def test_what_is_no_run_is_an_error(tmp_path):
    (tmp_path / "flow.toml").write_text("")
    (tmp_path / "run" / "snapshots").mkdir(parents=True)
    for path in (tmp_path, tmp_path / "flow.toml", tmp_path / "run"):
        result = fluidgrad("watch", path)
        assert result.exit_code == 74 and "holds no snapshot" in result.stderr.replace("\n", " ")
    miniature.run(tmp_path / "damaged", count=1)
    path = tmp_path / "damaged" / "snapshots" / "000000.h5"
    path.write_bytes(path.read_bytes()[:100])
    result = fluidgrad("watch", tmp_path / "damaged")
    assert result.exit_code == 74 and "damaged" in result.stderr


def rendered(view: View, **options) -> str:
    console = Console(file=io.StringIO(), width=72, height=24, **options)
    console.print(view.render(console))
    return console.file.getvalue()


@pytest.fixture(scope="module")
def cavity(tmp_path_factory):
    folder = tmp_path_factory.mktemp("watch")
    (folder / "cavity.toml").write_text(CAVITY)
    assert fluidgrad("run", folder / "cavity.toml", "-o", folder / "cavity").exit_code == 0
    return folder / "cavity"


def test_what_the_view_shows(cavity):
    view = View(cavity)
    view.refresh()
    text = rendered(view)
    assert (
        "cavity  complete, t = 0.2 s" in text
        and "100%" in text
        and "t 0.2/0.2 s  step 20  3 snapshots" in text
    )
    assert "vorticity at t = 0.2 s" in text and "kinetic_energy" in text and "m² s⁻²" in text
    assert len(text.splitlines()) <= 24 and "\x1b[" not in text
    coloured = rendered(view, force_terminal=True, color_system="truecolor")
    assert HALF in coloured and "\x1b[" in coloured


def test_states(cavity):
    run = open_run(cavity)
    assert state_of(run).kind == "complete" and state_of(run).end == 0.2
    with RunLock(cavity):
        assert state_of(run).kind == "running"


def test_time_that_is_left(cavity):
    view = View(cavity)
    with RunLock(cavity):
        view.refresh()
        for k, name in enumerate(sorted(os.listdir(cavity / "snapshots"))):
            os.utime(cavity / "snapshots" / name, (1e9 + 10 * k,) * 2)
        assert view.remaining() == 0.0, "it was due long ago"
        assert "left" in view.status()
    assert view.refresh() and view.remaining() is None


def test_the_command_once(cavity):
    result = fluidgrad("watch", cavity, "--once", "--field", "p")
    assert result.exit_code == 0, result.stderr
    assert "p at t = 0.2 s" in result.stdout and result.stdout.strip().endswith("complete, t = 0.2 s")


def test_lines_where_there_is_no_terminal(tmp_path, monkeypatch):
    """The run ends while it is watched."""
    writer = RunWriter.create(tmp_path / "run", miniature.GRID, **miniature.settings())
    writer.write_snapshot(0, miniature.sample())
    turns = iter((lambda: writer.write_snapshot(1, miniature.sample(step=1)), writer.close))
    monkeypatch.setattr("time.sleep", lambda seconds: next(turns)())
    result = fluidgrad("watch", tmp_path / "run")
    assert result.exit_code == 0, result.stderr
    assert "1 snapshots" in result.stdout and "2 snapshots" in result.stdout


def test_ctrl_c_ends_the_view_only(tmp_path, monkeypatch):
    def interrupt(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", interrupt)
    with RunWriter.create(tmp_path / "run", miniature.GRID, **miniature.settings()) as writer:
        writer.write_snapshot(0, miniature.sample())
        result = fluidgrad("watch", tmp_path / "run")
    assert result.exit_code == 0 and "the run goes on" in result.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--every", "0"], "--every must lie"), (["--field", "nonsense"], "no field 'nonsense'")],
)
def test_mistakes_are_one_sentence(cavity, options, words):
    result = fluidgrad("watch", cavity, "--once", *options)
    assert result.exit_code == 2 and words in result.stderr.replace("\n", " ")
