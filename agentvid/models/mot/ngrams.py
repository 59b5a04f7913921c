"""Guesses how a text goes on, from what stood in it before and from texts written before it.

A guess is a chain of tokens, each with the share of cases in which it was the one that followed; it ends where it
would be wrong more often than it pays. What a text takes from itself is believed as often as that was right of late.

Source: n-gram drafts of speculative decoding, as prompt lookup (https://github.com/apoorvumang/prompt-lookup-decoding)
and REST (arXiv 2311.08252) do them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

__all__ = ["Draft", "Guess", "Memory"]

_LONGEST: Final = 4
_SHORTEST: Final = 2
"""Lengths of the runs of tokens that a memory looks up."""
_OWN_RUNS: Final = (3, 2, 1)
"""Lengths of the runs that a text looks up in itself, the longest first."""
_RUNS_KEPT: Final = 100_000
_LEAST: Final = 0.2
"""A guess ends where its whole chain would be right less often than this."""
_TRUST: Final = 0.5
_ADAPTING: Final = 0.2

_Counts: TypeAlias = dict[tuple[int, ...], dict[int, int]]


@dataclass(frozen=True)
class Guess:
    """A token that may come next. `is_own`: taken from the same text."""

    id: int
    is_own: bool


class Memory:
    """What followed runs of tokens in texts written before. For several threads at once.

    At most twice `runs_kept` runs are held: the older half goes when the newer one is full.
    """

    def __init__(self, runs_kept: int = _RUNS_KEPT) -> None:
        self._runs_kept = runs_kept
        self._newer: _Counts = {}
        self._older: _Counts = {}
        self._lock = threading.Lock()

    def add(self, ids: Sequence[int]) -> None:
        """Remember a text."""
        with self._lock:
            for end in range(_SHORTEST, len(ids)):
                for length in range(_SHORTEST, min(_LONGEST, end) + 1):
                    followed = self._newer.setdefault(tuple(ids[end - length : end]), {})
                    followed[ids[end]] = followed.get(ids[end], 0) + 1
            if len(self._newer) > self._runs_kept:
                self._older, self._newer = self._newer, {}

    def next(self, ids: Sequence[int | None]) -> tuple[int, float] | None:
        """Return the token that followed the longest known run at the end most often, and in which share of cases."""
        with self._lock:
            for length in range(min(_LONGEST, len(ids)), _SHORTEST - 1, -1):
                run = tuple(ids[-length:])
                followed = self._newer.get(run) or self._older.get(run)  # type: ignore[arg-type]
                if followed:
                    id = max(followed, key=followed.__getitem__)
                    return id, followed[id] / sum(followed.values())
        return None


class Draft:
    """Tokens of a text so far, None where a picture was, and how they may go on."""

    def __init__(self, ids: Iterable[int | None], memory: Memory | None = None) -> None:
        self._memory = memory
        self._ids: list[int | None] = []
        self._ends: dict[tuple[int | None, ...], int] = {}
        self._latest: list[int | None] = [None] * len(_OWN_RUNS)
        self._trust = _TRUST
        self.add(ids)

    def add(self, ids: Iterable[int | None]) -> None:
        """Go on with tokens; `_latest` is where the run at the end stood before."""
        for id in ids:
            self._ids.append(id)
            for index, length in enumerate(_OWN_RUNS):
                run = tuple(self._ids[-length:])
                self._latest[index] = self._ends.get(run) if len(run) == length else None
                self._ends[run] = len(self._ids)

    def judge(self, guess: Guess, *, right: bool) -> None:
        """Learn whether a guess was right."""
        if guess.is_own:
            self._trust += _ADAPTING * (right - self._trust)

    def guess(self, most: int) -> list[Guess]:
        """Return how the text may go on: at most `most` tokens, or none."""
        start = next((found for found in self._latest if found is not None), None)
        own = list(self._ids[start : start + most]) if start is not None else []
        past, chance = self._ids[-_LONGEST:], 1.0
        found: list[Guess] = []
        while len(found) < most:
            known = self._memory.next(past) if self._memory else None
            id = own[len(found)] if len(found) < len(own) else None
            if id is not None and (known is None or known[1] < self._trust):
                guessed, share = Guess(id, is_own=True), self._trust
            elif known is not None:
                guessed, share = Guess(known[0], is_own=False), known[1]
            else:
                break
            chance *= share
            if chance < _LEAST and found:
                break
            if guessed.id != id:
                own = []
            found.append(guessed)
            past = [*past[1 - _LONGEST :], guessed.id]
        return found
