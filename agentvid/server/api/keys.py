"""The asker's own API keys: listed without the key, made (shown once), revoked.

A key is made for who asks and for nobody else: with a key, its own owner; without one, on a server that listens on this
machine alone and has no keys, "local". From the first key on such a server asks for one, too. For other owners keys are
made on the command line. Answers are not kept for retries: they would keep the key.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from agentvid.server.api.shapes import ERRORS, WRITE_ERRORS
from agentvid.server.bodies import KeyBody
from agentvid.server.documents import KeyDocument, KeyList, MadeKey
from agentvid.server.keys import ApiKey, Keys, Owner
from agentvid.server.problem import not_found

__all__ = ["router"]

router = APIRouter(prefix="/keys", tags=["server"])

KeyId = Annotated[str, Path(max_length=64, examples=["k-1a2b3c4d"])]


@router.get("", summary="List one's keys", responses=ERRORS)
def list_keys(request: Request, owner: Owner) -> KeyList:
    """List the asker's keys, revoked ones too. The keys themselves are kept nowhere."""
    return KeyList(keys=[KeyDocument(**_told(key)) for key in _keys(request).of(owner)])


@router.post("", summary="Make a key", status_code=201, responses=WRITE_ERRORS)
def make_key(request: Request, owner: Owner, body: KeyBody) -> MadeKey:
    """Make a key for the asker. It is told in this answer and never again."""
    made, secret = _keys(request).add(owner, body.name.strip())
    return MadeKey(**_told(made), key=secret)


@router.delete("/{key}", summary="Revoke a key", status_code=204, responses=WRITE_ERRORS)
def revoke_key(request: Request, owner: Owner, key: KeyId) -> None:
    """Make one of the asker's keys useless at once, and sign out every browser that came in with it."""
    keys = _keys(request)
    if not any(one.key_id == key and one.revoked is None for one in keys.of(owner)):
        raise not_found(f"key {key[:20]!r} in use", do="GET /api/v1/keys lists them")
    keys.revoke(key)


def _keys(request: Request) -> Keys:
    keys: Keys = request.app.state.keys
    return keys


def _told(key: ApiKey) -> dict[str, Any]:
    return {"id": key.key_id} | {name: value for name, value in asdict(key).items() if name != "key_id"}
