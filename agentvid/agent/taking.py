"""What a text means that stands where media are given: a file of this machine, unless a face says otherwise.

A face that serves others must never read files by their words: inside `taking(...)` its own reading counts, for all
that is called there, tasks and threads included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final, TypeAlias

from agentvid.media.gate import take_in, take_in_depth, take_in_mask
from agentvid.store.objects import ObjectStore

__all__ = ["Take", "take_text", "taking"]

Take: TypeAlias = Callable[[str, str, ObjectStore], Any]
"""Given a port type, a text and the store, returns the media as JSON."""


def _from_disk(type_name: str, text: str, store: ObjectStore) -> Any:
    takes = {"Mask": take_in_mask, "Depth": take_in_depth}.get(type_name, take_in)
    return takes(Path(text), store).model_dump(mode="json")


_TAKE: Final[ContextVar[Take]] = ContextVar("agentvid_take", default=_from_disk)


def take_text(type_name: str, text: str, store: ObjectStore) -> Any:
    """Return the media that a text names, as JSON.

    Raises: MediaError or EditError where it can't be used; StoreError where the store can't take it.
    """
    return _TAKE.get()(type_name, text, store)


@contextmanager
def taking(take: Take) -> Iterator[None]:
    """Read texts that name media with `take` inside the block."""
    token = _TAKE.set(take)
    try:
        yield
    finally:
        _TAKE.reset(token)
