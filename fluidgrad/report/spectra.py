"""The energy spectrum of a periodic run at a few moments."""

from __future__ import annotations

from typing import Any

from fluidgrad.analysis import energy_spectrum
from fluidgrad.plotting.curves import SIZE, legend_above, line_style
from fluidgrad.plotting.style import Picture, styled, time_label

LOWEST = 1e-12
"""Part of the largest value below which nothing is shown."""


def plot_spectrum(run: Any) -> Picture:
    """Draw the energy spectrum of the first, the middle and the last snapshot."""
    with styled():
        figure = Picture(figsize=(SIZE[0], 4.4), layout="constrained")
        ax = figure.subplots()
        top = 0.0
        for number, k in enumerate(sorted({0, (len(run) - 1) // 2, len(run) - 1})):
            flow = run.flow(k)
            found = energy_spectrum(flow)
            shown = (found.k > 0) & (found.density > 0)
            ax.loglog(found.k[shown], found.density[shown], label=time_label(flow.time), **line_style(number))
            top = max(top, float(found.density[shown].max(initial=0.0)))
        if top > 0:
            ax.set_ylim(max(LOWEST * top, ax.get_ylim()[0]), 3 * top)
        ax.set(xlabel="wavenumber [rad m⁻¹]", ylabel="energy spectrum [m³ s⁻²]")
        ax.grid(linewidth=0.4, alpha=0.5)
        legend_above(ax, "", 90)
    return figure
