"""The command line, ``fluidgrad``. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    """Entry point of the command ``fluidgrad``."""
    from fluidgrad.cli.app import command
    from fluidgrad.cli.messages import report_bug

    if not os.environ.get("FLUIDGRAD_DEBUG"):
        sys.excepthook = report_bug
    signal.signal(signal.SIGTERM, _terminate)
    command()(prog_name="fluidgrad")


def _terminate(number: int, _frame) -> None:
    sys.exit(128 + number)
