"""Fields of the pressure."""

from __future__ import annotations

import numpy as np

from fluidgrad.differences import ALONG_X, ALONG_Y, hessian, on_faces
from fluidgrad.fields.table import entry
from fluidgrad.fields.velocity import kinetic_energy
from fluidgrad.flow import Flow


@entry("dp_dx", "x-face", "m s-2", "pressure gradient dp/dx", r"\partial p/\partial x", diverging=True)
def _dp_dx(flow: Flow) -> np.ndarray:
    """dp/dx"""
    return on_faces(flow.p, flow.grid, ALONG_X)


@entry("dp_dy", "y-face", "m s-2", "pressure gradient dp/dy", r"\partial p/\partial y", diverging=True)
def _dp_dy(flow: Flow) -> np.ndarray:
    """dp/dy"""
    return on_faces(flow.p, flow.grid, ALONG_Y)


@entry("total_pressure", "centre", "m2 s-2", "total kinematic pressure", "p_0")
def _total_pressure(flow: Flow) -> np.ndarray:
    """p + (u^2 + v^2)/2, the same along streamlines of steady flow without friction (Bernoulli)"""
    return flow.p + kinetic_energy(flow)


@entry("pressure_hessian_determinant", "centre", "s-4", "determinant of the pressure Hessian",
       r"\det\nabla\nabla p", diverging=True)  # fmt: skip
def _pressure_hessian_determinant(flow: Flow) -> np.ndarray:
    """d2p/dx2 d2p/dy2 - (d2p/dxdy)^2; positive about minima (vortices) and maxima (stagnation) of the pressure"""
    xx, xy, yy = hessian(flow.p, flow.grid, flow.distance)
    return xx * yy - xy**2
