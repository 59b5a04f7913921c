"""Change the frame of a clip: crop, rotate, flip, resize, upscale."""

from __future__ import annotations

from agentvid import Box, ToolContext, Video
from agentvid.tool import tool


@tool(tasks=["transform_video"])
async def transform_video(
    ctx: ToolContext,
    video: Video,
    kind: str,
    box: Box | None = None,
    ratio: str = "",
    place: str = "",
    degrees: float | None = None,
    axis: str = "",
    share: float | None = None,
    width: float | None = None,
    height: float | None = None,
    factor: float | None = None,
) -> Video:
    """Crop, rotate, flip, resize or upscale every frame of a clip alike. Sound is not carried over.

    "make the clip vertical": crop, ratio "9:16". "把视频转正": rotate, degrees 90. "镜像": flip, axis horizontal.

    Args:
        video: the clip
        kind: crop, rotate, flip, resize or upscale
        box: crop: what is kept, in pixels
        ratio: crop: width to height of the result, for example "16:9" or "square"
        place: crop: where the kept part lies, for example "upper left", "bottom"; without one the centre
        degrees: rotate: clockwise; other than quarter turns lose their corners
        axis: flip: "horizontal" swaps left and right, "vertical" top and bottom
        share: crop at a place: how much is kept per side, as a share of the frame
        width: resize, upscale: pixels; the height follows where it is not given
        height: resize, upscale: pixels
        factor: resize, upscale: size factor, 2 doubles both sides
    """
    result = await ctx.engine("transform_video").run(
        video=video,
        kind=kind.strip().lower(),
        box=box,
        ratio=ratio or None,
        place=place or None,
        degrees=degrees,
        axis=axis or None,
        share=share,
        width=width,
        height=height,
        factor=factor,
    )
    return result.get("video", Video)
