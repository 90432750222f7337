"""An instant of a flow, as files, analysis and pictures see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np

from fluidgrad.display import Displayed
from fluidgrad.errors import ConfigError
from fluidgrad.grid import Grid

NOTHING: Mapping = MappingProxyType({})


@dataclass(frozen=True, eq=False, repr=False)
class Flow(Displayed):
    """Velocity, pressure and scalars at one time, without halos, with what is needed on the sides.

    ``u`` (ny, nx + 1) on x-faces and ``v`` (ny + 1, nx) on y-faces in m/s; ``p`` (ny, nx) at centres,
    kinematic pressure in m2/s2. The tangential velocity on the sides makes derivatives there exact for
    the scheme: ``u_bottom``, ``u_top`` (nx + 1,) at ``x_f``; ``v_left``, ``v_right`` (ny + 1,) at
    ``y_f``. Across a periodic side it is the mean of the two neighbours.

    ``distance`` (ny + 1, nx + 1) is the signed distance of the nodes from the nearest wall of all bodies in
    m, negative in solids; None if there are no bodies. ``scalars`` maps the name of each transported scalar
    to its values (ny, nx) at centres, ``scalar_sides`` to its values on the sides ``left``, ``right`` (ny,)
    and ``bottom``, ``top`` (nx,), and ``scalar_units`` to its units and a name for labels
    (:data:`fluidgrad.fields.ScalarUnits`). ``particles`` maps the name of each set of particles to their
    attributes, ``x`` and ``y`` (n,) in m among them.
    """

    grid: Grid
    time: float
    step: int
    u: np.ndarray
    v: np.ndarray
    p: np.ndarray
    u_bottom: np.ndarray
    u_top: np.ndarray
    v_left: np.ndarray
    v_right: np.ndarray
    distance: np.ndarray | None = None
    scalars: dict[str, np.ndarray] = field(default_factory=dict)
    scalar_sides: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    scalar_units: dict[str, tuple] = field(default_factory=dict)
    particles: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        grid: Grid,
        u: np.ndarray,
        v: np.ndarray,
        p: np.ndarray | float = 0.0,
        *,
        time: float = 0.0,
        step: int = 0,
        sides: Mapping[str, np.ndarray | float] = NOTHING,
        distance: np.ndarray | None = None,
        scalars: Mapping[str, np.ndarray] = NOTHING,
    ) -> Flow:
        """A flow from plain arrays, for analysis and pictures of data from elsewhere.

        Parameters
        ----------
        u, v : velocity (m/s) on the faces, (ny, nx + 1) and (ny + 1, nx), or both at the centres, (ny, nx). Those at
            centres are interpolated to the faces by cubics, and so continued to sides that are not periodic.
        p : kinematic pressure (m2/s2) at the centres, (ny, nx).
        sides : tangential velocity on sides that are not periodic: ``u_bottom``, ``u_top`` (nx + 1,), ``v_left``,
            ``v_right`` (ny + 1,); where it is not given the velocity inside is continued to the side.
        distance : signed distance of the nodes from bodies (ny + 1, nx + 1), m.
        scalars : name -> values (ny, nx) at the centres; their values on sides are those next to them.

        Raises
        ------
        ConfigError : an array does not have the shape of its place on the grid.
        """
        u, v = np.asarray(u, float), np.asarray(v, float)
        if u.shape == v.shape == grid.shape("centre"):
            u, v = _to_faces(u, grid, 1), _to_faces(v, grid, 0)
        p = np.broadcast_to(np.asarray(p, float), grid.shape("centre"))
        given = [("u", u, "x-face"), ("v", v, "y-face"), ("p", p, "centre")]
        given += [("distance", np.asarray(distance), "node")] if distance is not None else []
        given += [(name, np.asarray(c), "centre") for name, c in scalars.items()]
        for name, values, location in given:
            if values.shape != grid.shape(location):
                raise ConfigError(
                    f"{name} has the shape {values.shape}; on this grid a {location} field has {grid.shape(location)}"
                )
        along = {
            **dict(zip(("u_bottom", "u_top"), _ends(u, grid, 0), strict=True)),
            **dict(zip(("v_left", "v_right"), _ends(v, grid, 1), strict=True)),
        }
        for name, values in sides.items():
            if name not in along:
                raise ConfigError(f"sides: {name!r} is none of {', '.join(along)}")
            along[name] = np.broadcast_to(np.asarray(values, float), along[name].shape)
        beside = {
            name: {"left": c[:, 0], "right": c[:, -1], "bottom": c[0], "top": c[-1]}
            for name, c in ((name, np.asarray(c, float)) for name, c in scalars.items())
        }
        carried = {name: np.asarray(c, float) for name, c in scalars.items()}
        units = dict.fromkeys(scalars, ("1", ""))
        return cls(grid, time, step, u, v, p, **along, distance=distance, scalars=carried,
                   scalar_sides=beside, scalar_units=units)  # fmt: skip

    @cached_property
    def fastest(self) -> float:
        """Largest velocity component on any face, m/s."""
        return max(float(np.max(np.abs(q), where=~np.isnan(q), initial=0.0)) for q in (self.u, self.v))

    def padded_velocity(self) -> tuple[np.ndarray, np.ndarray]:
        """``u`` with a ghost row below and above, (ny + 2, nx + 1), and ``v`` with a ghost column left and
        right, (ny + 1, nx + 2), such that the mean of ghost and neighbour is the velocity on the side."""
        u = np.vstack([2 * self.u_bottom - self.u[0], self.u, 2 * self.u_top - self.u[-1]])
        v = np.column_stack([2 * self.v_left - self.v[:, 0], self.v, 2 * self.v_right - self.v[:, -1]])
        return u, v

    def _title(self) -> str:
        return f"Flow at t = {self.time:.6g} s"

    def _rows(self) -> list[tuple[str, str]]:
        rows = [
            ("grid", f"{self.grid.nx} x {self.grid.ny} cells"),
            *((axis, self.grid.extent(axis)) for axis in ("x", "y")),
            ("step", str(self.step)),
            ("fields", ", ".join(("u", "v", "p", *self.scalars))),
        ]
        if self.distance is not None:
            rows.append(("bodies", "distance from their walls"))
        if self.particles:
            rows.append(("particles", ", ".join(self.particles)))
        return rows


def _axis(grid: Grid, axis: int) -> tuple[np.ndarray, np.ndarray, bool, float]:
    """Faces, centres, whether periodic, and length of the domain along an axis (0 is y)."""
    if axis == 1:
        return grid.x_f, grid.x, grid.periodic_x, grid.length_x
    return grid.y_f, grid.y, grid.periodic_y, grid.length_y


def _to_faces(values: np.ndarray, grid: Grid, axis: int) -> np.ndarray:
    """Values at centres, interpolated along an axis to the faces by the cubic through the four nearest: good enough
    to be differenced across cells, sides included."""
    faces, centres, periodic, length = _axis(grid, axis)
    q = np.moveaxis(values, axis, 0)
    if periodic:
        around = np.arange(-2, centres.size + 2)
        q = q[around % centres.size]
        centres = centres[around % centres.size] + length * (around // centres.size)
    count = min(4, centres.size)
    first = np.clip(np.searchsorted(centres, faces) - count // 2, 0, centres.size - count)
    on_faces = np.zeros((faces.size, *q.shape[1:]))
    for k in range(count):
        others = [centres[first + m] for m in range(count) if m != k]
        share = np.prod([(faces - other) / (centres[first + k] - other) for other in others], axis=0)
        on_faces += share.reshape((-1,) + (1,) * (values.ndim - 1)) * q[first + k]
    if periodic:
        on_faces[-1] = on_faces[0]  # the same place, to the last bit
    return np.moveaxis(on_faces, 0, axis)


def _ends(values: np.ndarray, grid: Grid, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Values on the first and the last side of an axis along which ``values`` lie at centres."""
    if _axis(grid, axis)[2]:
        lines = np.moveaxis(values, axis, 0)
        middle = 0.5 * (lines[0] + lines[-1])
        return middle, middle.copy()
    on_faces = np.moveaxis(_to_faces(values, grid, axis), axis, 0)
    return on_faces[0].copy(), on_faces[-1].copy()
