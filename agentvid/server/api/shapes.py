"""What the routers of the native API share: how the hub is reached, and rows of the log as documents."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

from fastapi import Depends, Path, Request

from agentvid.agent.agent import Turn
from agentvid.agent.document import turn_document
from agentvid.server.bodies import BudgetDocument
from agentvid.server.documents import Accepted, SessionDocument, TurnDocument, TurnSummary
from agentvid.server.hub import Hub
from agentvid.server.problem import Problem
from agentvid.store.rows import SessionRow

__all__ = [
    "ERRORS",
    "WRITE_ERRORS",
    "HubOf",
    "SessionId",
    "TurnNumber",
    "accepted_document",
    "session_document",
    "turn_of",
    "without_paths",
]


async def _hub(request: Request) -> Hub:
    hub: Hub = request.app.state.hub
    return hub


HubOf = Annotated[Hub, Depends(_hub)]
SessionId = Annotated[
    str, Path(min_length=1, max_length=64, pattern="^[A-Za-z0-9][A-Za-z0-9._-]*$", examples=["s-1a2b3c4d"])
]
TurnNumber = Annotated[int, Path(ge=1, lt=2**31, examples=[1])]

_PROBLEM: Final[dict[str, Any]] = {"model": Problem, "content": {"application/problem+json": {}}}
ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    status: {**_PROBLEM, "description": what}
    for status, what in {
        400: "It can't be done as it was said.",
        401: "No API key that is in use.",
        404: "Not there, or another owner's.",
        422: "Not as the OpenAPI says, or it does not fit the chain.",
    }.items()
}
WRITE_ERRORS: Final[dict[int | str, dict[str, Any]]] = ERRORS | {
    status: {**_PROBLEM, "description": what}
    for status, what in {
        403: "A write from a page of another site.",
        408: "The body stopped coming.",
        409: "The session is busy, or what the edit was made of is old.",
        413: "Too large.",
        502: "A model that writes chains could not be asked.",
        503: "The server is stopping.",
    }.items()
}


def session_document(hub: Hub, row: SessionRow, *, turns: bool = True) -> SessionDocument:
    """Return a session as its document."""
    budget = hub.log.budget(row.session)
    return SessionDocument(
        session=row.session,
        name=row.title or row.session,
        created=row.created,
        turns=[_summary(hub, row.session, turn.turn) for turn in hub.log.turns(row.session)] if turns else [],
        budget=BudgetDocument(amount=budget.amount, currency=budget.currency) if budget else None,
        spent=hub.log.spent(row.session),
        last_event=hub.stream.last(row.session),
    )


def _summary(hub: Hub, session: str, number: int) -> TurnSummary:
    row, turn = hub.log.turn(session, number), Turn(hub.agent, session, number)
    return TurnSummary(
        turn=number,
        text=row.message["text"],
        phase=row.phase,
        status=turn.status,
        revision=turn.revision,
        created=row.created,
        work=hub.state_of(session, number),
    )


def turn_of(hub: Hub, turn: Turn) -> TurnDocument:
    """Return a turn as its document. Blocks."""
    work = hub.state_of(turn.session, turn.number)  # first: where nothing is done with it, nothing changes below
    told = without_paths(asyncio.run(turn_document(turn)))
    row = hub.log.turn(turn.session, turn.number)
    return TurnDocument(
        session=turn.session,
        turn=turn.number,
        revision=told["revision"],
        branch=told["branch"],
        phase=row.phase,
        status=told["status"],
        work=work,
        message=row.message["message"],
        chain=told["chain"],
        run=told["runs"],
        executed=told["executed"],
        cached=told["cached"],
        waiting=told["waiting"],
        checks=[check.model_dump(mode="json") for check in turn.checks],
        answer=told["answer"],
        told=told["told"],
        stale=[result.model_dump(mode="json") for result in turn.stale()],
        spent=hub.log.spent(turn.session),
        error=told["error"],
    )


def accepted_document(
    hub: Hub,
    session: str,
    turn: int,
    *,
    runs: bool,
    told: tuple[str, ...] = (),
    after: int | None = None,
    revision: int | None = None,
) -> Accepted:
    """Return what tells that work on a turn was accepted. Its events come behind number `after` (None: the newest),
    `revision` is what the turn shows (None: as the log says)."""
    if revision is None:
        row = hub.log.latest_revision(session, turn)
        revision = row.n if row else 0
    after = hub.stream.last(session) if after is None else after
    return Accepted(
        session=session,
        turn=turn,
        revision=revision,
        runs=runs,
        told=list(told),
        events=f"/api/v1/sessions/{session}/events?after={after}",
        location=f"/api/v1/sessions/{session}/turns/{turn}",
    )


def without_paths(value: Any) -> Any:
    """Return JSON without the places of files, which mean nothing to who asks from elsewhere."""
    if isinstance(value, dict):
        is_media = "artifact" in value
        return {name: without_paths(held) for name, held in value.items() if not (is_media and name == "path")}
    return [without_paths(item) for item in value] if isinstance(value, list) else value
