"""What a caption of plain words mentions: solids, where each is said to stand, and how two stand to each other.

    read_mentions("画一个红色的大球在左边，一个小的蓝色方块在右前", "zh")
        a large red ball on the left and a small blue cube at the place called right front

Sides are those of the stage as seen from the front. A side ("on the left", "左边") means all places there, a whole
place ("left front", "右前") the one of that name, or where that is taken another of that corner.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias

from agentvid.world.scene import GRID, Colour, Shape, Size, Solid
from agentvid.world.words import WORDS, Language

__all__ = ["Mention", "Mentioned", "Relation", "Side", "any_of", "names_of", "read_mentions", "stands"]

Side: TypeAlias = Literal["left", "right", "front", "back", "beside"]

_ALL: Final = tuple(range(GRID))
_LOW, _HIGH = _ALL[: GRID // 2], _ALL[GRID // 2 + 1 :]
_MIDDLE: Final = (GRID // 2,)
_NUMBERS: Final = {"two": 2, "three": 3, "four": 4, "2": 2, "3": 3, "4": 4, "两": 2, "二": 2, "三": 3, "四": 4}
_ALSO_CALLED: Final[dict[str, dict[str, str]]] = {
    "shape": {
        "sphere": "ball",
        "box": "cube",
        "block": "cube",
        "立方体": "cube",
        "立方块": "cube",
        "正方体": "cube",
        "圆柱体": "cylinder",
        "柱体": "cylinder",
        "柱子": "cylinder",
        "圆锥体": "cone",
        "锥体": "cone",
        "球体": "ball",
        "圆球": "ball",
        "柱": "cylinder",
        "锥": "cone",
    },
    "colour": {
        "violet": "purple",
        "红": "red",
        "橙": "orange",
        "黄": "yellow",
        "绿": "green",
        "蓝": "blue",
        "紫": "purple",
        "白": "white",
        "青": "cyan",
        "天蓝色": "cyan",
        "橘色": "orange",
        "橘黄色": "orange",
    },
    "size": {"big": "large", "little": "small", "huge": "large", "tiny": "small", "巨大": "large", "大大": "large"},
}
_RELATIONS: Final[dict[Language, dict[Side, str]]] = {
    "en": {
        "left": r"(?:to|on) the left(?:-hand)?(?: side)? of|left of",
        "right": r"(?:to|on) the right(?:-hand)?(?: side)? of|right of",
        "front": "in front of",
        "back": "behind",
        "beside": "next to|beside|near",
    },
    "zh": {
        "left": "左[边面侧方]",
        "right": "右[边面侧方]",
        "front": "前[面边方]",
        "back": "[后背]面|后[边方]",
        "beside": "旁边?|附近",
    },
}
_COLUMNS: Final[dict[Language, dict[str, tuple[int, ...]]]] = {
    "en": {"far left": (0,), "far right": (GRID - 1,), "left": _LOW, "right": _HIGH},
    "zh": {"最左": (0,), "最右": (GRID - 1,), "左": _LOW, "右": _HIGH},
}
_ROWS: Final[dict[Language, dict[str, tuple[int, ...]]]] = {
    "en": {"far front": (0,), "far back": (GRID - 1,), "front": _LOW, "back": _HIGH, "rear": _HIGH},
    "zh": {"最前": (0,), "最后": (GRID - 1,), "前": _LOW, "后": _HIGH},
}
_OPPOSITE: Final[dict[Side, Side]] = {
    "left": "right",
    "right": "left",
    "front": "back",
    "back": "front",
    "beside": "beside",
}
_FITS: Final[dict[Side, Callable[[Solid, Solid], bool]]] = {
    "left": lambda a, b: a.column < b.column and abs(a.row - b.row) <= b.column - a.column,
    "right": lambda a, b: a.column > b.column and abs(a.row - b.row) <= a.column - b.column,
    "front": lambda a, b: a.row < b.row and abs(a.column - b.column) < b.row - a.row,
    "back": lambda a, b: a.row > b.row and abs(a.column - b.column) < a.row - b.row,
    "beside": lambda a, b: a.row == b.row and abs(a.column - b.column) <= 3,
}


@dataclass(frozen=True)
class Mention:
    """One solid as it is named; None where a part is left open. It may stand in any of `rows` and `columns`."""

    size: Size | None
    colour: Colour | None
    shape: Shape
    rows: tuple[int, ...] = _ALL
    columns: tuple[int, ...] = _ALL

    @property
    def spot(self) -> tuple[int, int] | None:
        """The one place, (row, column), that its words are the name of; None where they tell a side or nothing."""
        row, column = _named(self.rows), _named(self.columns)
        return None if row is None or column is None else (row, column)


@dataclass(frozen=True)
class Relation:
    """The solid mentioned as number `first` (from 0) stands on `side` of that of number `second`."""

    side: Side
    first: int
    second: int


@dataclass(frozen=True)
class Mentioned:
    """What a caption mentions, and the words that say nothing of it."""

    solids: tuple[Mention, ...]
    relations: tuple[Relation, ...]
    rest: str


@dataclass(frozen=True)
class _Token:
    kind: Literal["solid", "in", "place", "relation", "break"]
    words: str
    first: int = 0


def stands(side: Side, one: Solid, other: Solid) -> bool:
    """Return whether one solid stands on that side of another: left of it, behind it, beside it."""
    return _FITS[side](one, other)


def names_of(language: Language, kind: str) -> dict[str, Any]:
    """Return all words that are read as a shape, colour or size, with what they mean."""
    return _ALSO_CALLED[kind] | {word: value for value, word in WORDS[language][kind].items()}


def any_of(words: dict[str, Any]) -> str:
    """Return a pattern of any of these words, the longest first."""
    return _any_of(tuple(words))


def read_mentions(text: str, language: Language) -> Mentioned:
    """Return the solids that a plain text names, in order, with their places and relations."""
    solids: list[Mention] = []
    tokens: list[_Token] = []
    rest, end = [], 0
    text = _in_order(text, language)
    for found in _pattern(language).finditer(text):
        rest.append(text[end : found.start()])
        end = found.end()
        kind: Any = found.lastgroup
        first = len(solids)
        if kind == "solid":
            one = _mention(found, language)
            is_known = found["number"] == "the" or (language == "zh" and tokens[-1:] == [_Token("in", "在", first)])
            same = [index for index, other in enumerate(solids) if _may_be(one, other)] if is_known else []
            first = same[-1] if same else first
            solids += [] if same else [one] * _NUMBERS.get(found["number"] or "", 1)
        tokens.append(_Token(kind, found[0], first))
    rest.append(text[end:])
    return Mentioned(*_settled(tokens, solids, language), " ".join(rest))


@lru_cache(maxsize=64)
def _any_of(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _in_order(text: str, language: Language) -> str:
    """Return the text with size and colour in the order in which the language usually has them."""
    sizes, colours, shapes = (any_of(names_of(language, kind)) for kind in ("size", "colour", "shape"))
    if language == "en":
        return re.sub(rf"\b({colours})(?:, ?| )({sizes}) (?=(?:{shapes}))", r"\2 \1 ", text)
    return re.sub(rf"({sizes})的?({colours})的?(?=(?:{shapes}))", r"\2\1", text)


@lru_cache(maxsize=2)
def _pattern(language: Language) -> re.Pattern[str]:
    sizes, colours, shapes = (any_of(names_of(language, kind)) for kind in ("size", "colour", "shape"))
    sides = "|".join(_RELATIONS[language].values())
    columns, rows = (any_of(words[language]) for words in (_COLUMNS, _ROWS))
    if language == "en":
        solid = (
            rf"(?:\b(?P<number>{any_of(_NUMBERS)}|the) )?(?:\b(?P<size>{sizes})(?:, ?| ))?(?:\b(?P<colour>{colours}) )?"
            rf"\b(?P<shape>{shapes})s?\b"
        )
        spot = rf"(?:{columns}|{rows}|middle|centre|center)"
        corner = rf"{spot}(?:[ -]{spot})?(?: (?:corner|side))?(?: of the stage)?"
        place = rf"\b(?:at|in|on|to) (?:the )?(?:very )?{corner}(?! of)\b"
        pause = r"[,;:.]|\b(?:and|with|plus)\b"
        return re.compile(rf"(?P<solid>{solid})|(?P<relation>\b(?:{sides})\b)|(?P<place>{place})|(?P<break>{pause})")
    solid = (
        rf"(?:(?P<number>{any_of(_NUMBERS)})[个只颗块])?(?:(?P<colour>{colours})的?)?(?:(?P<size>{sizes})的?)?"
        rf"(?P<shape>{shapes})"
    )
    place = (
        rf"(?:{columns})(?:最?[前后]|中间?)(?:[面边方]|角落?|方)?|中(?:间|央)?(?:最?[前后])[面边方]?|正?中[间央心]"
        rf"|(?:{columns}|{rows})[边面侧方]?|正中"
    )
    return re.compile(
        rf"(?P<solid>{solid})|(?P<place>{place}|旁边?|附近)|(?P<break>[,;:.、]|和|与|跟|还有|以及)|(?P<in>在)"
    )


def _mention(found: re.Match[str], language: Language) -> Mention:
    sizes, colours, shapes = (names_of(language, kind) for kind in ("size", "colour", "shape"))
    return Mention(sizes.get(found["size"] or ""), colours.get(found["colour"] or ""), shapes[found["shape"]])


def _may_be(named: Mention, known: Mention) -> bool:
    """Return whether "the ball" can mean a ball named before."""
    looks = ((named.size, known.size), (named.colour, known.colour))
    return named.shape == known.shape and all(said in (None, told) for said, told in looks)


def _settled(
    tokens: list[_Token], solids: list[Mention], language: Language
) -> tuple[tuple[Mention, ...], tuple[Relation, ...]]:
    """Give every place to the solid it is said of: the one before it or, where its part has none before, after it."""
    relations: list[Relation] = []
    for at, token in enumerate(tokens):
        if token.kind not in ("relation", "place"):
            continue
        before = _beside(tokens[:at][::-1])
        after = _beside(tokens[at + 1 :])
        related = _relation(tokens, at, language)
        if related is not None:
            relations.append(related)
        elif token.kind == "place":
            alone = [one for one in tokens[:at] if one.kind == "solid"][-1:] if token.kind == "place" else []
            near = before or after or next(iter(alone), None)
            if near is not None:
                rows, columns = _spots(token.words, language)
                solids[near.first] = replace(solids[near.first], rows=rows, columns=columns)
    return tuple(solids), tuple(relations)


def _beside(tokens: list[_Token]) -> _Token | None:
    """Return the first solid of the tokens, unless a break comes first."""
    for token in tokens:
        if token.kind in ("solid", "break"):
            return token if token.kind == "solid" else None
    return None


def _relation(tokens: list[_Token], at: int, language: Language) -> Relation | None:
    token = tokens[at]
    before = [one for one in tokens[:at] if one.kind == "solid"]
    after = [one for one in tokens[at + 1 :] if one.kind == "solid"]
    side = _side(token.words, language)
    if side is None:
        return None
    if language == "en":
        if token.kind != "relation" or not after:
            return None
        if _beside(tokens[:at][::-1]) is not None:
            return Relation(side, before[-1].first, after[0].first)
        return Relation(_OPPOSITE[side], after[0].first, after[1].first) if after[1:] else None
    if at == 0 or tokens[at - 1].kind != "solid":
        return None
    named = tokens[at - 1]
    if at > 1 and tokens[at - 2].kind == "in":
        if at > 2 and tokens[at - 3].kind == "solid":
            return Relation(side, tokens[at - 3].first, named.first)
        follows = after[:1]
    else:
        follows = after[:1] if _beside(tokens[at + 1 :]) is not None else []
    return Relation(_OPPOSITE[side], named.first, follows[0].first) if follows else None


def _side(words: str, language: Language) -> Side | None:
    return next((side for side, told in _RELATIONS[language].items() if re.fullmatch(told, words)), None)


def _spots(words: str, language: Language) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the rows and columns that a place allows."""
    row, column = (_first_of(words, known[language]) for known in (_ROWS, _COLUMNS))
    otherwise = _MIDDLE if re.search(r"middle|cent[re]{2}|中", words) else _ALL
    return row or otherwise, column or otherwise


def _first_of(words: str, known: dict[str, tuple[int, ...]]) -> tuple[int, ...] | None:
    found = re.search(any_of(known), words)
    return known[found[0]] if found else None


def _named(spots: tuple[int, ...]) -> int | None:
    """Return the one of some rows or columns that a thought calls by their word: "left" is the second from the left."""
    return spots[0] if len(spots) == 1 else {_LOW: 1, _HIGH: GRID - 2}.get(spots)
