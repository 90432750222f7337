"""Line integral convolution: the direction of a vector field as a texture.

Noise is smeared along the field's lines (Cabral & Leedom 1993, SIGGRAPH 93, 263-270), so that each line becomes a
streak. The noise depends on nothing but its seed and the number of pixels, and the contrast is set by the known
distribution of the sums instead of the histogram of one picture: pictures of a series do not flicker.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from fluidgrad.analysis.masking import drawable_gradient
from fluidgrad.analysis.sources import as_flow
from fluidgrad.errors import ConfigError
from fluidgrad.fields import lookup, velocity_at_centres
from fluidgrad.interpolation import Sampler

LENGTH = 60.0
"""Length of the streaks, pixels, from end to end of the kernel; half of it carries most of the weight."""

GRAIN = 1.0
"""Standard deviation of the smoothing of the noise, pixels: streaks are about three times as wide."""

CALM = 1e-5
"""Where the field is below this part of its largest magnitude there is no direction to show."""

RIPPLES = 2.0
"""Waves within the kernel whose motion shows which way the field points."""

LONGEST = 2000.0


def lic(
    fx: np.ndarray,
    fy: np.ndarray,
    *,
    length: float = LENGTH,
    seed: int = 0,
    grain: float = GRAIN,
    phase: float | None = None,
    periodic: tuple[bool, bool] = (False, False),
    solid: np.ndarray | None = None,
    spacing: tuple[float, float] = (1.0, 1.0),
    calm: float = CALM,
) -> np.ndarray:
    """The line integral convolution of a vector field on pixels: a texture whose streaks follow the field.

    Parameters
    ----------
    fx, fy : components (ny, nx) along x and y at the middles of the pixels, in any unit; rows run upwards. NaN is
        solid.
    length : length of the kernel along a line, pixels. It is a Hann window, symmetric.
    seed, grain : of the noise; ``grain`` is the standard deviation of its smoothing in pixels, 0 for white noise.
    phase : None, or a part of a cycle, 0 to 1: the window is filled by waves that travel along the field as the
        phase grows (Cabral & Leedom, section 4.2), and a series of pictures shows which way it points.
    periodic : whether the field repeats across the sides, along x and along y; across others its direction goes on.
    solid : pixels (ny, nx) where lines end, bool.
    spacing : width and height of a pixel in the unit of length of the field, where they differ.
    calm : part of the largest magnitude below which there is no direction; the texture is 0.5 there.

    Returns the texture (ny, nx) float32 in 0 to 1, every level equally frequent, NaN in solids; it is the same to
    the last bit for any number of threads. Raises ConfigError for arguments that make no sense.
    """
    fx, fy = _components(fx, fy, solid, spacing)
    if not 1 <= length <= LONGEST:
        raise ConfigError(f"length of the streaks must lie between 1 and {LONGEST:g} pixels, not {length!r}")
    if not 0 <= grain <= 20:
        raise ConfigError(f"grain of the noise must lie between 0 and 20 pixels, not {grain!r}")
    from fluidgrad.analysis.kernels.lic import convolve, pack

    step = step_for(grain)
    kernel = window_weights(length, step, phase)
    ny, nx = fx.shape
    margin = int(np.ceil((kernel.size // 2 + 1) * step)) + 2
    packed = np.empty((ny + 2 * margin, nx + 2 * margin, 4), np.float32)
    largest = float(np.nanmax(fx * fx + fy * fy, initial=0.0))
    pack(fx, fy, noise_like(ny, nx, seed, grain), calm**2 * largest, margin, *map(bool, periodic), packed)
    out = np.empty((ny, nx), np.float32)
    convolve(packed, kernel, np.float32(step), correlation(step, grain), margin, out)
    return out


def _components(fx, fy, solid, spacing) -> tuple[np.ndarray, np.ndarray]:
    """The field in pixels per time, NaN in solids."""
    fx, fy = np.asarray(fx), np.asarray(fy)
    if fx.ndim != 2 or fx.shape != fy.shape or not fx.size:
        raise ConfigError(
            f"both components must be arrays of one shape (ny, nx), not {fx.shape} and {fy.shape}"
        )
    if solid is not None:
        if np.shape(solid) != fx.shape:
            raise ConfigError(
                f"solid has shape {np.shape(solid)}, the field {fx.shape}: they must be the same"
            )
        fx = np.where(solid, np.nan, fx)
    width, height = spacing
    if not (width > 0 and height > 0):
        raise ConfigError(f"spacing must be the positive width and height of a pixel, not {spacing!r}")
    if width != height:
        fx, fy = fx / width, fy / height
    return fx, fy


def step_for(grain: float) -> float:
    """Pixels between the places where noise of this grain is taken along a line, such that they show no pattern of
    their own: the spectrum of the noise is down to 1 % at the frequency of two standard deviations; of finer noise
    only steps of whole pixels miss the pattern of the interpolation."""
    return 2.0 * grain if grain >= 0.9 else 1.0


def window_weights(length: float, step: float, phase: float | None = None) -> np.ndarray:
    """Weights (2 n + 1,) float32 of a Hann window at the steps -n to n along a line, for ``phase`` times waves whose
    crests lie at that part of a cycle."""
    n = max(1, int(np.ceil(0.5 * length / step)) - 1)
    along = np.arange(-n, n + 1) * (step / length)
    weights = np.cos(np.pi * along.clip(-0.5, 0.5)) ** 2
    if phase is not None:
        weights = weights * 0.5 * (1 + np.cos(2 * np.pi * (RIPPLES * along + phase)))
    return weights.astype(np.float32)


@lru_cache(maxsize=4)
def noise_like(ny: int, nx: int, seed: int, grain: float) -> np.ndarray:
    """Gaussian noise (ny, nx) float32 of mean 0 and variance 1 that continues across its sides."""
    noise = np.random.default_rng(seed).standard_normal((ny, nx), dtype=np.float32)
    if grain:
        from scipy.ndimage import gaussian_filter

        noise = gaussian_filter(noise, grain, mode="wrap")
        noise /= noise.std()
    noise.flags.writeable = False
    return noise


def correlation(step: float, grain: float) -> float:
    """Variance of a long sum over noise ``step`` pixels apart, per variance of the same sum over independent noise."""
    if not grain:
        return 1.0
    lags = step * np.arange(1, 50)
    return float(1 + 2 * np.exp(-(lags**2) / (4 * grain**2)).sum())


def lic_image(
    source: Any,
    name: str | None = None,
    window: Sequence[float] | None = None,
    pixels: tuple[int, int] = (1280, 720),
    *,
    index: int = -1,
    time: float | None = None,
    **options: Any,
) -> np.ndarray:
    """The texture of a flow's velocity, or of the gradient of the field ``name``, in a rectangle.

    Parameters
    ----------
    source : a flow, run, simulation or path (:func:`fluidgrad.analysis.sources.as_flow`), with ``index`` or ``time``.
    window : x0, x1, y0, y1 in metres; default the domain.
    pixels : width and height in pixels.
    options : those of :func:`lic` but ``periodic``, ``solid`` and ``spacing``, which follow from the flow.

    Returns the texture (height, width) as :func:`lic` does, rows upwards. Raises ConfigError for an unknown field.
    """
    flow = as_flow(source, index, time=time)
    grid, (nx, ny) = flow.grid, pixels
    whole = tuple(map(float, (grid.x_f[0], grid.x_f[-1], grid.y_f[0], grid.y_f[-1])))
    x0, x1, y0, y1 = whole if window is None else map(float, window)
    width, height = (x1 - x0) / nx, (y1 - y0) / ny
    x, y = x0 + (np.arange(nx) + 0.5) * width, y0 + (np.arange(ny) + 0.5) * height
    vectors = (
        velocity_at_centres(flow)
        if name is None
        else drawable_gradient(flow, lookup(name, flow.scalar_units))
    )
    at = Sampler(grid, "centre", x, y, np.float32)
    fx, fy = (at(values.astype(np.float32)) for values in vectors)
    solid = None if flow.distance is None else Sampler(grid, "node", x, y)(flow.distance) < 0
    periodic = (grid.periodic_x and (x0, x1) == whole[:2], grid.periodic_y and (y0, y1) == whole[2:])
    return lic(fx, fy, periodic=periodic, solid=solid, spacing=(width, height), **options)


def tinted(rgb: np.ndarray, texture: np.ndarray, strength: float = 0.4) -> np.ndarray:
    """Colours whose lightness follows a texture: darker in dark streaks, lighter in light ones, hue kept.

    ``rgb`` (..., 3) uint8, or floats in 0 to 1; ``texture`` (...) in 0 to 1, where 0.5 and NaN leave a colour as it is.
    ``strength`` 0 to 1 is how far black streaks go towards black and white ones, by half as much, towards white.
    Returns an array like ``rgb``.
    """
    rgb = np.asarray(rgb)
    whole = rgb.dtype == np.uint8
    top, rounding = np.float32(255 if whole else 1), np.float32(0.5 if whole else 0)
    shade = np.float32(2 * strength) * (np.asarray(texture, np.float32) - np.float32(0.5))
    shade = np.nan_to_num(shade, copy=False)
    lighter = np.float32(0.5) * np.maximum(shade, 0)
    kept, added = 1 + np.minimum(shade, 0) - lighter, lighter * top + rounding
    out = np.empty_like(rgb)
    for channel in range(3):
        np.add(kept * rgb[..., channel], added, out=out[..., channel], casting="unsafe")
    return out if whole else out.clip(0, 1)
