"""Requests in the order they are carried out, where words tell another than that they were said in."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from agentvid.planner.wide.group import Group
from agentvid.planner.wide.text import Told

__all__ = ["ordered"]

_BEFORE_EN: Final = re.compile(
    r"(?<![a-z])before (?:you |we )?(?!and after)(?:do|add|make|crop|put|change|turn|blur|that|[a-z]+ing)"
)
_LAST_FIRST: Final = re.compile(
    r"^\W*(?:最后要|最终要|最后得|最终得|the end result should|in the end i want)|最后[^,]{0,8}(?:的|版)$"
)
_BUT_FIRST: Final = re.compile(r"(?:在那|在这|在此|这)之前|before that|(?<![a-z])but first|首先要")

_THIS_FIRST: Final = re.compile(
    r"(?<![a-z])(?!(?:the|its|very|a|my|her|his|that|at|in|for) )[a-z]+ first(?![a-z])(?! (?:[a-z]+ (?:seconds?|minutes?|frames?)|one|photo|picture|clip|video|image|half|part|\d))|^\W*(?:但|不过|但是)先"
)


def ordered(groups: list[Group], message: Told) -> list[Group]:
    """Put what comes last at the end: "before you add snow, take the leaves off", "最后要竖版的。在那之前,先…"."""
    if len(groups) < 2:
        return groups
    first, second = groups[0], groups[1]
    between = message.low[first.start : second.start + 8]
    if _LAST_FIRST.search(first.head) or (re.match(r"\W*最后", message.low) and _BUT_FIRST.search(between)):
        return [*groups[1:], first]
    if _BUT_FIRST.search(between):
        return [second, first, *groups[2:]]
    for index, (group, after) in enumerate(pairwise(groups)):
        if _THIS_FIRST.search(after.low) and not _THIS_FIRST.search(group.low):
            return [*groups[:index], after, group, *groups[index + 2 :]]
        opens = message.low[max(0, group.start - 8) : group.start + 24]
        if (
            re.match(r"\W*(?:[a-z, ]{0,8})before ", opens)
            and _BEFORE_EN.search(opens)
            and after.join in ("comma", "soft")
        ):
            return [*groups[:index], after, group, *groups[index + 2 :]]
        if re.search(r"(?:之前|以前|前)[,先]*$", message.low[group.start : after.start]) and not re.search(
            r"[年天月秒]前", group.low
        ):
            return [*groups[:index], after, group, *groups[index + 2 :]]
        joint = message.low[group.start : after.start + 8]
        if (
            re.search(
                r"(?<![a-z])(?:after|once) (?:you(?:'ve)? |it'?s |having )?[a-z]+(?:ing|ed)?",
                joint[len(group.low) - 2 :],
            )
            and after.join == "soft"
        ):
            return [*groups[:index], after, group, *groups[index + 2 :]]
    return groups
