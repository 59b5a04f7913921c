"""Clips as jobs: a video is a turn of the hub, so it survives restarts; its progress is that of its steps."""

from __future__ import annotations

import asyncio
import json
import secrets
import sqlite3
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Final, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ConfigDict, Field

from agentvid.agent.agent import Turn
from agentvid.agent.form import Form
from agentvid.media.message import MediaPart
from agentvid.server.api.shapes import HubOf
from agentvid.server.files import MediaFile
from agentvid.server.forget import delete_session
from agentvid.server.hub import Hub
from agentvid.server.keys import Owner
from agentvid.server.openai.bodies import Wished, not_heard, pixels, read_model, refuse_unbearable
from agentvid.server.openai.errors import bad_parameter
from agentvid.server.openai.models import NAME, wishes_of
from agentvid.server.openai.outcome import headers_of, new_session, outcome_of
from agentvid.server.openai.reading import media_of_address, read_body, take_file
from agentvid.server.openai.video_job import Job, job_document, jobs_of, made_clip
from agentvid.server.pictures import film_strip, thumbnail
from agentvid.server.problem import HttpError
from agentvid.server.retry import RetriedRoute

__all__ = ["router"]

router = APIRouter(prefix="/videos", route_class=RetriedRoute)

VideoId = Annotated[str, Path(pattern="^video_[0-9a-f]{32}$", examples=["video_0123456789abcdef0123456789abcdef"])]
_FRAMES: Final = 8
_FILES: Final[dict[str, Any]] = {
    kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("video/mp4", "video/webm", "image/webp")
}


class VideoBody(Wished):
    """A clip from words, or from words and a picture."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"prompt": "a video of a red cube on the left", "seconds": "4"}]},
    )
    unheard: ClassVar[tuple[str, ...]] = ("user", "safety_identifier")

    prompt: str = Field(min_length=1, max_length=20_000)
    seconds: float | None = Field(None, gt=0, le=60, description="How long the clip lasts.")
    size: str | None = Field(None, max_length=20, description="WIDTHxHEIGHT.")
    seed: int | None = Field(None, ge=0, lt=2**53)
    input_reference: dict[str, Any] | str | None = Field(None, description="A picture, as a file or data: address.")


_BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "application/json": {"schema": VideoBody.model_json_schema()},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["prompt"],
                "properties": {
                    "prompt": {"type": "string"},
                    "input_reference": {"type": "string", "format": "binary"},
                    "seconds": {"type": "string"},
                    "size": {"type": "string"},
                },
                "additionalProperties": True,
            }
        },
    },
}


@router.post("", summary="Make a clip", openapi_extra={"requestBody": _BODY})
async def create(request: Request, hub: HubOf, owner: Owner) -> JSONResponse:
    """Accept a clip to be made: when it is answered it is on the disk, and is made also where the server restarts."""
    sent = await read_body(request)
    files = sent.file_list("input_reference")
    body = read_model(VideoBody, sent.fields)
    if sent.files or len(files) > 1:
        raise bad_parameter("input_reference", "more than one file", "one picture or clip as input_reference")
    refuse_unbearable(body)
    media = await asyncio.to_thread(_media, hub, owner, request, body, files)
    width, height = pixels(body.size) or (None, None)
    form = Form(kind="Video", width=width, height=height, seconds=body.seconds)
    wishes = await asyncio.to_thread(wishes_of, hub, body, body.seed, form)
    await asyncio.to_thread(hub.media.check, owner, dict(wishes.given or {}))
    session = await asyncio.to_thread(new_session, hub, owner, "clip", body.prompt)
    video = f"video_{secrets.token_hex(16)}"
    asked = {
        "model": body.model or NAME,
        "prompt": body.prompt,
        "seconds": body.seconds,
        "size": f"{width}x{height}" if width else None,
        "not_heard": not_heard(body),
    }

    def note(connection: sqlite3.Connection, turn: int) -> None:
        row = (video, owner, session, turn, json.dumps(asked, ensure_ascii=False), hub.log.clock())
        connection.execute("INSERT INTO videos VALUES (?, ?, ?, ?, ?, ?)", row)

    try:
        await hub.send(owner, session, body.prompt, media, wishes, note)
    except Exception:
        await delete_session(hub, owner, session)
        raise
    return await asyncio.to_thread(_shown, hub, owner, video)


@router.get("", summary="List clips")
def list_videos(
    hub: HubOf,
    owner: Owner,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    order: Literal["asc", "desc"] = "desc",
) -> dict[str, Any]:
    """List the owner's clips, the newest first unless `order` says asc."""
    jobs = jobs_of(hub, owner)
    jobs = jobs if order == "asc" else jobs[::-1]
    if after is not None:
        places = [place for place, job in enumerate(jobs) if job.id == after]
        if not places:
            raise bad_parameter("after", f"the video {after!r}", "the id of one of yours")
        jobs = jobs[places[0] + 1 :]
    page = jobs[:limit]
    return {
        "object": "list",
        "data": [job_document(hub, owner, job) for job in page],
        "first_id": page[0].id if page else None,
        "last_id": page[-1].id if page else None,
        "has_more": len(jobs) > limit,
    }


@router.get("/{video}", summary="Show a clip")
def show(hub: HubOf, owner: Owner, video: VideoId) -> JSONResponse:
    """Tell how far a clip is. One that waits for a person is `failed` with code needs_person until it goes on."""
    return _shown(hub, owner, video)


@router.get(
    "/{video}/content",
    summary="Get a clip",
    response_class=MediaFile,
    responses={200: {"content": _FILES}, 206: {"description": "A range.", "content": _FILES}},
)
def content(
    hub: HubOf,
    owner: Owner,
    video: VideoId,
    variant: Annotated[Literal["video", "thumbnail", "spritesheet"], Query()] = "video",
) -> Response:
    """Get the clip (`Range` is honoured), a picture of it, or eight frames side by side, as WebP."""
    job = _job(hub, owner, video)
    outcome = outcome_of(hub, owner, job.session, job.turn)
    clip = made_clip(outcome)
    headers = headers_of(outcome.turn)
    if clip is None:
        status = job_document(hub, owner, job)["status"]
        raise HttpError(
            400 if status == "failed" else 404,
            "video_not_ready",
            f"a clip that is {status}",
            "one that is completed",
            f"GET /v1/videos/{video}",
        )
    if variant == "thumbnail":
        path = thumbnail(hub.log, hub.media.store, clip, 512)
    elif variant == "spritesheet":
        path = film_strip(hub.log, hub.media.store, clip, _FRAMES, 160)
    else:
        headers["ETag"] = f'"{clip.artifact}"'
        return MediaFile(hub.media.store.path(clip), media_type=clip.mime, headers=headers)
    return MediaFile(path, media_type="image/webp", headers=headers)


@router.delete("/{video}", summary="Delete a clip")
async def delete(hub: HubOf, owner: Owner, video: VideoId) -> dict[str, Any]:
    """Stop a clip that is being made, and delete it with its session. One that has been gone on with is kept."""
    job = await asyncio.to_thread(_job, hub, owner, video)
    if len(await asyncio.to_thread(hub.log.turns, job.session)) > 1:
        place = f"/api/v1/sessions/{job.session}"
        raise HttpError(
            409, "session_in_use", "a clip whose session has further turns", "one by itself", f"DELETE {place}"
        )
    await hub.cancel(owner, job.session, job.turn)
    await delete_session(hub, owner, job.session)
    return {"id": video, "object": "video.deleted", "deleted": True}


def _shown(hub: Hub, owner: str, video: str) -> JSONResponse:
    job = _job(hub, owner, video)
    return JSONResponse(job_document(hub, owner, job), headers=headers_of(Turn(hub.agent, job.session, job.turn)))


def _job(hub: Hub, owner: str, video: str) -> Job:
    found = jobs_of(hub, owner, video)
    if not found:
        raise HttpError(404, "not_found", f"there is no video {video!r}", "one of yours", "GET /v1/videos")
    return found[0]


def _media(hub: Hub, owner: str, request: Request, body: VideoBody, files: Sequence[Any]) -> list[MediaPart]:
    told = body.input_reference
    if isinstance(told, dict):
        told = told.get("image_url") if set(told) == {"image_url"} else None
        if not isinstance(told, str):
            raise bad_parameter("input_reference", "no address", '{"image_url": "data:image/png;base64,…"}')
    if told is not None:
        return [media_of_address(hub, owner, request, told, "input_reference")]
    return [take_file(hub, owner, file, "input_reference") for file in files]
