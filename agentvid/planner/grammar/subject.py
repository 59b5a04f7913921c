"""Whether two names mean one thing: "the cup", "the blue cup" after it was painted blue, and "it" are the red cup."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agentvid.media.colours import colour_phrases

__all__ = ["is_same_thing"]


def is_same_thing(words: str, known: str, became: Iterable[str] = ()) -> bool:
    """Return whether `words` mean the thing that is known as `known` and has since become those colours.

    "" means it. Otherwise the names without their colours must agree, or add nothing ("the cup" for "the left cup"),
    and a colour must be one that the thing has or got.
    """
    if not words:
        return True
    bare, bare_known = _bare(words), _bare(known)
    if bare != bare_known and not (bare and bare_known.endswith(bare)):
        return False
    told = _colours(words)
    has = [_colours(known), *(_colours(colour) for colour in became)]
    return not told or any(told == colours for colours in has)


def _colours(text: str) -> tuple[str, ...]:
    return tuple(phrase.colour for phrase in colour_phrases(text))


def _bare(text: str) -> str:
    for phrase in reversed(colour_phrases(text)):
        text = f"{text[: phrase.start]} {text[phrase.end :]}"
    text = re.sub(r"\b(?:the|an?|my|that|this)\b", " ", text.lower())
    return re.sub(r"(?<=[\u3400-\u9fff]) | (?=[\u3400-\u9fff])|^的|^ ?的", "", re.sub(r"\s+", " ", text).strip())
