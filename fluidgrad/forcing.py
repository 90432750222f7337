"""What drives the flow: forces per unit mass, in m/s2, on the faces."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fluidgrad.grid import Grid
from fluidgrad.spectral import ring_modes, synthesise, velocity_from_streamfunction


class RandomRing:
    """White-in-time random solenoidal force on a ring of wave numbers.

    The force is constant during a step of length dt and drawn anew for the next, with the magnitude for which
    a force uncorrelated with the flow feeds in ``rate`` of energy per mass and time:
    ``mean(|f|^2)/2 * dt = rate`` (Alvelius, Phys. Fluids 11, 1999).

    Parameters
    ----------
    rate : energy input, m2/s3. wavenumber, width : ring ``wavenumber +- width`` in periods across the longer
    side. seed : of the generator that a new run starts with.
    """

    def __init__(self, grid: Grid, rate: float, wavenumber: float, width: float, seed: int):
        self.grid, self.rate, self.seed = grid, rate, seed
        self.modes = ring_modes(grid, wavenumber - width, wavenumber + width)

    def generator(self) -> np.random.Generator:
        """The generator of a new run."""
        return np.random.default_rng(self.seed)

    def longest_step(self, distance: float) -> float:
        """Step, s, in which the force moves fluid that was at rest by ``distance`` (m): its root-mean-square
        ``sqrt(2 rate/dt)`` times dt^2, three times that at the peaks."""
        return ((distance / 3.0) ** 2 / (2.0 * self.rate)) ** (1.0 / 3.0) if self.rate > 0.0 else np.inf

    def draw(self, rng: np.random.Generator, dt: float) -> tuple[np.ndarray, np.ndarray]:
        """A force field (fx on x-faces, fy on y-faces, plain shapes) for a step of length dt."""
        kx, ky, mask = self.modes
        phases = np.exp(2j * np.pi * rng.random(mask.shape))
        fx, fy = velocity_from_streamfunction(self.grid, synthesise(self.grid, kx, ky, mask * phases))
        volume = self.grid.dx[None, :] * self.grid.dy[:, None]
        square = np.average(fx[:, :-1] ** 2 + fy[:-1] ** 2, weights=volume)
        scale = np.sqrt(2.0 * self.rate / (dt * square))
        return scale * fx, scale * fy


class Forcing:
    """The sum of all forces.

    Parameters
    ----------
    grid : the grid.
    uniform : constant force (fx, fy).
    drag : linear drag, 1/s.
    fields : pairs ``(fx, fy)`` of functions of x, y, t, or of numbers, added up.
    random : the random ring, or None.
    """

    def __init__(
        self,
        grid: Grid,
        uniform: tuple[float, float] = (0.0, 0.0),
        drag: float = 0.0,
        fields: tuple[tuple[Callable | float, Callable | float], ...] = (),
        random: RandomRing | None = None,
    ):
        self.grid, self.uniform, self.drag, self.random = grid, uniform, drag, random
        self._steady: dict[str, np.ndarray] = {}
        self._moving: list[tuple[str, Callable]] = []
        self._drawn: tuple[np.ndarray, np.ndarray] | None = None
        for pair in fields:
            for location, force in zip(("x-face", "y-face"), pair, strict=True):
                self._sort(location, force)

    def _sort(self, location: str, force) -> None:
        """File a force under steady, evaluated once, or moving, evaluated in every stage."""
        uses = getattr(force, "uses", None)
        if callable(force) and (uses is None or uses("t")):
            self._moving.append((location, force))
        elif callable(force) or force != 0.0:
            total = self._steady.setdefault(location, np.zeros(self.grid.shape(location)))
            total += self._evaluate(location, force, 0.0)

    def _evaluate(self, location: str, force, t: float):
        x, y = self.grid.mesh(location)
        return force(x=x, y=y, t=t) if callable(force) else force

    @property
    def driving(self) -> bool:
        """Whether there are forces besides drag and the random one."""
        return any(self.uniform) or bool(self._steady or self._moving)

    def begin_step(self, rng: np.random.Generator | None, dt: float) -> None:
        """Draw the random force of the coming step."""
        self._drawn = None if self.random is None else self.random.draw(rng, dt)

    def largest(self, t: float) -> float:
        """Upper bound of the force on a face at time t, m/s2, without drag and the random force."""
        total = max(abs(f) for f in self.uniform)
        total += max((float(np.abs(f).max()) for f in self._steady.values()), default=0.0)
        moving = (float(np.abs(self._evaluate(at, f, t)).max()) for at, f in self._moving)
        return total + sum(moving)

    def add(self, du: np.ndarray, dv: np.ndarray, t: float) -> None:
        """Add the forces that vary in space at time t, without the random one, to the padded rates du, dv."""
        views = {"x-face": self.grid.view(du, "x-face"), "y-face": self.grid.view(dv, "y-face")}
        for location, force in self._steady.items():
            views[location] += force
        for location, force in self._moving:
            views[location] += self._evaluate(location, force, t)

    def add_drawn(self, du: np.ndarray, dv: np.ndarray) -> None:
        """Add the random force of this step to the padded rates du, dv."""
        if self._drawn is not None:
            fx, fy = self._drawn
            self.grid.view(du, "x-face")[...] += fx
            self.grid.view(dv, "y-face")[...] += fy
