"""A step's thought, told word for word: "for the last step's thought just write: …", "第三步的思路写成“…”"."""

from __future__ import annotations

import re
from typing import Final

from agentvid.planner.rewrite.draft import Draft
from agentvid.planner.rewrite.sense.step_words import steps_meant
from agentvid.planner.rewrite.thought import put_thought

__all__ = ["put_told_thought"]

_THOUGHT: Final = re.compile(r"\b(?:thought|thinking|reasoning|rationale)s?\b|思路|思考|想法|推理", re.IGNORECASE)
_TO: Final = re.compile(
    r"\b(?:should (?:be|say|read)|must (?:be|say|read)|just (?:write|say|put)"
    r"|instead of that|reads?|says?|write|put"
    r"|replace (?:it )?with|change (?:it )?to|with|(?:in)?to)\b:?|(?:改|换|写|变"
    r"|设)(?:成|为|作)?[:：]?|就?写[:：]?|应该是|[:：]",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r"[\"“「『‘'](?P<q>[^\"”」』]{2,})[\"”」』]|[:：]\s*(?P<c>.{3,})$", re.DOTALL)


def put_told_thought(draft: Draft, said: str) -> bool:
    """Set the thought of the one step that is named; False where the words give none.

    Raises: Which where several steps could be meant.
    """
    about = _THOUGHT.search(said)
    if about is None:
        return False
    quoted = _QUOTED.search(said, about.start())
    if quoted is not None:
        thought, before = quoted["q"] or quoted["c"], said[: quoted.start()]
    else:
        to = _TO.search(said, about.end())
        if to is None:
            return False
        thought, before = said[to.end() :], said[: to.start()]
    step = draft.one(steps_meant(draft, _THOUGHT.sub(" ", before)))
    thought = thought.strip(" ,:：\"“”'")
    if step is None or len(thought) < 3:
        return False
    draft.is_message = False
    put_thought(draft, step, thought)
    return True
