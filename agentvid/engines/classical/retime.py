"""Change when a clip's frames are shown: speed, direction, span, loops, a frozen frame; task `retime`. Streams frames.

Order: cut the span out, then speed, a frozen frame, direction, loops. Faster leaves frames out; slower repeats them
(for frames in between see `interpolate`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, cast, get_args

import cv2
import numpy as np

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical.audio.joins import keep_retimed
from agentvid.engines.classical.camera import Picture
from agentvid.engines.classical.clip import backwards, lasting
from agentvid.errors import CallError
from agentvid.media.types import Video

__all__ = ["LoopWay", "Timing", "plan_times", "retime"]

LoopWay: TypeAlias = Literal["", "repeat", "ping-pong", "crossfade"]

_SLOWEST: Final = 0.25
_FASTEST: Final = 8.0
_MOST_LOOPS: Final = 50
_MOST_FRAMES: Final = 20_000
_FADE_SECONDS: Final = 0.5


@dataclass(frozen=True)
class Timing:
    """Which source frame is shown at each output frame.

    The last frames of each `period` are mixed with those of `lead`, which come before its first one.
    """

    numbers: tuple[int, ...]
    period: int
    lead: tuple[int, ...] = ()


def retime(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Do the task "retime": outputs `video` and `finding`.

    Raises: CallError where a number is out of its range or the span is empty.
    """
    video = request.get("video", Video)
    speed = _value(request, "speed", 1.0)
    loops = int(_value(request, "loops", 1))
    way = request.maybe("way", str) or ""
    reverse = bool(request.maybe("reverse", bool))
    start, end = request.maybe("start", float), request.maybe("end", float)
    freeze, hold = request.maybe("freeze", float), _value(request, "hold", 1.0)
    _check(speed, loops, way, hold)
    first, stop = _span(video, start, end)
    timing = plan_times(
        first,
        stop,
        video.fps,
        speed=speed,
        reverse=reverse,
        loops=loops,
        way=cast(LoopWay, way),
        freeze=None if freeze is None else _frozen(freeze, first, stop, video),
        hold_seconds=hold,
    )
    total = len(timing.numbers)
    if total > _MOST_FRAMES:
        raise CallError(
            f"a clip of {total} frames", f"at most {_MOST_FRAMES}", "ask for fewer loops or less slow motion"
        )

    def frames() -> Iterator[Picture]:
        made = _faded(timing, video, context) if timing.lead else _in_order(timing.numbers, video, context)
        for done, frame in enumerate(made):
            context.progress(done, total, "retiming")
            yield frame

    made = context.store.put_video(frames(), video.fps)
    made, warnings = keep_retimed(
        context,
        video,
        made,
        span=(first, stop),
        speed=speed,
        reverse=reverse,
        loops=loops,
        way=way,
        freeze=freeze,
        hold=hold,
        fade=len(timing.lead) / video.fps,
    )
    if speed < 1:
        warnings.append("slower by repeating frames: for smooth slow motion interpolate first")
    if timing.lead:
        warnings.append(f"the ends are mixed over {len(timing.lead) / video.fps:.1f} s at each seam")
    said = _finding(video, made, (first, stop), speed, reverse, loops, way)
    if freeze is not None:
        said += f" Frozen at {freeze:g} s for {hold:g} s."
    return EngineResult.of(*warnings, video=made, finding=said)


def plan_times(
    first: int,
    stop: int,
    fps: float,
    *,
    speed: float = 1.0,
    reverse: bool = False,
    loops: int = 1,
    way: LoopWay = "",
    freeze: int | None = None,
    hold_seconds: float = 1.0,
) -> Timing:
    """Return which frames of `first` to `stop` (exclusive) are shown, in order.

    A crossfade takes its frames from the start of the span; it is at most a third of it.
    """
    span = range(first, stop)
    count = max(1, round(len(span) / speed))
    times = [span[min(len(span) - 1, int(i * speed + 1e-6))] for i in range(count)]
    if freeze is not None:
        at = next((i for i, number in enumerate(times) if number >= freeze), count - 1)
        times[at : at + 1] = [freeze] * max(1, round(hold_seconds * fps))
    if reverse:
        times.reverse()
    fade = 0
    if way == "ping-pong":
        times = times + times[-2:0:-1]
    elif way == "crossfade":
        fade = min(round(_FADE_SECONDS * fps), len(times) // 3)
    kept = times[fade:]
    return Timing(tuple(kept * loops), len(kept), tuple(times[:fade]))


def _faded(timing: Timing, video: Video, context: EngineContext) -> Iterator[Picture]:
    before = list(_in_order(timing.lead, video, context))
    for at, frame in enumerate(_in_order(timing.numbers, video, context)):
        into = at % timing.period - (timing.period - len(before))
        if into < 0:
            yield frame
        else:
            share = (into + 1) / (len(before) + 1)
            yield np.asarray(cv2.addWeighted(frame, 1 - share, before[into], share, 0), np.uint8)


def _in_order(numbers: tuple[int, ...], video: Video, context: EngineContext) -> Iterator[Picture]:
    """Yield frames by number, read in the runs up and down that they are made of."""
    at = 0
    while at < len(numbers):
        end, way = at + 1, 0
        while end < len(numbers):
            step = int(np.sign(numbers[end] - numbers[end - 1]))
            if step * way < 0:
                break
            way = way or step
            end += 1
        yield from _run(numbers[at:end], way >= 0, video, context)
        at = end


def _run(numbers: tuple[int, ...], rises: bool, video: Video, context: EngineContext) -> Iterator[Picture]:
    low, high = min(numbers), max(numbers)
    read: Callable[[], Iterator[Picture]] = (
        (lambda: context.store.frames(video, low, high + 1))
        if rises
        else (lambda: backwards(context, video, low, high + 1))
    )
    source, at = read(), (low - 1 if rises else high + 1)
    frame: Picture | None = None
    for wanted in numbers:
        while at != wanted:
            frame = next(source)
            at += 1 if rises else -1
        assert frame is not None
        yield frame


def _value(request: EngineRequest, name: str, default: float) -> float:
    found = request.maybe(name, float)
    return default if found is None else found


def _check(speed: float, loops: int, way: str, hold: float) -> None:
    if not _SLOWEST <= speed <= _FASTEST:
        raise CallError(f"speed {speed:g}", f"{_SLOWEST:g} to {_FASTEST:g} times", "ask for another speed")
    if not 1 <= loops <= _MOST_LOOPS:
        raise CallError(f"{loops} loops", f"1 to {_MOST_LOOPS}", "ask for fewer loops")
    if way not in get_args(LoopWay):
        raise CallError(f"the loop {way!r}", ", ".join(filter(None, get_args(LoopWay))), "choose one of these")
    if not 0 < hold <= 60:
        raise CallError(f"a frozen frame of {hold:g} seconds", "more than 0, at most 60", "ask for another length")


def _span(video: Video, start: float | None, end: float | None) -> tuple[int, int]:
    first = 0 if start is None else round(start * video.fps)
    stop = video.frames if end is None else min(video.frames, round(end * video.fps))
    if not 0 <= first < stop or (end is not None and end > video.seconds + 1 / video.fps):
        given = f"from {start if start is not None else 0:g} to {end if end is not None else video.seconds:g} s"
        raise CallError(given, f"a span inside 0 to {video.seconds:.2f} s", "choose times of the clip")
    return first, stop


def _frozen(seconds: float, first: int, stop: int, video: Video) -> int:
    frame = int(seconds * video.fps + 1e-6)
    if seconds < 0 or not first <= frame < stop:
        raise CallError(
            f"{seconds:g} s", f"a time from {first / video.fps:.2f} to {stop / video.fps:.2f} s", "choose one"
        )
    return frame


def _finding(
    video: Video, made: Video, span: tuple[int, int], speed: float, reverse: bool, loops: int, way: str
) -> str:
    told = []
    if span != (0, video.frames):
        told.append(f"cut from {span[0] / video.fps:.2f} to {span[1] / video.fps:.2f} s")
    told += [f"{speed:g} times as fast"] if speed != 1 else []
    told += ["backwards"] if reverse else []
    if way or loops > 1:
        told.append(f"looped {loops} times" + (f" ({way})" if way else ""))
    done = ", ".join(told) or "as it was"
    return f"The clip, {done}: {lasting(made.frames, made.fps)} instead of {lasting(video.frames, video.fps)}."
