"""The same API for code that is not async: every coroutine function becomes a blocking call, by one generic proxy.

with BlockingAgent() as agent:
    turn = agent.session().send("make the red cup blue", "coffee.jpg")
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import threading
from collections.abc import Coroutine
from typing import Any, Final, Self

from agentvid.agent.agent import Agent, Session, Turn

__all__ = ["BlockingAgent", "unwrapped"]

_STOP_SECONDS: Final = 10.0


class _Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="agentvid", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        job = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return job.result()
        except KeyboardInterrupt:
            job.cancel()
            with contextlib.suppress(Exception, asyncio.CancelledError):  # until it stopped, and said so in the log
                job.exception(timeout=_STOP_SECONDS)
            raise

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class _Blocking:
    """Stands for an object of the async API; its coroutine methods block."""

    def __init__(self, target: Any, loop: _Loop) -> None:
        self._target = target
        self._loop = loop

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, name)
        if inspect.iscoroutinefunction(value):

            def call(*args: Any, **kwargs: Any) -> Any:
                return _wrap(self._loop.run(value(*args, **kwargs)), self._loop)

            call.__doc__ = value.__doc__
            return call
        if inspect.ismethod(value):
            return lambda *args, **kwargs: _wrap(value(*args, **kwargs), self._loop)
        return value

    def __repr__(self) -> str:
        return f"blocking {self._target!r}"


class BlockingAgent(_Blocking):
    """An `Agent` whose methods, and those of its sessions and turns, block. Takes what `Agent` takes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(Agent(*args, **kwargs), _Loop())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End worker processes and the event loop."""
        self._loop.run(self._target.close())
        self._loop.close()


def _wrap(value: Any, loop: _Loop) -> Any:
    if isinstance(value, Agent | Session | Turn):
        return _Blocking(value, loop)
    if isinstance(value, list):
        return [_wrap(item, loop) for item in value]
    return value


def unwrapped(value: Any) -> Any:
    """Return what a blocking object stands for; anything else as it is."""
    return value._target if isinstance(value, _Blocking) else value
