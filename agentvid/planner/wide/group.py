"""One request as pieces: its operation and its words, before media, targets and values are read."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Group"]


@dataclass(frozen=True)
class Group:
    """One request: its operation, its span, its text to search, and what was said before it that asks for nothing.

    `head` is the first piece of it, which holds the words that ask for it.
    """

    op: str
    start: int
    end: int
    low: str
    join: str = "start"
    context: str = ""
    head: str = ""
