"""Neighbouring requests that are one: said again, told more of, or told why."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from agentvid.planner.wide.group import Group
from agentvid.planner.wide.table import row_of
from agentvid.planner.wide.talk import is_complaint
from agentvid.planner.wide.text import QUOTE, Told
from agentvid.planner.wide.where import ordinals_in

__all__ = ["merged"]

_ONCE: Final = frozenset(
    {"crop", "rotate", "upscale", "speed", "trim", "map_to_view", "text_change", "describe", "turntable", "orbit"}
    | {"beside", "above", "join", "picture_in_picture", "make_3d", "extend_canvas", "loop", "reverse", "compare"}
    | {"background_change", "background_blur", "dolly", "zoom", "pan", "tilt", "truck", "pedestal", "view_from"}
)
"""Asked for twice in a row it is one request, told in two clauses."""
_ASKED: Final = frozenset({"compare", "answer", "map_to_view", "view_from", "past", "future"})
_TURNS: Final = frozenset({"navigate", "pan", "rotate", "orbit", "view_from", "turntable", "truck"})
_LOOK_ROUND: Final = re.compile(
    r"^\W*(?:and |then )*(?:look|turn|face|glance|rotate|walk|go|take)(?! (?:the|it|this|that|my) )(?![^,;]*(?:video|clip|footage|picture|photo|image))"
    r"[^,;]*?(?<![a-z])(?:left|right|around|round|back|on|ahead|forwards?)(?![a-z])"
    r"|^\W*(?:然后|接着|再|又)*(?:往|向|朝)?(?:左|右|后)(?:边|面)?(?:转|拐|看|望|走)|^\W*(?:然后|接着|再|又)*(?:掉头|调头|转身)"
)
"""Says how a walk goes on: a turn of the walker, not of the picture."""
_STARTS: Final = re.compile(
    r"\W*(?:(?:then|also|after|next|finally|and (?:then|also)|first|add|put|make it|crop|write|read|turn|set|play|slow|speed"
    r"|trim|loop|reverse|cut|narrate|subtitle|caption|rotate|flip|blur|darken|brighten|remove|zoom|pan|tilt|extend|have it)"
    r"(?![a-z])|然后|接着|再|最后|先|首先)"
)
_TIMED: Final = frozenset({"caption", "subtitle", "text_add", "narrate", "sound", "music"})
"""What lasts for a span of time that may be told after it."""
_CUT: Final = re.compile(
    r"(?<![a-z])(?:cut|trim|clip (?:it|out)|crop|keep|only|shorten|just)(?![a-z])|剪|截|裁|切|只|保留|留下|删|去掉"
)
_TOLD: Final = frozenset(
    {
        "text_add",
        "text_change",
        "caption",
        "describe",
        "count_change",
        "style",
        "lighting",
        "weather",
        "add",
        "recolour",
    }
    | {"background_change", "material", "crop", "background_blur", "view_from", "speed", "move", "resize", "navigate"}
    | {
        "animate",
        "replace",
        "remove",
        "brighten",
        "darken",
        "saturate",
        "zoom",
        "future",
        "past",
        "grayscale",
        "upscale",
    }
    | {"extend_canvas", "dolly", "answer"}
)
"""What a clause after "draw …" may seem to ask for, where it only tells more of what is to be drawn."""


def merged(groups: list[Group], message: Told) -> list[Group]:
    """Return requests with those joined that are one."""
    kept: list[Group] = []
    for group in map(_span_of_words, groups):
        if kept and _is_one(kept[-1], group):
            last = kept[-1]
            kept[-1] = replace(last, end=group.end, low=message.low[last.start : group.end])
        else:
            kept.append(group)
    return kept


def _span_of_words(group: Group) -> Group:
    """What seems a cut is the span of time in which quoted words are shown, where nothing is said of cutting."""
    is_span = group.op == "trim" and QUOTE in group.low and not _CUT.search(group.low)
    return replace(group, op="subtitle") if is_span else group


def _is_one(last: Group, group: Group) -> bool:
    if group.op == "trim" and last.op in _TIMED and group.join != "then" and not _CUT.search(group.low):
        return True
    if last.op in ("generate_image", "generate_video"):
        return group.op == last.op or (
            group.join in ("comma", "soft", "hard") and group.op in _TOLD and not _STARTS.match(group.low)
        )
    if last.op == "navigate" and group.op in _TURNS and _LOOK_ROUND.search(group.low):
        return True
    if group.op == "answer" and last.op in _ASKED:
        return True
    if group.op != last.op or group.join == "then":
        return False
    counted = ordinals_in(group.low) and ordinals_in(last.low)
    if counted or (re.search(r"(?<![a-z])v\d", group.low) and re.search(r"(?<![a-z])v\d", last.low)):
        return False
    return group.op in _ONCE or row_of(group.op).merges or is_complaint(last.head)
