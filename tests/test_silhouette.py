"""Silhouettes in images: where their walls are, what is solid, and images that are of no use."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

from fluidgrad.errors import ShapeError
from fluidgrad.shapes.silhouette import read_brightness, silhouette

N = 120
RADIUS = 37.3  # in pixels
ANGLES = np.linspace(0.0, 2.0 * np.pi, 200)


def png(path, pixels):
    """Write 8-bit grey (rows, columns), or grey with opacity, or colours with or without it (rows, columns, 2 to 4)."""
    pixels = np.atleast_3d(np.round(255 * np.asarray(pixels)).astype(np.uint8))
    height, width, channels = pixels.shape
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    return str(path)


def disc(n=N, radius=RADIUS, x=0.0, y=0.0, samples=8):
    """Share of every pixel outside a disc at x, y (pixels, y upwards) from the middle, as a drawing program fills
    them: (n, n), top row first."""
    at = (np.arange(n * samples) + 0.5) / samples - n / 2
    fluid = np.hypot(at[None, :] - x, at[::-1, None] - y) > radius
    return fluid.reshape(n, samples, n, samples).mean(axis=(1, 3))


@pytest.mark.parametrize("smoothing", [0.0, 0.5, 1.0, 2.0])
def test_a_drawn_disc_has_its_radius_to_a_fraction_of_a_pixel(tmp_path, smoothing):
    shape = silhouette(png(tmp_path / "a.png", disc()), (0.5, 0.2), 2.0, smoothing=smoothing)
    pixel = 2.0 / N
    wall = 0.5 + RADIUS * pixel * np.cos(ANGLES), 0.2 + RADIUS * pixel * np.sin(ANGLES)
    distance = shape.distance(*wall) / pixel
    assert np.abs(distance).max() < 0.15
    # smoothing moves the wall inwards by about smoothing^2/(2 r)
    assert distance.mean() == pytest.approx(smoothing**2 / (2 * RADIUS), abs=0.02)
    assert shape.thickness / pixel == pytest.approx(2 * RADIUS, abs=0.3)
    assert shape.reach / pixel == pytest.approx(RADIUS * np.sqrt(2), abs=0.2)  # of the box


def test_the_first_row_is_the_top_and_the_middle_of_the_image_is_its_place(tmp_path):
    shape = silhouette(png(tmp_path / "a.png", disc(radius=10.0, x=30.0, y=40.0)), (1.0, 2.0), N * 0.01)
    assert shape.distance(1.3, 2.4) == pytest.approx(-0.1, abs=0.002)
    assert shape.centre == (1.0, 2.0)


def test_an_image_of_any_shape_keeps_its_pixels_square(tmp_path):
    bar = np.ones((10, 40))
    bar[3:7, 5:35] = 0.0
    shape = silhouette(png(tmp_path / "a.png", bar), (0.0, 0.0), 4.0, smoothing=0.0)
    np.testing.assert_allclose(shape.box, (-1.5, 1.5, -0.2, 0.2), atol=1e-12)
    assert shape.distance(0.0, 0.0) == pytest.approx(-0.2)
    assert shape.distance(2.0, 0.0) == pytest.approx(0.5)


def test_a_shape_cut_by_the_edge_of_the_image_ends_there(tmp_path):
    bar = np.ones((10, 10))
    bar[:, 4:6] = 0.0
    shape = silhouette(png(tmp_path / "a.png", bar), (0.0, 0.0), 1.0, smoothing=0.0)
    assert shape.distance(0.0, 0.6) == pytest.approx(0.1)
    assert shape.distance(0.0, 0.45) == pytest.approx(-0.05)


def test_holes_and_several_parts(tmp_path):
    ring = np.maximum(disc(radius=40.0), 1.0 - disc(radius=20.0))
    ring = np.minimum(ring, disc(radius=8.0))
    shape = silhouette(png(tmp_path / "a.png", ring), (0.0, 0.0), float(N), smoothing=0.5)
    r = np.array([0.0, 14.0, 30.0, 50.0])
    np.testing.assert_allclose(shape.distance(r, 0.0), [-8.0, 6.0, -10.0, 10.0], atol=0.1)


def test_bright_or_transparent_silhouettes(tmp_path):
    fluid = disc()
    dark = silhouette(png(tmp_path / "a.png", fluid), (0.0, 0.0), 1.0)
    x, y = np.random.default_rng(1).uniform(-0.5, 0.5, (2, 100))
    expected = dark.distance(x, y)
    bright = silhouette(png(tmp_path / "b.png", 1.0 - fluid), (0.0, 0.0), 1.0, dark=False)
    np.testing.assert_allclose(bright.distance(x, y), expected, atol=1e-5)
    for colour, dark in ((0.0, True), (1.0, False)):  # one colour, drawn by its opacity
        pixels = np.stack([np.full_like(fluid, colour)] * 3 + [1.0 - fluid], axis=-1)
        drawn = silhouette(png(tmp_path / "c.png", pixels), (0.0, 0.0), 1.0, dark=dark)
        np.testing.assert_allclose(drawn.distance(x, y), expected, atol=1e-5)


def test_the_threshold_is_a_brightness(tmp_path):
    """In a cone of brightness every threshold has its radius."""
    at = np.arange(N) + 0.5 - N / 2
    cone = np.clip(np.hypot(at, at[:, None]) / 50.0, 0.0, 1.0)
    file = png(tmp_path / "a.png", cone)
    for threshold in (0.3, 0.6):
        shape = silhouette(file, (0.0, 0.0), float(N), threshold, smoothing=0.0)
        wall = 50 * threshold * np.cos(ANGLES), 50 * threshold * np.sin(ANGLES)
        np.testing.assert_allclose(shape.distance(*wall), 0.0, atol=0.15)


def test_brightness_of_colours(tmp_path):
    colours = np.array([[[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]], dtype=float)
    np.testing.assert_allclose(
        read_brightness(png(tmp_path / "a.png", colours), 1.0), [[0.2126, 0.7152, 0.0722, 1]]
    )
    clear = np.array([[[0.2, 0.0], [0.2, 1.0]]])
    for behind in (0.0, 1.0):
        brightness = read_brightness(png(tmp_path / "b.png", clear), behind)
        np.testing.assert_allclose(brightness, [[behind, 0.2]], atol=1e-7)


def test_the_zero_line_converges_with_the_pixels(tmp_path):
    errors = []
    for n in (60, 120, 240):
        shape = silhouette(png(tmp_path / "a.png", disc(n, 0.31 * n)), (0.0, 0.0), 1.0)
        errors.append(np.abs(shape.distance(0.31 * np.cos(ANGLES), 0.31 * np.sin(ANGLES)).mean()))
    assert np.log2(errors[0] / errors[2]) / 2 > 1.5


@pytest.mark.parametrize(
    ("pixels", "words"),
    [
        (np.ones((8, 8)), "brightness of .* is 1 to 1, the threshold 0.5"),
        (np.zeros((8, 8)), "give an image with a silhouette"),
        (np.linspace(0.6, 1.0, 64).reshape(8, 8), "choose another threshold"),
    ],
)
def test_a_blank_image_is_refused(tmp_path, pixels, words):
    with pytest.raises(ShapeError, match=words) as caught:
        silhouette(png(tmp_path / "a.png", pixels), (0.0, 0.0), 1.0)
    assert caught.value.setting == "file"


def test_smoothing_that_leaves_nothing_is_refused(tmp_path):
    with pytest.raises(ShapeError, match="20 pixels leave nothing") as caught:
        silhouette(png(tmp_path / "a.png", disc(40, 4.0)), (0.0, 0.0), 1.0, smoothing=20.0)
    assert caught.value.setting == "smoothing"


def test_files_that_are_no_images_are_refused(tmp_path):
    with pytest.raises(ShapeError, match="no such file"):
        silhouette(str(tmp_path / "none.png"), (0.0, 0.0), 1.0)
    with pytest.raises(ShapeError, match="cannot be read"):
        silhouette(str(tmp_path), (0.0, 0.0), 1.0)
    good = (tmp_path / "a.png", png(tmp_path / "a.png", disc()))[0].read_bytes()
    huge = good[:16] + struct.pack(">II", 100_000, 100_000) + good[24:]
    for content, words in (
        (b"", "save it as PNG"),
        (b"JFIF" * 20, "save it as PNG"),
        (huge, "use a smaller one"),
    ):
        (tmp_path / "b.png").write_bytes(content)
        with pytest.raises(ShapeError, match=words):
            silhouette(str(tmp_path / "b.png"), (0.0, 0.0), 1.0)


def test_damaged_images_are_refused_without_a_traceback(tmp_path, rng):
    good = (tmp_path / "a.png", png(tmp_path / "a.png", disc(40, 12.0)))[0].read_bytes()
    refused = 0
    for trial in range(150):
        damaged = bytearray(good)
        if trial % 3 == 0:
            damaged = damaged[: rng.integers(len(good))]
        else:
            damaged[rng.integers(len(good))] ^= 1 << rng.integers(8)
        (tmp_path / "b.png").write_bytes(damaged)
        try:
            read_brightness(str(tmp_path / "b.png"), 1.0)
        except ShapeError:
            refused += 1
    assert refused > 120
