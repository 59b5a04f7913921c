"""Commands a person can copy to give or correct the value of a port.

Boxes, points and keyframes are written as numbers, media as files, words and numbers as they are, all else as JSON.
"""

from __future__ import annotations

import json
import shlex
from typing import Final

from agentvid.media.types import MEDIA_TYPES, Box, Keyframe, Media, Point, PortValue, dump_value

__all__ = ["give_command", "written"]

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


def written(value: PortValue | None, type_name: str = "", file: str = "") -> str:
    """Return a value as it is written behind `--given`; of no value, an example of its type; of media, the file."""
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
