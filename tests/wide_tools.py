"""The signatures that chains of the wide reader are written against, beyond those of `planner_tools`. Nothing runs."""

from __future__ import annotations

from dataclasses import dataclass

from planner_tools import TOOLS as PLAIN

from agentvid.media.types import Audio, Image, Mesh, Video
from agentvid.plugins import load_tools
from agentvid.tool import ToolContext, tool


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


_MORE = (caption, speak, sound, mux, make_3d)
_REAL = (
    "plan_edit", "edit_image", "transform_image", "transform_video", "map_to_view", "generate_image", "generate_video",
    "animate", "locate", "analyse", "describe", "check", "retime", "extend_video", "stabilise", "interpolate",
    "compose", "edit_video", "pick_frame", "track",
)  # fmt: skip
_LOADED = load_tools()
TOOLS = PLAIN | {spec.name: spec for spec in map(tool(), _MORE)} | {name: _LOADED[name] for name in _REAL}
"""All tools by name: those that ship are the real ones, the others only signatures."""
TAKES = {name: frozenset(parameter.name for parameter in spec.parameters) for name, spec in TOOLS.items()}
"""What each tool takes, as a planner is told."""
