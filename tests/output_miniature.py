"""A run without a solver, for the tests of the output: a random walk whose state goes through checkpoints."""

from __future__ import annotations

import sys

import numpy as np

from fluidgrad.flow import Flow
from fluidgrad.grid import Grid
from fluidgrad.output import RunWriter

GRID = Grid.uniform(6, 5, x=(0.0, 1.5), y=(-1.0, 0.0), periodic_x=True)
STRETCHED = Grid(np.linspace(0, 1, 8) ** 1.5, np.linspace(-1, 0, 6))
SETTINGS = {
    "config_text": 'name = "miniature"\n',
    "fields": ["vorticity", "divergence"],
    "precision": "float64",
    "compression": "none",
    "attributes": {"title": "A miniature", "created": "today", "seed": 5},
    "series_units": {"energy": ("m2 s-2", "kinetic energy")},
}
STEPS = 3
"""Steps between snapshots."""


def settings(**changes) -> dict:
    return {**SETTINGS, **changes}


def make_flow(grid: Grid, walk: np.ndarray, step: int) -> Flow:
    """A flow cut out of one array, which is larger than the grid by 2 in both directions."""
    ny, nx = grid.ny, grid.nx
    sides = {"u_bottom": walk[0, : nx + 1], "u_top": walk[-1, : nx + 1]}
    sides |= {"v_left": walk[: ny + 1, 0], "v_right": walk[: ny + 1, -1]}
    u, v, p = walk[:ny, : nx + 1], walk[: ny + 1, :nx], walk[1 : ny + 1, 1 : nx + 1]
    return Flow(grid=grid, time=0.1 * step, step=step, u=u, v=v, p=p, **sides)


def sample(grid: Grid = GRID, step: int = 0, seed: int = 1) -> Flow:
    return make_flow(grid, np.random.default_rng(seed + step).normal(size=(grid.ny + 2, grid.nx + 2)), step)


def run(directory, count=3, resume=False, grid=GRID, finished=lambda k: None, **changes) -> None:
    """Write ``count`` snapshots, or those still missing; ``finished(k)`` is called after each."""
    opened = (RunWriter.resume if resume else RunWriter.create)(directory, grid, **settings(**changes))
    with opened as writer:
        generator = np.random.default_rng(7)
        walk, step, number = generator.normal(size=(grid.ny + 2, grid.nx + 2)), 0, 0
        if writer.checkpoint:
            arrays, meta, _ = writer.checkpoint
            walk, step, number = arrays["walk"], meta["step"], meta["next_snapshot"]
            generator.bit_generator.state = meta["generator"]
        finished(-1)
        while number < count:
            if step == number * STEPS:
                meta = {"t": 0.1 * step, "step": step, "next_snapshot": number}
                meta["generator"] = generator.bit_generator.state
                writer.write_checkpoint({"walk": walk}, meta)
                if number not in writer.snapshots:
                    writer.write_snapshot(number, make_flow(grid, walk, step))
                finished(number)
                number += 1
            walk = 0.9 * walk + generator.normal(size=walk.shape)
            step += 1
            writer.append_series({"t": 0.1 * step, "step": step, "energy": float((walk**2).sum())})


def contents(directory) -> dict[str, bytes]:
    """All files of a run but its lock and log: path -> bytes."""
    files = {path.relative_to(directory).as_posix(): path for path in directory.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if name not in (".lock", "run.log")}


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]), resume=True, finished=lambda k: print(k, flush=True))
