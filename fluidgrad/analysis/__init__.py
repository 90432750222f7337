"""What results mean: numbers and fields from the fields and series of a run; draws nothing, solves nothing."""

from __future__ import annotations

from fluidgrad.analysis.oscillation import Oscillation, strouhal, time_mean
from fluidgrad.analysis.surface import surface

__all__ = ["Oscillation", "strouhal", "surface", "time_mean"]
