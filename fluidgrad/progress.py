"""What a person sees while a simulation marches: a bar in a terminal or a notebook, else plain lines."""

from __future__ import annotations

import math
import sys
import time
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

REFRESH = 0.1
"""Seconds between updates of a bar."""

LINE_SECONDS, LINE_SHARE, LINE_AT_LEAST = 5.0, 0.1, 60.0
"""A plain line is printed after this many seconds and this share of the way, or after a minute."""


class Reporter:
    """Called with the simulation after each step; most calls only look at the clock."""

    def __init__(self, simulation, end: float):
        self.start, self.end = simulation.t, end
        self.began = time.perf_counter()
        self._paces = array("d")
        self._marked: tuple[float, int] | None = None
        self._warm: tuple[float, float] | None = None
        self._due = 0.0

    def __call__(self, simulation) -> None:
        now = time.perf_counter()
        if now >= self._due:
            self._due = now + REFRESH
            self._mark(now, simulation)
            self.show(simulation)

    def _mark(self, now: float, simulation) -> None:
        """Note the pace since the last mark; the first one is after the first step, which may include compilation."""
        step = simulation.step_count
        if self._marked is None:
            self._warm = (now, self.share(simulation))
        elif step > self._marked[1]:
            then, before = self._marked
            self._paces.append((now - then) / (step - before))
        self._marked = (now, step)

    @property
    def pace(self) -> float | None:
        """Typical wall-clock time of a step, s: the median over stretches of a tenth of a second, so that output
        hardly counts. None if the run was too short to tell."""
        return median(self._paces) if len(self._paces) > 2 else None

    def share(self, simulation) -> float:
        """How much of the way is behind, 0 to 1; a steady flow has no way to go."""
        length = self.end - self.start
        if length <= 0.0 or simulation.steady:
            return 1.0
        return min(1.0, (simulation.t - self.start) / length)

    def remaining(self, simulation) -> float:
        """Seconds that the rest will take at the pace so far; infinite before there is one."""
        share = self.share(simulation)
        if self._warm is None or share <= self._warm[1]:
            return math.inf
        then, before = self._warm
        return (time.perf_counter() - then) * (1.0 - share) / (share - before)

    def open(self, simulation) -> None:
        """Show the start."""

    def show(self, simulation) -> None:
        """Show where the simulation is."""

    def close(self, simulation) -> None:
        """Show the end, wherever that is."""


class Bar(Reporter):
    """A bar that is redrawn in place, for terminals."""

    def open(self, simulation) -> None:
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

        self._progress = Progress(
            BarColumn(bar_width=24),
            TaskProgressColumn(),
            TextColumn("{task.fields[status]}"),
            auto_refresh=False,
        )
        self._task = self._progress.add_task("", total=1.0, status="first step ...")
        self._progress.start()

    def show(self, simulation) -> None:
        status = "  ".join(figures(simulation, self.end, self.remaining(simulation)))
        self._progress.update(self._task, completed=self.share(simulation), status=status)
        self._progress.refresh()

    def close(self, simulation) -> None:
        if self._marked is not None:
            self.show(simulation)
        self._progress.stop()


class Lines(Reporter):
    """Now and then a line of text, for files and pipes."""

    def open(self, simulation) -> None:
        self._printed = (self.began, 0.0, simulation.step_count)

    def show(self, simulation) -> None:
        waited = time.perf_counter() - self._printed[0]
        advanced = self.share(simulation) - self._printed[1]
        if waited >= LINE_AT_LEAST or (waited >= LINE_SECONDS and advanced >= LINE_SHARE):
            self._print(simulation)

    def close(self, simulation) -> None:
        if simulation.step_count != self._printed[2]:
            self._print(simulation)

    def _print(self, simulation) -> None:
        self._printed = (time.perf_counter(), self.share(simulation), simulation.step_count)
        status = "  ".join(figures(simulation, self.end, self.remaining(simulation)))
        print(f"{self.share(simulation):4.0%}  {status}", flush=True)


class NotebookBar(Reporter):
    """A bar that is redrawn in place, for notebooks."""

    def open(self, simulation) -> None:
        from IPython.display import display

        self._handle = display(self._picture(simulation), raw=True, display_id=True)

    def show(self, simulation) -> None:
        self._handle.update(self._picture(simulation), raw=True)

    close = show

    def _picture(self, simulation) -> dict[str, str]:
        share = self.share(simulation)
        status = "  ".join(figures(simulation, self.end, self.remaining(simulation)))
        bar = f'<progress value="{share:.4f}" max="1" style="width:16em"></progress>'
        html = f'<div style="white-space:pre;font-family:monospace">{bar} {share:4.0%}  {status}</div>'
        return {"text/plain": f"{share:4.0%}  {status}", "text/html": html}


def figures(simulation, end: float, remaining: float) -> list[str]:
    """Step, time, step size, Courant number, divergence and the time left, as short texts."""
    survey, dt = simulation.survey, simulation.dt
    texts = [
        f"step {simulation.step_count}",
        f"t {simulation.t:.4g}/{end:g} s",
        f"dt {dt:.2e}",
        f"CFL {survey.rate * dt:.2f}",
        f"div {survey.divergence:.0e}",
    ]
    return [*texts, f"{duration(remaining)} left"] if 0 < remaining < math.inf else texts


def duration(seconds: float) -> str:
    """A time span as a person says it: ``0.3 s``, ``42 s``, ``3 min 20 s``, ``5 h 07 min``, ``3.2 days``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    if whole < 48 * 3600:
        return f"{whole // 3600} h {whole // 60 % 60:02d} min"
    return f"{whole / 86400:.1f} days"


def kind() -> type[Reporter]:
    """The reporter that suits where output goes."""
    if _in_notebook():
        return NotebookBar
    from rich.console import Console

    return Bar if Console().is_terminal else Lines


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and getattr(shell, "kernel", None) is not None


@contextmanager
def reporter(simulation, end: float, progress: bool | Callable = True) -> Iterator[Any]:
    """What to call with the simulation after each step on its way to time ``end`` (s).

    ``progress`` True shows a bar or lines, False nothing, both by a :class:`Reporter`; a function is itself what is
    called.
    """
    if callable(progress):
        yield progress
        return
    shown = (kind() if progress else Reporter)(simulation, end)
    shown.open(simulation)
    try:
        yield shown
    finally:
        shown.close(simulation)


@contextmanager
def counter(what: str) -> Iterator[Callable[[int, int], None]]:
    """What to call with the number of things done and of all things; a bar in a terminal, else nothing is shown."""
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    console = Console()
    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
