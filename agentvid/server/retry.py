"""Idempotency keys: the same write with the same `Idempotency-Key` is done once, and answered the same.

What a key answered is kept for a day. The same key with another request is refused (422), and while the first is being
worked on (409). A write that was refused changed nothing, and is not kept: its key can be used again. A retry after
the server was killed finds the answer where the work was accepted, as both are written together.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from agentvid.server.keys import identify
from agentvid.server.problem import HttpError
from agentvid.store.log import Log

__all__ = ["KEPT_SECONDS", "Claim", "RetriedRoute", "claimed", "clear_claims"]

KEPT_SECONDS: Final = 24 * 3600
_LONGEST: Final = 200


@dataclass(frozen=True)
class Claim:
    """A key that a request of an owner works under."""

    owner: str
    key: str

    def answer(self, connection: sqlite3.Connection, status: int, body: bytes, headers: dict[str, str]) -> None:
        """Keep the answer, inside a transaction."""
        connection.execute(
            "UPDATE retries SET status = ?, headers = ?, body = ? WHERE owner = ? AND key = ?",
            (status, json.dumps(headers), body, self.owner, self.key),
        )


_claim: Final[ContextVar[Claim | None]] = ContextVar("agentvid_claim", default=None)


def claimed() -> Claim | None:
    """Return the claim of the request that is being answered, None where it has no key."""
    return _claim.get()


def clear_claims(log: Log) -> None:
    """Let go of claims whose work was never accepted: the process that made them is gone."""
    with log.write(durable=True) as connection:
        connection.execute("DELETE FROM retries WHERE status IS NULL OR created < ?", (log.clock() - KEPT_SECONDS,))


class RetriedRoute(APIRoute):
    """A route whose writes honour `Idempotency-Key`. No body of a write is read before it is known who asks."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, wrapped."""
        answer = super().get_route_handler()

        async def handler(request: Request) -> Response:
            key = request.headers.get("idempotency-key")
            try:
                if request.method == "GET":
                    return await answer(request)
                owner = identify(request)
                return await (answer(request) if key is None else _once(request, owner, key, answer))
            finally:
                await request.close()

        return handler


async def _once(
    request: Request, owner: str, key: str, answer: Callable[[Request], Coroutine[Any, Any, Response]]
) -> Response:
    if not key or len(key) > _LONGEST or not key.isprintable():
        raise HttpError(422, "bad_idempotency_key", f"Idempotency-Key {key[:40]!r}", f"1 to {_LONGEST} characters")
    log: Log = request.app.state.hub.log
    claim, digest = Claim(owner, key), await _digest(request)
    known = await run_in_threadpool(_take, log, claim, digest)
    if known is not None:
        return known
    token = _claim.set(claim)
    kept = False
    try:
        response = await answer(request)
        if response.status_code < 400 and hasattr(response, "body"):
            kept = True
            await run_in_threadpool(_keep, log, claim, response)
        return response
    finally:
        _claim.reset(token)
        if not kept:
            await run_in_threadpool(_drop, log, claim)


def _take(log: Log, claim: Claim, digest: str) -> Response | None:
    with log.write(durable=True) as connection:
        row = connection.execute(
            "SELECT request, status, headers, body, created FROM retries WHERE owner = ? AND key = ?",
            (claim.owner, claim.key),
        ).fetchone()
        if row is None or row[4] < log.clock() - KEPT_SECONDS:
            connection.execute(
                "INSERT OR REPLACE INTO retries VALUES (?, ?, ?, NULL, NULL, NULL, ?)",
                (claim.owner, claim.key, digest, log.clock()),
            )
            return None
    if row[0] != digest:
        raise HttpError(
            422,
            "idempotency_key_reused",
            f"Idempotency-Key {claim.key!r} with another request",
            "a new key",
            "make one",
        )
    if row[1] is None:
        raise HttpError(
            409, "in_progress", f"the first request with {claim.key!r} is being worked on", do="wait, ask again"
        )
    headers = {**json.loads(row[2]), "Idempotency-Replayed": "true"}
    return Response(row[3], row[1], headers)


def _keep(log: Log, claim: Claim, response: Response) -> None:
    headers = {name: value for name in ("content-type", "location") if (value := response.headers.get(name))}
    with log.write(durable=True) as connection:
        claim.answer(connection, response.status_code, bytes(response.body), headers)


def _drop(log: Log, claim: Claim) -> None:
    with log.write(durable=False) as connection:
        connection.execute(
            "DELETE FROM retries WHERE owner = ? AND key = ? AND status IS NULL", (claim.owner, claim.key)
        )


async def _digest(request: Request) -> str:
    """Return the digest of a request: of a form its fields and files, whatever separates them."""
    told = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        with contextlib.suppress(AttributeError):
            for name, value in (await request.form()).multi_items():
                told.update(f"{name}\0".encode())
                if isinstance(value, UploadFile):
                    told.update(f"{value.filename}\0".encode())
                    while chunk := await value.read(2**20):
                        told.update(chunk)
                    await value.seek(0)
                else:
                    told.update(value.encode())
                told.update(b"\0")
    else:
        told.update(await request.body())
    return told.hexdigest()
