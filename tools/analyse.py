"""See what a region looks like."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import Image, Mask, Palette, ToolContext
from agentvid.tool import tool


@dataclass(frozen=True)
class Analysed:
    """What was seen: main colours, light (mean relative luminance 0…1), size (share of the picture 0…1), place."""

    palette: Palette
    light: float
    size: float
    place: str


@tool(tasks=["analyse"])
async def analyse(ctx: ToolContext, image: Image, mask: Mask | None = None) -> Analysed:
    """See what a region looks like: its colours, its light, its size and where it lies.

    Args:
        image: the picture
        mask: the region; without one it is the whole picture
    """
    result = await ctx.engine("analyse").run(image=image, mask=mask)
    return Analysed(
        palette=result.get("palette", Palette),
        light=result.get("light", float),
        size=result.get("size", float),
        place=result.get("place", str),
    )
