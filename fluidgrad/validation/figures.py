"""The figure of a case: computed curves, light to dark as the grid gets finer, and published points over them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from fluidgrad.plotting.curves import COLOURS
from fluidgrad.plotting.figure import DPI, save
from fluidgrad.plotting.style import Picture, colour_map, styled
from fluidgrad.validation.case import Case, Curve
from fluidgrad.validation.outcome import Outcome

POINT = "#d55e00"
"""Published points over curves of one colour."""


def draw(case: Case, outcome: Outcome, path: Path) -> None:
    """Draw a case and save the picture. Raises StorageError."""
    with styled():
        figure = Picture(figsize=case.size, layout="constrained", dpi=DPI)
        figure.suptitle(case.title, weight="bold", fontsize=11)
        case.draw(figure, outcome)
        save(figure, path, DPI)


def shades(count: int) -> np.ndarray:
    """Colours for so many resolutions, the finest the darkest."""
    return colour_map("Blues")(np.linspace(0.4, 1.0, count) if count > 1 else [1.0])


def computed(ax: Axes, outcome: Outcome, setup: str, name: str, *, upright: bool = False, **style) -> None:
    """A curve of a set-up at all its resolutions; with ``upright`` the abscissa goes up."""
    resolutions = outcome.resolutions(setup)
    for n, shade in zip(resolutions, shades(len(resolutions)), strict=True):
        x, y = outcome.curve(setup, name, n)[:: -1 if upright else 1]
        ax.plot(x, y, **{"color": shade, "lw": 1.4, "label": f"computed, {n}", **style})


def published(ax: Axes, x, y, label: str, colour: str = POINT, **style) -> None:
    """Published points, as open circles over everything else."""
    look = {"ls": "none", "marker": "o", "ms": 5.0, "mfc": "none", "mew": 1.2, "zorder": 5, "clip_on": False}
    ax.plot(x, y, **{**look, "color": colour, "label": label, **style})


def convergence(
    ax: Axes, outcome: Outcome, lines: Sequence[tuple[str, str, str]], order: float = 2.0
) -> None:
    """Errors over the resolution in logarithmic scales, with a guide line of the expected order; ``lines``
    holds set-up, key and label of each."""
    all_resolutions: set[int] = set()
    largest = []
    for (setup, key, label), colour in zip(lines, COLOURS, strict=False):
        n, error = outcome.errors(setup, key)
        ax.loglog(n, error, "o-", color=colour, ms=4.5, lw=1.4, label=label)
        all_resolutions |= set(n)
        largest.append((n, error))
    n = np.array(sorted(all_resolutions), dtype=float)
    start = 0.6 * min(error[0] * (first[0] / n[0]) ** order for first, error in largest)
    ax.loglog(n, start * (n / n[0]) ** -order, "--", color="0.5", lw=1.0, label=f"order {order:g}")
    ax.xaxis.set_major_locator(FixedLocator(n))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xticks(n, [f"{k:g}" for k in n])
    ax.set_xlabel(outcome.resolution)
    ax.set_ylabel("difference")
    legend(ax)


def profile_and_order(
    figure: Figure,
    outcome: Outcome,
    profile: tuple[str, str],
    exact: Curve,
    lines: Sequence[tuple[str, str, str]],
    order: float = 2.0,
    **words: object,
) -> Axes:
    """The usual figure of an exact solution: a profile, given by set-up and name, with the exact one, and the errors
    over the resolution. ``words`` are labels and limits of the profile's axes, which are returned."""
    left, right = figure.subplots(1, 2)
    computed(left, outcome, *profile)
    published(left, *exact, "exact")
    left.set(**words)
    legend(left)
    convergence(right, outcome, lines, order)
    return left


def legend(ax: Axes, **options) -> None:
    """A legend without an edge."""
    ax.legend(**{"framealpha": 0.8, "edgecolor": "none", "fontsize": 8.0, **options})
