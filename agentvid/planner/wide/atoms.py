"""A message as clauses that each ask for one thing: split where both sides have words that trigger a request."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

from agentvid.planner.wide.row import Hit

__all__ = ["Atom", "atoms_of"]

Join = Literal["start", "hard", "then", "comma", "soft"]
_NEAR: Final = 120
"""Characters on either side of a weak word that are looked at."""
MOST_ATOMS: Final = 30
"""How many clauses of a message are read."""

_VERBS_EN: Final = (
    r"add|remove|erase|delete|make|turn|change|swap|replace|put|move|shift|crop|rotate|flip|mirror|blur|brighten|darken"
    r"|sharpen|de-?noise|upscale|extend|trim|cut|chop|speed|slow|loop|reverse|play|stabili[sz]e|join|merge|combine|stitch"
    r"|write|caption|subtitle|narrate|read|say|describe|compare|count|tell|show|give|paint|recolou?r|colou?r|resize|scale"
    r"|enlarge|shrink|zoom|pan|tilt|truck|dolly|orbit|circle|walk|drive|fly|animate|morph|generate|create|draw|set|let"
    r"|have|get|take|bring|drop|lose|fix|clean|clear|fill|hang|stick|pop|place|insert|warm|cool|lower|raise|lift|reduce"
    r"|increase|boost|bump|dial|tone|knock|keep|leave|straighten|level|mute|overlay|convert|switch|use|finish|end|start"
    r"|light|relight|dim|desaturate|saturate|stack|export|render|widen|expand|push|pull|pedestal|crane|slide|go|spin"
    r"|give|lay|pick|dress|tidy|empty|stage|style|translate|i want|i'd like|what|which|how|who|where|is|are|does|can"
    r"|mix|score|dub|hold|repeat|freeze|smooth|soften|rewind|age|double|halve|wipe|scrub|ditch|strip|grow|shorten|do"
)
_HARD: Final = r"[。;!?\n…]+|\.{2,}|(?<![a-z]\.[a-z])\.(?=\s|$)|(?<=\s)[—–-]{1,3}(?=\s)|[—–]+|(?<![^\s,;。:])[(（]?\d{1,2}(?:[.)）、](?! ?\d)|\) )|(?<=[\u4e00-\u9fff])\d{1,2}[.、)）](?=[\u4e00-\u9fff])|[①②③④⑤⑥⑦⑧⑨⑩]|:(?! ?\ue000)(?=\s|[^\x00-\x7f])"
_THEN: Final = (
    r"(?:(?<![a-z])(?:and then|then|after that|after which|afterwards?|finally|lastly|last of all|and finally|and lastly"
    r"|followed by|next,)(?![a-z])|然后|(?<![往后])接着(?![的演播拍放])|随后|(?<=[,。;])之后(?!会|的|发生)|最后(?=[把将给要再加做出配来裁用放让整导调,从发换转写])|接下来(?![会发的几])|,再(?=[把将给加来用配做写调裁放换补转]))"
)
_COMMA: Final = (
    r"(?<!(?<![a-z])no)(?<!wait)(?<!nah),(?!\d{3}(?!\d))(?! ?(?:not|instead of|rather than) (?:just |only )?(?:\d|one|two|three|four|five|six|seven|eight|nine|ten))|、"
    r"|(?<!everything )(?<!all )(?<!anything )(?<!nothing )(?<![a-z,])but(?! (?:not|for) )(?![a-z])"
)
_SOFT: Final = r"(?<![a-z])(?:and also|(?<!black )and|plus|but|while|as well as|with|before|so|or)(?![a-z])|&|(?<=[来掉好完了])(?=[循倒加放剪裁配翻旋提锐])|同时|并(?![排列肩])|并且|而且|还有|以及|外加|顺便|顺带|另外|(?<!.)再|再|也(?=[把给])|和|跟(?=把)|还要|(?<=[了后完掉好])(?=[把给再])"
_ANY: Final = re.compile(f"(?P<hard>{_HARD})|(?P<then>{_THEN})|(?P<comma>{_COMMA})|(?P<soft>{_SOFT})")
_STARTS_VERB: Final = re.compile(
    rf"\W*(?:(?:then|also|please|finally|just|maybe|could you|can you|lastly|after that|now) )*(?:{_VERBS_EN})(?![a-z])"
)
_GENERATES: Final = ("generate_image", "generate_video")


@dataclass(frozen=True)
class Atom:
    """One clause: its span, how it is joined to what is before it, and its heaviest hit."""

    start: int
    end: int
    join: Join
    hit: Hit | None


def atoms_of(low: str, best: Callable[[str], Hit | None]) -> list[Atom]:
    """Return the clauses of a message in order; `best` tells the heaviest hit of a text."""
    cuts = [(match.start(), match.end(), str(match.lastgroup)) for match in _ANY.finditer(low)][: 3 * MOST_ATOMS]
    found: list[Atom] = []
    start, join = 0, "start"
    for index, (cut, after, how) in enumerate(cuts):
        if cut < start:
            continue
        nearest = next((c for c, _, h in cuts[index + 1 :] if c >= after and h != "soft"), len(low))
        if how == "soft" and not _parts(low[start:cut], low[after:nearest], low[cut:after], best):
            continue
        if re.search(r"\w", low[start:cut]):
            found.append(Atom(start, cut, join, best(low[start:cut])))  # type: ignore[arg-type]
            join = how
        elif how in ("then", "hard"):
            join = how
        is_word = low[cut:after].strip() in ("再", "before", "with", "so", "同时", "最后")
        if how == "hard" and low[cut] == "?" and found and found[-1].end == cut:
            found[-1] = replace(found[-1], end=cut + 1, hit=best(low[found[-1].start : cut + 1]))
        start = cut if is_word and how != "hard" else after
        start = after if how == "then" else start
    if re.search(r"\w|\ue000", low[start:]):
        found.append(Atom(start, len(low), join, best(low[start:])))  # type: ignore[arg-type]
    return found[:MOST_ATOMS]


def _parts(left: str, right: str, word: str, best: Callable[[str], Hit | None]) -> bool:
    """Whether a weak word such as "and" parts two requests: both sides must ask for something by themselves."""
    left, right = left[-_NEAR:], right[:_NEAR]
    before = best(left)
    if before is None or before.weight < 3:
        return False
    after = best(right)
    if after is None:
        return False
    starts = bool(_STARTS_VERB.match(right)) or bool(re.match(r"\W*(?:再|也)?(?:把|将|给|让|镜头)", right))
    if before.op in _GENERATES:
        return (
            starts and after.op not in _GENERATES and after.weight >= 7 and word.strip() not in ("with", "so", "while")
        )
    if word.strip() in ("with", "so", "or", "before", "while"):
        return after.op != before.op and after.weight >= 8 and word.strip() != "or" and _is_apart(before.op, after.op)
    if starts:
        return after.weight >= 3
    if word == "和":
        return after.op != before.op and after.weight >= 8.9 and before.weight >= 5
    if word == "再":
        return after.weight >= 4
    return after.op != before.op and after.weight >= 5 and after.start <= 40


_FAMILIES: Final = (
    frozenset({"music", "sound", "narrate", "subtitle", "caption"}),
    frozenset({"background_change", "weather", "style", "lighting", "add"}),
)


def _is_apart(left: str, right: str) -> bool:
    """Whether "with …" is likely another request: sound with a clip, not snow with a background."""
    return right in _FAMILIES[0] and left not in _FAMILIES[0]
