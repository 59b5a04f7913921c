"""Carry out an edit plan on a clip."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import EditPlan, Image, Keyframe, ToolContext, Video
from agentvid.tool import tool


@dataclass(frozen=True)
class Edited:
    """The edited clip, of the size, rate and length of the one it was made from.

    `image` is its keyframe without the loss of encoding; `finding` says how many frames were edited, and how much of
    what is behind a removed thing was really seen.
    """

    video: Video
    image: Image
    finding: str


@tool(tasks=["edit_video"])
async def edit_video(
    ctx: ToolContext, video: Video, plan: EditPlan, masks: Video | None = None, keyframe: Keyframe | None = None
) -> Edited:
    """Carry out one edit plan on all frames of a clip, inside the masks of a thing that was followed through it.

    For example the plan "recolour #b03030 to #1f5fbf" with the masks of a track step. Sound is kept.

    Args:
        video: the clip
        plan: what changes to what; one plan for the whole clip, so that colours stay the same
        masks: the thing in each frame, of a track step; without them a recolouring is of the whole picture
        keyframe: the frame that `image` shows, and that the filling behind a removed thing starts from
    """
    made = await ctx.engine("edit_video").run(video=video, plan=plan, masks=masks, keyframe=keyframe)
    return Edited(video=made.get("video", Video), image=made.get("image", Image), finding=made.get("finding", str))
