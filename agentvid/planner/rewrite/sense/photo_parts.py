"""Whether words are about the edits of a picture, which edit they deny, and edits left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from agentvid.media.colours import named_colour
from agentvid.planner.nouns import same_noun
from agentvid.planner.rewrite.colour_said import SaidColour, said_colours
from agentvid.planner.rewrite.draft import Draft, Part
from agentvid.planner.rewrite.read_colour import put_plan
from agentvid.planner.rewrite.read_target import drop_parts, head_noun, put_target
from agentvid.planner.rewrite.sense.photo_words import MORE_OF, PHOTO, Thing, things_said
from agentvid.planner.rewrite.sense.step_words import roles_told
from agentvid.planner.rewrite.sense.words import scan
from agentvid.planner.rewrite.where import Where

__all__ = [
    "RECOLOURING",
    "denied_of",
    "drop_named",
    "holds_only",
    "is_done",
    "is_in",
    "is_of_photo",
    "is_short",
    "noun_of",
    "parts_told",
    "put_everywhere",
    "same_hue",
    "say_stays",
]

RECOLOURING: Final = re.compile(
    r"\b(?:colou?r(?:ing)? (?:change|edit|step|part|job)|re-?colou?r\w*)\b|(?:改|换|上)色|改颜色那?", re.IGNORECASE
)
"""The recolouring as a step of its own."""


def is_of_photo(draft: Draft, text: str) -> bool:
    """Return whether words name a colour, a thing, or what is done to things of the picture that a chain edits."""
    if not any(part.plan for part in draft.parts()):
        return False
    kinds = {word.kind for word in scan(text, PHOTO)}
    return bool(
        said_colours(text)
        or kinds & {"background", "remove", "blur", "sharp", "recolour", "whole", "subject", "keep"}
        or things_said(text, "thing")
    )


def noun_of(draft: Draft) -> str:
    """Return what the thing is called that a chain recolours or removes; "" where there is none."""
    things = (part.thing for part in draft.parts() if part.operation in ("recolour", "remove"))
    return next((head_noun(thing) for thing in things if thing), "")


def parts_told(draft: Draft, text: str) -> list[Part]:
    """Return the parts of a picture's edits whose operation words name: "虚化那块儿", "the blur part"."""
    return [part for role in roles_told(text) for part in draft.parts() if part.plan and part.operation == role]


def denied_of(draft: Draft, text: str) -> Part | None:
    """Return the one part whose thing a message says not to mean: "the fork, not the spoon"."""
    denied = [thing for thing in things_said(text.lower(), "") if thing.is_denied]
    parts = [
        p for p in draft.parts() if p.plan and p.thing and any(same_noun(head_noun(p.thing), t.words) for t in denied)
    ]
    return parts[0] if len(parts) == 1 else None


def drop_named(draft: Draft, part: Part) -> bool:
    """Leave a part out; what others did with its thing they go on doing with that."""
    things = {one.core: one.thing for one in draft.parts()}
    if not drop_parts(draft, [part]):
        return False
    for one in draft.parts():
        was = things.get(one.core, "")
        if was and one.thing != was and one.thing in ("main subject", "主体"):
            put_target(draft, was, Where((one.core,), ""))
    return True


def is_short(text: str, said: Sequence[Thing]) -> bool:
    """Return whether a piece is but a name: "the fork", "是叉子"."""
    rest = text
    for thing in reversed(said):
        rest = f"{rest[: thing.start]} {rest[thing.end :]}"
    rest = re.sub(
        r"\b(?:the|an?|it's|it is|no|oh|oops|please|sorry|just|my|that)\b|[是啊呀吧呢的了哎,.!?\s]",
        " ",
        rest,
        flags=re.IGNORECASE,
    )
    return not rest.strip()


def holds_only(thing: Thing, colours: Sequence[SaidColour]) -> bool:
    return any(colour.words.lower() == thing.words.lower() for colour in colours)


def is_in(at: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in spans)


_LESS_OF: Final = re.compile(
    r"\b(?:too|less|not (?:so|as|quite so|that)) (red|green|blue|yellow|purple|pink|orange|white|brown)\b"
    r"|(?:别|不要)(?:那么|这么|太)([红橙黄绿青蓝紫白粉])|太([红橙黄绿青蓝紫白粉])了?",
    re.IGNORECASE,
)


def same_hue(text: str, colours: Sequence[str]) -> str:
    """Return the text with more of a hue there is called by its strength: "greener" of what is green."""
    match = MORE_OF.search(text) or _LESS_OF.search(text)
    if match is None:
        return text
    hue = next(group for group in match.groups() if group)
    if not any(named_colour(hue) == named_colour(colour) for colour in colours):
        return text
    is_less = MORE_OF.search(text) is None
    more = ("too vivid" if is_less else "more vivid") if text.isascii() else "太艳" if is_less else "更鲜艳"
    return f"{text[: match.start()]}{more}{text[match.end() :]}"


def is_done(draft: Draft, part: Part) -> bool:
    """Return whether a part was changed by this message already."""
    return draft.start.has(part.plan) and draft.start.step(part.plan) != draft.chain.step(part.plan)


def say_stays(draft: Draft) -> bool:
    """Tell that nothing here changes that."""
    draft.notes.append(draft.say("background_stays"))
    draft.did = True
    return True


def put_everywhere(draft: Draft, part: Part, colours: Sequence[SaidColour]) -> None:
    """Let a recolouring keep to no mask, and have the last of these colours where there is one."""
    if colours and named_colour(colours[-1].words) != named_colour(part.colour):
        put_plan(draft, part, colours[-1])
    step = draft.chain.step(part.core)
    draft.put(step.model_copy(update={"args": {name: value for name, value in step.args.items() if name != "mask"}}))
