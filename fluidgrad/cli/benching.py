"""``fluidgrad bench``: measured speed next to what it should be."""

from __future__ import annotations

from typing import Annotated

import typer

from fluidgrad.cli.messages import say
from fluidgrad.cli.options import Threads
from fluidgrad.errors import ConfigError


def bench(
    sizes: Annotated[
        str | None,
        typer.Option(metavar="N,N...", help="Cells per side of periodic squares to measure instead."),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Short repeats, and no cold start.")] = False,
    threads: Threads = None,
) -> None:
    """Measure the time of a step, memory and start-up, and compare with the targets.

    The targets are for two threads of an otherwise idle machine, with the extra [bold]fast[/].

    [bold]Examples[/]

    fluidgrad bench --threads 2
    fluidgrad bench --sizes 128,512 --quick
    """
    chosen = _sizes(sizes)
    from fluidgrad import bench as measure

    for name, text in measure.machine(threads).items():
        say(f"{name:<12} {text}")
    say(f"{'copying':<12} {measure.copy_bandwidth() / 1e9:.1f} GB/s (numpy, one thread)")
    say()
    say(f"{'time of a step':<22} {'ns per cell':>12} {'ms':>9}   target")
    seconds = 0.1 * measure.SECONDS if quick else measure.SECONDS
    for case in [measure.Case(n) for n in chosen] or measure.CASES:
        _measure_case(case, seconds, threads)
    if not chosen:
        say()
        _measure_bodies(seconds, threads)
        say()
        _measure_start(quick)


def _sizes(text: str | None) -> list[int]:
    """The sizes of ``--sizes``; ConfigError if they are none."""
    try:
        sizes = [int(part) for part in text.split(",")] if text else []
    except ValueError:
        sizes = [0]
    if any(not 4 <= n <= 32768 for n in sizes):
        raise ConfigError(f"--sizes {text}: give numbers of cells from 4 to 32768, for example 128,512")
    return sizes


def _measure_case(case, seconds: float, threads: int | None) -> None:
    from fluidgrad import bench as measure

    simulation = measure.Simulation.from_config(case.settings(), threads=threads)
    step = measure.step_seconds(simulation, seconds)
    line = f"{case.name:<22} {step / case.cells**2 * 1e9:12.1f} {step * 1e3:9.3f}   {case.verdict(step)}"
    say(line.rstrip())
    if case == measure.CASES[0]:
        arrays = measure.field_arrays(simulation)
        allowed = measure.verdict(arrays, measure.ARRAYS_ALLOWED, "arrays")
        say(f"{'  memory, field arrays':<22} {arrays:12.1f} {'':9}   {allowed}")


def _measure_bodies(seconds: float, threads: int | None) -> None:
    from fluidgrad import bench as measure

    say(f"{'a step with a body':<22} {'times one without':>22}   target")
    for name, ratio in measure.body_ratios(seconds, threads).items():
        say(f"{name:<22} {ratio:22.2f}   {measure.verdict(ratio, measure.BODIES_ALLOWED[name], 'times')}")


def _measure_start(quick: bool) -> None:
    from fluidgrad import bench as measure

    say(f"{'one step by the command':<22} {'s':>23}   target")
    warm = measure.warm_start()
    say(f"{'kernels compiled':<22} {warm:23.1f}   {measure.verdict(warm, measure.WARM_ALLOWED, 's')}")
    if not quick:
        cold = measure.cold_start()
        say(f"{'first run ever':<22} {cold:23.1f}   {measure.verdict(cold, measure.COLD_ALLOWED, 's')}")


COMMANDS = (bench,)
