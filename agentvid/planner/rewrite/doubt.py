"""Readings that are likelier wrong than right: words of a step taken for a thing, a thing whose colour is to be shared.

What is doubted is asked back, with the reading as a choice.
"""

from __future__ import annotations

import re
from typing import Final

from agentvid.chain.edit import SetArg
from agentvid.planner.rewrite.rewriting import Rewrite
from agentvid.planner.rewrite.sense.step_words import names_step

__all__ = ["is_doubtful"]

_PART: Final = re.compile(
    r"\b(?:bit|part|step|stage|piece|section|effect|thing|is|you)s?\b|那[块段步]"
    r"|部分|效果|步骤|在|的$|[\u3400-\u9fff].*[a-z]{3}",
    re.IGNORECASE,
)
_ALIKE: Final = re.compile(
    r"(?:跟|和|与|像|同|按照?|照着).{1,8}(?:一样|一致|相同|同色|同款|那样|那种|的颜色)|配.{1,6}的颜?色"
    r"|\bsame (?:colou?r|shade|tone|hue) as\b|\bmatch(?:es|ing)?\b|\b(?:be|in|into"
    r"|to|get) the (?:colou?r|shade) of\b|\blike the \w+'?s?\b",
    re.IGNORECASE,
)
_NAMES: Final = ("what", "target")


def is_doubtful(said: str, rewrite: Rewrite) -> bool:
    """Return whether the edits that a message was read as are likelier wrong than right."""
    named = [edit for edit in rewrite.edits if isinstance(edit, SetArg) and edit.name in _NAMES]
    told = [str(edit.value) for edit in named if isinstance(edit.value, str)]
    is_coloured = any(isinstance(edit, SetArg) and edit.name == "colour" for edit in rewrite.edits)
    if any(_PART.search(words) or names_step(words) for words in told):
        return True
    return bool(told) and not is_coloured and _ALIKE.search(said) is not None
