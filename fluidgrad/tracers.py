"""Particles that are carried along with a run, step by step, with the flow's own velocity.

Between the values on the faces the velocity is the local cubic in space (Catmull & Rom 1974, on any spacing), in time
it is linear from the beginning of a step to its end: second order, as the flow itself. Within that velocity each step
is one of the classical Runge-Kutta method.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from fluidgrad.analysis.kernels import flowmap
from fluidgrad.analysis.splines import Axes, linear_intervals, local_intervals, packed
from fluidgrad.boundary import SIDES
from fluidgrad.companions import Companion
from fluidgrad.config.particles import places
from fluidgrad.grid import Grid, H

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fluidgrad.config.particles import Particles
    from fluidgrad.simulation import Simulation

ATTRIBUTES = {"x": float, "y": float, "turns_x": int, "turns_y": int, "identity": int, "released": float}
"""What is known of each particle: its place (m) in the domain; how often it has passed through periodic sides, along
each axis; a number of its own, in the order of release; the time of its release (s)."""

EARLY = 1e-9
"""How late, relative to a step, a release may be for the end of the step; round-off of the clock."""


class Swarm:
    """One set of particles: those that are in the flow now, and when the next are released.

    ``places`` x, y (n,) in m: where each release has its particles.
    """

    def __init__(self, asked: Particles, places: tuple[np.ndarray, np.ndarray]) -> None:
        self.asked, self.places = asked, tuple(np.asarray(q, dtype=float) for q in places)
        self.clear(0.0)

    def clear(self, t: float) -> None:
        """No particles; releases that are due before time t are left out."""
        self.now = {name: np.zeros(0, dtype=kind) for name, kind in ATTRIBUTES.items()}
        self.identities = 0
        late = t - self.asked.start
        if late <= 0:
            self.releases = 0
        else:
            self.releases = math.ceil(late / self.asked.every - EARLY) if self.asked.every else 1

    @property
    def next_release(self) -> float:
        """Time of the next release, s; infinite if there is none."""
        if self.asked.every is None:
            return self.asked.start if self.releases == 0 else math.inf
        return self.asked.start + self.releases * self.asked.every

    def release(self) -> dict[str, np.ndarray]:
        """The particles of the next release, as many as there is room for in the flow."""
        t = self.next_release
        self.releases += 1
        room = max(0, self.asked.most - self.now["x"].size)
        x, y = (q[:room].copy() for q in self.places)
        new = {name: np.zeros(x.size, dtype=kind) for name, kind in ATTRIBUTES.items()}
        new |= {"x": x, "y": y, "released": np.full(x.size, t)}
        new["identity"] = self.identities + np.arange(x.size)
        self.identities += x.size
        return new

    def add(self, new: dict[str, np.ndarray]) -> None:
        """Take particles into the flow."""
        self.now = {name: np.concatenate([self.now[name], new[name]]) for name in ATTRIBUTES}

    def keep(self, gone: np.ndarray) -> None:
        """Forget those (n,) that are gone."""
        if gone.any():
            self.now = {name: values[~gone] for name, values in self.now.items()}


class Tracers(Companion):
    """Carries all sets of particles of a run.

    Parameters
    ----------
    asked : tables ``[[particles]]`` of the configuration.
    constants : numbers that their formulas use by name.
    simulation : the run.
    """

    name = "tracers"

    def __init__(
        self, asked: tuple[Particles, ...], constants: Mapping[str, float], simulation: Simulation
    ) -> None:
        grid = simulation.grid
        ends = ((grid.x_f[0], grid.x_f[-1]), (grid.y_f[0], grid.y_f[-1]))
        self.swarms = {one.name: Swarm(one, places(one, ends, constants)) for one in asked}
        self.grid, self.box = grid, np.array([*ends[0], *ends[1]])
        self.axes = _axes(grid)
        self.sides = _sides(simulation)
        lengths = (grid.length_x if grid.periodic_x else 0.0, grid.length_y if grid.periodic_y else 0.0)
        self.nodes = packed(linear_intervals(grid.x_f, lengths[0]), linear_intervals(grid.y_f, lengths[1]))
        self._work = tuple(grid.zeros() for _ in range(4))
        self._distance: tuple[float, np.ndarray] | None = None
        """Distance of the nodes from bodies, m, and the time at which it is that."""

    def start(self, simulation: Simulation) -> None:
        """Forget what was, and release what is due at the beginning."""
        self._distance = None
        for swarm in self.swarms.values():
            swarm.clear(simulation.t)
            if swarm.next_release <= simulation.t:
                new = swarm.release()
                swarm.add(new)
                swarm.keep(self._in_bodies(simulation, simulation.t, new["x"], new["y"]))

    def before_accept(self, simulation: Simulation, dt: float) -> None:
        """Move all particles by a step, and those that are released in it by what is left of it."""
        end = simulation.state.t + dt
        old = (simulation.state.u, simulation.state.v)
        new = (simulation.stepper.u, simulation.stepper.v)
        if any(swarm.now["x"].size for swarm in self.swarms.values()):
            levels = (*old, *_between(old, new, 0.5, self._work[:2]), *new)
            for swarm in self.swarms.values():
                swarm.keep(self._advance(simulation, swarm.now, levels, dt, end))
        for swarm in self.swarms.values():
            while swarm.next_release <= end + EARLY * dt:
                rest = max(0.0, end - swarm.next_release)
                fresh = swarm.release()
                first = _between(old, new, 1.0 - rest / dt, self._work[:2])
                levels = (*first, *_between(old, new, 1.0 - 0.5 * rest / dt, self._work[2:]), *new)
                solid = self._in_bodies(simulation, end, fresh["x"], fresh["y"])
                fresh = {name: values[~solid] for name, values in fresh.items()}
                gone = self._advance(simulation, fresh, levels, rest, end)
                swarm.add({name: values[~gone] for name, values in fresh.items()})

    def _advance(self, simulation: Simulation, particles, levels, dt: float, end: float) -> np.ndarray:
        """Move particles by dt (s) to the time ``end``, in place; returns who is gone then (n,). ``levels``: u and v,
        padded, at the beginning, the middle and the end."""
        x, y = particles["x"], particles["y"]
        gone = np.zeros(x.size, dtype=bool)
        if x.size == 0:
            return gone
        flowmap.advance(*levels, *self.axes.axes, *self.axes[1:], dt, self.box, self.sides, x, y, gone)
        distance = self._distance_at(simulation, end)
        if distance is not None:
            flowmap.keep_out(distance, *self.nodes.axes, *self.nodes[1:], x, y, gone)
        for axis, (low, high) in zip("xy", self.box.reshape(2, 2), strict=True):
            if getattr(self.grid, f"periodic_{axis}"):
                turns = np.floor((particles[axis] - low) / (high - low))
                particles[axis] -= turns * (high - low)
                particles[f"turns_{axis}"] += turns.astype(int)
        return gone

    def _in_bodies(self, simulation: Simulation, t: float, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Which of some points (n,) are in bodies at time t."""
        distance = self._distance_at(simulation, t)
        depth = np.zeros(x.size)
        if distance is not None:
            flowmap.sample_distance(distance, *self.nodes.axes, *self.nodes[1:], x, y, depth)
        return depth < 0.0

    def _distance_at(self, simulation: Simulation, t: float) -> np.ndarray | None:
        """Distance of the nodes from bodies at time t, m; None without bodies."""
        walls = simulation.stepper.walls
        if walls is None:
            return None
        if self._distance is None or (walls.moving and self._distance[0] != t):
            self._distance = (t, walls.distance(t))
        return self._distance[1]

    def particles(self, simulation: Simulation) -> dict[str, dict[str, np.ndarray]]:
        """All sets, copied: name -> attribute -> values (n,), see :data:`ATTRIBUTES`."""
        return {name: {key: q.copy() for key, q in one.now.items()} for name, one in self.swarms.items()}

    def arrays(self) -> dict[str, np.ndarray]:
        """All particles, and how many releases and particles there have been."""
        arrays = {}
        for name, swarm in self.swarms.items():
            arrays |= {f"{name}:{key}": values for key, values in swarm.now.items()}
            arrays[f"{name}:counts"] = np.array([swarm.releases, swarm.identities])
        return arrays

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Go on with the particles of a checkpoint. Raises ValueError if their arrays do not belong together."""
        for name, swarm in self.swarms.items():
            now = {key: arrays[f"{name}:{key}"].astype(kind) for key, kind in ATTRIBUTES.items()}
            counts = arrays[f"{name}:counts"]
            if (
                len({values.shape for values in now.values()}) != 1
                or now["x"].ndim != 1
                or counts.shape != (2,)
            ):
                raise ValueError(f"the particles {name!r} have arrays of different lengths")
            swarm.now = now
            swarm.releases, swarm.identities = (int(count) for count in counts)


def _between(old, new, share: float, out) -> tuple[np.ndarray, np.ndarray]:
    """Velocities between the old and the new, ``share`` of the way to it, in given arrays."""
    for before, after, between in zip(old, new, out, strict=True):
        np.subtract(after, before, out=between)
        np.multiply(between, share, out=between)
        np.add(between, before, out=between)
    return out


def _axes(grid: Grid) -> Axes:
    """The axes along x and y of u, and of v, in padded arrays."""
    axes = {}
    for direction, periodic in (("x", grid.periodic_x), ("y", grid.periodic_y)):
        widths, low = getattr(grid, f"d{direction}_p"), getattr(grid, f"{direction}_f")[0]
        faces = low + np.concatenate([[0.0], np.cumsum(widths)]) - widths[:H].sum()
        period = getattr(grid, f"length_{direction}") if periodic else 0.0
        for kind, points in (("face", faces[:-1]), ("centre", 0.5 * (faces[1:] + faces[:-1]))):
            axes[direction, kind] = local_intervals(points, period)
    return packed(axes["x", "face"], axes["y", "centre"], axes["x", "centre"], axes["y", "face"])


def _sides(simulation: Simulation) -> np.ndarray:
    """What the left, right, bottom and top side do to particles."""
    acts = {"periodic": flowmap.PERIODIC, "inflow": flowmap.OPEN, "outflow": flowmap.OPEN}
    sides = simulation.stepper.boundary.sides
    return np.array([acts.get(sides[name].type, flowmap.CLOSED) for name in SIDES])
