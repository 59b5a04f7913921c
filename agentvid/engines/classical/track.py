"""Follow a thing through a clip from its mask in one frame, both ways in time; task `track`.

Cuts end the track; so does a thing that leaves the picture or is lost, and it is not looked for again. Frames are
followed at 480 pixels; memory holds a few frames and the packed masks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical.camera import Maps, Picture, resized
from agentvid.engines.classical.clip import backwards, frame_at, pick_frame_number, put_masks
from agentvid.engines.classical.flow import is_cut, work_size
from agentvid.engines.classical.follow import Follower, Seen
from agentvid.errors import CallError
from agentvid.media.types import Keyframe, Mask, Video

__all__ = ["pick_frame", "ranges", "track"]

_UNSURE: Final = 0.6
"""Frames with less trust are named."""


def pick_frame(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Do the task "pick_frame": outputs `image` and `keyframe`.

    Raises: CallError where the clip has no such frame.
    """
    video = request.get("video", Video)
    number = pick_frame_number(video, request.maybe("keyframe", Keyframe), request.maybe("seconds", float))
    context.progress(0, 1, "reading")
    image = context.store.put_image(frame_at(context, video, number))
    context.progress(1, 1)
    return EngineResult.of(image=image, keyframe=Keyframe(frame=number, seconds=round(number / video.fps, 6)))


@dataclass
class _Track:
    """What is told of a track: trust by frame, and the frames without the thing, with the reason."""

    trust: dict[int, float] = field(default_factory=dict)
    without: dict[str, list[int]] = field(default_factory=dict)

    def note(self, frame: int, seen: Seen) -> None:
        if seen.state:
            self.without.setdefault(seen.state, []).append(frame)
        else:
            self.trust[frame] = seen.trust


def track(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Do the task "track": outputs `masks` (a clip, one mask a frame), `trust`, `finding`, `keyframe`.

    Raises: CallError where the mask has another size than the clip or is empty, or the keyframe is not in the clip.
    """
    video, given = request.get("video", Video), request.get("mask", Mask)
    key = pick_frame_number(video, request.maybe("keyframe", Keyframe), None)
    mask = context.store.mask(given)
    if mask.shape != (video.height, video.width):
        raise CallError(
            f"a mask of {mask.shape[1]}x{mask.shape[0]}",
            f"the size of the clip, {video.width}x{video.height}",
            "take the mask of a locate step on a frame of this very clip",
        )
    if not (mask > 127).any():
        raise CallError("an empty mask", "a mask with something inside", "correct the mask or the words of locate")
    context.progress(0, video.frames, "following")
    start = work_size(frame_at(context, video, key))
    alpha = resized(mask, start.shape[1], start.shape[0]).astype(np.float32) / np.float32(255)
    told = _Track()
    done = 0

    def followed(frames: Iterator[Picture], numbers: range) -> Iterator[Maps]:
        nonlocal done
        follower, before, changes = Follower(start, alpha), start, list[float]()
        is_over = False
        for number, frame in zip(numbers, frames, strict=False):
            done += 1
            context.progress(done, video.frames, "following")
            small = work_size(frame)
            cut, change = (False, 0.0) if is_over else is_cut(before, small, changes[-8:])
            is_over = is_over or cut
            changes.append(change)
            seen = Seen(np.zeros_like(alpha), 0.0, "cut") if is_over else follower.step(small)
            told.note(number, seen)
            before = small
            yield seen.alpha

    earlier = [_packed(seen) for seen in followed(backwards(context, video, 0, key), range(key - 1, -1, -1))]

    def masks() -> Iterator[Picture]:
        while earlier:
            yield _full(_unpacked(earlier.pop()), video)
        yield mask
        later = followed(context.store.frames(video, key + 1), range(key + 1, video.frames))
        for seen in later if key + 1 < video.frames else ():
            yield _full(np.rint(seen * 255).astype(np.uint8), video)

    told.trust[key] = 1.0
    stored = put_masks(context, masks(), video.fps)
    keyframe = Keyframe(frame=key, seconds=round(key / video.fps, 6))
    trust = round(sum(told.trust.values()) / len(told.trust), 3)
    return EngineResult.of(
        *_warnings(told, video.fps), masks=stored, trust=trust, finding=_finding(told, video, key), keyframe=keyframe
    )


def ranges(frames: list[int], fps: float) -> str:
    """Return frames in words, as spans of time: "0.0-0.4 s, 2.8-2.9 s"."""
    spans: list[list[int]] = []
    for frame in sorted(frames):
        if spans and frame == spans[-1][1] + 1:
            spans[-1][1] = frame
        else:
            spans.append([frame, frame])
    return ", ".join(f"{a / fps:.2f}-{(b + 1) / fps:.2f} s" for a, b in spans)


def _warnings(told: _Track, fps: float) -> list[str]:
    warnings = []
    said = {
        "cut": "another shot: the thing was not looked for at",
        "gone": "the thing is out of the picture at",
        "lost": "the thing was lost and is left alone at",
    }
    for state, words in said.items():
        if state in told.without:
            warnings.append(f"{words} {ranges(told.without[state], fps)}")
    unsure = [frame for frame, trust in told.trust.items() if trust < _UNSURE]
    if unsure:
        warnings.append(f"followed with less than {_UNSURE:.0%} trust at {ranges(unsure, fps)}: look there")
    return warnings


def _finding(told: _Track, video: Video, key: int) -> str:
    least = min(told.trust, key=lambda frame: (told.trust[frame], frame))
    mean = sum(told.trust.values()) / len(told.trust)
    text = (
        f"Followed from frame {key} ({key / video.fps:.2f} s) through {len(told.trust)} of {video.frames} frames; "
        f"trust {mean:.2f} on average, least {told.trust[least]:.2f} at {least / video.fps:.2f} s."
    )
    words = {"cut": "Other shots", "gone": "Out of the picture", "lost": "Lost"}
    for state, name in words.items():
        if state in told.without:
            text += f" {name}: {ranges(told.without[state], video.fps)}."
    return text


def _packed(alpha: Maps) -> bytes:
    found, data = cv2.imencode(".png", np.rint(alpha * 255).astype(np.uint8))
    assert found
    return data.tobytes()


def _unpacked(data: bytes) -> Picture:
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)


def _full(mask: Picture, video: Video) -> Picture:
    if mask.shape == (video.height, video.width):
        return mask
    grown = cv2.resize(mask, (video.width, video.height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(grown, np.uint8)
