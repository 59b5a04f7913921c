"""What the tagger sees of a piece of a message: its words, classes of words, what the rows say, what stands around it."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from agentvid.planner.wide.senses import numbers_named, senses_in
from agentvid.planner.wide.talk import signs_in
from agentvid.planner.wide.text import QUOTE
from agentvid.planner.wide.words import CLASSES

__all__ = ["BUCKETS", "Piece", "features_of", "joint_features", "own_features"]

BUCKETS: Final = 1 << 16
"""Features are hashed into so many."""
_CLASSES: Final = tuple(
    (name, re.compile(CLASSES[name]))
    for name in (
        "colour", "material", "weather", "light", "style", "sound", "music", "text", "background", "remove", "add",
        "become", "camera", "side", "more", "less", "big", "edge", "unit_s", "clip", "still",
    )
)  # fmt: skip
_WORD: Final = re.compile(r"[a-z]+(?:'[a-z]+)?|0|“|#|[?!:%]|[\u3400-\u9fff]+")


@dataclass(frozen=True)
class Piece:
    """A piece of a message between two possible cuts. `ruled` are the operations that rows find in it, heaviest first,
    each with its weight; `joint` is the word or sign before it.
    """

    text: str
    joint: str
    how: str
    ruled: tuple[tuple[str, float], ...]


@lru_cache(maxsize=8192)
def _words(text: str) -> tuple[str, ...]:
    """Hash-ready features of a text alone."""
    plain, numbers = numbers_named(re.sub(f"{QUOTE}+", "“", text))
    found: list[str] = [f"u{name}" for name in numbers]
    tokens = _WORD.findall(plain)
    row: list[str] = ["^"]
    for token in tokens:
        if "\u3400" <= token[0] <= "\u9fff":
            chars = f"^{token}$"
            for size in (1, 2, 3, 4):
                found += [f"z{chars[at : at + size]}" for at in range(len(chars) - size + 1)]
            row += list(token)
        else:
            found.append(f"w{token}")
            if len(token) > 5:
                found.append(f"s{token[:5]}")
            row.append(token)
    row.append("$")
    english = [word for word in row if word.isascii() or word == "“"]
    if len(english) > 2:
        found += [f"b{a} {b}" for a, b in pairwise(english)]
        found += [f"t{a} {b} {c}" for a, b, c in zip(english, english[1:], english[2:], strict=False)]
        found += [f"k{a} _ {c}" for a, c in zip(english, english[2:], strict=False)]
    classes = [name for name, pattern in _CLASSES if pattern.search(plain)]
    senses = senses_in(plain)
    found += [f"g{name}" for name in senses]
    found += [f"G{a}+{b}" for i, a in enumerate(senses) for b in senses[i + 1 :]] if len(senses) <= 14 else []
    found += [f"q{name}+{number}" for name in senses for number in numbers]
    found += [f"c{name}" for name in classes]
    found += [f"d{a}+{b}" for i, a in enumerate(classes) for b in classes[i + 1 :]]
    head = tokens[0] if tokens else ""
    found += [f"h{head[:2] if head and not head.isascii() else head}+{name}" for name in classes]
    found += [f"u{name}" for name in signs_in(text)]
    return tuple(found)


def features_of(pieces: list[Piece], at: int, before: str, kinds: str, *, rules: bool = True) -> list[int]:
    """Return the buckets of a piece: `before` is the last operation tagged, `kinds` the media ("i", "vv", "" …).

    Without `rules` what the rows say is left out.
    """
    return own_features(pieces, at, kinds, rules=rules) + joint_features(pieces[at], before, rules=rules)


def own_features(pieces: list[Piece], at: int, kinds: str, *, rules: bool = True) -> list[int]:
    """Return the buckets of a piece that hold whatever was tagged before it."""
    piece = pieces[at]
    found = list(_words(piece.text))
    found += ["bias", f"j{piece.how}", f"J{piece.joint}", f"n{min(3, len(pieces))}", f"l{min(5, len(piece.text) // 6)}"]
    found += [f"m{kinds[:1]}", f"M{kinds[:3]}", f"p{min(at, 2)}", f"e{len(pieces) - at == 1}"]
    if rules:
        for rank, (op, weight) in enumerate(piece.ruled[:3]):
            found += [f"r{rank}{op}", f"R{op}{int(weight)}", f"Rm{op}{kinds[:1]}"]
        found.append(f"r#{min(3, len(piece.ruled))}")
    if at:
        found += [f"P{word}" for word in _told(pieces[at - 1].text)]
        found += [f"Pr{op}" for op, _ in pieces[at - 1].ruled[:1]] if rules else []
    if at + 1 < len(pieces):
        found += [f"N{word}" for word in _told(pieces[at + 1].text)]
        found += [f"Nr{op}" for op, _ in pieces[at + 1].ruled[:1]] if rules else []
        found.append(f"Nj{pieces[at + 1].joint}")
    return _hashed(found)


def joint_features(piece: Piece, before: str, *, rules: bool = True) -> list[int]:
    """Return the buckets of a piece that hang on what was tagged last before it."""
    found = [f"B{before}"]
    if rules and piece.ruled:
        found.append(f"rb{piece.ruled[0][0]}+{before}")
    return _hashed(found)


@lru_cache(maxsize=8192)
def _told(text: str) -> tuple[str, ...]:
    """Return what a piece tells its neighbours: its words, senses, classes and numbers."""
    return tuple(word for word in _words(text) if word[0] in "wcgu" or (word[0] == "z" and len(word) < 4))


def _hashed(words: list[str]) -> list[int]:
    return [zlib.crc32(word.encode()) % BUCKETS for word in words]
