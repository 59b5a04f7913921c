"""Turns: look at them, preview and make edits, approve, cancel, resume."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any

from fastapi import APIRouter

from agentvid.agent.agent import Turn
from agentvid.agent.follow import followed
from agentvid.agent.taking import taking
from agentvid.chain.edit import AcceptStale
from agentvid.events import Emit
from agentvid.server.api.shapes import (
    ERRORS,
    WRITE_ERRORS,
    HubOf,
    SessionId,
    TurnNumber,
    accepted_document,
    turn_of,
)
from agentvid.server.asked import check_revision, preview_of, read_asked
from agentvid.server.bodies import ApproveBody, EditsBody, ResumeBody
from agentvid.server.documents import Accepted, PreviewDocument, TurnDocument
from agentvid.server.hub import Hub
from agentvid.server.keys import Owner
from agentvid.server.retry import RetriedRoute, claimed

__all__ = ["note_accepted", "router"]

router = APIRouter(prefix="/sessions/{session}/turns/{turn}", tags=["turns"], route_class=RetriedRoute)


@router.get("", summary="Show a turn", responses=ERRORS)
def show_turn(hub: HubOf, owner: Owner, session: SessionId, turn: TurnNumber) -> TurnDocument:
    """Show a turn: message, chain, what happened to each step, answer, what waits, what is stale."""
    return turn_of(hub, hub.turn(owner, session, turn))


@router.post("/preview", summary="Tell what edits would run and cost", responses=WRITE_ERRORS)
def preview(hub: HubOf, owner: Owner, session: SessionId, turn: TurnNumber, body: EditsBody) -> PreviewDocument:
    """Tell what edits would run, how long that takes, what it costs, what becomes stale. Changes nothing."""
    chosen = _check(hub, owner, session, turn, body)
    with taking(partial(hub.media.take_text, owner)):
        return preview_of(chosen, asyncio.run(read_asked(chosen, body)))


@router.post("/edits", summary="Edit a chain", status_code=202, responses=WRITE_ERRORS)
async def edit(hub: HubOf, owner: Owner, session: SessionId, turn: TurnNumber, body: EditsBody) -> Accepted:
    """Add a revision with these edits, and run what they change. Where `revision` is not the newest: 409."""
    await asyncio.to_thread(_check, hub, owner, session, turn, body)

    async def make(chosen: Turn, emit: Emit) -> Accepted:
        check_revision(chosen, body.revision)
        asked = await read_asked(chosen, body, emit)
        told: tuple[str, ...] = ()
        runs = body.run
        if asked.rewrite is not None:
            done, runs = await followed(chosen, asked.rewrite, asked.said, emit, review="never", run=body.run)
            told = done.told
        else:
            await chosen.edit(asked.edits, run=False, emit=emit)
        return accepted_document(hub, session, turn, runs=runs, told=told)

    return await hub.change(owner, session, turn, make, run=lambda done: done.runs, note=note_accepted())


@router.post("/approve", summary="Approve a turn", status_code=202, responses=WRITE_ERRORS)
async def approve(hub: HubOf, owner: Owner, session: SessionId, turn: TurnNumber, body: ApproveBody) -> Accepted:
    """Run the revision that is shown, also where that might pass the budget."""

    async def make(chosen: Turn, emit: Emit) -> Accepted:
        check_revision(chosen, body.revision)
        return accepted_document(hub, session, turn, runs=True)

    return await hub.change(owner, session, turn, make, run=_always, approved=True, note=note_accepted())


@router.post("/resume", summary="Go on with a turn", status_code=202, responses=WRITE_ERRORS)
async def resume(hub: HubOf, owner: Owner, session: SessionId, turn: TurnNumber, body: ResumeBody) -> Accepted:
    """Go on after an interruption, a failure, or with what steps wait for. Finished steps do not run again."""
    await asyncio.to_thread(hub.media.check, owner, body.model_dump(mode="json"))

    async def make(chosen: Turn, emit: Emit) -> Accepted:
        if body.given:
            await chosen.resume(given=body.given, run=False, emit=emit)
        return accepted_document(hub, session, turn, runs=True)

    approved = not body.given
    return await hub.change(owner, session, turn, make, run=_always, approved=approved, note=note_accepted())


@router.post("/cancel", summary="Stop a turn", responses=WRITE_ERRORS)
async def cancel(hub: HubOf, owner: Owner, session: SessionId, turn: TurnNumber) -> TurnDocument:
    """Stop a turn that runs, or waits for its place; what is done stays done. Of one that rests, nothing changes."""
    await hub.cancel(owner, session, turn)
    return await asyncio.to_thread(lambda: turn_of(hub, hub.turn(owner, session, turn)))


@router.post("/accept-stale", summary="Accept stale results", status_code=202, responses=WRITE_ERRORS)
async def accept_stale(hub: HubOf, owner: Owner, session: SessionId, turn: TurnNumber) -> Accepted:
    """Say that the stale results of a turn are good as they are."""

    async def make(chosen: Turn, emit: Emit) -> Accepted:
        edits = [AcceptStale(step=result.step) for result in chosen.stale()]
        if edits:
            await chosen.edit(edits, run=False, emit=emit)
        return accepted_document(hub, session, turn, runs=bool(edits))

    return await hub.change(owner, session, turn, make, run=lambda done: done.runs, note=note_accepted())


def note_accepted() -> Callable[[sqlite3.Connection, Accepted], None] | None:
    """Return what keeps the answer of the request that is being answered, with the work; None where it has no key."""
    claim = claimed()
    if claim is None:
        return None

    def note(connection: sqlite3.Connection, accepted: Accepted) -> None:
        claim.answer(connection, 202, accepted.model_dump_json().encode(), {"content-type": "application/json"})

    return note


def _check(hub: Hub, owner: str, session: str, turn: int, body: EditsBody) -> Turn:
    """Check that the turn, and every artifact that is named, is there; and that the edits are of what it shows."""
    chosen = hub.turn(owner, session, turn)
    hub.media.check(owner, body.model_dump(mode="json"))
    check_revision(chosen, body.revision)
    return chosen


def _always(done: Any) -> bool:
    return True
