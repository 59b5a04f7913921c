"""What every request passes before anything looks at it, and what every answer carries: a plain ASGI middleware.

The Host header must name this server (DNS rebinding), a write from a browser must come from a page of this server
(cross-site request forgery), a body must not be larger than what its route takes. Answers forbid inline scripts,
frames, sniffing and referrers; a route may set a policy of its own, and keeps it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentvid.server.faults import answer_of, fault_of
from agentvid.server.hosts import host_name, is_address, is_loopback
from agentvid.server.problem import HttpError

__all__ = ["POLICY", "Guard"]

POLICY: Final = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
_RAW: Final = tuple((name.encode(), value.encode()) for name, value in _HEADERS.items())
STALLED_SECONDS: Final = 60.0
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """The middleware. `hosts` are names that a Host header may have, beside this machine's own when `is_local`;
    else any plain address may stand there, as a name is what an attacker would need."""

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str], is_local: bool, max_bytes: Callable[[str], int]) -> None:
        self._app = app
        self._hosts = frozenset(host_name(host) or host_name(f"[{host}]") for host in hosts)
        self._is_local = is_local
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        method, path = scope["method"], scope["path"]
        most = self._max_bytes(path)
        counted = _Counted(receive, most)
        has_started = False

        async def guarded(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                own = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(held for held in _RAW if held[0] not in own)]
            await send(message)

        async def answered(message: Message) -> None:
            if counted.refused is None:
                await guarded(message)
            elif message["type"] == "http.response.start":  # whatever it made of a body that broke off
                await answer_of(path, counted.refused)(scope, receive, guarded)

        refused = self._refused(scope, Headers(scope=scope), most)
        if refused is not None:
            await answer_of(path, refused)(scope, receive, guarded)
            return
        try:
            await self._app(scope, counted, answered)
        except ClientDisconnect:
            return
        except Exception as error:
            if has_started:
                raise
            told = fault_of(method, path, error) if counted.refused is None else answer_of(path, counted.refused)
            await told(scope, receive, guarded)

    def _refused(self, scope: Scope, headers: Headers, most: int) -> HttpError | None:
        host = ", ".join(headers.getlist("host"))
        if not self._is_ours(host_name(host)):
            return HttpError(
                421, "wrong_host", f"Host: {host[:100]}", "a name of this server", "start it with --allow-host NAME"
            )
        if scope["method"] not in _READS and not _same_origin(headers, scope["scheme"], host):
            return HttpError(
                403,
                "cross_origin",
                f"a write from {headers.get('origin', 'another site')[:100]}",
                "a page of this server, or a program",
                "send it from there",
            )
        length = headers.get("content-length", "")
        return _too_large(most) if length.isdigit() and int(length) > most else None

    def _is_ours(self, name: str | None) -> bool:
        if name is None:
            return False
        if name in self._hosts or is_loopback(name):
            return True
        return not self._is_local and is_address(name)


def _same_origin(headers: Headers, scheme: str, host: str) -> bool:
    """Return whether a page of this server wrote. Behind a proxy that is not trusted, TLS may not be seen here."""
    origin = headers.get("origin")
    if origin is not None:
        said, _, place = origin.lower().partition("://")
        return place == host.lower() and (said == "https" or scheme != "https")
    return headers.get("sec-fetch-site", "none") in ("same-origin", "none")


def _too_large(most: int) -> HttpError:
    return HttpError(413, "too_large", f"a body of more than {most} bytes", f"at most {most} bytes", "send less")


class _Counted:
    """Counts a body as it comes, and stops reading where it is too large, or where no more of it comes."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._most = most
        self._seen = 0
        self._is_read = False
        self.refused: HttpError | None = None

    async def __call__(self) -> Message:
        if self._is_read:  # now it waits for the client to leave
            return await self._receive()
        if self.refused is not None:
            raise self.refused
        try:
            async with asyncio.timeout(STALLED_SECONDS):
                message = await self._receive()
        except TimeoutError:
            told = f"no more of the body in {STALLED_SECONDS:g} s"
            self.refused = HttpError(408, "stalled", told, "all of it", "send it again")
            raise self.refused from None
        self._is_read = not message.get("more_body", False)
        self._seen += len(message.get("body", b""))
        if self._seen > self._most:
            self.refused = _too_large(self._most)
            raise self.refused
        return message
