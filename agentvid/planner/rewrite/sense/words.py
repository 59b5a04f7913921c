"""Words by what they mean: tables of patterns, where they stand in a text, and what a text says besides.

A table names kinds of words and a pattern for each; `scan` finds them, the longest first. What is left of a text when
they and the words that mean nothing by themselves are taken out is its `residue`: a reading that leaves much of it has
not understood the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

__all__ = ["Chunk", "Table", "Word", "chunks_of", "residue", "scan", "table"]

Table = tuple[tuple[str, re.Pattern[str]], ...]
"""Kinds of words with the pattern of each."""


@dataclass(frozen=True)
class Word:
    """A word of a kind in a text: characters `start` … `end` (exclusive), and as it stands there."""

    kind: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Chunk:
    """A piece of a message between two pauses, and where it begins."""

    text: str
    start: int


def table(kinds: Mapping[str, str]) -> Table:
    """Return the compiled table of kinds and patterns."""
    return tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in kinds.items())


def scan(text: str, kinds: Table) -> list[Word]:
    """Return the words of a text that a table knows, in order; where two overlap, the longer one."""
    found = [
        Word(kind, match.start(), match.end(), match[0])
        for kind, pattern in kinds
        for match in pattern.finditer(text)
        if match.end() > match.start()
    ]
    taken: list[Word] = []
    for word in sorted(found, key=lambda one: one.start - one.end):
        if all(word.end <= other.start or other.end <= word.start for other in taken):
            taken.append(word)
    return sorted(taken, key=lambda one: one.start)


_FLUFF_EN: Final = frozenset(
    re.findall(
        r"\S+",
        "a an the it its it's that that's this these those is are am be been being was "
        "were to of in on at for by as "
        "with and or but so then than if not no nah nope yes yeah ok okay oh ah hmm hm "
        "um uh well hey hi please pls "
        "thanks thank you your you're i i'm i'd i'll i've me my we us our let let's "
        "lets do does did don't can could "
        "would should shall will must may might need needs needed want wants wanted "
        "like likes prefer rather instead "
        "just only simply really actually maybe perhaps quite pretty very too also still even now here there make "
        "makes made making get gets got getting give have has having had go goes going put set keep use using take "
        "change changed changes try bit little touch tad lot much more less kind sort thing things stuff one "
        "ones way "
        "some any all up about around over into onto out off from back again once bad good better best fine "
        "great nice "
        "enough please sorry oops mind think guess feel feels look looks looking seem seems sure though "
        "however because since "
        "what how when while which where who whole full thats dont cant wont they them he she his her him "
        "exactly proper properly possible say said mean meant supposed ought should've could've would've "
        "perfect kindly "
        "cool right-away wait hold hang um actually cheers mate hi there's supposed same stay stays ends "
        "ending after before until "
        "during per each every other another",
    )
)
_FLUFF_ZH: Final = re.compile(
    r"麻烦|帮忙|帮我|谢谢|多谢|请问|一下子?|一点[点儿]?|一些|有点儿?|稍微|稍稍|略微|比较|非常|特别|实在"
    r"|其实|还是|还要|只要|只是|就行|就好|就是|就够"
    r"|行了|好了|够了|得了|可以|能不能|可不可以|能否|应该|需要|希望|觉得|感觉|看着|看起来|好像|似乎|本来"
    r"|原本|刚才|刚刚|现在|这样|那样|这么|那么|怎么"
    r"|这个|那个|这里|那里|这边|那边|里面|上面|东西|样子|的话|而已|才对|才行|才好|不好意思|抱歉|算了|拜托"
    r"|辛苦|直接|干脆|不如|要不|反正|大概|大约|左右"
    r"|差不多|整个|全部|统统|一起|一共|总共|总的|随便|赶紧|尽量|务必|千万|一定|必须|最好|更好|好看|合适"
    r"|舒服|自然|完全|真的|真是|哎呀?|哈喽|你好|您好|而且|但是|不过"
    r"|因为|所以|如果|的时候|时候|之前|之后|以后|以前|接着|然后|另外|还有|同时|顺便|而是|而不是"
    r"|[我你您它他她咱的了吧呢啊呀嘛啦哦噢喔嗯唉诶哈呗地得着过把将给让请叫使被用拿以也都又再更最很太挺蛮还就才只是有在到于从向往跟和与或要想会能该去来做弄搞整变成改换调设放为好行对嘿这那哪些个点儿下里外中上么吗咋啥跑起直后先快点话其所且呃唔]"
)


def residue(text: str, words: Sequence[Word]) -> list[str]:
    """Return what a text says besides these words: English words, and Chinese characters, that mean something."""
    kept = list(text)
    for word in words:
        kept[word.start : word.end] = " " * (word.end - word.start)
    rest = _FLUFF_ZH.sub(" ", "".join(kept))
    english = [word for word in re.findall(r"[a-z][a-z'’-]*", rest.lower()) if word.strip("'-") not in _FLUFF_EN]
    chinese = re.findall(r"[\u3400-\u9fff]", rest)
    numbers = re.findall(r"(?<![\w.])\d+(?:\.\d+)?", rest)
    return [*english, *chinese, *numbers]


_VERBS_EN: Final = (
    r"(?:let|make|keep|put|use|only|then|it|i|the camera|go|turn|don't|do|blur|skip|behind|give|have|leave"
    r"|move|also|change"
    r"|zoom|remove|drop|take|paint|colou?r|pin|lock|run|try|set|add|stop|hold|come|end|start|while|no|not"
    r"|of|for|just|maybe|please"
    r"|shrink|enlarge|lower|raise|swap|get|bring|push|pull|slide|tilt|roll|pan|orbit|recolou?r|show|draw"
    r"|play|stack|continue)"
)
_PAUSE: Final = re.compile(
    r"\s*(?:[。;!?\n…—]+|--+| - |(?<!\d)[,、]|[,、](?!\s?-?\d)|,(?=\s?\d+(?:\.\d+)? ?(?:s|secs?|x|°|deg"
    r"|fps|秒|度|倍))"
    r"|\.(?=\s|$))\s*"
    r"|\s+and\s+(?=\d+(?:\.\d+)? ?(?:s|secs?|seconds?|degrees?|°|fps)\b)"
    rf"|\s+(?=but\b)|\s+(?:and|plus)\s+(?={_VERBS_EN}\b)|\s+(?=(?:and )?then \w)"
    r"|(?=然后|而且|并且|但是|不过(?!去)|另外|还有(?!点|些)|顺便|同时(?!也))",
    re.IGNORECASE,
)


@lru_cache(maxsize=64)
def chunks_of(text: str) -> tuple[Chunk, ...]:
    """Return the pieces of a message between its pauses; numbers that belong together stay so."""
    found, at = [], 0
    for pause in _PAUSE.finditer(text):
        found.append((at, pause.start()))
        at = pause.end()
    found.append((at, len(text)))
    return tuple(Chunk(text[a:b], a) for a, b in found if re.search(r"\w", text[a:b]))
