"""Whatever goes wrong leaves the server in the dialect of its address: OpenAI's shape under /v1, else a problem.

This holds too where no route or method fits, where a request is refused before any route looks at it, and for faults.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from agentvid.errors import AgentvidError
from agentvid.server.openai.errors import invalid_parameters, refusal_of
from agentvid.server.problem import HttpError, problem_of

__all__ = ["add_handlers", "answer_of", "fault_of"]

_log: Final = logging.getLogger("agentvid.server")


def add_handlers(app: FastAPI) -> None:
    """Let every error that the application knows leave it in the dialect of its address."""
    app.add_exception_handler(AgentvidError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def answer_of(path: str, error: AgentvidError) -> JSONResponse:
    """Return an error as the answer that tells it to who asked for this path."""
    return refusal_of(error) if _is_openai(path) else problem_of(error)


def fault_of(method: str, path: str, error: Exception) -> JSONResponse:
    """Return the answer to what nobody foresaw, and log it."""
    _log.error("fault in %s %s", method, path, exc_info=error)
    told = HttpError(500, "unexpected", type(error).__name__, "the request to be answered", "please report it")
    return answer_of(path, told)


def _is_openai(path: str) -> bool:
    return path == "/v1" or path.startswith("/v1/")


async def _ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AgentvidError)
    return answer_of(request.scope["path"], error)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults: list[dict[str, Any]] = list(error.errors())
    if _is_openai(request.scope["path"]):
        return refusal_of(invalid_parameters(faults))
    told = [f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in faults[:5]]
    return problem_of(HttpError(422, "bad_request", "; ".join(told), "a request as the OpenAPI says", "correct it"))


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    path = request.scope["path"]
    where = f"{request.method} {path[:200]}"
    if error.status_code == 404:
        code = "unknown_route" if _is_openai(path) else "not_found"
        told = HttpError(404, code, f"there is nothing at {where}", "a route of the OpenAPI", "/openapi.json")
    else:
        code = HTTPStatus(error.status_code).name.lower()
        headers = dict(error.headers or {})
        told = HttpError(error.status_code, code, f"{where}: {error.detail}", headers=headers)
    return answer_of(path, told)
