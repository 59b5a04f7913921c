"""Draw a clip from words."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import CallError, ToolContext, Video
from agentvid.tool import tool

MOST_SECONDS = 30.0


@dataclass(frozen=True)
class Filmed:
    """The clip; its warnings say where size, length or rate are not those asked for.

    `layout` is what was drawn and what happens, in words, of engines that draw by it. A person who gives it draws by
    that.
    """

    video: Video
    layout: str | None


@tool(tasks=["text_to_video"])
async def generate_video(
    ctx: ToolContext,
    prompt: str,
    seconds: float = 2.0,
    fps: float | None = None,
    layout: str = "",
    seed: int = 0,
    thought: str = "",
) -> Filmed:
    """Draw a clip from words. The step's thought conditions it where the engine reads thoughts.

    Args:
        prompt: what is to be seen, and what happens
        seconds: how long the clip lasts, more than 0 and at most 30
        fps: frames per second, 1 to 60; without it the engine's own
        layout: what is to be where and what happens, in words; it wins over the step's thought
    """
    if not prompt.strip():
        raise CallError("an empty prompt", "what is to be seen", "say what to draw")
    if not 0 < seconds <= MOST_SECONDS:
        raise CallError(f"{seconds:g} seconds", f"more than 0, at most {MOST_SECONDS:g}", "ask for fewer seconds")
    if fps is not None and not 1 <= fps <= 60:
        raise CallError(f"fps {fps:g}", "1 to 60", "choose a usual rate, for example 8")
    engine = ctx.engine("text_to_video")
    rate = None if fps is None else float(fps)
    made = await engine.run(prompt=prompt, seconds=float(seconds), fps=rate, seed=seed, thought=layout or thought)
    return Filmed(video=made.get("video", Video), layout=made.maybe("thought", str))
