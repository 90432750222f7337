"""How many threads a simulation computes with."""

from __future__ import annotations

import numba

from fluidgrad.errors import ConfigError

THREADED_FROM = 160 * 160
"""Cells from which a second thread pays, also when the machine has something else to do."""


def set_threads(threads: int | None, cells: int) -> int:
    """Set numba's threads for a grid of so many cells and return their number: as asked for, at most those of
    the machine; by default all, or one where the grid is too small for a second one to pay."""
    available = numba.config.NUMBA_NUM_THREADS
    if threads is None:
        threads = available if cells >= THREADED_FROM else 1
    if threads < 1:
        raise ConfigError(f"threads: {threads} given; at least 1 is needed")
    numba.set_num_threads(min(threads, available))
    return numba.get_num_threads()
