"""One row of what people ask for: an operation, the words that trigger it, and what it needs. Rows are data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, TypeAlias

from agentvid.planner.wide.words import CLASSES

__all__ = ["Hit", "Needs", "Row"]

Needs: TypeAlias = Literal["image", "video", "any", "none"]


@dataclass(frozen=True)
class Hit:
    """Where a row's words were found in a clause: the heavier wins, then the longer."""

    op: str
    weight: float
    start: int
    end: int


@dataclass(frozen=True)
class Row:
    """One operation. `words` are patterns by weight: 9 says it alone, 7 with what it is done to, 5 usually, 3 and 1
    where nothing heavier is said.

    A pattern is a regular expression over one lower-case clause in simplified characters. `{name}` stands for a class
    of words (`words.CLASSES`), `{..}` for a few words between. A pattern that begins with `video:` or `image:` counts
    for that kind of medium alone. `veto` are patterns that take the row out of a clause. `makes` is what comes of it.
    """

    op: str
    title: tuple[str, str]
    needs: Needs
    example: tuple[str, str]
    words: dict[int, tuple[str, ...]]
    veto: tuple[str, ...] = ()
    makes: Literal["image", "video", "text", "audio", "mesh", "same"] = "same"
    merges: bool = False
    """Whether neighbouring clauses that ask for it are one request ("it's too dark, brighten it, just a bit")."""

    @cached_property
    def patterns(self) -> tuple[tuple[int, str, re.Pattern[str]], ...]:
        """The patterns, heaviest first, each with its weight and the kind it counts for ("" for any)."""
        found = []
        for weight in sorted(self.words, reverse=True):
            by_kind: dict[str, list[str]] = {}
            for word in self.words[weight]:
                kind, _, bare = word.partition(":") if word.startswith(("video:", "image:")) else ("", "", word)
                by_kind.setdefault(kind, []).append(bare)
            found += [(weight, kind, _compiled(bare)) for kind, bare in by_kind.items()]
        return tuple(found)

    @cached_property
    def vetoes(self) -> re.Pattern[str] | None:
        """What takes the row out, as one pattern."""
        return _compiled(list(self.veto)) if self.veto else None

    def hit(self, clause: str, kind: str = "") -> Hit | None:
        """Return the heaviest and longest place where the row's words are in a clause, or None."""
        for weight, only, pattern in self.patterns:
            if only and kind and only != kind:
                continue
            found = max(pattern.finditer(clause), key=lambda match: match.end() - match.start(), default=None)
            if found is not None and found[0]:
                if self.vetoes is not None and self.vetoes.search(clause):
                    return None
                return Hit(self.op, weight + min(found.end() - found.start(), 60) / 100, found.start(), found.end())
        return None


_GAP: Final = r"[^;。!?]{0,40}?"


def _compiled(patterns: list[str]) -> re.Pattern[str]:
    joined = "|".join(f"(?:{pattern})" for pattern in patterns)
    joined = re.sub(r"\{([a-z_]+)\}", lambda name: CLASSES[name[1]], joined)
    return re.compile(joined.replace("{..}", _GAP))
