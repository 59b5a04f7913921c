"""How a clip goes on, and how far that can be believed."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import Answer, CallError, Keyframe, ToolContext, Video
from agentvid.tool import tool

MOST_SECONDS = 30.0


@dataclass(frozen=True)
class Future:
    """The clip up to the keyframe with the new frames after it, the new frames alone, and how far to believe them.

    `bound` is what the error of each new frame does not exceed, as calibrated, and whether going back in time leads to
    what was given; `trust_seconds` is how long it stays within the tolerance, and `finding` says it in words.
    """

    video: Video
    future: Video
    keyframe: Keyframe
    trust_seconds: float
    finding: str
    bound: Answer | None


@tool(tasks=["future_frames"])
async def future_frames(
    ctx: ToolContext,
    video: Video,
    seconds: float,
    keyframe: Keyframe | None = None,
    beyond_trust: bool = False,
    test: bool = False,
    seed: int = 0,
    thought: str = "",
) -> Future:
    """Continue a clip beyond its end, or from a keyframe, and say how far the new frames can be believed.

    An engine that only carries motion on invents nothing: no new thing enters, nobody turns round. Frames after
    `trust_seconds` are a guess: there motion comes to rest. The step's thought conditions the frames where the engine
    reads thoughts.

    Args:
        video: the clip
        seconds: how long to go on, more than 0 and at most 30
        keyframe: the frame to continue from; without it the last one. Later frames of the clip are left out
        beyond_trust: whether motion goes on where it is a guess
        test: whether the way back is drawn too, where that costs a second drawing: how far it misses the start is told
    """
    if not 0 < seconds <= MOST_SECONDS:
        raise CallError(f"{seconds:g} seconds", f"more than 0, at most {MOST_SECONDS:g}", "ask for fewer seconds")
    if keyframe is not None and keyframe.frame >= video.frames:
        raise CallError(
            f"keyframe {keyframe.frame}", f"a frame from 0 to {video.frames - 1}", "choose a frame of the clip"
        )
    engine = ctx.engine("future_frames")
    made = await engine.run(
        video=video,
        seconds=float(seconds),
        keyframe=keyframe,
        beyond_trust=beyond_trust or None,
        test=test or None,
        seed=seed,
        thought=thought,
    )
    return Future(
        video=made.get("video", Video),
        future=made.get("future", Video),
        keyframe=made.get("keyframe", Keyframe),
        trust_seconds=made.get("trust_seconds", float),
        finding=made.get("finding", str),
        bound=made.maybe("bound", Answer),
    )
