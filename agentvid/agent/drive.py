"""Drive a turn through its graph: start it, go on with it, edit it. One writer per session, from start to end."""

from __future__ import annotations

import asyncio
import copy
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeAlias

from agentvid.agent.budget import OVER_BUDGET, over_budget
from agentvid.agent.checkpoints import Checkpoints
from agentvid.agent.execute import last_run
from agentvid.agent.given import given_edits
from agentvid.agent.history import check_fresh, show_phase
from agentvid.agent.plan import earlier_ports
from agentvid.agent.stale import accepted_records
from agentvid.agent.state import Services, TurnState
from agentvid.chain.chain import Chain
from agentvid.chain.edit import Edit, apply_all
from agentvid.chain.run import Run
from agentvid.errors import AgentvidError, InputError, PlanError, SessionBusy
from agentvid.events import ChainEvent, Emit, Waiting
from agentvid.media.message import Message
from agentvid.planner import Planner
from agentvid.planner.check import require
from agentvid.run.execute import Executor
from agentvid.store.fence import acquire, own
from agentvid.store.rows import RevisionRow

__all__ = ["Accepting", "Revised", "TurnDriver"]

Accepting: TypeAlias = Callable[[sqlite3.Connection, int], None]
"""Writes more in the transaction that adds a turn, given the turn's number."""


@dataclass(frozen=True)
class Revised:
    """What makes a new revision: its edits, a note, and the revision that is merged in."""

    edits: Sequence[Edit]
    note: str = ""
    merged: int | None = None


class TurnDriver:
    """Runs turns of this executor's log; LangGraph's checkpoints lie in `folder`.

    `planner_of` tells who plans a turn that was begun by the planner of that name, and has no chain yet.
    """

    def __init__(
        self,
        executor: Executor,
        planner: Planner,
        folder: Path,
        planner_of: Callable[[str], Planner] | None = None,
    ) -> None:
        self._executor = executor
        self._planner = planner
        self.planner_of = planner_of or (lambda begun_with: planner)
        self._folder = folder
        self._checkpoints = Checkpoints(folder / "turns.sqlite")
        self._log = executor.log

    def of(self, executor: Executor) -> Self:
        """Return this driver with another executor of the same log; the two share the checkpoints."""
        other = copy.copy(self)
        other._executor = executor
        return other

    def close(self) -> None:
        """Close the checkpoints; a later turn opens them again."""
        self._checkpoints.close()

    async def start(self, session: str, message: Message, emit: Emit, **wishes: Any) -> int:
        """Add a turn with this message, run it, and return its number. `wishes` are fields of the turn's state.

        Raises: SessionBusy; InputError and its kinds where the chain or what was given does not check - the turn is
        then kept as refused.
        """
        if self._log.session(session) is None:
            self._log.create_session(session, owner=self._executor.owner)
        with own(self._log, session) as ownership:
            wishes["planner"] = self._planner.name
            turn = self._log.add_turn(session, _told(message, wishes), token=ownership.token)
            state: TurnState = {"session": session, "turn": turn, **wishes}  # type: ignore[typeddict-item]
            await self._invoke(session, turn, state, ownership.token, emit)
            return turn

    def accept(self, session: str, message: Message, then: Accepting | None = None, **wishes: Any) -> int:
        """Add a turn with this message, which `proceed` runs, and return its number: it is on the disk by then.

        `then` is called in the same transaction, with the number.

        Raises: SessionBusy; InputError where there is no such session.
        """
        wishes = {"planner": self._planner.name, **wishes}
        with self._log.write(durable=True):
            ownership = acquire(self._log, session)
            turn = self._log.add_turn(session, _told(message, wishes), token=ownership.token, then=then)
            ownership.release()
        return turn

    async def proceed(
        self, session: str, turn: int, emit: Emit, *, approved: bool = False, since: float | None = None
    ) -> None:
        """Run a turn from wherever it stands to where it ends or needs a person.

        `approved` as a person's word that it may begin. `since` (seconds since the epoch) tells that nobody asks now:
        the run was asked for then, and the process ended. A turn that was answered since has ended; one that waits for
        a person keeps waiting, unless it was edited.

        Raises: SessionBusy; InputError and its kinds as `start`.
        """
        with own(self._log, session) as ownership:
            await self._go_on(session, turn, ownership.token, emit, approved=approved, since=since)

    async def resume(self, session: str, turn: int, given: list[list[Any]], emit: Emit, *, run: bool = True) -> None:
        """Go on with a turn from wherever it stands, first giving values.

        Raises: EditError where a given value does not fit; SessionBusy.
        """
        with own(self._log, session) as ownership:
            token = ownership.token
            if self._log.latest_revision(session, turn) is None:
                await self._again(session, turn, given, token, emit)
                return
            if given:
                chain = self._chain(session, turn)
                ran = last_run(self._log, session, turn) or Run(revision=0)
                tools, store = self._executor.tools, self._executor.store
                edits: list[Edit] = [*await asyncio.to_thread(given_edits, chain, tools, given, store, ran.port)]
                self._revise(session, turn, chain, edits, token, emit)
            if run:
                await self._go_on(session, turn, token, emit, approved=not given)

    async def edit(
        self,
        session: str,
        turn: int,
        edits: Sequence[Edit],
        emit: Emit,
        *,
        run: bool = True,
        note: str = "",
        wait: bool = False,
    ) -> None:
        """Add a revision with these edits, and run it; `note` is kept with the revision. `wait` tells that a revision
        which is not run waits for approval.

        Raises: EditError or ChainError, with nothing changed, where the result does not check; SessionBusy.
        """
        await self.revise(session, turn, lambda head: Revised(edits, note=note), emit, run=run, wait=wait)

    async def revise(
        self,
        session: str,
        turn: int,
        make: Callable[[RevisionRow], Revised],
        emit: Emit,
        *,
        run: bool = True,
        wait: bool = False,
    ) -> None:
        """Add a revision with the edits that `make` returns for the head, and run it. Without edits nothing is added.

        Raises: as `edit`, and as `make`.
        """
        with own(self._log, session) as ownership:
            chain = self._chain(session, turn)
            head = self._log.latest_revision(session, turn)
            assert head is not None
            made = make(head)
            if made.edits or made.merged is not None:
                self._revise(session, turn, chain, made.edits, ownership.token, emit, made.note, made.merged)
            if run:
                await self._go_on(session, turn, ownership.token, emit, approved=False)
            elif wait:
                held = over_budget(self._executor, session, turn)
                self._log.set_phase(session, turn, "waiting", error=dict(held) if held else None, token=ownership.token)

    async def move(
        self, session: str, turn: int, to: Callable[..., RevisionRow], emit: Emit, *, run: bool = False
    ) -> None:
        """Move the head by one of the moves of `store.heads`; `run` runs the revision that is shown then.

        Raises: SessionBusy, and as `to`.
        """
        with own(self._log, session) as ownership:
            was = self._log.latest_revision(session, turn)
            row = to(self._log, session, turn, token=ownership.token)
            if was is None or was.n != row.n:
                show_phase(self._log, row, token=ownership.token)
                emit(ChainEvent(revision=row.n, chain=row.chain.to_json()))
            if run:
                await self._go_on(session, turn, ownership.token, emit, approved=False)

    def _chain(self, session: str, turn: int) -> Chain:
        row = self._log.latest_revision(session, turn)
        if row is None:
            raise InputError(
                f"turn {turn} of session {session!r} has no chain yet", "a planned turn", "resume it first"
            )
        return row.chain

    def _revise(
        self,
        session: str,
        turn: int,
        chain: Chain,
        edits: Sequence[Edit],
        token: str,
        emit: Emit,
        note: str = "",
        merged: int | None = None,
    ) -> None:
        tools = self._executor.tools
        revised = apply_all(chain, list(edits))
        check_fresh(self._log, session, turn, chain, revised, merged)
        earlier = earlier_ports(self._log, session, turn, tools)
        require(revised, tools, earlier=earlier, engines=set(self._executor.engines))
        accepted = accepted_records(self._executor, session, turn, revised, edits)
        parent = self._log.latest_revision(session, turn)
        told = [edit.model_dump(mode="json") for edit in edits]
        revision = self._log.add_revision(
            *(session, turn, revised),
            author="person",
            parent=parent.n if parent else None,
            edits=told,
            note=note,
            merged=merged,
            token=token,
        )
        for kept_in, record in accepted:
            self._log.save_step_run(session, turn, kept_in, record, token=token)
        emit(ChainEvent(revision=revision, chain=revised.to_json()))

    async def _again(self, session: str, turn: int, given: list[list[Any]], token: str, emit: Emit) -> None:
        """Begin a turn anew that got no chain: it was refused, or ended while it was planned."""
        state = self._begun(session, turn)
        if given:
            state["given"] = given
        planner = self.planner_of(state.get("planner", ""))
        state["planner"] = planner.name
        await self._invoke(session, turn, state, token, emit, planner)

    async def _go_on(
        self, session: str, turn: int, token: str, emit: Emit, *, approved: bool, since: float | None = None
    ) -> None:
        """Go on from wherever the turn stands. `approved` also lets a run that would pass the budget begin."""
        from langgraph.types import Command

        row = self._log.latest_revision(session, turn)
        if row is None:
            await self._again(session, turn, [], token, emit)
            return
        if since is not None and self._answered(session, turn, row.n, since):
            return  # the process ended after the turn did
        with self._graph(session, token) as graph:
            state = await graph.aget_state(_config(session, turn))
        if not state.values and self._log.answer(session, turn) is None:
            await self._again(session, turn, [], token, emit)
        elif state.interrupts and since is not None and not approved and state.values.get("revision") == row.n:
            self._wait(session, turn, state.interrupts, token, emit)
        elif state.interrupts:
            await self._invoke(session, turn, Command(resume={"revision": row.n, "approved": approved}), token, emit)
        elif state.next and state.values.get("revision") in (None, row.n):
            await self._invoke(session, turn, None, token, emit)
        else:
            again = self._begun(session, turn) if not state.values else TurnState()
            again |= {"revision": row.n, "waiting": [], "checks": [], "plan_only": False}
            held = self._log.turn(session, turn).error
            again["approved"] = approved and held is not None and held["code"] == OVER_BUDGET
            await self._invoke(session, turn, again, token, emit)

    async def _invoke(
        self, session: str, turn: int, given: Any, token: str, emit: Emit, planner: Planner | None = None
    ) -> None:
        """Run the graph until it ends or waits. Where it stands is checkpointed once, when it does: what it did is in
        the log, from which a turn goes on whose process was killed."""
        services = Services(self._executor, planner or self._planner, token, emit, self._folder)
        try:
            with self._graph(session, token) as graph:
                left = await graph.ainvoke(given, _config(session, turn), context=services, durability="exit")
        except asyncio.CancelledError:
            self._log.set_phase(session, turn, "cancelled", token=token)
            raise
        except AgentvidError as error:
            self._refuse(session, turn, error, token)
            raise
        except Exception as fault:
            told = _unexpected(fault)
            self._refuse(session, turn, told, token)
            raise told from fault
        if interrupts := left.get("__interrupt__"):
            self._wait(session, turn, interrupts, token, emit)
        elif left.get("plan_only"):
            self._log.set_phase(session, turn, "planned", token=token)

    def _answered(self, session: str, turn: int, revision: int, since: float) -> bool:
        answered = self._log.answered(session, turn, revision)
        return answered is not None and answered >= since

    def _wait(self, session: str, turn: int, interrupts: Sequence[Any], token: str, emit: Emit) -> None:
        held = interrupts[0].value.get("held")
        self._log.set_phase(session, turn, "waiting", error=held, token=token)
        if held:
            emit(Waiting(port="budget", how=f"{held['given']}; {held['do']}"))

    def _refuse(self, session: str, turn: int, error: AgentvidError, token: str) -> None:
        error.turn = (session, turn)
        if isinstance(error, SessionBusy):
            return
        if isinstance(error, PlanError):
            offline = f"agentvid resume {session} --turn {turn} --planner offline plans it without a model"
            draft = f"agentvid chain show {session} --turn {turn} shows the draft" if error.draft else ""
            error.do = "; ".join(filter(None, (error.do, offline, draft)))
        document = {name: str(text) for name, text in error.document().items()}
        phase = "refused" if isinstance(error, InputError) else "failed"
        self._log.set_phase(session, turn, phase, error=document, token=token)

    def _begun(self, session: str, turn: int) -> TurnState:
        """Return the state that a turn was begun with."""
        wishes = self._log.turn(session, turn).message["wishes"]
        return {"session": session, "turn": turn, **wishes}  # type: ignore[typeddict-item]

    @contextmanager
    def _graph(self, session: str, token: str) -> Iterator[Any]:
        from agentvid.agent.graph import build_graph

        with self._checkpoints.saver(lambda: self._log.check_token(session, token)) as saver:
            yield build_graph(saver)


def _told(message: Message, wishes: dict[str, Any]) -> dict[str, Any]:
    told = message.model_dump(mode="json")
    return {"text": message.text, "parts": told["parts"], "message": told, "wishes": wishes}


def _config(session: str, turn: int) -> dict[str, Any]:
    return {"configurable": {"thread_id": f"{session}/t{turn}"}}


def _unexpected(fault: Exception) -> AgentvidError:
    return AgentvidError(
        f"{type(fault).__name__}: {fault}",
        "the turn to finish",
        "this is a fault of agentvid; please report it",
        code="unexpected",
    )
