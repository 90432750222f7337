"""Moments that grow sample by sample; they hold a few fields, however many samples there are."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from fluidgrad.analysis.moments import Moments, described, is_signed, on_sides
from fluidgrad.fields import ScalarUnits, at_centres, lookup
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid

ALONG = ("u_bottom", "u_top", "v_left", "v_right")
"""Velocity along the sides, in a :class:`~fluidgrad.flow.Flow`."""

SIDES = ("left", "right", "bottom", "top")

HERE, FROM_X, FROM_Y = (0, 0), (0, 1), (1, 0)
"""Offsets of the second of the two values whose mean enters a product: itself, or the next face along x or y."""


class RunningMoments:
    """Means and products of fluctuations of a flow; see :mod:`fluidgrad.analysis.moments`.

    Parameters
    ----------
    grid : of the flows.
    scalars : the transported scalars, :attr:`Flow.scalar_units`.
    fields : other fields whose mean and variance are kept; ``"p"`` makes the mean flow have a pressure.
    stresses : whether there are products of velocity and transported scalars.
    bodies : whether the flows have bodies.
    """

    def __init__(
        self,
        grid: Grid,
        scalars: ScalarUnits,
        fields: Iterable[str] = (),
        stresses: bool = True,
        bodies: bool = False,
    ):
        primary = ("u", "v", *scalars)
        self.grid, self.scalars, self.bodies = grid, dict(scalars), bodies
        self.fields = tuple(dict.fromkeys(name for name in fields if name not in primary))
        for name in self.fields:
            lookup(name, scalars)
        self.products = self._products(stresses)
        self.reset()

    def reset(self) -> None:
        """Forget all samples."""
        shapes = {name: (1, getattr(self.grid, f"{'xy'[name[0] == 'v']}_f").size) for name in ALONG}
        shapes |= {"u": self.grid.shape("x-face"), "v": self.grid.shape("y-face")}
        centre = self.grid.shape("centre")
        shapes |= dict.fromkeys((*self.scalars, *self.fields), centre)
        for name in self.scalars:
            shapes |= {f"{name}_{side}": (1, centre[side in ("bottom", "top")]) for side in SIDES}
        self._mean, self._last, self._next = (
            {name: np.zeros(shape) for name, shape in shapes.items()} for _ in range(3)
        )
        self._total = {name: np.zeros(self._shape(name)) for name in self.products}
        self._distance = np.full(self.grid.shape("node"), np.inf) if self.bodies else None
        self._clock = np.zeros(5)
        """Time of the first and the last sample, time between them (s), number of samples, step of the last; one array,
        so that it goes through checkpoints with the others."""

    def _products(self, stresses: bool) -> dict[str, tuple]:
        """Name of each product -> its two factors and their offsets."""
        table = {}
        if stresses:
            table = {
                "uu": ("u", HERE, "u", HERE),
                "vv": ("v", HERE, "v", HERE),
                "uv": ("u", FROM_X, "v", FROM_Y),
            }
            for name in self.scalars:
                table[f"u_{name}"] = ("u", FROM_X, name, HERE)
                table[f"v_{name}"] = ("v", FROM_Y, name, HERE)
                table[f"variance_{name}"] = (name, HERE, name, HERE)
        return table | {f"variance_{name}": (name, HERE, name, HERE) for name in self.fields}

    def _shape(self, product: str) -> tuple[int, int]:
        return self.grid.shape({"uu": "x-face", "vv": "y-face"}.get(product, "centre"))

    def add(self, flow: Flow) -> None:
        """Take in the next instant, which stands for half of the time since the last one and half of that to the
        next. Nothing of the flow is kept but copies."""
        self._sample(flow)
        if self._distance is not None:
            np.minimum(self._distance, flow.distance, out=self._distance)
        first, last, span, count, _ = self._clock
        if count:
            self._merge(span, flow.time - last)
        else:
            first = last = flow.time
        self._last, self._next = self._next, self._last
        self._clock[:] = first, flow.time, span + (flow.time - last), count + 1, flow.step

    def _sample(self, flow: Flow) -> None:
        """Copy what is averaged."""
        values = {name: getattr(flow, name) for name in ("u", "v", *ALONG)}
        for name in self.scalars:
            values[name] = flow.scalars[name]
            values |= {f"{name}_{side}": flow.scalar_sides[name][side] for side in SIDES}
        values |= {name: flow.p if name == "p" else at_centres(flow, name) for name in self.fields}
        for name, q in values.items():
            self._next[name][...] = q

    def _merge(self, span: float, dt: float) -> None:
        from fluidgrad.analysis.kernels.moments import merge_mean, merge_product, merge_square

        share = dt / (span + dt)
        within, between = 0.25 * dt, span * share
        old, new, mean = self._last, self._next, self._mean
        for name, (x, at_x, y, at_y) in self.products.items():
            total = self._total[name]
            if x == y:
                merge_square(total, old[x], new[x], mean[x], within, between)
            else:
                factors = (old[x], new[x], mean[x], *at_x, old[y], new[y], mean[y], *at_y)
                merge_product(total, *factors, within, between)
        for name, values in mean.items():
            merge_mean(values, old[name], new[name], share)

    def arrays(self) -> dict[str, np.ndarray]:
        """All that is needed to go on, bit for bit; the names do not depend on how far it has come."""
        table = {f"mean_{name}": q for name, q in self._mean.items()}
        table |= {f"last_{name}": q for name, q in self._last.items()}
        table |= {f"total_{name}": q for name, q in self._total.items()}
        table |= {"distance": self._distance} if self._distance is not None else {}
        return table | {"clock": self._clock}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Go on from what :meth:`arrays` gave. Raises ValueError if an array has another shape."""
        for name, q in self.arrays().items():
            if arrays[name].shape != q.shape:
                raise ValueError(f"{name} has the shape {arrays[name].shape}, expected {q.shape}")
            q[...] = arrays[name]

    @property
    def samples(self) -> int:
        """Number of samples so far."""
        return int(self._clock[3])

    def result(self) -> Moments:
        """The moments so far; of a single sample the means are the sample, the fluctuations zero."""
        first, last, span, count, step = (float(value) for value in self._clock)
        mean = {name: q.copy() for name, q in (self._mean if span else self._last).items()}
        moments = {f"mean_{name}": mean[name] for name in self.fields if name != "p"}
        moments |= {name: total / span if span else total.copy() for name, total in self._total.items()}
        if "uu" in moments:
            moments["uu"] = 0.5 * (moments["uu"][:, 1:] + moments["uu"][:, :-1])
            moments["vv"] = 0.5 * (moments["vv"][1:] + moments["vv"][:-1])
            moments["tke"] = 0.5 * (moments["uu"] + moments["vv"])
        flow = Flow(
            self.grid, last, int(step), mean["u"], mean["v"],
            mean["p"] if "p" in self.fields else np.full(self.grid.shape("centre"), np.nan),
            **{name: mean[name][0] for name in ALONG},
            distance=None if self._distance is None else self._distance.copy(),
            scalars={name: mean[name] for name in self.scalars} | moments,
            scalar_sides={name: {side: mean[f"{name}_{side}"][0] for side in SIDES} for name in self.scalars}
            | {name: on_sides(values, self.grid) for name, values in moments.items()},
            scalar_units=self.scalars
            | {name: (*described(name, self.scalars), is_signed(name, self.scalars)) for name in moments},
        )  # fmt: skip
        return Moments(flow, first, last, int(count), tuple(self.scalars))
