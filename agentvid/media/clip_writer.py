"""Frames to an MP4 file, through PyAV. Public through `media.codec`."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from agentvid.errors import MediaError

__all__ = ["VideoWriter", "even_sized", "exact_rate"]

_BT709, _LIMITED = 1, 1  # AVColorSpace (as primaries and transfer too), AVColorRange
_THREADS: Final = 4  # x264's bytes depend on the number of threads, so it is fixed
_KEYFRAME_SECONDS: Final = 2


def exact_rate(fps: float) -> Fraction:
    """Return a frame rate as the fraction that is meant: 23.976 → 24000/1001, 29.97 → 30000/1001, 12.5 → 25/2.

    Raises: ValueError outside 0.01 <= fps <= 1000.
    """
    if not 0.01 <= fps <= 1000:
        raise ValueError(f"given {fps} frames per second; expected 0.01 to 1000")
    broadcast = Fraction(round(fps) * 1000, 1001)
    if round(fps) >= 24 and abs(fps - float(broadcast)) < 0.005:
        return broadcast
    return Fraction(fps).limit_denominator(1001)


def even_sized(frame: npt.NDArray[np.uint8], shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """Return a frame, uint8 HWC RGB, with even sides: of an odd one the last row or column is repeated.

    Raises: MediaError where it is not of `shape`.
    """
    if frame.shape != shape or frame.ndim != 3:
        raise MediaError(
            f"a frame of {frame.shape}", f"frames all of {shape[:2]} pixels, 3 channels", "give them one size"
        )
    odd = (0, frame.shape[0] % 2), (0, frame.shape[1] % 2), (0, 0)
    return np.pad(frame, odd, mode="edge") if any(more for _, more in odd) else frame


class VideoWriter:
    """Write frames to an MP4: H.264, yuv420p, CRF 18, constant frame rate, BT.709 limited range and tagged so.

    A context manager. The index comes before the frames (faststart). Same frames and rate, same bytes. Where the block
    raises, or no frame was written, the file is removed.
    Raises: ValueError for sides that are odd or below 2, rates outside 0.01…1000, frames of another shape, no frames.
    """

    def __init__(self, path: Path, *, width: int, height: int, fps: float) -> None:
        if width < 2 or height < 2 or width % 2 or height % 2:
            raise ValueError(f"given {width} x {height} pixels; expected even sides of at least 2")
        self._path = Path(path)
        self._shape = (height, width, 3)
        self._rate = exact_rate(fps)
        self._frames = 0

    def __enter__(self) -> Self:
        import av

        self._container = av.open(
            str(self._path.absolute()), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}
        )
        height, width, _ = self._shape
        options = {"crf": "18", "preset": "medium", "threads": str(_THREADS), "flags": "+bitexact"}
        options["mbtree"] = "0"  # its lookahead makes the bytes differ from run to run
        options["g"] = str(round(self._rate * _KEYFRAME_SECONDS) or 1)
        self._stream = self._container.add_stream("libx264", rate=self._rate, options=options)
        self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "yuv420p"
        self._stream.time_base = self._stream.codec_context.time_base = 1 / self._rate
        context = self._stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = _LIMITED
        return self

    def write(self, frame: npt.NDArray[np.uint8]) -> None:
        """Append a frame, uint8 HWC RGB of the writer's size."""
        from av.video.frame import VideoFrame
        from av.video.reformatter import Interpolation

        if frame.shape != self._shape or frame.dtype != np.uint8:
            raise ValueError(f"given a frame {frame.dtype} {frame.shape}; expected uint8 {self._shape}")
        rgb = VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
        flags = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INP
        yuv = rgb.reformat(
            format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG", interpolation=flags, threads=1
        )
        yuv.pts, yuv.time_base = self._frames, 1 / self._rate
        self._container.mux(self._stream.encode(yuv))
        self._frames += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self._frames:
                self._container.mux(self._stream.encode(None))
            with suppress(Exception) if kind else nullcontext():  # what the block raised says more
                self._container.close()
            if kind is None and not self._frames:
                raise ValueError("given no frames; expected at least one")
        except BaseException:
            self._path.unlink(missing_ok=True)
            raise
        if kind is not None:
            self._path.unlink(missing_ok=True)
