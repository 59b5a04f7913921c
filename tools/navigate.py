"""A walk over a picture or map."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import Actions, Answer, CallError, Image, Point, ToolContext, Video
from agentvid.tool import tool

MOST_SECONDS = 120.0


@dataclass(frozen=True)
class Walk:
    """What the walker sees, the picture with the way drawn on it, the moves, and where the walk began.

    An engine that starts from what is seen at eye level knows no map and no start on it; `layout` is what it drew by,
    in words, of engines that draw by it. `bound` is what the error of each frame does not exceed, as calibrated, and
    how far the way back misses the first one.
    """

    video: Video
    map: Image | None
    actions: Actions
    start: Point | None
    layout: str | None
    bound: Answer | None


@tool(tasks=["navigate"])
async def navigate(
    ctx: ToolContext,
    image: Image,
    actions: Actions,
    start: Point | None = None,
    fps: float = 24,
    stepwise: bool = False,
    test: bool = False,
    seed: int = 0,
    thought: str = "",
) -> Walk:
    """Walk over a picture or map: forward, back, left and right by metres, turns by degrees.

    The warnings say what a metre is and what the engine takes the picture for: one that lays it flat on the ground
    shows no houses standing up. The step's thought conditions the walk where the engine reads thoughts.

    Args:
        image: the picture or map
        actions: the moves in the order they are made, at most 120 seconds together
        start: the pixel where the walk begins, heading up; without it the bottom centre
        fps: frames per second of the clip, 1 to 60
        stepwise: draw one frame after the other, where the engine would draw them together
        test: whether the way back is drawn too, where that costs a second drawing: how far it misses the start is told
    """
    if actions.seconds > MOST_SECONDS:
        raise CallError(
            f"moves of {actions.seconds:g} seconds", f"at most {MOST_SECONDS:g}", "make fewer or quicker moves"
        )
    if not 1 <= fps <= 60:
        raise CallError(f"fps {fps:g}", "1 to 60", "choose a usual rate, for example 24")
    if start is not None and not (0 <= start.x < image.width and 0 <= start.y < image.height):
        raise CallError(
            f"the start {start.x:g},{start.y:g} is outside the picture",
            f"a point within {image.width}x{image.height} pixels",
            "give a start inside the picture, or none for the bottom centre",
        )
    engine = ctx.engine("navigate")
    made = await engine.run(
        image=image,
        actions=actions,
        start=start,
        fps=float(fps),
        stepwise=stepwise,
        test=test or None,
        seed=seed,
        thought=thought,
    )
    return Walk(
        video=made.get("video", Video),
        map=made.maybe("map", Image),
        actions=made.get("actions", Actions),
        start=made.maybe("start", Point),
        layout=made.maybe("thought", str),
        bound=made.maybe("bound", Answer),
    )
