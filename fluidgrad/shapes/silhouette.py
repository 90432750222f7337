"""The silhouette in a PNG image as a shape."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from fluidgrad.errors import ShapeError
from fluidgrad.shapes.base import Point
from fluidgrad.shapes.outlines import Contour

LARGEST = 64_000_000
"""Most pixels of an image."""
_LUMA = (0.2126, 0.7152, 0.0722)  # red, green and blue in the brightness, Rec. ITU-R BT.709
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def silhouette(
    file: str, centre: Point, width: float, threshold: float = 0.5, smoothing: float = 1.0, dark: bool = True
) -> Contour:
    """The dark (or bright) part of an image.

    The wall is where the brightness between pixels, smoothed by a Gaussian of standard deviation ``smoothing``
    pixels and interpolated linearly, passes ``threshold``; so soft edges of drawn lines place it to a fraction of a
    pixel. Smoothing moves a wall of radius r towards its centre by about smoothing^2/(2 r). Transparent pixels and
    all beyond the image are fluid.

    Parameters
    ----------
    file : path of a PNG file.
    centre, width : place and width of the whole image in m; its pixels are square.
    threshold : brightness from 0 (black) to 1 (white).
    dark : whether dark or bright pixels are solid.

    Raises
    ------
    ShapeError : no such file, not a usable image, or nothing but solid or fluid in it.
    """
    brightness = read_brightness(file, 1.0 if dark else 0.0)
    level = brightness - threshold if dark else threshold - brightness
    if not (level < 0).any() or not (level >= 0).any():
        raise ShapeError(
            "file",
            f"has no wall: the brightness of {file} is {brightness.min():.3g} to {brightness.max():.3g}, the "
            f"threshold {threshold:g}; "
            + ("choose another threshold" if np.ptp(brightness) else "give an image with a silhouette"),
        )
    margin = 2 + int(np.ceil(4.0 * smoothing))
    level = np.pad(level, margin, constant_values=1.0 - threshold if dark else threshold)
    if smoothing:
        from scipy.ndimage import gaussian_filter

        level = gaussian_filter(level, smoothing, mode="nearest", truncate=4.0)
    pixel = width / brightness.shape[1]
    x, y = (
        at + pixel * (np.arange(n) - 0.5 * (n - 1)) for at, n in zip(centre, level.shape[::-1], strict=True)
    )
    try:
        return Contour(_Interpolated(level[::-1], x, y), x, y, halvings=0, centre=centre)
    except ShapeError:
        raise ShapeError("smoothing", f"{smoothing:g} pixels leave nothing of the silhouette") from None


class _Interpolated:
    """Values on evenly spaced points, interpolated linearly along x and y; beyond them as at their ends."""

    def __init__(self, values: np.ndarray, x: np.ndarray, y: np.ndarray):
        self.values = values
        self._first, self._scale = (x[0], y[0]), 1.0 / (x[1] - x[0])

    def __call__(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        (i, a), (j, b) = (
            self._place((position - first) * self._scale, n)
            for position, first, n in zip((x, y), self._first, self.values.shape[::-1], strict=True)
        )
        v = self.values
        low = (1.0 - a) * v[j, i] + a * v[j, i + 1]
        return (1.0 - b) * low + b * ((1.0 - a) * v[j + 1, i] + a * v[j + 1, i + 1])

    @staticmethod
    def _place(at: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
        at = np.clip(at, 0.0, n - 1.0)
        before = np.minimum(at.astype(np.intp), n - 2)
        return before, at - before


def read_brightness(file: str, behind: float) -> np.ndarray:
    """Brightness of the pixels of a PNG file from 0 to 1, (rows, columns), top row first, before the brightness
    ``behind`` where it is transparent.

    Raises
    ------
    ShapeError : no such file, not a PNG image, too large, or damaged.
    """
    try:
        _check_header(file)
        from matplotlib.image import imread

        image = np.asarray(imread(file, format="png"), dtype=float)
    except FileNotFoundError:
        raise ShapeError("file", f"no such file: {file}") from None
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error) as error:
        raise ShapeError("file", f"{file} cannot be read as a PNG image: {error}") from None
    if image.ndim == 2:
        return image
    brightness = image[..., :3] @ _LUMA
    opacity = image[..., 3] if image.shape[2] == 4 else 1.0
    return opacity * brightness + (1.0 - opacity) * behind


def _check_header(file: str) -> None:
    """Raise ValueError unless a file starts like a PNG image of reasonable size."""
    with open(file, "rb") as opened:
        header = opened.read(24)
    if len(header) < 24 or not header.startswith(_SIGNATURE):
        raise ValueError("it is none; save it as PNG")
    width, height = struct.unpack(">II", header[16:])
    if width * height > LARGEST:
        raise ValueError(f"{width} x {height} pixels, allowed are {LARGEST:.0e}; use a smaller one")
