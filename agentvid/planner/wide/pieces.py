"""A message in pieces: cut wherever a request could begin. Which pieces ask for something is for the `tagger` to say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from agentvid.planner.wide.features import Piece
from agentvid.planner.wide.table import ROWS
from agentvid.planner.wide.talk import CORRECTION, without_courtesy, without_exceptions

__all__ = ["Cut", "Join", "pieces_of", "ruled"]

Join: TypeAlias = Literal["start", "hard", "then", "comma", "soft"]
MOST_PIECES: Final = 40
"""How many pieces of a message are read."""
_LONGEST: Final = 220
"""Characters of a piece that rows are looked for in."""
_MOST_RULED: Final = 3

_HARD: Final = r"[。;!?\n…]+|\.{2,}|(?<![a-z]\.[a-z])\.(?=\s|$)|(?<=\s)[—–-]{1,3}(?=\s)|(?<!\d)[—–]+(?!\d)|(?<![^\s,;。:])[(（]?\d{1,2}(?:[.)）、](?! ?\d)|\) )|(?<=[\u4e00-\u9fff])\d{1,2}[.、)）](?=[\u4e00-\u9fff])|[①②③④⑤⑥⑦⑧⑨⑩]|:(?! ?\ue000)(?=\s|[^\x00-\x7f])"
_THEN: Final = (
    r"(?:(?<![a-z])(?:and then|then|after that|after which|afterwards?|finally|lastly|last of all|and finally|and lastly"
    r"|followed by|next,)(?![a-z])|然后|(?<![往后])接着(?![的演播拍放])|随后|(?<=[,。;])之后(?!会|的|发生)|最后(?=[把将给要再加做出配来裁用放让整导调,从发换转写])|接下来(?![会发的几])|,再(?=[把将给加来用配做写调裁放换补转]))"
)
_COMMA: Final = (
    r"(?<!(?<![a-z])no)(?<!wait)(?<!nah),(?!\d{3}(?!\d))(?! ?(?:not|instead of|rather than) (?:just |only )?(?:\d|one|two|three|four|five|six|seven|eight|nine|ten))|、"
    r"|(?<!everything )(?<!all )(?<!anything )(?<!nothing )(?<![a-z,])but(?! (?:not|for) )(?![a-z])"
)
_SOFT: Final = r"(?<![a-z])(?:and also|(?<!black )(?<!before )(?<!black-)(?<!rock )(?<!and )and(?! (?:a half|white|after|forth|ever|again|round|roll|drink)(?![a-z]))(?! \d)|plus|but|while|as well as|with|(?<!the one )(?<!version )(?<!than )(?<!like )before(?! (?:the|it|and|that)(?![a-z]))|so)(?![a-z])|&|(?<=[来掉好完了])(?=[循倒加放剪裁配翻旋提锐])|同时|并(?![排列肩])|并且|而且|还有|以及|外加|顺便|顺带|另外|(?<!.)再|(?<!倒着)再|也(?=[把给])|(?<![饱暖柔平温])和(?![平谐服面睦])|跟(?=把)|还要|(?<=[了后完掉好])(?=[把给再])"
_ANY: Final = re.compile(f"(?P<hard>{_HARD})|(?P<then>{_THEN})|(?P<comma>{_COMMA})|(?P<soft>{_SOFT})")


@dataclass(frozen=True)
class Cut:
    """Where a piece stands in the message, and how it is joined to what is before it."""

    start: int
    end: int
    join: Join


def pieces_of(low: str, kind: str) -> tuple[list[Cut], list[Piece]]:
    """Return where the pieces of a message (lower case) are, and what the tagger sees of each; `kind` as `Row.hit`."""
    cuts: list[Cut] = []
    pieces: list[Piece] = []
    last, joint, join = 0, "^", "start"
    for match in [*_ANY.finditer(low), None]:
        start, after = (match.start(), match.end()) if match else (len(low), len(low))
        if start < last:
            continue
        word, how = (match[0].strip(), str(match.lastgroup)) if match else ("", "")
        if re.search(r"\w|\ue000", low[last:start]):
            end = start + (how == "hard" and low[start] == "?")
            cuts.append(Cut(last, end, join))  # type: ignore[arg-type]
            text = low[last:end]
            taken_back = CORRECTION.search(text)
            if taken_back and taken_back.start() <= 4 and re.search(r"\w|\ue000", text[taken_back.end() :]):
                text, joint = text[taken_back.end() :].lstrip(" ,"), "no"
            pieces.append(Piece(text.strip(), joint, join, ruled(text.rstrip("?"), kind)))
            joint, join = word, how
        else:
            joint, join = f"{joint}{word}"[:8], join if join in ("then", "hard") else how or join
        last = after
    return cuts[:MOST_PIECES], pieces[:MOST_PIECES]


@lru_cache(maxsize=8192)
def ruled(text: str, kind: str) -> tuple[tuple[str, float], ...]:
    """Return the operations that rows find in a text, the heaviest first, each with its weight."""
    bare, _ = without_exceptions(text[:_LONGEST])
    start, end = without_courtesy(bare)
    bare = bare[start:end]
    if not re.search(r"\w|\ue000", bare):
        return ()
    hits = [(hit.weight, hit.op) for row in ROWS if (hit := row.hit(bare, kind)) is not None]
    return tuple((op, weight) for weight, op in sorted(hits, reverse=True)[:_MOST_RULED])
