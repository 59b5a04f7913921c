"""Files as answers, whole or in ranges."""

from __future__ import annotations

import re
from typing import Final

from starlette.responses import FileResponse
from starlette.types import Message, Receive, Scope, Send

from agentvid.server.problem import HttpError

__all__ = ["MediaFile"]

_RANGES: Final = re.compile(rb"bytes=\s*(?:\d+-\d*|-\d+)(?:\s*,\s*(?:\d+-\d*|-\d+))*", re.IGNORECASE)
_LONGEST: Final = 1000


class MediaFile(FileResponse):
    """A file. A Range header that is none is not heeded; one that the file does not have is refused as all else is.

    Source: RFC 9110, section 14.2.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, and do what is to be done behind it in any case.

        Raises: HttpError 416 where the file does not have the range.
        """
        headers = [(name, value) for name, value in scope["headers"] if name != b"range" or _is_range(value)]

        async def heeded(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in (400, 416):
                told = {name.decode(): value.decode() for name, value in message["headers"] if name == b"content-range"}
                raise HttpError(
                    416, "no_such_range", "a range that the file does not have", "one within it", headers=told
                )
            await send(message)

        try:
            await super().__call__({**scope, "headers": headers}, receive, heeded)
        except HttpError:
            if self.background is not None:
                await self.background()
            raise


def _is_range(value: bytes) -> bool:
    return len(value) <= _LONGEST and _RANGES.fullmatch(value) is not None
