"""Change the frame of a picture: crop, rotate, flip, extend, resize, upscale."""

from __future__ import annotations

from agentvid import Box, Image, ToolContext
from agentvid.tool import tool


@tool(tasks=["transform_image"])
async def transform_image(
    ctx: ToolContext,
    image: Image,
    kind: str,
    box: Box | None = None,
    ratio: str = "",
    place: str = "",
    degrees: float | None = None,
    axis: str = "",
    sides: str = "",
    share: float | None = None,
    width: float | None = None,
    height: float | None = None,
    factor: float | None = None,
) -> Image:
    """Crop, rotate, flip, extend, resize or upscale a picture.

    "crop it to 16:9": kind crop, ratio "16:9". "only the upper left quarter": crop, place "upper left", share 0.5.
    "向右转 90 度": rotate, degrees 90. "镜像": flip, axis horizontal. "make it wider": extend, sides "left right",
    share 0.25. "make it 16:9 without cutting": extend, ratio "16:9". "twice as sharp": upscale, factor 2.

    Args:
        image: the picture
        kind: crop, rotate, flip, extend, resize or upscale
        box: crop: what is kept, in pixels
        ratio: crop, extend: width to height of the result, for example "16:9" or "square"
        place: crop, extend: where the kept part lies, for example "upper left", "bottom"; without one the centre
        degrees: rotate: clockwise; other than quarter turns lose their corners
        axis: flip: "horizontal" swaps left and right, "vertical" top and bottom
        sides: extend: some of "left right top bottom", or "all"
        share: extend: how much is added per side, as a share of the picture; crop at a place: how much is kept per side
        width: resize, upscale: pixels; the height follows where it is not given
        height: resize, upscale: pixels
        factor: resize, upscale: size factor, 2 doubles both sides
    """
    result = await ctx.engine("transform_image").run(
        image=image,
        kind=kind.strip().lower(),
        box=box,
        ratio=ratio or None,
        place=place or None,
        degrees=degrees,
        axis=axis or None,
        sides=sides or None,
        share=share,
        width=width,
        height=height,
        factor=factor,
    )
    return result.get("image", Image)
