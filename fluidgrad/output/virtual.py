"""HDF5 virtual datasets: arrays whose values are in other datasets, of this file or of others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import h5py
import numpy as np

THIS_FILE = "."


class Piece(NamedTuple):
    """Where a block of a virtual dataset starts, its shape, and the dataset that it shows whole."""

    start: tuple[int, ...]
    block: tuple[int, ...]
    file: str
    """Relative to the file of the virtual dataset."""
    name: str
    shape: tuple[int, ...]
    """Of the dataset shown: as many values as the block, on as many axes or fewer."""


def create_virtual(
    group: h5py.Group, name: str, shape: tuple[int, ...], dtype: str, pieces: Iterable[Piece]
) -> h5py.Dataset:
    """A floating-point virtual dataset; what is not covered, or has gone missing, reads as NaN.

    h5py's low-level calls, because ``VirtualLayout`` takes several times as long.
    """
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_obj_track_times(False)
    properties.set_fill_value(np.array(np.nan, dtype))
    target = h5py.h5s.create_simple(shape)
    for piece in pieces:
        target.select_hyperslab(piece.start, piece.block)
        source = h5py.h5s.create_simple(piece.shape)
        properties.set_virtual(target, piece.file.encode(), piece.name.encode(), source)
    target.select_all()
    h5py.h5d.create(group.id, name.encode(), h5py.h5t.py_create(np.dtype(dtype)), target, properties)
    return group[name]
