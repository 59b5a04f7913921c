"""Errors as `application/problem+json` (RFC 9457): code, given, expected and do, under a fitting status."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

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

__all__ = ["PROBLEM", "HttpError", "Problem", "not_found", "problem_of"]

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


def _status(error: AgentvidError) -> int:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
