"""Test an edit by measuring."""

from __future__ import annotations

from agentvid import Answer, EditPlan, Image, Mask, ToolContext
from agentvid.tool import tool


@tool(tasks=["measure"])
async def check(
    ctx: ToolContext,
    image: Image,
    before: Image | None = None,
    mask: Mask | None = None,
    plan: EditPlan | None = None,
    colour: str = "",
) -> Answer:
    """Test an edit: did the target take the colour, and did all else stay as it was?

    Args:
        image: the picture after the edit
        before: the picture before the edit
        mask: the thing that was to change
        plan: what was to change to what
        colour: the colour the thing should have now; without one it is the plan's
    """
    result = await ctx.engine("measure").run(image=image, before=before, mask=mask, plan=plan, colour=colour)
    return result.get("answer", Answer)
