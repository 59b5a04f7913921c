"""The hub: one agent and one pool of workers for all owners; turns are its tasks, and outlive requests and browsers.

All that writes sessions happens on one event loop in a thread of its own, so that a slow disk holds up no request and
no stream of events. A session does one thing at a time: what comes meanwhile is refused with what to do. At start,
work that was accepted and not done is gone on with, each turn once; at the end the current steps may end, and the rest
is left for the next start.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeAlias, TypeVar

from agentvid.agent.accept import Accepted, Wishes, accept_message
from agentvid.agent.agent import Agent, Session, Turn
from agentvid.agent.owner import agent_of
from agentvid.agent.state import status_of
from agentvid.agent.taking import taking
from agentvid.errors import AgentvidError, SessionBusy
from agentvid.events import Emit, Event, StepDone, TurnEvent
from agentvid.media.message import MediaPart
from agentvid.server.media import OwnedMedia
from agentvid.server.problem import HttpError, not_found
from agentvid.server.stream import Stream
from agentvid.server.work import MOST_TRIES, FairQueue, Work, drop_work, insert_work, left_work, try_work
from agentvid.store.fence import own

__all__ = ["GRACE_SECONDS", "Hub"]

T = TypeVar("T")
Note: TypeAlias = Callable[[sqlite3.Connection, int], None]

_SOON: Final = {"Retry-After": "5"}
GRACE_SECONDS: Final = 5.0
"""How long a step that runs may go on when the server is asked to stop."""
_BUSY_SECONDS: Final = 0.5

_log = logging.getLogger("agentvid.server")


@dataclass
class _Running:
    """One turn that is being run. `stops` says that the server stops, so that the turn is gone on with later."""

    work: Work
    task: asyncio.Task[None] | None = None
    stops: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Hub:
    """Runs turns of an agent, at most `concurrency` at a time. Call `start` before, `stop` after."""

    def __init__(self, agent: Agent, *, concurrency: int = 4) -> None:
        self.agent = agent
        self.log = agent.log
        self.stream = Stream(agent.log)
        self.media = OwnedMedia(agent.log, agent.store)
        self.concurrency = concurrency
        self.is_stopping = False
        self._agents: dict[str, Agent] = {}
        self._queue = FairQueue()
        self._running: dict[str, _Running] = {}
        self._reserved: set[str] = set()
        self._loop: asyncio.AbstractEventLoop
        self._thread: threading.Thread

    # ------------------------------------------------------------ life

    async def start(self) -> int:
        """Begin, and go on with what was accepted before; returns how many turns that are."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="agentvid-turns", daemon=True)
        self._thread.start()
        return await self.do(self._start())

    async def _start(self) -> int:
        import agentvid.agent.graph  # takes a second or more, which the first turn need not wait for
        import agentvid.agent.saver  # noqa: F401

        self.stream.writes_on(self._loop)
        left = left_work(self.log)
        for work in left:
            self.enqueue(work)
        return len(left)

    def announce_stop(self) -> None:
        """Take no more work, and let every stream of events end. May be called from a signal handler."""
        self.is_stopping = True
        self.stream.close()

    async def stop(self) -> None:
        """Let current steps end (at most `GRACE_SECONDS`), leave the rest for the next start, and close the agent."""
        self.announce_stop()
        await self.do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join)
        self._loop.close()

    async def _stop(self) -> None:
        running = list(self._running.values())
        for one in running:
            one.stops = True
        tasks = [one.task for one in running if one.task is not None]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=GRACE_SECONDS)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)
        self.stream.flush()
        await self.agent.close()

    async def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the hub's loop, and wait for it; it goes on where the caller is cancelled."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        return await asyncio.shield(asyncio.wrap_future(future))

    # ------------------------------------------------------------ whose

    def agent_of(self, owner: str) -> Agent:
        """Return the agent as this owner has it."""
        found = self._agents.get(owner)
        if found is None:
            found = self._agents[owner] = agent_of(self.agent, owner)
        return found

    def check_session(self, owner: str, session: str) -> None:
        """Check that a session is there and this owner's.

        Raises: HttpError 404.
        """
        found = self.log.look("SELECT owner FROM sessions WHERE session = ?", session)
        if found != [(owner,)]:
            raise not_found(f"session {session[:80]!r}", do="GET /api/v1/sessions")

    def turn(self, owner: str, session: str, number: int) -> Turn:
        """Return a turn of this owner.

        Raises: HttpError 404.
        """
        self.check_session(owner, session)
        if not self.log.tuples("SELECT 1 FROM turns WHERE session = ? AND turn = ?", session, number):
            raise not_found(
                f"turn {number} in session {session!r}", "one that was begun", f"GET /api/v1/sessions/{session}"
            )
        return Turn(self.agent_of(owner), session, number)

    def state_of(self, session: str, turn: int) -> str:
        """Return what the hub does with a turn now: "running", "queued" or "" (nothing)."""
        running = self._running.get(session)
        if running is not None and running.work.turn == turn:
            return "running" if running.task is not None else "queued"
        return ""

    # ------------------------------------------------------------ work

    @contextlib.asynccontextmanager
    async def reserved(self, session: str) -> AsyncIterator[None]:
        """Keep a session to one writer inside the block.

        Raises: HttpError 503 where the server stops; SessionBusy where something is done with it now.
        """
        if self.is_stopping:
            raise HttpError(503, "stopping", "the server is stopping", "one that runs", "try again", headers=_SOON)
        running = self._running.get(session)
        if running is not None:
            raise SessionBusy(
                f"turn {running.work.turn} of session {session!r} is being run",
                "a session that rests",
                f"wait for its end (GET /api/v1/sessions/{session}/events), or cancel it",
            )
        if session in self._reserved:
            raise SessionBusy(
                f"session {session!r} is being changed by another request", "a session that rests", "try again"
            )
        self._reserved.add(session)
        try:
            yield
        finally:
            self._reserved.discard(session)

    def enqueue(self, work: Work) -> None:
        """Have accepted work run; on the hub's loop."""
        self._running[work.session] = _Running(work)
        self._queue.add(work)
        self._tell(work, "queued")
        self._fill()

    async def send(
        self, owner: str, session: str, text: str, media: Sequence[MediaPart], wishes: Wishes, note: Note | None = None
    ) -> Accepted:
        """Accept a message: it is on the disk when this returns, and is run as soon as there is room.

        `note` writes what was accepted in the same transaction, given the turn's number.

        Raises: HttpError 404, 503; as `agent.accept.accept_message`.
        """

        async def work() -> Accepted:
            self.check_session(owner, session)
            accepted: list[Work] = []

            def then(connection: sqlite3.Connection, turn: int) -> None:
                accepted.append(insert_work(connection, owner, session, turn, self.log.clock()))
                if note is not None:
                    note(connection, turn)

            async with self.reserved(session):
                with taking(partial(self.media.take_text, owner)):
                    emit_of = partial(self.emit, owner, session)
                    done = await accept_message(self.agent_of(owner), session, text, media, wishes, emit_of, then)
                if done.runs and not accepted:
                    with self.log.write(durable=True) as connection:
                        then(connection, done.turn)
                for one in accepted:
                    self.enqueue(one)
            return done

        return await self.do(work())

    async def change(
        self,
        owner: str,
        session: str,
        turn: int,
        make: Callable[[Turn, Emit], Awaitable[T]],
        *,
        run: Callable[[T], bool] | None = None,
        approved: bool = False,
        note: Callable[[sqlite3.Connection, T], None] | None = None,
    ) -> T:
        """Do something quick with a turn that writes it, and have the turn run afterwards where `run` says so.

        `note` writes what was accepted in the transaction that accepts the run.

        Raises: HttpError 404, 503; SessionBusy; what `make` raises, with nothing to be run.
        """

        async def work() -> T:
            chosen = self.turn(owner, session, turn)
            async with self.reserved(session):
                with taking(partial(self.media.take_text, owner)):
                    done = await make(chosen, self.emit(owner, session, turn))
                if run is not None and run(done):
                    with self.log.write(durable=True) as connection:
                        accepted = insert_work(connection, owner, session, turn, self.log.clock(), approved=approved)
                        if note is not None:
                            note(connection, done)
                    self.enqueue(accepted)
            return done

        return await self.do(work())

    async def set_budget(self, owner: str, session: str, amount: float, currency: str) -> None:
        """Set what a session may spend in all.

        Raises: HttpError 404, 503; SessionBusy; InputError where it is no amount of money.
        """

        async def work() -> None:
            self.check_session(owner, session)
            async with self.reserved(session):
                Session(self.agent_of(owner), session).set_budget(amount, currency)

        await self.do(work())

    def load(self) -> tuple[int, int]:
        """Return how many turns run, and how many wait for their place."""
        running = sum(1 for one in list(self._running.values()) if one.task is not None)
        return running, len(self._running) - running

    async def cancel(self, owner: str, session: str, turn: int) -> bool:
        """Stop a turn that runs or waits for its place; returns whether there was one."""

        async def work() -> bool:
            self.turn(owner, session, turn)
            running = self._running.get(session)
            if running is None or running.work.turn != turn:
                return False
            drop_work(self.log, running.work)
            self.log.flush()
            if running.task is None:
                self._queue.remove(session)
                self._leave(running, "cancelled")
            else:
                running.task.cancel()
                await running.ended.wait()
            return True

        return await self.do(work())

    def emit(self, owner: str, session: str, turn: int) -> Emit:
        """Return what takes the events of a turn."""

        def emit(event: Event) -> None:
            self.media.seen(owner, event)
            self.stream.put(session, turn, event)
            running = self._running.get(session)
            if isinstance(event, StepDone) and running is not None and running.stops and running.task is not None:
                self._loop.call_soon_threadsafe(running.task.cancel)

        return emit

    # ------------------------------------------------------------ running

    def _fill(self) -> None:
        busy = sum(1 for one in self._running.values() if one.task is not None)
        while not self.is_stopping and busy < self.concurrency and (work := self._queue.next()) is not None:
            running = self._running[work.session]
            running.task = self._loop.create_task(self._run(running), name=f"{work.session}/t{work.turn}")
            running.task.add_done_callback(partial(self._unbegun, running))
            busy += 1

    async def _run(self, running: _Running) -> None:
        work = running.work
        phase, error = "", None
        try:
            try_work(self.log, work)
            self._tell(work, "running")
            await self._proceed(work)
            drop_work(self.log, work)
        except asyncio.CancelledError:
            if running.stops:
                phase = "interrupted"
        except AgentvidError as fault:
            error = dict(fault.document())
            drop_work(self.log, work)
        except Exception as fault:
            _log.error("fault in turn %s of session %s", work.turn, work.session, exc_info=fault)
            error = {"code": "unexpected", "given": type(fault).__name__, "expected": "", "do": "please report it"}
        finally:
            self._leave(running, phase, error)
            self._fill()

    def _unbegun(self, running: _Running, task: asyncio.Task[None]) -> None:
        """End the work of a turn that was stopped as it got its place: `_run` never began, so that it can't."""
        if self._running.get(running.work.session) is running:
            self._leave(running, "interrupted" if running.stops else "cancelled")
            self._fill()

    async def _proceed(self, work: Work) -> None:
        if work.tries >= MOST_TRIES:
            raise AgentvidError(
                f"turn {work.turn} was begun {work.tries} times, and each time the server ended with it",
                "a turn that ends",
                "edit its chain, or use other media",
                code="ends_the_server",
            )
        driver = self.agent_of(work.owner).driver
        emit = self.emit(work.owner, work.session, work.turn)
        since = None if work.tries == 0 else work.accepted
        while True:
            try:
                with taking(partial(self.media.take_text, work.owner)):
                    await driver.proceed(work.session, work.turn, emit, approved=work.approved, since=since)
                return
            except SessionBusy:  # another process writes it now, a command line for example
                await asyncio.sleep(_BUSY_SECONDS)

    def _leave(self, running: _Running, phase: str = "", error: dict[str, Any] | None = None) -> None:
        """End a turn's work: say where it stands, and make room. `phase` is set where one is given."""
        work = running.work
        del self._running[work.session]
        with contextlib.suppress(AgentvidError):
            if phase:
                with own(self.log, work.session) as ownership:
                    self.log.set_phase(work.session, work.turn, phase, token=ownership.token)
            self._tell(work, "", error)
            self.stream.end(work.session, work.turn)
        running.ended.set()

    def _tell(self, work: Work, phase: str, error: dict[str, Any] | None = None) -> None:
        row = self.log.turn(work.session, work.turn)
        told = TurnEvent(phase=phase or row.phase, status=status_of(row.phase), error=error or row.error)
        self.stream.put(work.session, work.turn, told)
