"""Times in words: "the first ten seconds", "0:05 to 0:12", "第5秒到第9秒", "去掉前面两秒和最后一秒"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from agentvid.planner.grammar.lexicon import read_number, take_measures
from agentvid.planner.wide.words import CLASSES

__all__ = ["HALF", "Span", "moment_in", "seconds_in", "span_in"]

_NUMBER: Final = CLASSES["number"]
_UNIT: Final = r"\s*-?\s*(?:s|secs?|seconds?|秒钟?)(?![a-z])"
_CLOCK: Final = r"(\d{1,2}):(\d{2})(?:\.\d)?"
_CUT: Final = re.compile(
    r"(?<![a-z])(?:chop|remove|lose|drop|delete|skip|ditch|off|trim|cut(?! (?:it |this |that )?(?:down )?to)|without|get rid of|take off|shave)(?![a-z])|去|删|不要|剪掉|剪去|砍|掐|切掉|裁掉"
)
_KEEPS: Final = re.compile(
    r"(?<![a-z])(?:keep|only|just|use|leave|extract|grab|want)(?![a-z])|留|只要|只剪|截取|截出|保留|取|要第"
)

HALF: Final = re.compile(
    r"(?<![a-z])(?:(?:first|opening)|(?P<last>second|last|latter|final|other)) half(?! (?:a )?(?:second|minute))(?![a-z])"
    r"|[前上]半(?:段|部分|截)?|(?P<last2>[后下]半)(?:段|部分|截)?"
)
"""The half of a clip that words name; `last` or `last2` where it is the second."""


@dataclass(frozen=True)
class Span:
    """A part of a clip in seconds. `start` and `end` count from its beginning, `head` and `tail` are cut off its ends."""

    start: float | None = None
    end: float | None = None
    head: float | None = None
    tail: float | None = None
    seconds: float | None = None


def moment_in(low: str) -> float | None:
    """Return the one moment that a text names in seconds, or None: "0:14", "第8秒", "at 3 s"."""
    clock = re.search(_CLOCK, low)
    if clock:
        return int(clock[1]) * 60.0 + int(clock[2])
    said = re.search(rf"第({_NUMBER})秒|(?<![a-z])at (?:second )?({_NUMBER}){_UNIT}?", low)
    number = read_number(said[1] or said[2]) if said else None
    return number


def seconds_in(low: str) -> float | None:
    """Return how long a text says, in seconds, or None."""
    return take_measures(low)[1].seconds


def span_in(low: str) -> Span:
    """Return the part of a clip that a text keeps; nothing is set where it names none."""
    clocks = re.findall(_CLOCK, low)
    if len(clocks) >= 2:
        start, end = (int(minutes) * 60.0 + int(seconds) for minutes, seconds in clocks[:2])
        return Span(start=start, end=end)
    between = re.search(
        rf"(?:从|from |between )?第?(?:second )?({_NUMBER})(?:秒|{_UNIT})?\s*(?:到|至|-|–|to|and|until)\s*第?({_NUMBER})(?:秒|{_UNIT})",
        low,
    )
    if between:
        return Span(start=read_number(between[1]), end=read_number(between[2]))
    low = re.sub(r"(?<![a-z])(first|last|opening|final) second(?![a-z])", r"\1 1 seconds", low)
    low = re.sub(r"第一秒", "前1秒", low) if _CUT.search(low) else low
    first = re.search(rf"(?:first|opening|initial|start|前面?|开头|头)\s*(?:的)?({_NUMBER}){_UNIT}", low)
    last = re.search(rf"(?:last|final|end|最后|结尾|末尾|后面?)\s*(?:的)?({_NUMBER}){_UNIT}", low)
    head, tail = (read_number(found[1]) if found else None for found in (first, last))
    if (head is not None or tail is not None) and not (_KEEPS.search(low) and not _CUT.search(low)):
        if _CUT.search(low):
            return Span(head=head, tail=tail)
        return Span(start=0.0, end=head) if head is not None else Span(start=None if tail is None else -tail)
    if head is not None:
        return Span(start=0.0, end=head)
    if tail is not None:
        return Span(start=-tail)
    return Span(seconds=seconds_in(low))
