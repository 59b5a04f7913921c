"""Text from the model, token by token.

Decoding happens on a fork of a context, so that stopping at any moment leaves the context as it was.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from agentvid.errors import Cancelled, InputError
from agentvid.models.mot.context import Context
from agentvid.models.mot.model import MoT
from agentvid.models.mot.ngrams import Memory
from agentvid.models.mot.prompts import PromptFormat
from agentvid.models.mot.reader import AHEAD, Reader
from agentvid.models.mot.tokenizer import Tokenizer

__all__ = ["Decoding", "decode", "words_of"]

_UNFINISHED = "\N{REPLACEMENT CHARACTER}"
_OVERLAP = 8
"""Ids decoded again with what follows them, so that pieces join as the whole text does."""


@dataclass(frozen=True)
class Decoding:
    """How text is written: at most `limit` tokens; greedy at temperature 0, else sampled from `seed` on.

    At most `ahead` tokens are guessed from what was read and written before (`reader.py`): the text stays the same, and
    takes fewer forwards where it repeats what was there.

    Raises: InputError where a number makes no sense.
    """

    limit: int = 1024
    temperature: float = 0.0
    seed: int = 0
    ahead: int = AHEAD

    def __post_init__(self) -> None:
        if self.limit < 1 or not 0 <= self.temperature < math.inf or self.ahead < 0:
            told = f"limit {self.limit}, temperature {self.temperature}, ahead {self.ahead}"
            raise InputError(told, "at least 1, at least 0, at least 0")


@torch.no_grad()
def decode(
    model: MoT,
    context: Context,
    prompt: PromptFormat,
    decoding: Decoding,
    cancelled: Callable[[], bool] | None = None,
    memory: Memory | None = None,
) -> Iterator[int]:
    """Yield the ids of the model's own text after a context, the closing token included where it comes.

    The context is not changed, nor is the memory, from which guesses are taken.

    Raises: Cancelled between two tokens.
    """
    ahead = min(decoding.ahead, decoding.limit)
    reader = Reader(model, context, room=decoding.limit + 1, ahead=ahead, memory=memory)
    generator = torch.Generator().manual_seed(decoding.seed)
    fed = prompt.open()
    for _ in range(decoding.limit):
        if cancelled is not None and cancelled():
            raise Cancelled("the text was stopped")
        chosen = _choose(reader.read(fed), decoding.temperature, generator)
        yield chosen
        if chosen == prompt.end:
            return
        fed = [chosen]


def words_of(ids: Iterator[int], tokenizer: Tokenizer, end: int) -> Iterator[str]:
    """Yield the text of ids piece by piece, whole characters only; joined, the pieces are the text of all ids."""
    kept: list[int] = []
    told = ""
    start, done = 0, 0  # ids from `start` on are decoded again, those before `done` were told
    for id in ids:
        if id == end:
            break
        kept.append(id)
        before, now = tokenizer.decode(kept[start:done]), tokenizer.decode(kept[start:])
        if not now.endswith(_UNFINISHED) and now.startswith(before) and now != before:
            yield now[len(before) :]
            told += now[len(before) :]
            start, done = max(0, len(kept) - _OVERLAP), len(kept)
    whole = tokenizer.decode(kept)
    if whole.startswith(told) and whole != told:
        yield whole[len(told) :]


def _choose(logits: Tensor, temperature: float, generator: torch.Generator) -> int:
    if temperature == 0:
        return int(logits.argmax())
    chances = torch.softmax(logits.cpu() / temperature, dim=-1)
    return int(torch.multinomial(chances, 1, generator=generator))
