"""Whether numba has the kernels in its cache on disk, or is going to compile them."""

from __future__ import annotations

from importlib import import_module

NEEDED = ("halo", "projection", "reductions", "tridiagonal")
"""Modules of kernels with at least one that every run calls."""


def kernels_are_compiled() -> bool:
    """False if the next simulation has to wait for the compiler: a module of kernels has no entry in numba's cache,
    or only entries of another source."""
    return all(_is_cached(import_module(f"fluidgrad.kernels.{name}")) for name in NEEDED)


def _is_cached(module) -> bool:
    kernels = [value for value in vars(module).values() if hasattr(value, "stats")]
    if not kernels:
        return True  # numba is switched off
    return any(_entries(kernel) for kernel in kernels)


def _entries(kernel) -> dict:
    # Only numba knows which entries are fresh: some of its versions compare times, others the source itself. It has
    # no public way to ask; where its insides change, the kernels count as not compiled.
    file = getattr(getattr(kernel, "_cache", None), "_cache_file", None)
    load = getattr(file, "_load_index", None)
    return load() if load else {}
