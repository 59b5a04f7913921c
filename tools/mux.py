"""A sound on a clip, or none."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import Audio, CallError, ToolContext, Video
from agentvid.tool import tool


@dataclass(frozen=True)
class Muxed:
    """The clip with its sound; its frames are the same, bit for bit."""

    video: Video
    finding: str


@tool(tasks=["mux"])
async def mux(
    ctx: ToolContext,
    video: Video,
    audio: Audio | None = None,
    mute: bool = False,
    mix: bool = True,
    volume: float = 1.0,
    start: float = 0.0,
    fade: float = 0.0,
) -> Muxed:
    """Put a sound on a clip, mixed with its own or in place of it, or take all sound off. The frames stay as they are.

    For example `audio=voice, start=0.5`, `audio=music, volume=0.4, fade=1`, `audio=voice, mix=False` (nothing of the
    clip's own sound is left), or `mute=True`. What is longer than the clip ends with it.

    Args:
        video: the clip
        audio: the sound
        mute: whether all sound is taken off; then nothing else counts
        mix: whether the clip's own sound, where it has any, is heard too
        volume: how loud the sound is, more than 0 to 4 times
        start: when it begins, in seconds of the clip
        fade: seconds over which it rises at its beginning and falls at its end, 0 to 10
    """
    if audio is None and not mute:
        raise CallError("no sound for the clip", "a sound, or mute", "give a sound, or ask for silence")
    made = await ctx.engine("mux").run(
        video=video,
        audio=audio,
        mute=mute,
        mix=mix,
        volume=float(volume),
        start=float(start),
        fade=float(fade),
    )
    return Muxed(video=made.get("video", Video), finding=made.get("finding", str))
