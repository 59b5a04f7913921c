"""Carry out an edit on a picture: a plan, or an instruction in words."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import CallError, EditPlan, Image, Mask, ToolContext
from agentvid.tool import tool


@dataclass(frozen=True)
class Edited:
    """The edited picture, of the size of the one it was made from.

    Of engines that draw by a layout: `change` is what was changed, in words, and `layout` what the picture then shows.
    A person who gives `change` has that carried out.
    """

    image: Image
    change: str | None
    layout: str | None


@tool(tasks=["edit_image"])
async def edit_image(
    ctx: ToolContext,
    image: Image,
    plan: EditPlan | None = None,
    mask: Mask | None = None,
    instruction: str = "",
    stage: str = "",
    change: str = "",
    seed: int = 0,
    thought: str = "",
) -> Edited:
    """Carry out an edit plan, or an instruction, on a picture; with a mask inside it and there only.

    The step's thought conditions the drawing where the engine reads thoughts.

    Args:
        image: the picture to edit
        plan: what changes to what, in which order
        mask: the thing the plan is about; without one a recolouring is of the whole picture
        instruction: what is to change, in words, for engines that understand them
        stage: the layout of the picture as it is, in words, where it is known
        change: what is to change, in the words of an engine's world; it wins over the step's thought
    """
    if plan is None and not (instruction.strip() or change.strip()):
        raise CallError("neither a plan nor an instruction", "what is to change", "hand in one of them")
    result = await ctx.engine("edit_image").run(
        image=image,
        plan=plan,
        mask=mask,
        instruction=instruction or None,
        layout=stage or None,
        seed=seed,
        thought=change or thought,
    )
    return Edited(
        image=result.get("image", Image), change=result.maybe("thought", str), layout=result.maybe("layout", str)
    )
