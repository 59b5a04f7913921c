"""Sounds made by rule: at the motion of a clip, by name, or a bed of music."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import Audio, CallError, ToolContext, Video
from agentvid.tool import tool

KINDS = ("sound", "music", "own")


@dataclass(frozen=True)
class Heard:
    """The sound; `events` are the moments it was made for, to be corrected; `finding` says what it is."""

    audio: Audio
    events: str
    finding: str


@tool(tasks=["sound"])
async def sound(
    ctx: ToolContext,
    video: Video | None = None,
    what: str = "",
    kind: str = "sound",
    seconds: float | None = None,
    events: str = "",
    seed: int = 0,
) -> Heard:
    """Make a sound that fits a clip: impacts and whooshes where its motion changes, a noise by name, or music.

    For example `video=clip` (sounds of its motion), `what="rain"`, `kind="music", what="calm"`, `kind="own"` (the
    clip's own sound as a file), or `events="impact 0.50 s 80%; whoosh 0.20-0.90 s"` for moments that are known.

    Args:
        video: the clip; a sound is as long as it is, and kind "sound" without words follows its motion
        what: a noise (rain, wind, waves, thunder, applause, fire, birds, bell, beep, footsteps, heartbeat, shutter,
            drum roll), or the mood of music (calm, upbeat, sad, tense); nothing for what the motion asks for
        kind: "sound", "music", or "own": what the clip itself sounds like
        seconds: how long it lasts, where the clip does not say it
        events: moments, for example "impact 0.50 s 80%; whoosh 0.20-0.90 s"; without them they are measured
    """
    if kind not in KINDS:
        raise CallError(f"the kind {kind!r}", f"one of {', '.join(KINDS)}", "choose one of these")
    made = await ctx.engine("sound").run(
        video=video, what=what, kind=kind, seconds=seconds, events=events or None, seed=seed
    )
    return Heard(audio=made.get("audio", Audio), events=made.get("events", str), finding=made.get("finding", str))
