"""Modes of a run: proper orthogonal decomposition (POD) and dynamic mode decomposition (DMD).

Both need nothing of the snapshots but their inner products with each other, weighted by area, and then sums of
snapshots (Sirovich, Quarterly of Applied Mathematics 45, 1987). So snapshots are read in blocks, and however many
there are, memory holds two blocks and the modes. The price: what is known to round-off are squares of amplitudes, so
that modes weaker than about 1e-6 of the strongest are lost; they are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fluidgrad.analysis.averages import areas
from fluidgrad.analysis.masking import visible
from fluidgrad.analysis.sources import as_run, within
from fluidgrad.differences import ALONG_X, ALONG_Y
from fluidgrad.differences import mean as average
from fluidgrad.display import Displayed
from fluidgrad.errors import ConfigError
from fluidgrad.fields import lookup
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid

VELOCITY = "velocity"

LOST = 1e-12
"""Variance, relative to the largest, below which a mode is round-off."""

STILL = 1e-26
"""Variance, relative to the mean square, that is round-off of something steady."""

UNEVEN = 1e-3
"""Spread of the intervals between snapshots, relative to their mean, that DMD can bear."""

ALONG = ("u_bottom", "u_top", "v_left", "v_right")

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True, eq=False, repr=False)
class Modes(Displayed):
    """Fields that a run is made of, and what was taken away before, its mean or nothing.

    ``arrays`` maps names to values (m, ny, nx), m modes at the location of the field; for velocity there are ``u``,
    ``v``, what goes along with them in ``p``, and the velocity on the sides. In bodies they are zero.
    """

    grid: Grid
    name: str
    times: np.ndarray
    mean: Arrays
    arrays: Arrays
    distance: np.ndarray | None

    def __len__(self) -> int:
        return len(next(iter(self.arrays.values())))

    def flow(self, k: int) -> Flow:
        """A mode of the velocity as a flow, for pictures and further analysis; the real part of one of DMD.

        Raises ConfigError if the modes are those of another field.
        """
        return self._as_flow({name: np.real(q[k]) for name, q in self.arrays.items()})

    def mean_flow(self) -> Flow:
        """What was taken away from all snapshots, zero if nothing was; errors as :meth:`flow`."""
        return self._as_flow(self.mean)

    def _as_flow(self, arrays: Arrays) -> Flow:
        if self.name != VELOCITY:
            raise ConfigError(f"modes of {self.name} are no flow: their values are in arrays[{self.name!r}]")
        return Flow(self.grid, float(self.times[-1]), 0, **arrays, distance=self.distance)

    def _title(self) -> str:
        return f"{type(self).__name__} of {self.name}: {len(self)} mode{'s' * (len(self) != 1)}"

    def _rows(self) -> list[tuple[str, str]]:
        return [
            ("snapshots", f"{self.times.size}, t = {self.times[0]:.6g} to {self.times[-1]:.6g} s"),
            ("grid", f"{self.grid.nx} x {self.grid.ny} cells"),
        ]


@dataclass(frozen=True, eq=False, repr=False)
class Pod(Modes):
    """Orthonormal modes, strongest first: the mean over the area of the product of two is 1 or 0.

    ``coefficients`` (n, m): amplitude of each mode in each of the n snapshots. ``variance`` (m,): mean of the square of
    each over the snapshots (twice a kinetic energy if the modes are of velocity). ``total``: that of all modes, also
    those not computed, which is the variance of the snapshots.
    """

    coefficients: np.ndarray
    variance: np.ndarray
    total: float

    @property
    def share(self) -> np.ndarray:
        """Part of the variance in each mode, (m,)."""
        return self.variance / self.total

    def _rows(self) -> list[tuple[str, str]]:
        shares = ", ".join(f"{part:.2%}" for part in self.share[:6]) + ", ..." * (len(self) > 6)
        return [*super()._rows(), ("variance", shares)]


@dataclass(frozen=True, eq=False, repr=False)
class Dmd(Modes):
    """Complex modes that oscillate with one frequency each: ``x(t) = Re sum amplitude mode exp(exponent t)``, t from
    the first snapshot.

    ``exponents`` (m,), 1/s: growth rate plus i times angular frequency. ``amplitudes`` (m,), complex; the modes have a
    mean square of 1. Those with the largest amplitude come first.
    """

    exponents: np.ndarray
    amplitudes: np.ndarray

    @property
    def growth(self) -> np.ndarray:
        """Growth rate of each mode, 1/s, (m,)."""
        return self.exponents.real

    @property
    def frequency(self) -> np.ndarray:
        """Frequency of each mode, 1/s, with both signs, (m,)."""
        return self.exponents.imag / (2.0 * np.pi)

    def _rows(self) -> list[tuple[str, str]]:
        shown = ", ".join(f"{one:.4g}" for one in self.frequency[:6]) + ", ..." * (len(self) > 6)
        return [*super()._rows(), ("frequency", f"{shown} 1/s")]


def pod(
    source: Any,
    name: str = VELOCITY,
    modes: int = 10,
    *,
    start: float | None = None,
    end: float | None = None,
    subtract_mean: bool = True,
    memory: float = 512.0,
) -> Pod:
    """Proper orthogonal decomposition of the snapshots of a run.

    Parameters
    ----------
    source : a run, its path, or flows in a list.
    name : "velocity" for both components together, or any field.
    modes : how many; fewer if fewer stand above round-off.
    start, end : times (s) between which snapshots count; default all.
    subtract_mean : whether the mean of the snapshots is taken away first.
    memory : MB for snapshots; the fewer fit, the more often they are read.

    Raises
    ------
    ConfigError : fewer than two snapshots in that time, no such field, nothing changes, or no modes are wanted.
    """
    _check(modes)
    ensemble = _Ensemble(source, name, start, end, memory)
    mean = ensemble.mean() if subtract_mean else ensemble.zero()
    gram, count = ensemble.products(mean), len(ensemble)
    values, vectors = np.linalg.eigh(gram)
    values, vectors = values[::-1], vectors[:, ::-1]
    if not values[0] > STILL * count * ensemble.inner({name: q[None] for name, q in mean.items()}).item():
        raise ConfigError(f"{name} does not change between the snapshots: it has no modes")
    kept = min(modes, int(np.sum(values > LOST * values[0])))
    mix = vectors[:, :kept] / np.sqrt(values[:kept])
    arrays = ensemble.mixed(mix, mean)
    # Round-off of the products leaves a share of the strong modes in weak ones: one more step takes it out.
    turn = np.linalg.inv(np.linalg.cholesky(ensemble.inner(arrays))).T
    arrays = {name: np.tensordot(turn.T, q, 1) for name, q in arrays.items()}
    coefficients = gram @ mix @ turn
    return Pod(
        *ensemble.facts(mean, arrays),
        coefficients=coefficients,
        variance=np.mean(coefficients**2, axis=0),
        total=float(np.trace(gram)) / count,
    )


def dmd(
    source: Any,
    name: str = VELOCITY,
    modes: int = 10,
    *,
    rank: int | None = None,
    start: float | None = None,
    end: float | None = None,
    subtract_mean: bool = False,
    memory: float = 512.0,
) -> Dmd:
    """Exact dynamic mode decomposition of a run (Tu et al., Journal of Computational Dynamics 1, 2014).

    Parameters
    ----------
    rank : how many POD modes of the snapshots the dynamics is sought in; default all above round-off.
    modes : how many of the modes found are returned, those of the largest amplitude.

    The others are as in :func:`pod`. Amplitudes are those that fit the first snapshot best.

    Raises
    ------
    ConfigError : as :func:`pod`, or the snapshots are not evenly spaced in time.
    """
    _check(modes, rank)
    ensemble = _Ensemble(source, name, start, end, memory)
    steps = np.diff(ensemble.times)
    if not steps.min() > 0 or np.ptp(steps) > UNEVEN * steps.mean():
        raise ConfigError(
            f"DMD needs evenly spaced snapshots; these are {steps.min():g} to {steps.max():g} s apart: "
            "choose others by start and end"
        )
    mean = ensemble.mean() if subtract_mean else ensemble.zero()
    gram = ensemble.products(mean)
    values, vectors = np.linalg.eigh(gram[:-1, :-1])
    values, vectors = values[::-1], vectors[:, ::-1]
    kept = int(np.sum(values > LOST * values[0])) if values[0] > 0.0 else 0
    if not kept:
        raise ConfigError(f"{name} is zero in all snapshots: it has no modes")
    kept = kept if rank is None else min(rank, kept)
    basis = vectors[:, :kept] / np.sqrt(values[:kept])
    eigenvalues, directions = np.linalg.eig(basis.T @ gram[:-1, 1:] @ basis)
    alive = np.abs(eigenvalues) > np.sqrt(LOST)
    eigenvalues, mix = eigenvalues[alive], basis @ directions[:, alive]
    later, first = gram[1:, 1:], gram[1:, 0]
    mix = mix / np.sqrt(np.einsum("ik,ij,jk->k", mix.conj(), later, mix).real)
    amplitudes = np.linalg.lstsq(mix.conj().T @ later @ mix, mix.conj().T @ first, rcond=None)[0]
    order = np.argsort(-np.abs(amplitudes), kind="stable")[:modes]
    arrays = ensemble.mixed(np.vstack([np.zeros(order.size), mix[:, order]]), mean)
    return Dmd(
        *ensemble.facts(mean, arrays),
        # Of a mode that changes its sign from snapshot to snapshot the eigenvalue is real and negative.
        exponents=np.log(eigenvalues[order].astype(complex)) / steps.mean(),
        amplitudes=amplitudes[order].astype(complex),
    )


def _check(modes: int, rank: int | None = None) -> None:
    if modes < 1 or (rank is not None and rank < 1):
        raise ConfigError(f"modes {modes}, rank {rank}: ask for one at least")


class _Ensemble:
    """The snapshots of a run as vectors: products and sums of them, a block in memory at a time."""

    def __init__(self, source: Any, name: str, start: float | None, end: float | None, memory: float):
        self.run, self.name = as_run(source), name
        self.chosen = within(self.run, start, end, fewest=2)
        self.grid, self.times = self.run.grid, np.asarray(self.run.times, float)[self.chosen]
        self._weigh()
        size = sum(q.nbytes for q in self.zero().values())
        self.block = max(1, int(0.5e6 * memory / size))

    def _weigh(self) -> None:
        """Share of the area of each value that counts, zero where a body is at any time, and that of the nodes."""
        first = self.run.flow(int(self.chosen[0]))
        if self.name == VELOCITY:
            self.locations = {"u": "x-face", "v": "y-face"}
        else:
            self.locations = {self.name: lookup(self.name, first.scalar_units).location}
        self.distance = first.distance
        area = self.grid.length_x * self.grid.length_y
        self.weights = {name: areas(self.grid, at) / area for name, at in self.locations.items()}
        if first.distance is None:
            return
        for k in self.chosen:
            flow = self.run.flow(int(k))
            self.distance = np.minimum(self.distance, flow.distance)
            for name, weights in self.weights.items():
                weights[np.isnan(visible(flow, lookup(name, flow.scalar_units)))] = 0.0

    def __len__(self) -> int:
        return self.chosen.size

    def vector(self, k: int) -> Arrays:
        """The k-th of the chosen snapshots."""
        flow = self.run.flow(int(self.chosen[k]))
        if self.name == VELOCITY:
            return {name: np.nan_to_num(getattr(flow, name)) for name in ("u", "v", "p", *ALONG)}
        return {self.name: np.nan_to_num(visible(flow, lookup(self.name, flow.scalar_units)))}

    def zero(self) -> Arrays:
        return {name: np.zeros_like(q) for name, q in self.vector(0).items()}

    def mean(self) -> Arrays:
        """Mean of all snapshots."""
        total = self.zero()
        for k in range(len(self)):
            for name, q in self.vector(k).items():
                total[name] += q / len(self)
        return total

    def _rows(self, low: int, mean: Arrays) -> np.ndarray:
        """A block of snapshots less the mean, times the roots of the weights: (block, values)."""
        high = min(low + self.block, len(self))
        vectors = [self.vector(k) for k in range(low, high)]
        roots = {name: np.sqrt(q) for name, q in self.weights.items()}
        return np.array(
            [np.concatenate([(x[name] - mean[name]).ravel() * root.ravel() for name, root in roots.items()])
             for x in vectors]
        )  # fmt: skip

    def products(self, mean: Arrays) -> np.ndarray:
        """Inner products (n, n) of all snapshots less the mean: means over the area."""
        gram = np.empty((len(self), len(self)))
        for low in range(0, len(self), self.block):
            rows = self._rows(low, mean)
            for other in range(low, len(self), self.block):
                columns = rows if other == low else self._rows(other, mean)
                part = rows @ columns.T
                gram[low : low + len(rows), other : other + len(columns)] = part
                gram[other : other + len(columns), low : low + len(rows)] = part.T
        return gram

    def mixed(self, mix: np.ndarray, mean: Arrays) -> Arrays:
        """Sums of the snapshots less the mean with the factors ``mix`` (n, m): arrays (m, ...)."""
        total = {name: np.zeros((mix.shape[1], *q.shape), mix.dtype) for name, q in mean.items()}
        for k in range(len(self)):
            for name, q in self.vector(k).items():
                total[name] += np.multiply.outer(mix[k], q - mean[name])
        for name, weights in self.weights.items():
            total[name] *= weights > 0.0
        if self.name == VELOCITY and self.distance is not None:
            total["p"] *= average(average(self.distance, ALONG_X), ALONG_Y) >= 0.0
        return total

    def inner(self, arrays: Arrays) -> np.ndarray:
        """Products (m, m) of m fields with each other: means over the area."""
        return sum(
            np.einsum("kji,ji,lji->kl", arrays[name], q, arrays[name]) for name, q in self.weights.items()
        )

    def facts(self, mean: Arrays, arrays: Arrays) -> tuple:
        """What :class:`Modes` holds, in its order."""
        return self.grid, self.name, self.times, mean, arrays, self.distance
