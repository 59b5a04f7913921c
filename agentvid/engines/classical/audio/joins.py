"""The sound of clips that are retimed or joined, moment by moment as their frames are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from agentvid.engine import EngineContext
from agentvid.engines.classical.audio.track import fitted, joined, own_sound, silence, stretched, with_sound
from agentvid.media.sound import RATE, Samples
from agentvid.media.types import Image, Video

__all__ = ["STILL_SECONDS", "keep_joined", "keep_retimed"]

STILL_SECONDS: Final = 2.0
"""How long a still is shown in a sequence."""


def keep_retimed(
    context: EngineContext,
    video: Video,
    made: Video,
    *,
    span: tuple[int, int],
    speed: float,
    reverse: bool,
    loops: int,
    way: str,
    freeze: float | None,
    hold: float,
    fade: float,
) -> tuple[Video, list[str]]:
    """Return a retimed clip with the clip's own sound in the same new time, and a word on it.

    `span` are the first frame and the one after the last, `freeze` and `hold` seconds of the source and of silence,
    `fade` the seconds over which a crossfaded loop mixes its ends.
    """
    samples = own_sound(context, video)
    if samples is None:
        return made, []
    start, stop = (round(frame / video.fps * RATE) for frame in span)
    heard = stretched(samples[start:stop], speed)
    if freeze is not None:
        at = round((freeze - span[0] / video.fps) / speed * RATE)
        heard = np.concatenate([heard[:at], silence(hold), heard[at:]])
    if reverse:
        heard = heard[::-1]
    if way == "ping-pong":
        heard = np.concatenate([heard, heard[::-1]])
    over = round(fade * RATE) if way == "crossfade" else 0
    once = heard[over:]
    if over:
        rise = np.linspace(0, 1, over, dtype=np.float32)[:, None]
        once = np.concatenate([once[:-over], once[-over:] * (1 - rise) + heard[:over] * rise])
    kept, said = with_sound(context, made, fitted(np.ascontiguousarray(np.tile(once, (loops, 1))), made.seconds))
    told = "the sound of the clip is kept in the same time"
    if speed != 1:
        told += ", at the pitch it had"
    return kept, [told + ("; it is silent where the frame stands still" if freeze is not None else ""), *said]


def keep_joined(
    context: EngineContext, clips: Sequence[Video], stills: Sequence[Image], made: Video, layout: str, fade: float
) -> tuple[Video, list[str]]:
    """Return what was joined with the sounds of its clips, and a word on them.

    One after the other they follow each other as the clips do; shown at once, the first clip that has a sound is heard.
    """
    sounds = [own_sound(context, clip) for clip in clips]
    if all(sound is None for sound in sounds):
        return made, []
    if layout in ("then", "fade"):
        parts = [silence(clip.seconds) if s is None else s for clip, s in zip(clips, sounds, strict=True)]
        heard: Samples = joined([*parts, *(silence(STILL_SECONDS) for _ in stills)], fade if layout == "fade" else 0.0)
        told = "the sounds of the clips follow each other as the clips do"
    else:
        number, heard = next((i, sound) for i, sound in enumerate(sounds, 1) if sound is not None)
        several = sum(sound is not None for sound in sounds) > 1
        told = f"the sound is that of clip {number}" + ("; the others are not heard" if several else "")
    kept, said = with_sound(context, made, fitted(heard, made.seconds))
    return kept, [told, *said]
