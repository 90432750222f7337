"""Pictures and animations of flows and runs; draws what :mod:`fluidgrad.fields` and :mod:`fluidgrad.analysis` find."""

from __future__ import annotations

from fluidgrad.plotting.animation import animate
from fluidgrad.plotting.budget import budget_of, plot_budget
from fluidgrad.plotting.compare import plot_comparison, plot_overlaid, plot_profiles
from fluidgrad.plotting.figure import plot
from fluidgrad.plotting.forces import plot_forces
from fluidgrad.plotting.layers import *  # noqa: F403
from fluidgrad.plotting.layers import LAYERS
from fluidgrad.plotting.presets import PRESETS
from fluidgrad.plotting.series import plot_series
from fluidgrad.plotting.sidebyside import animate_comparison
from fluidgrad.plotting.surface import plot_surface
from fluidgrad.plotting.themes import THEMES
from fluidgrad.plotting.video import default_suffix

__all__ = [
    "LAYERS",
    "PRESETS",
    "THEMES",
    "animate",
    "animate_comparison",
    "budget_of",
    "default_suffix",
    "plot",
    "plot_budget",
    "plot_comparison",
    "plot_forces",
    "plot_overlaid",
    "plot_profiles",
    "plot_series",
    "plot_surface",
    *(kind.__name__ for kind in LAYERS.values()),
]
