"""Let a picture move."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import CallError, Image, ToolContext, Video
from agentvid.tool import tool

MOST_SECONDS = 30.0


@dataclass(frozen=True)
class Animated:
    """The clip, which begins with the picture; its warnings say where size, length or rate are not those asked for.

    `settings` is what it was drawn with, in words, of engines that say so.
    """

    video: Video
    settings: str | None


@tool(tasks=["image_to_video"])
async def animate(
    ctx: ToolContext,
    image: Image,
    prompt: str,
    seconds: float = 2.0,
    width: float | None = None,
    height: float | None = None,
    negative_prompt: str | None = None,
    steps: float | None = None,
    guidance: float | None = None,
    seed: int = 0,
) -> Animated:
    """Make a clip that begins with a picture, and in which happens what words say.

    Args:
        image: the first frame; it is scaled and cut around its middle to the size that the engine draws
        prompt: what is to be seen, and what happens
        seconds: how long the clip lasts, more than 0 and at most 30
        width: width in pixels; engines draw at sizes of their own, the nearest is taken
        height: height in pixels
        negative_prompt: what is not to be seen; without it the engine's own
        steps: sampling steps; without it the engine's own
        guidance: how closely words are followed; without it the engine's own
    """
    if not prompt.strip():
        raise CallError("an empty prompt", "what is to be seen, and what happens", "say what to draw")
    if not 0 < seconds <= MOST_SECONDS:
        raise CallError(f"{seconds:g} seconds", f"more than 0, at most {MOST_SECONDS:g}", "ask for fewer seconds")
    settings = {"negative_prompt": negative_prompt, "steps": steps, "guidance": guidance}
    engine = ctx.engine("image_to_video")
    made = await engine.run(
        image=image, prompt=prompt, seconds=float(seconds), width=width, height=height, seed=seed, **settings
    )
    drawn_with = made.maybe("settings", str)
    asked = [name for name, value in settings.items() if value is not None]
    if asked and drawn_with is None:
        ctx.warn(f"engine {engine.name} takes no {', '.join(asked)}: not used")
    return Animated(video=made.get("video", Video), settings=drawn_with)
