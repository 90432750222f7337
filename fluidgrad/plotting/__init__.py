"""Pictures and animations of flows and runs; draws what :mod:`fluidgrad.fields` computes."""

from __future__ import annotations

from fluidgrad.plotting.animation import animate
from fluidgrad.plotting.figure import plot
from fluidgrad.plotting.forces import plot_forces
from fluidgrad.plotting.surface import plot_surface
from fluidgrad.plotting.video import default_suffix

__all__ = ["animate", "default_suffix", "plot", "plot_forces", "plot_surface"]
