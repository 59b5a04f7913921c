"""One picture as a model in three dimensions."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import CallError, Depth, Image, Mask, Mesh, ToolContext
from agentvid.tool import tool


@dataclass(frozen=True)
class Solid:
    """The model (GLB), what it looks like from four sides, and the depth it was made with, to be corrected."""

    mesh: Mesh
    views: Image
    depth: Depth
    finding: str


@tool(tasks=["make_3d"])
async def make_3d(
    ctx: ToolContext,
    image: Image,
    depth: Depth | None = None,
    mask: Mask | None = None,
    relief: float = 0.3,
    solid: bool = False,
    detail: int = 256,
) -> Solid:
    """Make a textured relief of one picture: every pixel stands as near as it is. Its back is not invented.

    For example `image=photo`, `image=photo, mask=cup` (the cup stands out), or `relief=0.8, solid=True` for a print.

    Args:
        image: the picture, which becomes the texture
        depth: relative nearness of each pixel; without it it is guessed, and returned to be corrected
        mask: the subject, which stands before the ground; only used where the depth is guessed
        relief: how deep it is, 0.02 to 3: 1 is as deep as the picture is wide
        solid: whether it has sides and a back, without any gap, so that it can be printed
        detail: points along the longer side, 16 to 1024
    """
    if not 16 <= detail <= 1024:
        raise CallError(f"{detail} points along the longer side", "16 to 1024", "choose another detail")
    for name, given in (("mask", mask), ("depth", depth)):
        if given is not None and (given.width, given.height) != (image.width, image.height):
            raise CallError(
                f"the {name} is {given.width}x{given.height}, the picture {image.width}x{image.height}",
                f"a {name} of the picture's size",
                f"make the {name} from this picture",
            )
    made = await ctx.engine("make_3d").run(
        image=image, depth=depth, mask=mask, relief=float(relief), solid=solid, detail=detail
    )
    return Solid(
        mesh=made.get("mesh", Mesh),
        views=made.get("views", Image),
        depth=made.get("depth", Depth),
        finding=made.get("finding", str),
    )
