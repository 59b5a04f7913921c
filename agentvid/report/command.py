"""Commands a person can copy to give or correct the value of a port.

Boxes, points and keyframes are written as numbers, media as files, words and numbers as they are, all else as JSON.
Of a plan, a camera path, moves or an answer the field that people correct most is written, not the whole.
"""

from __future__ import annotations

import json
import shlex
from typing import Final

from agentvid.media.operation_words import main_field
from agentvid.media.types import (
    MEDIA_TYPES,
    Actions,
    Answer,
    Box,
    CameraPath,
    EditPlan,
    Keyframe,
    Media,
    Palette,
    Point,
    PortValue,
    dump_value,
)

__all__ = ["correct_command", "field_of", "give_command", "written"]

_EXAMPLES: Final = {
    "Box": "x0,y0,x1,y1",
    "Point": "x,y",
    "Text": "WORDS",
    "Number": "NUMBER",
    "Flag": "true",
    "Palette": "#rrggbb,#rrggbb",
    "EditPlan": '{"target": "WORDS", "operations": [{"op": "recolour", "source": "#rrggbb", "target": "#rrggbb"}]}',
    "Keyframe": "frame,seconds",
    "CameraPath": '{"poses": [{"seconds": 0}, {"seconds": 4, "yaw_deg": 20}]}',
    "Actions": '{"actions": [{"move": "forward", "amount": 1}]}',
    "Answer": '{"question": "WORDS", "text": "WORDS"}',
}


def give_command(session: str, step: str, port: str, value: str) -> str:
    """Return the shell command that gives `value` on a port of a step, quoted for a POSIX shell."""
    return f"agentvid resume {shlex.quote(session)} --given {shlex.quote(f'{step}.{port}={value}')}"


def correct_command(session: str, turn: int, step: str, port: str, value: str) -> str:
    """Return the shell command that corrects a port of a step, or one field of it (`port` "plan.feather")."""
    setting = shlex.quote(f"{step}.given.{port}={value}")
    return f"agentvid chain edit --session {shlex.quote(session)} --turn {turn} --set {setting}"


def field_of(value: PortValue) -> tuple[str, str] | None:
    """Return the field of a value that people correct most, with what it holds; None where the whole is written."""
    if isinstance(value, Palette):
        return "colours.0.colour", value.colours[0].colour
    if isinstance(value, EditPlan):
        return _field_of_plan(value)
    if isinstance(value, CameraPath):
        last = value.poses[-1].model_dump(exclude={"seconds"})
        moved = next((name for name, number in last.items() if number != (name == "zoom")), "yaw_deg")
        return f"poses.{len(value.poses) - 1}.{moved}", f"{last[moved]:g}"
    if isinstance(value, Actions):
        return "actions.0.amount", f"{value.actions[0].amount:g}"
    if isinstance(value, Answer):
        return "text", value.text
    return None


def _field_of_plan(plan: EditPlan) -> tuple[str, str]:
    operation = plan.operations[0]
    name = main_field(operation)
    value = getattr(operation, name)
    return f"operations.0.{name}", f"{value:g}" if isinstance(value, float) else str(value)


def written(value: PortValue | None, type_name: str = "", file: str = "") -> str:
    """Return a value as it is written behind `--given` or `--set`; of none, an example; of media, the file."""
    if value is None:
        return "FILE" if type_name in MEDIA_TYPES else _EXAMPLES.get(type_name, "VALUE")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Box):
        return ",".join(_pixel(side) for side in (value.x0, value.y0, value.x1, value.y1))
    if isinstance(value, Point):
        return f"{_pixel(value.x)},{_pixel(value.y)}"
    if isinstance(value, Keyframe):
        return f"{value.frame},{value.seconds:g}"
    if isinstance(value, Media):
        return file or "FILE"
    if isinstance(value, str):
        return value
    return json.dumps(dump_value(value), ensure_ascii=False)


def _pixel(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
