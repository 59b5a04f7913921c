"""Carry out an edit plan on a picture."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import EditPlan, Image, Mask, ToolContext
from agentvid.tool import tool


@dataclass(frozen=True)
class Edited:
    """The edited picture, of the size of the one it was made from."""

    image: Image


@tool(tasks=["edit_image"])
async def edit_image(
    ctx: ToolContext, image: Image, plan: EditPlan, mask: Mask | None = None, seed: int = 0, thought: str = ""
) -> Edited:
    """Carry out an edit plan on a picture, inside a mask and there only.

    The step's thought conditions the drawing where the engine reads thoughts.

    Args:
        image: the picture to edit
        plan: what changes to what, in which order
        mask: the thing the plan is about; without one a recolouring is of the whole picture
    """
    result = await ctx.engine("edit_image").run(image=image, plan=plan, mask=mask, seed=seed, thought=thought)
    return Edited(image=result.get("image", Image))
