"""Frames in between: two-way flow, each side asked only for what it sees; task `interpolate`. Streams frames.

Flow is found at full size up to 960 pixels. A cut is never bridged, and where the two ways do not agree the nearer
frame counts more. Fast, fine or see-through motion blurs; nothing is invented.
Source: Baker et al., "A Database and Evaluation Methodology for Optical Flow" (IJCV 2011), section 3.3.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical.audio.track import keep_sound
from agentvid.engines.classical.camera import Maps, Picture, blurred, fetch, resized
from agentvid.engines.classical.clip import lasting
from agentvid.engines.classical.flow import agreement, dense_flow, grey_of, grid_of, is_cut, work_size
from agentvid.errors import CallError
from agentvid.media.types import Image, Video

__all__ = ["between", "interpolate"]

_FLOW_SIDE: Final = 960
_MOST_FACTOR: Final = 8
_MOST_FRAMES: Final = 20_000
_SURE: Final = 0.7


@dataclass(frozen=True)
class _Pair:
    """Two frames with the flow both ways and where it agrees, all at full size."""

    first: Picture
    second: Picture
    there: Maps
    back: Maps
    sure_there: Maps
    sure_back: Maps


def interpolate(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Do the task "interpolate": outputs `video`, `trust`, `finding`, from a clip or from two pictures.

    Raises: CallError where neither is given, the factor is out of its range, or the pictures differ in size.
    """
    video, images = request.maybe("video", Video), request.many("images", Image)
    factor = int(request.maybe("factor", float) or 2)
    slow = request.maybe("slow", bool)
    if not 2 <= factor <= _MOST_FACTOR * (1 if video else 32):
        most = _MOST_FACTOR * (1 if video else 32)
        raise CallError(f"{factor} times as many frames", f"2 to {most}", "choose another factor")
    if (video is None) == (not images) or (images and len(images) != 2):
        given = f"{'a clip and ' if video else ''}{len(images)} pictures"
        raise CallError(given, "either a clip or two pictures", "give one of them")
    if images and (images[0].width, images[0].height) != (images[1].width, images[1].height):
        sizes = " and ".join(f"{image.width}x{image.height}" for image in images)
        raise CallError(f"pictures of {sizes}", "two of one size", "scale one of them")
    if video is not None:
        source, count, source_fps = context.store.frames(video), video.frames, video.fps
    else:
        source, count, source_fps = iter([context.store.image(image) for image in images]), 2, 24.0 / factor
    fps = source_fps if slow and video is not None else min(1000.0, source_fps * factor)
    total = (count - 1) * factor + 1
    if total > _MOST_FRAMES:
        raise CallError(f"a clip of {total} frames", f"at most {_MOST_FRAMES}", "cut it, or choose a smaller factor")
    trusts: list[float] = []
    cuts: list[int] = []

    def frames() -> Iterator[Picture]:
        before = next(source)
        changes: list[float] = []
        for number, after in enumerate(source, 1):
            cut, change = is_cut(work_size(before), work_size(after), changes[-8:]) if video else (False, 0.0)
            changes.append(change)
            yield before
            pair = None if cut else _pair(before, after)
            if pair is None:
                cuts.append(number)
            else:
                trusts.append(float((pair.sure_there.mean() + pair.sure_back.mean()) / 2))
            for step in range(1, factor):
                context.progress((number - 1) * factor + step, total, "drawing in between")
                yield before if pair is None else _between(pair, step / factor)
            before = after
        yield before

    made = context.store.put_video(frames(), fps)
    trust = round(sum(trusts) / len(trusts), 3) if trusts else 0.0
    warnings: list[str] = []
    if video:
        made, warnings = keep_sound(context, video, made, speed=1 / factor if slow else 1.0)
    if trust < _SURE:
        warnings.append(f"the motion is followed surely in {trust:.0%} of the picture: expect blur elsewhere")
    if cuts:
        warnings.append(f"not bridged, the frame is held: cuts at frames {', '.join(map(str, cuts))}")
    finding = (
        f"{factor - 1} frames drawn between each two, {lasting(made.frames, made.fps)} at {made.fps:g} fps; "
        f"motion followed surely in {trust:.0%} of the picture."
    )
    return EngineResult.of(*warnings, video=made, trust=trust, finding=finding)


def between(first: Picture, second: Picture, share: float) -> Picture:
    """Return the frame at `share` (0…1) of the way from `first` to `second`, uint8 HWC of one size. Deterministic."""
    return _between(_pair(first, second), share)


def _pair(first: Picture, second: Picture) -> _Pair:
    small = [grey_of(work_size(frame, _FLOW_SIDE)) for frame in (first, second)]
    there, back = dense_flow(small[0], small[1]), dense_flow(small[1], small[0])
    sure = agreement(there, back), agreement(back, there)
    height, width = first.shape[:2]
    scale = width / small[0].shape[1]
    full = [resized(values, width, height, cv2.INTER_LINEAR) for values in (there, back, *sure)]
    return _Pair(first, second, full[0] * scale, full[1] * scale, full[2], full[3])


def _between(pair: _Pair, t: float) -> Picture:
    """Fetch both frames at the flow as it is at the time between, and mix them by who sees what."""
    grid = grid_of(pair.there.shape)
    to_first, sure_first = _flow_at(pair.there, pair.sure_there, t)
    to_second, sure_second = _flow_at(pair.back, pair.sure_back, 1 - t)
    # the motion of a point at time t, from the side that is sure of it
    weight = (sure_first * (1 - t)) / (sure_first * (1 - t) + sure_second * t + 1e-6)
    flow = to_first * weight[..., None] - to_second * (1 - weight)[..., None]
    at_first = np.asarray(grid - t * flow, np.float32)
    at_second = np.asarray(grid + (1 - t) * flow, np.float32)
    one: Maps = fetch(pair.first, at_first, cv2.INTER_CUBIC).astype(np.float32)
    two: Maps = fetch(pair.second, at_second, cv2.INTER_CUBIC).astype(np.float32)
    seen_one: Maps = fetch(pair.sure_there, at_first) * _inside(at_first) + np.float32(0.02)
    seen_two: Maps = fetch(pair.sure_back, at_second) * _inside(at_second) + np.float32(0.02)
    ratio = t * seen_two / (t * seen_two + (1 - t) * seen_one)
    share = blurred(np.asarray(ratio, np.float32), 1.0)[..., None]
    return np.asarray(np.rint(np.clip(one + share * (two - one), 0, 255)), np.uint8)


def _flow_at(flow: Maps, sure: Maps, t: float) -> tuple[Maps, Maps]:
    """Return a frame's flow, and how sure it is, at the places its pixels have reached after `t` of the way.

    Found backwards by fixed-point iteration: u(x) = flow(x - t u(x)).
    """
    grid, found = grid_of(flow.shape), flow
    for _ in range(3):
        found = fetch(flow, np.asarray(grid - t * found, np.float32))
    return found, fetch(sure, np.asarray(grid - t * found, np.float32))


def _inside(at: Maps) -> Maps:
    height, width = at.shape[:2]
    inside = (at[..., 0] > -0.5) & (at[..., 1] > -0.5) & (at[..., 0] < width - 0.5) & (at[..., 1] < height - 0.5)
    return np.asarray(inside, np.float32)
