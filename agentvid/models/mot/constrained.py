"""Text that follows a grammar: at each token, only those are open that can still lead to a whole sentence of it.

Texts are written piece by piece, each bound by a grammar of its own, so that a later piece may depend on what an
earlier one said. Where a grammar leaves one way only, its tokens are read in one forward and not chosen one by one.

Grammars are llguidance's: Lark with JSON schemas inside (`%json {…}`). Source: https://github.com/guidance-ai/llguidance
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch

from agentvid.errors import Cancelled, ChainError, SettingsError
from agentvid.models.mot.decode import Decoding
from agentvid.models.mot.reader import Reader
from agentvid.models.mot.tokenizer import FileTokenizer

if TYPE_CHECKING:
    from agentvid.models.mot.session import Session
    from agentvid.models.mot.unified import Unified

__all__ = ["Writer"]

_HEADER: Final = "%llguidance {}\n"
_FIRST_ROOM: Final = 1024  # rows made beforehand; more are made as needed


class Writer:
    """Writes after what a session has read, which is not changed. `decoding.limit` bounds all pieces together.

    Raises: SettingsError where llguidance is not installed.
    """

    def __init__(
        self, session: Session, decoding: Decoding | None = None, cancelled: Callable[[], bool] | None = None
    ) -> None:
        self._unified, self._decoding = session.unified, decoding or Decoding()
        self._cancelled = cancelled
        self._vocabulary = _vocabulary(session.unified)
        room, ahead, memory = min(self._decoding.limit, _FIRST_ROOM) + 1, self._decoding.ahead, self._unified.memory
        self._reader = Reader(self._unified.model, session.branches.full, room=room, ahead=ahead, memory=memory)
        self._generator = torch.Generator().manual_seed(self._decoding.seed)
        self._logits = self._reader.read(self._unified.format.open())
        self.written = 0
        """Tokens written so far."""

    @torch.no_grad()
    def write(self, grammar: str) -> str:
        """Return the next piece of text, a whole sentence of the grammar (Lark; the rule `start` is where it begins).

        Raises: ChainError where the limit comes before the end; Cancelled between two tokens.
        """
        import llguidance

        matcher = llguidance.LLMatcher(self._vocabulary, _HEADER + grammar)
        piece: list[int] = []
        while not matcher.is_stopped():
            self._check()
            chosen = matcher.compute_ff_tokens() or [self._choose(matcher.compute_bitmask())]
            matcher.consume_tokens(chosen)
            chosen = [id for id in chosen if id != self._unified.format.end]
            piece += chosen
            self.written += len(chosen)
            if chosen:
                self._logits = self._reader.read(chosen)
        if matcher.is_error():
            raise SettingsError(f"a grammar that can't be used: {matcher.get_error()}", "see llguidance's syntax")
        self._unified.memory.add(piece)
        return self._unified.tokenizer.decode(piece)

    def _check(self) -> None:
        if self._cancelled is not None and self._cancelled():
            raise Cancelled("the text was stopped")
        if self.written >= self._decoding.limit:
            raise ChainError(
                f"the model's text did not end within {self._decoding.limit} tokens", "a whole text", "say it shorter"
            )

    def _choose(self, mask: bytes) -> int:
        is_open = np.unpackbits(np.frombuffer(mask, np.uint8), bitorder="little")
        ids = torch.from_numpy(np.flatnonzero(is_open[: len(self._logits)])).to(self._logits.device)
        logits = self._logits[ids]
        if self._decoding.temperature == 0:
            return int(ids[logits.argmax()])
        chances = torch.softmax(logits.cpu() / self._decoding.temperature, dim=-1)
        return int(ids[torch.multinomial(chances, 1, generator=self._generator)])


class _Bytes:
    """A tokenizer of bytes in the form that llguidance asks for."""

    def __init__(self, unified: Unified) -> None:
        special = {id: name.encode() for name, id in unified.tokenizer.special.items()}  # type: ignore[attr-defined]
        self.tokens = [bytes([id]) for id in range(256)] + [special[id] for id in sorted(special)]
        self.special_token_ids = sorted(special)
        self.bos_token_id, self.eos_token_id = unified.ids.start, unified.ids.end

    def __call__(self, words: str | bytes) -> list[int]:
        return list(words.encode() if isinstance(words, str) else words)


def _vocabulary(unified: Unified) -> Any:
    """Return the tokenizer as llguidance knows it; making one takes a moment, so it is kept with the model."""
    kept = unified.__dict__.get("_constrained_vocabulary")
    if kept is None:
        kept = unified.__dict__["_constrained_vocabulary"] = _made(unified)
    return kept


def _made(unified: Unified) -> Any:
    try:
        import llguidance
    except ImportError as error:
        raise SettingsError(
            "llguidance is not installed", "the library that binds text to a grammar", "pip install llguidance"
        ) from error
    if isinstance(unified.tokenizer, FileTokenizer):
        words = unified.tokenizer.path.read_text(encoding="utf-8")
        return llguidance.LLTokenizer(words, n_vocab=unified.config.backbone.vocab, eos_token=unified.ids.end)
    return llguidance.LLTokenizer(llguidance.TokenizerWrapper(_Bytes(unified)))
