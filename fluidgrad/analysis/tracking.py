"""Vortices followed through time: identities, births, mergers, splits and ends.

From one snapshot to the next the core of each vortex is carried by the flow, cell by cell (midpoint rule, velocity
linear in time between the two snapshots), and laid over the cores found there. Cells count by the circulation in them.
The largest overlaps are identities, each vortex with one before and one after. What is left over is an event: a
vortex whose core lies in one that has another identity has **merged** into it; one that came out of another's core
has **split** from it. A vortex whose core would now lie partly outside the domain has **left**; else it has
**faded** below the threshold, and one that came from nowhere was **born**. A small core that overlaps nothing is
matched to the nearest of its sign within its own diameter before it counts as faded.

The idea is that of overlap tracking (Samtaney, Silver, Zabusky & Cao, Computer 27, 1994; Silver & Wang, 1997) with the
prediction by the flow itself, so that vortices may travel more than their size between snapshots.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fluidgrad.analysis.sources import as_run
from fluidgrad.analysis.vortices import Vortices, cells_of, find_vortices
from fluidgrad.fields import at_centres
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid
from fluidgrad.interpolation import at_points

SHARE = 0.25
"""Part of the circulation of either core that an overlap must have to mean anything."""


@dataclass(eq=False)
class Track:
    """The life of one vortex.

    ``identity`` counts from 1 in the order of birth. ``origin`` is ``"first"`` (there in the first snapshot),
    ``"born"`` or ``"split"``, then from ``parent``; ``fate`` is ``"left"``, ``"merged"``, then into ``into``,
    ``"faded"`` or ``"alive"`` (there in the last snapshot). The lists have one value for each snapshot in which it was
    seen: ``times`` (s), ``labels`` in :attr:`Vortices.labels`, and ``x``, ``y`` (m), ``circulation`` (m2/s), ``area``
    (m2), ``peak`` (1/s) as in :class:`~fluidgrad.analysis.vortices.Vortex`.
    """

    identity: int
    origin: str
    parent: int | None = None
    fate: str = "alive"
    into: int | None = None
    times: list[float] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    circulation: list[float] = field(default_factory=list)
    area: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)

    @property
    def birth(self) -> float:
        """Time of the first snapshot with it, s."""
        return self.times[0]

    @property
    def end(self) -> float:
        """Time of the last snapshot with it, s."""
        return self.times[-1]


@dataclass(frozen=True, eq=False)
class Tracks:
    """The lives of all vortices of a run, by identity; iterable. ``times`` (n,) are those of the snapshots."""

    times: np.ndarray
    tracks: tuple[Track, ...]

    def __len__(self) -> int:
        return len(self.tracks)

    def __iter__(self) -> Iterator[Track]:
        return iter(self.tracks)

    def __getitem__(self, identity: int) -> Track:
        """The vortex of an identity, 1 ... n."""
        return self.tracks[range(1, len(self) + 1).index(identity)]

    def table(self) -> dict[str, np.ndarray]:
        """Column -> values (n,), one row per vortex: a summary of each life. ``parent`` and ``into`` are 0 where there
        is none, circulation, area and peak those of its middle snapshot."""
        middle = [len(one.times) // 2 for one in self]
        columns = {
            name: [getattr(one, name) for one in self] for name in ("identity", "birth", "end", "origin")
        }
        columns |= {"parent": [one.parent or 0 for one in self], "fate": [one.fate for one in self]}
        columns["into"] = [one.into or 0 for one in self]
        for name in ("circulation", "area", "peak"):
            columns[name] = [getattr(one, name)[k] for one, k in zip(self, middle, strict=True)]
        return {name: np.array(values) for name, values in columns.items()}

    def identities(self, time: float) -> dict[int, int]:
        """Label of each vortex at the snapshot of that time (s) -> its identity."""
        return {one.labels[one.times.index(time)]: one.identity for one in self if time in one.times}


def track_vortices(source: Any, **options: Any) -> Tracks:
    """Find the vortices in every snapshot of a source and follow them.

    ``options`` are those of :func:`~fluidgrad.analysis.vortices.find_vortices`: ``criterion``, ``threshold`` ... Give a
    threshold if the standard deviation of the criterion changes much in time. Two flows are in memory at a time.

    Raises
    ------
    ConfigError : an option is wrong, or the source is nothing that has flows.
    """
    run = as_run(source)
    tracks: list[Track] = []
    present: list[Track] = []
    flow, found = None, None
    for k in range(len(run.times)):
        before, vortices_before = flow, found
        flow = run.flow(k)
        found = find_vortices(flow, **options)
        origins = [("first", None)] * len(found)
        identities: dict[int, Track] = {}
        if before is not None:
            links = _links(before, flow, vortices_before, found)
            identities = {new: present[old] for old, new in links.same.items()}
            origins = _judge(links, present, len(found))
        present = [identities.get(n) or _begin(tracks, *origins[n]) for n in range(len(found))]
        for track, vortex in zip(present, found, strict=True):
            track.times.append(flow.time)
            track.labels.append(vortex.label)
            for name in ("x", "y", "circulation", "area", "peak"):
                getattr(track, name).append(getattr(vortex, name))
    return Tracks(np.asarray(run.times, float), tuple(tracks))


def _begin(tracks: list[Track], origin: str, parent: int | None) -> Track:
    tracks.append(Track(len(tracks) + 1, origin, parent))
    return tracks[-1]


@dataclass
class _Links:
    """What became of the vortices of a snapshot (0 ... m-1) in the next (0 ... n-1)."""

    same: dict[int, int]
    """Before -> after."""
    into: dict[int, int]
    """Those merged -> the one after that holds most of them."""
    out_of: dict[int, int]
    """Those split off, after -> the one before that they were part of."""
    left: np.ndarray
    """Which of those before would be partly outside the domain now, bool (m,)."""


def _judge(links: _Links, present: list[Track], count: int) -> list[tuple[str, int | None]]:
    """Write the ends into the tracks of the snapshot before; returns the origins of the vortices now."""
    heirs = {new: old for old, new in links.same.items()}
    for old, track in enumerate(present):
        if old in links.same:
            continue
        if old in links.into:
            track.fate, track.into = "merged", present[heirs[links.into[old]]].identity
        else:
            track.fate = "left" if links.left[old] else "faded"
    return [
        ("split", present[links.out_of[new]].identity) if new in links.out_of else ("born", None)
        for new in range(count)
    ]


def _links(before: Flow, after: Flow, old: Vortices, new: Vortices) -> _Links:
    """Identities and events between two snapshots."""
    overlap, left, distance = _carried_over(before, after, old, new)
    alike = np.equal.outer(*(np.sign([one.peak for one in some]) for some in (old, new)))
    overlap[~alike] = 0.0
    part_old = overlap / _amounts(before, old)[:, None]
    meant = (part_old >= SHARE) | (overlap / _amounts(after, new) >= SHARE)
    same = _pairs(-overlap, meant)
    heirs = set(same.values())
    into = {
        n: int(part_old[n].argmax())
        for n in set(range(len(old))) - set(same)
        if part_old[n].max(initial=0.0) >= SHARE
    }
    out_of = {n: int(overlap[:, n].argmax()) for n in set(range(len(new))) - heirs if meant[:, n].any()}
    free = alike & (distance <= [[2 * np.sqrt(one.area / np.pi)] for one in old])
    free[[*same, *into]] = False
    free[:, [*heirs, *out_of]] = False
    return _Links(same | _pairs(distance, free), into, out_of, left)


def _carried_over(
    before: Flow, after: Flow, old: Vortices, new: Vortices
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Carry the cores with the flow: the circulation of each that comes to lie in each of the new ones (m, n), which of
    them come to lie partly outside (m,), and the distances of their centres from the new ones (m, n), m."""
    grid = after.grid
    parts = cells_of(old.labels)
    j, i = (np.concatenate([part[axis] for part in parts] or [[]]).astype(int) for axis in (0, 1))
    row = np.repeat(np.arange(len(old)), [part[0].size for part in parts])
    x, y = _carried(before, after, grid.x[i], grid.y[j])
    jj, ii, inside = _cells_at(grid, x, y)
    column = new.labels[jj[inside], ii[inside]]
    overlap = np.zeros((len(old), len(new) + 1))
    np.add.at(overlap, (row[inside], column), _weights(before)[j, i][inside])
    left = np.bincount(row[~inside], minlength=len(old)) > 0
    shift_x, shift_y = (_means(row, q, len(old)) for q in (x - grid.x[i], y - grid.y[j]))
    ahead = ([one.x for one in old] + shift_x, [one.y for one in old] + shift_y)
    apart = (
        np.subtract.outer([getattr(one, axis) for one in new], here).T
        for axis, here in zip("xy", ahead, strict=True)
    )
    return overlap[:, 1:], left, np.hypot(*_shortest(grid, *apart))


def _means(row: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    return np.bincount(row, weights=values, minlength=count) / np.bincount(row, minlength=count)


def _weights(flow: Flow) -> np.ndarray:
    """Magnitude of the circulation in each cell (ny, nx)."""
    return np.abs(at_centres(flow, "vorticity")) * np.outer(flow.grid.dy, flow.grid.dx)


def _amounts(flow: Flow, vortices: Vortices) -> np.ndarray:
    """Sum of the weights in each core."""
    weights = np.bincount(
        vortices.labels.ravel(), weights=_weights(flow).ravel(), minlength=len(vortices) + 1
    )
    return weights[1:]


def _pairs(cost: np.ndarray, allowed: np.ndarray) -> dict[int, int]:
    """Pairs (row -> column) in the order of increasing cost, every row and column once at most."""
    rows, columns = np.nonzero(allowed)
    pairs: dict[int, int] = {}
    taken = set()
    for k in np.argsort(cost[rows, columns], kind="stable"):
        row, column = int(rows[k]), int(columns[k])
        if row not in pairs and column not in taken:
            pairs[row] = column
            taken.add(column)
    return pairs


# Motion ------------------------------------------------------------------------------------------------


def _shortest(grid: Grid, dx: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The shortest of the differences between the periodic copies of places."""
    if grid.periodic_x:
        dx = dx - grid.length_x * np.round(dx / grid.length_x)
    if grid.periodic_y:
        dy = dy - grid.length_y * np.round(dy / grid.length_y)
    return dx, dy


def _cells_at(grid: Grid, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Indices j, i of the cells at points, and which of them are in the domain."""
    x, y = grid.wrapped(x, y)
    i = np.searchsorted(grid.x_f, x, side="right") - 1
    j = np.searchsorted(grid.y_f, y, side="right") - 1
    inside = (i >= 0) & (i < grid.nx) & (j >= 0) & (j < grid.ny)
    return j, i, inside


def _velocity(flow: Flow, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return at_points(flow.grid, "x-face", flow.u, x, y), at_points(flow.grid, "y-face", flow.v, x, y)


def _carried(before: Flow, after: Flow, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where points are after the time between two flows, not wrapped; about a cell per step."""
    if x.size == 0:
        return x, y
    duration = after.time - before.time
    cell = min(before.grid.smallest_dx, before.grid.smallest_dy)
    fastest = np.hypot(*_velocity(before, x, y)).max()
    steps = max(1, int(np.ceil(fastest * duration / cell)))
    dt = duration / steps

    def velocity(share: float, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, ...]:
        return tuple(
            (1 - share) * a + share * b
            for a, b in zip(_velocity(before, x, y), _velocity(after, x, y), strict=True)
        )

    for k in range(steps):
        u, v = velocity(k / steps, x, y)
        u, v = velocity((k + 0.5) / steps, x + 0.5 * dt * u, y + 0.5 * dt * v)
        x, y = x + dt * u, y + dt * v
    return x, y
