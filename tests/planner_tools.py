"""The signatures that chains of the grammar are written against, and media to plan with. Nothing here runs."""

from __future__ import annotations

from dataclasses import dataclass

from agentvid.chain.step import Ref
from agentvid.media.types import (
    Actions,
    Answer,
    Box,
    CameraPath,
    Depth,
    EditPlan,
    Image,
    Keyframe,
    Mask,
    Palette,
    Point,
    Video,
)
from agentvid.planner import KnownMedia
from agentvid.tool import ToolContext, tool


@dataclass(frozen=True)
class Located:
    box: Box
    mask: Mask
    point: Point


@dataclass(frozen=True)
class Picked:
    image: Image
    keyframe: Keyframe


@dataclass(frozen=True)
class Tracked:
    masks: Video
    trust: float
    finding: str


@dataclass(frozen=True)
class EditedClip:
    video: Video
    image: Image
    finding: str


@dataclass(frozen=True)
class Reworked:
    video: Video
    finding: str


@dataclass(frozen=True)
class Analysed:
    palette: Palette
    light: float
    size: float
    place: str


@dataclass(frozen=True)
class Planned:
    plan: EditPlan
    finding: str


@dataclass(frozen=True)
class Edited:
    image: Image


@dataclass(frozen=True)
class View:
    video: Video
    depth: Depth
    path: CameraPath


@dataclass(frozen=True)
class Walk:
    video: Video
    map: Image
    actions: Actions
    start: Point


@dataclass(frozen=True)
class Future:
    video: Video
    future: Video
    keyframe: Keyframe
    trust_seconds: float
    finding: str


@dataclass(frozen=True)
class Composed:
    video: Video | None
    image: Image | None


async def locate(
    ctx: ToolContext,
    image: Image,
    what: str,
    box: Box | None = None,
    point: Point | None = None,
    mask: Mask | None = None,
) -> Located:
    """Find a thing in a picture.

    Args:
        what: what to look for
    """
    raise NotImplementedError


async def analyse(ctx: ToolContext, image: Image, mask: Mask | None = None) -> Analysed:
    """Look at colours and light."""
    raise NotImplementedError


async def plan_edit(
    ctx: ToolContext,
    operation: str,
    target: str,
    colour: str = "",
    palette: Palette | None = None,
    light: float | None = None,
    size: float | None = None,
    place: str = "",
    background: Image | None = None,
    request: str = "",
) -> Planned:
    """Decide what changes to what."""
    raise NotImplementedError


async def edit_image(ctx: ToolContext, image: Image, plan: EditPlan, mask: Mask | None = None, seed: int = 0) -> Edited:
    """Change a picture."""
    raise NotImplementedError


async def check(
    ctx: ToolContext,
    image: Image,
    before: Image | None = None,
    mask: Mask | None = None,
    plan: EditPlan | None = None,
    colour: str = "",
) -> Answer:
    """Measure what changed."""
    raise NotImplementedError


async def describe(
    ctx: ToolContext, image: Image | None = None, video: Video | None = None, question: str = ""
) -> Answer:
    """Answer a question."""
    raise NotImplementedError


async def novel_view(
    ctx: ToolContext,
    image: Image,
    path: CameraPath,
    mask: Mask | None = None,
    depth: Depth | None = None,
    fps: float = 24,
) -> View:
    """Move the camera."""
    raise NotImplementedError


async def navigate(
    ctx: ToolContext, image: Image, actions: Actions, start: Point | None = None, fps: float = 24
) -> Walk:
    """Walk on a map."""
    raise NotImplementedError


async def future_frames(ctx: ToolContext, video: Video, seconds: float, keyframe: Keyframe | None = None) -> Future:
    """Continue a clip."""
    raise NotImplementedError


async def pick_frame(
    ctx: ToolContext, video: Video, seconds: float | None = None, keyframe: Keyframe | None = None
) -> Picked:
    """Take one frame."""
    raise NotImplementedError


async def track(ctx: ToolContext, video: Video, mask: Mask, keyframe: Keyframe) -> Tracked:
    """Follow a thing."""
    raise NotImplementedError


async def edit_video(
    ctx: ToolContext, video: Video, plan: EditPlan, masks: Video | None = None, keyframe: Keyframe | None = None
) -> EditedClip:
    """Change a clip."""
    raise NotImplementedError


async def retime(
    ctx: ToolContext,
    video: Video,
    speed: float = 1.0,
    reverse: bool = False,
    start: float | None = None,
    end: float | None = None,
    loops: int = 1,
    way: str = "",
) -> Reworked:
    """Change when frames are shown."""
    raise NotImplementedError


async def interpolate(ctx: ToolContext, video: Video | None = None, factor: int = 2) -> Reworked:
    """Draw frames in between."""
    raise NotImplementedError


async def stabilise(ctx: ToolContext, video: Video) -> Reworked:
    """Steady a clip."""
    raise NotImplementedError


async def compose(
    ctx: ToolContext, clips: list[Video] | None = None, stills: list[Image] | None = None, layout: str = "beside"
) -> Composed:
    """Put media together."""
    raise NotImplementedError


TOOLS = {
    spec.name: spec
    for spec in map(
        tool(),
        (
            *(locate, analyse, plan_edit, edit_image, check, describe, novel_view, navigate, future_frames, compose),
            *(pick_frame, track, edit_video, retime, interpolate, stabilise),
        ),
    )
}
"""The tools by name."""


def picture(digit: str = "a") -> Image:
    """Return a picture whose sha256 is that hex digit 64 times."""
    return Image(artifact=digit * 64, mime="image/png", bytes=10, width=640, height=480)


def clip(digit: str = "c") -> Video:
    """Return a clip whose sha256 is that hex digit 64 times."""
    return Video(artifact=digit * 64, mime="video/mp4", bytes=10, width=640, height=480, fps=25, frames=50, seconds=2)


PHOTO = KnownMedia(1, picture("a"), is_new=True)
PHOTO_2 = KnownMedia(2, picture("b"), is_new=True)
CLIP = KnownMedia(1, clip("c"), is_new=True)
OLD_PHOTO = KnownMedia(1, picture("a"))
EDITED = KnownMedia(2, picture("d"), source=Ref(step="t1.s4", port="image"))
FILMED = KnownMedia(3, clip("e"), source=Ref(step="t1.s6", port="video"))
EARLIER = {
    "t1.s1.mask": "Mask",
    "t1.s4.image": "Image",
    "t1.s6.video": "Video",
}
"""The ports of turn 1 that the media above come from."""
