"""Particles that go with the fluid: those a run has carried along, or some that are let go while drawing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba

from fluidgrad.errors import ConfigError
from fluidgrad.fields import ScalarUnits
from fluidgrad.plotting.layers.base import Layer, Scene, check_positive
from fluidgrad.plotting.layers.motion import Motion, Moving

MARKS = 10
"""Points of a tail."""
CLASSES = 8
"""Particles of so many ages are there at any time."""
LIFE = 0.6
"""Life of a particle, in times in which the fluid crosses the window."""
SIZES = (0.4, 5.0)
"""Smallest and largest size of a dot, square points."""
SHARE = 0.15
"""Part of the panel that dots cover between these, if all are in it."""
TAIL = 0.3
"""Part of its life that a tail shows."""


@dataclass(frozen=True)
class Particles(Layer):
    """Dots on their way. With a ``name``, the particles of that name that the run has carried along; else about
    ``count`` that are let go evenly all over the window, time and again, with tails along their paths. ``size``
    (square points) follows their number if it is left out."""

    name: str | None = None
    count: int = 1500
    size: float | None = None

    kind = "particles"

    @property
    def timed(self) -> bool:
        return self.name is None

    def __post_init__(self) -> None:
        check_positive("particles", count=self.count, size=self.size)

    def title(self, scalars: ScalarUnits) -> str:
        return "Particles"

    def needs(self) -> tuple:
        return () if self.name else (Motion(),)

    def draw(self, ax: Axes, scene: Scene) -> list[Artist]:
        if self.name:
            return [self._dots(ax, scene, *stored(scene, self.name))]
        paths = let_go(scene, self.count)
        return [self._tails(ax, scene, paths), self._dots(ax, scene, *paths[-1])]

    def _dots(self, ax: Axes, scene: Scene, x: np.ndarray, y: np.ndarray) -> Artist:
        size = self.size or np.clip(SHARE * np.prod(scene.size) * 72**2 / max(x.size, 1), *SIZES)
        rim = 0.4 if size > 3 else 0.0
        return ax.scatter(x, y, size, scene.ink, zorder=3.3, edgecolors=scene.halo, linewidths=rim)

    def _tails(self, ax: Axes, scene: Scene, paths: np.ndarray) -> Artist:
        """Lines that fade towards where the particles have been."""
        pieces = np.stack([paths[:-1], paths[1:]], axis=-1)  # (marks, xy, particle, ends)
        pieces = pieces.transpose(2, 0, 3, 1)
        colours = np.tile(to_rgba(scene.ink), (MARKS - 1, 1))
        colours[:, 3] = 0.75 * (np.arange(1, MARKS) / (MARKS - 1)) ** 1.5
        colours = np.tile(colours, (pieces.shape[0], 1))
        pieces = pieces.reshape(-1, 2, 2)
        window = scene.window
        # Where a path goes on through a periodic side there is no piece across the window.
        short = np.abs(pieces[:, 1] - pieces[:, 0]) < 0.5 * np.array([window.width, window.height])
        kept = np.isfinite(pieces).all(axis=(1, 2)) & short.all(axis=1)
        strokes = LineCollection(pieces[kept], colors=colours[kept], linewidths=0.9, zorder=3.2)
        return ax.add_collection(strokes, autolim=False)


def stored(scene: Scene, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Places of the particles that a run has carried along. Raises ConfigError if it has none of that name."""
    if not hasattr(scene.source, "particles"):
        raise ConfigError(f"there are no particles {name!r}: only a run with [[particles]] has some")
    found = scene.source.particles(name, scene.index)
    return found["x"], found["y"]


def let_go(scene: Scene, count: int) -> np.ndarray:
    """The last stretches of the paths of particles let go all over the window at staggered times, (marks, 2, n), m; NaN
    for who has left or is in a body."""
    from fluidgrad.analysis.flowmap import Particles as Group
    from fluidgrad.analysis.flowmap import march

    moving: Moving = scene.found[Motion()]
    window, time, life = scene.window, scene.flow.time, LIFE * moving.crossing
    rng = np.random.default_rng(0)
    nx, ny = window.raster(
        round(np.sqrt(count * max(window.width / window.height, window.height / window.width)))
    )
    x, y = (q.ravel() for q in np.meshgrid(*window.points(nx, ny)))
    x = x + rng.uniform(-0.5, 0.5, x.size) * window.width / nx
    y = y + rng.uniform(-0.5, 0.5, y.size) * window.height / ny
    born = rng.integers(CLASSES, size=x.size)
    groups = []
    for number in range(CLASSES):
        age = ((time / life + number / CLASSES) % 1.0) * life if life > 0 else 0.0
        start = moving.before(time, age)
        mine = born == number
        group = Group(moving.velocity, x[mine], y[mine], start)
        marks = np.linspace(max(start, time - TAIL * life), time, MARKS)
        moments = marks if marks[0] == start else np.append(start, marks)
        places = [np.stack(group.places()) for _ in march(moving.velocity, group, moments, moving.step)]
        groups.append(np.stack(places[-MARKS:]))
    return wrapped(scene, np.concatenate(groups, axis=2))


def wrapped(scene: Scene, paths: np.ndarray) -> np.ndarray:
    """Paths (..., 2, n) brought back into a periodic domain."""
    grid = scene.flow.grid
    for axis, faces, periodic in ((0, grid.x_f, grid.periodic_x), (1, grid.y_f, grid.periodic_y)):
        if periodic:
            paths[..., axis, :] = faces[0] + (paths[..., axis, :] - faces[0]) % (faces[-1] - faces[0])
    return paths
