"""When the frames of a clip are shown."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import ToolContext, Video
from agentvid.tool import tool


@dataclass(frozen=True)
class Retimed:
    """The clip in its new time, at the rate it had."""

    video: Video
    finding: str


@tool(tasks=["retime"])
async def retime(
    ctx: ToolContext,
    video: Video,
    speed: float = 1.0,
    reverse: bool = False,
    start: float | None = None,
    end: float | None = None,
    loops: int = 1,
    way: str = "",
    freeze: float | None = None,
    hold: float = 1.0,
) -> Retimed:
    """Cut, speed up or slow down, freeze, reverse and loop a clip, in this order. Sound is kept with the frames.

    For example `speed=2`, `reverse=True`, `start=0.5, end=2`, `loops=3, way="ping-pong"`, or `freeze=1, hold=2`.

    Args:
        video: the clip
        speed: how many times as fast, 0.25 to 8; slower repeats frames (interpolate draws them)
        reverse: whether it runs backwards
        start: from when on it is shown, in seconds
        end: until when it is shown, in seconds
        loops: how often it is shown, 1 to 50
        way: how a loop closes: "" or "repeat" (a jump), "ping-pong" (there and back) or "crossfade"
        freeze: when it stands still, in seconds of the source
        hold: how long it then stands still, in seconds, at most 60
    """
    made = await ctx.engine("retime").run(
        video=video, speed=float(speed), reverse=reverse, start=start, end=end, loops=loops, way=way or None,
        freeze=freeze, hold=float(hold),
    )  # fmt: skip
    return Retimed(video=made.get("video", Video), finding=made.get("finding", str))
