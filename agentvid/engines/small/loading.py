"""Load the small model once per process, in float32 on the CPU, and keep its threads few."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import torch

from agentvid.engines.unified.weights import Checkpoint
from agentvid.models.mot import Unified

__all__ = ["few_threads", "load"]

MOST_THREADS: Final = 2
"""More threads than this make a model of this size no faster."""
_lock = threading.Lock()


def load(checkpoint: Checkpoint) -> Unified:
    """Return the model of a checkpoint; it is loaded at the first call, and anew where its files have changed.

    Raises: EngineError (code bad_checkpoint) where it can't be used.
    """
    with _lock:
        return _loaded(checkpoint, checkpoint.digest())


@contextlib.contextmanager
def few_threads() -> Iterator[None]:
    """Compute with at most two threads, and set the number back afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(max(1, min(before, MOST_THREADS, os.cpu_count() or 1)))
    try:
        yield
    finally:
        torch.set_num_threads(before)


@lru_cache(maxsize=1)
def _loaded(checkpoint: Checkpoint, digest: str) -> Unified:
    assert checkpoint.folder is not None
    return Unified.from_pretrained(checkpoint.folder, dtype=torch.float32, codec_dtype=torch.float32)
