"""What a whole message asks for, with what its clauses alone don't tell: is there a picture of the small world?"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from agentvid.errors import InputError
from agentvid.planner import PlanRequest
from agentvid.planner.grammar.parse import Parsed, Unplaced, parse
from agentvid.planner.request import Generate, Restage, View
from agentvid.world.reading import read_request

__all__ = ["read_message"]

_SOME: Final = re.compile(r"\b(?:an?|one|two|three)\b|[一两二三]", re.IGNORECASE)
"""What a thing that is not there yet is told with."""


def read_message(request: PlanRequest) -> Parsed:
    """Return what a message asks for; changes that only the small world bears are not understood elsewhere.

    Raises: InputError where the message is too long to be read.
    """
    parsed = _described(parse(request.text), request.text)
    if request.stages or any(isinstance(wanted, Generate) for wanted in parsed.requests):
        return parsed
    unplaced = [Unplaced(wanted.clause) for wanted in parsed.requests if isinstance(wanted, Restage)]
    kept = tuple(wanted for wanted in parsed.requests if not isinstance(wanted, Restage))
    return replace(parsed, requests=kept, unplaced=(*parsed.unplaced, *unplaced))


def _described(parsed: Parsed, text: str) -> Parsed:
    """Take a message that asks nothing, but tells of solids of the small world alone, for a picture to be drawn."""
    is_camera = all(isinstance(wanted, View) and wanted.camera for wanted in parsed.requests)
    if not is_camera or not parsed.unplaced or not _SOME.search(text):
        return parsed
    try:
        read_request(text, 0)
    except InputError:
        return parsed
    return replace(parsed, requests=(Generate(text, text, "image"),), unplaced=())
