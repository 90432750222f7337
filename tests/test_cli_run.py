"""``fluidgrad run``: directories, resuming, exit codes, signals."""

from __future__ import annotations

import signal
import time

import h5py
import numpy as np
import pytest
from cli_tools import CAVITY, fluidgrad, start

from fluidgrad import open_run
from fluidgrad.output import RunLock
from fluidgrad.output.checkpoints import load_checkpoint
from fluidgrad.simulation import Simulation


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current directory with a configuration in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cavity.toml").write_text(CAVITY)
    return tmp_path


def run(*arguments):
    return fluidgrad("run", *arguments, "--threads", 1)


def assert_same_end(a, b):
    """The complete states at the end of two runs are equal bit for bit."""
    first, second = load_checkpoint(a), load_checkpoint(b)
    assert (first.meta["t"], first.meta["step"]) == (second.meta["t"], second.meta["step"])
    for name, array in first.arrays.items():
        assert np.array_equal(array, second.arrays[name])


def test_a_run_leaves_results_and_a_picture(here):
    result = run("cavity.toml", "--set", "output.figure=vorticity")
    assert result.exit_code == 0, result.stderr
    directory = here / "outputs" / "cavity"
    assert {path.name for path in directory.iterdir()} >= {
        "run.h5",
        "snapshots",
        "checkpoints",
        "config.toml",
        "run.log",
        "figures",
    }
    assert (here / "outputs" / "latest").resolve() == directory
    with h5py.File(directory / "run.h5") as file:
        assert file["u"].shape == (3, 16, 17)
        assert file.attrs["command"]
    stored = open_run(directory)
    assert stored.times == pytest.approx([0.0, 0.1, 0.2])
    assert stored.series["step"][-1] == 20
    assert (directory / "figures" / "vorticity.png").read_bytes().startswith(b"\x89PNG")
    assert "A small cavity: results go to outputs/cavity" in result.stdout
    assert "20 steps" in result.stdout
    assert "next: fluidgrad plot outputs/cavity" in result.stdout


def test_each_run_gets_its_own_directory(here):
    first = run("cavity.toml", "--quiet")
    second = run("cavity.toml", "--quiet")
    assert first.stdout == "outputs/cavity\n"
    assert second.stdout == "outputs/cavity-2\n"
    assert (here / "outputs" / "latest").resolve().name == "cavity-2"
    assert_same_end(here / "outputs/cavity", here / "outputs/cavity-2")


def test_an_existing_output_is_refused_resumed_or_moved_aside(here):
    assert run("cavity.toml", "-o", "mine").exit_code == 0
    refused = run("cavity.toml", "-o", "mine")
    assert refused.exit_code == 4
    assert "--resume" in refused.stderr and "--overwrite" in refused.stderr
    resumed = run("cavity.toml", "-o", "mine", "--resume")
    assert resumed.exit_code == 0
    assert "nothing to do" in resumed.stdout
    assert run("cavity.toml", "-o", "mine", "--overwrite").exit_code == 0
    assert_same_end(here / "mine", here / "mine.old-1")


def test_a_later_end_continues_the_run_as_if_it_had_been_planned(here):
    assert run("cavity.toml", "--set", "output.every=0.04").exit_code == 0
    longer = run("--resume", "outputs/latest", "--set", "time.end=0.3")
    assert longer.exit_code == 0, longer.stderr
    assert "continuing from t = 0.2 s, step 20" in longer.stdout
    assert (
        run("cavity.toml", "--set", "output.every=0.04", "--set", "time.end=0.3", "-o", "whole").exit_code
        == 0
    )
    assert open_run("outputs/cavity").times == pytest.approx(
        [0, 0.04, 0.08, 0.12, 0.16, 0.2, 0.24, 0.28, 0.3]
    )
    assert_same_end(here / "outputs/cavity", here / "whole")


def test_a_default_interval_is_kept_when_the_end_is_moved(here):
    (here / "cavity.toml").write_text(CAVITY.replace("every = 0.1, ", ""))
    assert run("cavity.toml", "-q").exit_code == 0
    assert run("cavity.toml", "--resume", "--set", "time.end=0.24", "-q").exit_code == 0
    assert open_run("outputs/cavity").times == pytest.approx(0.02 * np.arange(13))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("fluid.reynolds=200", "fluid.reynolds is 200.0, the run was started with 100.0"),
        ("domain.cells=[20,16]", "domain.cells"),
        ("time.end=0.1", "time.end is 0.1; it can only grow"),
        ("output.every=0.05", "output.every"),
        ("time.max_step=0.005", "time.max_step"),
        ("statistics.every=2", "statistics.every is 2, the run was started without it"),
    ],
)
def test_a_run_is_not_resumed_with_other_physics(here, change, named):
    assert run("cavity.toml", "-q").exit_code == 0
    result = run("cavity.toml", "--resume", "--set", change)
    assert result.exit_code == 2
    assert named in result.stderr
    assert load_checkpoint("outputs/cavity").meta["step"] == 20


def test_a_directory_is_a_configuration_only_to_resume(here):
    assert run("cavity.toml", "-q").exit_code == 0
    assert "--resume" in run("outputs/cavity").stderr
    assert run("outputs/cavity").exit_code == 2
    assert run(".", "--resume").exit_code == 2
    elsewhere = run("outputs/cavity", "--resume", "-o", "elsewhere")
    assert elsewhere.exit_code == 2 and "--output" in elsewhere.stderr


def test_resuming_what_was_never_started_starts_it(here):
    assert run("cavity.toml", "--resume", "-q").exit_code == 0
    assert len(open_run("outputs/cavity")) == 3


def test_a_blow_up_keeps_the_last_good_state(here):
    result = run("cavity.toml", "--set", "time.step=0.05", "--set", "fluid.reynolds=1", "--set", "time.end=5")
    assert result.exit_code == 3, result.stdout + result.stderr
    assert "blew up in step" in result.stderr
    assert "smaller [time] step" in result.stderr
    state = load_checkpoint("outputs/cavity")
    assert all(np.isfinite(array).all() for array in state.arrays.values())
    assert "blew up" in (here / "outputs/cavity/run.log").read_text()
    assert open_run("outputs/cavity").verify() > 0


def test_a_directory_in_use_is_refused(here):
    assert run("cavity.toml", "-q").exit_code == 0
    with RunLock("outputs/cavity"):
        result = run("--resume", "outputs/cavity", "--set", "time.end=0.3")
    assert result.exit_code == 4
    assert "is being written by process" in result.stderr


def test_all_mistakes_are_told_at_once_and_nothing_is_made(here):
    (here / "cavity.toml").write_text(CAVITY.replace("reynolds = 100.0", 'reynold = "x"') + "tiem.end = 3\n")
    result = run("cavity.toml")
    assert result.exit_code == 2
    assert "problems" in result.stderr
    assert "did you mean 'reynolds'?" in result.stderr and "did you mean 'time'?" in result.stderr
    assert not (here / "outputs").exists()


def test_a_run_that_cannot_start_leaves_no_directory(here):
    result = run("cavity.toml", "--set", 'initial={case="run",path="nowhere"}')
    assert result.exit_code in (2, 74)
    assert list((here / "outputs").iterdir()) == []


def test_too_little_disk_is_refused(here, monkeypatch):
    from fluidgrad import resources

    monkeypatch.setattr(resources.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1000}))
    result = run("cavity.toml")
    assert result.exit_code == 4
    assert "1.0 kB are free" in result.stderr and "3 snapshots" in result.stderr
    assert not (here / "outputs").exists()


def test_only_what_is_still_to_be_written_must_fit_on_the_disk(here, monkeypatch):
    from fluidgrad import resources

    assert run("cavity.toml", "-q").exit_code == 0
    monkeypatch.setattr(resources.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 60_000}))
    assert run("cavity.toml").exit_code == 4
    assert run("cavity.toml", "--resume").exit_code == 0


def test_too_little_memory_is_refused(here, monkeypatch):
    from fluidgrad import resources

    monkeypatch.setattr(resources, "available_memory", lambda: 10**6)
    result = run("cavity.toml")
    assert result.exit_code == 4
    assert "1.0 MB are available" in result.stderr


def test_a_run_is_not_lost_for_its_picture(here, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("no fonts")

    monkeypatch.setattr("fluidgrad.plotting.plot", broken)
    result = run("cavity.toml", "--set", "output.figure=p")
    assert result.exit_code == 0
    assert "no picture was drawn (no fonts)" in result.stderr


def test_a_missing_file_brings_suggestions(here):
    result = run("cavty.toml")
    assert result.exit_code == 2
    assert "did you mean cavity.toml?" in result.stderr
    (here / "cavity.toml").unlink()
    assert "fluidgrad new" in run("anything.toml").stderr


def test_a_place_that_cannot_be_written_is_a_file_error(here):
    (here / "file").write_text("")
    assert run("cavity.toml", "-o", "file/below").exit_code == 74


def wait_for(path, process, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_run_goes_on_bit_for_bit(here, number, code):
    """Two signals, the second while the first is being obeyed."""
    settings = ("--set", "time.end=3.2", "--set", "time.step=0.004", "--set", "output.every=0.4")
    process = start("run", "cavity.toml", *settings, "--threads", 1, cwd=here)
    wait_for(here / "outputs/cavity/snapshots/000001.h5", process)
    process.send_signal(number)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert "fluidgrad run --resume outputs/cavity" in err
    assert "Traceback" not in err
    assert "\x1b" not in out + err
    stopped = load_checkpoint("outputs/cavity").meta["step"]
    assert 0 < stopped < 800
    resumed = run("--resume", "outputs/cavity")
    assert resumed.exit_code == 0, resumed.stderr
    assert run("cavity.toml", *settings, "-q", "-o", "whole").exit_code == 0
    assert_same_end(here / "outputs/cavity", here / "whole")
    ours, theirs = open_run("outputs/cavity"), open_run("whole")
    assert np.array_equal(ours.times, theirs.times)
    assert np.array_equal(ours.series["kinetic_energy"], theirs.series["kinetic_energy"])
    for name in ("u", "v", "p"):
        assert np.array_equal(ours.field(name), theirs.field(name))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_during_set_up_ends_quietly(here, number, code):
    process = start("run", "cavity.toml", "--set", "time.end=1000", "--threads", 1, cwd=here)
    wait_for(here / "outputs/cavity", process)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert "Traceback" not in err


def test_the_latest_run_can_be_what_another_starts_from(here):
    """``outputs/latest`` is the run before, not the one that is being made."""
    run("cavity.toml")
    again = "\n".join(
        [CAVITY.replace("end = 0.2", "end = 0.1"), 'initial = { case = "run", path = "outputs/latest" }']
    )
    (here / "again.toml").write_text(again, encoding="utf-8")
    run("again.toml")
    assert (
        np.abs(open_run("outputs/again").field("u", 0) - open_run("outputs/cavity").field("u")).max() < 1e-13
    )


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_kernels_are_compiled_waits_for_the_compiler(here, monkeypatch, number, code):
    made = []

    def make(*arguments, **options):
        signal.raise_signal(number)
        made.append(Simulation(*arguments, **options))
        return made[0]

    monkeypatch.setattr("fluidgrad.simulation.Simulation", make)
    result = fluidgrad("run", "cavity.toml", "--quiet")
    assert made and result.exit_code == code
    assert "before the first step: nothing was stored or changed" in " ".join(result.stderr.split())
    assert not (here / "outputs" / "cavity").exists()
