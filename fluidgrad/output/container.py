"""HDF5 files made in memory, sealed with a checksum, and opened only if the seal is whole.

A sealed file is a plain HDF5 file with a line of text behind its end (which HDF5 ignores)::

    fluidgrad sha256 <64 hexadecimal digits>

over all bytes before it. It is checked before the HDF5 library sees a single byte: the library trusts its
input, and a damaged file can crash it or come back as wrong numbers. Programs that read past us (xarray,
ParaView) are covered for the fields by HDF5's own Fletcher-32 checksum, see :func:`write_array`.

A seal tells damage, not malice, so :func:`read_array` also accepts nothing but plain stored arrays of the
shape and type expected.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import h5py
import numpy as np

from fluidgrad.errors import StorageError
from fluidgrad.output.atomic import storage_errors

_MARK = b"\nfluidgrad sha256 "
_SEAL_LENGTH = len(_MARK) + 64 + 1

_VERSIONS = ("v110", "v110")
"""HDF5 1.10 brought virtual datasets and checksums of all metadata; later formats few programs can read."""

_FILTERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32}

_CHUNK_BYTES = 2**20
"""Rows are stored in chunks of about this size, the size of HDF5's chunk cache."""

_MOST_COMPRESSION = 1100
"""Deflate shrinks at most 1032 to 1; a dataset that claims more was never written or is a trap."""

_SHARE_IMAGE = 0x2 | 0x4
"""``H5LT_FILE_IMAGE_DONT_COPY`` and ``_DONT_RELEASE``: HDF5 reads from our buffer, which we keep and free."""

_HDF5_ERRORS = (OSError, RuntimeError, ValueError, LookupError, TypeError, AttributeError, MemoryError)
"""What h5py raises on files that are not what they should be."""


def build(fill: Callable[[h5py.File], None]) -> bytes:
    """The bytes of a sealed HDF5 file with the content that ``fill(file)`` gives it."""
    with h5py.File(
        "in memory", "w", driver="core", backing_store=False, block_size=_CHUNK_BYTES, libver=_VERSIONS
    ) as file:
        fill(file)
        file.flush()
        image = file.id.get_file_image()
    return b"".join((image, _MARK, hashlib.sha256(image).hexdigest().encode(), b"\n"))


def read_verified(path: Path) -> memoryview:
    """The HDF5 part of a sealed file, after checking the seal.

    Raises
    ------
    StorageError : the file is missing, cannot be read, is no sealed file, or is damaged.
    """
    with _opened(path) as file:
        file.seek(0)
        data = memoryview(file.read())
    seal = bytes(data[-_SEAL_LENGTH:])
    _require_seal(path, seal)
    image = data[:-_SEAL_LENGTH]
    if hashlib.sha256(image).hexdigest().encode() != seal[len(_MARK) : -1]:
        raise StorageError(f"{path} is damaged: its checksum does not fit its content")
    return image


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """A file that ends in a seal. Errors as :func:`read_verified`."""
    with storage_errors(path, "read"):
        # Not blocking: a pipe in place of the file must not hang the reader.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise StorageError(f"{path} is not a file")
            file.seek(max(0, status.st_size - _SEAL_LENGTH))
            _require_seal(path, file.read())
            yield file


def _require_seal(path: Path, seal: bytes) -> None:
    if not (len(seal) == _SEAL_LENGTH and seal.startswith(_MARK) and seal.endswith(b"\n")):
        raise StorageError(
            f"{path} is damaged or was changed since fluidgrad wrote it: no checksum at its end"
        )


@contextlib.contextmanager
def open_sealed(path: Path) -> Iterator[h5py.File]:
    """A sealed file, checked, opened read-only in memory.

    Raises
    ------
    StorageError : as :func:`read_verified`, or if the content is not what the body of the ``with``
        statement asks for (anything h5py raises in there is reported as such).
    """
    image = read_verified(path)
    with _damage_told(path), h5py.File(h5py.h5f.open_file_image(image, flags=_SHARE_IMAGE)) as file:
        yield file


@contextlib.contextmanager
def open_in_place(path: Path) -> Iterator[h5py.File]:
    """A sealed file opened read-only where it lies, for small parts of large arrays.

    That it ends in a seal is checked, so it is complete; what is read is checked by HDF5's own checksums of metadata
    and chunks, the rest is not looked at. Errors as :func:`open_sealed`.
    """
    with _opened(path):
        pass
    with _damage_told(path), h5py.File(path, "r", locking=False) as file:
        yield file


@contextlib.contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    try:
        yield
    except _HDF5_ERRORS as error:
        raise StorageError(f"{path} is not a file that fluidgrad can use: {error}") from error


def write_array(group: h5py.Group, name: str, array: np.ndarray, compression: str = "none") -> h5py.Dataset:
    """Store an array in chunks of whole rows with Fletcher-32 checksums, optionally gzip-compressed."""
    if array.size == 0:
        return group.create_dataset(name, data=array)
    rows = min(array.shape[0], max(1, _CHUNK_BYTES // array[0].nbytes))
    packing = {"compression": "gzip", "compression_opts": 4, "shuffle": True} if compression == "gzip" else {}
    return group.create_dataset(name, data=array, chunks=(rows, *array.shape[1:]), fletcher32=True, **packing)


def child(group: h5py.Group, name: str, kind: type) -> h5py.Group | h5py.Dataset:
    """A member of a group, a group or dataset as ``kind`` says, that is no soft or external link."""
    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise ValueError(f"{name} is missing or a link")
    member = group[name]
    if not isinstance(member, kind):
        raise ValueError(f"{name} is not a {kind.__name__.lower()}")
    return member


def read_array(
    group: h5py.Group, name: str, shape: tuple[int | None, ...] | None, kinds: str = "f", part: tuple = ()
) -> np.ndarray:
    """Read a plain stored array of the given shape and kinds of number ("f", "iu" ...), or a ``part`` of it.

    ``None`` for a length means any, for the whole shape any shape.

    Raises
    ------
    ValueError : it is missing, a link, stored elsewhere, of another shape or type, or larger than what the
        file can hold.
    """
    dataset = child(group, name, h5py.Dataset)
    if not _fits(dataset.shape, shape):
        raise ValueError(f"{name} has the shape {dataset.shape}, expected {shape}")
    if dataset.dtype.kind not in kinds or dataset.dtype.itemsize > 8:
        raise ValueError(f"{name} has the type {dataset.dtype}")
    _require_stored_here(dataset, name)
    return dataset[part]


def _fits(shape: tuple[int, ...] | None, expected: tuple[int | None, ...] | None) -> bool:
    if shape is None or expected is None:
        return shape is not None
    return len(shape) == len(expected) and all(n in (m, None) for m, n in zip(shape, expected, strict=True))


def _require_stored_here(dataset: h5py.Dataset, name: str) -> None:
    properties = dataset.id.get_create_plist()
    if dataset.is_virtual or dataset.external:
        raise ValueError(f"{name} is stored outside the file")
    filters = {properties.get_filter(k)[0] for k in range(properties.get_nfilters())}
    if filters - _FILTERS:
        raise ValueError(f"{name} is packed in an unknown way")
    if dataset.nbytes > _MOST_COMPRESSION * dataset.id.get_storage_size():
        raise ValueError(f"{name} claims to be larger than the file")
