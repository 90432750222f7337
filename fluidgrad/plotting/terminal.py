"""Pictures of characters for terminals: fields in coloured half blocks, series as small bars."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_rgb
from rich.style import Style
from rich.text import Text

from fluidgrad.fields import Field, lookup
from fluidgrad.flow import Flow
from fluidgrad.plotting.sampling import Window, view_window
from fluidgrad.plotting.solids import wall_distance
from fluidgrad.plotting.style import Scale
from fluidgrad.plotting.survey import Survey, sample
from fluidgrad.plotting.themes import SCREEN

HALF = "▀"
"""A character cell, twice as high as wide, shows two square pixels with this: one in its own colour, one in that of
its background."""

BARS = " ▁▂▃▄▅▆▇█"
SHADES = " ░▒▓█"
SOLID = "#"


def picture(
    flow: Flow,
    name: str,
    width: int,
    height: int,
    *,
    zoom=None,
    limits=None,
    cmap: str | None = None,
    colours: bool = True,
) -> Text:
    """A field as lines of characters, at most ``width`` by ``height`` of them, the right way up and in the right
    proportions.

    Without ``colours`` the magnitude shows in four shades, with ``#`` for bodies. The rest, and the errors, as for
    :func:`fluidgrad.plotting.plot`.
    """
    field, window = lookup(name, flow.scalar_units), view_window(flow.grid, zoom)
    scale = scale_of(flow, field, window, limits, cmap)
    across, up = _pixels(window, width, 2 * height)
    x, y = window.points(across, up)
    values, solid = sample(flow, field, x, y)[::-1], (wall_distance(flow, x, y) < 0)[::-1]
    if not colours:
        return Text("\n".join(_shaded(values[::2], solid[::2], scale)))
    rgb = (scale.cmap((values - scale.low) / (scale.high - scale.low))[..., :3] * 255).round().astype(int)
    rgb[solid] = np.round(np.array(to_rgb(SCREEN.body)) * 255).astype(int)
    lines = [
        Text("").join(
            Text(HALF, Style(color=f"rgb({a},{b},{c})", bgcolor=f"rgb({d},{e},{f})"))
            for (a, b, c), (d, e, f) in zip(upper, lower, strict=True)
        )
        for upper, lower in zip(rgb[::2].tolist(), rgb[1::2].tolist(), strict=True)
    ]
    return Text("\n").join(lines)


def scale_of(flow: Flow, field: Field, window: Window, limits=None, cmap: str | None = None) -> Scale:
    """Limits and colours that suit one flow."""
    survey = Survey(flow.grid, field, window)
    survey.add(flow)
    return survey.scale(limits, cmap)


def _pixels(window: Window, width: int, height: int) -> tuple[int, int]:
    """Pixels across and up, an even number, that fit and keep the proportions."""
    size = max(window.width / width, window.height / height)
    return max(2, int(window.width / size)), max(2, 2 * round(window.height / size / 2))


def _shaded(values: np.ndarray, solid: np.ndarray, scale: Scale) -> list[str]:
    """Lines of shades; of fields that are symmetric about zero by their magnitude."""
    low = 0.0 if scale.low < 0 < scale.high else scale.low
    reach = max(abs(scale.low), abs(scale.high)) if low == 0.0 else scale.high - low
    parts = np.clip(np.abs(values - low) / reach, 0, 1)
    steps = np.minimum((parts * len(SHADES)).astype(int), len(SHADES) - 1)
    characters = np.where(solid, SOLID, np.array(list(SHADES))[steps])
    return ["".join(row).rstrip() for row in characters]


def sparkline(values, width: int) -> str:
    """A series as bars, each the mean of its share of the values, from the lowest to the highest of these but for the
    first, which may be a start-up."""
    q = np.asarray(values, dtype=float)
    q = q[np.isfinite(q)]
    if not q.size or width < 1:
        return ""
    means = np.array([part.mean() for part in np.array_split(q, min(width, q.size))])
    later = means[means.size // 10 :]
    low, high = later.min(), later.max()
    if not high - low > 1e-12 * max(abs(low), abs(high)):
        return BARS[4] * means.size
    steps = 1 + np.minimum(
        ((means.clip(low, high) - low) / (high - low) * (len(BARS) - 1)).astype(int), len(BARS) - 2
    )
    return "".join(BARS[k] for k in steps)
