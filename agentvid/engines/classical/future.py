"""Continue a clip beyond its end by its own motion, and say how far that can be believed; task `future_frames`.

Camera motion is a homography per frame, what moves by itself a flow field on top that dies away. Every new frame is
warped from the keyframe itself, so blur does not add up. Nothing new is invented: what enters the frame is mirrored
from its border, and things neither turn, collide nor change their speed. Past the trust horizon motion comes to rest,
unless it is told to go on.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical.audio.track import keep_sound
from agentvid.engines.classical.camera import Picture, resized
from agentvid.engines.classical.motion import (
    AGES,
    Motion,
    Way,
    after_last_cut,
    fit_motion,
    hold_still,
    observe,
    predict,
)
from agentvid.errors import CallError
from agentvid.media.types import Keyframe, Video
from agentvid.world.selftest import SelfTest, bound_answer, time_back, untested
from agentvid.world.trust import Bound, profiles, to_error

__all__ = ["Forecast", "back_in_time", "back_test", "back_test_error", "forecast", "future_frames"]

Curve: TypeAlias = NDArray[np.float64]

MOST_SECONDS: Final = 30.0
_BELOW_COPY_DB: Final = 0.25
_LEAST_ERROR: Final = 1.0
"""Grey levels below which a back-test tells nothing."""
_WORK_SIDE: Final = 640
_CAMERAS: Final[tuple[Literal["shift", "similarity", "homography"], ...]] = ("shift", "similarity", "homography")
_WAYS: Final = (
    Way("hold"),
    Way("hold", True, drift_seconds=0.5),
    *(
        Way(camera, drifts, camera_seconds, drift_seconds)
        for camera in _CAMERAS
        for camera_seconds in (math.inf, 1.0)
        for drifts, drift_seconds in ((False, math.inf), (True, 0.5), (True, math.inf))
    ),
)
"""What is tried, simple ones first."""
_MOST_TESTED: Final = 75
_SAME_DB: Final = 80.0
"""PSNR is capped here: equal pictures."""
_BACK: Final = 4
"""Given frames, counted from the last, that going back in time leads to."""
_REST_SECONDS: Final = 0.25
"""How long motion takes to come to rest, about."""


@dataclass(frozen=True)
class Forecast:
    """A motion, and what the back-test on the clip's own frames says of it.

    curve_db[i] and copy_db[i] are the PSNR, i + 1 frames ahead, of the prediction and of the repeated last frame.
    trust_frames: how many frames ahead the calibrated `bound` on its error stays within the tolerance, and the test
    was not worse than repeating the last frame. bound: None where nothing could be tested.
    """

    motion: Motion
    curve_db: tuple[float, ...]
    copy_db: tuple[float, ...]
    trust_frames: int
    bound: Bound | None = None

    def told(self, fps: float, seconds: float, *, goes_on: bool = False) -> str:
        """Return in words what is past the horizon of `seconds` that were asked for, "" where nothing is."""
        until = self.trust_frames / fps
        if until >= seconds - 0.5 / fps:
            return ""
        rests = "" if goes_on else "; motion comes to rest there (beyond_trust lets it go on)"
        return f"what comes after {until:.1f} s is past the trust horizon: a guess{rests}"

    def gone(self, ahead: int, fps: float, *, goes_on: bool = False) -> float:
        """Return how many frames of motion are shown `ahead` frames on: as many, up to the horizon, then it rests."""
        past = ahead - self.trust_frames
        if past <= 0 or goes_on:
            return float(ahead)
        ease = max(1.0, _REST_SECONDS * fps)
        return self.trust_frames + ease * (1 - math.exp(-past / ease))


def future_frames(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Continue a clip: ports `video`, `future`, `keyframe`, `trust_seconds`, `bound`, `finding`.

    Past the trust horizon motion comes to rest, unless `beyond_trust` is true.

    Raises: CallError where seconds are not in 0…30 or the keyframe is not in the clip.
    """
    video, seconds = request.get("video", Video), request.get("seconds", float)
    if not 0 < seconds <= MOST_SECONDS:
        raise CallError(f"{seconds:g} seconds", f"more than 0, at most {MOST_SECONDS:g}", "ask for fewer seconds")
    asked = request.maybe("keyframe", Keyframe)
    last = video.frames - 1 if asked is None else asked.frame
    if last >= video.frames:
        raise CallError(f"keyframe {last}", f"a frame from 0 to {video.frames - 1}", "choose a frame of the clip")
    keyframe, goes_on = Keyframe(frame=last, seconds=last / video.fps), bool(request.maybe("beyond_trust", bool))
    count = max(1, round(seconds * video.fps))
    total = last + 1 + 2 * count
    store = context.store
    context.progress(0, total, "measuring motion")
    history: list[Picture] = []
    key: Picture | None = None
    for key in store.frames(video, max(0, last - 2 * AGES[-1] - 2 * min(count, _MOST_TESTED)), last + 1):
        history.append(_work_size(key))
        context.progress(0, total, "measuring motion")
    if key is None:
        raise CallError(f"keyframe {last} can't be read", "a frame of the clip", "choose an earlier keyframe")
    still: Picture = key
    shot = history[after_last_cut(history) :]
    found = forecast(shot, count, video.fps)

    shown = list[Picture]()

    def new_frames(done: int) -> Iterator[Picture]:
        for i in range(1, count + 1):
            context.progress(done + i, total, "warping forward")
            frame = predict(still, found.motion, found.gone(i, video.fps, goes_on=goes_on))
            if done == 0 and i <= AGES[-1]:
                shown.append(_work_size(frame))
            yield frame

    def whole() -> Iterator[Picture]:
        for i, frame in enumerate(store.frames(video, 0, last + 1)):
            context.progress(count + i, total, "copying the clip")
            yield frame
        yield from new_frames(count + last)

    future = store.put_video(new_frames(0), video.fps)
    joined = store.put_video(whole(), video.fps)
    joined, kept = keep_sound(context, video, joined, until=(last + 1) / video.fps)
    trust = min(seconds, found.trust_frames / video.fps)
    warnings = [*kept, f"extrapolated motion, nothing is invented: believe about {trust:.1f} s of {seconds:.1f} s"]
    if past := found.told(video.fps, seconds, goes_on=goes_on):
        warnings.append(past)
    if found.bound is not None:
        warnings.append(found.bound.told("frame"))
    if len(shot) < len(history):
        warnings.append(f"only the {len(shot)} frames after the last cut were used")
    if last < video.frames - 1:
        warnings.append(f"continued from frame {last}: the {video.frames - 1 - last} real frames after it are left out")
    return EngineResult.of(
        *warnings,
        video=joined,
        future=future,
        keyframe=keyframe,
        trust_seconds=float(trust),
        bound=bound_answer(
            None if found.bound is None else found.bound.upto(found.trust_frames),
            "frame",
            video.fps,
            back_in_time(shot, shown, video.fps),
        ),
        finding=_finding(found, still, video.fps, seconds, trust, len(shot)),
    )


# ---------------------------------------------------------------- the forecast and its test


def forecast(frames: Sequence[Picture], count: int, fps: float) -> Forecast:
    """Choose the motion model that would have predicted the clip's own last frames best, and measure it at the end.

    Args:
        frames: uint8 HWC, one shot, the last is the keyframe
        count: frames to be predicted
    Deterministic. A shot of fewer than 4 frames can't be tested: trust is 0.
    """
    n = len(frames)
    if n < 2:
        return Forecast(hold_still(), (), (), 0)
    least = max(1, min(AGES[-1], n // 3))
    ahead = min(count, n - 1 - least, _MOST_TESTED)
    if ahead < 1 or n < 4:
        return Forecast(fit_motion(observe(frames), Way("similarity"), fps), (), (), 0)
    anchors = [n - 1 - ahead - j * max(1, ahead // 4) for j in range(2)]
    seen = {anchor: observe(frames[: anchor + 1]) for anchor in anchors if anchor >= least}

    def tested(way: Way, shown: Sequence[Picture], step: int) -> tuple[Curve, Curve]:
        curves = [back_test(shown, k, ahead, fit_motion(seen[k], way, fps), step) for k in seen]
        return np.mean([c[0] for c in curves], axis=0), np.mean([c[1] for c in curves], axis=0)

    step = max(1, ahead // 6)
    small = [_work_size(frame, _WORK_SIDE // 2) for frame in frames]
    scores = [float(np.mean(tested(way, small, step)[0])) - 0.02 * rank for rank, way in enumerate(_WAYS)]
    best = _WAYS[int(np.argmax(scores))]
    curve, copy = tested(best, frames, 1)
    motion = fit_motion(observe(frames), best, fps)
    bound = _bound(motion, curve.tolist(), n)
    fails = curve < copy - _BELOW_COPY_DB
    fails[bound.trust_steps :] = True
    trust = int(np.argmax(fails)) if fails.any() else ahead
    return Forecast(motion, tuple(map(float, curve)), tuple(map(float, copy)), trust, bound)


def _bound(motion: Motion, curve_db: Sequence[float], given: int) -> Bound:
    """Return what a back-test's errors come to at most, by how much they were exceeded in calibration.

    Pictures whose camera moves were calibrated apart from those whose camera stands still. Steps are frames ahead, as
    a share of those `given`.
    """
    camera = "moving" if np.abs(motion.generator).max() > 1e-9 else "still"
    profile = profiles()[f"classical/future_frames, {camera} camera"]
    return profile.bound([at / given for at in range(1, len(curve_db) + 1)], back_test_error(curve_db))


def back_test(
    frames: Sequence[Picture], anchor: int, ahead: int, motion: Motion, step: int = 1
) -> tuple[list[float], list[float]]:
    """Predict frames that are known: PSNR in dB of the prediction and of repeating frame `anchor`.

    Returns one number each for 1, 1 + step, … up to `ahead` frames ahead. `motion` must be that at `anchor`.
    """
    times = range(1, ahead + 1, step)
    made = [_psnr(predict(frames[anchor], motion, t), frames[anchor + t]) for t in times]
    return made, [_psnr(frames[anchor], frames[anchor + t]) for t in times]


def back_test_error(curve_db: Sequence[float]) -> tuple[float, ...]:
    """Return the error in grey levels that a back-test makes expect of each frame: the most so far, at least 1."""
    return tuple(np.maximum.accumulate([max(_LEAST_ERROR, to_error(value)) for value in curve_db]).tolist())


def back_in_time(given: Sequence[Picture], shown: Sequence[Picture], fps: float) -> SelfTest:
    """Carry the reversed new frames on, back to a frame that was given, and test how near that comes.

    Args:
        given: frames of the clip, one shot, the last is the keyframe
        shown: the new frames after it, of the same size
    """
    if len(given) < 2:
        return untested("one frame was given: going back in time can't be tested")
    if len(shown) < 2:
        return untested("one new frame shows no motion: going back in time can't be tested")
    many = min(len(given), len(shown), _BACK)
    motion = forecast(list(reversed(shown)), many, fps).motion
    return time_back(given[-many], given[-1], shown[-1], predict(shown[0], motion, many))


def _psnr(a: Picture, b: Picture) -> float:
    error = float(np.mean((a.astype(np.float32) - b.astype(np.float32)) ** 2))
    return _SAME_DB if error < 1e-3 else min(_SAME_DB, 10 * math.log10(255**2 / error))


def _work_size(frame: Picture, longest: int = _WORK_SIDE) -> Picture:
    height, width = frame.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return frame
    return resized(frame, round(width * scale), round(height * scale))


# ---------------------------------------------------------------- in words


def _finding(found: Forecast, key: Picture, fps: float, seconds: float, trust: float, known: int) -> str:
    if known < 2:
        return f"One frame shows no motion: it is held still. Believe 0.0 s of {seconds:.1f} s."
    said = _in_words(found.motion, key.shape[1], key.shape[0], fps)
    curve = found.curve_db
    if not curve:
        return f"{said} {known} frames are too few to test the forecast. Believe 0.0 s of {seconds:.1f} s."
    marks = sorted({max(1, min(len(curve), round(0.5 * fps))), max(1, found.trust_frames), len(curve)})
    told = ", ".join(f"{curve[m - 1]:.0f} dB after {m / fps:.1f} s (copy {found.copy_db[m - 1]:.0f})" for m in marks)
    untested = (
        "" if len(curve) / fps > seconds - 0.5 / fps or found.trust_frames < len(curve) else "; no more could be tested"
    )
    return f"{said} Back-test: {told}. Believe about {trust:.1f} s of {seconds:.1f} s{untested}."


def _in_words(motion: Motion, width: int, height: int, fps: float) -> str:
    g, half = motion.generator, max(width, height) / 2
    vx, vy = g[0, 2] * half * fps, g[1, 2] * half * fps
    growth = ((g[0, 0] + g[1, 1]) / 2 - g[2, 2]) * fps * 100
    roll = math.degrees((g[1, 0] - g[0, 1]) / 2) * fps
    told = []
    if abs(vx) > max(2.0, 0.2 * abs(vy)):
        told.append(f"pans {'left' if vx > 0 else 'right'} at {abs(vx):.0f} px/s")
    if abs(vy) > max(2.0, 0.2 * abs(vx)):
        told.append(f"tilts {'up' if vy > 0 else 'down'} at {abs(vy):.0f} px/s")
    if abs(growth) > 1:
        told.append(f"moves {'in' if growth > 0 else 'out'} by {abs(growth):.0f} % per second")
    if abs(roll) > 1:
        told.append(f"rolls by {abs(roll):.0f} deg/s")
    camera = "Camera " + (" and ".join(told) if told else "stands still")
    if motion.drift is None:
        return camera + "."
    fastest = float(np.percentile(np.hypot(motion.drift[..., 0], motion.drift[..., 1]), 99.5)) * half * fps
    return camera + (
        f"; parts of the picture (things, or parallax) move apart from it by up to {fastest:.0f} px/s."
        if fastest > 2
        else "."
    )
