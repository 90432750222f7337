"""What makes a vortex: criteria of the velocity gradient, and two that look at the velocity around a point.

All of the former are made of (du/dx - dv/dy)^2 at the centre and the mean of du/dy dv/dx at the nodes around it. In
plane incompressible flow they agree on which cells are in vortices, cell by cell: where the Okubo-Weiss parameter is
negative.
"""

from __future__ import annotations

import numpy as np

from fluidgrad.fields import tensor
from fluidgrad.fields.table import entry
from fluidgrad.fields.tensor import VelocityGradient
from fluidgrad.flow import Flow


@entry("okubo_weiss", "centre", "s-2", "Okubo-Weiss parameter", "W", diverging=True,
       source="Okubo 1970; Weiss 1991")  # fmt: skip
def _okubo_weiss(flow: Flow) -> np.ndarray:
    """W = s_n^2 + s_s^2 - omega^2 = (du/dx - dv/dy)^2 + 4 dv/dx du/dy; negative in vortices"""
    return parameter(tensor.of_flow(flow))


@entry("q_criterion", "centre", "s-2", "Q criterion", "Q", diverging=True,
       source="Hunt, Wray and Moin 1988")  # fmt: skip
def _q_criterion(flow: Flow) -> np.ndarray:
    """Q = (Omega:Omega - S:S)/2, Omega and S the antisymmetric and symmetric parts of grad u; positive in vortices"""
    return second_invariant(tensor.of_flow(flow))


@entry("lambda2", "centre", "s-2", "lambda-2 criterion", r"\lambda_2", diverging=True,
       source="Jeong and Hussain 1995")  # fmt: skip
def _lambda2(flow: Flow) -> np.ndarray:
    """Middle one of the eigenvalues of S^2 + Omega^2, the third of which is zero in the plane; negative in vortices"""
    a = tensor.of_flow(flow)
    middle = 0.5 * (a.xx**2 + a.yy**2) + a.cross
    spread = 0.5 * np.abs(a.xx + a.yy) * np.sqrt((a.xx - a.yy) ** 2 + a.shear)
    # The median of zero and the two others.
    return np.maximum(np.minimum(middle + spread, 0.0), middle - spread)


@entry("swirling_strength", "centre", "s-1", "swirling strength", r"\lambda_{ci}",
       source="Zhou, Adrian, Balachandar and Kendall 1999")  # fmt: skip
def _swirling_strength(flow: Flow) -> np.ndarray:
    """Imaginary part of the complex eigenvalues of grad u, sqrt(max(-W, 0))/2; zero outside vortices"""
    return 0.5 * np.sqrt(np.maximum(-parameter(tensor.of_flow(flow)), 0.0))


@entry("delta_criterion", "centre", "s-6", "Delta criterion", r"\Delta", diverging=True,
       source="Chong, Perry and Cantwell 1990")  # fmt: skip
def _delta_criterion(flow: Flow) -> np.ndarray:
    """Delta = (Q/3)^3 + (R/2)^2 with R = -det(grad u) = 0 in the plane; positive in vortices"""
    return (second_invariant(tensor.of_flow(flow)) / 3) ** 3


@entry("velocity_gradient_determinant", "centre", "s-2", "determinant of the velocity gradient",
       r"\det\nabla\mathbf{u}", diverging=True)  # fmt: skip
def _determinant(flow: Flow) -> np.ndarray:
    """du/dx dv/dy - du/dy dv/dx"""
    a = tensor.of_flow(flow)
    return a.xx * a.yy - a.cross


@entry("gamma1", "centre", "1", "Gamma-1 around points", r"\Gamma_1", diverging=True,
       source="Michard, Graftieaux, Lollini and Grosjean 1997")  # fmt: skip
def _gamma1(flow: Flow) -> np.ndarray:
    """Mean sine of the angle between the way from a point and the velocity there; 1 or -1 in the middle of a vortex"""
    from fluidgrad.analysis.gamma import gamma1

    return gamma1(flow)


@entry("gamma2", "centre", "1", "Gamma-2 around points", r"\Gamma_2", diverging=True,
       source="Graftieaux, Michard and Grosjean 2001")  # fmt: skip
def _gamma2(flow: Flow) -> np.ndarray:
    """Gamma-1 of the velocity relative to its mean around the point; beyond 2/pi in vortices"""
    from fluidgrad.analysis.gamma import gamma2

    return gamma2(flow)


def parameter(a: VelocityGradient) -> np.ndarray:
    """Okubo-Weiss parameter of a velocity gradient."""
    return (a.xx - a.yy) ** 2 + 4 * a.cross


def second_invariant(a: VelocityGradient) -> np.ndarray:
    """Q of a velocity gradient: -W/4, less a quarter of the squared divergence."""
    return -0.25 * (parameter(a) + (a.xx + a.yy) ** 2)
