"""Product of two dense matrices, with the threads and the order of sums of the other kernels.

A BLAS library brings threads of its own, which fight with numba's for the processors: a product of 128^2
matrices then stalls for milliseconds now and again.
"""

from __future__ import annotations

from numba import njit, prange

ROWS = 16
"""Rows of the result that one thread works on at a time, so that rows of ``b`` are used again from cache."""


@njit(parallel=True, cache=True, fastmath={"contract"})
def multiply(a, b, out):
    """``out = a @ b`` for contiguous ``a`` (n, k), ``b`` (k, m) and ``out`` (n, m)."""
    n, inner = a.shape
    m = b.shape[1]
    for block in prange((n + ROWS - 1) // ROWS):
        first = block * ROWS
        count = min(ROWS, n - first)
        for row in range(count):
            q = out[first + row]
            for i in range(m):
                q[i] = 0.0
        for four in range(inner // 4):
            k = 4 * four
            b0, b1, b2, b3 = b[k], b[k + 1], b[k + 2], b[k + 3]
            for row in range(count):
                q = out[first + row]
                a0, a1, a2, a3 = (
                    a[first + row, k],
                    a[first + row, k + 1],
                    a[first + row, k + 2],
                    a[first + row, k + 3],
                )
                for i in range(m):
                    q[i] += (a0 * b0[i] + a1 * b1[i]) + (a2 * b2[i] + a3 * b3[i])
        for k in range(inner - inner % 4, inner):
            for row in range(count):
                q, a0 = out[first + row], a[first + row, k]
                for i in range(m):
                    q[i] += a0 * b[k, i]
