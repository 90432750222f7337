"""Faces of the cells along one direction, by the spacing laws.

With xi = i/n for face i of n cells and the ends a < b, face i lies at a + (b - a) X(xi):

=========  ====================================  ==========================================
law        fine = "both"                         fine = "low" ("high" is its mirror image)
=========  ====================================  ==========================================
uniform    xi
tanh       1/2 (1 + tanh(s (2 xi - 1))/tanh s)   1 + tanh(s (xi - 1))/tanh s
geometric  widths w r^min(i, n-1-i)              widths w r^i
faces      as given
=========  ====================================  ==========================================

The ends are exactly those given.
"""

from __future__ import annotations

import numpy as np

Ends = tuple[float, float]


def faces(ends: Ends, cells: int, spacing) -> np.ndarray:
    """Face coordinates, shape (cells + 1,), in the unit of ``ends``, for one of the spacing tables."""
    if spacing.law == "faces":
        return np.array(spacing.faces, dtype=float)
    if spacing.law == "uniform":
        return np.linspace(*ends, cells + 1)
    if spacing.law == "tanh":
        widths = _tanh_widths(cells, spacing.strength, spacing.fine)
    else:
        widths = _geometric_widths(cells, spacing.ratio, spacing.fine)
    return _stack(ends, widths)


def _tanh_widths(cells: int, strength: float, fine: str) -> np.ndarray:
    """Widths over the length; the same to the last bit at mirror-image cells.

    tanh a - tanh b = sinh(a - b)/(cosh a cosh b), so a width keeps its full precision where both
    tangents are close to one.
    """
    if fine == "both":
        at = strength * np.abs(2 * np.arange(cells + 1) - cells) / cells
        step = 2 * strength / cells
        scale = 0.5
    else:
        distance = np.arange(cells + 1)[::-1] if fine == "low" else np.arange(cells + 1)
        at = strength * distance / cells
        step, scale = strength / cells, 1.0
    return scale * np.sinh(step) / (np.cosh(at[1:]) * np.cosh(at[:-1])) / np.tanh(strength)


def _geometric_widths(cells: int, ratio: float, fine: str) -> np.ndarray:
    """Widths over the length; neighbours differ by ``ratio``, but the middle two of an even "both" are equal.

    Powers are taken downwards from the largest cell: a width may vanish, but none overflows.
    """
    rank = np.arange(cells)
    if fine == "both":
        rank = np.minimum(rank, rank[::-1])
    elif fine == "high":
        rank = rank[::-1]
    with np.errstate(under="ignore"):
        widths = ratio ** (rank - rank.max()).astype(float)
    return widths / widths.sum()


def _stack(ends: Ends, widths: np.ndarray) -> np.ndarray:
    """Faces from widths that sum to one, added up from both ends.

    Distances from the ends are rounded to multiples of the last bit of the larger end. Then the faces
    are exact sums and mirror-image cells have equal widths to the last bit, also after subtraction.
    """
    low, high = ends
    length, cells = high - low, widths.size
    bit = np.spacing(max(abs(low), abs(high)))
    half = cells // 2
    faces = np.empty(cells + 1)
    from_low = low + np.round(length * np.cumsum(widths[:half]) / bit) * bit
    from_high = high - np.round(length * np.cumsum(widths[::-1][:half]) / bit) * bit
    faces[0], faces[-1] = low, high
    faces[1 : half + 1] = from_low
    faces[cells - half : -1] = from_high[::-1]
    if cells % 2 == 0:
        faces[half] = 0.5 * (from_low[-1] + from_high[-1])
    return faces
