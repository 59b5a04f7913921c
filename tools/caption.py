"""Words over a clip or a picture."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import CallError, Image, ToolContext, Video
from agentvid.tool import tool


@dataclass(frozen=True)
class Captioned:
    """The clip, or the picture, with the words on it. `finding` says when they are shown, and how they were set."""

    video: Video | None
    image: Image | None
    finding: str


@tool(tasks=["caption"])
async def caption(
    ctx: ToolContext,
    text: str,
    video: Video | None = None,
    image: Image | None = None,
    place: str = "bottom",
    start: float | None = None,
    end: float | None = None,
    colour: str = "white",
    outline: float = 0.1,
    size: float = 0.075,
    font: str = "sans",
    fade: float = 0.0,
) -> Captioned:
    """Show words on a clip from one moment to another, or on a picture. They wrap, and never leave the frame.

    For example `text="你好"`, `text="Day one", start=1, end=3`, or `text="The end", place="centre", colour="#ffd24a"`.

    Args:
        text: the words, Chinese or Latin; a line break is kept
        video: the clip
        image: the picture, instead of a clip
        place: bottom, top, centre, left, right, or a corner such as "upper left"
        start: from when on they are shown, in seconds of the clip; from its beginning where it is not given
        end: until when they are shown; until its end where it is not given
        colour: a colour word or #rrggbb
        outline: width of the dark or light contour as a share of the letters' height, 0 to 0.3
        size: height of the letters as a share of the picture's height, 0.01 to 1
        font: "sans", "serif" or "hand"
        fade: seconds over which they appear and vanish, 0 to 2
    """
    if (video is None) == (image is None):
        raise CallError("both or neither of a clip and a picture", "one of them", "give a clip or a picture")
    made = await ctx.engine("caption").run(
        text=text,
        video=video,
        image=image,
        place=place,
        start=start,
        end=end,
        colour=colour,
        outline=float(outline),
        size=float(size),
        font=font,
        fade=float(fade),
    )
    return Captioned(
        video=made.maybe("video", Video), image=made.maybe("image", Image), finding=made.get("finding", str)
    )
