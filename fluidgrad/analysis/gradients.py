"""Gradients of any scalar, and the velocity gradient, at the cell centres; the pieces of which fields are made.

:func:`gradient`, :func:`hessian`, :func:`laplacian`, :func:`smoothed_gradient` take plain arrays with their grid;
the others take a flow. All are of second order up to the sides and beside bodies, and NaN in bodies.
"""

from __future__ import annotations

import numpy as np

from fluidgrad.differences import SCHARR, SOBEL, gradient, hessian, laplacian, smoothed_gradient
from fluidgrad.fields.tensor import velocity_gradient
from fluidgrad.fields.velocity import principal_axes
from fluidgrad.flow import Flow

__all__ = [
    "SCHARR",
    "SOBEL",
    "gradient",
    "hessian",
    "laplacian",
    "pressure_hessian",
    "principal_axes",
    "smoothed_gradient",
    "velocity_gradient",
]


def pressure_hessian(flow: Flow) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Second derivatives ``(d2p/dx2, d2p/dxdy, d2p/dy2)`` of the kinematic pressure at the centres, (ny, nx), 1/s2.

    Its trace is 2 Q in plane incompressible flow without forces.
    """
    return hessian(flow.p, flow.grid, flow.distance)
