"""Where a camera begins and ends, where words tell both: "from 6 degrees left to 6 right"."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["between"]

_BETWEEN: Final = re.compile(
    r"(?:\bfrom|\bstart(?:s|ing)?(?: at| from)?|\bbegin(?:s|ning)?(?: at| from)?"
    r"|从)\D{0,14}?(?P<a>-?\d+(?:\.\d+)?)(?P<wa>[^\d;]*?)"
    r"(?:\bto\b|\bend(?:s|ing)?\b|\bfinish\w*\b|转?到|至|[,，]?结束)\D{0,14}?(?P<b>-?\d+(?:\.\d+)?)(?P<wb>[^\d;]*)",
    re.IGNORECASE,
)


_SIDES: Final = re.compile(
    r"\b(?:from|start\w*|begin\w*)(?: (?:at|from|on|with|in))? (?:the )?(?P<a>left"
    r"|right|middle|centre|center)\b[^;]*?"
    r"\b(?:to|end\w*|finish\w*|stop\w*|land\w*)(?: (?:up|at|in"
    r"|on))* (?:the )?(?P<b>left|right|middle|centre|center)\b"
    r"|从(?P<a2>[左右中])[边侧间]?[^;]{0,6}?[到至](?P<b2>[左右中])",
    re.IGNORECASE,
)
_FAR: Final = {"left": -1, "right": 1, "左": -1, "右": 1}


def between(text: str, far: float) -> tuple[dict[str, float], dict[str, float]] | None:
    """Return where the camera begins and ends where the words tell both; a side alone is `far` degrees off."""
    told = _SIDES.search(text)
    if told is not None and not re.search(r"\d", told[0]):
        ends = [_FAR.get((told[name] or told[f"{name}2"]).lower(), 0) * far for name in ("a", "b")]
        return ({"yaw_deg": ends[0]}, {"yaw_deg": ends[1]}) if ends[0] != ends[1] else None
    match = _BETWEEN.search(text)
    if match is None or re.search(r"second|sec\b|秒|帧|frame", match["wa"] + match["wb"]):
        return None
    tilts = re.search(r"\b(?:up|down|tilt)\b|[上下俯仰]", match[0]) is not None
    axis = "zoom" if re.search(r"x\b|倍|times|zoom", match[0]) else "pitch_deg" if tilts else "yaw_deg"
    sides = [
        _side(match["wa"], text[match.start() : match.start("a")]),
        _side(match["wb"], text[match.end("wa") : match.start("b")]),
    ]
    values = [float(match["a"]), float(match["b"])]
    if axis != "zoom":
        values = [value if side == 0 else side * abs(value) for value, side in zip(values, sides, strict=True)]
    return {axis: values[0]}, {axis: values[1]}


def _side(after: str, before: str) -> int:
    for words in (after, before):
        if re.search(r"\bleft\b|\bdown\b|[左下]", words, re.IGNORECASE):
            return -1
        if re.search(r"\bright\b|\bup\b|[右上]", words, re.IGNORECASE):
            return 1
    return 0
