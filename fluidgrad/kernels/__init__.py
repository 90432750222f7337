"""Numba kernels: plain arrays and scalars in, arrays out. Nothing here imports from fluidgrad
but how numba is set up (:mod:`fluidgrad.jit`).

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

from fluidgrad import jit  # noqa: F401
