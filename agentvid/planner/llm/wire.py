"""The wire of OpenAI-style chat endpoints: one request, an answer in pieces, and whatever can go wrong told apart.

    POST {base_url}/chat/completions  {"model", "messages", "stream": true, "stream_options", "response_format"}
    data: {"choices": [{"delta": {"content": "…"}}]}  …  data: {"choices": [], "usage": {…}}  data: [DONE]

An endpoint that does not stream and answers in one piece is understood as well. Redirects are not followed: the key
goes to the address that was set, and nowhere else.

Does not cover: trying again (`patience`), what is asked (`prompt`), what the answer means (`read`).
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from agentvid.planner.llm.endpoint import Endpoint
from agentvid.planner.llm.sse import DONE, data_lines

if TYPE_CHECKING:
    import httpx

__all__ = ["Piece", "Reply", "Trouble", "Usage", "chat", "get_json"]

MOST_CHARACTERS: Final = 400_000
"""Length of an answer, thinking and all."""
_MOST_OF_AN_ERROR: Final = 65_536
_SHOWN: Final = 500
_CONNECT_SECONDS: Final = 15.0
_NO_MONEY: Final = ("insufficient_quota", "insufficient_balance", "billing_hard_limit_reached")


@dataclass(frozen=True)
class Piece:
    """A piece of an answer as it comes: its text, or what the model thinks before."""

    text: str = ""
    thinking: str = ""


@dataclass(frozen=True)
class Usage:
    """Tokens that were read and written."""

    read: int
    written: int


@dataclass(frozen=True)
class Reply:
    """A whole answer. `usage` is None where the endpoint does not tell; `is_cut` that it ended for its length."""

    text: str
    usage: Usage | None = None
    is_cut: bool = False


class Trouble(Exception):
    """The endpoint did not answer. `told` says why, the key taken out.

    `status` is the HTTP status (0 where there was none) and `code` the endpoint's own; `again` tells that trying again
    may help, `after` how many seconds it asks to wait; `is_slow` that nothing came in time.
    """

    def __init__(
        self,
        told: str,
        *,
        status: int = 0,
        code: str = "",
        again: bool = False,
        after: float | None = None,
        is_slow: bool = False,
    ) -> None:
        super().__init__(told)
        self.told, self.status, self.code = told, status, code
        self.again, self.after, self.is_slow = again, after, is_slow


async def chat(endpoint: Endpoint, body: Mapping[str, Any], hear: Callable[[Piece], None]) -> Reply:
    """Send one request and return the answer; `hear` gets its pieces as they come.

    Raises: Trouble where there is none.
    """
    async with _client(endpoint) as client:
        url = f"{endpoint.base_url}/chat/completions"
        async with client.stream("POST", url, json={"model": endpoint.model, **body}) as response:
            if response.status_code != 200:
                raise await _refusal(endpoint, response)
            if "application/json" in response.headers.get("content-type", ""):
                return _whole(endpoint, _document(endpoint, await _read(response)), hear)
            return await _pieces(endpoint, response, hear)


async def get_json(endpoint: Endpoint, path: str) -> Any:
    """Return the JSON at `base_url` + `path`.

    Raises: Trouble where there is none.
    """
    async with _client(endpoint) as client, client.stream("GET", endpoint.base_url + path) as response:
        if response.status_code != 200:
            raise await _refusal(endpoint, response)
        return _document(endpoint, await _read(response))


@asynccontextmanager
async def _client(endpoint: Endpoint) -> AsyncIterator[httpx.AsyncClient]:
    import httpx

    timeout = httpx.Timeout(endpoint.timeout, connect=min(_CONNECT_SECONDS, endpoint.timeout))
    try:
        async with httpx.AsyncClient(
            headers=endpoint.headers(), timeout=timeout, trust_env=not endpoint.is_local
        ) as client:
            yield client
    except httpx.ReadTimeout:
        raise Trouble(f"nothing came within {endpoint.timeout:g} s", again=True, is_slow=True) from None
    except httpx.HTTPError as error:
        name, told = type(error).__name__, endpoint.without_key(str(error))
        raise Trouble(f"{name}: {told}" if told else name, again=True) from None


async def _pieces(endpoint: Endpoint, response: httpx.Response, hear: Callable[[Piece], None]) -> Reply:
    text, length, ended = "", 0, False
    usage: Usage | None = None
    reason = ""
    try:
        async for line in data_lines(response.aiter_bytes()):
            if line == DONE:
                ended = True
                break
            chunk = _document(endpoint, line)
            _raise_error(endpoint, chunk)
            usage = _usage(chunk) or usage
            piece, why = _piece(endpoint, chunk)
            reason = why or reason
            text, length = text + piece.text, length + len(piece.text) + len(piece.thinking)
            if length > MOST_CHARACTERS:
                raise Trouble(f"the answer has more than {MOST_CHARACTERS} characters")
            if piece != Piece():
                hear(piece)
    except ValueError as error:
        raise Trouble(f"the stream can't be read: {error}", again=True) from None
    if not (ended or reason):
        raise Trouble("the stream ended before the answer did", again=True)
    return _reply(endpoint, text, usage, reason)


def _whole(endpoint: Endpoint, document: Any, hear: Callable[[Piece], None]) -> Reply:
    """Read an answer in one piece: `message` stands where a stream has `delta`."""
    _raise_error(endpoint, document)
    piece, reason = _piece(endpoint, document)
    hear(piece)
    return _reply(endpoint, piece.text, _usage(document), reason)


def _reply(endpoint: Endpoint, text: str, usage: Usage | None, reason: str) -> Reply:
    if reason == "content_filter":
        raise Trouble("the endpoint's filter held the answer back", code=reason)
    return Reply(endpoint.without_key(text), usage, is_cut=reason == "length")


def _piece(endpoint: Endpoint, chunk: Any) -> tuple[Piece, str]:
    """Return the piece in a chunk, and why the answer ended, "" where it did not."""
    choices = chunk.get("choices") if isinstance(chunk, dict) else None
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return Piece(), ""
    choice = choices[0]
    delta = choice.get("delta") or choice.get("message") or {}
    if not isinstance(delta, dict):
        return Piece(), ""
    if isinstance(refusal := delta.get("refusal"), str) and refusal:
        raise Trouble(f"the model refused: {_short(endpoint, refusal)}", code="refusal")
    thinking = delta.get("reasoning_content") or delta.get("reasoning")
    text = delta.get("content")
    reason = choice.get("finish_reason")
    piece = Piece(text if isinstance(text, str) else "", thinking if isinstance(thinking, str) else "")
    return piece, reason if isinstance(reason, str) else ""


def _usage(chunk: Any) -> Usage | None:
    told = chunk.get("usage") if isinstance(chunk, dict) else None
    if not isinstance(told, dict):
        return None
    read, written = told.get("prompt_tokens"), told.get("completion_tokens")
    if not isinstance(read, int) or not isinstance(written, int) or read < 0 or written < 0:
        return None
    return Usage(read, written)


def _raise_error(endpoint: Endpoint, chunk: Any) -> None:
    if isinstance(chunk, dict) and chunk.get("error"):
        told, code = _error(endpoint, chunk)
        wrong = code in _NO_MONEY or code.startswith(("4", "invalid", "content"))
        raise Trouble(told, code=code, again=not wrong or code == "429")


async def _refusal(endpoint: Endpoint, response: httpx.Response) -> Trouble:
    status = response.status_code
    body = await _read(response)
    try:
        told, code = _error(endpoint, json.loads(body))
    except ValueError:
        told, code = _short(endpoint, body), ""
    if 300 <= status < 400:
        told = f"it sends elsewhere, to {_short(endpoint, response.headers.get('location', '?'))}"
    again = (status in (408, 409, 425, 429) or status >= 500) and status != 501 and code not in _NO_MONEY
    return Trouble(f"{status}: {told}", status=status, code=code, again=again, after=_after(response.headers))


def _error(endpoint: Endpoint, document: Any) -> tuple[str, str]:
    """Return the message and the code of an error document, whichever of the usual forms it has."""
    error = document.get("error", document) if isinstance(document, dict) else document
    if not isinstance(error, dict):
        return _short(endpoint, str(error)), ""
    told = error.get("message") or error.get("detail") or json.dumps(error, ensure_ascii=False)
    code = error.get("code") or error.get("type") or ""
    return _short(endpoint, told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)), str(code)


def _after(headers: httpx.Headers) -> float | None:
    """Return how many seconds an endpoint asks to wait: `retry-after-ms`, or `Retry-After` in seconds or as a date."""
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    milliseconds, told = headers.get("retry-after-ms", ""), headers.get("retry-after", "").strip()
    try:
        seconds = float(milliseconds) / 1000 if milliseconds else float(told)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return None
    return max(0.0, seconds) if seconds < float("inf") else None


async def _read(response: httpx.Response) -> str:
    body = b""
    most = _MOST_OF_AN_ERROR if response.status_code != 200 else 4 * MOST_CHARACTERS
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > most:
            break
    return body[:most].decode("utf-8", "replace")


def _document(endpoint: Endpoint, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Trouble(f"the endpoint sent what is no JSON: {_short(endpoint, text)!r}", again=True) from None


def _short(endpoint: Endpoint, text: str) -> str:
    plain = " ".join(endpoint.without_key(text).split())
    return plain if len(plain) <= _SHOWN else f"{plain[: _SHOWN - 1]}…"
