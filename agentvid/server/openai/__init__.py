"""The OpenAI-shaped dialect under /v1: models, pictures, clips as jobs, chat completions.

What its words can't say stands in the field `agentvid` of requests, answers and errors, and in the headers
`Agentvid-Session`, `Agentvid-Turn` and `Agentvid-Chain`: every answer is a turn of a session, and its
chain can be edited.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from agentvid.server.keys import Owner
from agentvid.server.openai import chat, images, links, models, videos
from agentvid.server.openai.errors import ERRORS, OpenAIRoute
from agentvid.server.problem import HttpError

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["openai"], responses=ERRORS)
for module in (models, images, videos, chat, links):
    router.include_router(module.router)

_rest = APIRouter(route_class=OpenAIRoute)


@_rest.api_route("/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
def nothing(request: Request, owner: Owner, path: str) -> Any:
    """Refuse what the dialect has no route for."""
    given = f"there is nothing at {request.method} /v1/{path[:100]}"
    raise HttpError(404, "unknown_route", given, "models, images, videos or chat/completions", "/openapi.json")


router.include_router(_rest)
