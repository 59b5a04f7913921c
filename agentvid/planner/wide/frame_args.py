"""What the transform tools are told of a request about the frame: crop, rotate, flip, extend the canvas, upscale."""

from __future__ import annotations

import re
from typing import Any, Final

from agentvid.planner.wide.slots import amount_in, direction_in, ratio_in

__all__ = ["frame_args"]

_KINDS: Final = {"crop": "crop", "rotate": "rotate", "flip": "flip", "extend_canvas": "extend", "upscale": "upscale"}
_CUTS_OFF: Final = re.compile(
    r"(?<![a-z])(?:(?:cut|chop|trim|crop|slice)(?: off| out)?|lose|remove|off)(?: off)? (?:the |a )?(?:[a-z]+ )?(?:left|right|top|bottom)"
    r"|(?:left|right|top|bottom)[^,]{0,16} off(?![a-z])|(?:裁掉|切掉|去掉|剪掉)[^,]{0,4}[左右上下]|[左右上下][^,]{0,8}(?:裁掉|切掉|去掉|剪掉)"
)
_OPPOSITE: Final = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}
_SIDE: Final = {"up": "top", "down": "bottom"}


def frame_args(op: str, low: str) -> dict[str, Any]:
    """Return the arguments for a request `op` of `row.op`, read from its clause; `degrees` None: to be straightened."""
    side = direction_in(low)
    args: dict[str, Any] = {"kind": _KINDS[op]}
    if op == "crop":
        return args | _crop(low, side)
    if op == "rotate":
        return args | {"degrees": _turn(low, side)}
    if op == "flip":
        upright = re.search(r"upside|vertical|top[ -]to[ -]bottom|上下|垂直|颠倒|倒过来", low)
        return args | {"axis": "vertical" if upright else "horizontal"}
    if op == "extend_canvas":
        share = amount_in(low)
        return args | {
            "sides": _sides(low, side),
            "ratio": ratio_in(low),
            "share": share if share and 0.01 <= share <= 2 else None,
        }
    width = re.search(r"(?<!\d)(8|4|2)k(?![a-z])|(\d{3,4})p(?![a-z])", low)
    return args | {"factor": None if width else amount_in(low) or 2.0, "width": _pixels(width) if width else None}


def _crop(low: str, side: str) -> dict[str, Any]:
    """Return ratio, place and share of a crop: "cut the left third off" keeps the right two thirds."""
    ratio, share = ratio_in(low), amount_in(low)
    words = [_SIDE.get(word, word) for word in side.split()]
    if words and not ratio and _CUTS_OFF.search(low):
        words = [_OPPOSITE.get(word, word) for word in words]
        share = 1 - share if share and share < 1 else 0.8
    kept = share if share and 0.01 <= share < 1 and not ratio else None
    return {"ratio": ratio, "place": _place(words) or ("" if ratio else "centre"), "share": kept}


def _place(words: list[str]) -> str:
    row = {"top": "upper", "bottom": "lower"}
    rows, columns = [w for w in words if w in row], [w for w in words if w in ("left", "right")]
    if rows and columns:
        return f"{row[rows[0]]} {columns[0]}"
    return next(iter(rows or columns or [word for word in words if word == "centre"]), "")


def _sides(low: str, side: str) -> str:
    if re.search(r"all (?:four |the )?(?:sides|around|round|directions)|every side|四周|四边|四面|各边|一圈", low):
        return "all"
    if re.search(r"both sides|either side|两边|两侧|左右|sideways", low):
        return "left right"
    if re.search(r"top and bottom|上下", low):
        return "top bottom"
    return " ".join(_SIDE.get(word, word) for word in side.split() if word != "centre") or "all"


def _turn(low: str, side: str) -> float | None:
    """Return the degrees, clockwise above 0; None where the picture is to be straightened by what it shows."""
    said = re.search(r"(\d{1,3}(?:\.\d+)?)\s?(?:deg|度|°)", low)
    if not said and re.search(r"straighten|level|horizon|crooked|tilted|摆正|拉直|校正|水平|歪|斜|地平线", low):
        return None
    half = re.search(r"upside|180|一百八|倒过来", low)
    degrees = float(said[1]) if said else 180.0 if half else 90.0
    if re.search(r"leaning|tilted|crooked|歪|斜", low) and said and not re.search(r"straighten|转正|摆正", low):
        degrees = -degrees  # as it leans, so it is turned back
    return -degrees if "counterclockwise" in side or side == "left" else degrees


def _pixels(match: re.Match[str]) -> int:
    return {"8": 7680, "4": 3840, "2": 2048}[match[1]] if match[1] else round(int(match[2]) * 16 / 9)
