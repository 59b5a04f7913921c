"""Which requests only an engine that draws new things can bear, and what to say where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agentvid.run.route import ONLY_BY_WISH

__all__ = ["DRAWING", "missing_task"]

_OFFLINE: Final = ONLY_BY_WISH | {"classical"}
DRAWING: Final = "unified, diffusion, cloud"
"""Engines that draw what was not there, in words."""
_NEW: Final[Mapping[str, str]] = {
    "add": "edit_image",
    "replace": "edit_image",
    "count_change": "edit_image",
    "background_change": "edit_image",
    "future": "edit_image",
    "past": "edit_image",
    "animate": "image_to_video",
}


def missing_task(op: str, bears: Mapping[str, frozenset[str]], wish: str | None, *, with_source: bool) -> str:
    """Return the task that no engine at hand can do for a request, or "". No engines known: nothing is missing.

    What is taken from another picture (`with_source`) is pasted, and needs no drawing.
    """
    task = _NEW.get(op, "")
    if not task or not bears or (with_source and op == "add") or wish not in (None, *_OFFLINE):
        return ""
    able = [name for name, tasks in bears.items() if name not in _OFFLINE and task in tasks]
    return "" if able else task
