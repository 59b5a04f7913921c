"""One clause and its match with a phrase, and how the things it names are told from the media they are in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from agentvid.planner.grammar.lexicon import Measures, find_references, plain, read_reference
from agentvid.planner.request import Reference

__all__ = ["ARTICLE", "Clause", "Refusal", "split_thing"]


@dataclass(frozen=True)
class Refusal:
    """What can't be done as it was asked, and what could be: one sentence in English and in Chinese."""

    en: str
    zh: str


@dataclass(frozen=True)
class Clause:
    """One clause: as it was `said`, and its match with a phrase after its `measures` were taken out."""

    said: str
    match: re.Match[str]
    measures: Measures = field(default_factory=Measures)

    def get(self, *names: str) -> str:
        """Return the first of these groups that the phrase has and that holds words, or ""."""
        groups = self.match.groupdict()
        return next((plain(groups[name]) for name in names if groups.get(name)), "")

    def reference(self, name: str) -> Reference | None:
        """Return what the words of a group stand for, or None."""
        return read_reference(self.get(name))


_INSIDE_ZH: Final = r"(?:里面|里边|里|中|上面|上|内)?的?"
ARTICLE: Final = re.compile(
    r"^(?:the|an?|my|that|this|its|these|those)\s+|^(?:这|那)(?:个|只|辆|朵|件|把|条|位)", re.IGNORECASE
)


def split_thing(text: str) -> tuple[str, Reference | None]:
    """Return the bare name of a thing and the medium it is said to be in: "the cup in @v2" → "cup", @v2.

    A pronoun alone is the thing ""; the words of a medium alone are the thing "" in that medium.
    """
    text = re.sub(r"\s+as an? (?:[a-z0-9-]+ ){0,3}(?:clip|video|gif)$", "", plain(text), flags=re.IGNORECASE)
    whole = read_reference(re.sub(r"(?:里面|里|中|上|的)+$", "", text))
    if whole is not None:
        return "", (None if whole.to == "it" else whole)
    for start, end, reference in find_references(text):
        if reference.to == "it":
            continue
        before, after = text[:start], text[end:]
        inside = re.match(_INSIDE_ZH, after)
        if not before and inside and inside[0] and re.match(r"[^A-Za-z]", after):
            return split_thing(after[inside.end() :])[0], reference
        if not before and reference.to == "number":
            return split_thing(after)[0], reference
        said_in = re.search(r"\s(?:in|on|of|from|inside|within|into)\s+$", before, re.IGNORECASE)
        if not after and said_in:
            return split_thing(before[: said_in.start()])[0], reference
    return ARTICLE.sub("", text), None
