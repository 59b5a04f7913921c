"""Messages made from the patterns of `tests/data/sayings_*.txt` and `phrases.txt`: clauses of known operations, joined.

Deterministic in the seed. A clause of a pattern is one request (or none); where it falls into several pieces, which of
them holds the request is found by `align`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from agentvid.planner.wide.table import ROWS
from agentvid.planner.wide.text import QUOTE

__all__ = ["Clause", "clauses", "joined"]

DATA: Final = Path(__file__).parents[1] / "data"
Node: TypeAlias = str | tuple[str, "list[list[Node]] | str"]
_JOINTS: Final = {
    "en": (
        *(", ",) * 6, *(" and ",) * 4, *(". ",) * 5, *(", then ",) * 3, *(", and ",) * 3, *(" then ",) * 2, "; ", "! ",
    ),
    "zh": (",",) * 10 + ("。",) * 4 + (",然后",) * 2 + (",再",) * 2 + (";", "!", "、", "然后", "然后"),
}  # fmt: skip
_OPENINGS: Final = {
    "en": ("hi, ", "ok so ", "please ", "hey ", "first, ", "hello! "),
    "zh": ("先", "麻烦", "你好,", "帮我", "请"),
}
_MADE_UP: Final = 0.4
"""The share of things that get a name nobody knows; half of it in English."""
_SYLLABLES: Final = re.split(
    r"\|",
    "ba|be|bi|bo|bri|ca|ce|chi|co|cra|da|den|di|do|dri|fa|fen|fi|flo|ga|gle|go|gra|ha|hen|hil|ho|ja|jel|ka|ken"
    "|kle|la|len|li|lo|ma|men|mil|mo|na|nel|no|ny|pa|pel|pi|plo|qua|ra|ren|ri|ro|sa|sel|shi|sko|sta|ta|tel|tin|to"
    "|tra|va|ven|wa|wel",
)
_CHARACTERS: Final = (
    "米饭意面裁判球桌布虾渔翁芦苇茶壶瓷碟佛像磨盘驴骆驼石榴葡萄枣梨桃杏莲藕菱豆腐包子饺馄饨粽糕酥酒坛竹筐箩簸箕锄镰犁"
    "井台阁亭廊檐瓦梁窑舱帆桨锚缆滩礁岛塘堤坝闸哨塔碑坊巷弄院墩柴薪炭炉灶锅铲勺叉钵罐瓮篮篓匣箱橱屉凳榻枕褥毯帐钩铃锣鼓"
    "笛箫琴棋卷轴砚墨印章伞扇簪钗镯佩绳索缰鞍蹄鬃翅羽鳞鳍爪牙犄鹿獐狐狸獾兔鼠蛙蛇龟鹤鹭雁鹰鹊雀鸠蝉蜂蝶蚁虾蟹贝螺珊瑚"
)
_SHELVES: Final = ("i", "i", "i", "v", "v", "ii", "vv", "hi", "hv")


@dataclass(frozen=True)
class Clause:
    """A clause in the spelling that rows are written for, and the operation it asks for, "" for none."""

    language: str
    op: str
    low: str


def clauses(seed: int, share: float = 7.0) -> list[Clause]:
    """Return clauses of every pattern, more of those with more variety, and the phrases."""
    rng = random.Random(seed)
    found: dict[Clause, None] = {}
    for language in ("en", "zh"):
        slots: dict[str, list[str]] = {}
        op = ""
        for line in (DATA / f"sayings_{language}.txt").read_text(encoding="utf-8").splitlines():
            if line.startswith("="):
                name, words = line[1:].split(":", 1)
                slots[name] = [word.strip() for word in words.split("|")]
            elif line.startswith("@"):
                op = "" if line == "@none" else line[1:].strip()
            elif line and not line.startswith("#"):
                pattern = _parsed(line)
                for _ in range(int(share * (0.4 + min(2.0, len(re.findall(r"[|{]", line)) / 10)))):
                    low = _said(_spelt(pattern, slots, rng), rng)
                    if low:
                        found[Clause(language, op, low)] = None
    for line in (DATA / "phrases.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            op, _, phrase = line.split(" ", 2)
            found[Clause("en" if phrase.isascii() else "zh", op, phrase.lower())] = None
    return list(found)


def _said(text: str, rng: random.Random) -> str:
    """Fill in numbers for 0 and quoted words for “; one space between words."""
    text = re.sub(r"(?<![0-9])0(?![0-9])", lambda _: str(rng.randint(1, 60)), re.sub(r" {2,}", " ", text).strip())
    return re.sub("“", lambda _: QUOTE * rng.randint(2, 12), text).lower()


def _parsed(pattern: str) -> list[Node]:
    """Return a pattern as nodes: text, ("any", alternatives), ("word", class)."""
    at = 0

    def row(stop: str) -> list[Node]:
        nonlocal at
        found: list[Node] = []
        while at < len(pattern) and pattern[at] not in stop:
            node: Node = pattern[at]
            at += 1
            if node == "[":
                choices = [row("|]")]
                while pattern[at] == "|":
                    at += 1
                    choices.append(row("|]"))
                at += 1
                node = ("any", choices)
            elif node == "{":
                end = pattern.index("}", at)
                node = ("word", pattern[at:end])
                at = end + 1
            if at < len(pattern) and pattern[at] == "?" and (isinstance(node, tuple) or node == "“"):
                at += 1
                node = ("any", [[node], []])
            found.append(node)
        return found

    return row("")


def _spelt(nodes: list[Node], slots: dict[str, list[str]], rng: random.Random) -> str:
    text = ""
    for node in nodes:
        if isinstance(node, str):
            text += node
        elif isinstance(node[1], str):
            made_up = node[1] == "thing" and rng.random() < _MADE_UP * (0.5 if slots["thing"][0].isascii() else 1)
            text += _noun(slots, rng) if made_up else rng.choice(slots[node[1]])
        else:
            text += _spelt(rng.choice(node[1]), slots, rng)
    return text


def _noun(slots: dict[str, list[str]], rng: random.Random) -> str:
    """Return a noun that nobody knows: things have any name, so a name says nothing about what is asked."""
    if slots["thing"][0].isascii():
        return "".join(rng.choice(_SYLLABLES) for _ in range(rng.randint(2, 3)))
    return "".join(rng.choice(_CHARACTERS) for _ in range(rng.randint(1, 3)))


def joined(pool: list[Clause], count: int, seed: int) -> Iterator[tuple[str, list[tuple[str, Clause]]]]:
    """Give messages of one to four requests with idle clauses between: media kinds, and each clause with its joint."""
    rng = random.Random(seed)
    needs = {row.op: row.needs for row in ROWS}
    by_op: dict[tuple[str, str], list[Clause]] = {}
    for clause in pool:
        by_op.setdefault((clause.language, clause.op), []).append(clause)
    asked = [op for op in needs if needs[op] != "none"]
    for _ in range(count):
        language, kinds = rng.choice(("en", "zh")), rng.choice(_SHELVES)
        wanted: list[str] = []
        size = rng.choice((1, 1, 1, 2, 2, 2, 3, 3, 4))
        if rng.random() < 0.06:
            kinds, wanted = "", [rng.choice(("generate_image", "generate_video"))]
            size = 1 + (rng.random() < 0.3)
        while len(wanted) < size:
            op = rng.choice(asked)
            moves = "v" in kinds or (wanted and wanted[-1] in ("animate", "orbit", "turntable", "generate_video"))
            if not (needs[op] == "video" and not moves) and not (
                needs[op] == "image" and "v" in kinds and rng.random() < 0.7
            ):
                wanted.append(op)
        ops: list[str] = []
        for op in wanted:
            while rng.random() < 0.22:
                ops.append("")
            ops.append(op)
        while rng.random() < 0.3:
            ops.append("")
        opening = rng.choice(_OPENINGS[language]) if rng.random() < 0.15 else ""
        joints = [opening, *(rng.choice(_JOINTS[language]) for _ in ops[1:])]
        yield kinds, [(joint, rng.choice(by_op[language, op])) for joint, op in zip(joints, ops, strict=True)]
