"""What the tests of the command line share."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner

from fluidgrad.cli.app import app

CAVITY = """\
title = "A small cavity"
fluid.reynolds = 100.0
boundaries = { left.type = "wall", right.type = "wall", bottom.type = "wall", top.type = "moving wall", \
top.velocity = 1.0 }
domain.cells = [16, 16]
time = { end = 0.2, step = 0.01 }
output = { every = 0.1, figure = "none" }
"""


def fluidgrad(*arguments: object):
    """Run a command in this process; the result has ``exit_code``, ``stdout``, ``stderr``."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def start(*arguments: object, cwd: Path, **options) -> subprocess.Popen:
    """Start a command as a process of its own, its output in pipes."""
    places = [str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places), **options.pop("environment", {})}
    return subprocess.Popen(
        [sys.executable, "-m", "fluidgrad", *map(str, arguments)],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A process in the background of a script inherits SIGINT ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        **options,
    )
