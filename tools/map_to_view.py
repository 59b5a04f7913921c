"""What is seen on a way over a map."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import CallError, Image, ToolContext, Video
from agentvid.tool import tool


@dataclass(frozen=True)
class Seen:
    """What is seen on the way, the map with the way on it, and what was drawn by, in words."""

    video: Video
    map: Image
    layout: str | None


@tool(tasks=["map_to_view"])
async def map_to_view(
    ctx: ToolContext,
    image: Image,
    walk: str = "",
    stage: str = "",
    fps: float = 8,
    seed: int = 0,
    thought: str = "",
) -> Seen:
    """Draw what is seen at eye level on a way over a map. The step's thought conditions it where the engine reads them.

    Args:
        image: the map; its path is followed where no other way is told
        walk: the way in words, such as "walk: start at the left; forward x3, left"
        stage: the layout of what stands on the map, in words, where it is known
        fps: frames per second of the clip, 1 to 60
    """
    if not 1 <= fps <= 60:
        raise CallError(f"fps {fps:g}", "1 to 60", "choose a usual rate, for example 8")
    engine = ctx.engine("map_to_view")
    made = await engine.run(
        map=image, walk=walk or None, layout=stage or None, fps=float(fps), seed=seed, thought=thought
    )
    return Seen(video=made.get("video", Video), map=made.get("map", Image), layout=made.maybe("thought", str))
