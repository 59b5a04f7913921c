"""Pictures: from words, and from pictures and words, with a mask where the first may change."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from agentvid.agent.agent import Turn
from agentvid.agent.form import Form
from agentvid.chain.edit import SetSeed
from agentvid.events import Emit
from agentvid.media.message import MediaPart
from agentvid.media.types import Image, Mask
from agentvid.server.api.shapes import HubOf
from agentvid.server.hub import Hub
from agentvid.server.keys import Owner
from agentvid.server.openai.bodies import ImageBody, not_heard, pixels, read_model, refuse_unbearable
from agentvid.server.openai.encode import as_written, take_mask
from agentvid.server.openai.errors import bad_parameter
from agentvid.server.openai.links import link
from agentvid.server.openai.models import wishes_of
from agentvid.server.openai.outcome import (
    Outcome,
    begin,
    finished,
    headers_of,
    said_of,
)
from agentvid.server.openai.reading import MOST_FILES, read_body, take_file
from agentvid.server.retry import RetriedRoute

__all__ = ["router"]

router = APIRouter(prefix="/images", route_class=RetriedRoute)

_FORM: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["image", "prompt"],
                "properties": {
                    "image": {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": MOST_FILES},
                    "mask": {"type": "string", "format": "binary", "description": "Transparent where it may change."},
                    "prompt": {"type": "string"},
                },
                "additionalProperties": True,
            }
        }
    },
}


@router.post("/generations", summary="Make pictures from words")
async def generate(request: Request, hub: HubOf, owner: Owner, body: ImageBody) -> JSONResponse:
    """Make 1 to 4 pictures. Those behind the first are revisions of the same chain, with the next seeds."""
    return await _answer(request, hub, owner, body, [], None)


@router.post("/edits", summary="Edit pictures", openapi_extra={"requestBody": _FORM})
async def edit(request: Request, hub: HubOf, owner: Owner) -> JSONResponse:
    """Edit a picture. The mask is given to the step that finds the thing: outside of it nothing changes."""
    sent = await read_body(request)
    images, masks = sent.file_list("image"), sent.file_list("mask")
    odd = next(iter(sent.files), None)
    if odd is not None:
        raise bad_parameter(odd, f"a file as {odd}", "files as image and mask", code="unsupported_parameter")
    if not 1 <= len(images) <= MOST_FILES or len(masks) > 1:
        raise bad_parameter(
            "image", f"{len(images)} pictures and {len(masks)} masks", "1 to 16 pictures, at most 1 mask"
        )
    body = read_model(ImageBody, sent.fields)
    media = [await asyncio.to_thread(take_file, hub, owner, file, "image") for file in images]
    mask = await asyncio.to_thread(take_mask, hub, owner, masks[0]) if masks else None
    return await _answer(request, hub, owner, body, media, mask)


@dataclass(frozen=True)
class _Made:
    outcome: Outcome
    picture: Image


async def _answer(
    request: Request, hub: Hub, owner: str, body: ImageBody, media: Sequence[MediaPart], mask: Mask | None
) -> JSONResponse:
    refuse_unbearable(body)
    size = pixels(body.size)
    width, height = size or (None, None)
    form = Form(kind="Image", width=width, height=height, mask=mask)
    wishes = await asyncio.to_thread(wishes_of, hub, body, body.seed, form)
    await asyncio.to_thread(hub.media.check, owner, dict(wishes.given or {}))
    session, turn, after = await begin(hub, owner, "pictures" if not media else "edit", body.prompt, media, wishes)
    made = [await _finished(hub, owner, session, turn, after)]
    for further in range(1, body.n or 1):
        made.append(await _again(hub, owner, made[0].outcome, (wishes.seed or 0) + further))
    return await asyncio.to_thread(_told, request, hub, owner, body, made)


async def _finished(hub: Hub, owner: str, session: str, turn: int, after: int) -> _Made:
    found = await finished(hub, owner, session, turn, after)
    return _Made(found, [artifact for artifact, _ in found.media if isinstance(artifact, Image)][-1])


async def _again(hub: Hub, owner: str, first: Outcome, seed: int) -> _Made:
    """Run the chain with another seed, as a revision of its own."""
    drawn = [step.id for step in first.turn.chain if hub.agent.tools[step.tool].takes("seed")]
    if not drawn:
        raise bad_parameter("n", "several pictures of a chain in which nothing is drawn by chance", "n = 1")
    session, number = first.turn.session, first.turn.number

    async def make(turn: Turn, emit: Emit) -> None:
        await turn.edit([SetSeed(step=step, seed=seed) for step in drawn], run=False, emit=emit)

    after = await asyncio.to_thread(hub.stream.last, session)
    await hub.change(owner, session, number, make, run=lambda done: True)
    return await _finished(hub, owner, session, number, after)


def _told(request: Request, hub: Hub, owner: str, body: ImageBody, made: Sequence[_Made]) -> JSONResponse:
    form = body.output_format or "png"
    data: list[dict[str, Any]] = []
    for one in made:
        written = as_written(hub, owner, one.picture, form, body.output_compression)
        ours = {"artifact": written.artifact, "revision": one.outcome.revision}
        if body.response_format == "url":
            data.append({"url": link(request, owner, written.artifact), "agentvid": ours})
        else:
            held = hub.media.store.path(written).read_bytes()
            data.append({"b64_json": base64.b64encode(held).decode(), "agentvid": ours})
    read, wrote = (sum(one.outcome.tokens[which] for one in made) for which in (0, 1))
    last = replace(made[-1].outcome, notes=_notes(made))
    told = {
        "created": int(time.time()),
        "data": data,
        "output_format": form,
        "size": f"{made[0].picture.width}x{made[0].picture.height}",
        "usage": {
            "input_tokens": read,
            "output_tokens": wrote,
            "total_tokens": read + wrote,
            "input_tokens_details": {"text_tokens": read, "image_tokens": 0},
        },
        "agentvid": said_of(last, not_heard(body)),
    }
    return JSONResponse(told, headers=headers_of(last.turn))


def _notes(made: Sequence[_Made]) -> list[str]:
    alike = len({one.picture.artifact for one in made}) < len(made)
    return ["some of the pictures are the same: their engine draws the same with another seed"] if alike else []
