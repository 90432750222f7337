"""Pictures and animations of flows and runs; draws what :mod:`fluidgrad.fields` computes."""

from __future__ import annotations

from fluidgrad.plotting.animation import animate
from fluidgrad.plotting.figure import plot
from fluidgrad.plotting.video import default_suffix

__all__ = ["animate", "default_suffix", "plot"]
