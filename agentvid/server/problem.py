"""Errors as `application/problem+json` (RFC 9457): code, given, expected and do, under a fitting status.

Whatever goes wrong leaves the server in this form, unknown addresses and unexpected faults too.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from agentvid.errors import (
    AgentvidError,
    Cancelled,
    ChainError,
    EditError,
    EngineError,
    InputError,
    MediaError,
    MergeConflict,
    Needs,
    NoEngine,
    PlanError,
    SessionBusy,
    SettingsError,
    StoreError,
    ToolError,
)

__all__ = ["PROBLEM", "HttpError", "Problem", "add_handlers", "not_found", "problem_of"]

PROBLEM: Final = "application/problem+json"

_STATUS: Final[tuple[tuple[type[AgentvidError], int], ...]] = (
    (MergeConflict, 409),
    (SessionBusy, 409),
    (Needs, 409),
    (Cancelled, 409),
    (MediaError, 422),
    (ChainError, 422),
    (EditError, 422),
    (SettingsError, 422),
    (NoEngine, 422),
    (InputError, 400),
    (PlanError, 502),
    (ToolError, 500),
    (EngineError, 500),
    (StoreError, 500),
)

_log = logging.getLogger("agentvid.server")


class Problem(BaseModel):
    """What went wrong: what was given, what was expected, what to do next."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Not Found",
                    "status": 404,
                    "detail": "there is no session 'holiday'; expected: one of yours; do: GET /api/v1/sessions",
                    "code": "not_found",
                    "given": "there is no session 'holiday'",
                    "expected": "one of yours",
                    "do": "GET /api/v1/sessions",
                }
            ]
        },
    )

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    given: str
    expected: str = ""
    do: str = ""
    ids: list[str] = Field(default_factory=list, description="What must be chosen, in a merge conflict.")


class HttpError(AgentvidError):
    """An error of the face itself, with its status; `more` goes into the problem, `headers` into the answer."""

    def __init__(
        self,
        status: int,
        code: str,
        given: str,
        expected: str = "",
        do: str = "",
        *,
        more: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(given, expected, do, code=code)
        self.status = status
        self.more = dict(more or {})
        self.headers = dict(headers or {})


def not_found(what: str, expected: str = "one of yours", do: str = "") -> HttpError:
    """Return the error for what is not there, or is another owner's: the two can't be told apart."""
    return HttpError(404, "not_found", f"there is no {what}", expected, do)


def problem_of(error: AgentvidError) -> JSONResponse:
    """Return an error as the answer that tells it."""
    status = error.status if isinstance(error, HttpError) else _status(error)
    told: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": str(error),
        **error.document(),
    }
    told["ids"] = list(error.ids) if isinstance(error, MergeConflict) else []
    headers = {}
    if isinstance(error, HttpError):
        told |= error.more
        headers = error.headers
    if error.turn is not None:
        told |= {"session": error.turn[0], "turn": error.turn[1]}
    return JSONResponse(told, status, headers, media_type=PROBLEM)


def add_handlers(app: FastAPI) -> None:
    """Let every error of the application leave it as a problem."""
    app.add_exception_handler(AgentvidError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _fault)


def _status(error: AgentvidError) -> int:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


async def _ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AgentvidError)
    return problem_of(error)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    told = [f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors()[:5]]
    return problem_of(HttpError(422, "bad_request", "; ".join(told), "a request as the OpenAPI says", "correct it"))


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    where = f"{request.method} {request.url.path}"
    headers = dict(error.headers or {})
    if error.status_code == 404:
        told = HttpError(404, "not_found", f"there is nothing at {where}", "a route of the OpenAPI", "/openapi.json")
    else:
        code = HTTPStatus(error.status_code).name.lower()
        told = HttpError(error.status_code, code, f"{where}: {error.detail}", headers=headers)
    return problem_of(told)


async def _fault(request: Request, error: Exception) -> JSONResponse:
    _log.error("fault in %s %s", request.method, request.url.path, exc_info=error)
    return problem_of(
        HttpError(500, "unexpected", f"{type(error).__name__}", "the request to be answered", "please report it")
    )
