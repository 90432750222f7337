"""Numba kernels: plain arrays and scalars in, arrays out. Nothing here imports from fluidgrad.

Array contract, the same for every kernel (drawing: see :mod:`fluidgrad.grid`):

* padded arrays ``q[j, i]`` of shape ``(ny + 2*H, nx + 2*H)`` with ``H = 2``; cells are
  ``H <= j < H + ny``, ``H <= i < H + nx``; ``u[j, i]`` is on the west face of cell (j, i),
  ``v[j, i]`` on its south face, vorticity ``[j, i]`` on its south-west node;
* kernels loop over the cells' range and read the halo; filling the halo and the values on boundary
  faces is the boundary's job (:mod:`fluidgrad.boundary`);
* arguments are ordered inputs, outputs, scalars; kernels neither allocate fields nor raise;
* results do not depend on the number of threads: rows are reduced apart and summed in order;
* each jitted call graph stays in one file, since numba's disk cache watches only the file of the
  function that is called.
"""

import atexit
import os
import shutil
import tempfile

import numba

# GNU OpenMP lets idle threads spin at the end of a parallel loop. Without a limit a second busy process
# turns loops of microseconds into milliseconds; with none at all every small loop pays for a wake-up.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")


def _keep_compiled_kernels_somewhere() -> None:
    """Where neither this package nor the user's cache folder can be written, numba refuses to compile at all: give it
    a private folder for this process."""
    try:
        numba.njit(cache=True)(_keep_compiled_kernels_somewhere)
    except RuntimeError:
        folder = tempfile.mkdtemp(prefix="fluidgrad-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        numba.config.CACHE_DIR = folder


_keep_compiled_kernels_somewhere()
