"""A clip made longer at either end."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import Answer, CallError, ToolContext, Video
from agentvid.tool import tool

MOST_SECONDS = 30.0


@dataclass(frozen=True)
class Extended:
    """The longer clip. `bound` is what the error of each added frame does not exceed, as calibrated, none where nothing
    is known; `trust_seconds` is how long it stays within the tolerance.
    """

    video: Video
    trust_seconds: float
    finding: str
    bound: Answer | None


@tool(tasks=["extend_video"])
async def extend_video(
    ctx: ToolContext,
    video: Video,
    seconds: float = 0.0,
    before: float = 0.0,
    loop_back: bool = False,
    beyond_trust: bool = False,
) -> Extended:
    """Make a clip longer: carry its motion on after the end, back before the start, or run it back so that it loops.

    For example `seconds=2, loop_back=True` goes on for two seconds and comes back to the first frame without a jump.
    Nothing is faded and nothing new is invented. Where the motion can't be believed any more it comes to rest, and the
    rest is held still. Sound is kept.

    Args:
        video: the clip
        seconds: how much to add after the end, 0 to 30
        before: how much to add before the start, 0 to 30
        loop_back: whether it then runs backwards to its first frame
        beyond_trust: whether motion goes on where it is a guess
    """
    for given in (seconds, before):
        if not 0 <= given <= MOST_SECONDS:
            raise CallError(f"{given:g} seconds", f"0 to {MOST_SECONDS:g}", "ask for fewer seconds")
    if not (seconds or before or loop_back):
        raise CallError("nothing to add", "seconds, before or loop_back", "say by how much")
    engine = ctx.engine("extend_video")
    made = await engine.run(
        video=video,
        seconds=float(seconds),
        before=float(before),
        loop_back=loop_back,
        beyond_trust=beyond_trust or None,
    )
    return Extended(
        video=made.get("video", Video),
        trust_seconds=made.get("trust_seconds", float),
        finding=made.get("finding", str),
        bound=made.maybe("bound", Answer),
    )
