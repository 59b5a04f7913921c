"""The history of a turn: revisions as a tree, undo, redo, branches, differences, merges."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic_core import to_jsonable_python

from agentvid.agent.agent import Turn
from agentvid.agent.answer import language_of
from agentvid.events import Emit
from agentvid.report.changes import diff_words
from agentvid.server.api.shapes import (
    ERRORS,
    WRITE_ERRORS,
    HubOf,
    SessionId,
    TurnNumber,
    accepted_document,
    turn_of,
)
from agentvid.server.api.turns import note_accepted
from agentvid.server.asked import check_revision
from agentvid.server.bodies import BranchBody, CheckoutBody, MergeBody, PickBody, RunBody
from agentvid.server.documents import Accepted, DiffDocument, HistoryDocument, TurnDocument
from agentvid.server.hub import Hub
from agentvid.server.keys import Owner
from agentvid.server.problem import not_found
from agentvid.server.retry import RetriedRoute

__all__ = ["router"]

router = APIRouter(prefix="/sessions/{session}", tags=["history"], route_class=RetriedRoute)


@router.get("/turns/{turn}/history", summary="Show a turn's history", responses=ERRORS)
def history(hub: HubOf, owner: Owner, session: SessionId, turn: TurnNumber) -> HistoryDocument:
    """Show all revisions as a tree: who changed what when, branches, how each run ended."""
    chosen = hub.turn(owner, session, turn)
    found = chosen.history()
    nodes = [asdict(node) for node in found.nodes]
    names = {"session": session, "turn": turn, "revision": chosen.revision, "branch": found.branch}
    return HistoryDocument.model_validate({**names, "revisions": nodes})


@router.get("/turns/{turn}/diff", summary="Compare two revisions", responses=ERRORS)
def diff(
    hub: HubOf,
    owner: Owner,
    session: SessionId,
    turn: TurnNumber,
    other: Annotated[str, Query(max_length=64, description="A revision (number) or a branch (name).", examples=["1"])],
    base: Annotated[
        str | None, Query(max_length=64, description="What it is compared with; left out: what is shown.")
    ] = None,
    media: Annotated[bool, Query(description="Compare what they answered, too.")] = False,
) -> DiffDocument:
    """Tell what differs: the plans in words and as data, with `media` also pictures and clips frame by frame."""
    chosen = hub.turn(owner, session, turn)
    a, b = _where(base if base is not None else str(chosen.revision)), _where(other)
    found, language = chosen.diff(a, b), language_of(chosen.message.text)
    compared = asyncio.run(chosen.compare(a, b, language)) if media else None
    if compared is not None:
        for port in compared.ports:
            for made in (port.side_by_side, port.heat):
                if made is not None:
                    hub.media.remember(owner, made)
    return DiffDocument(
        session=session,
        turn=turn,
        a=str(a),
        b=str(b),
        plan=list(diff_words(found, language)),
        diff=found.model_dump(mode="json"),
        media=to_jsonable_python(compared) if compared is not None else None,
    )


@router.post("/turns/{turn}/undo", summary="Undo", responses=WRITE_ERRORS)
async def undo(hub: HubOf, owner: Owner, session: SessionId, turn: TurnNumber, body: RunBody) -> TurnDocument:
    """Show the revision before this one, with its results; with `run`, go on with it."""

    async def make(chosen: Turn, emit: Emit) -> Turn:
        return await chosen.undo(emit=emit)

    return await _moved(hub, owner, await hub.change(owner, session, turn, make, run=lambda done: body.run))


@router.post("/turns/{turn}/redo", summary="Redo", responses=WRITE_ERRORS)
async def redo(hub: HubOf, owner: Owner, session: SessionId, turn: TurnNumber, body: RunBody) -> TurnDocument:
    """Show the revision that undo left; with `run`, go on with it."""

    async def make(chosen: Turn, emit: Emit) -> Turn:
        return await chosen.redo(emit=emit)

    return await _moved(hub, owner, await hub.change(owner, session, turn, make, run=lambda done: body.run))


@router.post("/turns/{turn}/checkout", summary="Go to a revision or branch", responses=WRITE_ERRORS)
async def checkout(hub: HubOf, owner: Owner, session: SessionId, turn: TurnNumber, body: CheckoutBody) -> TurnDocument:
    """Go to a revision, by number, or on a branch, by name. Nothing is lost."""

    async def make(chosen: Turn, emit: Emit) -> Turn:
        return await chosen.checkout(body.revision, emit=emit)

    return await _moved(hub, owner, await hub.change(owner, session, turn, make, run=lambda done: body.run))


@router.post("/branches", summary="Make a branch", responses=WRITE_ERRORS)
async def branch(hub: HubOf, owner: Owner, session: SessionId, body: BranchBody) -> TurnDocument:
    """Make a branch of a turn (left out: the last one) and go on it."""
    turn = body.turn if body.turn is not None else await asyncio.to_thread(_last, hub, owner, session)

    async def make(chosen: Turn, emit: Emit) -> Turn:
        return await chosen.branch(body.name, body.at, emit=emit)

    return await _moved(hub, owner, await hub.change(owner, session, turn, make))


@router.post("/turns/{turn}/merge", summary="Merge a branch", status_code=202, responses=WRITE_ERRORS)
async def merge(hub: HubOf, owner: Owner, session: SessionId, turn: TurnNumber, body: MergeBody) -> Accepted:
    """Merge another branch or revision into what is shown, and run what that changes. A conflict that `resolve` does
    not settle is told (409, `ids`), and nothing is changed."""

    async def make(chosen: Turn, emit: Emit) -> Accepted:
        was = chosen.revision
        done = await chosen.merge(body.other, body.resolve, run=False, emit=emit)
        runs = body.run and chosen.revision != was
        return accepted_document(hub, session, turn, runs=runs, told=done.told)

    return await hub.change(owner, session, turn, make, run=lambda done: done.runs, note=note_accepted())


@router.post("/turns/{turn}/pick", summary="Take a step from elsewhere", status_code=202, responses=WRITE_ERRORS)
async def pick(hub: HubOf, owner: Owner, session: SessionId, turn: TurnNumber, body: PickBody) -> Accepted:
    """Take one step, or one given value, of another revision or branch into what is shown, and run what it changes."""

    async def make(chosen: Turn, emit: Emit) -> Accepted:
        check_revision(chosen, body.revision)
        was = chosen.revision
        await chosen.cherry_pick(body.what, body.source, run=False, emit=emit)
        return accepted_document(hub, session, turn, runs=body.run and chosen.revision != was)

    return await hub.change(owner, session, turn, make, run=lambda done: done.runs, note=note_accepted())


async def _moved(hub: Hub, owner: str, turn: Turn) -> TurnDocument:
    return await asyncio.to_thread(turn_of, hub, turn)


def _last(hub: Hub, owner: str, session: str) -> int:
    hub.check_session(owner, session)
    turns = hub.log.turns(session)
    if not turns:
        raise not_found(f"turn in session {session!r}", "a session with a message", "send one first")
    return turns[-1].turn


def _where(text: str) -> str | int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
