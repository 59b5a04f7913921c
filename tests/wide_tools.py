"""The signatures that chains of the wide reader are written against, beyond those of `planner_tools`. Nothing runs."""

from __future__ import annotations

from dataclasses import dataclass

from planner_tools import TOOLS as PLAIN
from planner_tools import Edited, Planned, Walk

from agentvid.media.types import Audio, EditPlan, Image, Mask, Mesh, Palette, Video
from agentvid.plugins import load_tools
from agentvid.tool import ToolContext, tool


@dataclass(frozen=True)
class Framed:
    image: Image


@dataclass(frozen=True)
class Clip:
    video: Video


@dataclass(frozen=True)
class Shown:
    image: Image | None
    video: Video | None


@dataclass(frozen=True)
class Heard:
    audio: Audio


@dataclass(frozen=True)
class Solid:
    mesh: Mesh


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
    value: str = "",
    amount: float | None = None,
    direction: str = "",
    text: str = "",
) -> Planned:
    """Decide what changes to what."""
    raise NotImplementedError


async def edit_image(
    ctx: ToolContext, image: Image, plan: EditPlan, mask: Mask | None = None, instruction: str = "", seed: int = 0
) -> Edited:
    """Change a picture."""
    raise NotImplementedError


async def transform_image(
    ctx: ToolContext,
    image: Image,
    kind: str,
    ratio: str = "",
    place: str = "",
    degrees: float | None = None,
    axis: str = "",
    sides: str = "",
    share: float | None = None,
    width: float | None = None,
    factor: float | None = None,
) -> Framed:
    """Crop, rotate, flip, extend, upscale."""
    raise NotImplementedError


async def transform_video(
    ctx: ToolContext,
    video: Video,
    kind: str,
    ratio: str = "",
    place: str = "",
    degrees: float | None = None,
    axis: str = "",
    sides: str = "",
    share: float | None = None,
    width: float | None = None,
    factor: float | None = None,
) -> Clip:
    """Crop, rotate, flip, extend, upscale."""
    raise NotImplementedError


async def caption(
    ctx: ToolContext,
    text: str,
    image: Image | None = None,
    video: Video | None = None,
    place: str = "",
    start: float | None = None,
) -> Shown:
    """Show a text."""
    raise NotImplementedError


async def speak(ctx: ToolContext, text: str, voice: str = "") -> Heard:
    """Say a text."""
    raise NotImplementedError


async def sound(
    ctx: ToolContext, events: str, kind: str = "sound", seconds: float | None = None, start: float | None = None
) -> Heard:
    """Make a sound."""
    raise NotImplementedError


async def mux(ctx: ToolContext, video: Video, audio: Audio | None = None, mute: bool = False) -> Clip:
    """Put a sound on a clip."""
    raise NotImplementedError


async def make_3d(ctx: ToolContext, image: Image) -> Solid:
    """Make a solid."""
    raise NotImplementedError


async def map_to_view(ctx: ToolContext, image: Image, walk: str = "") -> Walk:
    """Walk on a map."""
    raise NotImplementedError


async def generate_image(ctx: ToolContext, prompt: str, seed: int = 0) -> Framed:
    """Draw."""
    raise NotImplementedError


async def generate_video(
    ctx: ToolContext, prompt: str, image: Image | None = None, seconds: float = 2.0, seed: int = 0
) -> Clip:
    """Film."""
    raise NotImplementedError


_MORE = (
    plan_edit, edit_image, transform_image, transform_video, caption, speak, sound, mux, make_3d, map_to_view,
    generate_image, generate_video,
)  # fmt: skip
_REAL = ("retime", "extend_video", "stabilise", "interpolate", "compose", "edit_video", "pick_frame", "track")
_LOADED = load_tools()
TOOLS = PLAIN | {spec.name: spec for spec in map(tool(), _MORE)} | {name: _LOADED[name] for name in _REAL}
"""All tools by name: those of clips are the real ones, the others only signatures."""
TAKES = {name: frozenset(parameter.name for parameter in spec.parameters) for name, spec in TOOLS.items()}
"""What each tool takes, as a planner is told."""
