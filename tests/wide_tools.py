"""The signatures that chains of the wide reader are written against, beyond those of `planner_tools`. Nothing runs."""

from __future__ import annotations

from dataclasses import dataclass

from planner_tools import TOOLS as PLAIN
from planner_tools import Edited, Planned, Walk

from agentvid.media.types import EditPlan, Image, Mask, Palette, Video
from agentvid.plugins import load_tools
from agentvid.tool import ToolContext, tool


@dataclass(frozen=True)
class Framed:
    image: Image


@dataclass(frozen=True)
class Clip:
    video: Video


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
    plan_edit, edit_image, transform_image, transform_video, map_to_view,
    generate_image, generate_video,
)  # fmt: skip
_REAL = (
    "retime",
    "extend_video",
    "stabilise",
    "interpolate",
    "compose",
    "edit_video",
    "pick_frame",
    "track",
    "caption",
    "speak",
    "sound",
    "mux",
    "make_3d",
)
_LOADED = load_tools()
TOOLS = PLAIN | {spec.name: spec for spec in map(tool(), _MORE)} | {name: _LOADED[name] for name in _REAL}
"""All tools by name: those of clips and sound are the real ones, the others only signatures."""
TAKES = {name: frozenset(parameter.name for parameter in spec.parameters) for name, spec in TOOLS.items()}
"""What each tool takes, as a planner is told."""
