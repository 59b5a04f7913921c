"""Errors in OpenAI's shape, {"error": {message, type, param, code}}, so that its SDKs raise their own exceptions.

What is ours stands under `agentvid` inside the error: given, expected, do, and the turn where there is one. A failure
that would fail again says so (`x-should-retry: false`), as clients would otherwise run it, and pay for it, again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi.responses import JSONResponse
from pydantic import BaseModel

from agentvid.errors import AgentvidError
from agentvid.server.problem import HttpError, problem_of

__all__ = ["ERRORS", "Fault", "Refused", "bad_parameter", "error_document", "invalid_parameters", "refusal_of"]

_TYPES: Final = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    429: "rate_limit_error",
}
_CODES: Final = {"unauthorised": "invalid_api_key"}
_AGAIN: Final = frozenset({409, 429, 503})


class Fault(BaseModel):
    """What went wrong, as the dialect tells it; `agentvid` holds given, expected, do, and the turn."""

    message: str
    type: str
    param: str | None = None
    code: str | None = None
    agentvid: dict[str, Any]


class Refused(BaseModel):
    """An error."""

    error: Fault


ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": Refused, "description": what}
    for status, what in {
        400: "It can't be done as it was asked, or needs a person.",
        401: "No API key that is in use.",
        404: "Not there, another owner's, or no model here.",
        408: "The body stopped coming.",
        409: "It is being worked on, or was stopped.",
        413: "Too large.",
        415: "Neither JSON nor a form.",
        500: "A step failed.",
        503: "The server is stopping.",
    }.items()
}


def bad_parameter(param: str, given: str, expected: str, do: str = "", code: str = "invalid_value") -> HttpError:
    """Return the error for a parameter that can't be honoured."""
    return HttpError(400, code, given, expected, do, more={"param": param})


def error_document(error: AgentvidError) -> tuple[int, dict[str, Any]]:
    """Return an error's status and its document, as in {"error": document}."""
    told = problem_of(error).status_code
    status = 400 if told == 422 else told
    more = dict(error.more) if isinstance(error, HttpError) else {}
    document = {name: str(text) for name, text in error.document().items()}
    ours: dict[str, Any] = {name: document.get(name, "") for name in ("given", "expected", "do")}
    ours |= more.pop("agentvid", {})
    if error.turn is not None:
        ours |= {"session": error.turn[0], "turn": error.turn[1]}
    return status, {
        "message": str(error),
        "type": _TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error"),
        "param": more.get("param"),
        "code": _CODES.get(error.code, error.code),
        "agentvid": ours,
    }


def refusal_of(error: AgentvidError) -> JSONResponse:
    """Return an error as the answer that tells it."""
    status, document = error_document(error)
    headers = dict(error.headers) if isinstance(error, HttpError) else {}
    headers["x-should-retry"] = "true" if status in _AGAIN else "false"
    return JSONResponse({"error": document}, status, headers)


def invalid_parameters(faults: Sequence[Mapping[str, Any]]) -> HttpError:
    """Return the error for parameters that are not as the OpenAPI says."""
    first = next(iter(faults), {})
    where = [str(part) for part in first.get("loc", ()) if part not in ("body", "query", "path", "header")]
    param = ".".join(where)
    if first.get("type") == "extra_forbidden":
        return bad_parameter(
            param, f"unknown parameter {param!r}", "one that the reference names", "leave it out", "unknown_parameter"
        )
    told = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults[:5])
    return bad_parameter(param, told, "a request as the reference says", "correct it")
