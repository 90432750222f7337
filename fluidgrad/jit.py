"""How numba is set up for all kernels of the package; loaded before the first of them is compiled."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

import numba

# GNU OpenMP lets idle threads spin at the end of a parallel loop. Without a limit a second busy process
# turns loops of microseconds into milliseconds; with none at all every small loop pays for a wake-up.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")


def keep_compiled_kernels_somewhere() -> None:
    """Where neither this package nor the user's cache folder can be written, numba refuses to compile at all: give it
    a private folder for this process."""
    try:
        numba.njit(cache=True)(keep_compiled_kernels_somewhere)
    except RuntimeError:
        folder = tempfile.mkdtemp(prefix="fluidgrad-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        numba.config.CACHE_DIR = folder


keep_compiled_kernels_somewhere()
