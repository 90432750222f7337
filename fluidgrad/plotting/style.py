"""How pictures look: fonts and lines, colour maps, colour limits, labels with units, the figure itself."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import matplotlib as mpl
import matplotlib.style
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import Colormap, ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from fluidgrad.errors import ConfigError
from fluidgrad.fields import Field
from fluidgrad.plotting.themes import SCREEN, Theme, theme_of

STREAMLINE_MAP = "plasma"
INK = "ink"
"""Greys that darken fast: what little there is of a gradient is seen."""

LOCAL = 200.0
"""A field whose extremes exceed the spread of nearly all its values this many times is one small feature in
a calm domain, rather than a flow with singular corners."""


@contextmanager
def styled(style: str | Theme = SCREEN) -> Iterator[None]:
    """The project's look in one of its styles (:data:`~fluidgrad.plotting.themes.THEMES`), whatever the user's
    matplotlibrc says."""
    with mpl.style.context(["default", theme_of(style).rc]):
        yield


class Picture(Figure):
    """A matplotlib figure that shows itself once in a notebook, with pyplot imported or not."""

    def __init__(self, **options):
        super().__init__(**options)
        FigureCanvasAgg(self)

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=self.dpi)
        return buffer.getvalue()


# Words -------------------------------------------------------------------------------------------------

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def raised(power: int | str) -> str:
    """A power, set high: with the letters for it, or as mathematics where the font lacks them."""
    if mpl.rcParams["mathtext.fontset"] == "stix":
        return f"$^{{{power}}}$"
    return str(power).translate(_RAISED)


def pretty_units(units: str) -> str:
    """Units for the eye: ``"m2 s-2"`` gives ``"m² s⁻²"``."""
    if units == "degree":
        return "°"
    return re.sub(r"(?<=[A-Za-z])-?\d+", lambda m: raised(m.group()), plain(units))


def power_of_ten(low: float, high: float) -> int:
    """Power of ten that makes the numbers between two limits short: none, or a multiple of three."""
    size = max(abs(low), abs(high))
    return 0 if 1e-2 <= size < 1e4 or size == 0 else 3 * int(np.floor(np.log10(size) / 3))


def in_brackets(units: str, exponent: int = 0) -> str:
    """Units behind a name, with a power of ten: ``[10⁻³ m² s⁻²]``; nothing if there is neither."""
    power = f"10{raised(exponent)}" if exponent else ""
    within = " ".join(filter(None, [power, "" if units == "1" else pretty_units(units)]))
    return f"[{within}]" if within else ""


def plain(text: str) -> str:
    """Text of a user as it is, not read as mathematics."""
    return text.replace("$", r"\$")


def short_number(value: float) -> str:
    """Two digits of a number for labels: a true minus, powers of ten as such."""
    digits, _, power = f"{value:.2g}".partition("e")
    if power and abs(int(power)) <= 3:
        digits, power = f"{float(f'{value:.2g}'):g}", ""
    return digits.replace("-", "−") + (f"×10{raised(int(power))}" if power else "")


def sentence(text: str) -> str:
    """The text with a capital first letter, the rest untouched."""
    return text[:1].upper() + text[1:]


def time_label(time: float, times=None) -> str:
    """``t = 1.25 s``; with all the ``times`` of a series given, the same number of decimals for each. Nothing for a
    flow of no time, such as a mean."""
    if np.isnan(time):
        return ""
    if times is None or len(times) < 2:
        return f"t = {time:.4g} s"
    step = np.ptp(times) / (len(times) - 1)
    decimals = int(np.clip(1 - np.floor(np.log10(step)), 0, 12)) if step > 0 else 3
    regular = np.round(times, decimals)
    while decimals and np.array_equal(np.round(regular, decimals - 1), regular):
        decimals -= 1
    return f"t = {time:.{decimals}f} s"


# Colours -----------------------------------------------------------------------------------------------


STAND_INS = {"vik": "RdBu_r", "romaO": "twilight", "batlow": "cividis", "lajolla_r": "YlOrBr"}
"""Colour maps of cmcrameri that the pictures use -> those of matplotlib that do where it is missing."""


@cache
def colour_map(name: str) -> Colormap:
    """A colour map by name, from matplotlib or cmcrameri, or its stand-in (:data:`STAND_INS`) where that is missing.

    Raises ConfigError for an unknown name.
    """
    try:
        from cmcrameri import cm
    except ImportError:
        crameri = {}
    else:
        crameri = cm.cmaps
    if name in mpl.colormaps:
        return mpl.colormaps[name]
    if name in crameri:
        return crameri[name]
    if name == INK:
        return ListedColormap(mpl.colormaps["gray_r"](np.linspace(0, 1, 256) ** 0.6), INK)
    if name in STAND_INS:
        return mpl.colormaps[STAND_INS[name]]
    raise ConfigError(
        f"there is no colour map {name!r}; use a name known to matplotlib or cmcrameri, such as "
        "'viridis', 'cividis', 'RdBu_r'"
    )


@dataclass(frozen=True)
class Scale:
    """From numbers to colours: limits, colour map, and at which ends (``neither, min, max, both``) values
    beyond the limits occur; ``cyclic`` tells that both limits are the same."""

    low: float
    high: float
    cmap: Colormap
    extend: str = "neither"
    cyclic: bool = False

    @property
    def exponent(self) -> int:
        """Power of ten that is taken out of the tick labels and put into the units."""
        return power_of_ten(self.low, self.high)

    def label(self, field: Field) -> str:
        """Symbol and units of the tick labels, ``$p$ [10⁻³ m² s⁻²]`` for instance; no brackets round nothing."""
        return f"${field.symbol}$ {in_brackets(field.units, self.exponent)}".rstrip()

    def dress(self, axis, bins: int) -> None:
        """Give a colour bar's axis about ``bins`` round ticks, free of the power of ten."""
        factor = 10.0**-self.exponent
        steps = MaxNLocator(bins, steps=[1, 2, 2.5, 5, 10], symmetric=False)
        ticks = steps.tick_values(self.low * factor, self.high * factor)
        margin = 1e-9 * (ticks[-1] - ticks[0])
        inside = (ticks >= self.low * factor - margin) & (ticks <= self.high * factor + margin)
        ticks = np.linspace(self.low, self.high, 5) if self.cyclic else ticks[inside]
        decimals = next((n for n in range(9) if np.allclose(ticks, np.round(ticks, n), atol=margin)), 9)
        axis.set_ticks(ticks / factor, [f"{tick + 0.0:.{decimals}f}".replace("-", "−") for tick in ticks])


def check_limits(limits) -> tuple[float, float] | None:
    """A pair of finite numbers, low before high, or None. Raises ConfigError."""
    if limits is None:
        return None
    try:
        low, high = (float(value) for value in limits)
    except (TypeError, ValueError):
        raise ConfigError(f"limits must be two numbers (low, high), not {limits!r}") from None
    if not (np.isfinite([low, high]).all() and low < high):
        raise ConfigError(f"limits must be two finite numbers with low < high, not {limits!r}")
    return low, high


def choose_scale(
    field: Field,
    samples,
    low: float,
    high: float,
    limits=None,
    cmap: str | None = None,
    theme: Theme = SCREEN,
) -> Scale:
    """Colours for a field of which ``samples`` are typical values and ``low``, ``high`` the extremes.

    Without ``limits`` they are robust: a singular corner does not blank the rest. A diverging field that
    takes both signs gets symmetric limits and a diverging map; an angle, its whole period and a cyclic map.
    """
    given = check_limits(limits)
    if field.period and not given:
        half = 0.5 * field.period
        return Scale(-half, half, colour_map(cmap or theme.cyclic), cyclic=True)
    bottom, top = given or _robust(samples, low, high)
    diverging = field.diverging and bottom < 0 < top
    if diverging and not given:
        slight = min(-bottom, top) < 0.01 * max(-bottom, top)
        diverging = not slight
        if diverging:
            top = max(-bottom, top)
            bottom = -top
    slack = 1e-9 * (top - bottom)
    ends = (low < bottom - slack, high > top + slack)
    extend = {(False, False): "neither", (True, False): "min", (False, True): "max", (True, True): "both"}[
        ends
    ]
    suiting = theme.grey if field.grey else theme.diverging if diverging else theme.sequential
    return Scale(bottom, top, colour_map(cmap or suiting), extend)


def _robust(samples, low: float, high: float) -> tuple[float, float]:
    """Limits that few values exceed, never beyond the extremes and never equal."""
    bottom, middle, top = np.percentile(samples, [0.5, 50, 99.5])
    calm = max(high - middle, middle - low) > LOCAL * (top - bottom)
    up = _reach(samples - middle, high - middle, calm)
    down = _reach(middle - samples, middle - low, calm)
    if up + down > 1e-9 * abs(middle):
        return float(middle - down), float(middle + up)
    half = 0.1 * abs(middle) or 1.0
    return float(middle - half), float(middle + half)


def _reach(deviations: np.ndarray, extreme: float, calm: bool) -> float:
    """How far above the median colours should tell values apart: to the 99.5th percentile, or to the extreme
    if it is not much farther. In a domain that is ``calm`` but for a small place, that place counts."""
    active = deviations[deviations > 0.01 * extreme]
    if extreme <= 0 or not active.size:
        return max(extreme, 0.0)
    reach = np.percentile(active, 95) if calm else max(np.percentile(deviations, 99.5), 0.0)
    # Where all but a wake is calm, the wake sets the limits and not what little there is of it in the whole.
    strong = deviations[deviations > 0.05 * extreme]
    if not calm and strong.size > 0.01 * deviations.size:
        reach = max(reach, np.percentile(strong, 90))
    return extreme if extreme <= 1.3 * reach else reach
