"""Files put in place in one piece, whatever fails."""

from __future__ import annotations

import errno
import os
import stat

import pytest

from fluidgrad.errors import StorageError
from fluidgrad.output import atomic


def failing(function, number):
    def fail(*_, **__):
        raise OSError(number, os.strerror(number))

    return fail


def test_written_whole_and_nothing_else(tmp_path):
    path = tmp_path / "a.bin"
    atomic.write_file(path, b"first")
    atomic.write_file(path, b"second" * 100_000)
    assert path.read_bytes() == b"second" * 100_000
    assert os.listdir(tmp_path) == ["a.bin"]


def test_permissions_follow_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        atomic.write_file(tmp_path / "a", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


def test_short_writes_are_continued(tmp_path, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
    atomic.write_file(tmp_path / "a", bytes(range(100)))
    assert (tmp_path / "a").read_bytes() == bytes(range(100))


@pytest.mark.parametrize("call", ["write", "replace", "fsync", "open"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EACCES, errno.EROFS])
def test_failure_keeps_the_old_file_and_advises(tmp_path, monkeypatch, call, number):
    path = tmp_path / "a"
    atomic.write_file(path, b"old")
    with monkeypatch.context() as patch:
        patch.setattr(os, call, failing(call, number))
        with pytest.raises(StorageError) as caught:
            atomic.write_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]
    message = str(caught.value)
    assert str(path) in message and os.strerror(number) in message and atomic.ADVICE[number] in message
    assert caught.value.exit_code == 74


def test_interrupt_leaves_no_temporary_file(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        atomic.write_file(tmp_path / "a", b"new")
    assert os.listdir(tmp_path) == []


def test_directories_that_cannot_be_synced_are_no_failure(tmp_path, monkeypatch):
    fsync = os.fsync

    def files_only(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", files_only)
    atomic.write_file(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"


@pytest.mark.parametrize("name", ["missing/a", "file/a", "x" * 300])
def test_impossible_paths(tmp_path, name):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot write"):
        atomic.write_file(tmp_path / name, b"")


def test_leftovers_are_removed_and_nothing_else(tmp_path):
    for name in (".a.h5.12-0.tmp", "a.h5", "b.tmp", ".hidden"):
        (tmp_path / name).touch()
    atomic.remove_leftovers(tmp_path)
    assert sorted(os.listdir(tmp_path)) == [".hidden", "a.h5", "b.tmp"]


def test_deleting_what_is_gone_is_fine(tmp_path):
    (tmp_path / "a").touch()
    atomic.remove_files([tmp_path / "a", tmp_path / "b"])
    assert os.listdir(tmp_path) == []
