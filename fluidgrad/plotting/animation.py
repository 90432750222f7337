"""``animate``: a run as a video.

The surroundings of the panel are drawn once. For each frame the field is interpolated onto the panel's
pixels, mapped to colours by a table, and pasted; only the time stamp, and lines or arrows if asked for, pass
through matplotlib. Colour limits and arrow lengths hold for the whole run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from fluidgrad.analysis.masking import drawable
from fluidgrad.errors import ConfigError
from fluidgrad.field_names import groups
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid
from fluidgrad.plotting.figure import check_size, check_suffix, choose_fields, choose_look
from fluidgrad.plotting.layout import Sheet, arrange
from fluidgrad.plotting.panel import Look, Scales, add_bars, add_key, add_panel, draw_overlays, survey
from fluidgrad.plotting.sampling import Sampler, Window, view_window
from fluidgrad.plotting.style import Picture, Scale, styled, time_label
from fluidgrad.plotting.video import FORMATS, open_video

SIZES = {".mp4": (1280, 720), ".gif": (800, 450)}
SURVEYED = 24
"""Snapshots that are looked at for the limits."""
BAR_HEIGHT = 4
BAR_COLOUR = np.array(to_rgb("#4c78a8")) * 255

SHORTEST = 4.0
"""Length of a film, s, below which the frames follow more slowly."""


def animate(
    run: Any,
    path: Path | str,
    field: str | None = None,
    *,
    fps: float | None = None,
    size: Sequence[int] | None = None,
    zoom: Sequence[float] | None = None,
    limits: Sequence[float] | None = None,
    cmap: str | None = None,
    streamlines: bool | str = False,
    gradient: bool | str | None = None,
    velocity: bool = False,
    contours: bool | int | str | Sequence[float] = False,
    title: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write one frame per snapshot of a run to an MP4 or GIF file, and return its path.

    Parameters
    ----------
    run : anything with ``times``, ``flow(index)``, ``grid`` and ``name``, or the path of a run.
    path : where to; the suffix ``.mp4`` or ``.gif`` chooses the format.
    field : what to show; default the field of ``gradient``, else vorticity.
    fps : frames per second; default 25, fewer if the film were over within :data:`SHORTEST` seconds.
    size : width and height in pixels, made even; default 1280 by 720, for GIF
        800 by 450.
    progress : called with the number of frames done and of all frames.

    ``zoom``, ``limits``, ``cmap``, ``streamlines``, ``gradient``, ``velocity``, ``contours``, ``title`` are
    those of :func:`fluidgrad.plotting.plot`. Raises ConfigError for what cannot be drawn or encoded and
    StorageError for what cannot be written; no partial file is left.
    """
    path = Path(path)
    suffix = check_suffix(path, FORMATS)
    if fps is not None and not 0.1 <= fps <= 240:
        raise ConfigError(f"fps must lie between 0.1 and 240, not {fps!r}")
    width, height = check_size(SIZES[suffix] if size is None else size, 160, 7680)
    pixels = (2 * round(width / 2), 2 * round(height / 2))
    if isinstance(run, str | Path):
        from fluidgrad.output import open_run

        run = open_run(run)
    times = np.asarray(run.times)
    if not times.size:
        raise ConfigError(f"run {run.name!r} has no snapshots yet: there is nothing to animate")
    scalars = run.flow(0).scalar_units
    if field in groups(scalars):
        raise ConfigError(f"an animation shows one field: choose one of {', '.join(groups(scalars)[field])}")
    fps = fps or min(25.0, max(2.0, times.size / SHORTEST))
    shown = choose_fields(field, gradient, scalars)
    look = choose_look(shown[0], shown, streamlines, gradient, velocity, contours, scalars)
    window = view_window(run.grid, zoom)
    with styled():
        sampled = np.unique(np.linspace(0, times.size - 1, SURVEYED).round().astype(int))
        scales = survey((run.flow(int(i)) for i in sampled), run.grid, [look], window, limits, cmap)
        words = str(run.name) if title is None else title
        stage = Stage(pixels, words, run.grid, look, window, scales, times)
        with open_video(path, pixels, fps, stage.palette()) as video:
            for done, frame in enumerate(stage.frames(run), start=1):
                video.write(frame)
                if progress is not None:
                    progress(done, times.size)
    return path


class Stage:
    """The picture in which the frames are drawn one after the other, ``pixels`` (width, height) in size."""

    def __init__(
        self,
        pixels: tuple[int, int],
        title: str,
        grid: Grid,
        look: Look,
        window: Window,
        scales: Scales,
        times,
    ):
        self.look, self.window, self.scales, self.times = look, window, scales, times
        self.figure = Picture(dpi=100 * float(np.clip(pixels[1] / 720, 0.7, 4)))
        self.ax, self.stamp = _set_up(self, pixels, title)
        self.figure.canvas.draw()
        self.buffer = np.asarray(self.figure.canvas.buffer_rgba())
        self.background = self.buffer.copy()
        self.rows, self.columns = _inside(self.ax, self.buffer.shape[0])
        self.table = colour_table(self.scale)
        x, y = window.points(self.columns.stop - self.columns.start, self.rows.stop - self.rows.start)
        # Rows of pixels run downwards.
        self.sampler = Sampler(grid, look.field.location, x, y[::-1], np.float32)

    def frames(self, run: Any) -> Iterator[np.ndarray]:
        """The frames of a run in turn, (height, width, 4) uint8, each valid until the next."""
        for k in range(self.times.size):
            yield self.draw(run.flow(k), (k + 1) / self.times.size)

    def draw(self, flow: Flow, part: float) -> np.ndarray:
        """One frame; ``part`` of the progress bar at the lower edge is filled."""
        self.buffer[...] = self.background
        if self.look.has_image:
            values = self.sampler(drawable(flow, self.look.field).astype(np.float32))
            self.buffer[self.rows, self.columns, :3] = to_colours(values, self.scale, self.table)
        for artist in draw_overlays(self.ax, flow, self.look, self.window, self.scales):
            self.ax.draw_artist(artist)
            artist.remove()
        self.stamp.set_text(time_label(flow.time, self.times))
        self.figure.draw_artist(self.stamp)
        self.buffer[-BAR_HEIGHT:, : round(part * self.buffer.shape[1]), :3] = BAR_COLOUR
        return self.buffer

    @property
    def scale(self) -> Scale:
        return self.scales.images[self.look.field.name]

    def palette(self) -> np.ndarray:
        """Up to 256 colours for GIF: of the maps, and greys and the bar for the rest."""
        lines = list(self.scales.lines.values())
        share = 216 // (1 + len(lines))
        colours = [scale.cmap(np.linspace(0, 1, share))[:, :3] * 255 for scale in (self.scale, *lines)]
        greys = np.repeat(np.linspace(26, 255, 39)[:, None], 3, axis=1)
        return np.vstack([*colours, greys, BAR_COLOUR]).round()


def _set_up(stage: Stage, pixels: tuple[int, int], title: str) -> tuple[Axes, Text]:
    """Lay out the surroundings; returns the panel and the still empty text of the time stamp."""
    figure, look, window, scales = stage.figure, stage.look, stage.window, stage.scales
    inches = (pixels[0] / figure.dpi, pixels[1] / figure.dpi)
    sheet = Sheet(figure, 1, 1, window.width / window.height)
    width = 0.8 * min(inches[1] * sheet.ratio, inches[0])
    sheet.panels = [add_panel(figure, window, look.title)]
    add_key(sheet.panels[0], look, window, scales, width)
    length = width if sheet.horizontal else width / sheet.ratio
    sheet.bars = [add_bars(figure, look, scales, length, sheet.horizontal)]
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


def colour_table(scale: Scale) -> np.ndarray:
    """The colours (256, 3) uint8 of equal steps from the lower to the upper limit."""
    return (scale.cmap(np.linspace(0, 1, 256))[:, :3] * 255).round().astype(np.uint8)


def to_colours(values: np.ndarray, scale: Scale, table: np.ndarray) -> np.ndarray:
    """Colours (..., 3) of ``values``, those beyond the limits taking the colour of the limit."""
    steps = (values - np.float32(scale.low)) * np.float32(256 / (scale.high - scale.low))
    return table.take(np.clip(steps, 0, 255, out=steps).astype(np.uint8), axis=0)
