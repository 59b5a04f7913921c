"""Frames in between."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import CallError, Image, ToolContext, Video
from agentvid.tool import tool


@dataclass(frozen=True)
class Interpolated:
    """The clip with frames drawn in between. `trust` (0…1) is how much of the motion was followed surely."""

    video: Video
    trust: float
    finding: str


@tool(tasks=["interpolate"])
async def interpolate(
    ctx: ToolContext,
    video: Video | None = None,
    images: list[Image] | None = None,
    factor: int = 2,
    slow: bool = True,
) -> Interpolated:
    """Draw frames between those of a clip (slow motion, or a higher rate), or between two pictures.

    For example `factor=4` is slow motion at a quarter of the speed; with `slow=False` the clip keeps its length and
    has four times the frames a second. Between two pictures, `factor=24` makes a second. Sound is kept.

    Args:
        video: the clip
        images: two pictures of one size, instead of a clip
        factor: how many times as many frames, 2 to 8 for a clip, 2 to 256 for pictures
        slow: whether a clip keeps its rate and takes longer; else it keeps its length
    """
    if (video is None) == (not images):
        raise CallError("both or neither of a clip and pictures", "one of them", "give a clip or two pictures")
    made = await ctx.engine("interpolate").run(video=video, images=list(images or []), factor=factor, slow=slow)
    return Interpolated(
        video=made.get("video", Video), trust=made.get("trust", float), finding=made.get("finding", str)
    )
