"""``plot_budget``: the terms of a budget over time, stacked, and what is left over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from fluidgrad.analysis.budgets import (
    MEANINGS,
    Budget,
    enstrophy_budget,
    kinetic_energy_budget,
    recorded_budget,
)
from fluidgrad.errors import ConfigError
from fluidgrad.plotting.columns import BUDGETS, budgets_in
from fluidgrad.plotting.curves import (
    COLOURS,
    SIZE,
    finish,
    legend_above,
    letters_across,
    robust_limits,
    unit_axis,
)
from fluidgrad.plotting.figure import DPI, FORMATS, check_dpi, check_size, check_suffix
from fluidgrad.plotting.style import Picture, plain, styled
from fluidgrad.plotting.themes import DARK

QUANTITIES = dict(zip(BUDGETS, ("kinetic_energy", "enstrophy"), strict=True))
"""Short name of a budget, as in the columns of a time series -> what it is of."""

RATE = "storage"

HATCHES = ("", "///", "...")
"""Areas beyond the last colour are told apart by these."""


def budget_of(run: Any, kind: str = "energy") -> Budget:
    """A budget of a run over time: of its time series if the terms are there, else from its snapshots.

    Raises ConfigError for another ``kind`` than ``"energy"`` and ``"enstrophy"``.
    """
    if kind not in QUANTITIES:
        raise ConfigError(f"a budget is of {' or '.join(QUANTITIES)}, not {kind!r}")
    if kind in budgets_in(run.series):
        return recorded_budget(run, QUANTITIES[kind])
    return (kinetic_energy_budget if kind == "energy" else enstrophy_budget)(run)


def plot_budget(
    budget: Budget,
    *,
    start: float | None = None,
    end: float | None = None,
    title: str | None = None,
    path: Path | str | None = None,
    dpi: float = DPI,
    size: tuple[float, float] | None = None,
) -> Any:
    """Draw a budget over time: gains stacked upwards and losses downwards, the rate of change as a line, and below what
    is left over, in percent of the largest term.

    Parameters
    ----------
    budget : over two or more instants, from :func:`budget_of` or :mod:`fluidgrad.analysis.budgets`.
    start, end : times (s) to show.

    ``title``, ``path``, ``dpi``, ``size`` are those of :func:`fluidgrad.plotting.plot`. Raises ConfigError if there are
    not two instants to show.
    """
    if path is not None:
        check_suffix(Path(path), FORMATS)
    t = np.atleast_1d(budget.time)
    rows = (t >= (-np.inf if start is None else start)) & (t <= (np.inf if end is None else end))
    if rows.sum() < 2:
        raise ConfigError("a budget over time needs two instants or more: give other times")
    size = SIZE if size is None else check_size(size, 2.0, 60.0)
    terms = {name: np.asarray(q, dtype=float)[rows] for name, q in budget.terms.items()}
    with styled():
        figure = Picture(figsize=size, dpi=check_dpi(dpi), layout="constrained")
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3.2, 1))
        if title:
            figure.suptitle(plain(title), x=0.01, ha="left", weight="bold", fontsize=10)
        of = budget.quantity.replace("_", " ")
        _stack(upper, t[rows], terms)
        unit_axis(upper, f"{of} per time", budget.units)
        legend_above(upper, "", letters_across(figure))
        lower.plot(t[rows], 100 * np.asarray(budget.closure)[rows], color=DARK, linewidth=1.1)
        lower.set(ylabel="residual [%]", xlabel="t [s]", xlim=(t[rows][0], t[rows][-1]))
        lower.set_ylim(0, (robust_limits([100 * np.asarray(budget.closure)[rows]]) or (0, 1))[1])
        for ax in (upper, lower):
            ax.grid(linewidth=0.4, alpha=0.5)
        figure.align_ylabels((upper, lower))
    return finish(figure, path, dpi)


def _stack(ax: Axes, t: np.ndarray, terms: dict[str, np.ndarray]) -> None:
    """Areas of all terms, gains above zero and losses below, and the rate of change over them."""
    largest = max(np.nanmax(np.abs(q), initial=0.0) for q in terms.values())
    heap = {True: np.zeros(t.size), False: np.zeros(t.size)}
    drawn = [name for name, q in terms.items() if name != RATE and np.nanmax(np.abs(q)) > 1e-3 * largest]
    for number, name in enumerate(drawn):
        look = {
            "facecolor": COLOURS[number % len(COLOURS)],
            "hatch": HATCHES[number // len(COLOURS) % len(HATCHES)],
            "edgecolor": "white",
            "linewidth": 0.0,
            "alpha": 0.85,
        }
        label = f"{name.replace('_', ' ')}: {MEANINGS.get(name, '')}".removesuffix(": ")
        for gain in (True, False):
            part = np.nan_to_num(np.maximum(terms[name], 0) if gain else np.minimum(terms[name], 0))
            top = heap[gain] + part
            ax.fill_between(t, heap[gain], top, label=plain(label) if gain else None, **look)
            heap[gain] = top
    if RATE in terms:
        ax.plot(t, terms[RATE], color=DARK, linewidth=1.4, label=MEANINGS[RATE])
    ax.axhline(0, color=DARK, linewidth=0.6)
    limits = robust_limits([heap[True], heap[False]])
    if limits is not None:
        ax.set_ylim(*limits)
