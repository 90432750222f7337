"""Which configuration and which directory ``fluidgrad run`` was asked for."""

from __future__ import annotations

from pathlib import Path

from fluidgrad.cli.options import require_file, require_run
from fluidgrad.config import Config, load
from fluidgrad.errors import ConfigError
from fluidgrad.output.rundir import CONFIG


def settings(path: Path, overrides: list[str], output: Path | None, resume: bool):
    """The configuration and the output directory that ``fluidgrad run`` was asked for.

    With ``resume``, ``path`` may be the directory of the run: its own configuration is used.
    """
    if resume and not path.exists() and not path.suffix:
        require_run(path)
    if not path.is_dir():
        return _with_real_path(load(require_file(path), overrides)), output
    if not (path / CONFIG).is_file():
        raise ConfigError(f"{path} is a directory without a {CONFIG}: give a configuration file")
    if not resume:
        raise ConfigError(f"{path} is a run: continue it with --resume, or give a configuration file")
    if output is not None and output.resolve() != path.resolve():
        raise ConfigError(f"--resume {path} goes on writing there: leave out --output")
    return load(path / CONFIG, overrides), path


def _with_real_path(config: Config) -> Config:
    """The configuration with the path of another run that it starts from made absolute: ``outputs/latest`` is going to
    be the run that starts."""
    if config.initial.case != "run":
        return config
    initial = config.initial.model_copy(update={"path": str(Path(config.initial.path).resolve())})
    return config.model_copy(update={"initial": initial})


def bytes_in(directory: Path) -> int:
    """Size of the HDF5 files of a run."""
    return sum(path.stat().st_size for path in directory.rglob("*.h5"))
