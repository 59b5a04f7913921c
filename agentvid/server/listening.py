"""A session's events as an HTTP response: what is there at a time goes out in one piece, and nothing polls."""

from __future__ import annotations

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from agentvid.server.stream import Listener, Stream, Told

__all__ = ["EventsResponse"]


class EventsResponse(Response):
    """Server-sent events of a session behind number `after`, until the listener goes, or the server stops.

    After `ping_seconds` in which nothing happened a comment is sent; a listener that takes nothing for `send_seconds`
    is let go.
    """

    media_type = "text/event-stream"

    def __init__(self, stream: Stream, session: str, after: int, *, ping_seconds: float, send_seconds: float) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._stream = stream
        self._session = session
        self._after = after
        self._ping_seconds = ping_seconds
        self._send_seconds = send_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until there is nobody to send to.

        Raises: TimeoutError where the listener takes nothing.
        """
        listener = Listener()
        leaving = asyncio.ensure_future(_leave(receive, listener))
        batches = self._stream.batches(self._session, self._after, listener, self._ping_seconds)
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async for items in batches:
                body = "".join(map(_written, items)) or ": nothing new\n\n"
                async with asyncio.timeout(self._send_seconds):
                    await send({"type": "http.response.body", "body": body.encode(), "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            leaving.cancel()
            await batches.aclose()


async def _leave(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.leave()


def _written(item: Told) -> str:
    number = "" if item.n is None else f"id: {item.n}\n"
    return f"{number}event: {item.type}\ndata: {item.data}\n\n"  # JSON is one line
