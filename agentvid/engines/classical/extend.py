"""Make a clip longer: before its start, after its end, and back to its first frame; task `extend_video`.

New frames are warped from the first or the last frame itself by the motion there (see `future`), so nothing is faded
and nothing jumps; past the trust horizon it comes to rest. Streams frames.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical.audio.track import keep_sound
from agentvid.engines.classical.camera import Picture
from agentvid.engines.classical.clip import backwards, frame_at, lasting
from agentvid.engines.classical.flow import work_size
from agentvid.engines.classical.future import MOST_SECONDS, Forecast, forecast
from agentvid.engines.classical.motion import after_last_cut, predict
from agentvid.errors import CallError
from agentvid.media.types import Video

__all__ = ["extend_video"]

_HISTORY = 96
"""Frames from which motion is measured."""


@dataclass(frozen=True)
class _End:
    """One end of a clip: its frame, how it goes on from there, by how many frames, and whether past the horizon."""

    still: Picture
    found: Forecast
    count: int
    fps: float
    goes_on: bool

    def frame(self, ahead: int) -> Picture:
        """Return a new frame, so many frames away from the end."""
        return predict(self.still, self.found.motion, self.found.gone(ahead, self.fps, goes_on=self.goes_on))


def extend_video(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Do the task "extend_video": outputs `video`, `trust_seconds`, `bound` (of the end that holds less), `finding`.

    Past the trust horizon motion comes to rest, unless `beyond_trust` is true.

    Raises: CallError where the seconds are out of 0…30 or nothing is to be added.
    """
    video = request.get("video", Video)
    after, before = request.maybe("seconds", float) or 0.0, request.maybe("before", float) or 0.0
    loop_back, goes_on = (bool(request.maybe(name, bool)) for name in ("loop_back", "beyond_trust"))
    for seconds in (after, before):
        if not 0 <= seconds <= MOST_SECONDS:
            raise CallError(f"{seconds:g} seconds", f"0 to {MOST_SECONDS:g}", "ask for fewer seconds")
    if not (after or before or loop_back):
        raise CallError("nothing to add", "seconds after, seconds before, or the way back", "say by how much")
    counts = round(before * video.fps), round(after * video.fps)
    context.progress(0, 1, "measuring motion")
    history = min(video.frames, _HISTORY)
    seen = (
        backwards(context, video, 0, history),
        context.store.frames(video, video.frames - history, video.frames),
    )
    start, end = (
        _end(frames, frame_at(context, video, at), count, video.fps, goes_on)
        for frames, at, count in zip(seen, (0, video.frames - 1), counts, strict=True)
    )
    longer = counts[0] + video.frames + counts[1]
    total = longer + (longer - 2 if loop_back else 0)

    def frames() -> Iterator[Picture]:
        for done, frame in enumerate(_all(video, context, start, end, loop_back)):
            context.progress(done, total, "extending")
            yield frame

    made = context.store.put_video(frames(), video.fps)
    held = [f for f, count in ((start.found, counts[0]), (end.found, counts[1])) if count]
    trust = (
        min((min(f.trust_frames, c) for f, c in zip(held, filter(None, counts), strict=True)), default=0) / video.fps
    )
    made, warnings = keep_sound(context, video, made, late=counts[0] / video.fps)
    if held:
        told = f"believe about {trust:.1f} s of it at each end that was added to"
        warnings.append(f"extrapolated motion, nothing is invented: {told}")
    for found, count, where in ((start.found, counts[0], "before the start"), (end.found, counts[1], "after the end")):
        if count and (past := found.told(video.fps, count / video.fps, goes_on=goes_on)):
            warnings.append(f"{where}: {past}")
    bounds = [found.bound.upto(found.trust_frames) for found in held if found.bound is not None]
    least = min(bounds, key=lambda bound: bound.trust_steps, default=None)
    if least is not None:
        warnings.append(least.told("frame"))
    return EngineResult.of(
        *warnings,
        video=made,
        trust_seconds=float(trust),
        bound=None if least is None else least.answer("frame", video.fps),
        finding=_finding(video, made, counts, loop_back, trust),
    )


def _end(history: Iterator[Picture], still: Picture, count: int, fps: float, goes_on: bool) -> _End:
    if not count:
        return _End(still, forecast([still], 1, fps), 0, fps, goes_on)
    small = [work_size(frame) for frame in history]
    return _End(still, forecast(small[after_last_cut(small) :], count, fps), count, fps, goes_on)


def _all(video: Video, context: EngineContext, start: _End, end: _End, loop_back: bool) -> Iterator[Picture]:
    yield from (start.frame(i) for i in range(start.count, 0, -1))
    yield from context.store.frames(video)
    yield from (end.frame(i) for i in range(1, end.count + 1))
    if not loop_back:
        return
    yield from (end.frame(i) for i in range(end.count - 1, 0, -1))
    first = 0 if start.count else 1
    yield from backwards(context, video, first, video.frames if end.count else video.frames - 1)
    yield from (start.frame(i) for i in range(1, start.count))


def _finding(video: Video, made: Video, counts: tuple[int, int], loop_back: bool, trust: float) -> str:
    told = [
        f"{count / video.fps:.1f} s {where}" for count, where in zip(counts, ("before", "after"), strict=True) if count
    ]
    told += ["the way back to the first frame, so that it loops"] if loop_back else []
    believed = f" Believe about {trust:.1f} s of what was added." if any(counts) else ""
    longer = f"{lasting(made.frames, made.fps)} instead of {lasting(video.frames, video.fps)}"
    return f"Added {' and '.join(told)}: {longer}.{believed}"
