"""The command line apart from ``run``: help, completion, pipes, and the commands that look, draw and write."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_tools import CAVITY, fluidgrad, start

from fluidgrad import __version__
from fluidgrad.cli.app import app
from fluidgrad.config import load
from fluidgrad.fields import FIELDS
from fluidgrad.output import RunLock

COMMANDS = ("run", "check", "info", "plot", "animate", "series", "compare", "watch", "report",
            "new", "schema", "validate", "bench")  # fmt: skip


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The directory of a finished run, not to be changed."""
    home = tmp_path_factory.mktemp("finished")
    (home / "cavity.toml").write_text(CAVITY)
    result = fluidgrad("run", home / "cavity.toml", "-o", home / "cavity", "--threads", 1, "-q")
    assert result.exit_code == 0, result.stderr
    return home / "cavity"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cavity.toml").write_text(CAVITY)
    return tmp_path


def test_the_commands_are_all_there():
    assert sorted(COMMANDS) == sorted(command.callback.__name__ for command in app.registered_commands)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself_with_an_example(command):
    result = fluidgrad(command, "--help")
    assert result.exit_code == 0
    assert "Example" in result.stdout
    assert f"fluidgrad {command} " in result.stdout


def test_without_arguments_the_commands_are_listed():
    for result in (fluidgrad(), fluidgrad("--help"), fluidgrad("-h")):
        assert all(command in result.stdout for command in COMMANDS)


def test_version():
    assert fluidgrad("--version").stdout == f"fluidgrad {__version__}\n"


def test_a_mistyped_command_brings_the_nearest():
    result = fluidgrad("anmate")
    assert result.exit_code == 2
    assert "animate" in result.stderr


def test_help_loads_nothing_heavy():
    script = (
        "import sys, fluidgrad.cli\n"
        "sys.argv = ['fluidgrad', '--help']\n"
        "try: fluidgrad.cli.main()\n"
        "except SystemExit: pass\n"
        "heavy = {'numba', 'numpy', 'h5py', 'matplotlib', 'xarray', 'scipy', 'pydantic'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("fluidgrad pl", "plot"),
        ("fluidgrad plot run vort", "vorticity"),
        ("fluidgrad new --case tay", "taylor"),
    ],
)
def test_completion(tmp_path, words, expected):
    environment = {
        "_FLUIDGRAD_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    out, err = start(cwd=tmp_path, environment=environment).communicate(timeout=60)
    assert expected in out, err


def test_a_closed_pipe_is_no_error(finished):
    with start("info", finished, cwd=finished) as process:
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 141


def test_piped_text_has_no_escape_codes(finished):
    for command in (["info", finished], ["check", finished / "config.toml"], ["--help"], ["info", "nowhere"]):
        out, err = start(*command, cwd=finished).communicate(timeout=60)
        assert out + err
        assert "\x1b" not in out + err


def test_an_unexpected_error_is_called_a_bug_and_logged(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import fluidgrad.cli.app as app\n"
        "def broken(*_): raise ZeroDivisionError('oops')\n"
        "app.Commands.parse_args = broken\n"
    )
    paths = {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(Path(__file__).parent.parent)])}
    process = start("info", "x", cwd=tmp_path, environment={**paths, "TMPDIR": str(tmp_path)})
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "this is a bug in fluidgrad" in err and "ZeroDivisionError: oops" in err
    assert "Traceback" not in err
    (log,) = tmp_path.glob("fluidgrad-*.log")
    assert str(log) in err.replace("\n", "")
    assert "Traceback" in log.read_text()
    debugging = {**paths, "FLUIDGRAD_DEBUG": "1"}
    assert "Traceback" in start("info", "x", cwd=tmp_path, environment=debugging).communicate(timeout=60)[1]


def test_check_prints_derived_numbers(here):
    result = fluidgrad("check", "cavity.toml", "--set", "time={end=0.2, cfl=0.5}")
    assert result.exit_code == 0
    assert result.stderr == ""
    text = " ".join(result.stdout.split())
    for fact in (
        "cells 16 x 16 = 256",
        "dx 0.0625 m",
        "viscosity 0.01 m2/s",
        "speed 1 m/s of the top side (moving wall)",
        "Reynolds number 100 as given, with 1 m/s and 1 m",
        "cell Reynolds number 6.25",
        "convective limit 0.03125 s at CFL 0.5",
        "steps about 7",
        "3 snapshots of 5 fields",
        "top moving wall, velocity 1.0",
    ):
        assert fact in text


def test_check_advises(here):
    result = fluidgrad("check", "cavity.toml", "--set", "fluid.reynolds=1e4")
    assert result.exit_code == 0
    assert 'advection = "upwind"' in result.stderr


def test_check_reports_mistakes(here):
    result = fluidgrad("check", "cavity.toml", "--set", "domain.cell=[3,3]")
    assert result.exit_code == 2
    assert "did you mean 'cells'?" in result.stderr


def test_info_of_a_run(finished):
    result = fluidgrad("info", finished, "--verify")
    assert result.exit_code == 0
    text = " ".join(result.stdout.split())
    for fact in ("complete, t = 0.2 s", "16 x 16", "3, t = 0 to 0.2 s", "kinetic_energy", "files are whole"):
        assert fact in text
    assert fluidgrad("info", finished / "run.h5").stdout == fluidgrad("info", finished).stdout


def test_info_tells_a_run_that_goes_on_from_one_that_stopped(finished, tmp_path):
    with RunLock(finished):
        assert "running" in fluidgrad("info", finished).stdout
    copy = tmp_path / "stopped"
    subprocess.run(["cp", "-r", finished, copy], check=True)
    (copy / "run.h5").unlink()
    config = (copy / "config.toml").read_text()
    (copy / "config.toml").write_text(config.replace("end = 0.2", "end = 0.4"))
    assert "stopped before its end" in fluidgrad("info", copy).stdout


def test_info_finds_damage(finished, tmp_path):
    copy = tmp_path / "damaged"
    subprocess.run(["cp", "-r", finished, copy], check=True)
    snapshot = copy / "snapshots" / "000001.h5"
    data = bytearray(snapshot.read_bytes())
    data[len(data) // 2] ^= 1
    snapshot.write_bytes(data)
    result = fluidgrad("info", copy, "--verify")
    assert result.exit_code == 74
    assert "000001.h5" in result.stderr


def test_info_of_a_configuration(here):
    result = fluidgrad("info", "cavity.toml")
    assert result.exit_code == 0
    assert "A small cavity" in result.stdout and "16 x 16 cells" in result.stdout


def test_a_missing_run_brings_suggestions(here):
    (here / "outputs" / "cavity").mkdir(parents=True)
    result = fluidgrad("info", "outputs/cavty")
    assert result.exit_code == 2
    assert "did you mean outputs/cavity?" in result.stderr
    assert fluidgrad("plot", "nothing/like/it").exit_code == 2


def test_plot_draws_into_the_run_or_where_it_is_told(finished, tmp_path):
    result = fluidgrad("plot", finished)
    assert result.exit_code == 0, result.stderr
    assert Path(result.stdout.strip()) == finished / "figures" / "vorticity.png"
    assert (finished / "figures" / "vorticity.png").exists()
    target = tmp_path / "panels.svg"
    options = (
        "--time",
        0.1,
        "--time",
        0.2,
        "--zoom",
        0,
        0.5,
        0.5,
        1,
        "--streamlines-by",
        "speed",
        "-o",
        target,
    )
    result = fluidgrad("plot", finished, "vorticity", "p", *options)
    assert result.exit_code == 0, result.stderr
    assert target.read_text().count("<svg") == 1


@pytest.mark.parametrize(
    ("kind", "meaning"),
    [(None, False), ("over", True), ("lines", "lines"), ("12", 12), ("-1,0,1.5", [-1.0, 0.0, 1.5])],
)
def test_plot_hands_its_options_on(finished, monkeypatch, kind, meaning):
    seen = {}
    monkeypatch.setattr(
        "fluidgrad.plotting.plot", lambda run, names, **options: seen.update(options, names=names)
    )
    contours = () if kind is None else ("--contours", kind)
    arguments = ("--gradient", "p", "--index", -1, "--limits", -2, 2, "-s", "--dpi", 90, *contours)
    assert fluidgrad("plot", finished, *arguments).exit_code == 0
    assert seen["names"] == ["p"]
    assert seen["gradient"] == ["p"] and seen["index"] == [-1] and seen["time"] is None
    assert seen["limits"] == (-2.0, 2.0) and seen["streamlines"] is True and seen["dpi"] == 90
    assert seen["contours"] == meaning
    assert seen["path"] == finished / "figures" / "p_n-1.png"


@pytest.mark.parametrize(
    "arguments", [("vortcity",), ("--contours", "many"), ("--zoom", 3, 4, 3, 4), ("-o", "x.docx")]
)
def test_plot_refuses_what_it_cannot_draw(finished, arguments):
    result = fluidgrad("plot", finished, *arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr


def test_animate(finished, tmp_path):
    target = tmp_path / "film.gif"
    result = fluidgrad("animate", finished, "speed", "--size", 320, 240, "--fps", 10, "-o", target)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == f"{target}\n"
    assert target.read_bytes().startswith(b"GIF89a")


def test_new_writes_a_configuration_that_loads(here):
    result = fluidgrad("new")
    assert result.exit_code == 0
    assert load(here / "flow.toml").name == "flow"
    assert "fluidgrad run flow.toml" in result.stdout
    again = fluidgrad("new", "flow.toml")
    assert again.exit_code == 4
    assert "exists" in again.stderr
    assert fluidgrad("check", "flow.toml").exit_code == 0


def test_new_starts_from_a_case(here):
    assert fluidgrad("new", "eddies.toml", "--case", "taylor green").exit_code == 0
    assert load(here / "eddies.toml").initial.case == "taylor green"
    result = fluidgrad("new", "other.toml", "--case", "tailor green")
    assert result.exit_code == 2
    assert "did you mean 'taylor green'?" in result.stderr


def test_schema_is_json(here):
    printed = json.loads(fluidgrad("schema").stdout)
    assert "domain" in printed["properties"]
    assert fluidgrad("schema", "-o", "s.json").exit_code == 0
    assert json.loads((here / "s.json").read_text()) == printed


def test_bench_measures(monkeypatch):
    from fluidgrad import bench

    monkeypatch.setattr(bench, "COPY_BYTES", 2**20)
    result = fluidgrad("bench", "--sizes", "16,24", "--quick", "--threads", 1)
    assert result.exit_code == 0
    assert "GB/s" in result.stdout and "16 x 16 periodic" in result.stdout and "24 x 24" in result.stdout
    assert fluidgrad("bench", "--sizes", "16,x").exit_code == 2


def test_completed_names_are_those_of_the_fields():
    from fluidgrad.cli.drawing import _names

    assert _names() == list(FIELDS)
