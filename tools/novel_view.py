"""Views of one picture from a moving camera."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid import Answer, CallError, CameraPath, Depth, Image, Mask, ToolContext, Video
from agentvid.tool import tool

MOST_SECONDS = 60.0


@dataclass(frozen=True)
class View:
    """The clip, the path that was really flown, and the depth it was made with (none where none is used).

    `bound` is what the error of each frame does not exceed, as calibrated, and how far the way back misses the picture.
    Of engines that draw view by view: `view` is the last one as a picture, `layout` what it shows, in words.
    """

    video: Video
    depth: Depth | None
    path: CameraPath
    view: Image | None
    layout: str | None
    bound: Answer | None


@tool(tasks=["novel_view"])
async def novel_view(
    ctx: ToolContext,
    image: Image,
    path: CameraPath,
    mask: Mask | None = None,
    depth: Depth | None = None,
    fps: float = 24,
    stage: str = "",
    depth_ratio: float | None = None,
    field_deg: float | None = None,
    seed: int = 0,
    thought: str = "",
) -> View:
    """Fly a camera over one picture: orbit its subject, look around, truck, pedestal, dolly, zoom, roll.

    One picture does not show the back or the far side of things. An engine that can't invent them flies less far than
    asked: port `path` is the path it flew, and its warnings say what was asked. With a depth every pixel is
    reprojected. The step's thought conditions the views where the engine reads thoughts.

    Args:
        image: the picture
        path: the camera path, at most 60 seconds; kind "orbit" turns about the subject, "look" turns in place
        mask: the subject; it stands before the background as a layer of its own, and an orbit turns about it
        depth: relative nearness of each pixel; without it the depth is guessed, and returned to be corrected
        fps: frames per second of the clip, 1 to 60
        stage: the layout of the picture, in words, where it is known
        depth_ratio: how many times as far away the farthest point of a given depth is as its nearest, where it is known
        field_deg: angle of view across the picture's longer side, where it is known; 50 is an ordinary camera's
    """
    if not 0 < path.seconds <= MOST_SECONDS:
        raise CallError(
            f"a path of {path.seconds:g} seconds", f"more than 0, at most {MOST_SECONDS:g}", "shorten the path"
        )
    if not 1 <= fps <= 60:
        raise CallError(f"fps {fps:g}", "1 to 60", "choose a usual rate, for example 24")
    for name, given in (("mask", mask), ("depth", depth)):
        if given is not None and (given.width, given.height) != (image.width, image.height):
            raise CallError(
                f"the {name} is {given.width}x{given.height}, the picture {image.width}x{image.height}",
                f"a {name} of the picture's size",
                f"make the {name} from this picture",
            )
    made = await ctx.engine("novel_view").run(
        image=image,
        path=path,
        mask=mask,
        depth=depth,
        fps=float(fps),
        layout=stage or None,
        depth_ratio=depth_ratio,
        field_deg=field_deg,
        seed=seed,
        thought=thought,
    )
    return View(
        video=made.get("video", Video),
        depth=made.maybe("depth", Depth),
        path=made.get("path", CameraPath),
        view=made.maybe("view", Image),
        layout=made.maybe("layout", str),
        bound=made.maybe("bound", Answer),
    )
