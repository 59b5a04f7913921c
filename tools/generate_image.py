"""Draw a picture from words."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import CallError, Image, ToolContext
from agentvid.tool import tool

LONGEST_SIDE = 4096


@dataclass(frozen=True)
class Generated:
    """The picture, at the size that the engine draws; its warnings say where that is not the size asked for.

    `layout` is what was drawn where, in words, of engines that draw by a layout. A person who gives it draws by that.
    """

    image: Image
    layout: str | None


@tool(tasks=["text_to_image"])
async def generate_image(
    ctx: ToolContext,
    prompt: str,
    width: float | None = None,
    height: float | None = None,
    layout: str = "",
    seed: int = 0,
    thought: str = "",
) -> Generated:
    """Draw a picture from words. The step's thought conditions the drawing where the engine reads thoughts.

    Args:
        prompt: what is to be seen
        width: width in pixels, at most 4096; engines draw at sizes of their own, the nearest is taken
        height: height in pixels, at most 4096
        layout: what is to be where, in words; it wins over the step's thought
    """
    if not prompt.strip():
        raise CallError("an empty prompt", "what is to be seen", "say what to draw")
    for name, side in (("width", width), ("height", height)):
        if side is not None and not 1 <= side <= LONGEST_SIDE:
            raise CallError(f"{name} {side:g}", f"1 to {LONGEST_SIDE} pixels", "ask for another size")
    engine = ctx.engine("text_to_image")
    made = await engine.run(prompt=prompt, width=width, height=height, seed=seed, thought=layout or thought)
    return Generated(image=made.get("image", Image), layout=made.maybe("thought", str))
