"""The words of the small world in English and Chinese, and forms: sentences that are told and read by one template.

A form is a template with slots, `the {size} {colour} {shape} at {place}`. Telling fills the slots; reading matches the
whole sentence and gives the values back, so that reading is the inverse of telling by construction. A digit after a
slot's name (`colour2`) only tells two slots of one kind apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from agentvid.world.scene import AZIMUTHS, GRID, STEP_DEG

__all__ = ["LANGUAGES", "WORDS", "Form", "Language", "language_of", "read_form", "tell_form", "tidy"]

Language: TypeAlias = Literal["en", "zh"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")

_COLUMNS: Final = {
    "en": ("far left", "left", "middle", "right", "far right"),
    "zh": ("最左", "左", "中", "右", "最右"),
}
_ROWS: Final = {
    "en": ("far front", "front", "middle", "back", "far back"),
    "zh": ("最前", "前", "中", "后", "最后"),
}
_QUARTERS: Final = {
    "en": ("the front", "the right", "the back", "the left"),
    "zh": ("前方", "右方", "后方", "左方"),
}


def _places(language: Language) -> dict[str, str]:
    joint = " " if language == "en" else ""
    named = {
        f"{row},{column}": _COLUMNS[language][column] + joint + _ROWS[language][row]
        for row in range(GRID)
        for column in range(GRID)
    }
    return named | {f"{GRID // 2},{GRID // 2}": "centre" if language == "en" else "正中"}


def _azimuths(language: Language) -> dict[str, str]:
    quarter = AZIMUTHS // 4
    return {
        str(step): _QUARTERS[language][step // quarter]
        + (f" +{round(step % quarter * STEP_DEG)}°" if step % quarter else "")
        for step in range(AZIMUTHS)
    }


WORDS: Final[Mapping[Language, Mapping[str, Mapping[str, str]]]] = {
    "en": {
        "shape": {"ball": "ball", "cube": "cube", "cylinder": "cylinder", "cone": "cone"},
        "colour": {name: name for name in ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "white")},
        "size": {"small": "small", "large": "large"},
        "height": {"low": "low", "middle": "middle", "high": "high"},
        "direction": {"left": "left", "right": "right", "front": "forward", "back": "back"},
        "strength": {"gently": "gently", "hard": "hard"},
        "step": {"forward": "forward", "left": "left", "right": "right"},
        "place": _places("en"),
        "azimuth": _azimuths("en"),
    },
    "zh": {
        "shape": {"ball": "球", "cube": "方块", "cylinder": "圆柱", "cone": "圆锥"},
        "colour": {
            "red": "红色",
            "orange": "橙色",
            "yellow": "黄色",
            "green": "绿色",
            "cyan": "青色",
            "blue": "蓝色",
            "purple": "紫色",
            "white": "白色",
        },
        "size": {"small": "小", "large": "大"},
        "height": {"low": "低", "middle": "中", "high": "高"},
        "direction": {"left": "向左", "right": "向右", "front": "向前", "back": "向后"},
        "strength": {"gently": "轻轻", "hard": "用力"},
        "step": {"forward": "前进", "left": "左转", "right": "右转"},
        "place": _places("zh"),
        "azimuth": _azimuths("zh"),
    },
}
"""Language → kind of slot → value → word."""

_SLOT: Final = re.compile(r"\{(\w+?)(\d?)\}")


@dataclass(frozen=True)
class Form:
    """One template per language."""

    en: str
    zh: str
    name: str = field(default="", compare=False)

    def template(self, language: Language) -> str:
        """Return the template of a language."""
        return self.en if language == "en" else self.zh


def language_of(text: str) -> Language:
    """Return "zh" where there is any Chinese character, else "en"."""
    return "zh" if re.search(r"[\u4e00-\u9fff]", text) else "en"


def tidy(text: str) -> str:
    """Return text with one width of punctuation, single spaces, lower case, no full stop at its end."""
    return _narrow(text.strip()).rstrip(".; ")


def tell_form(form: Form, language: Language, values: Mapping[str, object]) -> str:
    """Fill a form's slots; numbers stay numbers."""

    def word(slot: re.Match[str]) -> str:
        value = str(values[slot[1] + slot[2]])
        return WORDS[language][slot[1]][value] if slot[1] in WORDS[language] else value

    return _SLOT.sub(word, form.template(language))


def read_form(form: Form, language: Language, text: str) -> dict[str, str] | None:
    """Return the values of the slots where the whole `tidy` text has this form, else None."""
    found = _pattern(form.template(language), language).fullmatch(text)
    if found is None:
        return None
    values = {}
    for slot, word in found.groupdict().items():
        meanings = _meanings(language, slot.rstrip("0123456789"))
        values[slot] = meanings.get(word, word)
    return values


@lru_cache(maxsize=1024)
def _pattern(template: str, language: Language) -> re.Pattern[str]:
    parts, end = [], 0
    for slot in _SLOT.finditer(template):
        words = _meanings(language, slot[1])
        longest_first = sorted(words, key=len, reverse=True)
        choice = "|".join(map(re.escape, longest_first)) if words else r"\d+"
        parts += [_literal(template[end : slot.start()]), f"(?P<{slot[1] + slot[2]}>{choice})"]
        end = slot.end()
    return re.compile("".join([*parts, _literal(template[end:])]))


def _literal(text: str) -> str:
    return re.escape(_narrow(text))


def _narrow(text: str) -> str:
    text = text.lower().translate(str.maketrans("；：，。（）", ";:,.()"))
    return re.sub(r"\s*([;:,])\s*", r"\1", re.sub(r"\s+", " ", text))


@lru_cache(maxsize=64)
def _meanings(language: Language, kind: str) -> dict[str, str]:
    return {word.lower(): value for value, word in WORDS[language].get(kind, {}).items()}
