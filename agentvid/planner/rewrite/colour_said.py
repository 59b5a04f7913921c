"""Colours as edits say them: "a darker blue", "深一点的蓝色", "lighte
r", "太深了"; relative to the colour there is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from agentvid.media.colours import Change, adjust, colour_phrases, named_colour, relative_change

__all__ = ["MARK", "SaidColour", "resolved", "said_colours"]

MARK: Final = "◆"
"""Stands for a colour in the words of an edit."""

_SHADE_ZH: Final = re.compile(
    r"(?:再|更|稍微|略微)?(?P<how>深|浅|暗|亮|淡|鲜|艳)(?:艳)?(?:一?[点些])?的?(?=(?P<c>[\u3400-\u9fff]{1,4}))"
)
_RELATIVE: Final = re.compile(
    r"(?:an? )?(?:(?:bit|little|touch|lot|much|slightly|somewhat|even|tad) )*"
    r"(?P<en>darker|lighter|brighter|paler|deeper|softer|warmer|cooler|duller|more (?:vivid|saturated|colou?rful)"
    r"|less (?:vivid|saturated|colou?rful))(?: (?:shade|tone|colou?r|version|hue|one)(?: of (?:it|that"
    r"|this))?)?(?![\w-])"
    r"|\btoo (?P<too>dark|deep|light|pale|bright|vivid|dull|colou?rful|saturated)\b"
    r"|(?:再|更|稍微|略微|还要?|颜色|调)*(?P<zh>深|浅|暗|亮|淡|鲜艳|暖|冷)(?:一)?[点些儿]+|(?:更|再)(?P<zh2>深"
    r"|浅|暗|亮|淡|鲜艳|暖|冷)"
    r"|太(?P<too_zh>深|浅|暗|亮|淡|艳|鲜艳)(?:了)?",
    re.IGNORECASE,
)
_OPPOSITE: Final[dict[str, str]] = {
    "dark": "lighter", "deep": "lighter", "light": "darker", "pale": "darker", "bright": "darker", "vivid": "duller",
    "dull": "more vivid", "colourful": "duller", "colorful": "duller", "saturated": "duller",
    "深": "浅一点", "浅": "深一点", "暗": "亮一点", "亮": "暗一点", "淡": "深一点", "艳": "淡一点", "鲜艳": "淡一点",
}  # fmt: skip
_MODIFIERS: Final[dict[Change, tuple[str, str]]] = {
    "darker": ("dark", "深"),
    "lighter": ("light", "浅"),
    "brighter": ("bright", "亮"),
    "paler": ("pale", "淡"),
}


@dataclass(frozen=True)
class SaidColour:
    """A colour in a text: its words, and where they stand. `is_relative` where they name a change alone."""

    words: str
    start: int
    end: int
    is_relative: bool = False


_NO_COLOUR: Final = re.compile(
    r"黑白|\bblack[- ](?:and|&)[- ]white\b|绿幕|\bgreen[- ]?screen\b|白天|黑夜|红外", re.IGNORECASE
)
"""What holds the name of a colour and is none."""


def said_colours(text: str) -> list[SaidColour]:
    """Return the colours that a text names, in order, and the changes of colour where it names no colour there."""
    found = []
    text = _NO_COLOUR.sub(lambda match: "_" * len(match[0]), text)
    for phrase in colour_phrases(text):
        start, words = phrase.start, text[phrase.start : phrase.end]
        shade = next((m for m in _SHADE_ZH.finditer(text) if m.end() == start), None)
        if shade is not None:
            start, words = shade.start(), f"{shade['how']}{words}"
        article = re.search(
            r"\b(?:(?:an?|the|some|more) (?:(?:bit|little|much|slightly) )?)$", text[:start], re.IGNORECASE
        )
        found.append(SaidColour(words, article.start() if article else start, phrase.end))
    for match in _RELATIVE.finditer(text):
        if any(colour.start < match.end() and match.start() < colour.end for colour in found):
            continue
        too = match["too"] or match["too_zh"]
        words = _OPPOSITE[too.lower()] if too else _change_words(match)
        found.append(SaidColour(words, match.start(), match.end(), True))
    return sorted(found, key=lambda colour: colour.start)


def _change_words(match: re.Match[str]) -> str:
    if match["en"]:
        return match["en"].lower()
    return f"{match['zh'] or match['zh2']}一点"


def resolved(said: SaidColour, now: str, found: str | None) -> str | None:
    """Return the words or `#rrggbb` that a colour comes to where `now` are the words of the colour there is.

    `found` is the colour that a run came to, where it did. None where a change of an unknown colour is asked for.
    """
    named, change = named_colour(now), relative_change(said.words)
    if not said.is_relative:
        is_same = named is not None and named_colour(said.words) == named
        further = _further(said.words)
        return adjust(named, further) if is_same and further and named else said.words
    if change is None:
        return None
    if named is not None:
        plain = colour_phrases(now)
        bare = now[plain[0].start : plain[0].end] if len(plain) == 1 else ""
        if change in _MODIFIERS and bare and named_colour(_shaded(bare, change)) != named and _is_plain(bare):
            return _shaded(bare, change)
        return adjust(named, change)
    return adjust(found, change) if found else None


def _further(words: str) -> Change | None:
    for pattern, change in ((r"darker|deeper|深|暗", "darker"), (r"lighter|浅", "lighter"), (r"paler|淡", "paler")):
        if re.search(pattern, words, re.IGNORECASE):
            return change  # type: ignore[return-value]
    return None


def _shaded(words: str, change: Change) -> str:
    english, chinese = _MODIFIERS[change]
    return f"{english} {words}" if words.isascii() else f"{chinese}{words}"


def _is_plain(words: str) -> bool:
    """Whether colour words are without a modifier, so that one can be put before them."""
    return not words.startswith("#") and not re.match(
        r"(?:dark|deep|light|pale|bright|soft|pastel|vivid)(?:er)?\b|[深浅暗亮淡鲜艳]", words, re.IGNORECASE
    )
