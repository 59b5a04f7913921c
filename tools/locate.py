"""Find a thing in a picture."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import Box, Image, Mask, Point, ToolContext
from agentvid.tool import tool


@dataclass(frozen=True)
class Located:
    """Where the thing is. `point` is a pixel surely inside it."""

    box: Box
    mask: Mask
    point: Point


@tool(tasks=["locate"])
async def locate(
    ctx: ToolContext,
    image: Image,
    what: str,
    box: Box | None = None,
    point: Point | None = None,
    mask: Mask | None = None,
    guess: bool = False,
) -> Located:
    """Find a thing in a picture: its box, its mask and a pixel inside it.

    Args:
        image: the picture to look in
        what: what to look for in free words, for example "red cup" or "左边的红色杯子"
        box: a box around the thing; the mask is then cut out inside it
        point: a pixel on the thing; the mask is then the region at it
        mask: the thing's mask; box and point then follow from it
        guess: take what stands out most where the words are a noun that the engine does not know; else the step waits
    """
    result = await ctx.engine("locate").run(
        image=image, what=what, box=box, point=point, mask=mask, guess=guess or None
    )
    return Located(box=result.get("box", Box), mask=result.get("mask", Mask), point=result.get("point", Point))
