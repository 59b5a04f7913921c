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
    layout: str = "",
) -> Answer:
    """Test a drawing: did the target take the colour, did all else stay as it was, is what was to be drawn seen?

    Args:
        image: the picture after the edit
        before: the picture before the edit
        mask: the thing that was to change
        plan: what was to change to what
        colour: the colour the thing should have now; without one it is the plan's
        layout: what the picture should show where, in words, for engines that can read a picture so
    """
    result = await ctx.engine("measure").run(
        image=image, before=before, mask=mask, plan=plan, colour=colour, layout=layout or None
    )
    return result.get("answer", Answer)
