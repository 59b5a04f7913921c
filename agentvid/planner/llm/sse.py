"""Server-sent events as chat endpoints write them: one JSON document after each `data:`, and `[DONE]` at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

__all__ = ["DONE", "data_lines"]

DONE: Final = "[DONE]"
MOST_BYTES: Final = 4_000_000
"""Length of one line."""


async def data_lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """Yield what stands after `data:`, line by line. Comments (`: keep-alive`) and other fields are left out.

    Lines end with LF or CRLF and nothing else: U+2028 and the like may stand inside JSON.

    Raises: ValueError where a line has no end.
    """
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if (told := _data(line)) is not None:
                yield told
        if len(rest) > MOST_BYTES:
            raise ValueError(f"a line of more than {MOST_BYTES} bytes")
    if (told := _data(rest)) is not None:
        yield told


def _data(line: bytes) -> str | None:
    if not line.startswith(b"data:"):
        return None
    told = line.removeprefix(b"data:").strip().decode("utf-8", "replace")
    return told or None
