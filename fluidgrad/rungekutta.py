"""Coefficients of the time scheme (see :mod:`fluidgrad.stepping`), one per stage."""

from __future__ import annotations

GAMMA = (8 / 15, 5 / 12, 3 / 4)
"""Weights of the rate of the stage."""

ZETA = (0.0, -17 / 60, -5 / 12)
"""Weights of the rate of the stage before."""

ALPHA = (29 / 96, -3 / 40, 1 / 6)
"""Weights of the implicit terms at the start of the stage."""

BETA = (37 / 160, 5 / 24, 1 / 6)
"""Weights of the implicit terms at its end."""

STAGE_TIMES = (0.0, 8 / 15, 2 / 3, 1.0)
"""Start of each stage, and end of the last, in steps."""


def weights(k: int, dt: float) -> tuple[float, float, float, float]:
    """The four weights of stage k (0, 1, 2) times the step dt (s), in the order above."""
    return GAMMA[k] * dt, ZETA[k] * dt, ALPHA[k] * dt, BETA[k] * dt


def stage_times(k: int, t: float, dt: float) -> tuple[float, float]:
    """Start and end of stage k of the step from t to t + dt, s."""
    return t + STAGE_TIMES[k] * dt, t + STAGE_TIMES[k + 1] * dt
