"""Read what to look for out of free words, Chinese and English: colours, where, how big, which thing.

Nothing here recognises things: "red cup" is read as the colour red and the word "cup".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from agentvid.media.colours import ColourPhrase, colour_phrases

__all__ = ["Place", "Sought", "is_chinese", "place_word", "read_sought"]

Place: TypeAlias = Literal["left", "right", "top", "bottom", "middle", "biggest", "smallest"]

_PLACES: Final[tuple[tuple[str, Place], ...]] = (
    (r"\bleft(?:most)?\b(?! of)|左边|左侧|左面|左手|左上|左下|最左|靠左|左方|左", "left"),
    (r"\bright(?:most)?\b(?! (?:of|now))|右边|右侧|右面|右手|右上|右下|最右|靠右|右方|右", "right"),
    (
        r"(?<!on )\btop(?:most)?\b(?! of)|\bupper\b|\bhighest\b"
        r"|(?:^|[的在最左右,，\s])上(?:面|边|方|部|角|侧)?(?:的|$)|顶部|最上",
        "top",
    ),
    (
        r"\bbottom\b(?! of)|\blower\b|\blowest\b"
        r"|(?:^|[的在最左右,，\s])下(?:面|边|方|部|角|侧)?(?:的|$)|底部|最下",
        "bottom",
    ),
    (r"\b(?:middle|cent(?:re|er|ral))\b|中间|中央|正中|中心|居中", "middle"),
    (r"\b(?:biggest|largest|bigger|larger|main)\b|最大|较大|主体|主要", "biggest"),
    (r"\b(?:smallest|tiniest|smaller|littlest)\b|最小|较小", "smallest"),
)  # fmt: skip

_RELATIONS: Final = (
    r"\b(?:left|right|top|bottom|side) of\b|\b(?:next to|behind|in front of|between|beside|above|below)\b"
    r"|旁边|后面|前面|之间"
)
_ELSEWHERE: Final = r"\b(?:on|in|with|at|near|under|by|against|next to|beside|behind|from)\b"
_FILLER: Final = (
    r"\b(?:the|a|an|and|that|this|of|on|in|at|side|part|thing|object|one|colou?red|most)\b"
    r"|那个|这个|那|这|个|只|的|色|在|上|下|边|面|把"
)


@dataclass(frozen=True)
class Sought:
    """What words ask for: colours (`#rrggbb`, any of them fits), places in order, the thing's own words.

    `has_relation`: the words relate it to another thing ("left of the spoon"), which nothing here understands.
    """

    words: str
    colours: tuple[str, ...]
    places: tuple[Place, ...]
    thing: str
    has_relation: bool


def read_sought(what: str) -> Sought:
    """Read free words: "左边的红色杯子" gives red, left and 杯子."""
    words = what.strip()
    places = tuple(place for pattern, place in _PLACES if re.search(pattern, words, re.IGNORECASE))
    rest = words
    for phrase in reversed(colour_phrases(words)):
        rest = rest[: phrase.start] + " " + rest[phrase.end :]
    for pattern, _ in _PLACES:
        rest = re.sub(pattern, " ", rest, flags=re.IGNORECASE)
    thing = re.sub(r"\s+", " ", re.sub(_FILLER, " ", rest, flags=re.IGNORECASE)).strip(" ,，。.")
    return Sought(
        words=words,
        colours=_own_colours(words),
        places=places,
        thing=thing,
        has_relation=re.search(_RELATIONS, words, re.IGNORECASE) is not None,
    )


def is_chinese(*texts: str) -> bool:
    """Return whether any of the texts holds a Chinese character."""
    return any(re.search(r"[一-鿿]", text) for text in texts)


def place_word(x: float, y: float, language: str = "en") -> str:
    """Return where a position lies, in words. `x` and `y` are shares of the picture, 0…1 from its top left corner."""
    column = 0 if x < 0.38 else 2 if x > 0.62 else 1
    row = 0 if y < 0.38 else 2 if y > 0.62 else 1
    english = (
        ("upper left", "top", "upper right"),
        ("left", "centre", "right"),
        ("lower left", "bottom", "lower right"),
    )
    chinese = (("左上方", "上方", "右上方"), ("左边", "中间", "右边"), ("左下方", "下方", "右下方"))
    return (chinese if language == "zh" else english)[row][column]


def _own_colours(words: str) -> tuple[str, ...]:
    """The colours of the thing itself: before "on a blue table" in English, after 蓝色桌子上的 in Chinese."""
    phrases = colour_phrases(words)
    if not phrases:
        return ()
    if is_chinese(words):
        return _joined(words, list(reversed(phrases)))
    elsewhere = re.search(_ELSEWHERE, words, re.IGNORECASE)
    own = [phrase for phrase in phrases if elsewhere is None or phrase.start < elsewhere.start()]
    return _joined(words, own or phrases)


def _joined(words: str, phrases: list[ColourPhrase]) -> tuple[str, ...]:
    """The first phrase, and those that "and" or 和 joins to it ("black and white")."""
    own = [phrases[0]]
    for phrase in phrases[1:]:
        first, second = sorted((own[-1], phrase), key=lambda item: item.start)
        if not re.fullmatch(r"\s*(?:and|or|,|-|/|和|与|、)?\s*", words[first.end : second.start]):
            break
        own.append(phrase)
    return tuple(dict.fromkeys(phrase.colour for phrase in own))
