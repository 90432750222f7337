"""Figures and films as bytes for a page."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, features

from fluidgrad.grid import Grid
from fluidgrad.plotting import animate, default_suffix
from fluidgrad.plotting.style import Picture

DPI = 130
QUALITY = 90
"""Of pictures of fields; curves lose nothing."""

WIDEST, TALLEST = 960, 560
"""Most pixels of a film across and up."""

BESIDE, ABOVE = 180, 130
"""Pixels of a film for what stands beside and above and below the panel."""

FRAMES = 240
"""Most frames of a film."""

LARGEST = 12e6
"""Bytes of a film beyond which it is made smaller, and if that does not help left out."""


def encoded(figure: Picture, lossless: bool = False) -> tuple[bytes, str, tuple[int, int]]:
    """A figure as a compressed image: the bytes, the suffix of their format, and the size in pixels."""
    raw = io.BytesIO()
    figure.savefig(raw, format="png", dpi=DPI, metadata={"Software": None})
    image = Image.open(raw).convert("RGB")
    if not features.check("webp"):
        return raw.getvalue(), ".png", image.size
    packed = io.BytesIO()
    image.save(packed, format="WEBP", lossless=lossless, quality=QUALITY, method=4)
    return packed.getvalue(), ".webp", image.size


def film_size(grid: Grid) -> tuple[int, int]:
    """Pixels (across, up), even, of a film of a domain, without empty margins."""
    ratio = grid.length_x / grid.length_y
    height = int(np.clip(WIDEST / ratio + ABOVE, 320, TALLEST))
    width = int(np.clip((height - ABOVE) * ratio + BESIDE, 400, WIDEST))
    return 2 * (width // 2), 2 * (height // 2)


def film_of(
    run: Any, field: str, progress: Callable[[int, int], None] | None = None
) -> tuple[bytes, str, tuple[int, int]] | None:
    """A film of a run, its suffix and its size in pixels; None if no film is small enough."""
    suffix = ".mp4" if default_suffix() == ".mp4" else ".webp"
    every = max(1, -(-len(run.times) // FRAMES))
    whole = film_size(run.grid)
    for size in (whole, tuple(2 * (n // 4) for n in whole)):
        with tempfile.TemporaryDirectory(prefix="fluidgrad-") as folder:
            path = Path(folder) / f"film{suffix}"
            animate(run, path, field, size=size, every=every, progress=progress)
            data = path.read_bytes()
        if len(data) <= LARGEST:
            return data, suffix, size
    return None
