"""Damaged files, and files from elsewhere: a clear error, never a wrong number, never a crash."""

from __future__ import annotations

import hashlib
import os
import shutil

import h5py
import numpy as np
import pytest
from output_miniature import GRID, run

from fluidgrad.errors import StorageError
from fluidgrad.output import container, index, load_checkpoint, open_run, snapshots
from fluidgrad.output.checkpoints import list_checkpoints, read_checkpoint


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    directory = tmp_path_factory.mktemp("damage") / "run"
    run(directory, 2)
    return directory


@pytest.fixture
def directory(pristine, tmp_path):
    return shutil.copytree(pristine, tmp_path / "run")


READERS = {
    "snapshots/000001.h5": lambda path: snapshots.read_flow(path, GRID),
    "checkpoints/0000000003.h5": read_checkpoint,
    "run.h5": index.read_index,
}


@pytest.mark.parametrize("name", READERS)
def test_every_flipped_bit_is_found(directory, name):
    path = directory / name
    whole = path.read_bytes()
    READERS[name](path)
    rng = np.random.default_rng(len(name))
    for position in [0, 8, len(whole) - 1, len(whole) - 70, *rng.integers(len(whole), size=150)]:
        damaged = bytearray(whole)
        damaged[position] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged)
        with pytest.raises(StorageError, match=path.name):
            READERS[name](path)


@pytest.mark.parametrize("name", READERS)
def test_every_truncation_and_extension_is_found(directory, name):
    path = directory / name
    whole = path.read_bytes()
    for damaged in (b"", whole[:40], whole[: len(whole) // 2], whole[:-1], whole + b"\0", whole[1:]):
        path.write_bytes(damaged)
        with pytest.raises(StorageError, match=path.name):
            READERS[name](path)


@pytest.mark.filterwarnings("ignore:.*run.h5 is damaged")
def test_run_reads_what_is_whole(directory):
    flip(directory / "snapshots/000000.h5")
    flip(directory / "run.h5")
    with pytest.warns(UserWarning, match=r"left out: .*000000.h5 is damaged"):
        opened = open_run(directory)
    assert len(opened) == 1
    assert opened.config_text.startswith("name")
    assert len(opened.series["energy"]) > 0


def test_damaged_snapshot_fails_when_it_is_used(directory):
    flip(directory / "snapshots/000000.h5")
    opened = open_run(directory)
    opened.flow(1)
    for use in (lambda: opened.flow(0), lambda: opened.field("vorticity", 0), lambda: list(opened)):
        with pytest.raises(StorageError, match=r"000000.h5 is damaged"):
            use()


def test_missing_snapshot_is_not_hidden(directory):
    (directory / "snapshots/000000.h5").unlink()
    opened = open_run(directory)
    assert len(opened) == 2
    with pytest.raises(StorageError, match=r"000000.h5: No such file"):
        opened.flow(0)
    with h5py.File(directory / "run.h5") as file:
        for name in ("u", "p", "u_top", "vorticity"):
            assert np.isnan(file[name][0]).all()
            assert np.isfinite(file[name][1]).all()
        velocity = file["VTKHDF/CellData/velocity"]
        assert np.isnan(velocity[0, ..., :2]).all() and np.isfinite(velocity[1]).all()


def test_plain_readers_notice_damaged_fields(directory):
    path = directory / "snapshots/000001.h5"
    with h5py.File(path) as file:
        position = file["p"].id.get_chunk_info(0).byte_offset + 5
    flip(path, position)
    with h5py.File(directory / "run.h5") as file:
        assert np.isfinite(file["p"][0]).all()
        with pytest.raises(OSError, match="filter"):
            file["p"][1]


def test_verify_lists_all_damage(directory):
    assert open_run(directory).verify() == 5
    flip(directory / "snapshots/000000.h5")
    flip(directory / "checkpoints/0000000000.h5")
    with pytest.raises(StorageError) as caught:
        open_run(directory).verify()
    assert "000000.h5" in str(caught.value) and "0000000000.h5" in str(caught.value)


def test_checkpoint_falls_back_to_the_one_before(directory):
    flip(list_checkpoints(directory)[-1])
    lines = []
    assert load_checkpoint(directory, lines.append).meta["step"] == 0
    assert len(lines) == 1 and "0000000003.h5 is damaged" in lines[0]
    flip(list_checkpoints(directory)[0])
    assert load_checkpoint(directory, lines.append) is None


def test_a_pipe_does_not_hang_the_reader(tmp_path):
    os.mkfifo(tmp_path / "run.h5")
    with pytest.raises(StorageError, match="is not a file"):
        container.read_verified(tmp_path / "run.h5")


def flip(path, position=None):
    data = bytearray(path.read_bytes())
    data[len(data) // 2 if position is None else position] ^= 4
    path.write_bytes(data)


def reseal(path, change):
    """Let ``change(file)`` alter a sealed file and seal it again, as an attacker can."""
    path.write_bytes(container.read_verified(path))
    with h5py.File(path, "r+") as file:
        change(file)
    image = path.read_bytes()
    seal = b"\nfluidgrad sha256 " + hashlib.sha256(image).hexdigest().encode() + b"\n"
    path.write_bytes(image + seal)


def replace(name, **creation):
    def change(file):
        del file[name]
        file.create_dataset(name, **creation)

    return change


def virtual(file):
    del file["p"]
    layout = h5py.VirtualLayout(GRID.shape("centre"), float)
    layout[:] = h5py.VirtualSource("/etc/hostname", "p", GRID.shape("centre"))
    file.create_virtual_dataset("p", layout)


def external_link(file):
    del file["p"]
    file["p"] = h5py.ExternalLink("/tmp/other.h5", "/p")


def soft_link(file):
    del file["p"]
    file["p"] = h5py.SoftLink("/u_c")


SHAPE = GRID.shape("centre")
ATTACKS = {
    "virtual": virtual,
    "external link": external_link,
    "soft link": soft_link,
    "external storage": replace("p", shape=SHAPE, dtype=float, external=[("/etc/passwd", 0, 240)]),
    "other shape": replace("p", data=np.zeros((3, 3))),
    "transposed": replace("p", data=np.zeros(SHAPE[::-1])),
    "strings": replace("p", data=np.full(SHAPE, b"x")),
    "objects": replace("p", shape=SHAPE, dtype=h5py.string_dtype()),
    "never written": replace("p", shape=SHAPE, dtype=float, chunks=SHAPE),
    "huge": replace("x_f", shape=(10**14,), dtype=float),
    "huge, chunked": replace("x_f", shape=(10**14,), dtype=float, chunks=(10**6,)),
    "no grid": replace("x_f", data=np.zeros(7)),
    "a group": lambda file: (file.pop("p"), file.create_group("p")),
    "empty": replace("p", data=h5py.Empty("f")),
    "another grid": replace("x_f", data=np.linspace(0, 2, 7)),
    "gone": lambda file: file.pop("u_top"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_only_plain_arrays_of_our_schema_are_read(directory, attack):
    path = directory / "snapshots/000001.h5"
    reseal(path, ATTACKS[attack])
    with pytest.raises(StorageError, match=r"000001\.h5"):
        open_run(directory).flow(1)


def test_links_in_a_checkpoint_are_not_followed(directory):
    path = list_checkpoints(directory)[-1]
    reseal(path, lambda file: file["arrays"].update({"more": h5py.ExternalLink("/tmp/other.h5", "/p")}))
    with pytest.raises(StorageError, match="more is missing or a link"):
        read_checkpoint(path)


@pytest.mark.parametrize("text", [b"{", b"[" * 100_000, b"3", b"{}", b'{"t": 1' + b"0" * 5000 + b"}"])
def test_nonsense_in_the_meta_of_a_checkpoint(directory, text):
    path = list_checkpoints(directory)[-1]
    reseal(path, replace("meta", data=np.frombuffer(text, np.uint8)))
    with pytest.raises(StorageError):
        read_checkpoint(path)
