"""Fields of the velocity: energy, rotation, stretching."""

from __future__ import annotations

import numpy as np

from fluidgrad.differences import ALONG_X, ALONG_Y, across_cells, across_faces, column, mean, widths
from fluidgrad.fields import tensor
from fluidgrad.fields.table import entry
from fluidgrad.flow import Flow


@entry("u", "x-face", "m s-1", "velocity along x", "u", diverging=True)
def _u(flow: Flow) -> np.ndarray:
    """u"""
    return flow.u


@entry("v", "y-face", "m s-1", "velocity along y", "v", diverging=True)
def _v(flow: Flow) -> np.ndarray:
    """v"""
    return flow.v


@entry("p", "centre", "m2 s-2", "kinematic pressure", "p")
def _p(flow: Flow) -> np.ndarray:
    """p, pressure over density"""
    return flow.p


@entry("speed", "centre", "m s-1", "speed", r"|\mathbf{u}|")
def _speed(flow: Flow) -> np.ndarray:
    """sqrt(u^2 + v^2)"""
    return np.hypot(mean(flow.u, ALONG_X), mean(flow.v, ALONG_Y))


@entry("kinetic_energy", "centre", "m2 s-2", "kinetic energy per mass", "k")
def kinetic_energy(flow: Flow) -> np.ndarray:
    """(u^2 + v^2)/2

    Mean of the squares on the faces: its integral over the cells is the energy the scheme conserves.
    """
    return 0.5 * (mean(flow.u**2, ALONG_X) + mean(flow.v**2, ALONG_Y))


@entry("vorticity", "node", "s-1", "vorticity", r"\omega", diverging=True)
def vorticity(flow: Flow) -> np.ndarray:
    """dv/dx - du/dy"""
    return _dv_dx(flow) - _du_dy(flow)


@entry("divergence", "centre", "s-1", "divergence of velocity", r"\nabla\!\cdot\mathbf{u}", diverging=True)
def _divergence(flow: Flow) -> np.ndarray:
    """du/dx + dv/dy"""
    return _du_dx(flow) + _dv_dy(flow)


@entry("streamfunction", "node", "m2 s-1", "streamfunction", r"\psi", diverging=True)
def _streamfunction(flow: Flow) -> np.ndarray:
    """psi with u = dpsi/dy, v = -dpsi/dx, zero in the lower left corner

    Fluxes summed along the bottom side, then upwards: both relations hold on every face.
    """
    psi = np.zeros(flow.grid.shape("node"))
    psi[0, 1:] = -np.cumsum(flow.v[0] * widths(flow.grid, ALONG_X))
    psi[1:] = psi[0] + np.cumsum(flow.u * column(widths(flow.grid, ALONG_Y), ALONG_Y), axis=ALONG_Y)
    return psi


@entry("du_dx", "centre", "s-1", "velocity gradient du/dx", r"\partial u/\partial x", diverging=True)
def _du_dx(flow: Flow) -> np.ndarray:
    """du/dx"""
    return across_cells(flow.u, flow.grid, ALONG_X)


@entry("du_dy", "node", "s-1", "velocity gradient du/dy", r"\partial u/\partial y", diverging=True)
def _du_dy(flow: Flow) -> np.ndarray:
    """du/dy"""
    return across_faces(flow.padded_velocity()[0], flow.grid, ALONG_Y)


@entry("dv_dx", "node", "s-1", "velocity gradient dv/dx", r"\partial v/\partial x", diverging=True)
def _dv_dx(flow: Flow) -> np.ndarray:
    """dv/dx"""
    return across_faces(flow.padded_velocity()[1], flow.grid, ALONG_X)


@entry("dv_dy", "centre", "s-1", "velocity gradient dv/dy", r"\partial v/\partial y", diverging=True)
def _dv_dy(flow: Flow) -> np.ndarray:
    """dv/dy"""
    return across_cells(flow.v, flow.grid, ALONG_Y)


@entry("enstrophy", "node", "s-2", "enstrophy", r"\omega^2/2")
def _enstrophy(flow: Flow) -> np.ndarray:
    """omega^2/2"""
    return 0.5 * vorticity(flow) ** 2


@entry("normal_strain", "centre", "s-1", "normal strain", "s_n", diverging=True)
def _normal_strain(flow: Flow) -> np.ndarray:
    """s_n = du/dx - dv/dy"""
    return _du_dx(flow) - _dv_dy(flow)


@entry("shear_strain", "node", "s-1", "shear strain", "s_s", diverging=True)
def _shear_strain(flow: Flow) -> np.ndarray:
    """s_s = dv/dx + du/dy"""
    return _dv_dx(flow) + _du_dy(flow)


@entry("strain_squared", "centre", "s-2", "dissipation per viscosity", "2S:S")
def strain_squared(flow: Flow) -> np.ndarray:
    """2 S:S = 2 (du/dx)^2 + 2 (dv/dy)^2 + (dv/dx + du/dy)^2; times the viscosity what friction takes, m2/s3"""
    a = tensor.of_flow(flow)
    return 2 * (a.xx**2 + a.yy**2) + a.shear


@entry("strain_rate", "centre", "s-1", "strain rate", r"|\mathbf{S}|")
def _strain_rate(flow: Flow) -> np.ndarray:
    """|S| = sqrt(2 S:S), S the symmetric part of the velocity gradient"""
    return np.sqrt(strain_squared(flow))


@entry("principal_strain", "centre", "s-1", "principal strain rate", r"\sigma_1", diverging=True)
def _principal_strain(flow: Flow) -> np.ndarray:
    """Largest eigenvalue of S, (du/dx + dv/dy)/2 + sqrt(s_n^2 + s_s^2)/2: the rate of the fastest stretching"""
    return principal_axes(flow)[0]


@entry(
    "principal_strain_angle",
    "centre",
    "degree",
    "direction of fastest stretching",
    r"\theta_1",
    period=180.0,
)
def _principal_strain_angle(flow: Flow) -> np.ndarray:
    """atan2(s_s, s_n)/2 from the x-axis, -90 to 90 degrees: along which fluid is stretched fastest"""
    return np.degrees(principal_axes(flow)[1])


def principal_axes(flow: Flow) -> tuple[np.ndarray, np.ndarray]:
    """Largest eigenvalue of the strain rate tensor (1/s) and the angle of its axis from the x-axis (radians, in
    -pi/2 to pi/2), (ny, nx) each at the centres."""
    xx, xy, yx, yy = tensor.velocity_gradient(flow)
    normal, shear = xx - yy, xy + yx
    return 0.5 * (xx + yy + np.hypot(normal, shear)), 0.5 * np.arctan2(shear, normal)


@entry("convective_acceleration_x", "centre", "m s-2", "convective acceleration along x",
       r"\mathbf{u}\cdot\nabla u", diverging=True)  # fmt: skip
def _convective_x(flow: Flow) -> np.ndarray:
    """u du/dx + v du/dy"""
    xx, xy, _, _ = tensor.velocity_gradient(flow)
    return mean(flow.u, ALONG_X) * xx + mean(flow.v, ALONG_Y) * xy


@entry("convective_acceleration_y", "centre", "m s-2", "convective acceleration along y",
       r"\mathbf{u}\cdot\nabla v", diverging=True)  # fmt: skip
def _convective_y(flow: Flow) -> np.ndarray:
    """u dv/dx + v dv/dy"""
    _, _, yx, yy = tensor.velocity_gradient(flow)
    return mean(flow.u, ALONG_X) * yx + mean(flow.v, ALONG_Y) * yy
