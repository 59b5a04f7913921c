"""Sessions, and their stream of events."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Response
from sse_starlette import EventSourceResponse

from agentvid.agent.session_id import valid_session_id
from agentvid.server.api.shapes import ERRORS, WRITE_ERRORS, HubOf, SessionId, session_document
from agentvid.server.bodies import SessionBody
from agentvid.server.documents import SessionDocument, Sessions
from agentvid.server.forget import delete_session
from agentvid.server.keys import LOCAL, Owner
from agentvid.server.problem import HttpError
from agentvid.server.retry import RetriedRoute
from agentvid.server.stream import Told

__all__ = ["router"]

router = APIRouter(tags=["sessions"], route_class=RetriedRoute)

HEARTBEAT_SECONDS: Final = 15
_SEND_SECONDS: Final = 30.0
"""A listener that takes nothing for so long is let go: it comes back with the last number it saw."""


@router.get("/sessions", summary="List sessions", responses=ERRORS)
def list_sessions(hub: HubOf, owner: Owner) -> Sessions:
    """List the owner's sessions, newest first, without their turns."""
    return Sessions(sessions=[session_document(hub, row, turns=False) for row in hub.log.sessions(owner)])


@router.post("/sessions", summary="Make a session", status_code=201, responses=WRITE_ERRORS)
def make_session(hub: HubOf, owner: Owner, body: SessionBody, response: Response) -> SessionDocument:
    """Make a session. On this machine alone its id is its name, as for the command line; elsewhere ids are drawn."""
    name = body.name
    session = f"s-{secrets.token_hex(8)}"
    if owner == LOCAL and name is not None:
        session = valid_session_id(name)
        if hub.log.session(session) is not None:
            raise HttpError(409, "session_taken", f"there is a session {session!r}", "a new name", "choose another")
    row = hub.log.create_session(session, owner=owner, title=name or "")
    response.headers["Location"] = f"/api/v1/sessions/{session}"
    return SessionDocument(
        session=session, name=row.title or session, created=row.created, turns=[], budget=None, spent={}, last_event=0
    )


@router.get("/sessions/{session}", summary="Show a session", responses=ERRORS)
def show_session(hub: HubOf, owner: Owner, session: SessionId) -> SessionDocument:
    """Show a session with its turns."""
    hub.check_session(owner, session)
    row = hub.log.session(session)
    assert row is not None
    return session_document(hub, row)


@router.delete("/sessions/{session}", summary="Delete a session", status_code=204, responses=WRITE_ERRORS)
async def remove_session(hub: HubOf, owner: Owner, session: SessionId) -> None:
    """Delete a session with its turns, chains and answers. Its media go when nothing else uses them."""
    await delete_session(hub, owner, session)


@router.get(
    "/sessions/{session}/events",
    summary="Follow a session's events",
    response_class=EventSourceResponse,
    responses={
        **ERRORS,
        200: {
            "description": "Server-sent events: `id` is the number, `event` the type, `data` the event as JSON.",
            "content": {
                "text/event-stream": {
                    "schema": {"type": "string"},
                    "example": 'id: 3\nevent: step_done\ndata: {"turn": 1, "step": "t1.s1", "status": "done"}\n\n',
                }
            },
        },
    },
)
async def events(
    hub: HubOf,
    owner: Owner,
    session: SessionId,
    after: Annotated[int, Query(ge=0, lt=2**53, description="Number of the last event that is known.")] = 0,
    last_event_id: Annotated[str | None, Header(description="The same, as browsers send it; it wins.")] = None,
) -> EventSourceResponse:
    """Give all events behind `Last-Event-ID` or `after`, then those that come. Progress and previews have no number."""
    hub.check_session(owner, session)
    begin = int(last_event_id) if last_event_id and last_event_id.isdecimal() and len(last_event_id) < 17 else after

    async def told() -> AsyncIterator[bytes]:
        async with aclosing(hub.stream.batches(session, begin)) as batches:  # type: ignore[type-var]
            async for items in batches:
                yield "".join(map(_sent, items)).encode()

    return EventSourceResponse(
        told(), ping=HEARTBEAT_SECONDS, sep="\n", send_timeout=_SEND_SECONDS, headers={"Cache-Control": "no-store"}
    )


def _sent(item: Told) -> str:
    number = "" if item.n is None else f"id: {item.n}\n"
    return f"{number}event: {item.type}\ndata: {item.data}\n\n"  # JSON on one line
