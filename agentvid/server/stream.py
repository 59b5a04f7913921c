"""The events of sessions, numbered and kept, for everybody who listens.

Every event gets the next number of its session and is written before anyone hears of it, so that a listener who comes
back with the last number it saw misses nothing, also after the server was killed. Progress and previews have no number:
they are told to whoever listens now, the newest of each step only. A slow listener holds nothing up and nothing in
memory: it reads at its own speed from where it is.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Final

from agentvid.events import Event, Preview, Progress
from agentvid.store.log import Log

__all__ = ["KEPT", "Stream", "Told"]

_HOLD_SECONDS: Final = 0.01
"""For how long events are held, to be written together."""
_RECENT: Final = 256
_AT_ONCE: Final = 200
KEPT: Final = 5000
"""How many events of a session are kept; older ones are dropped."""


@dataclass(frozen=True)
class Told:
    """One event as a listener gets it: its number (None where it has none), its type, and its JSON text."""

    n: int | None
    type: str
    data: str


@dataclass
class _Channel:
    last: int
    recent: deque[Told] = field(default_factory=lambda: deque(maxlen=_RECENT))
    live: dict[tuple[int, str, str], tuple[int, Told]] = field(default_factory=dict)
    clock: int = 0
    wakers: set[_Waker] = field(default_factory=set)
    is_gone: bool = False

    def wake(self) -> None:
        for waker in list(self.wakers):
            waker.wake()


@dataclass(eq=False)
class _Waker:
    """Wakes one listener, in its own event loop."""

    loop: asyncio.AbstractEventLoop
    flag: asyncio.Event

    def wake(self) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.flag.set)


class Stream:
    """All sessions' events. `put` may be called from any thread; what it takes is written on the loop `writes_on`."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._channels: dict[str, _Channel] = {}
        self._waiting: list[tuple[str, int, Event]] = []
        self._ended: list[tuple[str, int]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_due = False
        self.is_closed = False

    def writes_on(self, loop: asyncio.AbstractEventLoop) -> None:
        """Write on this loop from now on."""
        self._loop = loop

    def put(self, session: str, turn: int, event: Event) -> None:
        """Take an event of a turn."""
        if isinstance(event, Progress | Preview):
            self._put_live(session, turn, event)
            return
        with self._lock:
            self._waiting.append((session, turn, event))
        self._be_due()

    def _be_due(self) -> None:
        with self._lock:
            first, self._is_due = not self._is_due, True
        if first and self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.call_later, _HOLD_SECONDS, self.flush)

    def flush(self) -> None:
        """Write what waits, tell it, and let go of the turns that have ended.

        Raises: StoreError where the log can't be written; what waited is then told without being kept.
        """
        with self._lock:
            waiting, self._waiting, self._is_due = self._waiting, [], False
            ended, self._ended = self._ended, []
        try:
            self._tell(waiting)
        finally:
            for session, turn in ended:
                self._ends(session, turn)

    def _tell(self, waiting: list[tuple[str, int, Event]]) -> None:
        told: dict[str, list[Told]] = {}
        rows, now = [], self._log.clock()
        for session, turn, event in waiting:
            known = told.setdefault(session, [])
            n = self._channel(session).last + len(known) + 1
            text = json.dumps({"turn": turn, **event.model_dump(mode="json")}, ensure_ascii=False)
            rows.append((session, n, turn, text, now))
            known.append(Told(n, event.type, text))
            if event.type == "step_done":
                for kind in ("progress", "preview"):
                    self._channel(session).live.pop((turn, event.step, kind), None)
        if not rows:
            return
        try:
            with self._log.write(durable=False) as connection:
                connection.executemany("INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?)", rows)
        finally:
            for session, items in told.items():
                channel = self._channel(session)
                channel.recent.extend(items)
                channel.last += len(items)
                channel.wake()

    def end(self, session: str, turn: int) -> None:
        """Say that a turn's work has ended; on the loop that writes. What nobody listens to is not held any longer."""
        with self._lock:
            self._ended.append((session, turn))
        self._be_due()

    def _ends(self, session: str, turn: int) -> None:
        channel = self._channel(session)
        for key in [key for key in channel.live if key[0] == turn]:
            del channel.live[key]
        if channel.last > KEPT:
            with self._log.write(durable=False) as connection:
                connection.execute("DELETE FROM events WHERE session = ? AND n <= ?", (session, channel.last - KEPT))
        self._let_go(session)

    def forget(self, session: str) -> None:
        """Drop what is held of a session that is gone, and end its listeners' streams; on the loop that writes."""
        with self._lock:
            channel = self._channels.pop(session, None)
        if channel is not None:
            channel.is_gone = True
            channel.wake()

    def last(self, session: str) -> int:
        """Return the number of a session's newest event, 0 where it has none."""
        with self._lock:
            channel = self._channels.get(session)
            return channel.last if channel is not None else self._newest(session)

    def share(self, session: str, turn: int, step: str) -> float:
        """Return how much of a step is done by what it told last, 0 to 1; 0 where it does not run or tells nothing."""
        with self._lock:
            channel = self._channels.get(session)
            told = channel.live.get((turn, step, "progress")) if channel else None
        event = json.loads(told[1].data) if told else {"done": 0, "total": 0}
        return min(1.0, event["done"] / event["total"]) if event["total"] else 0.0

    def close(self) -> None:
        """Let every listener's stream end."""
        self.is_closed = True
        for channel in list(self._channels.values()):
            channel.wake()

    async def listen(self, session: str, after: int = 0) -> AsyncIterator[Told]:
        """Give the events of a session behind number `after`, then those that come, until the server stops."""
        async with aclosing(self.batches(session, after)) as batches:  # type: ignore[type-var]
            async for items in batches:
                for item in items:
                    yield item

    async def batches(self, session: str, after: int = 0) -> AsyncIterator[list[Told]]:
        """Give the same as `listen`, those that are there at a time together."""
        waker = _Waker(asyncio.get_running_loop(), asyncio.Event())
        channel = self._channel(session, waker)
        cursor, seen = min(after, channel.last), 0
        try:
            while not (self.is_closed or channel.is_gone):
                waker.flag.clear()
                items = await self._behind(session, channel, cursor)
                cursor = max((item.n for item in items if item.n is not None), default=cursor)
                now = channel.clock  # what is live no more has no item that would raise `seen` to it
                items += [item for clock, item in list(channel.live.values()) if clock > seen]
                seen = max(seen, now)
                if items:
                    yield items
                if channel.last <= cursor and channel.clock <= seen:
                    await waker.flag.wait()
        finally:
            channel.wakers.discard(waker)
            if self._loop is not None and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._let_go, session)

    async def _behind(self, session: str, channel: _Channel, cursor: int) -> list[Told]:
        last, recent = channel.last, list(channel.recent)
        if last <= cursor:
            return []
        if recent and recent[0].n is not None and recent[0].n <= cursor + 1:
            return [item for item in recent if item.n is not None and item.n > cursor]
        rows = await asyncio.to_thread(
            self._log.tuples,
            "SELECT n, event FROM events WHERE session = ? AND n > ? ORDER BY n LIMIT ?",
            *(session, cursor, _AT_ONCE),
        )
        return [Told(n, json.loads(text)["type"], text) for n, text in rows] or recent

    def _put_live(self, session: str, turn: int, event: Progress | Preview) -> None:
        document: dict[str, Any] = {"turn": turn, **event.model_dump(mode="json")}
        item = Told(None, event.type, json.dumps(document, ensure_ascii=False))
        channel = self._channel(session)
        with self._lock:
            channel.clock += 1
            channel.live[turn, event.step, event.type] = channel.clock, item
            while len(channel.live) > _RECENT:
                channel.live.pop(next(iter(channel.live)))
        channel.wake()

    def _channel(self, session: str, waker: _Waker | None = None) -> _Channel:
        with self._lock:
            channel = self._channels.get(session)
            if channel is None:
                channel = self._channels[session] = _Channel(self._newest(session))
            if waker is not None:
                channel.wakers.add(waker)
            return channel

    def _newest(self, session: str) -> int:
        ((last,),) = self._log.look("SELECT coalesce(max(n), 0) FROM events WHERE session = ?", session)
        return int(last)

    def _let_go(self, session: str) -> None:
        with self._lock:
            channel = self._channels.get(session)
            if channel is not None and not channel.wakers and not channel.live:
                del self._channels[session]
