"""Messages: what a person says, with pictures and clips. Accepted is what is on the disk."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from agentvid.agent.accept import Wishes
from agentvid.media.message import MediaPart
from agentvid.server.api.shapes import WRITE_ERRORS, HubOf, SessionId, accepted_document
from agentvid.server.bodies import MessageBody
from agentvid.server.documents import Accepted
from agentvid.server.hub import Hub
from agentvid.server.keys import Owner
from agentvid.server.problem import HttpError
from agentvid.server.retry import RetriedRoute, claimed

__all__ = ["router"]

router = APIRouter(tags=["messages"], route_class=RetriedRoute)

MOST_FILES: Final = 32
_JSON_FIELDS: Final = frozenset({"seed", "given", "budget", "plan_only"})
_REQUEST: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/MessageBody"}},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["text"],
                "properties": {
                    "text": {"type": "string", "minLength": 1, "maxLength": 20000},
                    "files": {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": MOST_FILES},
                    "options": {
                        "type": "string",
                        "description": "The other fields of MessageBody as one JSON object.",
                        "contentMediaType": "application/json",
                    },
                },
                "additionalProperties": False,
            },
            "example": {"text": "make the red cup blue", "options": '{"review": "ask"}'},
        },
    },
}


@router.post(
    "/sessions/{session}/messages",
    summary="Send a message",
    status_code=202,
    responses=WRITE_ERRORS,
    openapi_extra={"requestBody": _REQUEST},
)
async def send(request: Request, hub: HubOf, owner: Owner, session: SessionId) -> Accepted:
    """Send a message, with files or with artifacts that are here. When it is answered (202) it is on the disk: it will
    be run also where this browser closes or the server restarts. A message about the last chain ("no, green", "undo")
    edits that chain and adds no turn."""
    hub.check_session(owner, session)
    body, files = await _read(request)
    named = hub.media.named(body.model_dump(mode="json", exclude={"text"}))
    media = await asyncio.to_thread(_media, hub, owner, named, body, files) if named or body.artifacts or files else []
    if body.budget is not None:
        await hub.set_budget(owner, session, body.budget.amount, body.budget.currency)
    wishes = Wishes(body.review, body.given or None, body.seed, body.engine, body.planner, body.plan_only)
    claim = claimed()

    def note(connection: sqlite3.Connection, turn: int) -> None:
        if claim is not None:
            location = f"/api/v1/sessions/{session}"
            told = Accepted(
                session=session,
                turn=turn,
                runs=True,
                events=f"{location}/events?after={after}",
                location=f"{location}/turns/{turn}",
            )
            claim.answer(connection, 202, told.model_dump_json().encode(), {"content-type": "application/json"})

    after = hub.stream.last(session)
    done = await hub.send(owner, session, body.text, media, wishes, note)
    return accepted_document(
        hub, session, done.turn, runs=done.runs, told=done.told, after=after, revision=done.revision
    )


def _media(hub: Hub, owner: str, named: set[str], body: MessageBody, files: list[UploadFile]) -> list[MediaPart]:
    for sha256 in named:
        hub.media.find(owner, sha256)
    parts = [hub.media.part(owner, sha256) for sha256 in body.artifacts]
    return parts + [hub.media.take_in(owner, file.file, file.filename or "file") for file in files]


async def _read(request: Request) -> tuple[MessageBody, list[UploadFile]]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return _of_form(await request.form())
    if kind != "application/json":
        raise HttpError(415, "wrong_type", f"a body of type {kind[:60]!r}", "application/json or multipart/form-data")
    try:
        told = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise HttpError(422, "bad_request", f"no JSON ({str(error)[:80]})", "a JSON object", "correct it") from None
    return _body(told), []


def _of_form(form: FormData) -> tuple[MessageBody, list[UploadFile]]:
    texts = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    files = [value for name, value in form.multi_items() if isinstance(value, UploadFile)]
    odd = set(form) - {"text", "files", "options"}
    if odd or len(files) > MOST_FILES or "files" in texts:
        given = f"fields {', '.join(sorted(odd))[:80]}" if odd else f"{len(files)} files"
        raise HttpError(422, "bad_request", given, f"text, options, and at most {MOST_FILES} files", "correct it")
    try:
        options = json.loads(texts.get("options") or "{}")
    except (ValueError, RecursionError):
        options = None
    if not isinstance(options, dict) or "text" in options:
        raise HttpError(422, "bad_request", "options that are no JSON object", '{"review": "ask"}', "correct it")
    return _body({**options, "text": texts.get("text", "")}), files


def _body(told: Any) -> MessageBody:
    try:
        return MessageBody.model_validate(told)
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False, include_context=False)) from None
