"""Readings that are likelier wrong than right: words of a step taken for a thing, a thing whose colour is to be shared.

What is doubted is asked back, with the reading as a choice.
"""

from __future__ import annotations

import re
from typing import Final

from agentvid.chain.edit import Remove, SetArg
from agentvid.media.colours import named_colour
from agentvid.planner.nouns import same_noun
from agentvid.planner.rewrite.colour_said import said_colours
from agentvid.planner.rewrite.draft import Draft
from agentvid.planner.rewrite.read_target import head_noun
from agentvid.planner.rewrite.rewriting import Rewrite
from agentvid.planner.rewrite.sense.photo_words import things_said
from agentvid.planner.rewrite.sense.step_words import SKIP, names_step
from agentvid.planner.rewrite.sense.words import chunks_of

__all__ = ["is_doubtful", "is_foreign"]

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
_LEAVES: Final = re.compile(
    rf"{SKIP.pattern}|\b(?:keep\w*|leave|only|just|still|own|original\w*|stays?"
    rf"|remain\w*|alone|back|was|instead|rather|done|enough|finish\w*|straight"
    r"|directly|undo|untouched|sharp\w*|crisp|but)\b|[留只光就原免不别没停删甭]|还是|保持|清[晰楚]|直接|干脆|够了",
    re.IGNORECASE,
)
"""What leaves out more than one step, or keeps a thing as it was."""
_NAMES: Final = ("what", "target")
_BEHIND: Final = re.compile(
    r"\b(?:backgrounds?|backdrop|behind|subject|instead|like|as|checks?|steps?)\b|背景|身后|底色|主体|检查|一样|步",
    re.IGNORECASE,
)


def is_doubtful(said: str, rewrite: Rewrite) -> bool:
    """Return whether the edits that a message was read as are likelier wrong than right."""
    if sum(isinstance(edit, Remove) for edit in rewrite.edits) > 1 and not _LEAVES.search(said):
        return True
    named = [edit for edit in rewrite.edits if isinstance(edit, SetArg) and edit.name in _NAMES]
    told = [str(edit.value) for edit in named if isinstance(edit.value, str)]
    is_coloured = any(isinstance(edit, SetArg) and edit.name == "colour" for edit in rewrite.edits)
    if any(_PART.search(words) or names_step(words) for words in told):
        return True
    return bool(told) and not is_coloured and _ALIKE.search(said) is not None


def is_foreign(said: str, rewrite: Rewrite, draft: Draft) -> bool:
    """Return whether a colour was read for what the chain edits, where the words name other things alone."""
    names = {edit.name for edit in rewrite.edits if isinstance(edit, SetArg)}
    if "colour" not in names or names & set(_NAMES) or _BEHIND.search(said):
        return False
    told = [edit.value for edit in rewrite.edits if isinstance(edit, SetArg) and edit.name == "colour"]
    wanted = {named_colour(value) for value in told if isinstance(value, str)}
    clauses = [
        chunk.text
        for chunk in chunks_of(said.lower())
        if wanted & {named_colour(colour.words) for colour in said_colours(chunk.text)}
    ]
    things = [
        thing
        for clause in clauses
        for thing in things_said(clause, "")
        if not thing.is_denied and not any(c.start <= thing.start and thing.end < c.end for c in said_colours(clause))
    ]
    known = [head_noun(part.thing) for part in draft.parts() if part.thing]
    is_own = any(same_noun(noun, thing.words) for noun in known for thing in things)
    return bool(things) and bool(known) and not is_own
