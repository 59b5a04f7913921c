"""One frame of a clip as a picture."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import CallError, Image, Keyframe, ToolContext, Video
from agentvid.tool import tool


@dataclass(frozen=True)
class Picked:
    """The frame, without loss, and which one it is."""

    image: Image
    keyframe: Keyframe


@tool(tasks=["pick_frame"])
async def pick_frame(
    ctx: ToolContext, video: Video, seconds: float | None = None, keyframe: Keyframe | None = None
) -> Picked:
    """Take one frame of a clip: the picture in which a thing is found before it is followed.

    For example `seconds=1.5`; without a time it is the middle one, from which both ends are nearest.

    Args:
        video: the clip
        seconds: the time of the frame
        keyframe: the frame; it wins over `seconds`
    """
    if seconds is not None and not 0 <= seconds <= video.seconds:
        raise CallError(f"{seconds:g} seconds", f"0 to {video.seconds:.2f} seconds", "choose a time of the clip")
    made = await ctx.engine("pick_frame").run(video=video, seconds=seconds, keyframe=keyframe)
    return Picked(image=made.get("image", Image), keyframe=made.get("keyframe", Keyframe))
