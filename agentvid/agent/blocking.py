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
from concurrent.futures import Future
from typing import Any, Final, Self

from agentvid.agent.agent import Agent, Session, Turn
from agentvid.errors import InputError

__all__ = ["BlockingAgent", "Job", "begin", "unwrapped"]

_STOP_SECONDS: Final = 10.0


class Job:
    """Work that was begun on an event loop in another thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any]) -> None:
        self._loop, self._ended = loop, Future[Any]()
        self._task: asyncio.Task[Any] | None = None
        loop.call_soon_threadsafe(self._start, work)

    def cancel(self) -> None:
        """Ask it to stop; `result` tells when it has."""
        self._loop.call_soon_threadsafe(lambda: self._task and self._task.cancel())

    def result(self) -> Any:
        """Wait for what it returns. Interrupted, it is cancelled, and waited for until it has stopped.

        Raises: what it raises, asyncio.CancelledError once it was cancelled and has stopped.
        """
        try:
            return self._ended.result()
        except KeyboardInterrupt:
            self.cancel()
            with contextlib.suppress(Exception, asyncio.CancelledError):
                self._ended.result(_STOP_SECONDS)
            raise

    def _start(self, work: Coroutine[Any, Any, Any]) -> None:
        self._task = self._loop.create_task(work)
        self._task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[Any]) -> None:
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if error is not None:
            self._ended.set_exception(error)
        else:
            self._ended.set_result(task.result())


class _Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="agentvid", daemon=True)
        self._thread.start()

    def begin(self, work: Coroutine[Any, Any, Any]) -> Job:
        if self.is_closed:
            work.close()
            raise InputError("the agent is closed", "an agent that is open", "make another BlockingAgent")
        return Job(self._loop, work)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.begin(work).result()

    @property
    def is_closed(self) -> bool:
        return self._loop.is_closed()

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
        """End worker processes and the event loop; closed already, nothing happens."""
        if not self._loop.is_closed:
            self._loop.run(self._target.close())
            self._loop.close()


def _wrap(value: Any, loop: _Loop) -> Any:
    if isinstance(value, Agent | Session | Turn):
        return _Blocking(value, loop)
    if isinstance(value, list):
        return [_wrap(item, loop) for item in value]
    return value


def begin(value: Any, work: Coroutine[Any, Any, Any]) -> Job:
    """Begin a coroutine of what a blocking object stands for, without waiting.

    Raises: InputError where its agent is closed.
    """
    loop: _Loop = value._loop
    return loop.begin(work)


def unwrapped(value: Any) -> Any:
    """Return what a blocking object stands for; anything else as it is."""
    return value._target if isinstance(value, _Blocking) else value
