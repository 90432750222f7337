"""Which directory a run gets, and who may write to it."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from output_miniature import GRID, run, settings

from fluidgrad.errors import RefusedError, StorageError
from fluidgrad.output import RunLock, RunWriter, choose_directory, open_run
from fluidgrad.output.rundir import LOCK
from fluidgrad.output.state import is_locked


@pytest.fixture
def root(tmp_path):
    return tmp_path / "outputs"


def test_each_run_gets_its_own_directory(root):
    chosen = [choose_directory(root, "cavity") for _ in range(3)]
    assert [path.name for path in chosen] == ["cavity", "cavity-2", "cavity-3"]
    assert all(path.is_dir() for path in chosen)
    assert os.readlink(root / "latest") == "cavity-3"


def test_runs_started_together_get_different_directories(root):
    with ThreadPoolExecutor(8) as pool:
        chosen = list(pool.map(lambda _: choose_directory(root, "cavity"), range(24)))
    assert len(set(chosen)) == 24


def test_latest_is_left_alone_if_it_is_not_a_link(root):
    (root / "latest").mkdir(parents=True)
    choose_directory(root, "cavity")
    assert not (root / "latest").is_symlink()


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "../a", "-rf", ".hidden", "a b", "a\n", "latest", "x" * 101]
)
def test_unsafe_names(root, name):
    with pytest.raises(RefusedError, match="cannot name a run"):
        choose_directory(root, name)
    assert not root.exists()


def test_resume_without_output_takes_the_newest(root):
    assert choose_directory(root, "cavity", resume=True).name == "cavity"
    for _ in range(10):
        run(choose_directory(root, "cavity"), 1)
    (root / "cavity-extra").mkdir()
    assert choose_directory(root, "cavity", resume=True).name == "cavity-11"


def test_existing_output_is_refused_unless_told(root):
    run(root / "a", 1)
    with pytest.raises(RefusedError, match=r"--resume.*--overwrite"):
        choose_directory(root, "name", output=root / "a")
    assert choose_directory(root, "name", output=root / "a", resume=True) == root / "a"
    assert os.readlink(root / "latest") == "a"
    with pytest.raises(RefusedError, match="either resumed or overwritten"):
        choose_directory(root, "name", output=root / "a", resume=True, overwrite=True)


def test_empty_and_new_outputs_are_taken(root, tmp_path):
    (tmp_path / "empty").mkdir()
    assert choose_directory(root, "name", output=tmp_path / "empty") == tmp_path / "empty"
    assert choose_directory(root, "name", output=tmp_path / "x" / "y").is_dir()
    assert not root.exists()


def test_overwrite_moves_aside_and_deletes_nothing(root):
    for number in (1, 2, 3):
        run(choose_directory(root, "name", output=root / "a", overwrite=True), number)
    assert [len(open_run(root / name)) for name in ("a.old-1", "a.old-2", "a")] == [1, 2, 3]


def test_overwrite_without_output(root):
    run(choose_directory(root, "name"), 2)
    assert choose_directory(root, "name", overwrite=True) == root / "name"
    assert len(open_run(root / "name.old-1")) == 2


def test_overwrite_follows_latest_to_the_run(root):
    run(choose_directory(root, "name"), 1)
    assert choose_directory(root, "name", output=root / "latest", overwrite=True).name == "name"
    assert (root / "name.old-1" / "run.h5").exists() and (root / "latest").is_symlink()


@pytest.mark.parametrize("option", ["resume", "overwrite"])
def test_what_is_not_a_run_is_not_touched(root, tmp_path, option):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").touch()
    (tmp_path / "file").touch()
    for name in ("photos", "file"):
        with pytest.raises(RefusedError, match="choose another --output"):
            choose_directory(root, "name", output=tmp_path / name, **{option: True})
    assert sorted(os.listdir(tmp_path)) == ["file", "photos"]


def test_the_current_directory_is_not_moved(root, monkeypatch):
    run(root / "a", 1)
    (root / "a" / "figures").mkdir()
    monkeypatch.chdir(root / "a" / "figures")
    for output in ("..", "../../a", root / "a"):
        with pytest.raises(RefusedError, match="holds the current directory"):
            choose_directory(root, "name", output=output, overwrite=True)


def test_a_run_being_written_is_not_moved(root):
    with RunWriter.create(root / "a", GRID, **settings()):
        with pytest.raises(RefusedError, match=f"written by process {os.getpid()} on "):
            choose_directory(root, "name", output=root / "a", overwrite=True)
        assert (root / "a").is_dir()


def test_one_writer_at_a_time(tmp_path):
    with RunWriter.create(tmp_path / "a", GRID, **settings()):
        for start in (RunWriter.create, RunWriter.resume):
            with pytest.raises(RefusedError, match=f"process {os.getpid()}"):
                start(tmp_path / "a", GRID, **settings())
    RunWriter.resume(tmp_path / "a", GRID, **settings()).close()


def test_create_refuses_a_directory_with_a_run(tmp_path):
    run(tmp_path / "a", 1)
    with pytest.raises(RefusedError, match="--resume"):
        RunWriter.create(tmp_path / "a", GRID, **settings())
    RunLock(tmp_path / "a").release()


def test_the_lock_dies_with_its_process(tmp_path):
    program = (
        "import sys; from fluidgrad.output.rundir import RunLock\n"
        f"lock = RunLock({str(tmp_path)!r}); print('locked', flush=True); sys.stdin.read()"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", program], **pipes) as child:
        assert child.stdout.readline() == b"locked\n"
        with pytest.raises(RefusedError, match=f"written by process {child.pid} on "):
            RunLock(tmp_path)
        child.kill()
        child.wait()
        with RunLock(tmp_path):
            pass


def test_a_look_at_a_run_does_not_keep_it_from_starting(tmp_path, monkeypatch):
    (tmp_path / LOCK).touch()
    looking = os.open(tmp_path / LOCK, os.O_RDONLY)
    fcntl.flock(looking, fcntl.LOCK_SH)
    monkeypatch.setattr("fluidgrad.output.rundir.time.sleep", lambda seconds: os.close(looking))
    with RunLock(tmp_path):
        assert is_locked(tmp_path)


def test_directories_that_cannot_be_made(root, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot make the run directory"):
        choose_directory(tmp_path / "file", "name")
    with pytest.raises(StorageError, match="part of this path is a file"):
        choose_directory(root, "name", output=tmp_path / "file" / "a")
