"""Reads a text that is being written, token by token, a few tokens ahead of its writer.

What was written before often comes again: a thought repeats the words of its prompt, a plan its keys. Where the last
tokens stood before, those that followed them are read along with the next token, and kept as long as the writer agrees.
The text stays what it would have been; several of its tokens then take one forward, in which the weights are read once.

Source: prompt lookup (https://github.com/apoorvumang/prompt-lookup-decoding), after speculative decoding
(arXiv 2211.17192).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

import torch
from torch import Tensor

from agentvid.models.mot.context import Context, append, text
from agentvid.models.mot.model import MoT

__all__ = ["AHEAD", "Reader"]

AHEAD: Final = 8
"""How many tokens are guessed at most."""
_RUNS: Final = (3, 2, 1)
"""Lengths of the runs of tokens that are looked up, the longest first."""


class Reader:
    """Goes on from a context, which is not changed. `ahead` tokens are guessed at most; 0 guesses nothing."""

    def __init__(self, model: MoT, context: Context, *, room: int, ahead: int = AHEAD) -> None:
        self._model, self._ahead = model, ahead
        self._context = context.fork()
        self._context.cache.compact(room=room + ahead)
        self._guessed: deque[tuple[int, Tensor]] = deque()
        self._past = _Past(id for segment in context.segments for id in (segment.ids or (None,)))
        self._trust = 1
        self.forwards = 0
        """Forwards taken so far."""

    @torch.no_grad()
    def read(self, ids: Sequence[int]) -> Tensor:
        """Read what was written next, and return the logits [vocab] of what follows."""
        logits = None
        rest = deque(ids)
        while rest and self._guessed and rest[0] == self._guessed[0][0]:
            rest.popleft()
            logits = self._guessed.popleft()[1]
            self._trust = min(self._trust + 1, self._ahead)
        self._past.add(ids)
        if not rest:
            if logits is None:
                raise ValueError("nothing to read")
            return logits
        if self._guessed:
            self._trust = max(1, self._trust // 2)
            self._context.forget(len(self._guessed))
            self._guessed.clear()
        return self._forward(list(rest))

    def _forward(self, ids: list[int]) -> Tensor:
        room = self._model.config.backbone.max_positions - self._context.state.next - len(ids)
        guess = self._past.guess(max(0, min(self._trust, self._ahead, room)))
        (rows,) = append(self._model, [text(self._model, self._context, [*ids, *guess])])
        self.forwards += 1
        logits = self._model.logits(rows[len(ids) - 1 :])
        self._guessed.extend(zip(guess, logits[1:], strict=True))
        return logits[0]


class _Past:
    """Tokens so far, None where a picture was, and where each run of them was last followed by others."""

    def __init__(self, ids: Iterable[int | None]) -> None:
        self._ids: list[int | None] = []
        self._ends: dict[tuple[int | None, ...], int] = {}
        self._latest: list[int | None] = [None] * len(_RUNS)
        self.add(ids)

    def add(self, ids: Iterable[int | None]) -> None:
        """Go on with tokens; `_latest` is where the run at the end stood before."""
        for id in ids:
            self._ids.append(id)
            for index, length in enumerate(_RUNS):
                run = tuple(self._ids[-length:])
                self._latest[index] = self._ends.get(run) if len(run) == length else None
                self._ends[run] = len(self._ids)

    def guess(self, most: int) -> list[int]:
        """Return what followed the run at the end when it stood there before: at most `most` tokens, or none."""
        start = next((found for found in self._latest if found is not None), None)
        found: list[int] = []
        for id in self._ids[start : start + most] if start is not None else ():
            if id is None:
                break
            found.append(id)
        return found
