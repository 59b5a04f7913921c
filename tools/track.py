"""Follow a thing through a clip."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import Keyframe, Mask, ToolContext, Video
from agentvid.tool import tool


@dataclass(frozen=True)
class Tracked:
    """Where the thing is in each frame.

    `masks` is a clip without loss, white inside, black where the thing is not or was lost. `trust` (0…1) is how surely
    it was followed on average; `finding` says where it was followed least, where it is gone and where it was lost.
    """

    masks: Video
    trust: float
    finding: str


@tool(tasks=["track"])
async def track(ctx: ToolContext, video: Video, mask: Mask, keyframe: Keyframe) -> Tracked:
    """Follow a thing through a clip, both ways in time, from its mask in one frame.

    For example the mask of a locate step on the picture of a pick_frame step, and its keyframe. Another shot, and what
    comes back after it was gone, is not followed: pick a frame there and follow it from there.

    Args:
        video: the clip
        mask: the thing in the keyframe, of the clip's size
        keyframe: the frame that the mask is of
    """
    made = await ctx.engine("track").run(video=video, mask=mask, keyframe=keyframe)
    return Tracked(masks=made.get("masks", Video), trust=made.get("trust", float), finding=made.get("finding", str))
