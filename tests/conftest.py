"""Settings shared by all tests: floating-point errors raise, one thread, random numbers with a fixed seed."""

from __future__ import annotations

import numba
import numpy as np
import pytest

# Tests share the processors with each other; results do not depend on the number of threads.
numba.set_num_threads(1)


@pytest.fixture(autouse=True)
def floating_point_errors_raise():
    with np.errstate(divide="raise", over="raise", invalid="raise"):
        yield


@pytest.fixture
def rng():
    return np.random.default_rng(20260101)
