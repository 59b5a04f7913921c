"""How phrases that change a still picture become requests."""

from __future__ import annotations

import re
from typing import Final

from agentvid.media.colours import named_colour
from agentvid.planner.grammar.clause import ARTICLE, Clause, Refusal, split_thing
from agentvid.planner.grammar.lexicon import colour_words_of, find_references, plain, read_reference
from agentvid.planner.request import Edit, Reference, Request

__all__ = ["read_blur", "read_recolour", "read_remove", "read_replace_background"]

_NOT_THINGS: Final = re.compile(
    r"^(?:background|背景|后面|everything|all|rest|其他|所有|color|colour|颜色)$", re.IGNORECASE
)


def read_blur(clause: Clause) -> tuple[Request, ...]:
    """Read "blur the background"."""
    thing, where = split_thing(clause.get("thing"))
    return (Edit(clause.said, "blur_background", thing, where=where),)


def read_replace_background(clause: Clause) -> tuple[Request, ...] | Refusal | None:
    """Read "replace the background with …": a colour or another picture."""
    behind, by = clause.get("thing"), clause.get("by")
    if clause.get("tail"):
        behind, by = _behind_and_by(clause.get("tail"))
    if re.search(r"背景|\bbackground\b", f"{behind} {by}", re.IGNORECASE):
        return None
    thing, where = split_thing(behind)
    by = re.sub(r"^(?:成|个|一个|一张)|(?:的|做)$", "", by)
    colour, picture = (colour_words_of(by) if named_colour(by) else None), _picture(by)
    if colour is None and picture is None:
        return _NO_BACKGROUND if clause.get("strong") and by else None
    if picture is None and "background" not in clause.said.lower() and "背景" not in clause.said:
        return None
    return (Edit(clause.said, "replace_background", thing, "" if picture else str(colour), where, picture),)


def _behind_and_by(tail: str) -> tuple[str, str]:
    words = tail.split()
    for cut in range(len(words)):
        by = " ".join(words[cut:])
        if colour_words_of(by) is None and _picture(by) is None:
            continue
        before = re.sub(r"(?:^|\s)(?:with|to|into|for|by|as|in|be)$", "", " ".join(words[:cut]), flags=re.IGNORECASE)
        behind = re.fullmatch(r"(?:(?:of|behind|around|in) (?P<thing>.+))?", before, flags=re.IGNORECASE)
        if behind is not None:
            return behind["thing"] or "", by
    given = re.search(r"(?:^|\s)(?:with|to|into|by) (.+)$", tail, flags=re.IGNORECASE)
    return "", given[1] if given else ""


def _picture(text: str) -> Reference | None:
    reference = read_reference(text)
    return reference if reference and reference.to in ("number", "ordinal", "last", "original") else None


_NO_BACKGROUND: Final = Refusal(
    "A background can be a colour or another of your pictures; add the picture, or name a colour, "
    'for example "replace the background with white"',
    "背景可以换成一种颜色,或你的另一张图片;请上传那张图片,或说出颜色,例如“把背景换成白色”",
)


def read_remove(clause: Clause) -> tuple[Request, ...] | Refusal | None:
    """Read "remove the cup and the spoon": one request for each."""
    where = clause.reference("where")
    things = _things(clause.get("thing"))
    if any(re.fullmatch(r"(?:.*'s )?background|(?:.*的)?背景", thing, re.IGNORECASE) for thing, _ in things):
        return _NO_BACKGROUND
    if not _are_named(things) or any(colour_words_of(thing) for thing, _ in things):
        return _NAME_IT
    return tuple(Edit(clause.said, "remove", thing, where=where or its) for thing, its in things)


def read_recolour(clause: Clause) -> tuple[Request, ...] | Refusal | None:
    """Read "make the red cup blue"."""
    thing, by = clause.get("thing"), clause.get("by")
    if clause.get("tail"):
        thing, by = _thing_and_colour(clause.get("tail"))
    if re.search(r"background$|背景$", thing, re.IGNORECASE) or not (thing or clause.get("strong")):
        return None
    colour = colour_words_of(by)
    if colour is None:
        return _NO_COLOUR if clause.get("strong") else None
    things = _things(thing)
    if len(things) > 1 and any(_thing_and_colour(f"{name}")[0] for name, _ in things[:-1]):
        return None  # "the cup blue and the spoon": two clauses, the second without its verb
    if not _are_named(things):
        return _NAME_IT
    return tuple(Edit(clause.said, "recolour", name, colour, where) for name, where in things)


def _thing_and_colour(tail: str) -> tuple[str, str]:
    for start, end, reference in find_references(tail):
        said_in = re.search(r"\s(?:in|on|of|from)\s+$", tail[:start], re.IGNORECASE)
        if said_in and end == len(tail) and reference.to != "it":
            thing, by = _thing_and_colour(tail[: said_in.start()])
            return (f"{thing}{tail[said_in.start() :]}" if thing else ""), by
    words = tail.split()
    for cut in range(1, len(words)):
        by = " ".join(words[cut:])
        if colour_words_of(by) is not None and ARTICLE.sub("", f"{' '.join(words[:cut])} ").strip():
            thing = re.sub(r"\s(?:into|in|to|as|with|be)$", "", " ".join(words[:cut]), flags=re.IGNORECASE)
            return ("", "") if re.search(r"(?:,|\b(?:and|or))$", thing) else (thing, by)
    return "", ""


def _are_named(things: list[tuple[str, Reference | None]]) -> bool:
    """Whether each is a thing: not a whole picture, and not a word such as "everything"."""
    return not any(_NOT_THINGS.match(thing) or (not thing and where) for thing, where in things)


_NAME_IT: Final = Refusal(
    'Name the one thing in the picture that should change, for example "the red cup"',
    "请说出图里要改的是哪个东西,例如“红色的杯子”",
)
_NO_COLOUR: Final = Refusal(
    'Only colours of things can be changed; name a colour or give one as #rrggbb, for example "make the cup dark blue"',
    "目前只能改东西的颜色;请说出颜色或写成 #rrggbb,例如“把杯子变成深蓝色”",
)


def _things(text: str) -> list[tuple[str, Reference | None]]:
    """Split "the cup and the spoon", "杯子和勺子" into things; all are in the medium the last one names."""
    thing, where = split_thing(text)
    pieces = re.split(r"\s+and (?=(?:the|an?|my|that|this)\s)|\s*[、,]\s*(?:and )?(?:the )?|和|与|以及|跟", thing)
    pieces = [ARTICLE.sub("", plain(piece)) for piece in pieces]
    if len(pieces) < 2 or not all(pieces) or any(colour_words_of(piece) for piece in pieces):
        return [(thing, where)]
    return [(piece, where) for piece in pieces]
