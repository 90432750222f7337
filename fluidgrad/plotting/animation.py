"""``animate``: a run as a video.

The surroundings of the panel are drawn once. For each frame the field is interpolated onto the panel's pixels, mapped
to colours by a table, and pasted; only the time stamp, and lines or arrows if asked for, pass through matplotlib.
Snapshots are read ahead and frames encoded behind, each in a thread. Colour limits and arrow lengths hold for the
whole run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from fluidgrad.analysis.sources import as_run
from fluidgrad.errors import ConfigError
from fluidgrad.fields import groups
from fluidgrad.flow import Flow
from fluidgrad.plotting.choices import ShortForms, Subject, choose_looks
from fluidgrad.plotting.figure import check_size, check_suffix
from fluidgrad.plotting.layers.base import Layer, Scene
from fluidgrad.plotting.layout import Sheet, arrange
from fluidgrad.plotting.panel import Look, add_bars, add_key, add_panel, draw_overlays, survey
from fluidgrad.plotting.pipeline import ahead
from fluidgrad.plotting.sampling import view_window
from fluidgrad.plotting.style import Picture, styled, time_label
from fluidgrad.plotting.themes import Theme, theme_of
from fluidgrad.plotting.video import FORMATS, best_colours, open_video

SIZES = {".mp4": (1280, 720), ".gif": (800, 450), ".webp": (800, 450)}
SURVEYED = 24
"""Snapshots that are looked at for the limits."""
BAR_HEIGHT = 4
BAR_COLOUR = np.array(to_rgb("#4c78a8")) * 255

PALETTE_STEP, MAP_SHARE = 7, 0.3
"""For the colours of a GIF every so many pixels are looked at, and the colour maps count as much as this part of
them."""

SHORTEST = 4.0
"""Length of a film, s, below which the frames follow more slowly."""


def animate(
    run: Any,
    path: Path | str,
    field: str | None = None,
    *,
    preset: str | None = None,
    layers: Sequence[Layer] | None = None,
    fps: float | None = None,
    size: Sequence[int] | None = None,
    start: float | None = None,
    end: float | None = None,
    every: int = 1,
    zoom: Sequence[float] | None = None,
    limits: Sequence[float] | None = None,
    cmap: str | None = None,
    streamlines: bool | str = False,
    gradient: bool | str | None = None,
    velocity: bool = False,
    contours: bool | int | str | Sequence[float] = False,
    title: str | None = None,
    style: str | Theme = "screen",
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write one frame per snapshot of a run to an MP4, GIF or WebP file, and return its path.

    Parameters
    ----------
    run : anything with ``times``, ``flow(index)``, ``grid`` and ``name``, the path of a run, or several flows.
    path : where to; the suffix ``.mp4``, ``.gif`` or ``.webp`` chooses the format.
    field : what to show; default the field of ``gradient``, else vorticity.
    fps : frames per second; default 25, fewer if the film were over within :data:`SHORTEST` seconds.
    size : width and height in pixels, made even; default 1280 by 720, for GIF and WebP 800 by 450.
    start, end, every : times of the first and the last frame, s, and every so many snapshots; default all.
    progress : called with the number of frames done and of all frames.

    ``preset``, ``layers``, ``zoom``, ``limits``, ``cmap``, ``streamlines``, ``gradient``, ``velocity``, ``contours``,
    ``title``, ``style`` are those of :func:`fluidgrad.plotting.plot`. Raises ConfigError for what cannot be drawn or
    encoded and StorageError for what cannot be written; no partial file is left.
    """
    path = Path(path)
    suffix = check_suffix(path, FORMATS)
    if fps is not None and not 0.1 <= fps <= 240:
        raise ConfigError(f"fps must lie between 0.1 and 240, not {fps!r}")
    pixels = tuple(2 * round(n / 2) for n in check_size(SIZES[suffix] if size is None else size, 160, 7680))
    run = as_run(run)
    shown = choose_snapshots(run, start, end, every)
    times = np.asarray(run.times)[shown]
    first = run.flow(int(shown[0]))
    if field in groups(first.scalar_units):
        members = ", ".join(groups(first.scalar_units)[field])
        raise ConfigError(f"an animation shows one field: choose one of {members}")
    fps = fps or min(25.0, max(2.0, times.size / SHORTEST))
    short = ShortForms(streamlines, gradient, velocity, contours, limits, cmap)
    looks = choose_looks(Subject(str(run.name), [first], [int(shown[0])], run), field, preset, layers, short)
    if len(looks) > 1:
        raise ConfigError("an animation has one panel: choose a preset of one, or one field")
    theme = theme_of(style)
    with styled(theme):
        words = str(run.name) if title is None else title
        scene = _surveyed(stage_scene(run, pixels, zoom, theme), run, shown, looks[0])
        stage = Stage(pixels, words, looks[0], scene, times)
        palette = stage.palette(run, shown) if suffix == ".gif" else None
        with open_video(path, pixels, fps, palette) as video:
            for done, frame in enumerate(stage.frames(run, shown), start=1):
                video.write(frame)
                if progress is not None:
                    progress(done, times.size)
    return path


def choose_snapshots(
    run: Any, start: float | None = None, end: float | None = None, every: int = 1
) -> np.ndarray:
    """Numbers (n,) of every so many snapshots from the time ``start`` to ``end``, s. Raises ConfigError for none."""
    times = np.asarray(run.times)
    if not times.size:
        raise ConfigError(f"run {run.name!r} has no snapshots yet: there is nothing to animate")
    if isinstance(every, bool) or not isinstance(every, int | np.integer) or every < 1:
        raise ConfigError(f"every must be a whole number from 1 on, not {every!r}")
    low, high = (
        ends if given is None else given for given, ends in zip((start, end), times[[0, -1]], strict=True)
    )
    slack = 1e-9 * max(abs(times[0]), abs(times[-1]))
    shown = np.flatnonzero((times >= low - slack) & (times <= high + slack))[::every]
    if not shown.size:
        raise ConfigError(
            f"no snapshot lies between t = {low:g} and {high:g} s: the run has some from {times[0]:g} to "
            f"{times[-1]:g} s"
        )
    return shown


def _surveyed(scene: Scene, run: Any, shown: np.ndarray, look: Look) -> Scene:
    """The scene with what its layers need to know of the whole film, found in some of its frames."""
    sampled = shown[np.unique(np.linspace(0, shown.size - 1, SURVEYED).round().astype(int))]
    scenes = (replace(scene, flow=flow, index=k) for k, flow in _flows(run, sampled, look))
    return replace(scene, found=survey(scenes, [look]))


def _flows(run: Any, shown: Sequence[int], look: Look) -> Iterator[tuple[int, Flow]]:
    """Snapshots with their numbers, read ahead unless a layer looks around in time, and so reads from the run too."""
    numbers = [int(k) for k in shown]
    timed = any(layer.timed for layer in look.layers)
    return zip(numbers, map(run.flow, numbers) if timed else ahead(run.flow, numbers), strict=True)


def stage_scene(run: Any, pixels: tuple[int, int], zoom: Any = None, theme: str | Theme = "screen") -> Scene:
    """What the layers of a film of that size are given, nothing found yet."""
    window = view_window(run.grid, zoom)
    dpi = _dots_per_inch(pixels)
    width = 0.8 * min(pixels[1] * window.width / window.height, pixels[0]) / dpi
    size = (width, width * window.height / window.width)
    return Scene(run.flow(0), window, {}, run, theme=theme_of(theme), size=size, pixels=dpi)


def _dots_per_inch(pixels: tuple[int, int]) -> float:
    return 100 * float(np.clip(pixels[1] / 720, 0.7, 4))


class Stage:
    """The picture in which the frames are drawn one after the other, ``pixels`` (width, height) in size."""

    def __init__(self, pixels: tuple[int, int], title: str, look: Look, scene: Scene, times: np.ndarray):
        self.look, self.scene, self.times = look, scene, times
        self.figure = Picture(dpi=_dots_per_inch(pixels))
        self.ax, self.stamp = _set_up(self, pixels, title)
        self.figure.canvas.draw()
        self.buffer = np.asarray(self.figure.canvas.buffer_rgba())
        self.background = self.buffer.copy()
        self.rows, self.columns = _inside(self.ax, self.buffer.shape[0])
        nx, ny = self.columns.stop - self.columns.start, self.rows.stop - self.rows.start
        self.scene = replace(scene, size=(nx / self.figure.dpi, ny / self.figure.dpi))
        x, y = scene.window.points(nx, ny)
        # Rows of pixels run downwards.
        self.paint = look.ground.painter(self.scene, x, y[::-1]) if look.ground else None

    def frames(self, run: Any, shown: Sequence[int]) -> Iterator[np.ndarray]:
        """The frames of these snapshots of a run in turn, (height, width, 4) uint8, each valid until the next."""
        for done, (k, flow) in enumerate(_flows(run, shown, self.look), start=1):
            yield self.draw(flow, done / len(shown), k)

    def draw(self, flow: Flow, part: float, index: int = 0) -> np.ndarray:
        """One frame; ``part`` of the progress bar at the lower edge is filled, ``index`` is the number of the flow in
        the run."""
        scene = replace(self.scene, flow=flow, index=index)
        self.buffer[...] = self.background
        if self.paint is not None:
            panel, colours = self.buffer[self.rows, self.columns], self.paint(scene)
            for channel in range(3):  # four times as fast as all at once
                panel[..., channel] = colours[..., channel]
        for artist in draw_overlays(self.ax, self.look, scene):
            self.ax.draw_artist(artist)
            artist.remove()
        self.stamp.set_text(time_label(flow.time, self.times))
        self.figure.draw_artist(self.stamp)
        self.buffer[-BAR_HEIGHT:, : round(part * self.buffer.shape[1]), :3] = BAR_COLOUR
        return self.buffer

    def palette(self, run: Any, shown: Sequence[int]) -> np.ndarray:
        """Up to 256 colours (n, 3) uint8 for a GIF of these snapshots: those that tell some of its frames and all of
        its colour maps best, and the very ones of the surroundings."""
        looked_at = sorted({int(shown[0]), int(shown[len(shown) // 2]), int(shown[-1])})
        frames = (self.draw(run.flow(k), 0.5, k)[..., :3].reshape(-1, 3) for k in looked_at)
        seen = np.concatenate([frame[::PALETTE_STEP].copy() for frame in frames])
        bars = [bar.scale.cmap(np.linspace(0, 1, 512))[:, :3] * 255 for bar in self.look.bars(self.scene)]
        weight = max(1, round(MAP_SHARE * len(seen) / (512 * max(1, len(bars)))))
        maps = np.repeat(np.concatenate(bars), weight, axis=0) if bars else np.empty((0, 3))
        theme = self.scene.theme
        surroundings = np.array([to_rgb(colour) for colour in (theme.line, theme.paper)]) * 255
        exact = np.vstack([surroundings, BAR_COLOUR]).round().astype(np.uint8)
        return np.vstack([exact, best_colours(np.vstack([seen, maps]).astype(np.uint8), 256 - len(exact))])


def _set_up(stage: Stage, pixels: tuple[int, int], title: str) -> tuple[Axes, Text]:
    """Lay out the surroundings; returns the panel and the still empty text of the time stamp."""
    figure, look, scene = stage.figure, stage.look, stage.scene
    window = scene.window
    inches = (pixels[0] / figure.dpi, pixels[1] / figure.dpi)
    sheet = Sheet(figure, 1, 1, window.width / window.height)
    sheet.panels = [add_panel(figure, window, look.title(scene.flow.scalar_units))]
    add_key(sheet.panels[0], look, scene)
    sheet.bars = [
        add_bars(figure, look.bars(scene), scene.size[0 if sheet.horizontal else 1], sheet.horizontal)
    ]
    longest = max((time_label(t, stage.times) for t in stage.times[[0, -1]]), key=len)
    before = f"{title}, " if title else ""
    sheet.header = figure.text(0, 1, before + longest, va="top", weight="bold")
    arrange(sheet, inches)
    # The name stays; the time is drawn anew in each frame, right after it.
    left, top = sheet.header.get_position()
    width = sheet.header.get_window_extent().width
    sheet.header.set_text(longest)
    shift = (width - sheet.header.get_window_extent().width) / pixels[0]
    sheet.header.set_text(title and f"{title},")
    stamp = figure.text(left + shift, top, "", va="top", weight="bold", animated=True)
    return sheet.panels[0], stamp


def _inside(ax: Axes, height: int) -> tuple[slice, slice]:
    """Rows and columns of the pixels inside the frame of an axes, rows counted downwards."""
    box = ax.get_window_extent()
    line = 1
    columns = slice(round(box.x0) + line, round(box.x1) - line + 1)
    rows = slice(height - round(box.y1) + line, height - round(box.y0) - line + 1)
    return rows, columns
