"""Words that turn a plan which adjusts a picture the other way: "make it brighter" – "darker instead"."""

from __future__ import annotations

import re
from typing import Final

from agentvid.planner.rewrite.colour_said import said_colours
from agentvid.planner.rewrite.draft import Draft, Part
from agentvid.planner.wide.pieces import ruled
from agentvid.planner.wide.table import row_of
from agentvid.world.words import language_of

__all__ = ["put_look"]

_TOLD: Final = re.compile(
    r"(Decide how to do it: |定下怎样做：).+?(, as asked: |，要求是)“.+?”(?=[.。])",
)
"""What the thought of such a plan says of what is done, and of the words that asked for it."""


def put_look(draft: Draft, part: Part, words: str) -> bool:
    """Let a plan that adjusts do it as these words say, and its thought tell so; False where it is no such plan, or the
    words name a colour rather than a change.

    Raises: Back where the changed request can't be placed.
    """
    said = said_colours(words)
    hits = ruled(words, "")
    if part.operation != "adjust" or not said or not said[0].is_relative or not hits:
        return False
    titles = row_of(hits[0][0]).title

    def change() -> None:
        draft.put_request(part.plan, value=words)
        step = draft.chain.step(part.plan)
        title = titles[language_of(step.thought) == "zh"]
        thought = _TOLD.sub(lambda told: f"{told[1]}{title}{told[2]}“{draft.message or words}”", step.thought)
        draft.put(step.model_copy(update={"thought": thought}))

    draft.settle(change)
    return True
