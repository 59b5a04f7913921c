"""Tagged pieces as requests: what asks for nothing joins its neighbour or limits it; corrections and order are obeyed."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from agentvid.planner.wide.group import Group
from agentvid.planner.wide.merging import merged
from agentvid.planner.wide.order import ordered
from agentvid.planner.wide.pieces import Cut
from agentvid.planner.wide.talk import CORRECTION, FORBIDS, KEEP, without_courtesy, without_exceptions
from agentvid.planner.wide.text import Told
from agentvid.planner.wide.where import ordinals_in
from agentvid.planner.wide.words import CLASSES

__all__ = ["grouped"]

_SAME: Final = re.compile(
    r"也一样|也是|同样处理|一样处理|(?<![a-z])(?:same (?:for|with|to|thing)|ditto|likewise)(?![a-z])"
)
_BACKGROUND: Final = re.compile(CLASSES["background"])
_BECOMES: Final = re.compile(r"\W*(?:就|直接)?(?:换|改|变|弄|做)[成为]|\W*(?:make it|something|go with) ")
"""Begins a clause that tells what was spoken of before it becomes: "new background please, something plain"."""
_LOOPS: Final = frozenset({"turntable", "animate", "orbit"})


def grouped(message: Told, cuts: list[Cut], labels: list[str]) -> tuple[list[Group], list[str]]:
    """Return the requests of a message in the order they are carried out, and what must stay the same."""
    reader = _Reader(message)
    for index, (cut, label) in enumerate(zip(cuts, labels, strict=True)):
        reader.take(cut, label, is_last=index == len(cuts) - 1)
    groups = _of_drawing(merged(reader.groups, message))
    return _looped(ordered(groups, message)), reader.keep


class _Reader:
    """Takes pieces one by one; `pending` are those that asked for nothing and stand before the next request."""

    def __init__(self, message: Told) -> None:
        self.message = message
        self.groups: list[Group] = []
        self.keep: list[str] = []
        self.pending = ""
        self.began = False

    def take(self, cut: Cut, label: str, *, is_last: bool) -> None:
        """Take in the next piece."""
        low = self.message.low[cut.start : cut.end]
        correction = CORRECTION.search(low)
        if correction and (self.groups or correction.start() > 3):
            self._take_back(low, correction.start())
            cut = replace(cut, start=cut.start + correction.end())
            low = low[correction.end() :]
        self.keep += [self.message.part(cut.start + a, cut.start + b) for a, b in without_exceptions(low)[1]]
        if label and FORBIDS.match(low, without_courtesy(low)[0]):
            label = ""
        if label in ("recolour", "replace") and _BACKGROUND.search(self.pending) and _BECOMES.match(low):
            label = "background_change"
        if label:
            self.groups.append(Group(label, cut.start, cut.end, low, cut.join, self.pending, low))
            self.pending = ""
        elif KEEP.search(low) and not (self.began and self.groups[-1].op.startswith("own:") and cut.join != "hard"):
            self.keep.append(self.message.part(cut.start, cut.end))
        else:
            self._take_detail(cut, low, is_last=is_last)
        self.began = bool(label)

    def _take_detail(self, cut: Cut, low: str, *, is_last: bool) -> None:
        groups = self.groups
        if groups and _SAME.search(low) and (ordinals_in(low) or re.search(r"v\d", low)):
            groups.append(replace(groups[-1], start=cut.start, end=cut.end, low=low, join=cut.join))
        elif groups and (cut.join not in ("hard", "then") or is_last):
            groups[-1] = replace(groups[-1], end=cut.end, low=self.message.low[groups[-1].start : cut.end])
        else:
            self.pending = f"{self.pending},{low}".strip(",")[-200:]

    def _take_back(self, low: str, at: int) -> None:
        """Drop what a correction takes back: the request before it, or all before it where only one thing stays."""
        is_only = re.search(r"就只|只要|just|only|就行", low[at:])
        if is_only and len(self.groups) > 1 and not re.search(r"no,? just", low):
            self.groups.clear()
        elif self.groups and at < 12 and self.began:
            self.groups.pop()


def _of_drawing(groups: list[Group]) -> list[Group]:
    """Take what stands before the first "draw …" for what is to be drawn: "a bridge at night, slow push in, 10 s clip"."""
    first = next((at for at, group in enumerate(groups) if group.op in ("generate_image", "generate_video")), 0)
    return groups[first:]


def _looped(groups: list[Group]) -> list[Group]:
    """Spell out "a looping turntable": two requests."""
    found: list[Group] = []
    for index, group in enumerate(groups):
        found.append(group)
        after = groups[index + 1].op if index + 1 < len(groups) else ""
        if group.op in _LOOPS and after != "loop" and re.search(r"(?<![a-z])loop|循环", group.low):
            found.append(replace(group, op="loop"))
    return found
