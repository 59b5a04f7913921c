"""What every request passes before anything looks at it, and what every answer carries: a plain ASGI middleware.

The Host header must name this server (DNS rebinding), a write from a browser must come from a page of this server
(cross-site request forgery), a body must not be larger than what its route takes. Answers forbid inline scripts,
frames, sniffing and referrers; a route may set a policy of its own, and keeps it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentvid.server.problem import HttpError, problem_of

__all__ = ["POLICY", "Guard", "host_name", "is_loopback"]

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
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """The middleware. `hosts` are names that a Host header may have, beside this machine's own when `is_local`;
    else any plain address may stand there, as a name is what an attacker would need."""

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str], is_local: bool, max_bytes: Callable[[str], int]) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._is_local = is_local
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        most = self._max_bytes(scope["path"])
        counted = _Counted(receive, most)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(held for held in _RAW if held[0] not in own)]
            await send(message)

        async def answered(message: Message) -> None:
            if not counted.is_over:
                await guarded(message)
            elif message["type"] == "http.response.start":  # whatever it made of a body that broke off
                await problem_of(_too_large(most))(scope, receive, guarded)

        refused = self._refused(scope["method"], Headers(scope=scope), most)
        if refused is not None:
            await problem_of(refused)(scope, receive, guarded)
            return
        await self._app(scope, counted, answered)

    def _refused(self, method: str, headers: Headers, most: int) -> HttpError | None:
        host = headers.get("host", "")
        if not self._is_ours(host_name(host)):
            return HttpError(
                421, "wrong_host", f"Host: {host[:100]}", "a name of this server", "start it with --allow-host NAME"
            )
        if method not in _READS and not _same_origin(headers, host):
            return HttpError(
                403,
                "cross_origin",
                f"a write from {headers.get('origin', 'another site')[:100]}",
                "a page of this server, or a program",
                "send it from there",
            )
        length = headers.get("content-length", "")
        return _too_large(most) if length.isdigit() and int(length) > most else None

    def _is_ours(self, name: str) -> bool:
        if name in self._hosts or is_loopback(name):
            return True
        return not self._is_local and _is_address(name)


def host_name(host: str) -> str:
    """Return the name in a Host header, lower case, without port and brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.rpartition(":")[0].lower() if host.count(":") == 1 else host.lower()


def is_loopback(host: str) -> bool:
    """Return whether a name or address is this machine and nothing else."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _same_origin(headers: Headers, host: str) -> bool:
    origin = headers.get("origin")
    if origin is not None:
        return origin.partition("://")[2].lower() == host.lower()
    return headers.get("sec-fetch-site", "none") in ("same-origin", "none")


def _too_large(most: int) -> HttpError:
    return HttpError(413, "too_large", f"a body of more than {most} bytes", f"at most {most} bytes", "send less")


class _Counted:
    """Counts a body as it comes, and stops reading where it is too large."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._most = most
        self._seen = 0

    @property
    def is_over(self) -> bool:
        return self._seen > self._most

    async def __call__(self) -> Message:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self.is_over:
            raise _too_large(self._most)
        return message
