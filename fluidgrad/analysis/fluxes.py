"""Transfer of energy and enstrophy between eddies of different sizes, in periodic boxes of equal cells.

Energy: convection is the solver's own, central and in divergence form (Harlow & Welch, Physics of Fluids 8, 1965).
It moves kinetic energy from mode to mode without making any, so that the transfers sum to zero to round-off, and for
a flow without friction they are the rates of change of its spectrum. Pressure does no work on any mode.

Enstrophy: the Jacobian of streamfunction and vorticity on the nodes in the form of Arakawa (Journal of Computational
Physics 1, 1966), second order like the scheme, which conserves enstrophy (convection of the velocity does so only as
the grid becomes fine).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fluidgrad.analysis.sources import as_flow
from fluidgrad.analysis.spectra import is_exact, shells
from fluidgrad.errors import ConfigError
from fluidgrad.fields import compute
from fluidgrad.flow import Flow

QUANTITIES = ("energy", "enstrophy")


@dataclass(frozen=True, eq=False)
class SpectralFlux:
    """Transfer and flux of energy (m2/s3) or enstrophy (1/s3) over wave numbers ``k`` (n,), rad/m.

    ``transfer`` (n,) is what convection brings into each shell per time, ``flux`` (n,) what passes from the shells up
    to and with this one on to those of larger wave number: minus the sum of the transfers up to it, and so zero in
    the last. A negative flux of energy is the inverse cascade.
    """

    k: np.ndarray
    transfer: np.ndarray
    quantity: str

    @property
    def flux(self) -> np.ndarray:
        """What passes each shell towards larger wave numbers, (n,)."""
        return -np.cumsum(self.transfer)


def spectral_flux(
    source: Any, index: int = -1, *, time: float | None = None, quantity: str = "energy"
) -> SpectralFlux:
    """Flux of kinetic energy or of enstrophy through the wave numbers of a flow.

    Parameters
    ----------
    source, index, time : a flow, or a run and which snapshot of it.
    quantity : "energy" or "enstrophy".

    Raises
    ------
    ConfigError : the box is not periodic both ways with equal cells, or has bodies.
    """
    if quantity not in QUANTITIES:
        raise ConfigError(f"quantity: {quantity!r} is none of {', '.join(QUANTITIES)}")
    flow = as_flow(source, index, time=time)
    if not is_exact(flow.grid, "xy") or flow.distance is not None:
        raise ConfigError(
            "spectral fluxes need a box that is periodic both ways, with equal cells and no bodies; "
            "for other flows energy_spectrum(flow) gives a windowed spectrum"
        )
    pairs = _energy(flow) if quantity == "energy" else _enstrophy(flow)
    transfer = sum(_product(q, rate) for q, rate in pairs)
    number, width, size = shells(flow.grid, "xy", transfer.shape)
    content = np.bincount(number, transfer.ravel(), minlength=size)
    return SpectralFlux(width * np.arange(size), content, quantity)


def _product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """What each Fourier mode adds to the mean of ``a b``."""
    return np.real(np.conj(np.fft.fft2(a)) * np.fft.fft2(b)) / float(a.size) ** 2


def _east(q: np.ndarray) -> np.ndarray:
    return np.roll(q, -1, axis=1)


def _west(q: np.ndarray) -> np.ndarray:
    return np.roll(q, 1, axis=1)


def _north(q: np.ndarray) -> np.ndarray:
    return np.roll(q, -1, axis=0)


def _south(q: np.ndarray) -> np.ndarray:
    return np.roll(q, 1, axis=0)


def _energy(flow: Flow) -> list[tuple[np.ndarray, np.ndarray]]:
    """Each velocity component and its rate of change by convection, on its faces."""
    u, v = flow.u[:, :-1], flow.v[:-1]
    dx, dy = flow.grid.dx.mean(), flow.grid.dy.mean()
    uu, vv = (0.5 * (u + _east(u))) ** 2, (0.5 * (v + _north(v))) ** 2
    uv = 0.25 * (u + _south(u)) * (v + _west(v))
    du = -(uu - _west(uu)) / dx - (_north(uv) - uv) / dy
    dv = -(_east(uv) - uv) / dx - (vv - _south(vv)) / dy
    return [(u, du), (v, dv)]


def _enstrophy(flow: Flow) -> list[tuple[np.ndarray, np.ndarray]]:
    """Vorticity and its rate of change by convection, on the nodes; the mean flow moves enstrophy to no other mode."""
    grid = flow.grid
    dx, dy = grid.dx.mean(), grid.dy.mean()
    omega = compute(flow, "vorticity")[:-1, :-1]
    psi = np.zeros_like(omega)
    psi[0, 1:] = -np.cumsum((flow.v[0] - flow.v[0].mean())[:-1]) * dx
    u = flow.u[:, :-1]
    psi[1:] = psi[0] + np.cumsum((u - u.mean())[:-1], axis=0) * dy
    return [(omega, _jacobian(psi, omega) / (12.0 * dx * dy))]


def _jacobian(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Arakawa's ``dp/dx dq/dy - dp/dy dq/dx`` times 12 dx dy: the mean of three forms of it."""
    pe, pw, pn, ps = _east(p), _west(p), _north(p), _south(p)
    qe, qw, qn, qs = _east(q), _west(q), _north(q), _south(q)
    plain = (pe - pw) * (qn - qs) - (pn - ps) * (qe - qw)
    in_p = pe * (_north(qe) - _south(qe)) - pw * (_north(qw) - _south(qw))
    in_p -= pn * (_east(qn) - _west(qn)) - ps * (_east(qs) - _west(qs))
    in_q = qn * (_east(pn) - _west(pn)) - qs * (_east(ps) - _west(ps))
    in_q -= qe * (_north(pe) - _south(pe)) - qw * (_north(pw) - _south(pw))
    return plain + in_p + in_q
