"""The OpenAI-shaped dialect under /v1: models, pictures, clips as jobs, chat completions.

What its words can't say stands in the field `agentvid` of requests, answers and errors, and in the headers
`Agentvid-Session`, `Agentvid-Turn` and `Agentvid-Chain`: every answer is a turn of a session, and its
chain can be edited.
"""

from __future__ import annotations

from fastapi import APIRouter

from agentvid.server.openai import chat, images, links, models, videos
from agentvid.server.openai.errors import ERRORS

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["openai"], responses=ERRORS)
for module in (models, images, videos, chat, links):
    router.include_router(module.router)
