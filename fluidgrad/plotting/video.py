"""Frames to a video file: MP4 with PyAV, or ffmpeg where PyAV is missing; GIF and animated WebP with Pillow.

Each writer takes frames (height, width, 4) uint8, RGBA, one at a time and keeps none of them. They are encoded in a
thread of their own.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import shutil
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image, features
from scipy.spatial import cKDTree

from fluidgrad.errors import ConfigError, StorageError
from fluidgrad.output.atomic import storage_errors
from fluidgrad.plotting.pipeline import Behind

FORMATS = (".mp4", ".gif", ".webp")
QUALITY = "18"
"""x264 constant rate factor: no difference from the original to be seen."""
WEBP_QUALITY = 80
"""Of 100: a frame takes a tenth of what it takes in a GIF, for no difference from the original to be seen."""
ROUNDS = 10
"""Rounds in which the colours of a GIF are improved."""
BT709 = 1
"""Number of the HDTV colour standard in the stream, which players otherwise have to guess."""


class FrameWriter(Protocol):
    """Takes frames one after the other."""

    def write(self, frame: np.ndarray) -> None: ...

    def close(self) -> None: ...


def has_mp4_encoder() -> bool:
    """Whether PyAV or ffmpeg is there to write MP4."""
    return importlib.util.find_spec("av") is not None or shutil.which("ffmpeg") is not None


def default_suffix() -> str:
    """``.mp4``, or ``.gif`` where nothing can encode MP4."""
    return ".mp4" if has_mp4_encoder() else ".gif"


@contextlib.contextmanager
def open_video(
    path: Path, size: tuple[int, int], fps: float, palette: np.ndarray | None = None
) -> Iterator[Behind]:
    """What takes the frames for ``path``, whose suffix chooses the format; ``size`` is (width, height) in pixels.

    The file appears in one piece at the end; after an error nothing is left. ``palette`` (n, 3) uint8, at most 256
    colours, is for GIF, which needs it. Raises ConfigError if there is no encoder, StorageError if the disk refuses.
    """
    if path.suffix.lower() == ".mp4" and not has_mp4_encoder():
        raise ConfigError(
            f"{path.name}: writing MP4 needs PyAV (pip install av) or ffmpeg; "
            "a name ending in .gif works without"
        )
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.tmp{path.suffix}")
    with storage_errors(path, "write"):
        try:
            writer = _writer(temporary, size, fps, palette)
            with contextlib.closing(writer), contextlib.closing(Behind(writer.write)) as behind:
                yield behind
                behind.finish()
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


def _writer(path: Path, size: tuple[int, int], fps: float, palette: np.ndarray | None) -> FrameWriter:
    if palette is not None:
        return GifWriter(path, size, fps, palette)
    if path.suffix.lower() == ".webp":
        return WebpWriter(path, size, fps)
    if importlib.util.find_spec("av") is not None:
        return AvWriter(path, size, fps)
    return FfmpegWriter(path, size, fps)


class AvWriter:
    """MP4 (H.264, yuv420p) encoded in this process by PyAV."""

    def __init__(self, path: Path, size: tuple[int, int], fps: float):
        import av

        self._av = av
        self._container = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        rate = Fraction(fps).limit_denominator(1000)
        self._stream = self._container.add_stream("libx264", rate=rate)
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "yuv420p"
        self._stream.options = {"crf": QUALITY, "preset": "veryfast"}
        context = self._stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = BT709

    def write(self, frame: np.ndarray) -> None:
        rgba = self._av.VideoFrame.from_ndarray(frame, format="rgba")
        yuv = rgba.reformat(format="yuv420p", dst_colorspace="ITU709")
        self._container.mux(self._stream.encode(yuv))

    def close(self) -> None:
        try:
            self._container.mux(self._stream.encode())
        finally:
            self._container.close()


class FfmpegWriter:
    """The same by a program ``ffmpeg``, fed through a pipe."""

    def __init__(self, path: Path, size: tuple[int, int], fps: float):
        source = [
            "-f",
            "rawvideo",
            "-pix_fmt",
            "rgb24",
            "-s",
            "{}x{}".format(*size),
            "-r",
            f"{fps:g}",
            "-i",
            "-",
        ]
        colours = ["-vf", "scale=out_color_matrix=bt709", "-colorspace", "bt709", "-color_primaries", "bt709"]
        coding = ["-c:v", "libx264", "-crf", QUALITY, "-preset", "veryfast", "-pix_fmt", "yuv420p"]
        command = ["ffmpeg", "-v", "error", "-y", *source, *colours, "-color_trc", "bt709", *coding]
        self._process = subprocess.Popen(
            [*command, "-movflags", "+faststart", "-f", "mp4", str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def write(self, frame: np.ndarray) -> None:
        try:
            self._process.stdin.write(np.ascontiguousarray(frame).data)
        except BrokenPipeError:
            self.close()

    def close(self) -> None:
        """Wait for the program to end. Raises StorageError with its words if it failed."""
        _, words = self._process.communicate()
        if self._process.returncode:
            raise StorageError(f"ffmpeg could not write the video: {words.decode(errors='replace').strip()}")


class GifWriter:
    """GIF with one palette for all frames; each frame is compressed by Pillow and appended."""

    def __init__(self, path: Path, size: tuple[int, int], fps: float, palette: np.ndarray):
        self._file = path.open("wb")
        self._colours = palette.astype(np.uint8)
        self._nearest = _nearest_colours(palette)
        # Hundredths of a second; players slow a delay below two down to ten.
        self._delay = max(2, round(100 / fps))
        self._started = False

    def write(self, frame: np.ndarray) -> None:
        red, green, blue = np.moveaxis(frame[..., :3] >> 2, -1, 0).astype(np.int32)
        image = Image.fromarray(self._nearest[(red << 12) | (green << 6) | blue])
        image.putpalette(self._colours.tobytes())
        buffer = io.BytesIO()
        image.save(buffer, format="GIF", optimize=False, interlace=False)
        header, picture = split_gif(buffer.getvalue())
        if not self._started:
            repeat_for_ever = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
            self._file.write(b"GIF89a" + header[6:] + repeat_for_ever)
            self._started = True
        self._file.write(b"\x21\xf9\x04\x04" + self._delay.to_bytes(2, "little") + b"\x00\x00" + picture)

    def close(self) -> None:
        with self._file:
            if self._started:
                self._file.write(b"\x3b")


class WebpWriter:
    """Animated WebP; each frame is compressed by Pillow and appended (Google, WebP container specification)."""

    def __init__(self, path: Path, size: tuple[int, int], fps: float):
        if not features.check("webp"):
            raise ConfigError(f"{path.name}: this Pillow was built without WebP; a name ending in .gif works")
        self._file = path.open("wb")
        self._duration = max(1, round(1000 / fps))
        self._extent = _bytes(size[0] - 1, 3) + _bytes(size[1] - 1, 3)
        animated = b"\x02\0\0\0"
        for_ever, background = b"\0\0", b"\xff\xff\xff\xff"
        self._file.write(b"RIFF\0\0\0\0WEBP")
        self._file.write(_chunk(b"VP8X", animated + self._extent) + _chunk(b"ANIM", background + for_ever))

    def write(self, frame: np.ndarray) -> None:
        buffer = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(frame[..., :3])).save(
            buffer, "WEBP", quality=WEBP_QUALITY, method=4
        )
        picture = buffer.getvalue()[len(b"RIFF....WEBP") :]
        corner, over_what_was = bytes(6), b"\x02"
        about = corner + self._extent + _bytes(self._duration, 3) + over_what_was
        self._file.write(_chunk(b"ANMF", about + picture))

    def close(self) -> None:
        with self._file as file:
            size = file.tell() - 8
            file.seek(4)
            file.write(_bytes(size, 4))


def _bytes(number: int, count: int) -> bytes:
    return number.to_bytes(count, "little")


def _chunk(name: bytes, content: bytes) -> bytes:
    """A chunk of a RIFF file, of even length."""
    return name + _bytes(len(content), 4) + content + bytes(len(content) % 2)


def best_colours(colours: np.ndarray, count: int) -> np.ndarray:
    """``count`` colours (count, 3) uint8 at most that stand for many (n, 3) uint8: means of clusters (Lloyd 1982), from
    median cuts of the different colours on. A colour counts by the root of its frequency, so that rare ones are kept.
    """
    different, places = np.unique(colours >> 1, axis=0, return_inverse=True)
    different, weights = different * np.uint8(2) + np.uint8(1), np.sqrt(np.bincount(places.ravel()))
    reduced = Image.fromarray(different[None]).quantize(count, Image.Quantize.MEDIANCUT)
    found = np.array(reduced.getpalette(), float).reshape(-1, 3)[:count]
    for _ in range(ROUNDS):
        nearest = cKDTree(found).query(different)[1]
        total = np.bincount(nearest, weights, len(found))
        for channel in range(3):
            sums = np.bincount(nearest, weights * different[:, channel], len(found))
            found[:, channel] = np.where(total > 0, sums / np.maximum(total, 1e-9), found[:, channel])
    return found.round().astype(np.uint8)


def _nearest_colours(palette: np.ndarray) -> np.ndarray:
    """Index of the palette's nearest colour for each colour of six bits a channel, (64 * 64 * 64,) uint8."""
    levels = np.arange(64) * (255 / 63)
    every = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    return cKDTree(palette).query(every)[1].astype(np.uint8)


def split_gif(data: bytes) -> tuple[bytes, bytes]:
    """A GIF of one frame: its header with the colour table, and the image without what surrounds it."""
    colours = 3 * 2 ** ((data[10] & 7) + 1) if data[10] & 0x80 else 0
    header = data[: 13 + colours]
    place = len(header)
    while data[place] == 0x21:
        place += 2
        while data[place]:
            place += data[place] + 1
        place += 1
    return header, data[place:-1]
