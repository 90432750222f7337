"""Transforms that diagonalise the second difference along the last axis of an array.

Each maps rows of ``n`` cell values to ``m`` real coefficients, column k belonging to the eigenvalue
``lam[k] >= 0`` (1/m2) of minus the second difference with the axis' own ends: periodic, or no gradient on
both sides. Uniform axes use fast Fourier or cosine transforms, stretched ones a dense basis of eigenvectors.

The fast ones come from ``ducc0`` if it is installed, else from ``scipy.fft``; both give the same numbers to
round-off (see the parity test).
"""

from __future__ import annotations

import numpy as np
import scipy.fft
import scipy.linalg

from fluidgrad.kernels import dense

try:
    import ducc0
except ImportError:
    ducc0 = None

BACKEND = "scipy" if ducc0 is None else "ducc0"
"""Library that does the fast transforms."""

THREADED_FROM = 128 * 128
"""Values per array from which a second thread pays."""


def _threads(threads: int, values: np.ndarray) -> int:
    return threads if values.size >= THREADED_FROM else 1


class FourierDucc:
    """Real Fourier transform, coefficients r0, r1, i1, r2, i2 ... in n columns."""

    def __init__(self, n: int, d: float, threads: int):
        k = (np.arange(n) + 1) // 2
        self.lam = (2.0 / d * np.sin(np.pi * k / n)) ** 2
        self.threads = threads

    def forward(self, f, out):
        ducc0.fft.r2r_fftpack(f, (1,), True, True, 0, out, _threads(self.threads, f))

    def backward(self, coefficients, out):
        threads = _threads(self.threads, out)
        ducc0.fft.r2r_fftpack(coefficients, (1,), False, False, 2, out, threads)


class CosineDucc:
    """Cosine transform (DCT-II and its inverse), n columns."""

    def __init__(self, n: int, d: float, threads: int):
        self.lam = (2.0 / d * np.sin(0.5 * np.pi * np.arange(n) / n)) ** 2
        self.threads = threads

    def forward(self, f, out):
        ducc0.fft.dct(f, 2, (1,), 0, out, _threads(self.threads, f))

    def backward(self, coefficients, out):
        ducc0.fft.dct(coefficients, 3, (1,), 2, out, _threads(self.threads, out))


class FourierScipy:
    """Real Fourier transform, real and imaginary parts side by side in 2*(n//2 + 1) columns."""

    def __init__(self, n: int, d: float, threads: int):
        k = np.repeat(np.arange(n // 2 + 1), 2)
        self.lam = (2.0 / d * np.sin(np.pi * k / n)) ** 2
        self.n, self.threads = n, threads

    def forward(self, f, out):
        out[...] = scipy.fft.rfft(f, axis=1, workers=_threads(self.threads, f)).view(float)

    def backward(self, coefficients, out):
        spectrum = coefficients.view(complex)
        out[...] = scipy.fft.irfft(spectrum, self.n, axis=1, workers=_threads(self.threads, out))


class CosineScipy:
    """Cosine transform (DCT-II and its inverse), n columns."""

    def __init__(self, n: int, d: float, threads: int):
        self.lam = (2.0 / d * np.sin(0.5 * np.pi * np.arange(n) / n)) ** 2
        self.threads = threads

    def forward(self, f, out):
        out[...] = scipy.fft.dct(f, 2, axis=1, workers=_threads(self.threads, f))

    def backward(self, coefficients, out):
        out[...] = scipy.fft.idct(coefficients, 2, axis=1, workers=_threads(self.threads, out))


class Eigenbasis:
    """Dense eigenvectors of the second difference on a stretched axis; n^2 operations per row.

    With widths ``h`` and reciprocal centre distances ``c`` the operator is made symmetric by
    ``sqrt(h)``: columns are orthonormal eigenvectors Q of ``h^-1/2 A h^-1/2``.
    """

    def __init__(self, h: np.ndarray, c: np.ndarray, periodic: bool):
        root = np.sqrt(h)
        a = np.diag(c[:-1] + c[1:]) - np.diag(c[1:-1], 1) - np.diag(c[1:-1], -1)
        if periodic:
            a[0, -1] -= c[0]
            a[-1, 0] -= c[0]
        self.lam, basis = scipy.linalg.eigh(a / np.outer(root, root))
        self.lam[0] = 0.0
        basis[:, 0] = root / np.linalg.norm(root)
        self.analysis = np.ascontiguousarray(root[:, None] * basis)
        self.synthesis = np.ascontiguousarray(basis.T / root)

    def forward(self, f, out):
        dense.multiply(f, self.analysis, out)

    def backward(self, coefficients, out):
        product = np.empty(out.shape)
        dense.multiply(coefficients, self.synthesis, product)
        out[...] = product


FAST = {
    "ducc0": {"periodic": FourierDucc, "closed": CosineDucc},
    "scipy": {"periodic": FourierScipy, "closed": CosineScipy},
}
"""Library -> ends of the axis -> transform."""


def transform(h, c, periodic, uniform, threads, backend=BACKEND):
    """The transform for an axis with cell widths ``h`` (n,) and couplings ``c`` (n + 1,)."""
    if not uniform:
        return Eigenbasis(h, c, periodic)
    return FAST[backend]["periodic" if periodic else "closed"](h.size, float(h[0]), threads)
