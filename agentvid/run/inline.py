"""Run a coroutine where it is awaited, as a task of its own would: in its own context, but without going through the
event loop where it never waits."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Callable, Coroutine, Generator
from contextvars import copy_context
from typing import Any, Generic, TypeVar

__all__ = ["Inline"]

T = TypeVar("T")


class Inline(Generic[T]):
    """Awaits a coroutine in a copy of the context, so that what it sets there is not seen by others.

    `before_waiting` is called each time before it gives the event loop its turn; where that raises, the coroutine is
    cancelled, and the error is raised to who awaits.
    """

    __slots__ = ("before_waiting", "coroutine")

    def __init__(self, coroutine: Coroutine[Any, Any, T], before_waiting: Callable[[], None]) -> None:
        self.coroutine = coroutine
        self.before_waiting = before_waiting

    def __await__(self) -> Generator[Any, Any, T]:
        """Give what the coroutine returns."""
        run = copy_context().run
        go: Callable[[Any], Any] = self.coroutine.send
        told: Any = None
        broken: Exception | None = None
        try:
            while True:
                try:
                    awaited = run(go, told)
                except StopIteration as end:
                    if broken is not None:
                        raise broken from None
                    return end.value  # type: ignore[no-any-return]
                except BaseException:
                    if broken is not None:
                        raise broken from None
                    raise
                if broken is None:
                    try:
                        self.before_waiting()
                    except Exception as error:
                        broken = error
                        go, told = self.coroutine.throw, CancelledError()
                        continue
                try:
                    go, told = self.coroutine.send, (yield awaited)
                except BaseException as error:
                    go, told = self.coroutine.throw, error
        finally:
            self.coroutine.close()
