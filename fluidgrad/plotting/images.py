"""A scalar field as an image, as filled bands or as level lines."""

from __future__ import annotations

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from fluidgrad.errors import ConfigError
from fluidgrad.fields import Field
from fluidgrad.flow import Flow
from fluidgrad.plotting.sampling import Window
from fluidgrad.plotting.style import DARK, Scale
from fluidgrad.plotting.survey import sample

BANDS = 14
CONTOUR_POINTS = 500


def draw_image(
    ax: Axes, flow: Flow, field: Field, window: Window, scale: Scale, pixels: tuple[int, int]
) -> Artist:
    """The field as an image of ``pixels`` (across, up), interpolated between the grid's values.

    A stretched grid is drawn true: each pixel looks up the values around its own place.
    """
    values = sample(flow, field, *window.points(*pixels))
    return ax.imshow(
        values,
        origin="lower",
        extent=window,
        cmap=scale.cmap,
        vmin=scale.low,
        vmax=scale.high,
        zorder=1,
        aspect="equal",
    )


def contour_levels(contours, scale: Scale) -> np.ndarray:
    """Levels from a number of bands or from the levels themselves; True and words take the default number.

    Raises ConfigError for anything else.
    """
    if contours is True or contours in ("filled", "lines"):
        contours = BANDS
    if isinstance(contours, int) and 2 <= contours <= 200:
        return np.linspace(scale.low, scale.high, contours + 1)
    try:
        levels = np.unique([float(level) for level in contours])
    except (TypeError, ValueError):
        levels = np.array([])
    if levels.size == 0 or not np.isfinite(levels).all():
        raise ConfigError(
            "contours must be True, 'lines', 'filled', a number of bands from 2 to 200, or a list of levels, "
            f"not {contours!r}"
        )
    return levels


def draw_contours(ax: Axes, flow: Flow, field: Field, window: Window, scale: Scale, contours) -> list[Artist]:
    """Level lines over an image, or alone and coloured (``"lines"``), or filled bands (``"filled"``)."""
    levels = contour_levels(contours, scale)
    x, y = window.points(*window.raster(CONTOUR_POINTS))
    # The outermost samples are put on the edges of the window, which lines and bands then reach.
    x[[0, -1]], y[[0, -1]] = window[:2], window[2:]
    values = sample(flow, field, x, y)
    if not levels[0] < values.max() or not levels[-1] > values.min():
        return []
    colours = {"cmap": scale.cmap, "vmin": scale.low, "vmax": scale.high}
    if isinstance(contours, str) and contours == "filled":
        return [ax.contourf(x, y, values, levels=levels, extend="both", zorder=1, **colours)]
    if isinstance(contours, str):
        return [ax.contour(x, y, values, levels=levels, linewidths=1.1, zorder=2, **colours)]
    return [ax.contour(x, y, values, levels=levels, colors=DARK, linewidths=0.5, alpha=0.7, zorder=2)]
