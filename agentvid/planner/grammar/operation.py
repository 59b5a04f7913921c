"""One row of what can be asked for: the phrases that ask for it, how a match is read, and what the request needs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, TypeAlias

from agentvid.planner.grammar.clause import Clause, Refusal
from agentvid.planner.grammar.lexicon import REFERENCE
from agentvid.planner.request import Request
from agentvid.world.mentions import names_of
from agentvid.world.words import LANGUAGES, WORDS

__all__ = ["Operation", "Read"]

Read: TypeAlias = Callable[[Clause], tuple[Request, ...] | Refusal | None]


@dataclass(frozen=True)
class Operation:
    """One row. `measures` are those its phrases may hold; `offer` says in words (en, zh) what it does, by example.

    For edits of a still picture: `changes` tells whether the named thing or all but it changes (a thing must be named,
    a background has one by itself), `analyses` whether its colours are looked at first, `unchanged_db` how well the
    rest must be kept (PSNR; lower for removals, which also fill a rim around the mask).
    """

    name: str
    title: tuple[str, str]
    needs: Literal["image", "video", "any"]
    offer: tuple[str, str]
    read: Read
    phrases: tuple[str, ...]
    measures: frozenset[str] = frozenset()
    changes: Literal["", "thing", "background"] = ""
    analyses: bool = False
    unchanged_db: float | None = None

    def match(self, text: str) -> tuple[re.Match[str], ...]:
        """Return the matches of all phrases with the whole of a text, in the order they are written."""
        return tuple(match for pattern in self._patterns if (match := pattern.fullmatch(text)))

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        """The phrases, compiled when a text is first matched: all rows together take a second."""
        return tuple(re.compile(_expanded(phrase), re.IGNORECASE) for phrase in self.phrases)


def _any_of(words: list[str]) -> str:
    longest_first = sorted(set(words), key=len, reverse=True)
    return "(?:" + "|".join(re.escape(word) for word in longest_first) + ")"


_SHAPES: Final = [word for language in LANGUAGES for word in names_of(language, "shape")]
_PLACES: Final = [word for language in LANGUAGES for word in WORDS[language]["place"].values()]
_AZIMUTHS: Final = [
    spelt
    for language in LANGUAGES
    for word in WORDS[language]["azimuth"].values()
    for spelt in (word, word.replace("方 ", "方"))
]
_HEIGHTS: Final = [word for language in LANGUAGES for word in WORDS[language]["height"].values()]
"""In either language: a sentence of one may name things and places in the other."""
_SLOTS: Final = {
    "solid": _any_of(_SHAPES) + "s?",
    "形": _any_of(_SHAPES),
    "spot": _any_of(_PLACES),
    "处": _any_of(_PLACES),
    "azimuth": _any_of(_AZIMUTHS),
    "height": _any_of(_HEIGHTS),
    "ref": REFERENCE,
    "cam": r"(?:(?:(?:let|have|make|with) )?the (?:camera|view|shot) (?:to )?)?",
    "cam!": r"(?:(?:let|have|make) )?the (?:camera|view|shot) (?:to )?",
    "thecam": r"(?: (?:the|your) (?:camera|view|viewpoint|shot))?",
    "thecam!": r" (?:the|your) (?:camera|view|viewpoint|shot)",
    "side": r"(?:to the )?(?P<side>left|right|up|down|upwards?|downwards?)",
    "side2": r"(?:to the )?(?P<side2>left|right|(?:counter-?|anti-?)?clockwise)(?: side)?",
    "ba": r"(?:把|将|让|给|使)?",
    "镜头": r"(?:把|将|让|使)?(?:镜头|相机|摄像机|摄影机|视角)",
    "向": r"(?:向|往|朝)",
    "成": r"(?:变成|改成|换成|染成|涂成|刷成|画成|弄成|调成|替换成"
    r"|改为|变为|换为|替换为|设为|设成|换上|变得|改得|调得|弄得)",
    "去掉": r"(?:去掉|移除|删除|删掉|移走|移掉|去除|抹掉|抹去|擦掉|擦除|消除|清除|拿掉|拿走|除掉"
    r"|去除掉|消掉|删了|去了)",
    "map": r"(?: (?:along|on|through|across|over|in(?:to|side)?|following)"
    r" (?:the |this |my )?(?:map|road|path|street|picture|photo|image|scene))?",
    "地图": r"(?:(?:沿着?|顺着|在)?(?:这张|这个)?(?:地图|路|道路|街道)(?:上的路|上)?)?",
}


def _expanded(phrase: str) -> str:
    return re.sub(r"\{([a-z]+[0-9]?!?|[\u3400-\u9fff]+)\}", lambda slot: _SLOTS[slot[1]], phrase)
