"""Interventions on the operations of an edit plan: a clearly different one of the same kind."""

from __future__ import annotations

from typing import Any, Final

from agentvid.media.types import Move, Operation, Resize, WriteText

__all__ = ["another_operation"]

_OTHER: Final[dict[str, tuple[str, str]]] = {
    "sunset": ("look", "night"), "rain": ("kind", "snow"), "oil": ("kind", "sketch"), "wood": ("kind", "marble"),
}  # fmt: skip
_FIRST: Final = {"light": "sunset", "weather": "rain", "style": "oil", "material": "wood"}


def another_operation(operation: Operation) -> tuple[Any, str]:
    """Return a clearly different operation of the same kind, and in words what was done to it."""
    if operation.op in _FIRST:
        usual = _FIRST[operation.op]
        name, other = _OTHER[usual]
        value = other if getattr(operation, name) == usual else usual
        return operation.model_copy(update={name: value}), f"{name} {getattr(operation, name)} → {value}"
    if isinstance(operation, Move):
        turned = {"dx": -operation.dx, "dy": -operation.dy} if operation.dx or operation.dy else {"dx": 0.2}
        return operation.model_copy(update=turned), "moved the other way"
    if isinstance(operation, Resize):
        factor = min(8.0, max(0.05, 1 / operation.factor)) if operation.factor != 1 else 0.5
        return operation.model_copy(update={"factor": factor}), f"factor {operation.factor:g} → {factor:g}"
    if isinstance(operation, WriteText):
        return operation.model_copy(update={"text": f"{operation.text[:1990]} 2"}), "words added"
    if operation.op == "adjust":
        return operation.model_copy(update={"brightness": -0.6 if operation.brightness >= 0 else 0.6}), "other light"
    if operation.op == "remove_text":
        return operation.model_copy(update={"grow": operation.grow + 12}), "grown by 12 pixels more"
    name = {"add": "what", "replace": "to", "count": "number"}[operation.op]
    now = getattr(operation, name)
    update = {name: now + 1 if isinstance(now, int) else f"{now} [corrected]"}
    return operation.model_copy(update=update), f"another {name}"
