"""Reading clips for work that looks back or runs backwards, in bounded memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import numpy as np

from agentvid.engine import EngineContext
from agentvid.engines.classical.camera import Picture
from agentvid.errors import CallError
from agentvid.media.mask_clip import write_masks
from agentvid.media.types import Keyframe, Video

__all__ = ["backwards", "frame_at", "held_frames", "lasting", "pick_frame_number", "put_masks"]

_HELD_BYTES: Final = 96 * 1024 * 1024


def held_frames(video: Video, most: int = 64) -> int:
    """Return how many frames of a clip may be held at once: 96 MB of them, at least 2 and at most `most`."""
    return max(2, min(most, _HELD_BYTES // (video.width * video.height * 3)))


def backwards(context: EngineContext, video: Video, start: int, stop: int) -> Iterator[Picture]:
    """Yield frames `stop` - 1 down to `start`, uint8 HWC, holding no more than `held_frames` of them.

    Each run of held frames is decoded from the keyframe before it.
    """
    run = held_frames(video)
    for end in range(stop, start, -run):
        held = list(context.store.frames(video, max(start, end - run), end))
        while held:
            yield held.pop()


def frame_at(context: EngineContext, video: Video, frame: int) -> Picture:
    """Return one frame, uint8 HWC.

    Raises: CallError where the clip has no such frame.
    """
    if not 0 <= frame < video.frames:
        raise CallError(f"frame {frame}", f"a frame from 0 to {video.frames - 1}", "choose a frame of the clip")
    return next(context.store.frames(video, frame, frame + 1))


def pick_frame_number(video: Video, keyframe: Keyframe | None, seconds: float | None) -> int:
    """Return the frame that is meant: the keyframe's, the one shown at `seconds`, or the middle one.

    Raises: CallError where the clip has no such frame.
    """
    if keyframe is not None:
        if keyframe.frame >= video.frames:
            raise CallError(
                f"keyframe {keyframe.frame}", f"a frame from 0 to {video.frames - 1}", "choose a frame of the clip"
            )
        return keyframe.frame
    if seconds is None:
        return (video.frames - 1) // 2
    if not 0 <= seconds <= video.seconds + 1e-6:
        raise CallError(f"{seconds:g} seconds", f"0 to {video.seconds:.2f} seconds", "choose a time of the clip")
    return min(video.frames - 1, int(seconds * video.fps + 1e-6))


def lasting(frames: int, fps: float) -> str:
    """Return a length in words: "3.2 s (80 frames)"."""
    return f"{frames / fps:.1f} s ({frames} frames)"


def put_masks(context: EngineContext, masks: Iterable[Picture], fps: float) -> Video:
    """Store masks, uint8 HW of one size, one a frame, as a clip that is read back bit for bit; they are streamed.

    Clips have even sides: of an odd size, the last row or column is repeated.
    """
    even = (np.pad(mask, [(0, side % 2) for side in mask.shape], mode="edge") for mask in masks)
    with tempfile.TemporaryDirectory(prefix="agentvid-") as folder:
        file = Path(folder) / "masks.mp4"
        write_masks(file, even, fps)
        stored = context.store.put_file(file, "video/mp4", "video")
    assert isinstance(stored, Video)
    return stored
