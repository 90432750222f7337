"""Numba kernels of analysis and pictures: plain arrays in, arrays out. Nothing here imports from fluidgrad but how
numba is set up (:mod:`fluidgrad.jit`).

Each jitted call graph stays in one file, results do not depend on the number of threads, and the modules are imported
only where they are used, so that reading and drawing results do not wait for numba.
"""

from fluidgrad import jit  # noqa: F401
