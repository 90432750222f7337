"""The staggered grid: where every number lives.

A rectangle of ``nx`` by ``ny`` cells, uniform or stretched in either direction. Arrays are
``q[j, i]``, j along y and i along x. Marker-and-cell arrangement (Harlow & Welch 1965)::

        node -- v[j+1, i] -- node
         |                    |
      u[j, i]    p[j, i]   u[j, i+1]
         |                    |
        node --- v[j, i] --- node

so the *west* face of a cell and its *south* face carry the cell's own index.

Two kinds of array:

* **padded**, what the solver works on: shape ``(ny + 2*H, nx + 2*H)`` for every field whatever its
  location, ``H`` layers of halo around the cells; the east and north boundary faces sit in the first
  halo layer (index ``H + nx``, ``H + ny``).
* **plain**, what users, files and analysis see: no halo, the shape of the location
  (see :data:`LOCATIONS`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from fluidgrad.display import Displayed

H = 2
"""Halo layers around the cells; two serve the widest stencil (limited upwind interpolation)."""

LOCATIONS = {
    "centre": ("y", "x"),
    "x-face": ("y", "x_f"),
    "y-face": ("y_f", "x"),
    "node": ("y_f", "x_f"),
}
"""Location on the cell -> names of its two axes; ``x``, ``y`` are centres, ``x_f``, ``y_f`` faces."""


def _pad_widths(widths: np.ndarray, periodic: bool) -> np.ndarray:
    """Cell widths with H halo cells at both ends: the opposite end's if periodic, else mirrored."""
    return np.pad(widths, H, mode="wrap" if periodic else "symmetric")


def node_shares(widths: np.ndarray) -> np.ndarray:
    """Extent of the domain that belongs to each face of cells of these widths: half of each neighbour."""
    return 0.5 * (np.append(widths, 0.0) + np.append(0.0, widths))


@dataclass(frozen=True, eq=False, repr=False)
class Grid(Displayed):
    """A rectangular staggered grid.

    Parameters
    ----------
    x_f, y_f : increasing face coordinates in metres, shapes (nx + 1,) and (ny + 1,).
    periodic_x, periodic_y : whether the left and right, the bottom and top sides are joined.
    """

    x_f: np.ndarray
    y_f: np.ndarray
    periodic_x: bool = False
    periodic_y: bool = False

    def __post_init__(self) -> None:
        for name in ("x_f", "y_f"):
            faces = np.array(getattr(self, name), dtype=float)
            if faces.ndim != 1 or faces.size < 2:
                raise ValueError(f"{name}: face coordinates must be a one-dimensional array of two or more")
            if not (np.isfinite(faces).all() and (np.diff(faces) > 0).all()):
                raise ValueError(f"{name}: face coordinates must be finite and increasing")
            faces.setflags(write=False)
            object.__setattr__(self, name, faces)
        small = [n for n, cells in (("x", self.nx), ("y", self.ny)) if cells < H]
        if small:
            raise ValueError(f"at least {H} cells are needed along {' and '.join(small)}")

    @classmethod
    def uniform(cls, nx, ny, x=(0.0, 1.0), y=(0.0, 1.0), periodic_x=False, periodic_y=False) -> Grid:
        """A grid of equal cells on ``x[0] <= x <= x[1]``, ``y[0] <= y <= y[1]``."""
        return cls(np.linspace(*x, nx + 1), np.linspace(*y, ny + 1), periodic_x, periodic_y)

    @property
    def nx(self) -> int:
        return self.x_f.size - 1

    @property
    def ny(self) -> int:
        return self.y_f.size - 1

    @cached_property
    def x(self) -> np.ndarray:
        """Cell centres along x, shape (nx,)."""
        return 0.5 * (self.x_f[1:] + self.x_f[:-1])

    @cached_property
    def y(self) -> np.ndarray:
        """Cell centres along y, shape (ny,)."""
        return 0.5 * (self.y_f[1:] + self.y_f[:-1])

    @cached_property
    def dx(self) -> np.ndarray:
        """Cell widths along x, shape (nx,)."""
        return np.diff(self.x_f)

    @cached_property
    def dy(self) -> np.ndarray:
        """Cell heights along y, shape (ny,)."""
        return np.diff(self.y_f)

    @cached_property
    def smallest_dx(self) -> float:
        """Smallest cell width along x, m."""
        return float(self.dx.min())

    @cached_property
    def smallest_dy(self) -> float:
        """Smallest cell height along y, m."""
        return float(self.dy.min())

    @property
    def spacing(self) -> float:
        """The root of the mean area of a cell, m."""
        return float(np.sqrt(self.length_x * self.length_y / (self.nx * self.ny)))

    @cached_property
    def uniform_x(self) -> bool:
        return bool(np.ptp(self.dx) <= 1e-10 * self.dx.mean())

    @cached_property
    def uniform_y(self) -> bool:
        return bool(np.ptp(self.dy) <= 1e-10 * self.dy.mean())

    @cached_property
    def dx_p(self) -> np.ndarray:
        """Padded cell widths, shape (nx + 2H,)."""
        dx = np.full(self.nx, self.length_x / self.nx) if self.uniform_x else self.dx
        return _pad_widths(dx, self.periodic_x)

    @cached_property
    def dy_p(self) -> np.ndarray:
        """Padded cell heights, shape (ny + 2H,)."""
        dy = np.full(self.ny, self.length_y / self.ny) if self.uniform_y else self.dy
        return _pad_widths(dy, self.periodic_y)

    @property
    def length_x(self) -> float:
        return float(self.x_f[-1] - self.x_f[0])

    @property
    def length_y(self) -> float:
        return float(self.y_f[-1] - self.y_f[0])

    @property
    def padded_shape(self) -> tuple[int, int]:
        """Shape of every array of the solver."""
        return (self.ny + 2 * H, self.nx + 2 * H)

    def zeros(self) -> np.ndarray:
        """A padded array of zeros."""
        return np.zeros(self.padded_shape)

    def wrapped(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Places (m) brought into the domain by whole periods along periodic axes."""
        if self.periodic_x:
            x = x - self.length_x * np.floor((x - self.x_f[0]) / self.length_x)
        if self.periodic_y:
            y = y - self.length_y * np.floor((y - self.y_f[0]) / self.length_y)
        return x, y

    def axes(self, location: str) -> tuple[np.ndarray, np.ndarray]:
        """Coordinates ``(y, x)`` of a location, two one-dimensional arrays."""
        ydim, xdim = LOCATIONS[location]
        return getattr(self, ydim), getattr(self, xdim)

    def mesh(self, location: str) -> tuple[np.ndarray, np.ndarray]:
        """Coordinates ``(X, Y)`` of a location that broadcast to its plain shape."""
        y, x = self.axes(location)
        return x[None, :], y[:, None]

    def shape(self, location: str) -> tuple[int, int]:
        """Plain shape of a field at a location: (ny, nx), one more along an axis of faces."""
        y, x = self.axes(location)
        return (y.size, x.size)

    def view(self, padded: np.ndarray, location: str) -> np.ndarray:
        """The plain part of a padded array, a view (writing to it changes the padded array)."""
        ny, nx = self.shape(location)
        return padded[H : H + ny, H : H + nx]

    def matches(self, other: Grid) -> bool:
        """Whether another grid has the same faces, bit for bit, and the same joined sides."""
        return (
            np.array_equal(self.x_f, other.x_f)
            and np.array_equal(self.y_f, other.y_f)
            and (self.periodic_x, self.periodic_y) == (other.periodic_x, other.periodic_y)
        )

    def extent(self, axis: str) -> str:
        """Range and cell widths along ``"x"`` or ``"y"``, for people."""
        faces, uniform = getattr(self, f"{axis}_f"), getattr(self, f"uniform_{axis}")
        widths = np.diff(faces)
        size = f"{widths.mean():.4g}" if uniform else f"{widths.min():.4g} to {widths.max():.4g}"
        periodic = ", periodic" if getattr(self, f"periodic_{axis}") else ""
        return f"{faces[0]:g} to {faces[-1]:g} m, cells of {size} m{periodic}"

    def _title(self) -> str:
        return f"Grid {self.nx} x {self.ny}"

    def _rows(self) -> list[tuple[str, str]]:
        return [("x", self.extent("x")), ("y", self.extent("y"))]
