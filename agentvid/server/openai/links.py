"""Links to media that whoever holds them may open for an hour, without a key, as clients of the dialect expect.

A link is signed with a secret of this process: it ends with it, and with the API key of who was answered. It shows one
artifact of one owner and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response

from agentvid.server.api.shapes import HubOf
from agentvid.server.files import MediaFile
from agentvid.server.keys import is_alive
from agentvid.server.problem import not_found
from agentvid.server.retry import RetriedRoute

__all__ = ["LINK_SECONDS", "digest_of_link", "link", "router"]

LINK_SECONDS: Final = 3600
_SECRET: Final = secrets.token_bytes(32)
_NATIVE: Final = re.compile(r"/api/v1/artifacts/([0-9a-f]{64})")
_OURS: Final = "/v1/media/"

router = APIRouter(route_class=RetriedRoute)


def link(request: Request, owner: str, sha256: str, now: float | None = None) -> str:
    """Return the whole address of an artifact, as this request reached the server."""
    until = int((time.time() if now is None else now) + LINK_SECONDS)
    told = json.dumps([owner, sha256, until, request.state.key_id])
    body = base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")
    return f"{str(request.base_url).rstrip('/')}{_OURS}{body}.{_signature(body)}"


def digest_of_link(path: str) -> str | None:
    """Return the sha256 that the path of a link names; None where it is no link to media of this server.

    Links that have ended still name it: whether it may be seen depends on who asks.
    """
    match = _NATIVE.fullmatch(path)
    if match:
        return match[1]
    told = _read(path.removeprefix(_OURS)) if path.startswith(_OURS) else None
    return told[1] if told else None


@router.get("/media/{token}", summary="Open a link", response_class=MediaFile)
def open_link(request: Request, hub: HubOf, token: Annotated[str, Path(max_length=600)]) -> Response:
    """Get the bytes that a link names; `Range` is honoured. Needs no key, and ends after an hour."""
    told = _read(token)
    if told is None or told[2] < time.time() or not is_alive(request, told[3]):
        raise not_found("link of this name", "one that is younger than an hour", "ask for the answer again")
    found = hub.media.find(told[0], told[1])
    headers = {"Cache-Control": "private, max-age=3600", "Content-Security-Policy": "sandbox; default-src 'none'"}
    return MediaFile(hub.media.store.path(found), media_type=found.mime, headers=headers)


def _read(token: str) -> tuple[str, str, int, str] | None:
    body, _, signature = token.partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(body).encode()):
        return None
    owner, sha256, until, key_id = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return str(owner), str(sha256), int(until), str(key_id)


def _signature(body: str) -> str:
    return hmac.new(_SECRET, body.encode(), hashlib.sha256).hexdigest()[:40]
