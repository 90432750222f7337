"""Two flows side by side: their difference at common places, its norms, observed orders, and profiles along lines.

On different grids the values of the coarser one stay as they are; those of the finer are interpolated to the same
places by cubic polynomials through four values along each axis, exact for cubics, so that what is compared is second
order only by the solver. Beside bodies, where a cubic would reach into one, two values along each axis serve.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from fluidgrad.analysis.masking import visible
from fluidgrad.analysis.sources import as_flow, as_run, within
from fluidgrad.errors import ConfigError
from fluidgrad.fields import Field, lookup
from fluidgrad.flow import Flow
from fluidgrad.grid import LOCATIONS, Grid, node_shares

HIGHEST_ORDER = 12.0
"""Beyond this an observed order is an accident."""


@dataclass(frozen=True)
class Difference:
    """A field of one flow minus that of another, where both have values.

    ``values`` (y.size, x.size) at the places ``y``, ``x`` (m) of the coarser grid, nan in bodies; ``area`` of the same
    shape, the part of the domain (m2) that belongs to each; ``reference`` the second flow's values; ``times`` of both
    flows, s; ``spacing`` (m) of the coarser grid, the root of the mean area of a cell.
    """

    field: Field
    x: np.ndarray
    y: np.ndarray
    values: np.ndarray
    reference: np.ndarray
    area: np.ndarray
    times: tuple[float, float]
    spacing: float

    def norms(self) -> Norms:
        """Norms of the difference, and of what it is compared with."""
        return Norms(_norms(self.values, self.area), _norms(self.reference, self.area), self)


@dataclass(frozen=True)
class Norms:
    """Norms of a difference, in the units of the field: the mean of its magnitude ``l1``, the root of its mean square
    ``l2``, both weighted by area, and its largest magnitude ``linf``.

    ``relative`` has the same three as parts of those of the second flow's values, nan where these are zero.
    """

    of_difference: tuple[float, float, float]
    of_reference: tuple[float, float, float]
    difference: Difference

    @property
    def l1(self) -> float:
        return self.of_difference[0]

    @property
    def l2(self) -> float:
        return self.of_difference[1]

    @property
    def linf(self) -> float:
        return self.of_difference[2]

    @property
    def relative(self) -> tuple[float, float, float]:
        pairs = zip(self.of_difference, self.of_reference, strict=True)
        return tuple(norm / size if size > 0 else math.nan for norm, size in pairs)


@dataclass(frozen=True)
class Profile:
    """A field along a straight line: ``values`` (n,) at ``position`` (n,), m along ``axis``; the line crosses the other
    axis at ``place`` (m). nan in bodies."""

    field: Field
    axis: str
    place: float
    time: float
    position: np.ndarray
    values: np.ndarray


@dataclass(frozen=True)
class Convergence:
    """Runs from coarse to fine: ``differences`` between neighbours, and the ``orders`` (l1, l2, linf) that each three
    show, nan where the differences do not shrink."""

    names: list[str]
    spacings: list[float]
    differences: list[Norms]
    orders: list[tuple[float, float, float]]


def common_time(sources: Sequence[Any]) -> float:
    """The latest time (s) that all sources have reached. Raises ConfigError if one has no snapshot."""
    runs = [as_run(source) for source in sources]
    return min(float(run.times[within(run)[-1]]) for run in runs)


def difference(a: Any, b: Any, field: str, *, time: float | None = None) -> Difference:
    """A field of ``a`` minus that of ``b``, at the snapshots nearest to a time (s).

    Parameters
    ----------
    a, b : runs, their paths, simulations or flows, on any grids that overlap.
    field : name of a field that both have.
    time : default the latest that both have reached.

    Raises ConfigError for an unknown field or domains that do not overlap.
    """
    time = common_time([a, b]) if time is None else time
    runs = [as_run(source) for source in (a, b)]
    flows = [as_flow(run, time=time) for run in runs]
    found, _ = (_field_of(run, flow, field) for run, flow in zip(runs, flows, strict=True))
    coarse = max(flows, key=lambda flow: flow.grid.spacing)
    y, x, area = _common_places(coarse.grid, [flow.grid for flow in flows], found.location)
    mine, other = (_values_at(flow, found, y, x) for flow in flows)
    moments = (flows[0].time, flows[1].time)
    return Difference(found, x, y, mine - other, other, area, moments, coarse.grid.spacing)


def norms(a: Any, b: Any, field: str, *, time: float | None = None) -> Norms:
    """Norms of a field of ``a`` minus that of ``b``; parameters and errors as :func:`difference`."""
    return difference(a, b, field, time=time).norms()


def convergence(sources: Sequence[Any], field: str, *, time: float | None = None) -> Convergence:
    """How the differences between ever finer runs shrink, with three or more resolutions.

    Of three spacings h1 > h2 > h3 with differences d12, d23 the order p solves
    d12 / d23 = (h1^p - h2^p) / (h2^p - h3^p) (Roache 1994, J. Fluids Eng. 116:405, for any ratios).

    Raises ConfigError for fewer than three different resolutions; others as :func:`difference`.
    """
    runs = sorted((as_run(source) for source in sources), key=lambda run: -run.grid.spacing)
    steps = [run.grid.spacing for run in runs]
    if len(runs) < 3 or any(fine > 0.999 * coarse for coarse, fine in pairwise(steps)):
        raise ConfigError("an observed order needs at least three runs, each on a finer grid than the last")
    time = common_time(runs) if time is None else time
    between = [norms(coarse, fine, field, time=time) for coarse, fine in pairwise(runs)]
    orders = [
        tuple(
            observed_order(steps[k : k + 3], pair)
            for pair in zip(one.of_difference, two.of_difference, strict=True)
        )
        for k, (one, two) in enumerate(pairwise(between))
    ]
    return Convergence([run.name for run in runs], steps, between, orders)


def observed_order(spacings: Sequence[float], differences: Sequence[float]) -> float:
    """The order that two differences between three spacings (coarse to fine) show; nan if there is none between 0
    and :data:`HIGHEST_ORDER`."""
    (h1, h2, h3), (d12, d23) = spacings, differences
    if not (d12 > 0 and d23 > 0):
        return math.nan

    def surplus(p: float) -> float:
        return (h1**p - h2**p) / (h2**p - h3**p) - d12 / d23

    low, high = 1e-6, HIGHEST_ORDER
    if not surplus(low) < 0 < surplus(high):
        return math.nan
    for _ in range(80):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if surplus(middle) < 0 else (low, middle)
    return 0.5 * (low + high)


def profile(
    source: Any, field: str, *, x: float | None = None, y: float | None = None, time: float | None = None
) -> Profile:
    """A field along the line of constant ``x`` or of constant ``y`` (m), one of which is given.

    ``time`` (s) chooses the nearest snapshot, default the last. The values of velocity and scalars on the walls at both
    ends belong to it. Raises ConfigError for an unknown field or a line outside the domain.
    """
    if (x is None) == (y is None):
        raise ConfigError("a profile runs along a line of constant x or of constant y: give one of them")
    flow = as_flow(source, time=time)
    found = lookup(field, flow.scalar_units)
    across, axis, place = ("x", "y", x) if y is None else ("y", "x", y)
    sides = getattr(flow.grid, f"{across}_f")
    if not sides[0] <= place <= sides[-1]:
        raise ConfigError(f"{across} = {place:g} is outside the domain: give {sides[0]:g} to {sides[-1]:g}")
    position = flow.grid.axes(found.location)[axis == "x"]
    here = np.array([float(place)])
    places = (position, here) if axis == "y" else (here, position)
    values = _values_at(flow, found, *places).ravel()
    low, high = _on_walls(flow, found, axis, here)
    faces = getattr(flow.grid, f"{axis}_f")
    position = np.concatenate([faces[:1][: low.size], position, faces[-1:][: high.size]])
    return Profile(found, axis, float(place), flow.time, position, np.concatenate([low, values, high]))


def _field_of(run: Any, flow: Flow, name: str) -> Field:
    """A field that a run must have. Raises ConfigError that names the run."""
    try:
        return lookup(name, flow.scalar_units)
    except ConfigError as error:
        raise ConfigError(f"{run.name}: {error}" if run.name else str(error)) from error


def _norms(values: np.ndarray, area: np.ndarray) -> tuple[float, float, float]:
    known = ~np.isnan(values)
    size, weight = np.abs(values[known]), area[known]
    if not size.size:
        raise ConfigError("there is no place where both flows have values: bodies hide everything")
    whole = weight.sum()
    return (
        float((size * weight).sum() / whole),
        float(np.sqrt((size**2 * weight).sum() / whole)),
        float(size.max()),
    )


def _common_places(grid: Grid, grids: Sequence[Grid], location: str):
    """The places of a location of ``grid`` inside all ``grids``: y (m,), x (n,), and the area of each (m, n)."""
    chosen = []
    for dim in LOCATIONS[location]:
        points, axis = getattr(grid, dim), dim[0]
        widths = getattr(grid, f"d{axis}")
        shares = node_shares(widths) if dim.endswith("_f") else widths
        low = max(getattr(one, f"{axis}_f")[0] for one in grids)
        high = min(getattr(one, f"{axis}_f")[-1] for one in grids)
        margin = 1e-9 * widths.min()
        inside = (points >= low - margin) & (points <= high + margin)
        if not inside.any():
            raise ConfigError("the domains do not overlap: there is nothing to compare")
        chosen.append((points[inside], shares[inside]))
    (y, height), (x, width) = chosen
    return y, x, height[:, None] * width


def _values_at(flow: Flow, field: Field, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """A field at the places ``y`` by ``x``, nan in bodies."""
    values = visible(flow, field)
    own_y, own_x = flow.grid.axes(field.location)
    if np.array_equal(own_y, y) and np.array_equal(own_x, x):
        return values
    ydim, xdim = LOCATIONS[field.location]
    smooth = _interpolated(flow.grid, values, (ydim, y), (xdim, x), 4)
    if not np.isnan(smooth).any():
        return smooth
    return np.where(np.isnan(smooth), _interpolated(flow.grid, values, (ydim, y), (xdim, x), 2), smooth)


def _interpolated(grid: Grid, values: np.ndarray, along_y, along_x, count: int) -> np.ndarray:
    """Interpolation along y and x by polynomials through ``count`` values; each of the two is (axis, places)."""
    j, wy = _lagrange(grid, *along_y, count)
    rows = _sum(wy[:, :, None], values[j])
    i, wx = _lagrange(grid, *along_x, count)
    return _sum(wx[:, :, None], rows.T[i]).T


def _sum(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Weighted sum over the second axis, in which a value of weight zero does not count even if it is nan."""
    return np.where(weights == 0, 0.0, weights * values).sum(axis=1)


def _lagrange(grid: Grid, dim: str, wanted: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices and weights (m, count) of the values around each wanted place of an axis (``x``, ``y_f`` ...)."""
    points = getattr(grid, dim)
    n, axis = points.size, dim[0]
    count = min(count, n)
    first = np.searchsorted(points, wanted, side="right") - count // 2
    if getattr(grid, f"periodic_{axis}"):
        length = getattr(grid, f"length_{axis}")
        period = n - 1 if dim.endswith("_f") else n
        indices = first[:, None] + np.arange(count)
        laps, indices = np.divmod(indices, period)
        around = points[indices] + laps * length
    else:
        indices = np.clip(first, 0, n - count)[:, None] + np.arange(count)
        around = points[indices]
    weights = np.ones(indices.shape)
    for k in range(count):
        for other in range(count):
            if other != k:
                weights[:, k] *= (wanted - around[:, other]) / (around[:, k] - around[:, other])
    return indices, weights


def _on_walls(flow: Flow, field: Field, axis: str, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values (1,) of the velocity along a wall, or of a scalar, at both ends of a profile along an axis; empty (0,)
    where nothing is known besides the field's own values."""
    names = ("bottom", "top") if axis == "y" else ("left", "right")
    along = "x" if axis == "y" else "y"
    if getattr(flow.grid, f"periodic_{axis}"):
        return np.empty(0), np.empty(0)
    if field.name == ("u" if axis == "y" else "v"):
        stored, dim = [getattr(flow, f"{field.name}_{name}") for name in names], f"{along}_f"
    elif field.name in flow.scalar_sides:
        stored, dim = [flow.scalar_sides[field.name][name] for name in names], along
    else:
        return np.empty(0), np.empty(0)
    indices, weights = _lagrange(flow.grid, dim, place, 4)
    low, high = ((side[indices] * weights).sum(axis=1) for side in stored)
    return low, high
