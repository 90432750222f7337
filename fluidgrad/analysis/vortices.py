"""Vortices as labelled regions, with a table of what each of them is.

A vortex has a **core**: the cells around a maximum of a vortex criterion (Okubo-Weiss, Q ...) where that is above a
threshold. Of two maxima in one such region the lower is a vortex of its own if it rises above the pass between them
by a part ``persistence`` of its height; else it is a wrinkle of the other. Cores of opposite rotation are never one.
The threshold cuts off weak regions, persistence noise: the two do not replace each other.

A core is not the whole vortex: where rotation prevails over strain, ``rho = r^2/a^2 < 1.256``, a Gaussian vortex has
71.5 per cent of its circulation. So there are two circulations. ``core_circulation`` is that of the core. For
``circulation`` the core is grown downhill in the magnitude of vorticity, over the basin of the vorticity maximum
in it (its watershed), down to :data:`FLOOR` of that maximum. Of a Gaussian vortex this misses that part, 0.2 per cent.
The shear layer that feeds a vortex rises again towards the wall it comes from: it is the basin of another maximum and
is not counted.

Bent or broken shear layers beside walls and bodies turn a little more than they strain, too. What they lack is
``rotation``, the mean of ``omega^2 - strain^2`` over that of ``omega^2`` in a core: 1 in solid rotation, 0.8 in a
Gaussian vortex, above 0.5 in a vortex that rolls up behind a cylinder, below in the layers it is made of, 0 in simple
shear. Cores with less than asked for are left out.

Sources: Okubo (1970) and Weiss (1991) for the criterion, Isern-Fontanet, Font & Garcia-Ladona (2004) for its
threshold; Edelsbrunner, Letscher & Zomorodian (2002) for persistence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from fluidgrad.analysis.masking import without_solids
from fluidgrad.analysis.sources import as_flow
from fluidgrad.errors import ConfigError
from fluidgrad.fields import at_centres, compute, solid_mask
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid

FLOOR = 0.002
"""A vortex ends where vorticity is this part of its maximum."""

SMALLEST = 16
"""Cells a core needs, in cells of mean size, unless an area is given."""


ROUNDING = 1e-12
"""A vortex has more vorticity than this part of the largest velocity over the smallest cell."""


class Criterion(NamedTuple):
    """A field that tells vortices: those where ``sign`` times it (0: its magnitude) is above the threshold, by
    default ``part`` of its root mean square over the fluid, or ``absolute``."""

    sign: int
    part: float = 0.2
    absolute: float | None = None


CRITERIA = {
    "okubo_weiss": Criterion(-1),
    "q_criterion": Criterion(1),
    "lambda2": Criterion(-1),
    "swirling_strength": Criterion(1),
    "delta_criterion": Criterion(1, part=0.2**3),
    "gamma2": Criterion(0, absolute=2 / np.pi),
    "vorticity": Criterion(0, part=1.0),
}
"""Names of fields that tell vortices from the rest."""


@dataclass(frozen=True)
class Vortex:
    """A vortex, in m, s and m2.

    ``x``, ``y`` centroid of its circulation; ``core_x``, ``core_y`` place of the largest vorticity next to the maximum
    of the criterion, between the nodes by parabolas; ``peak`` the vorticity there (1/s), positive anticlockwise.
    ``circulation`` (m2/s) of all of it, ``core_circulation`` of the core only; ``area`` (m2), ``width`` and ``height``
    (m, along x and y) of the core; ``rotation`` 0 to 1 as above.
    """

    label: int
    x: float
    y: float
    core_x: float
    core_y: float
    circulation: float
    core_circulation: float
    area: float
    width: float
    height: float
    peak: float
    rotation: float


@dataclass(frozen=True, eq=False)
class Vortices:
    """The vortices of one instant, the largest core first; iterable, ``len`` of it is their number.

    ``labels`` (ny, nx) has the number 1 ... n of the core that a cell is in, 0 outside; ``regions`` the same of the
    whole vortices, over which the circulation is taken. ``threshold`` is the one of the criterion.
    """

    grid: Grid
    time: float
    criterion: str
    threshold: float
    labels: np.ndarray = field(repr=False)
    regions: np.ndarray = field(repr=False)
    vortices: tuple[Vortex, ...]

    def __len__(self) -> int:
        return len(self.vortices)

    def __iter__(self) -> Iterator[Vortex]:
        return iter(self.vortices)

    def __getitem__(self, position: int) -> Vortex:
        return self.vortices[position]

    def table(self) -> dict[str, np.ndarray]:
        """Column -> values (n,), one row per vortex."""
        return {name: np.array([getattr(one, name) for one in self]) for name in Vortex.__dataclass_fields__}


def find_vortices(
    source: Any,
    *,
    index: int = -1,
    time: float | None = None,
    criterion: str = "okubo_weiss",
    threshold: float | None = None,
    persistence: float = 0.1,
    rotation: float = 0.5,
    smallest: float | None = None,
) -> Vortices:
    """The vortices in one flow of a source (run, path, simulation, :class:`~fluidgrad.flow.Flow`).

    Parameters
    ----------
    index, time : which snapshot of a run.
    criterion : a name in :data:`CRITERIA`.
    threshold : magnitude of the criterion, in its units, from which a cell is in a core; by default 0.2 of its root
        mean square over the fluid (all of it for vorticity; 2/pi for ``gamma2``), for which the largest hundredth of
        the values, at edges and corners, counts as the rest at most.
    persistence : part of its height, 0 to 1, by which a maximum must rise to be a vortex of its own.
    rotation : least rotation in a core, 0 to 1; 0 takes shear layers for vortices.
    smallest : area below which a core does not count, m2; by default that of 16 mean cells.

    Raises
    ------
    ConfigError : the criterion is unknown, or a number is out of its range.
    """
    _check(criterion, threshold, persistence, rotation)
    flow = as_flow(source, index, time=time)
    fluid = without_solids(flow)
    vorticity = at_centres(fluid, "vorticity")
    strength = _strength(flow, criterion)
    if threshold is None:
        threshold = _default_threshold(strength, CRITERIA[criterion])
    if smallest is None:
        smallest = SMALLEST * flow.grid.spacing**2
    least = ROUNDING * flow.fastest / min(flow.grid.smallest_dx, flow.grid.smallest_dy)
    strength = np.where(np.abs(vorticity) > least, strength, np.nan)
    maxima = _maxima(flow.grid, strength, vorticity, threshold, persistence)
    turning = np.fmax(-at_centres(flow, "okubo_weiss"), 0.0)
    labels = _cores(flow.grid, maxima, turning, vorticity, rotation, smallest)
    regions = _grown(flow.grid, labels, vorticity, persistence)
    rows = _measure(flow.grid, maxima, labels, regions, (vorticity, turning, compute(fluid, "vorticity")))
    return Vortices(flow.grid, flow.time, criterion, threshold, labels, regions, rows)


def _check(criterion: str, threshold: float | None, persistence: float, rotation: float) -> None:
    if criterion not in CRITERIA:
        raise ConfigError(f"there is no vortex criterion {criterion!r}: choose one of {', '.join(CRITERIA)}")
    if threshold is not None and not threshold >= 0:
        raise ConfigError(f"threshold {threshold} of {criterion}: give its magnitude, zero or more")
    if not 0 <= persistence < 1:
        raise ConfigError(f"persistence {persistence}: give a part of the height of a maximum, 0 to below 1")
    if not 0 <= rotation <= 1:
        raise ConfigError(f"rotation {rotation}: choose from 0, simple shear, to 1, solid rotation")


def _strength(flow: Flow, criterion: str) -> np.ndarray:
    values, sign = at_centres(flow, criterion), CRITERIA[criterion].sign
    values = sign * values if sign else np.abs(values)
    return np.where(solid_mask(flow, "centre"), np.nan, values)


def _default_threshold(strength: np.ndarray, criterion: Criterion) -> float:
    if criterion.absolute is not None:
        return criterion.absolute
    sizes = np.abs(strength[np.isfinite(strength)])
    if sizes.size == 0:
        return 0.0
    return criterion.part * float(np.sqrt(np.mean(np.minimum(sizes, np.percentile(sizes, 99)) ** 2)))


# Regions -----------------------------------------------------------------------------------------------


def _basins(
    grid: Grid, values: np.ndarray, sign: np.ndarray, owner: np.ndarray, persistence: float
) -> np.ndarray:
    """Flat index of the maximum to which each cell of positive value belongs, (ny, nx), -1 elsewhere."""
    from fluidgrad.analysis.kernels.basins import basins

    cells = np.flatnonzero(values > 0)
    order = cells[np.argsort(-values.ravel()[cells], kind="stable")]
    return basins(order, values, sign, owner, grid.periodic_x, grid.periodic_y, persistence)


def _maxima(
    grid: Grid, strength: np.ndarray, vorticity: np.ndarray, threshold: float, persistence: float
) -> np.ndarray:
    """Flat index of the maximum of the criterion to which each cell above the threshold belongs, -1 elsewhere."""
    with np.errstate(invalid="ignore"):
        kept = strength > threshold
    sign = np.sign(np.where(kept, vorticity, 0.0)).astype(np.int8)
    return _basins(grid, np.where(kept, strength, 0.0), sign, np.zeros(kept.shape, int), persistence)


def _cores(
    grid: Grid,
    maxima: np.ndarray,
    turning: np.ndarray,
    vorticity: np.ndarray,
    rotation: float,
    smallest: float,
) -> np.ndarray:
    """Labels 1 ... n of the regions that are large and round enough, the largest first."""
    peaks, number = np.unique(maxima, return_inverse=True)
    area = np.outer(grid.dy, grid.dx)
    inside = maxima >= 0

    def total(values: np.ndarray) -> np.ndarray:
        weights = np.where(inside, values * area, 0.0)
        return np.bincount(number.ravel(), weights=weights.ravel(), minlength=peaks.size)

    areas = total(np.ones_like(area))
    vortex = (areas > 0) & (areas >= smallest) & (total(turning) >= rotation * total(vorticity**2))
    ranked = np.flatnonzero(vortex)[np.argsort(-areas[vortex], kind="stable")]
    label = np.zeros(peaks.size, dtype=np.int64)
    label[ranked] = np.arange(1, ranked.size + 1)
    return label[number.reshape(maxima.shape)]


def _grown(grid: Grid, labels: np.ndarray, vorticity: np.ndarray, persistence: float) -> np.ndarray:
    """Labels of the whole vortices: each core, and the basins of the vorticity maxima in it."""
    known = np.isfinite(vorticity)
    magnitude = np.where(known, np.abs(vorticity), 0.0)
    sign = np.sign(np.where(known, vorticity, 0.0)).astype(np.int8)
    maxima = _basins(grid, magnitude, sign, labels, persistence)
    owner = np.where(maxima >= 0, labels.ravel()[maxima], 0)
    high = magnitude >= FLOOR * np.where(maxima >= 0, magnitude.ravel()[maxima], 0.0)
    return np.where(labels > 0, labels, np.where(high, owner, 0))


# The table ---------------------------------------------------------------------------------------------


def _measure(
    grid: Grid, maxima: np.ndarray, labels: np.ndarray, regions: np.ndarray, fields: tuple[np.ndarray, ...]
) -> tuple[Vortex, ...]:
    """A row for each vortex, from the vorticity and the excess of its square over that of strain at the centres, and
    the vorticity at the nodes."""
    vorticity, turning, at_nodes = fields
    rows = []
    area = np.outer(grid.dy, grid.dx)
    for label, (core, whole) in enumerate(zip(cells_of(labels), cells_of(regions), strict=True), start=1):
        j, i = divmod(int(maxima[core][0]), grid.nx)
        x, y = _near(grid, whole, j, i)
        share = vorticity[whole] * area[whole]
        circulation = float(share.sum())
        centre = (float((share * q).sum()) / circulation for q in (x, y))
        centre_x, centre_y = map(float, grid.wrapped(*centre))
        *summit, peak = _summit(grid, at_nodes, j, i)
        core_x, core_y = map(float, grid.wrapped(*summit))
        left, bottom, right, top = _extent(grid, core, j, i)
        rows.append(
            Vortex(
                label=label,
                x=centre_x,
                y=centre_y,
                core_x=core_x,
                core_y=core_y,
                circulation=circulation,
                core_circulation=float((vorticity[core] * area[core]).sum()),
                area=float(area[core].sum()),
                width=right - left,
                height=top - bottom,
                peak=peak,
                rotation=float(
                    (turning[core] * area[core]).sum() / (vorticity[core] ** 2 * area[core]).sum()
                ),
            )
        )
    return tuple(rows)


def cells_of(labels: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Indices ``(j, i)`` of the cells of each label 1 ... n."""
    cells = np.flatnonzero(labels)
    numbers = labels.ravel()[cells]
    cells = cells[np.argsort(numbers, kind="stable")]
    ends = np.cumsum(np.bincount(numbers)[1:])
    parts = np.split(cells, ends[:-1]) if ends.size else []
    return [np.unravel_index(part, labels.shape) for part in parts]


def _near(grid: Grid, cells: tuple[np.ndarray, np.ndarray], j: int, i: int) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates of cells, on periodic axes those of the copy nearest to cell (j, i)."""
    x, y = grid.x[cells[1]], grid.y[cells[0]]
    if grid.periodic_x:
        x = x - grid.length_x * np.round((x - grid.x[i]) / grid.length_x)
    if grid.periodic_y:
        y = y - grid.length_y * np.round((y - grid.y[j]) / grid.length_y)
    return x, y


def _extent(grid: Grid, cells: tuple[np.ndarray, np.ndarray], j: int, i: int) -> tuple[float, ...]:
    """Left, bottom, right and top end of cells."""
    x, y = _near(grid, cells, j, i)
    half_x, half_y = 0.5 * grid.dx[cells[1]], 0.5 * grid.dy[cells[0]]
    return (
        float((x - half_x).min()),
        float((y - half_y).min()),
        float((x + half_x).max()),
        float((y + half_y).max()),
    )


def _summit(grid: Grid, at_nodes: np.ndarray, j: int, i: int) -> tuple[float, float, float]:
    """Place and value of the extremum next to cell (j, i): parabolas through the logarithm of the largest of its nodes
    and the neighbours of that, exact for a Gaussian; the node itself along an axis along which it is no extremum."""
    corners = np.abs(at_nodes[j : j + 2, i : i + 2])
    j, i = np.add((j, i), np.unravel_index(np.argmax(np.nan_to_num(corners)), (2, 2)))
    place, height = [], float(at_nodes[j, i])
    for line, faces, k, periodic in (
        (at_nodes[j], grid.x_f, i, grid.periodic_x),
        (at_nodes[:, i], grid.y_f, j, grid.periodic_y),
    ):
        shift, factor = _parabola(line, faces, k, periodic)
        place.append(float(faces[k]) + shift)
        height *= factor
    return place[0], place[1], height


def _parabola(line: np.ndarray, faces: np.ndarray, k: int, periodic: bool) -> tuple[float, float]:
    """Distance of the extremum of a positive or negative bump from its node k, and its height over that there."""
    last = line.size - 1
    low, high, length = k - 1, k + 1, 0.0
    if k in (0, last):
        if not periodic:
            return 0.0, 1.0
        low, high, length = last - 1, 1, faces[last] - faces[0]
    ratios = line[[low, high]] / line[k]
    if not (np.isfinite(ratios).all() and (ratios > 0).all()):
        return 0.0, 1.0
    west = faces[low] - faces[k] - (length if k == 0 else 0.0)
    east = faces[high] - faces[k] + (length if k == last else 0.0)
    slope_west, slope_east = np.log(ratios) / (west, east)
    curvature = (slope_east - slope_west) / (east - west)
    if curvature >= 0:
        return 0.0, 1.0
    slope = slope_west - curvature * west
    shift = float(-0.5 * slope / curvature)
    if not west < shift < east:
        return 0.0, 1.0
    return shift, float(np.exp(slope * shift + curvature * shift**2))
