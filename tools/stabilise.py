"""A shaky clip made steady."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import ToolContext, Video
from agentvid.tool import tool


@dataclass(frozen=True)
class Stabilised:
    """The steady clip, how many times it was enlarged to hide the moving border, and in words what was gained."""

    video: Video
    zoom: float
    finding: str


@tool(tasks=["stabilise"])
async def stabilise(ctx: ToolContext, video: Video, seconds: float = 1.0, most_zoom: float = 1.15) -> Stabilised:
    """Steady a shaky clip: its path is smoothed over time and the picture enlarged to hide the border.

    For example `seconds=2, most_zoom=1.3` for a walk. Sound is kept.

    Args:
        video: the clip
        seconds: over what time the path is smoothed, more than 0 and at most 5
        most_zoom: how many times the picture may be enlarged, 1 to 1.5; else it is smoothed less
    """
    made = await ctx.engine("stabilise").run(video=video, seconds=float(seconds), zoom=float(most_zoom))
    return Stabilised(video=made.get("video", Video), zoom=made.get("zoom", float), finding=made.get("finding", str))
