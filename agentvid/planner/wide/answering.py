"""A message that answers a question back: read together with what was asked about.

"Make it green" is asked back ("what is it?"); "the cup" alone means nothing, but together they do. A message that means
something by itself is never taken for an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from agentvid.planner import PlanRequest
from agentvid.planner.grammar.parse import parse
from agentvid.planner.grammar.split import LONGEST_MESSAGE
from agentvid.planner.wide.choose import write_message

__all__ = ["answered"]

_IT: Final = re.compile(r"\b(?:it|that|this|that one|this one|the thing)\b|[它他她]|这个|那个", re.IGNORECASE)
_NEVER_MIND: Final = re.compile(
    r"\s*(?:never ?mind|forget it|cancel|skip it|no|nothing|stop|算了|不用了|取消|没事|不了)[.!。!]*\s*", re.IGNORECASE
)


def answered(request: PlanRequest) -> PlanRequest:
    """Return the request as it is, or with the words it answers to joined to its own, where only that can be planned.

    Raises: InputError where the message is too long to be read.
    """
    if not request.asked or _NEVER_MIND.fullmatch(request.text) or _is_planned(request):
        return request
    for text in _joined(request.asked, request.text.strip().rstrip(".!。")):
        tried = replace(request, text=text)
        if len(text) <= LONGEST_MESSAGE and _is_planned(tried):
            return tried
    return request


def _is_planned(request: PlanRequest) -> bool:
    return bool(write_message(request).steps)


def _joined(asked: str, answer: str) -> Iterator[str]:
    """Give the ways in which an answer can complete what was asked about, the likeliest first."""
    yield from (f"{asked[: found.start()]}{answer}{asked[found.end() :]}" for found in _IT.finditer(asked))
    for part in parse(asked).unplaced:
        if part.clause in asked:
            yield asked.replace(part.clause, answer)
            yield asked.replace(part.clause, f"{part.clause} {answer}")
    yield f"{asked.rstrip(' .。')} {answer}"
    yield f"{asked.rstrip(' .。')}, {answer}"
