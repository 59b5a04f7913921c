"""The tools that chains of the wide reader are written against: those that ship, beside those of `planner_tools`."""

from __future__ import annotations

from typing import Final

from planner_tools import TOOLS as PLAIN

from agentvid.plugins import load_tools

_REAL: Final = (
    "plan_edit", "edit_image", "transform_image", "transform_video", "map_to_view", "generate_image", "generate_video",
    "animate", "locate", "analyse", "describe", "check", "retime", "extend_video", "stabilise", "interpolate",
    "compose", "edit_video", "pick_frame", "track", "caption", "speak", "sound", "mux", "make_3d",
)  # fmt: skip
_LOADED: Final = load_tools()
TOOLS: Final = PLAIN | {name: _LOADED[name] for name in _REAL}
"""All tools by name."""
TAKES: Final = {name: frozenset(parameter.name for parameter in spec.parameters) for name, spec in TOOLS.items()}
"""What each tool takes, as a planner is told."""
