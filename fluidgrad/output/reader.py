"""Reading a run: :func:`open_run` and :class:`Run`."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fluidgrad import fields
from fluidgrad.display import Displayed
from fluidgrad.errors import ConfigError, StorageError
from fluidgrad.flow import Flow
from fluidgrad.grid import LOCATIONS, Grid
from fluidgrad.interpolation import weights
from fluidgrad.output import index, schema, snapshots
from fluidgrad.output.atomic import storage_errors
from fluidgrad.output.checkpoints import list_checkpoints, read_checkpoint_series, step_of
from fluidgrad.output.container import read_verified
from fluidgrad.output.rundir import CONFIG, STATISTICS

if TYPE_CHECKING:
    import xarray

    from fluidgrad.analysis.moments import Moments
    from fluidgrad.config import Config


def open_run(path: Path | str) -> Run:
    """Open the run in a directory, given as such or by its ``run.h5``; also while it is going on.

    Raises
    ------
    StorageError : there is no run, it has no snapshot yet, or its files are damaged.
    """
    return Run(path)


class Run(Displayed):
    """The results of a run: its snapshots in time order, its time series, and how it came about.

    ``len(run)`` is the number of snapshots; iterating gives each as a :class:`~fluidgrad.flow.Flow`. Every
    file is checked for damage before anything in it is used. What is there is looked up once, on opening.

    Attributes
    ----------
    path : the run directory.
    grid : the :class:`~fluidgrad.grid.Grid`.
    times, steps : time (s) and number of time steps of each snapshot, shape (n,).
    fields : names of the fields stored in the snapshots; others are computed on reading.
    scalars : name of each transported scalar -> its units, and a name for labels.
    bodies : whether there are bodies; the flows then have ``distance``.
    variables : names of everything stored: the fields, velocity at the centres, values along the sides.
    attributes : provenance: title, versions, command line and so on.
    config_text : the resolved configuration as TOML.
    """

    def __init__(self, path: Path | str) -> None:
        path = Path(path)
        self.path = path.parent if path.name == index.NAME else path
        if not self.path.is_dir():
            raise StorageError(f"there is no run directory {self.path}: check the path")
        stored = self._read_index()
        instants = stored.instants if stored else {}
        described = self._describe(set(snapshots.list_snapshots(self.path)) - set(instants))
        instants = instants | {k: (snapshot.time, snapshot.step) for k, snapshot in described.items()}
        if not instants:
            raise StorageError(f"{self.path} holds no snapshot (yet): there is nothing to show")
        self._numbers = sorted(instants)
        self.times = np.array([instants[k][0] for k in self._numbers])
        self.steps = np.array([instants[k][1] for k in self._numbers])
        source = stored or described[self._numbers[-1]]
        self.grid: Grid = source.grid
        self.variables = list(source.variables)
        self.scalars: dict[str, tuple[str, str]] = source.scalars
        self.bodies = "distance" in self.variables
        self.fields = [name for name in self.variables if fields.find(name, self.scalars)]
        self.attributes: dict[str, Any] = stored.attributes if stored else {}
        self.config_text = stored.config_text if stored else self._read_config()
        self._stored_series = (stored.series, stored.series_units) if stored else ({}, {})
        self._last: tuple[int, Flow] | None = None

    def _read_index(self) -> index.Index | None:
        """What ``run.h5`` says, or None if it is missing or, with a warning, damaged."""
        path = self.path / index.NAME
        if not path.exists():
            return None
        try:
            return index.read_index(path)
        except StorageError as error:
            warnings.warn(f"{error}; going by the snapshot files instead", stacklevel=4)
            return None

    def _describe(self, numbers: set[int]) -> dict[int, snapshots.Snapshot]:
        """Snapshots that ``run.h5`` does not list; damaged ones are left out, with a warning."""
        described = {}
        for number in sorted(numbers):
            try:
                described[number] = snapshots.read_snapshot(self._file(number))
            except StorageError as error:
                warnings.warn(f"left out: {error}", stacklevel=4)
        return described

    def _read_config(self) -> str:
        path = self.path / CONFIG
        with storage_errors(path, "read"):
            return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    @cached_property
    def config(self) -> Config | None:
        """The resolved configuration, None if it is not stored.

        Raises
        ------
        ConfigError : the stored text is no configuration.
        """
        from fluidgrad.config import load

        return load(f"{self.config_text}\n") if self.config_text else None

    def _file(self, number: int) -> Path:
        return self.path / snapshots.file_name(number)

    @property
    def name(self) -> str:
        """The name of the run directory."""
        return self.path.resolve().name

    @cached_property
    def _series_and_units(self) -> tuple[dict[str, np.ndarray], dict[str, tuple[str, str]]]:
        """From ``run.h5``, or from the newest checkpoint if that has got further."""
        columns, units = self._stored_series
        newest = list_checkpoints(self.path)[-1:]
        reached = columns["step"][-1] if len(columns.get("step", ())) else -1
        if newest and step_of(newest[0]) > reached:
            with contextlib.suppress(StorageError):
                return read_checkpoint_series(newest[0])
        return columns, units

    @property
    def series(self) -> dict[str, np.ndarray]:
        """The time series: name -> values (rows,), with ``t`` (s) and ``step`` first."""
        return self._series_and_units[0]

    @property
    def series_units(self) -> dict[str, tuple[str, str]]:
        """Name of a time series -> its unit and long name."""
        return self._series_and_units[1]

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[Flow]:
        return (self.flow(k) for k in range(len(self)))

    def position(self, index: int = -1, time: float | None = None) -> int:
        """Position (0 to n-1) of a snapshot given by a position, negative from the end, or the nearest time.

        Raises
        ------
        IndexError : there is no snapshot at that position.
        ConfigError : the time is not a finite number.
        """
        if time is None:
            return range(len(self))[index]
        if not np.isfinite(time):
            raise ConfigError(f"time {time} is not a moment of the run: give seconds")
        return int(np.abs(self.times - time).argmin())

    def flow(self, index: int = -1, *, time: float | None = None) -> Flow:
        """Velocity and pressure of one snapshot, by position or by the nearest time (s), in float64.

        Raises
        ------
        StorageError : the snapshot is missing or damaged.
        """
        k = self.position(index, time)
        last = self._last  # another thread may be reading too
        if last is None or last[0] != k:
            last = self._last = (k, snapshots.read_flow(self._file(self._numbers[k]), self.grid))
        return last[1]

    def field(self, name: str, index: int = -1, *, time: float | None = None) -> np.ndarray:
        """A field of one snapshot at its own location (:func:`fluidgrad.fields.known`), in float64.

        Read from the file if it is among :attr:`variables`, else computed from velocity, pressure, scalars.

        Raises
        ------
        ConfigError : there is no field of that name.
        StorageError : the snapshot is missing or damaged.
        """
        if name in schema.of_flow(self.scalars, self.bodies):
            return snapshots.values_of(self.flow(index, time=time), name, self.scalars)
        if name not in self.variables:
            return fields.compute(self.flow(index, time=time), name)
        path = self._file(self._numbers[self.position(index, time)])
        return snapshots.read_variable(path, self.grid, name)

    def parts(self, name: str, index: int, parts: Sequence[tuple]) -> list[np.ndarray]:
        """Parts of a field of one snapshot, each given by an index such as ``np.s_[3, 10:20]``; of a stored field no
        more is read from the file than they need. Errors as :meth:`field`."""
        if name not in self.variables:
            values = self.field(name, index)
            return [values[part] for part in parts]
        path = self._file(self._numbers[self.position(index)])
        return snapshots.read_parts(path, self.grid, name, parts)

    def probe(self, name: str, x: float, y: float) -> np.ndarray:
        """A field at a point (m) in all snapshots, bilinear, shape (n,). Of a stored field only what lies around the
        point is read, others are computed from whole snapshots.

        Raises
        ------
        ConfigError : there is no field of that name, or the point is outside the domain.
        StorageError : a snapshot is missing or damaged.
        """
        grid = self.grid
        if not (grid.x_f[0] <= x <= grid.x_f[-1] and grid.y_f[0] <= y <= grid.y_f[-1]):
            raise ConfigError(
                f"({x:g}, {y:g}) is outside the domain: x = {grid.extent('x')}, y = {grid.extent('y')}"
            )
        ydim, xdim = LOCATIONS[fields.lookup(name, self.scalars).location]
        (j0, j1, b), (i0, i1, a) = (
            (int(first), int(second), float(weight))
            for first, second, weight in (weights(grid, ydim, y, float), weights(grid, xdim, x, float))
        )
        around = [(j0, i0), (j0, i1), (j1, i0), (j1, i1)]
        shares = np.array([(1 - a) * (1 - b), a * (1 - b), (1 - a) * b, a * b])
        return np.array([shares @ self.parts(name, k, around) for k in range(len(self))])

    def particles(self, name: str, index: int = -1, *, time: float | None = None) -> dict[str, np.ndarray]:
        """A set of particles in one snapshot: attribute -> values (n,), ``x`` and ``y`` in m among them.

        Raises
        ------
        ConfigError : there is no such set.
        StorageError : the snapshot is missing or damaged.
        """
        found = self.flow(index, time=time).particles
        if name not in found:
            there = ", ".join(found) or "none"
            raise ConfigError(f"run {self.name!r} has no particles {name!r}; there are: {there}")
        return found[name]

    def to_xarray(self, names: str | Sequence[str] = ()) -> xarray.Dataset:
        """The run as a labelled :class:`xarray.Dataset`, read from the files as its values are used.

        It has the stored fields and, in addition, those in ``names`` (or groups such as
        "velocity_gradient"), computed on reading; units and names are in the attributes.

        Raises
        ------
        ConfigError : there is no field of one of the names.
        """
        from fluidgrad.output.labelled import labelled_dataset

        return labelled_dataset(self, [names] if isinstance(names, str) else names)

    def statistics(self) -> Moments:
        """Means and moments over the time of the run, as its table ``[statistics]`` asked for; ``.flow`` is the mean
        flow, for pictures, ``.to_xarray()`` a labelled dataset.

        Raises
        ------
        ConfigError : the run has none.
        StorageError : their file is damaged.
        """
        from fluidgrad.output.statistics import read_statistics

        return read_statistics(self.path)

    def verify(self) -> int:
        """Check every file of the run for damage; returns how many there are.

        Raises
        ------
        StorageError : some are missing or damaged; the message lists all of them.
        """
        snapshot_files = [self._file(number) for number in self._numbers]
        once = [path for name in (index.NAME, STATISTICS) if (path := self.path / name).exists()]
        others = [*list_checkpoints(self.path), *once]
        problems = []
        for path in (*snapshot_files, *others):
            try:
                read_verified(path)
            except StorageError as error:
                problems.append(str(error))
        if problems:
            raise StorageError("\n".join(problems))
        return len(snapshot_files) + len(others)

    def _title(self) -> str:
        return f"Run {self.name}"

    def _rows(self) -> list[tuple[str, str]]:
        span = f"t = {self.times[0]:g} to {self.times[-1]:g} s, steps {self.steps[0]} to {self.steps[-1]}"
        rows = [
            ("title", str(self.attributes.get("title", ""))),
            ("grid", f"{self.grid.nx} x {self.grid.ny} cells"),
            *((axis, self.grid.extent(axis)) for axis in ("x", "y")),
            ("snapshots", f"{len(self)}, {span}"),
            ("fields", ", ".join(self.fields)),
            ("scalars", scalar_list(self.scalars)),
            ("bodies", "distance from their walls in every snapshot" if self.bodies else ""),
            ("statistics", "means over time" if (self.path / STATISTICS).exists() else ""),
            ("series", ", ".join(self.series) if self.series else ""),
            ("path", str(self.path)),
        ]
        return [(name, text) for name, text in rows if text]

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_) -> None:
        """Nothing is kept open."""


def scalar_list(scalars: fields.ScalarUnits) -> str:
    """Transported scalars for people: ``theta [K]: potential temperature, dye [1]``."""
    described = (
        f"{name} [{units}]{f': {words}' if words not in ('', name) else ''}"
        for name, (units, words) in scalars.items()
    )
    return ", ".join(described)
