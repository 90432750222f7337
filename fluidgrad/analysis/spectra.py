"""Spectra: what share of kinetic energy, enstrophy or any variance eddies of each size have.

On a grid of equal cells whose sides are joined the Fourier modes are exact, and a spectrum sums to the mean square
over the box to round-off (Parseval): for kinetic energy half the mean of squares on the faces, which is the energy
that the scheme conserves, for enstrophy half the mean square of the vorticity on the nodes. Modes are gathered in
shells of width ``2 pi / L``, L the longer side, around its multiples.

Along a direction that is not periodic, or whose cells are not equal, values are first brought to equal cells
(by a cubic spline) and tapered by a window towards the ends, after their mean was taken away;
the result is then an estimate, and says so (``windowed``, ``note``). The mean itself is in the shell at zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fluidgrad.analysis.averages import shares
from fluidgrad.analysis.masking import continued, visible
from fluidgrad.analysis.sources import as_flow
from fluidgrad.differences import mean as mean_of_neighbours
from fluidgrad.errors import ConfigError
from fluidgrad.fields import lookup, velocity_at_centres
from fluidgrad.flow import Flow
from fluidgrad.grid import LOCATIONS, Grid

DIRECTIONS = ("x", "y", "xy")
"""Wave numbers along x, along y, or the length of both, in shells."""


@dataclass(frozen=True, eq=False)
class Spectrum:
    """A spectrum over wave numbers ``k`` (n,), rad/m, ``width`` apart.

    ``content`` (n,) is what each shell adds to the mean square, ``density = content / width`` the spectrum itself:
    E(k) in m3/s2 for energy, m/s2 for enstrophy. ``modes`` (n,) counts the Fourier modes in each shell. ``along`` is
    one of :data:`DIRECTIONS`. ``windowed`` tells that it is an estimate, ``note`` how it was made.
    """

    k: np.ndarray
    content: np.ndarray
    modes: np.ndarray
    width: float
    along: str
    quantity: str
    windowed: bool = False
    note: str = "exact"

    @property
    def density(self) -> np.ndarray:
        """Content per wave number, (n,)."""
        return self.content / self.width

    @property
    def total(self) -> float:
        """Sum of all shells: the mean energy, enstrophy or mean square."""
        return float(self.content.sum())


def energy_spectrum(
    source: Any,
    index: int = -1,
    *,
    time: float | None = None,
    along: str | None = None,
    window: str = "hann",
) -> Spectrum:
    """Spectrum of kinetic energy, m2/s2 per shell.

    Parameters
    ----------
    source, index, time : a flow, or a run and which snapshot of it.
    along : "x" or "y" for one-dimensional spectra, averaged over the other direction, "xy" for shells of both; left
        out: both, or the periodic direction if there is only one.
    window : taper along directions that are not periodic, any name that :func:`scipy.signal.get_window` knows.

    Raises ConfigError if there is no such direction or window, of a field nothing but bodies.
    """
    flow = as_flow(source, index, time=time)
    along = _along(flow.grid, along)
    if is_exact(flow.grid, along):
        parts = [(flow.u, "x-face"), (flow.v, "y-face")]
    else:
        parts = [(values, "centre") for values in velocity_at_centres(flow)]
    note = "bodies count as fluid that moves with them" if flow.distance is not None else ""
    return _sum([_of(*part, flow.grid, along, window) for part in parts], 0.5, "kinetic energy", note)


def enstrophy_spectrum(
    source: Any,
    index: int = -1,
    *,
    time: float | None = None,
    along: str | None = None,
    window: str = "hann",
) -> Spectrum:
    """Spectrum of enstrophy, half the square of vorticity, 1/s2 per shell; parameters as :func:`energy_spectrum`."""
    return _of_field(as_flow(source, index, time=time), "vorticity", along, window, 0.5, "enstrophy")


def field_spectrum(
    source: Any,
    name: str,
    index: int = -1,
    *,
    time: float | None = None,
    along: str | None = None,
    window: str = "hann",
) -> Spectrum:
    """Spectrum of the square of any field; sums to its mean square. Parameters as :func:`energy_spectrum`.

    Raises ConfigError if there is no field of that name.
    """
    return _of_field(as_flow(source, index, time=time), name, along, window, 1.0, f"square of {name}")


def spectrum(values: np.ndarray, grid: Grid, *, along: str | None = None, window: str = "hann") -> Spectrum:
    """Spectrum of the square of an array at the centres (ny, nx); parameters as :func:`energy_spectrum`.

    Raises ConfigError for another shape or values that are not finite.
    """
    values, along = np.asarray(values, float), _along(grid, along)
    if values.shape != grid.shape("centre") or not np.isfinite(values).all():
        raise ConfigError(f"a spectrum needs finite values at the centres, of shape {grid.shape('centre')}")
    return _sum([_of(values, "centre", grid, along, window)], 1.0, "square", "")


# How each direction is treated --------------------------------------------------------------------------


def _along(grid: Grid, asked: str | None) -> str:
    if asked is None:
        periodic = (grid.periodic_x, grid.periodic_y)
        return {(True, False): "x", (False, True): "y"}.get(periodic, "xy")
    if asked not in DIRECTIONS:
        raise ConfigError(f"along: {asked!r} is none of {', '.join(DIRECTIONS)}")
    return asked


def _joined(grid: Grid, axis: str) -> bool:
    """Whether Fourier modes along an axis are exact."""
    return bool(getattr(grid, f"periodic_{axis}") and getattr(grid, f"uniform_{axis}"))


def is_exact(grid: Grid, along: str) -> bool:
    """Whether Fourier modes along x, y or both are exact: joined sides, equal cells."""
    return all(_joined(grid, axis) for axis in along)


def _of_field(
    flow: Flow, name: str, along: str | None, window: str, factor: float, quantity: str
) -> Spectrum:
    """The spectrum of the square of a field; bodies are filled with its mean, which adds nothing but to that."""
    field, along, note = lookup(name, flow.scalar_units), _along(flow.grid, along), ""
    values, location = visible(flow, field), field.location
    hidden = np.isnan(values)
    if hidden.all():
        raise ConfigError(f"{name} has no value anywhere: nothing but bodies")
    if hidden.any():
        values, note = np.where(hidden, values[~hidden].mean(), values), "bodies are filled with the mean"
    if not is_exact(flow.grid, along):
        for axis, dim in enumerate(LOCATIONS[location]):
            values = mean_of_neighbours(values, axis) if dim.endswith("_f") else values
        location = "centre"
    return _sum([_of(values, location, flow.grid, along, window)], factor, quantity, note)


def _sum(spectra: list[Spectrum], factor: float, quantity: str, more: str) -> Spectrum:
    first = spectra[0]
    note = "; ".join(text for text in (first.note, more) if text)
    content = factor * sum(one.content for one in spectra)
    return Spectrum(first.k, content, first.modes, first.width, first.along, quantity, first.windowed, note)


def _of(values: np.ndarray, location: str, grid: Grid, along: str, window: str) -> Spectrum:
    """The spectrum of the mean square of one array."""
    across = "".join(axis for axis in "yx" if axis not in along)
    values, mean, notes = _prepared(values, location, grid, along, window)
    squares, mean = _mode_squares(values, along), mean**2
    if across:
        axis = "yx".index(across)
        weights = shares(grid, LOCATIONS[location][axis])[: values.shape[axis]]
        squares, mean = (np.average(q, axis=axis, weights=weights) for q in (squares, mean))
    number, width, size = shells(grid, along, squares.shape)
    content = np.bincount(number, squares.ravel(), minlength=size)
    content[0] += mean.item()
    modes = np.bincount(number, minlength=size)
    note = "; ".join(notes) or "exact"
    return Spectrum(width * np.arange(size), content, modes, width, along, "", bool(notes), note)


def _prepared(values, location: str, grid: Grid, along: str, window: str):
    """Values ready for the transforms, the mean that was taken away (zero if none), and notes on what was done."""
    notes, tapers = [], []
    for axis in along:
        number = "yx".index(axis)
        if _joined(grid, axis):
            if LOCATIONS[location][number].endswith("_f"):
                values = np.delete(values, -1, axis=number)
            continue
        if not getattr(grid, f"uniform_{axis}"):
            values = evenly(values, getattr(grid, axis), number, _equal_centres(getattr(grid, f"{axis}_f")))
            notes.append(f"brought to equal cells along {axis}")
        notes.append(f"{window} window along {axis}")
        tapers.append((number, values.shape[number]))
    mean = values.mean(axis=tuple("yx".index(axis) for axis in along), keepdims=True)
    if not tapers:
        return values, np.zeros_like(mean), notes
    values = values - mean
    for number, size in tapers:
        taper = _taper(window, size)
        taper /= np.sqrt(np.mean(taper**2))
        values = values * (taper[:, None] if number == 0 else taper)
    return values, mean, notes


def _taper(window: str, size: int) -> np.ndarray:
    from scipy.signal import get_window

    try:
        return get_window(window, size)
    except ValueError as error:
        raise ConfigError(f"there is no window {window!r}: {error}") from None


def _equal_centres(faces: np.ndarray) -> np.ndarray:
    """Centres of equal cells, as many, between the first and the last face."""
    edges = np.linspace(faces[0], faces[-1], faces.size)
    return 0.5 * (edges[1:] + edges[:-1])


def evenly(values: np.ndarray, places: np.ndarray, axis: int, onto: np.ndarray | None = None) -> np.ndarray:
    """Values at increasing places along an axis, on others by a cubic spline; default as many, evenly spaced. NaN
    where a neighbour is."""
    from scipy.interpolate import CubicSpline

    onto = np.linspace(places[0], places[-1], places.size) if onto is None else onto
    empty = np.isnan(values)
    result = CubicSpline(places, continued(values), axis=axis)(onto)
    if empty.any():
        hidden = np.apply_along_axis(lambda gap: np.interp(onto, places, gap), axis, empty.astype(float))
        result[hidden > 0.0] = np.nan
    return result


def _mode_squares(values: np.ndarray, along: str) -> np.ndarray:
    """Squares of the Fourier amplitudes; their sum over modes is the mean square (Parseval)."""
    axes = tuple("yx".index(axis) for axis in along)
    count = np.prod([values.shape[axis] for axis in axes])
    return np.abs(np.fft.fftn(values, axes=axes)) ** 2 / float(count) ** 2


def shells(grid: Grid, along: str, shape: tuple[int, ...]) -> tuple[np.ndarray, float, int]:
    """Number of the shell of every mode, width of the shells (rad/m), and how many there are."""
    lengths = [grid.length_x if axis == "x" else grid.length_y for axis in along]
    longest = max(lengths)
    whole = [np.fft.fftfreq(n, 1.0 / n) for n in shape]
    if along == "xy":
        kx, ky = whole[1] * (longest / lengths[0]), whole[0] * (longest / lengths[1])
        number = np.rint(np.hypot(kx[None, :], ky[:, None])).astype(int).ravel()
    else:
        number = np.abs(np.rint(whole[0])).astype(int)
    return number, 2.0 * np.pi / longest, int(number.max()) + 1
