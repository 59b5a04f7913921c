"""Words of the grammar as data: numbers, units, manners, references, politeness. Chinese and English.

Does not cover: what can be asked for (that is `operations`), colours (those are in `media.colours`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from agentvid.media.colours import colour_phrases, relative_change
from agentvid.planner.request import Kind, Language, Reference

__all__ = [
    "REFERENCE",
    "Measures",
    "colour_words_of",
    "detect_language",
    "find_references",
    "plain",
    "read_number",
    "read_reference",
    "strip_leading",
    "strip_politeness",
    "take_measures",
]

# ---------------------------------------------------------------- numbers

_DIGITS_ZH: Final = {d: n for n, d in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES_ZH: Final = {"十": 10, "百": 100, "千": 1000}
_ONES_EN: Final = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS_EN: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_WORDS_EN: Final = "|".join(sorted([*_ONES_EN, *_TENS_EN, "hundred", "half", "point"], key=len, reverse=True))
_PHRASES_EN: Final = {"half a": 0.5, "half an": 0.5, "a half": 0.5, "a couple of": 2.0, "a": 1.0, "an": 1.0}
_NUMBER: Final = (
    r"(?:(?<![\d.])[-−]?\d{1,15}(?:\.\d{1,9})?|[零〇一二两三四五六七八九十百千半点]{1,12}"
    rf"|\b(?:a couple of|half an?|a half|(?:{_WORDS_EN})(?:(?:[\s-]+|\s+and\s+)(?:{_WORDS_EN}|a half)){{0,8}}|an?)\b)"
)


def read_number(text: str) -> float | None:
    """Return the number a text is, in digits, Chinese numerals or English words, or None: "二十四点五" → 24.5."""
    text = text.strip().lower().replace("−", "-")
    if re.fullmatch(r"-?\d+(?:\.\d+)?", text):
        return float(text)
    if text in _PHRASES_EN:
        return _PHRASES_EN[text]
    return _english(text) if text.isascii() else _chinese(text)


def _chinese(text: str) -> float | None:
    if text == "半":
        return 0.5
    if text.endswith("半") and len(text) > 1:
        whole = _chinese(text[:-1])
        return None if whole is None else whole + 0.5
    whole_text, dot, decimals = text.partition("点")
    if dot and not (decimals and all(d in _DIGITS_ZH for d in decimals)):
        return None
    total, digit, place = 0, -1, 1
    for character in whole_text:
        if character in _DIGITS_ZH:
            if digit > 0:
                return None
            place = 1 if _DIGITS_ZH[character] == 0 else place
            digit = _DIGITS_ZH[character]
        elif character in _PLACES_ZH:
            place = _PLACES_ZH[character]
            total += (1 if digit < 0 else digit) * place
            digit = -1
        else:
            return None
    whole = total + max(digit, 0) * (place // 10 if place >= 100 else 1)
    return float(f"{whole}.{''.join(str(_DIGITS_ZH[d]) for d in decimals)}") if dot else float(whole)


def _english(text: str) -> float | None:
    halves = re.fullmatch(r"(.+?)\s+and a half", text)
    whole_text, dot, decimals = (halves[1] if halves else text).partition(" point ")
    total = 0
    for word in re.split(r"[\s-]+", whole_text):
        if word == "hundred":
            total = (total or 1) * 100
        elif word in _ONES_EN or word in _TENS_EN:
            total += _ONES_EN.get(word, 0) + _TENS_EN.get(word, 0)
        elif word != "and":
            return None
    if dot:
        digits = [_ONES_EN.get(word, -1) for word in decimals.split()]
        if not digits or not all(0 <= digit <= 9 for digit in digits):
            return None
        return float(f"{total}.{''.join(map(str, digits))}")
    return total + (0.5 if halves else 0.0)


# ---------------------------------------------------------------- measures and manners

_UNITS: Final[dict[str, tuple[tuple[str, float], ...]]] = {
    "seconds": (
        (
            r"秒钟?|(?<=\d )second\b|(?<=\d-)second\b|seconds?\b(?! (?:picture|photo|image|clip|video|one)\b)"
            r"|secs?\b|s\b",
            1.0,
        ),
        (r"分钟|minutes?\b|mins?\b", 60.0),
    ),
    "degrees": ((r"度|°|degrees?\b|deg\b", 1.0), (r"圈|周|(?:full )?(?:circles?|turns?)\b", 360.0)),
    "metres": (
        (r"厘米|公分|cm\b|centimet(?:re|er)s?\b", 0.01),
        (r"米|公尺|m\b|met(?:re|er)s?\b", 1.0),
        (r"(?<!下一)步|steps?\b|paces?\b", 0.7),
        (r"英尺|feet\b|foot\b|ft\b", 0.3048),
    ),
    "times": ((r"倍|x\b|times\b", 1.0),),
}
"""Units by what they measure, each with its factor to seconds, degrees, metres (a step is 0.7 m) or times."""

_BEFORE: Final = (
    r"(?:(?:\b(?:for|over|(?<!zoom )(?<!zooms )(?<!dolly )(?<!push )(?<!pushes )in|by|of|during|within|lasting|another"
    r"|the|next|following)\s+){0,4}(?:\b(?:about|around)\s+)?|(?:用时?|花|持续|大?约|大概|共|时长|往后){0,3})"
)
_AFTER: Final = r"(?:的?时间|左右|(?:之|以)?后(?!退)|[以之]?内)?"
_SPEEDS: Final = (
    (
        r"慢慢地?|缓缓地?|缓慢地?|慢速地?|慢一?[点些]|\bslow(?:ly|er)?\b|\bgently\b|\bgradually\b|\bat a slow pace\b",
        "slow",
    ),
    (r"快速地?|迅速地?|飞快地?|很快地?|快一?[点些]|\bfast(?:er)?\b|\bquick(?:ly|er)?\b|\brapidly\b", "fast"),
)
_AMOUNTS: Final = (
    (r"一点[点儿]?|稍微|稍稍|略微|一些|\bslightly\b|\ba (?:little|tiny)(?: bit)?\b|\ba (?:bit|touch)\b", 0.5),
    (r"很多|大幅度?地?|\ba lot\b|\ba great deal\b", 1.6),
)


@dataclass(frozen=True)
class Measures:
    """How much and in which manner a clause says: None where it does not. `amount` scales a default (0.5: a little)."""

    seconds: float | None = None
    degrees: float | None = None
    metres: float | None = None
    times: float | None = None
    speed: str = ""
    amount: float = 1.0

    def names(self) -> frozenset[str]:
        """Return which measures were said."""
        return frozenset(name for name in _UNITS if getattr(self, name) is not None)


@lru_cache(maxsize=256)
def take_measures(text: str) -> tuple[str, Measures]:
    """Return the text without its measures and manners, and those; a measure said twice stays in the text."""
    measures = Measures()
    for name, units in _UNITS.items():
        for unit, factor in units:
            match = re.search(
                rf"{_BEFORE}(?P<number>{_NUMBER})[\s-]*(?:{unit})(?P<half>半(?![圈周]))?{_AFTER}", text, re.IGNORECASE
            )
            number = read_number(match["number"]) if match else None
            if match is None or number is None or getattr(measures, name) is not None:
                continue
            number += 0.5 if match["half"] else 0.0
            measures = replace(measures, **{name: round(number * factor, 4)})  # type: ignore[arg-type]
            text = plain(f"{text[: match.start()]} {text[match.end() :]}")
    for pattern, speed in _SPEEDS:
        text, times = re.subn(pattern, " ", text, count=1, flags=re.IGNORECASE)
        measures = replace(measures, speed=speed) if times else measures
    for pattern, amount in _AMOUNTS:
        text, times = re.subn(pattern, " ", text, count=1, flags=re.IGNORECASE)
        measures = replace(measures, amount=amount) if times else measures
    return re.sub(r"^[\s,]+|[\s,]+$|,(?=\s*(?:,|$))", "", plain(text)), measures


# ---------------------------------------------------------------- references to media

_IMAGE_ZH, _VIDEO_ZH = "图片|图像|照片|相片|画面|图|画", "视频|短片|片子|影片|录像"
_IMAGE_EN, _VIDEO_EN = "pictures?|photos?|images?|stills?|photographs?", "clips?|videos?|footage|movies?|films?"
_NOUN_ZH, _NOUN_EN = f"(?:{_IMAGE_ZH}|{_VIDEO_ZH})", f"(?:{_IMAGE_EN}|{_VIDEO_EN})"
_ORDINALS_EN: Final = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10,
}  # fmt: skip
_REFERENCES: Final = (
    ("number", r"@\s?v(?P<version>\d{1,6})(?!\d)"),
    (
        "ordinal",
        rf"第(?P<rank_zh>\d{{1,4}}|[一二两三四五六七八九十]+)(?:[张幅](?:{_IMAGE_ZH})?|[段条部](?:{_VIDEO_ZH})?"
        rf"|个{_NOUN_ZH})"
        rf"|\b(?:the )?(?P<rank_en>{'|'.join(_ORDINALS_EN)}|\d{{1,4}}(?:st|nd|rd|th)) (?:{_NOUN_EN}|one)\b",
    ),
    (
        "last",
        rf"(?:最后一?|最新)的?(?:[张幅段条部个]{_NOUN_ZH}?|{_NOUN_ZH})|\bthe (?:last|latest|newest) (?:{_NOUN_EN}"
        rf"|one)\b",
    ),
    (
        "original",
        rf"原(?:来|始|先)的?(?:那?[张幅段条部个])?{_NOUN_ZH}?|原(?:图|片|视频|照片)"
        rf"|\b(?:the |its |my )?originals?(?: (?:{_NOUN_EN}|one))?\b",
    ),
    (
        "result",
        rf"(?:这个|刚才的?|最终的?)?结果|(?:改|处理|编辑|修改|生成)(?:好|过|完|后|之后"
        rf"|出来)的?(?:那?[张幅段条部个])?{_NOUN_ZH}?"
        rf"|新的?(?:那?[张幅段条部个])?{_NOUN_ZH}|新的"
        rf"|\b(?:the |this )?(?:results?|outcome|(?:new|edited|changed|finished) (?:one|version|{_NOUN_EN}))\b",
    ),
    (
        "all",
        rf"(?:这|那)?[两二三四](?:[张幅段]{_NOUN_ZH}?|[条部个]{_NOUN_ZH})|(?:这"
        rf"|那)[两二三四几][张幅段条部个]{_NOUN_ZH}?|(?:所有|全部)的?{_NOUN_ZH}?|[它他她]们|[两二]者|这些{_NOUN_ZH}?"
        rf"|\b(?:both|all|these|those|the)(?: of)?(?: the| these)?(?: two| three| four)(?: {_NOUN_EN})?\b"
        rf"|\b(?:both|all)(?: of them| of these)?(?: the| these)?(?: {_NOUN_EN})?\b|\bthem\b|\bthese(?: {_NOUN_EN})?\b",
    ),
    (
        "kind",
        rf"(?:这|那|该|整)[张幅段条部个]?{_NOUN_ZH}|(?:这|那)[张幅段]|{_NOUN_ZH}"
        rf"|\b(?:the|this|that|my|our|whole|entire)(?: whole| entire)? {_NOUN_EN}\b",
    ),
    ("it", r"[它他她]|这个|那个|\b(?:it|this one|that one|this|that)\b"),
)

REFERENCE: Final = "(?:" + "|".join(re.sub(r"\(\?P<\w+>", "(?:", pattern) for _, pattern in _REFERENCES) + ")"
"""Any words that stand for a medium, without named groups."""

_FIND: Final = re.compile("|".join(f"(?P<{name}_>{pattern})" for name, pattern in _REFERENCES), re.IGNORECASE)


def find_references(text: str) -> list[tuple[int, int, Reference]]:
    """Return start, end and meaning of all words of a text that stand for a medium, in order."""
    return [(match.start(), match.end(), _meaning(match)) for match in _FIND.finditer(text)]


def read_reference(text: str) -> Reference | None:
    """Return what a text stands for where the whole of it is a reference, or None."""
    match = _FIND.fullmatch(text.strip())
    return _meaning(match) if match else None


def _meaning(match: re.Match[str]) -> Reference:
    to = next(name for name, _ in _REFERENCES if match[f"{name}_"] is not None)
    words = match[0].lower()
    media: Kind | None = None
    if re.search(rf"{_VIDEO_ZH}|[段条部]|原片|\b(?:{_VIDEO_EN})\b", words):
        media = "video"
    elif re.search(rf"{_IMAGE_ZH}|[张幅]|\b(?:{_IMAGE_EN})\b", words):
        media = "image"
    if to == "number":
        return Reference("number", int(match["version"]))
    if to == "ordinal":
        return Reference("ordinal", _rank(match["rank_zh"] or match["rank_en"]), media)
    return Reference(to, media=media)  # type: ignore[arg-type]


def _rank(text: str) -> int:
    text = text.lower()
    number = _ORDINALS_EN.get(text) or read_number(re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", text))
    return int(number or 0)


# ---------------------------------------------------------------- politeness, colours, language

_LEADING: Final = re.compile(
    r"(?:[\s,.;:!?。、-]"
    r"|(?:and then|and|but|then|next|now|first(?:ly)?|second(?:ly)?|finally|lastly|also|afterwards?|after that|please"
    r"|kindly"
    r"|ok(?:ay)?|so|well|just|hi|hello|hey|thanks|thank you|(?:can|could|would|will) you|i(?: would"
    r"|'d) like (?:you )?to"
    r"|i want(?: you to| to)?|i need you to|help me(?: to)?|let's|try to)(?![A-Za-z0-9'])"
    r"|请问?|麻烦你?|帮(?:我|忙|一下)|给我|我想要?|我要|我希望|我们|能不能|可不可以|能否|可以|你能|然后|接着"
    r"|接下来|随后|之后|以后"
    r"|再|并且|并(?!排|列)|而且|以及|先|首先|最后(?!一?[张个段幅条部])|同时|另外|还要?|也|现在|你好|您好|好的|那么"
    r"|那(?![张个段幅只辆条部些])|就)+",
    re.IGNORECASE,
)
_TRAILING: Final = re.compile(
    r"(?:[\s,.;:!?。、]|\b(?:please|thanks?(?: you)?|for me|now|too|as well)\b"
    r"|(?:可以|行|好)(?:吗|不好)|好不好|谢谢你?|[吧呗啊呀哦嘛吗了])+$",
    re.IGNORECASE,
)


def strip_politeness(text: str) -> str:
    """Return a clause without words that ask, greet, thank or only say that it comes next."""
    return plain(_TRAILING.sub("", strip_leading(text)).replace("一下", ""))


def strip_leading(text: str) -> str:
    """Return a clause without the words before it that only greet, thank or say that it comes next."""
    leading = _LEADING.match(text)
    return text[leading.end() :] if leading else text


def plain(text: str) -> str:
    """Return a text with single spaces, and none beside Chinese characters."""
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(r"(?<=[\u3400-\u9fff]) | (?=[\u3400-\u9fff])", "", text)


def colour_words_of(text: str) -> str | None:
    """Return the colour words a text consists of, or None where it says more or less: "a dark blue" → "dark blue"."""
    text = re.sub(
        r"^(?:an?|the|some|to be|be|成|个|一种)\s*|\s*(?:colou?rs?|颜色|的)$", "", text.strip(), flags=re.IGNORECASE
    )
    phrases = colour_phrases(text)
    if len(phrases) == 1 and phrases[0].start == 0 and phrases[0].end == len(text):
        return text.lower()
    bare = re.sub(
        r"^(?:an?|even) |\b(?:bit|little|lot|much|slightly|more)\b|[得更变调]|一?[点些]|稍微", "", text.lower()
    )
    if relative_change(text) is not None and len(bare.split()) <= 1 and len(bare) <= 12:
        return text.lower()
    return None


def detect_language(text: str) -> Language:
    """Return "zh" where a text holds any Chinese character, otherwise "en"."""
    return "zh" if re.search(r"[\u3400-\u9fff]", text) else "en"
