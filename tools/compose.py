"""Clips and stills joined into one."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import CallError, Image, Mask, ToolContext, Video
from agentvid.tool import tool

LAYOUTS = ("beside", "above", "then", "fade", "inset", "inside")
MOST = 16


@dataclass(frozen=True)
class Composed:
    """The joined clip; or the joined picture, where only stills were put together in one."""

    video: Video | None
    image: Image | None


@tool(tasks=["compose"])
async def compose(
    ctx: ToolContext,
    clips: list[Video] | None = None,
    stills: list[Image] | None = None,
    layout: str = "beside",
    fade: float = 0.5,
    corner: str = "lower right",
    share: float = 0.3,
    mask: Mask | None = None,
) -> Composed:
    """Join clips and stills: beside each other, above each other, one after the other, one in a corner of another,
    or one inside a mask in another.

    Clips come first, then stills, each in the order given. Sizes are made to fit, shorter clips hold their last frame,
    slower clips repeat frames; the warnings say so. Clips one after the other
    are all heard; of clips shown at once, the first that has sound.

    Args:
        clips: the clips
        stills: the pictures; beside or above a clip they stand still, one after the other each shows for 2 seconds
        layout: "beside" (equal heights), "above" (equal widths), "then" (one after the other), "fade" (the same, each
            faded into the next), "inset" (the second small in a corner of the first) or "inside" (of two pictures of
            one size the first inside the mask, the second outside, pixel by pixel as it was)
        fade: seconds of a "fade", 0 to 5, at most half of the shortest clip
        corner: where an "inset" lies: "upper left", "upper right", "lower left" or "lower right"
        share: how wide an "inset" is, 0.1 to 0.6 of the large one's width
        mask: "inside": where the first picture is shown
    """
    if layout not in LAYOUTS:
        raise CallError(f"layout {layout!r}", "one of " + ", ".join(LAYOUTS), "choose one of these")
    count = len(clips or []) + len(stills or [])
    if not 1 <= count <= MOST:
        raise CallError(f"{count} clips and stills", f"1 to {MOST} of them", "give clips, stills or both")
    made = await ctx.engine("compose").run(
        clips=list(clips or []),
        stills=list(stills or []),
        layout=layout,
        fade=float(fade),
        corner=corner,
        share=float(share),
        mask=mask,
    )
    return Composed(video=made.maybe("video", Video), image=made.maybe("image", Image))
