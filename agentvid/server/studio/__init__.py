"""The studio: the reasoning chain in the browser. Pages, their words, and what they read of a turn.

Everything is served from here; nothing is built and nothing is asked of a network. Whatever changes something goes
through the native API.
"""

from __future__ import annotations

from fastapi import APIRouter

from agentvid.server.studio import data, pages

__all__ = ["router"]

router = APIRouter()
router.include_router(pages.router)
router.include_router(data.router)
