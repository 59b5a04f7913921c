"""Say what a picture or clip shows, or answer a question about it."""

from __future__ import annotations

from agentvid import Answer, Box, CallError, Image, ToolContext, Video
from agentvid.tool import tool


@tool(tasks=["describe"])
async def describe(
    ctx: ToolContext,
    image: Image | None = None,
    video: Video | None = None,
    question: str = "",
    stage: str = "",
    box: Box | None = None,
) -> Answer:
    """Say what a picture or clip shows, or answer a question about it.

    Args:
        image: the picture
        video: the clip; it wins where both are given
        question: what to answer; without one, the picture or clip is described
        stage: the layout of the picture, where it is known: it tells of which world the picture is, not the answer
        box: the thing that a question about size or place is about
    """
    if image is None and video is None:
        raise CallError("neither a picture nor a clip", "an image or a video", "hand one in")
    result = await ctx.engine("describe").run(
        image=image, video=video, question=question, layout=stage or None, box=box
    )
    return result.get("answer", Answer)
