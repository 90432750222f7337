"""``fluidgrad run``: from a configuration, or a run that was stopped, to results and a picture."""

from __future__ import annotations

import contextlib
import shlex
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from fluidgrad.cli.messages import say, warn
from fluidgrad.cli.options import Overrides, Threads
from fluidgrad.errors import FluidgradError, Interrupted

ROOT, LATEST = Path("outputs"), "latest"
"""Where runs go, and the link to the newest of them."""

DRAWING_ERRORS = (
    FluidgradError,
    ArithmeticError,
    ImportError,
    LookupError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What may go wrong with a picture without the run being the worse for it."""


def run(
    config: Annotated[
        Path, typer.Argument(metavar="CONFIG", help="A TOML file; with --resume also a run directory.")
    ],
    overrides: Overrides = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Where results go (default: a new outputs/NAME)."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue a stopped run, bit for bit.")] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Start anew; the earlier run is moved aside.")
    ] = False,
    threads: Threads = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing but the run directory and errors.")
    ] = False,
) -> None:
    """Run a simulation; results go to a directory of its own.

    [bold]Examples[/]

    fluidgrad run configs/lid_driven_cavity.toml
    fluidgrad run flow.toml --set fluid.reynolds=400 --set time.end=2.5
    fluidgrad run --resume outputs/flow --set time.end=5

    Exit codes: 0 done, 2 usage or configuration, 3 blow-up, 4 refused, 74 files, 130 and 143 signals.
    """
    from fluidgrad.cli import resuming
    from fluidgrad.continuing import adopt
    from fluidgrad.output import choose_directory
    from fluidgrad.resources import require_resources

    tell = _nothing if quiet else say
    settings, output = resuming.settings(config, overrides or [], output, resume)
    if not resume:
        require_resources(settings, output or ROOT)
    directory = choose_directory(ROOT, settings.name, output, resume, overwrite)
    if resume:
        settings = adopt(settings, directory)
        require_resources(settings, directory, resuming.bytes_in(directory))
    tell(f"{settings.title or settings.name}: results go to {directory}")
    with _tidied(directory):
        simulation = _build(settings, directory, resume, threads, tell)
    try:
        _march(simulation, quiet, tell)
    finally:
        simulation.recorder.close()
    _draw(simulation, directory, tell)
    if quiet:
        say(str(directory))
    else:
        _next_steps(directory)


def _nothing(text: str) -> None:
    pass


@contextlib.contextmanager
def _tidied(directory: Path) -> Iterator[None]:
    """Leave no empty directory behind, and no link to it, if the run cannot start."""
    with contextlib.ExitStack() as failed:
        failed.callback(_remove_if_empty, directory)
        yield
        failed.pop_all()


def _remove_if_empty(directory: Path) -> None:
    with contextlib.suppress(OSError):
        directory.rmdir()
        latest = ROOT / LATEST
        if latest.is_symlink() and not latest.exists():
            latest.unlink()


def _build(settings, directory: Path, resume: bool, threads: int | None, tell):
    """The simulation, recording into the directory."""
    from fluidgrad.compilation import kernels_are_compiled

    if not kernels_are_compiled():
        tell("compiling kernels (first run only) ...")
    from fluidgrad.loop import signals_held
    from fluidgrad.recording import Recorder
    from fluidgrad.simulation import Simulation

    # An interrupt in the middle of a compilation would leave the compiler broken.
    with signals_held() as caught:
        simulation = Simulation(settings, threads, initial=not resume)
    if caught:
        name = signal.Signals(caught[0]).name
        raise Interrupted(f"{name} before the first step: nothing was stored or changed", caught[0])
    record = Recorder.resume if resume else Recorder.create
    simulation.recorder = record(simulation, directory)
    if simulation.step_count:
        tell(f"continuing from t = {simulation.t:.6g} s, step {simulation.step_count}")
    return simulation


def _march(simulation, quiet: bool, tell) -> None:
    """Run to the end and say how it went."""
    from fluidgrad.progress import duration, reporter

    first, began = simulation.step_count, time.perf_counter()
    with reporter(simulation, simulation.config.time.end, not quiet) as report:
        simulation.run(progress=report)
    taken, seconds = simulation.step_count - first, time.perf_counter() - began
    if not taken:
        tell(f"nothing to do: the run is at its end, t = {simulation.t:.6g} s")
        return
    line = f"{'steady' if simulation.steady else 'done'}: {taken} steps in {duration(seconds)}"
    if report.pace is not None:
        cells = simulation.grid.nx * simulation.grid.ny
        line += f", typically {report.pace * 1e3:.3g} ms each ({report.pace / cells * 1e9:.3g} ns per cell)"
    tell(line)


def _draw(simulation, directory: Path, tell) -> None:
    """The picture of the end of the run; a run is not lost for its picture."""
    field = simulation.config.output.figure
    if field == "none":
        return
    path = directory / "figures" / f"{field}.png"
    try:
        from fluidgrad.plotting import plot

        path.parent.mkdir(exist_ok=True)
        title = simulation.config.title or simulation.config.name
        plot(simulation.flow(), (field,), title=title, path=path)
    except DRAWING_ERRORS as error:
        warn(f"no picture was drawn ({error}); the results are complete")
    else:
        tell(f"picture: {path}")


def _next_steps(directory: Path) -> None:
    name = shlex.quote(str(directory))
    say(f"next: fluidgrad plot {name} vorticity --streamlines")
    say(f"      fluidgrad animate {name}")
    say(f"      fluidgrad info {name}")


COMMANDS = (run,)
