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
    that. `settings` is what it was drawn with, in words, of engines that say so.
    """

    video: Video
    layout: str | None
    settings: str | None


@tool(tasks=["text_to_video"])
async def generate_video(
    ctx: ToolContext,
    prompt: str,
    seconds: float = 2.0,
    fps: float | None = None,
    layout: str = "",
    width: float | None = None,
    height: float | None = None,
    negative_prompt: str | None = None,
    steps: float | None = None,
    guidance: float | None = None,
    seed: int = 0,
    thought: str = "",
) -> Filmed:
    """Draw a clip from words. The step's thought conditions it where the engine reads thoughts.

    Args:
        prompt: what is to be seen, and what happens
        seconds: how long the clip lasts, more than 0 and at most 30
        fps: frames per second, 1 to 60; without it the engine's own
        layout: what is to be where and what happens, in words; it wins over the step's thought
        width: width in pixels; engines draw at sizes of their own, the nearest is taken
        height: height in pixels
        negative_prompt: what is not to be seen; without it the engine's own
        steps: sampling steps; without it the engine's own
        guidance: how closely words are followed; without it the engine's own
    """
    if not prompt.strip():
        raise CallError("an empty prompt", "what is to be seen", "say what to draw")
    if not 0 < seconds <= MOST_SECONDS:
        raise CallError(f"{seconds:g} seconds", f"more than 0, at most {MOST_SECONDS:g}", "ask for fewer seconds")
    if fps is not None and not 1 <= fps <= 60:
        raise CallError(f"fps {fps:g}", "1 to 60", "choose a usual rate, for example 8")
    settings = {"width": width, "height": height, "negative_prompt": negative_prompt}
    settings |= {"steps": steps, "guidance": guidance}
    engine = ctx.engine("text_to_video")
    rate = None if fps is None else float(fps)
    made = await engine.run(
        prompt=prompt, seconds=float(seconds), fps=rate, seed=seed, thought=layout or thought, **settings
    )
    drawn_with = made.maybe("settings", str)
    asked = [name for name, value in settings.items() if value is not None]
    if asked and drawn_with is None:
        ctx.warn(f"engine {engine.name} takes no {', '.join(asked)}: not used")
    return Filmed(video=made.get("video", Video), layout=made.maybe("thought", str), settings=drawn_with)
