"""Messages and requests as people wrote them (`people.txt`, `people_phrases.txt` of `tests/data`), and strung together.

The writers knew the operations and nothing of how they are read. A tenth of the messages is held out by hash. Requests
are strung into messages of two and more, with clauses between them that ask for nothing; deterministic in the seed.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final

from agentvid.planner.wide.table import ROWS, row_of

__all__ = ["Message", "Phrase", "messages", "phrases", "strung"]

DATA: Final = Path(__file__).parents[1] / "data"
SHELVES: Final = {"i": "i", "v": "v", "n": "", "m": "ii", "w": "vv", "x": "vi"}
_OPS: Final = frozenset(row.op for row in ROWS)
_MOODS: Final = frozenset({"ask", "chat", "refuse"})
_MOST_READINGS: Final = 8
_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")
_JOINTS: Final = {
    True: ("，",) * 9
    + ("。",) * 4
    + ("，然后", "，再", "；", "，另外", "，最后", "，顺便", "！", " ", "，还有", "，接着"),
    False: (", ",) * 5
    + (". ",) * 5
    + (" and ",) * 4
    + (", then ", ", and ", " then ", "; ", ". Also ", ". After that, ", ", plus ", ". Finally "),
}
_STRUNG_ON: Final = ("i", "i", "i", "i", "v", "v", "v", "ii", "vv", "vi", "hi", "hv")
_COUNTS: Final = (1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6)
_IDLE: Final = 0.25
"""How often a clause that asks for nothing stands before a request."""
_SAME: Final = 0.2
"""How often the same operation may be asked for twice in a row."""


@dataclass(frozen=True)
class Message:
    """A message: `kinds` as the tagger takes them, the lists of operations that are right, or a `mood` instead."""

    text: str
    kinds: str
    wanted: tuple[tuple[str, ...], ...]
    mood: str
    is_held_out: bool


@dataclass(frozen=True)
class Phrase:
    """A request for one operation, "" for none; `kind` is a key of `SHELVES`."""

    op: str
    kind: str
    text: str


def messages(path: Path = DATA / "people.txt") -> list[Message]:
    """Return the messages of a file. Raises: ValueError for a line with an operation that is not in the table."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        head, text = line.split(" | ", 1)
        kinds, *told = head.split()
        kinds = kinds.strip("-")
        either = [] if told[0] in _MOODS else [ops.split("/") for ops in told]
        if unknown := {op for ops in either for op in ops} - _OPS:
            raise ValueError(f"{line!r}: unknown {sorted(unknown)}")
        held = hashlib.sha256(line.encode()).digest()[0] < 26
        wanted = tuple(product(*either))[:_MOST_READINGS]
        mood = told[0] if told[0] in _MOODS else "do"
        found.append(Message(text, kinds[:2] if kinds.startswith("h") else kinds, wanted, mood, held))
    return found


def phrases(path: Path = DATA / "people_phrases.txt") -> list[Phrase]:
    """Return the requests of a file."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            op, kind, text = line.split(" ", 2)
            found.append(Phrase("" if op == "none" else op, kind, text))
    return found


def strung(known: list[Phrase], count: int, seed: int) -> list[Message]:
    """Return messages of one to six of these requests, each of one language and of media that they fit."""
    rng = random.Random(seed)
    asking: dict[bool, list[Phrase]] = defaultdict(list)
    idle: dict[bool, list[Phrase]] = defaultdict(list)
    for phrase in known:
        (asking if phrase.op else idle)[bool(_CHINESE.search(phrase.text))].append(phrase)
    found = []
    while len(found) < count:
        is_chinese = rng.random() < 0.5
        shelf = rng.choice(_STRUNG_ON)
        parts: list[str] = []
        ops: list[str] = []
        for _ in range(rng.choice(_COUNTS)):
            if idle and rng.random() < _IDLE:
                parts.append(rng.choice(idle[is_chinese]).text)
            phrase = rng.choice(asking[is_chinese])
            while not _fits(phrase, shelf) or (ops and ops[-1] == phrase.op and rng.random() > _SAME):
                phrase = rng.choice(asking[is_chinese])
            parts.append(phrase.text)
            ops.append(phrase.op)
        if idle and rng.random() < _IDLE:
            parts.append(rng.choice(idle[is_chinese]).text)
        found.append(Message(_joined(parts, is_chinese, rng), shelf, (tuple(ops),), "do", is_held_out=False))
    return found


def _fits(phrase: Phrase, shelf: str) -> bool:
    media = shelf.strip("h")
    if phrase.kind == "n" or (phrase.kind in "mwx" and len(media) < 2) or (phrase.kind == "v" and "v" not in media):
        return False
    return "i" in media or row_of(phrase.op).needs != "image"


def _joined(parts: list[str], is_chinese: bool, rng: random.Random) -> str:
    text = ""
    for part in (part.rstrip("。.！!，,") for part in parts):
        if not text:
            text = part
        elif text[-1] in "?？":
            text += part if is_chinese else f" {part}"
        else:
            joint = rng.choice(_JOINTS[is_chinese])
            is_new = joint.strip() == "." or is_chinese or part.startswith("I ")
            text += joint + (part if is_new else part[:1].lower() + part[1:])
    return text
