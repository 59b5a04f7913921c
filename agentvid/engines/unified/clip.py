"""Clips by the unified model: views of a picture from a moving camera, and what comes after a clip.

A drawing takes seconds to minutes, so few frames are drawn and each is shown until the next. Frames follow each other
by editing (`sequential`), or are drawn together (`joint`) where the checkpoint says that it was trained for that.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from agentvid.engine import EngineResult
from agentvid.engines.classical.camera import frame_count, pose_at
from agentvid.engines.unified.describe import frames_of
from agentvid.engines.unified.work import Work, words
from agentvid.errors import CallError
from agentvid.media.types import CameraPath, CameraPose, Depth, Image, Keyframe, Video
from agentvid.models.mot.frames import Frames, draw_frames
from agentvid.models.mot.sizes import Pixels, resize

__all__ = ["future_frames", "move_in_words", "novel_view"]

MOST_DRAWN: Final = 8
"""New frames that are drawn for one clip."""
_SEEN: Final = 3
"""Frames of a clip that the model sees before it goes on, as far apart as those to come."""

_ORBIT: Final = (
    (
        "yaw_deg",
        "moved around the subject to the right by {:.0f} degrees",
        "moved around it to the left by {:.0f} degrees",
    ),
    ("pitch_deg", "moved up around the subject by {:.0f} degrees", "moved down around it by {:.0f} degrees"),
)
_LOOK: Final = (
    ("yaw_deg", "turned to the right by {:.0f} degrees", "turned to the left by {:.0f} degrees"),
    ("pitch_deg", "tilted up by {:.0f} degrees", "tilted down by {:.0f} degrees"),
)
_MOVES: Final = (
    ("roll_deg", "rolled clockwise by {:.0f} degrees", "rolled counter-clockwise by {:.0f} degrees"),
    ("truck", "moved right by {:.2f} picture widths", "moved left by {:.2f} picture widths"),
    ("pedestal", "moved up by {:.2f} picture heights", "moved down by {:.2f} picture heights"),
    ("dolly", "moved towards the subject by {:.0%} of its distance", "moved away from it by {:.0%} of its distance"),
)
"""What a positive and a negative value of a pose say."""


def novel_view(work: Work) -> EngineResult:
    """Draw `image` along a camera `path`: outputs `video` and `path`; `depth` only where it was given.

    Raises: CallError where the path has no duration.
    """
    request, store = work.request, work.context.store
    image, path = request.get("image", Image), request.get("path", CameraPath)
    depth, fps = request.maybe("depth", Depth), request.maybe("fps", float) or 24.0
    total = frame_count(path.seconds, fps)
    drawn = min(total, MOST_DRAWN + 1)
    original = store.image(image)
    size = work.size_for(image.width, image.height)
    start = resize(original, *size)
    if size != (image.height, image.width):
        work.warnings.append(f"frames are {size[1]}x{size[0]}, not {image.width}x{image.height}, as the model takes it")
    moves = [move_in_words(pose_at(path, float(t)), path.kind) for t in np.linspace(0, path.seconds, drawn)]
    told = [words("view_frame", "en", move=move) for move in moves]
    new = _drawn(work, [original], told[1:])
    video = store.put_video(_held(itertools.chain([start], new), drawn, total), fps)
    work.warnings.append(
        f"{drawn - 1} views were drawn after the picture itself; each is shown until the next ({total} frames)"
    )
    work.warnings.append("the model imagines each view: there is no geometry, and no depth is found")
    if depth is not None:
        work.warnings.append("the depth that was given is not looked at")
    return EngineResult.of(*work.warnings, video=video, depth=depth, path=path)


def future_frames(work: Work) -> EngineResult:
    """Go on from a clip's `keyframe` for `seconds`: outputs `video`, `future`, `keyframe`, `trust_seconds`, `finding`.

    `trust_seconds` is 0: how long such frames hold is not tested.

    Raises: CallError where the keyframe is beyond the clip.
    """
    request, store = work.request, work.context.store
    video, seconds = request.get("video", Video), request.get("seconds", float)
    last = Keyframe(frame=video.frames - 1, seconds=(video.frames - 1) / video.fps)
    keyframe = request.maybe("keyframe", Keyframe) or last
    if keyframe.frame > last.frame:
        raise CallError(f"keyframe {keyframe.frame}", f"a frame from 0 to {last.frame}", "choose a frame of the clip")
    total = max(1, round(seconds * video.fps))
    drawn = min(total, MOST_DRAWN)
    apart = total / drawn
    seen = [keyframe.frame - apart * back for back in reversed(range(_SEEN)) if keyframe.frame - apart * back >= 0]
    told = words("next_frame", "en", seconds=f"{apart / video.fps:.2f}")
    scaled = (
        resize(frame, video.height, video.width) for frame in _drawn(work, frames_of(work, video, seen), [told] * drawn)
    )
    frames = list(_held(scaled, drawn, total))
    size = work.size_for(video.width, video.height)
    if size != (video.height, video.width):
        work.warnings.append(f"frames were drawn at {size[1]}x{size[0]} and scaled to {video.width}x{video.height}")
    work.warnings.append(f"{drawn} frames were drawn; each is shown until the next ({total} frames)")
    before = store.frames(video, 0, keyframe.frame + 1)
    return EngineResult.of(
        *work.warnings,
        video=store.put_video(itertools.chain(before, frames), video.fps),
        future=store.put_video(frames, video.fps),
        keyframe=keyframe,
        trust_seconds=0.0,
        finding=f"The {drawn} new frames are imagined; how long they can be believed was not tested.",
    )


def move_in_words(pose: CameraPose, kind: str) -> str:
    """Return where a camera is relative to the picture's own, in words: "moved up …, zoomed in 1.20 times"."""
    told = []
    for name, positive, negative in (*(_ORBIT if kind == "orbit" else _LOOK), *_MOVES):
        value = float(getattr(pose, name))
        if round(value, 2):
            told.append((positive if value > 0 else negative).format(abs(value)))
    if round(pose.zoom, 2) != 1:
        told.append(f"zoomed {'in' if pose.zoom > 1 else 'out'} to {pose.zoom:.2f} times")
    return ", ".join(told) or "not moved yet"


def _drawn(work: Work, pictures: Sequence[Pixels], instructions: Sequence[str]) -> Iterator[Pixels]:
    """Yield one new frame per instruction. Drawn together, they all follow the last one, the whole way."""
    is_joint = work.frames == "joint"
    frames = Frames(len(instructions), work.frames)
    told = instructions[-1:] if is_joint else instructions
    watch = work.watch(drawings=1 if is_joint else len(instructions))
    if work.request.thought:
        told = [f"{work.request.thought}\n{words}" for words in told]
    yield from draw_frames(work.unified, pictures, told, frames, seed=work.request.seed, watch=watch)


def _held(frames: Iterator[Pixels], count: int, total: int) -> Iterator[Pixels]:
    """Yield `count` frames as `total`, each for as long as the others (to a frame)."""
    for index, frame in enumerate(frames):
        for _ in range(index * total // count, (index + 1) * total // count):
            yield frame
