"""What a turn leaves to take along: its report as one page, its bundle as one file."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.background import BackgroundTask

from agentvid.agent.agent import Session
from agentvid.agent.document import turn_record
from agentvid.report.page import render
from agentvid.server.api.shapes import ERRORS, HubOf, SessionId, TurnNumber
from agentvid.server.files import MediaFile
from agentvid.server.keys import Owner

__all__ = ["router"]

router = APIRouter(prefix="/sessions/{session}/turns/{turn}", tags=["results"])

_REPORT_POLICY: Final = (
    "sandbox allow-scripts allow-popups; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "img-src data:; media-src data:; frame-ancestors 'self'"
)
_PAGE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The page.",
        "content": {"text/html": {"schema": {"type": "string"}, "example": "<!doctype html><title>turn 1</title>"}},
    }
}
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The bundle.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}, "example": "…"}},
    }
}


@router.get("/report", summary="Get the report of a turn", response_class=HTMLResponse, responses={**ERRORS, **_PAGE})
def report(hub: HubOf, owner: Owner, session: SessionId, turn: TurnNumber) -> HTMLResponse:
    """Get one self-contained page: chain, evidence, media, checks, history. Its script can reach nothing but itself."""
    record = asyncio.run(turn_record(hub.turn(owner, session, turn)))
    page = render(record, hub.media.store)
    return HTMLResponse(page, headers={"Content-Security-Policy": _REPORT_POLICY, "X-Frame-Options": "SAMEORIGIN"})


@router.get("/bundle", summary="Get a turn as one file", response_class=MediaFile, responses={**ERRORS, **_FILE})
def bundle(hub: HubOf, owner: Owner, session: SessionId, turn: TurnNumber) -> MediaFile:
    """Get what `agentvid bundle verify` and `replay` read: message, chains, results and keys of the turn."""
    hub.turn(owner, session, turn)
    folder = tempfile.mkdtemp(prefix="agentvid-bundle-")
    gone = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    out = Path(folder) / f"{session}-t{turn}.agentvid"
    try:
        Session(hub.agent_of(owner), session).bundle(out, turn=turn)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return MediaFile(out, media_type="application/octet-stream", filename=out.name, background=gone)
