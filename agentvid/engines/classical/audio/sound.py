"""Make a sound, task `sound`: noises at the motion events of a clip, a noise by name, a bed of music, a clip's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from agentvid.engine import EngineContext, EngineRequest, EngineResult
from agentvid.engines.classical.audio.effects import NOISES, air, noise_named, of_events, panned
from agentvid.engines.classical.audio.events import Motion, events_of, measure_motion, read_events, write_events
from agentvid.engines.classical.audio.music import MOODS, mood_named, music
from agentvid.engines.classical.audio.track import faded, own_sound, put_sound
from agentvid.engines.classical.camera import Picture
from agentvid.errors import CallError
from agentvid.media.sound import RATE, Samples
from agentvid.media.types import Video

__all__ = ["KINDS", "make_sound"]

KINDS: Final = ("sound", "music", "own")
_LEAST_FPS: Final = 20.0
_LEAST_SPEED: Final = 0.005
"""Picture widths per second below which a clip stands still."""
MOST_SECONDS: Final = 600.0
_SECONDS: Final = {"sound": 4.0, "music": 12.0}
"""How long a sound lasts where neither a length nor a clip says it."""


def make_sound(request: EngineRequest, context: EngineContext) -> EngineResult:
    """Do the task "sound": outputs `audio`, `events` (what was heard of the motion, in words), `finding`.

    Raises: CallError for an unknown kind or noise, a length out of its range, a clip that does not move and no words,
    or a clip without sound where its own is asked for.
    """
    kind, what = request.maybe("kind", str) or "sound", request.maybe("what", str) or ""
    video, told = request.maybe("video", Video), request.maybe("events", str) or ""
    if kind not in KINDS:
        raise CallError(f"the kind {kind!r}", f"one of {', '.join(KINDS)}", "choose one of these")
    given = request.maybe("seconds", float)
    seconds = given if given is not None else video.seconds if video else _SECONDS.get(kind, 1.0)
    if not 0 < seconds <= MOST_SECONDS:
        raise CallError(f"{seconds:g} seconds", f"more than 0, at most {MOST_SECONDS:g}", "ask for another length")
    random = np.random.default_rng(request.seed)
    if kind == "own":
        return _own(context, video)
    if kind == "music":
        mood = mood_named(what)
        finding = f"Music made by rule, {mood}, {seconds:.1f} s. Moods there are: {', '.join(MOODS)}."
        return _result(context, music(mood, seconds, random), "", finding)
    name = "" if told else noise_named(what)
    if name:
        wave = NOISES[name][1](seconds, random)
        finding = f"The noise of {name}, made by rule, {len(wave) / RATE:.1f} s."
        return _result(context, _placed(wave), "", finding)
    if what and not told and not _of_motion(what):
        raise CallError(
            f"a sound of {what!r}", f"one of {', '.join(NOISES)}, or sounds of the clip's own motion", "choose one"
        )
    motion = None if told else _measured(context, video)
    events = read_events(told, seconds)
    if motion is not None and video is not None:
        events = [event for event in events_of(motion, video.fps) if event.end <= seconds]
        if not events:
            return _gentle(context, motion, video.fps, seconds, random)
    finding = (
        f"{sum(e.kind == 'impact' for e in events)} impacts and {sum(e.kind == 'whoosh' for e in events)} whooshes"
    )
    finding += ", at the times that were given." if told else ", where the motion of the clip changes or swells."
    result = _result(context, of_events(events, seconds, random), write_events(events), finding)
    if motion is not None and video is not None and video.fps < _LEAST_FPS:
        said = f"at {video.fps:g} frames a second fast motion is not followed surely: look at the times of the events"
        return result.model_copy(update={"warnings": (*result.warnings, said)})
    return result


def _result(context: EngineContext, samples: Samples, events: str, finding: str) -> EngineResult:
    said = "made by rule from noise and sines: no recording"
    return EngineResult.of(said, audio=put_sound(context, samples), events=events, finding=finding)


def _own(context: EngineContext, video: Video | None) -> EngineResult:
    samples = own_sound(context, video) if video else None
    if video is None or samples is None:
        raise CallError("a clip without sound" if video else "no clip", "a clip with sound", "give another clip")
    finding = f"The clip's own sound, {video.seconds:.1f} s."
    return EngineResult.of(audio=put_sound(context, samples), events="", finding=finding)


def _of_motion(what: str) -> bool:
    """Whether words ask for no certain noise, but for what fits."""
    words = ("match", "fit", "suit", "motion", "mov", "impact", "whoosh", "sync", "effect", "sfx", "foley", "sound")
    return any(
        word in what.lower() for word in (*words, "音效", "声音", "配音", "合适", "匹配", "动作", "相应", "对应")
    )


def _measured(context: EngineContext, video: Video | None) -> Motion:
    if video is None:
        raise CallError("neither a clip nor a noise", f"a clip, or one of {', '.join(NOISES)}", "say what is heard")

    def frames() -> Iterator[Picture]:
        for number, frame in enumerate(context.store.frames(video)):
            context.progress(number, video.frames, "listening to the motion")
            yield frame

    return measure_motion(frames(), video.fps)


def _gentle(
    context: EngineContext, motion: Motion, fps: float, seconds: float, random: np.random.Generator
) -> EngineResult:
    """Nothing happens at once: air that swells with the motion; of a clip that stands still nothing can be heard."""
    if float(motion.speed.max()) < _LEAST_SPEED:
        raise CallError(
            "a clip in which nothing moves",
            f"the noise by name: {', '.join(NOISES)}; or events, for example 'impact 0.5 s'",
            "say what is heard",
        )
    finding = "Nothing changes its motion at once here: quiet air that swells with the motion of the clip."
    return _result(context, air(motion.speed, fps, seconds, random), "", finding)


def _placed(wave: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Samples:
    """A noise in the middle, a little different in both ears; faded at its ends so that it does not click."""
    return faded(panned(wave, 0.5), 0.02, min(0.3, len(wave) / RATE / 4))
