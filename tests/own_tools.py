"""Tools that somebody else might write: what the offline planner has to plan without having known them."""

from __future__ import annotations

from typing import Literal

from agentvid import Image, ToolContext, Video
from agentvid.media.types import Mask
from agentvid.tool import tool


@tool(tasks=["compose"], titles=("明信片",))
async def postcard(ctx: ToolContext, image: Image, other: Image) -> Image:
    """Put two pictures on one postcard.

    Args:
        image: the picture on the left
        other: the picture on the right
    """
    result = await ctx.engine("compose").run(stills=[image, other], layout="beside")
    return result.get("image", Image)


@tool(titles=("相框", "画框"), examples=("frame this photo in gold", "给照片加一个木头相框"))
async def wooden_border(
    ctx: ToolContext,
    image: Image,
    colour: str = "brown",
    width: float = 20.0,
    style: Literal["plain", "carved"] = "plain",
    shadow: bool = False,
) -> Image:
    """Put a border around a picture.

    Args:
        image: the picture
        colour: colour of the border
        width: how wide it is, in pixels
        style: plain (朴素) or carved (雕花)
        shadow: whether it throws a shadow
    """
    return image


@tool(titles=("电子相册",), examples=("turn these into a slideshow", "把这几张做成电子相册"))
async def slideshow(ctx: ToolContext, images: list[Image], title: str, seconds: float = 3.0) -> Video:
    """Show pictures one after another under a title.

    Args:
        images: the pictures
        title: what is written on the first one (标题)
        seconds: how long each picture stays, in seconds
    """
    raise NotImplementedError


@tool(examples=("make it look like a stamp", "做成邮票的样子", "make it brighter", "把杯子变成蓝色"))
async def stampify(ctx: ToolContext, image: Image) -> Image:
    """Make a stamp of a picture."""
    return image


@tool(titles=("发光",))
async def halo(ctx: ToolContext, image: Image, mask: Mask, strength: float = 0.5) -> Image:
    """Put a halo around a thing.

    Args:
        image: the picture
        mask: where the thing is
        strength: 0 to 1, how bright it is
    """
    return image


@tool(titles=("", ".*", "(((", "剪" * 500, "the"), examples=("", "[a-z]+", "make it " * 2000, "remove the car", "?"))
async def crop_fancy(ctx: ToolContext, image: Image) -> Image:
    """*(?:.+ {medium} \\1 [^"""
    return image


@tool(titles=("blue", "cup", "裁剪"), examples=(".",))
async def crop(ctx: ToolContext, image: Image) -> Image:
    """.*"""
    return image


@tool()
async def make_it(ctx: ToolContext, image: Image) -> str:
    """x"""
    return "x"


async def wordy(ctx: ToolContext, image: Image, text: str) -> Image:
    """Replaced below."""
    return image


wordy.__doc__ = "A {very} long (docstring\x07 [with \\d+ signs. " * 300
OWN = (postcard, wooden_border, slideshow, stampify, halo)
HOSTILE = (crop_fancy, crop, make_it, tool()(wordy))
