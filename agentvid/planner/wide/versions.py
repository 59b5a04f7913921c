"""A version by what was asked for when it was made: "the dragon one", "red was best", "回到没换扇子的那版"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from agentvid.planner.wide.where import Medium

__all__ = ["version_told"]

_ENGLISH: Final = (
    re.compile(
        r"(?<![a-z])(?:the|that|in|on|from|back to|use)(?: the| that)? (?P<x>[a-z]+(?: [a-z]+)?) (?:one|version)(?![a-z])"
    ),
    re.compile(r"^\W*(?:the )?(?P<x>[a-z]+) (?:was|is|looked|looks) (?:best|better|nicer|nicest)"),
    re.compile(r"(?:the (?:one|version) )(?P<not>before|without)(?: the| it got| you)? (?P<x>[a-z]+)"),
)
_CHINESE: Final = (
    re.compile(r"(?P<not>没|不)(?P<x>[\u4e00-\u9fff]{1,6}?)(?:的)?那一?[版张]"),
    re.compile(r"(?:用|回到|退回|回|有|把|就)(?P<x>[\u4e00-\u9fff]{1,6}?)(?:的)?那一?[版张]"),
    re.compile(r"(?<![\u4e00-\u9fff])(?P<x>[\u4e00-\u9fff]{1,6}?)(?:的)?那一?[版张]"),
)
_COUNTS: Final = frozenset(
    {
        "first",
        "second",
        "third",
        "fourth",
        "last",
        "other",
        "next",
        "new",
        "old",
        "same",
        "original",
        "previous",
        "good",
    }
    | {"earlier", "latest", "final", "this", "that", "left", "right", "top", "middle", "bottom", "big", "small"}
)
"""Words that tell media apart by place or age, not by what was asked."""


def version_told(clause: str, said: Sequence[str], media: Sequence[Medium]) -> int | None:
    """Return the number of the result that a clause means by words of the turn it was made in, or None.

    `said` are the messages of the last turns, oldest first; `media` all media of the session.
    """
    made = [medium for medium in media if medium.is_made]
    if not made or not said:
        return None
    last = max(medium.turn for medium in media if not medium.is_new)
    for pattern in (*_ENGLISH, *_CHINESE):
        found = pattern.search(clause)
        if not found or (found["x"].isascii() and set(found["x"].split()) <= _COUNTS):
            continue
        scores = [_alike(found["x"], message) for message in said]
        best = max(scores)
        if best <= 0:
            continue
        at = len(scores) - 1 - scores[::-1].index(best)
        turn = last - len(said) + 1 + at
        result = next((medium for medium in made if medium.turn == turn), None)
        if result is None:
            return None
        if not found.groupdict().get("not"):
            return result.number
        before = [medium for medium in media if medium.number < result.number and medium.kind == result.kind]
        return before[-1].number if before else None
    return None


def _alike(words: str, message: str) -> float:
    """Return how much of some words a message holds: whole words in English, pairs of characters in Chinese."""
    if words.isascii():
        heard = set(re.findall(r"[a-z]+", message))
        return float(len({word for word in words.split() if word not in _COUNTS} & heard))
    pairs = {words[at : at + 2] for at in range(len(words) - 1)} or {words}
    return sum(pair in message for pair in pairs) / len(pairs)
