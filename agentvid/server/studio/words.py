"""The words of the studio, English and Chinese: one table, those of the report first, the page's own beside them."""

from __future__ import annotations

from functools import cache
from typing import Final, get_args

from agentvid.chain.run import Status
from agentvid.media.operation_words import operation_name
from agentvid.media.types import PORT_TYPES, EditPlan
from agentvid.report.record import Language
from agentvid.report.words import ALL, Words, port_label
from agentvid.server.studio.names import CHOICES, NAMES
from agentvid.server.studio.phrases import PHRASES
from agentvid.server.studio.phrases_canvas import CANVAS
from agentvid.server.studio.phrases_pages import PAGES

__all__ = ["LANGUAGES", "words_of"]

LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")
_TYPES: Final[dict[str, tuple[str, str]]] = {
    "Text": ("words", "文字"),
    "Number": ("a number", "数字"),
    "Flag": ("yes or no", "是否"),
    "Image": ("a picture", "图片"),
    "Video": ("a clip", "视频"),
    "Audio": ("sound", "声音"),
    "Mesh": ("a mesh", "网格"),
    "Mask": ("a mask", "遮罩"),
    "Depth": ("depth", "深度"),
    "Point": ("a point", "点"),
    "Box": ("a box", "框"),
    "Palette": ("a palette", "配色"),
    "EditPlan": ("an edit plan", "修改方案"),
    "Keyframe": ("a keyframe", "关键帧"),
    "CameraPath": ("a camera path", "镜头路径"),
    "Actions": ("moves", "动作"),
    "Answer": ("an answer", "回答"),
}


@cache
def words_of(language: Language) -> Words:
    """Return all words of a language by key: the report's, and the studio's, which win."""
    chinese = language == "zh"
    own = {key: pair[chinese] for key, pair in (PHRASES | CANVAS | PAGES).items()}
    names = {f"name_{name}": pair[chinese] for name, pair in NAMES.items()}
    choices = {f"choice_{name}": pair[chinese] for name, pair in CHOICES.items()}
    types = {f"type_{name}": _TYPES[name][chinese] for name in PORT_TYPES}
    operations = {f"op_{op}": operation_name(op, language) for op in operation_kinds()}
    ports = {f"name_{name}": port_label(name, language) for name in ("box", "mask", "point", "image", "video")}
    assert all(f"status_{status}" in ALL[language] for status in get_args(Status))
    return Words({**ALL[language], **operations, **types, **ports, **names, **choices, **own})


def operation_kinds() -> list[str]:
    """Return the kinds of operations that an edit plan may hold."""
    schema = EditPlan.model_json_schema()
    return list(schema["properties"]["operations"]["items"]["discriminator"]["mapping"])
