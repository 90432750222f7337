"""A view of a run that follows it while it goes on."""

from __future__ import annotations

import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console, Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from fluidgrad.errors import StorageError
from fluidgrad.output import open_run
from fluidgrad.output.snapshots import DIRECTORY, file_name, list_snapshots
from fluidgrad.output.state import RunState, is_locked, state_of
from fluidgrad.plotting.columns import choose_columns
from fluidgrad.plotting.style import pretty_units
from fluidgrad.plotting.terminal import picture, sparkline
from fluidgrad.progress import duration

RECENT = 10
"""Snapshots that tell the pace."""

CURVES = 4
"""Columns of the time series in the view."""

WAITING = RunState("waiting", "waiting for the first snapshot")


class View:
    """What is known of a run directory, brought up to date by :meth:`refresh`.

    ``run`` is None until there is a snapshot; ``state`` as in :mod:`fluidgrad.output.state`.
    """

    def __init__(self, path: Path, field: str = "vorticity", **options: Any):
        """``options`` are ``zoom``, ``limits``, ``cmap`` of :func:`fluidgrad.plotting.plot`."""
        self.path, self.field, self.options = path, field, options
        self.run: Any = None
        self.state = WAITING
        self._seen: tuple = ()

    def refresh(self) -> bool:
        """Look at the directory; tells whether anything is new. A file that is just being replaced is looked at again
        the next time."""
        locked = is_locked(self.path)
        seen = (locked, *self._marks())
        if seen == self._seen:
            return False
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                run = open_run(self.path)
                run.flow()
        except StorageError as error:
            # Nothing yet, or half of something: a run that goes on will have more.
            if not (locked or self._is_new()):
                self.state = RunState("unknown", str(error))
            elif self.run is None:
                self.state = WAITING
            return False
        self._seen, self.run = seen, run
        self.state = state_of(run)
        return True

    def _is_new(self) -> bool:
        """Whether the directory is empty, as it is while the run that made it gets ready."""
        return self.path.is_dir() and not any(self.path.iterdir())

    @property
    def over(self) -> bool:
        """Whether nothing more is to be expected."""
        return self.state.kind not in ("running", "waiting")

    def _marks(self) -> tuple:
        """When the files that tell of progress were last written."""
        folders = (self.path, self.path / DIRECTORY, self.path / "checkpoints")
        return tuple(folder.stat().st_mtime_ns for folder in folders if folder.is_dir())

    def remaining(self) -> float | None:
        """Seconds that the rest takes at the pace of the last snapshots; None if that is not known."""
        run, end = self.run, self.state.end
        if run is None or end is None or len(run) < 2 or self.state.kind != "running":
            return None
        recent = list_snapshots(self.path)[: len(run)][-RECENT:]
        first, last = ((self.path / file_name(recent[k])).stat().st_mtime for k in (0, -1))
        passed = run.times[-1] - run.times[-len(recent)]
        if not (last > first and passed > 0):
            return None
        pace = (last - first) / passed
        return max(0.0, pace * (end - run.times[-1]) - (time.time() - last))

    def status(self) -> str:
        """The state in one line."""
        if self.run is None:
            return self.state.words
        run, series = self.run, self.run.series
        t, step = run.times[-1], run.steps[-1]
        if len(series.get("t", ())):
            t, step = max(t, series["t"][-1]), max(step, series["step"][-1])
        end = f"/{self.state.end:g}" if self.state.end is not None else ""
        texts = [f"t {t:.4g}{end} s", f"step {step}", f"{len(run)} snapshots"]
        for name, words in (("dt", "dt"), ("cfl", "CFL"), ("max_divergence", "div")):
            if len(series.get(name, ())):
                texts.append(f"{words} {series[name][-1]:.2g}")
        left = self.remaining()
        return "  ".join([*texts, *([f"about {duration(left)} left"] if left is not None else [])])

    def render(self, console: Console) -> RenderableType:
        """All of it for a terminal: state, progress, the latest snapshot, the time series."""
        head = Text(f"{self.path.resolve().name}  ", style="bold")
        head.append(self.state.words.partition(";")[0], style="not bold")
        if self.run is None:
            return head
        progress = Table.grid(padding=(0, 2))
        if self.state.end:
            part = min(1.0, float(self.run.times[-1]) / self.state.end)
            bar = ProgressBar(1.0, part, width=min(60, console.width - 8))
            progress.add_row(bar, Text(f"{part:.0%}"))
        series = self._series(console.width)
        height = max(4, console.height - series.row_count - 7)
        image = picture(
            self.run.flow(),
            self.field,
            console.width,
            height,
            colours=console.color_system is not None,
            **self.options,
        )
        about = Text(f"{self.field} at t = {self.run.times[-1]:.4g} s", style="dim")
        return Group(head, progress, Text(self.status()), image, about, series)

    def _series(self, width: int) -> Table:
        """The most telling columns of the time series as bars, with their last values."""
        table = Table.grid(padding=(0, 2))
        series = self.run.series
        if len(series.get("t", ())) < 2:
            return table
        names = choose_columns(self.run)[:CURVES]
        room = max(10, width - max(map(len, names)) - 26)
        for name in names:
            units = self.run.series_units.get(name, ("", ""))[0]
            last = (
                f"{np.asarray(series[name])[-1]:.4g} {'' if units == '1' else pretty_units(units)}".rstrip()
            )
            table.add_row(Text(name, style="cyan"), Text(sparkline(series[name], room)), Text(last))
        return table
