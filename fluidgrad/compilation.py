"""Whether numba has the kernels in its cache on disk, or is going to compile them."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

NEEDED = ("halo", "projection", "reductions", "tridiagonal")
"""Modules of kernels with at least one that every run calls."""


def kernels_are_compiled() -> bool:
    """False if the next simulation has to wait for the compiler: a module of kernels has no entry in numba's cache,
    or only entries that are older than its source."""
    return all(_is_cached(import_module(f"fluidgrad.kernels.{name}")) for name in NEEDED)


def _is_cached(module) -> bool:
    kernels = [value for value in vars(module).values() if hasattr(value, "stats")]
    if not kernels:
        return True  # numba is switched off
    name = module.__name__.rpartition(".")[2]
    python = f"py{sys.version_info.major}{sys.version_info.minor}"
    changed = Path(module.__file__).stat().st_mtime
    folders = {Path(kernel.stats.cache_path) for kernel in kernels if kernel.stats.cache_path}
    entries = (entry for folder in folders for entry in folder.glob(f"{name}.*.{python}*.nbi"))
    return any(entry.stat().st_mtime >= changed for entry in entries)
