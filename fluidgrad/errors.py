"""Errors that a user can mend. Each is one clear message; the command line prints it without a traceback."""

from __future__ import annotations


class FluidgradError(Exception):
    """Base of all expected errors; ``exit_code`` is what the command line exits with."""

    exit_code = 1


class ConfigError(FluidgradError):
    """A configuration, an override or an argument that cannot be used."""

    exit_code = 2


class ShapeError(ConfigError):
    """A shape that cannot be built; ``setting`` is the one in its table to blame, ``message`` what is wrong."""

    def __init__(self, setting: str, message: str):
        super().__init__(f"{setting}: {message}")
        self.setting, self.message = setting, message


class BlowUpError(FluidgradError):
    """The flow became non-finite or ran away; the last good state is kept."""

    exit_code = 3


class RefusedError(FluidgradError):
    """Not done, to protect something: a locked or existing directory, too little memory or disk."""

    exit_code = 4


class StorageError(FluidgradError):
    """A file could not be written or read, or is damaged."""

    exit_code = 74


class Interrupted(FluidgradError, KeyboardInterrupt):
    """A signal stopped the run after a finished step and a checkpoint; also a KeyboardInterrupt, as scripts and
    notebooks expect it."""

    def __init__(self, message: str, signal_number: int):
        super().__init__(message)
        self.signal_number = signal_number
        self.exit_code = 128 + signal_number
