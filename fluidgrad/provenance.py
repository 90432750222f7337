"""Where a result comes from: versions, machine, command line."""

from __future__ import annotations

import os
import platform
import shlex
import sys
import time
from pathlib import Path

import numba
import numpy
import scipy

import fluidgrad
from fluidgrad.pressure import BACKEND


def provenance(config, threads: int) -> dict[str, str | int]:
    """Attributes for ``run.h5``."""
    return {
        "title": config.title or config.name,
        "source": f"fluidgrad {fluidgrad.__version__}",
        "name": config.name,
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "numba": numba.__version__,
        "scipy": scipy.__version__,
        "transforms": BACKEND,
        "platform": platform.platform(),
        "processors": os.cpu_count() or 1,
        "threads": threads,
        "command": shlex.join([_program(), *sys.argv[1:]]),
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def _program() -> str:
    """Name of the program; of the package if that was run with ``python -m``."""
    path = Path(sys.argv[0])
    return path.parent.name if path.name == "__main__.py" else path.name
