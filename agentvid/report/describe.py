"""Values in words: what a box, a plan, a camera path or an answer is, for a person."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from agentvid.chain.step import AnswerIs, ColourIn, Count, Predicate, Seconds, Size, UnchangedOutside
from agentvid.media.colours import colour_name
from agentvid.media.operation_words import operation_name, tell_operation
from agentvid.media.operations import PlainOperation
from agentvid.media.types import (
    Action,
    Actions,
    Answer,
    Audio,
    BlurBackground,
    Box,
    CameraPath,
    Depth,
    EditPlan,
    Image,
    Keyframe,
    Mask,
    Mesh,
    Operation,
    Palette,
    Point,
    PortValue,
    Recolour,
    Remove,
    Video,
)
from agentvid.report.record import Language
from agentvid.report.words import seconds

__all__ = [
    "action_words",
    "number",
    "operation_notes",
    "operation_title",
    "place_name",
    "predicate_words",
    "value_words",
]

_MOVES: Final[dict[str, tuple[str, str, str]]] = {
    "forward": ("↑", "forward", "前进"),
    "back": ("↓", "back", "后退"),
    "left": ("←", "left", "左移"),
    "right": ("→", "right", "右移"),
    "turn_left": ("↺", "turn left", "左转"),
    "turn_right": ("↻", "turn right", "右转"),
    "wait": ("◦", "wait", "等待"),
}

_PLACES: Final = {
    "upper left": "左上方", "top": "上方", "upper right": "右上方",
    "left": "左边", "centre": "中间", "right": "右边",
    "lower left": "左下方", "bottom": "下方", "lower right": "右下方",
}  # fmt: skip

_KEEP: Final = {"shading": ("shading", "明暗"), "highlights": ("highlights", "高光")}

_POSE_UNITS: Final = (
    ("yaw_deg", "°", "turn", "转"),
    ("pitch_deg", "°", "tilt", "俯仰"),
    ("roll_deg", "°", "roll", "翻滚"),
    ("truck", "", "truck", "横移"),
    ("pedestal", "", "pedestal", "升降"),
    ("dolly", "", "dolly", "推拉"),
    ("zoom", "×", "zoom", "变焦"),
)

_SIDES: Final = {"yaw_deg": (("left", "right"), ("左", "右")), "pitch_deg": (("down", "up"), ("下", "上"))}
"""What a negative and a positive angle mean, English and Chinese."""


def value_words(value: PortValue, language: Language) -> str:
    """Return a value in words. Colours of palettes and plans are drawn, not told; their words are what is beside."""
    chinese = language == "zh"
    if isinstance(value, bool):
        return ("是" if value else "否") if chinese else ("yes" if value else "no")
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, str):
        return value
    if isinstance(value, Box):
        size = f"{number(value.x1 - value.x0)} × {number(value.y1 - value.y0)}"
        corners = f"({number(value.x0)}, {number(value.y0)}) – ({number(value.x1)}, {number(value.y1)})"
        return f"{corners} · {size}"
    if isinstance(value, Point):
        return f"({number(value.x)}, {number(value.y)})"
    if isinstance(value, Keyframe):
        when = seconds(value.seconds, language)
        return f"第 {value.frame} 帧 · {when}" if chinese else f"frame {value.frame} · {when}"
    if isinstance(value, Answer):
        return value.text
    if isinstance(value, Palette | EditPlan):
        return ""
    if isinstance(value, CameraPath):
        return _path_words(value, language)
    if isinstance(value, Actions):
        return ", ".join(action_words(action, language) for action in value.actions)
    return _media_words(value, language)


def place_name(place: str, language: Language) -> str:
    """Return where something lies, "upper left" … "lower right"; words of a person stay as they are."""
    return _PLACES.get(place, place) if language == "zh" else place


def action_words(action: Action, language: Language) -> str:
    """Return one move: "↑ forward 2 m"."""
    sign, english, chinese = _MOVES[action.move]
    if action.move == "wait":
        amount = seconds(action.seconds, language)
    elif action.move.startswith("turn"):
        amount = f"{number(action.amount)}°"
    else:
        amount = f"{number(action.amount)} {'米' if language == 'zh' else 'm'}"
    return f"{sign} {chinese if language == 'zh' else english} {amount}"


def operation_title(op: str, language: Language) -> str:
    """Return what an operation of an edit plan is called, "recolour" → "Recolour"; an unknown one keeps its name."""
    return operation_name(op, language)


def operation_notes(operation: Operation, language: Language) -> list[str]:
    """Return what else an operation says: what stays, how strong, how wide."""
    chinese = language == "zh"
    notes = []
    if isinstance(operation, Recolour):
        if operation.keep:
            kept = ("、" if chinese else " and ").join(_KEEP[item][chinese] for item in operation.keep)
            notes.append(f"保留{kept}" if chinese else f"keeps {kept}")
        if operation.strength != 1:
            share = f"{operation.strength:.0%}"
            notes.append(f"强度 {share}" if chinese else f"strength {share}")
    elif isinstance(operation, Remove):
        notes.append(f"外扩 {operation.grow} 像素" if chinese else f"grown by {operation.grow} px")
    elif isinstance(operation, BlurBackground):
        radius = number(operation.radius)
        notes.append(f"模糊半径 {radius} 像素" if chinese else f"radius {radius} px")
    elif isinstance(operation, PlainOperation):
        notes.append(tell_operation(operation, language))
    return notes


def predicate_words(predicate: Predicate, language: Language) -> str:
    """Return what a step is expected to give as one line: "mostly blue inside the mask"."""
    chinese = language == "zh"
    if isinstance(predicate, Size):
        size = f"{predicate.width or '?'} × {predicate.height or '?'}"
        return f"大小是 {size}" if chinese else f"the size is {size}"
    if isinstance(predicate, Seconds):
        least, most = seconds(predicate.least, language), seconds(predicate.most, language)
        return f"时长在 {least} 到 {most} 之间" if chinese else f"it lasts {least} to {most}"
    if isinstance(predicate, ColourIn):
        colour = colour_name(predicate.colour, language)
        return f"遮罩以内主要是{colour}" if chinese else f"mostly {colour} inside the mask"
    if isinstance(predicate, UnchangedOutside):
        return "遮罩以外保持不变" if chinese else "unchanged outside the mask"
    if isinstance(predicate, Count):
        return f"有 {predicate.n} 个{predicate.what}" if chinese else f"there are {predicate.n} × {predicate.what}"
    if isinstance(predicate, AnswerIs):
        return f"{predicate.question} → {predicate.answer}"
    return predicate.text


def number(value: float) -> str:
    """Return a number without needless digits: 12.0 → "12", 0.1234 → "0.123"."""
    text = f"{value:.1f}" if abs(value) >= 100 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _path_words(path: CameraPath, language: Language) -> str:
    chinese = language == "zh"
    kind = {"orbit": ("orbit", "环绕"), "look": ("look around", "原地环视")}[path.kind][chinese]
    told = [kind, seconds(path.seconds, language)]
    for name, unit, english_name, chinese_name in _POSE_UNITS:
        values = [getattr(pose, name) for pose in path.poses]
        if any(value != (1 if name == "zoom" else 0) for value in values):
            told.append(f"{chinese_name if chinese else english_name} {_series(name, values, unit, language)}")
    return " · ".join(told)


def _series(name: str, values: Sequence[float], unit: str, language: Language) -> str:
    kept = [values[0], *(b for a, b in pairwise(values) if a != b)]
    if name not in _SIDES:
        return " → ".join(f"{number(value)}{unit}".replace("-", "−") for value in kept)
    sides = _SIDES[name][language == "zh"]
    return " → ".join(f"{sides[value > 0]} {number(abs(value))}{unit}" if value else f"0{unit}" for value in kept)


def _media_words(value: Image | Video | Audio | Mesh | Mask | Depth, language: Language) -> str:
    if isinstance(value, Mesh):
        return value.mime
    if isinstance(value, Audio):
        return seconds(value.seconds, language)
    size = f"{value.width} × {value.height}"
    if isinstance(value, Video):
        return f"{size} · {number(value.fps)} fps · {seconds(value.seconds, language)}"
    return size
