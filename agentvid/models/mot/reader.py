"""Reads a text that is being written, token by token, a few tokens ahead of its writer.

What was written before often comes again: a thought repeats the words of its prompt, a plan its keys, every thought
those of other thoughts. How the text may go on is guessed (`ngrams.py`); the guess is read along with the next token,
and kept as long as the writer agrees. The text stays what it would have been, but for what rounding may turn where two
tokens are equally likely; several of its tokens then take one forward, in which the weights are read once.

Source: speculative decoding (arXiv 2211.17192).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor

from agentvid.models.mot.context import Context, append, text
from agentvid.models.mot.model import MoT
from agentvid.models.mot.ngrams import Draft, Guess, Memory

__all__ = ["AHEAD", "Reader"]

AHEAD: Final = 8
"""How many tokens are guessed at most."""


class Reader:
    """Goes on from a context, which is not changed. `ahead` tokens are guessed at most; 0 guesses nothing.

    `memory` holds texts written before; it is asked, not added to.
    """

    def __init__(
        self, model: MoT, context: Context, *, room: int, ahead: int = AHEAD, memory: Memory | None = None
    ) -> None:
        self._model, self._ahead = model, ahead
        self._context = context.fork()
        self._context.cache.compact(room=room + ahead)
        self._guessed: deque[tuple[Guess, Tensor]] = deque()
        self._draft = Draft((id for segment in context.segments for id in (segment.ids or (None,))), memory)
        self.forwards = 0
        """Forwards taken so far."""

    @torch.no_grad()
    def read(self, ids: Sequence[int]) -> Tensor:
        """Read what was written next, and return the logits [vocab] of what follows."""
        logits = None
        rest = deque(ids)
        while rest and self._guessed and rest[0] == self._guessed[0][0].id:
            rest.popleft()
            guess, logits = self._guessed.popleft()
            self._draft.judge(guess, right=True)
        self._draft.add(ids)
        if not rest:
            if logits is None:
                raise ValueError("nothing to read")
            return logits
        if self._guessed:
            self._draft.judge(self._guessed[0][0], right=False)
            self._context.forget(len(self._guessed))
            self._guessed.clear()
        return self._forward(list(rest))

    def _forward(self, ids: list[int]) -> Tensor:
        room = self._model.config.backbone.max_positions - self._context.state.next - len(ids)
        guess = self._draft.guess(max(0, min(self._ahead, room)))
        (rows,) = append(self._model, [text(self._model, self._context, [*ids, *(token.id for token in guess)])])
        self.forwards += 1
        logits = self._model.logits(rows[len(ids) - 1 :])
        self._guessed.extend(zip(guess, logits[1:], strict=True))
        return logits[0]
