"""``animate_comparison``: several runs in one film, side by side, or one below the other if they are wide."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from fluidgrad.analysis.comparison import common_time
from fluidgrad.fields import lookup
from fluidgrad.plotting.animation import SHORTEST, SIZES, SURVEYED, Stage, choose_snapshots, stage_scene
from fluidgrad.plotting.compare import common_scale, common_window, named_runs
from fluidgrad.plotting.figure import check_size, check_suffix
from fluidgrad.plotting.layers import Image
from fluidgrad.plotting.panel import Look
from fluidgrad.plotting.pipeline import ahead
from fluidgrad.plotting.sampling import Window
from fluidgrad.plotting.style import plain, styled
from fluidgrad.plotting.video import FORMATS, open_video

BESIDE, ABOVE = 100, 120
"""Pixels that the surroundings of a panel take across and up, about."""


@dataclass(frozen=True)
class _Part:
    """A run with the numbers of its snapshots to be shown, one for each frame, and where it is drawn."""

    run: Any
    numbers: list[int]
    stage: Stage


def animate_comparison(
    runs: Sequence[Any],
    path: Path | str,
    field: str = "vorticity",
    *,
    fps: float | None = None,
    size: Sequence[int] | None = None,
    zoom: Sequence[float] | None = None,
    limits: Sequence[float] | None = None,
    cmap: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write a film of a field of several runs at the same times on common limits, and return its path.

    There is a frame for each snapshot of the first run up to the latest time that all have reached, with the nearest
    snapshots of the others.

    Parameters
    ----------
    runs : two to six runs or their paths.
    size : width and height of the whole in pixels.

    ``path``, ``fps``, ``zoom``, ``limits``, ``cmap``, ``progress`` and errors are those of
    :func:`fluidgrad.plotting.animate`.
    """
    path = Path(path)
    suffix = check_suffix(path, FORMATS)
    pixels = check_size(SIZES[suffix] if size is None else size, 160, 7680)
    runs, names = named_runs(runs)
    moments = np.asarray(runs[0].times)[choose_snapshots(runs[0], end=common_time(runs))]
    numbers = [_nearest(run, moments) for run in runs]
    fps = fps or min(25.0, max(2.0, moments.size / SHORTEST))
    with styled():
        window = common_window(runs, zoom)
        beside = _beside(len(runs), pixels, window.width / window.height)
        across, up = (len(runs), 1) if beside else (1, len(runs))
        share = (2 * int(pixels[0] / across / 2), 2 * int(pixels[1] / up / 2))
        parts = _parts(runs, names, numbers, field, share, window, limits, cmap)
        whole = (share[0] * across, share[1] * up)
        first = parts[0]
        palette = first.stage.palette(first.run, first.numbers) if suffix == ".gif" else None
        with open_video(path, whole, fps, palette) as video:
            for done, frame in enumerate(_frames(parts, beside), start=1):
                video.write(frame)
                if progress is not None:
                    progress(done, moments.size)
    return path


def _beside(count: int, pixels: Sequence[float], ratio: float) -> bool:
    """Whether panels of this ratio of width to height are larger side by side than one below the other."""
    across = min(pixels[0] / count - BESIDE, (pixels[1] - ABOVE) * ratio)
    return across >= min(pixels[0] - BESIDE, (pixels[1] / count - ABOVE) * ratio)


def _parts(
    runs, names, numbers, field: str, share: tuple[int, int], window: Window, limits, cmap
) -> list[_Part]:
    """All runs, each on a stage of ``share`` pixels, on common colours."""
    scenes = [stage_scene(run, share, window) for run in runs]
    image = Image(field)
    looked_at = np.unique(np.linspace(0, len(numbers[0]) - 1, SURVEYED).round().astype(int))
    scale = common_scale(
        [(run.flow(own[k]) for k in looked_at) for run, own in zip(runs, numbers, strict=True)],
        lookup(field, scenes[0].flow.scalar_units),
        [scene.window for scene in scenes],
        limits,
        cmap,
    )
    found = {image.needs()[0]: scale}
    stages = [
        Stage(share, plain(name), Look((image,)), replace(scene, found=found), np.asarray(run.times))
        for name, scene, run in zip(names, scenes, runs, strict=True)
    ]
    return [_Part(*one) for one in zip(runs, numbers, stages, strict=True)]


def _nearest(run: Any, moments: np.ndarray) -> list[int]:
    """Numbers of the snapshots of a run nearest to some times."""
    times = np.asarray(run.times)
    return np.abs(times[None, :] - moments[:, None]).argmin(axis=1).tolist()


def _frames(parts: Sequence[_Part], beside: bool) -> Iterator[np.ndarray]:
    """The frames of all runs put together."""
    count = len(parts[0].numbers)
    flows = [ahead(part.run.flow, part.numbers) for part in parts]
    for k in range(count):
        drawn = []
        for number, (part, own) in enumerate(zip(parts, flows, strict=True)):
            # One bar of progress along the lower edge of the whole.
            done = (k + 1) / count
            below = np.clip(done * len(parts) - number, 0, 1) if beside else done * (number == len(parts) - 1)
            drawn.append(part.stage.draw(next(own), float(below), part.numbers[k]))
        yield np.concatenate(drawn, axis=1 if beside else 0)
