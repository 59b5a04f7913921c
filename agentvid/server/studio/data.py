"""What the modules of the studio's pages read beside the native API, in the page's language."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel, Field

from agentvid.report.chinese import said
from agentvid.report.record import Language
from agentvid.samples import CITY, COFFEE
from agentvid.server.api.shapes import HubOf, SessionId, TurnNumber
from agentvid.server.bodies import Edits
from agentvid.server.keys import Owner
from agentvid.server.studio.catalog import catalog_of
from agentvid.server.studio.comparison import comparison_of, conflicts_of
from agentvid.server.studio.fitting import tools_for
from agentvid.server.studio.picking import picks_of
from agentvid.server.studio.view import turn_view

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

Lang = Annotated[Language, Query(alias="lang")]
Texts = Annotated[list[Annotated[str, Field(max_length=4000)]], Field(max_length=8)]
Revision = Annotated[int, Query(ge=0, lt=2**31)]


class ThoughtBody(BaseModel):
    """A step, and the thought that it would have."""

    step: str = Field(pattern=r"^t\d+\.s\d+$", max_length=40)
    thought: str = Field(max_length=20_000)


class ToolsBody(BaseModel):
    """A step, and a draft of edits that is made first."""

    step: str = Field(pattern=r"^t\d+\.s\d+$", max_length=40)
    edits: Edits = Field(default_factory=list, max_length=200)


@router.get("/studio/catalog")
def catalog(hub: HubOf, owner: Owner, lang: Lang = "en") -> dict[str, Any]:
    """Get tools, engines and schemas."""
    return catalog_of(hub.agent_of(owner), lang)


@router.get("/studio/view/{session}/{turn}")
async def view(hub: HubOf, owner: Owner, session: SessionId, turn: TurnNumber, lang: Lang = "en") -> JSONResponse:
    """Get a turn as the page shows it."""
    told = await asyncio.to_thread(lambda: turn_view(hub, hub.turn(owner, session, turn), lang))
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


@router.get("/studio/compare/{session}/{turn}")
async def compared(
    hub: HubOf, owner: Owner, session: SessionId, turn: TurnNumber, a: Revision, b: Revision, lang: Lang = "en"
) -> dict[str, Any]:
    """Get two revisions compared."""
    return await asyncio.to_thread(lambda: comparison_of(hub.turn(owner, session, turn), a, b, lang))


@router.get("/studio/conflicts/{session}/{turn}")
async def conflicts(
    hub: HubOf, owner: Owner, session: SessionId, turn: TurnNumber, other: str, lang: Lang = "en"
) -> list[dict[str, str]]:
    """Get what both sides of a merge changed, in words."""
    return await asyncio.to_thread(lambda: conflicts_of(hub.turn(owner, session, turn), _where(other), lang))


@router.post("/studio/tools/{session}/{turn}")
async def tools(
    hub: HubOf, owner: Owner, session: SessionId, turn: TurnNumber, body: ToolsBody, lang: Lang = "en"
) -> list[dict[str, Any]]:
    """Get the tools that a step could use instead of its own, in the chain with a draft of edits made."""
    return await asyncio.to_thread(lambda: tools_for(hub.turn(owner, session, turn), body.edits, body.step, lang))


@router.get("/studio/picks/{session}/{turn}")
async def picks(
    hub: HubOf, owner: Owner, session: SessionId, turn: TurnNumber, source: Revision, lang: Lang = "en"
) -> list[dict[str, Any]]:
    """Get what can be taken from another revision."""
    return await asyncio.to_thread(lambda: picks_of(hub.turn(owner, session, turn), source, lang))


@router.post("/studio/thought/{session}/{turn}")
async def thought(
    hub: HubOf, owner: Owner, session: SessionId, turn: TurnNumber, body: ThoughtBody
) -> dict[str, list[Any]]:
    """Get what follows from an edited thought that no tool reads: edits, and notes in words."""

    def read() -> dict[str, list[Any]]:
        rewrite = hub.turn(owner, session, turn).propose_thought(body.step, body.thought)
        edits = [edit.model_dump(mode="json") for edit in rewrite.edits]
        return {"edits": edits, "notes": [*rewrite.notes, *filter(None, [rewrite.question])]}

    return await asyncio.to_thread(read)


@router.post("/studio/said")
def in_words(owner: Owner, texts: Texts, lang: Lang = "en") -> list[str]:
    """Get sentences of the API's problems in the page's language, as far as they are known."""
    return [said(text, lang) for text in texts]


@router.get("/studio/samples/{name}")
def sample(name: Literal["coffee.jpg", "city.mp4"]) -> FileResponse:
    """Get a picture or clip to begin with."""
    path = {"coffee.jpg": COFFEE, "city.mp4": CITY}[name]
    return FileResponse(path, headers={"Cache-Control": "public, max-age=86400"})


def _where(text: str) -> str | int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
