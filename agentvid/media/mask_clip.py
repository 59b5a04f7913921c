"""Masks as a clip, without loss: one mask a frame, read back bit for bit by `codec.iter_frames` (all three channels).

H.264 at quantiser 0, the mask as full-range luma, no colour; any player that knows the lossless profile shows it.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np

from agentvid.media.codec import exact_rate
from agentvid.media.picture import U8

__all__ = ["write_masks"]

_BT709, _FULL = 1, 2  # AVColorSpace, AVColorRange
_THREADS: Final = 4
_KEYFRAME_SECONDS: Final = 2


def write_masks(path: Path, masks: Iterable[U8], fps: float) -> None:
    """Write masks, uint8 HW of one even size, 0 outside to 255 inside, as an MP4. Same masks and rate, same bytes.

    Raises: ValueError for no masks, odd sides, another dtype or masks that differ in size; the file is then removed.
    """
    try:
        _write(path, masks, exact_rate(fps))
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write(path: Path, masks: Iterable[U8], rate: Fraction) -> None:
    import av
    from av.video.frame import VideoFrame

    left = iter(masks)
    first = next(left, None)
    if first is None:
        raise ValueError("given no masks; expected at least one")
    if first.ndim != 2 or first.dtype != np.uint8 or first.shape[0] % 2 or first.shape[1] % 2:
        raise ValueError(f"given a mask {first.dtype} {first.shape}; expected uint8 of even sides")
    height, width = first.shape
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with av.open(str(path.absolute()), "w", format="mp4", options=options) as container:
        coding = {"qp": "0", "preset": "veryfast", "threads": str(_THREADS), "flags": "+bitexact", "mbtree": "0"}
        coding["g"] = str(round(rate * _KEYFRAME_SECONDS) or 1)
        stream = container.add_stream("libx264", rate=rate, options=coding)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = stream.codec_context.time_base = 1 / rate
        stream.codec_context.color_primaries = stream.codec_context.color_trc = _BT709
        stream.codec_context.colorspace, stream.codec_context.color_range = _BT709, _FULL
        grey = np.full((height // 2, width), 128, np.uint8)
        mask: U8 | None = first
        number = 0
        while mask is not None:
            if mask.shape != (height, width):
                raise ValueError(f"given a mask of {mask.shape}; expected {height, width} like the first")
            frame = VideoFrame.from_ndarray(np.vstack([mask, grey]), format="yuv420p")
            frame.colorspace, frame.color_range = _BT709, _FULL
            frame.pts, frame.time_base = number, 1 / rate
            container.mux(stream.encode(frame))
            mask, number = next(left, None), number + 1
        container.mux(stream.encode(None))
