"""agentvid: a multimodal agent whose reasoning chain you can edit; only what the edit changes runs again.

    from agentvid import Agent

    async with Agent() as agent:
        session = await agent.session()
        turn = await session.send("make the red cup blue", "coffee.jpg")

Public names are loaded when first used, so that `import agentvid` is quick and brings no heavy library.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from agentvid.agent.agent import Agent, Session, Turn
    from agentvid.agent.blocking import BlockingAgent
    from agentvid.chain.chain import Chain
    from agentvid.chain.step import Ref, Step
    from agentvid.engine import Capability, Engine, EngineContext, EngineRequest, EngineResult, EngineStatus
    from agentvid.errors import AgentvidError, CallError, Cancelled, Needs, ToolFailed
    from agentvid.media.colours import (
        adjust,
        colour_name,
        colour_words,
        hex_to_lab,
        lab_to_hex,
        named_colour,
        relative_change,
    )
    from agentvid.media.operation_words import adjustments, known_values, read_side, read_value, tell_operation
    from agentvid.media.types import (
        Action,
        Actions,
        Add,
        Adjust,
        Answer,
        Audio,
        BlurBackground,
        Box,
        CameraPath,
        CameraPose,
        Count,
        Depth,
        EditPlan,
        Image,
        Keyframe,
        Light,
        Mask,
        Material,
        Mesh,
        Move,
        Palette,
        Point,
        Recolour,
        Remove,
        RemoveText,
        Replace,
        ReplaceBackground,
        Resize,
        Style,
        Swatch,
        Video,
        Weather,
        WriteText,
    )
    from agentvid.tool import ToolContext

__version__ = "0.1.0"

_HOMES: Final = {
    "agentvid.agent.agent": "Agent Session Turn",
    "agentvid.agent.blocking": "BlockingAgent",
    "agentvid.chain.chain": "Chain",
    "agentvid.chain.step": "Ref Step",
    "agentvid.engine": "Capability Engine EngineContext EngineRequest EngineResult EngineStatus",
    "agentvid.errors": "AgentvidError CallError Cancelled Needs ToolFailed",
    "agentvid.media.colours": "adjust colour_name colour_words hex_to_lab lab_to_hex named_colour relative_change",
    "agentvid.media.operation_words": "adjustments known_values read_side read_value tell_operation",
    "agentvid.media.types": (
        "Action Actions Add Adjust Answer Audio BlurBackground Box CameraPath CameraPose Count Depth EditPlan "
        "Image Keyframe Light Mask Material Mesh Move Palette Point Recolour Remove RemoveText Replace "
        "ReplaceBackground Resize Style Swatch Video Weather WriteText"
    ),
    "agentvid.tool": "ToolContext",
}
_HOME_OF: Final = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "Action",
    "Actions",
    "Add",
    "Adjust",
    "Agent",
    "AgentvidError",
    "Answer",
    "Audio",
    "BlockingAgent",
    "BlurBackground",
    "Box",
    "CallError",
    "CameraPath",
    "CameraPose",
    "Cancelled",
    "Capability",
    "Chain",
    "Count",
    "Depth",
    "EditPlan",
    "Engine",
    "EngineContext",
    "EngineRequest",
    "EngineResult",
    "EngineStatus",
    "Image",
    "Keyframe",
    "Light",
    "Mask",
    "Material",
    "Mesh",
    "Move",
    "Needs",
    "Palette",
    "Point",
    "Recolour",
    "Ref",
    "Remove",
    "RemoveText",
    "Replace",
    "ReplaceBackground",
    "Resize",
    "Session",
    "Step",
    "Style",
    "Swatch",
    "ToolContext",
    "ToolFailed",
    "Turn",
    "Video",
    "Weather",
    "WriteText",
    "adjust",
    "adjustments",
    "colour_name",
    "colour_words",
    "hex_to_lab",
    "known_values",
    "lab_to_hex",
    "named_colour",
    "read_side",
    "read_value",
    "relative_change",
    "tell_operation",
]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'agentvid' has no attribute {name!r}")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF})
