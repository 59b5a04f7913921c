"""Load a checkpoint once per process, on the device that was asked for."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from functools import lru_cache

import torch

from agentvid.engines.unified.weights import Checkpoint
from agentvid.errors import SettingsError, ToolFailed
from agentvid.models.mot import Unified

__all__ = ["load", "within_memory"]

_lock = threading.Lock()


def load(checkpoint: Checkpoint, device: str = "") -> Unified:
    """Return the model of a checkpoint; the one loaded last is kept, and loaded anew where its files have changed.

    Raises: SettingsError where the device does not exist; EngineError (code bad_checkpoint) where it can't be used.
    """
    with _lock, within_memory():
        return _loaded(checkpoint, _device(device), checkpoint.digest())


@contextlib.contextmanager
def within_memory() -> Iterator[None]:
    """Tell in words that memory does not suffice.

    Raises: ToolFailed.
    """
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise ToolFailed(
            f"the memory of the GPU does not suffice: {str(error).partition('.')[0]}",
            "room for the model and what it draws",
            "ask for a smaller picture, end other programs on the GPU, or set AGENTVID_DEVICE",
        ) from error


@lru_cache(maxsize=1)
def _loaded(checkpoint: Checkpoint, device: torch.device, digest: str) -> Unified:
    assert checkpoint.folder is not None
    return Unified.from_pretrained(checkpoint.folder, device=device)


def _device(told: str) -> torch.device:
    try:
        device = torch.device(told or ("cuda" if torch.cuda.is_available() else "cpu"))
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).partition("\n")[0]
        raise SettingsError(
            f"AGENTVID_DEVICE is {told!r}, which can't be used: {reason}",
            "cuda, cuda:0 … or cpu",
            "correct or unset it",
        ) from error
    return device
