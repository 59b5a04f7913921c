"""Artifacts: put media in through the gate, get them back whole or in ranges, as thumbnails and film strips."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Path, Query, Response, UploadFile

from agentvid.media.border import CLIPS, PICTURES, SOUNDS
from agentvid.media.message import MediaPart
from agentvid.media.types import Artifact, Image, Mask, Video
from agentvid.server.api.shapes import ERRORS, WRITE_ERRORS, HubOf
from agentvid.server.bodies import SHA
from agentvid.server.documents import ArtifactDocument
from agentvid.server.files import MediaFile
from agentvid.server.keys import Owner
from agentvid.server.pictures import film_strip, thumbnail
from agentvid.server.problem import HttpError
from agentvid.server.retry import RetriedRoute

__all__ = ["router"]

router = APIRouter(prefix="/artifacts", tags=["artifacts"], route_class=RetriedRoute)

Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$", examples=[SHA])]
_SHOWN: Final = ("image/", "video/", "audio/", "model/")
_FOREVER: Final = "private, max-age=31536000, immutable"
_SANDBOX: Final = "sandbox; default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; img-src 'self'"
_BYTES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The bytes.",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}, "example": "…"}
            for kind in (*PICTURES, *CLIPS, *SOUNDS, "model/gltf-binary", "application/octet-stream")
        },
    }
}
_WEBP: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "A picture.",
        "content": {"image/webp": {"schema": {"type": "string", "format": "binary"}, "example": "…"}},
    }
}
_UNCHANGED: Final[dict[int | str, dict[str, Any]]] = {304: {"description": "It is what the ETag says."}}
IfNoneMatch = Annotated[str | None, Header(description="An ETag that is known.")]


@router.post("", summary="Upload a picture, clip, sound or mesh", status_code=201, responses=WRITE_ERRORS)
def upload(hub: HubOf, owner: Owner, file: UploadFile, response: Response) -> ArtifactDocument:
    """Take a file in: told by its bytes, decoded in a process of its own, cleaned of positions. At most 512 MiB."""
    part = hub.media.take_in(owner, file.file, file.filename or "file")
    response.headers["Location"] = f"/api/v1/artifacts/{part.artifact.artifact}"
    return _document(part)


@router.get(
    "/{digest}",
    response_class=MediaFile,
    summary="Get an artifact",
    responses={**ERRORS, **_BYTES, **_UNCHANGED, 206: {"description": "A range."}},
)
def artifact(
    hub: HubOf,
    owner: Owner,
    digest: Digest,
    if_none_match: IfNoneMatch = None,
    download: Annotated[bool, Query(description="Offer it as a file.")] = False,
) -> Response:
    """Get the bytes; `Range` is honoured. What has this digest never changes."""
    found = hub.media.find(owner, digest)
    if _is_known(digest, if_none_match):
        return _unchanged(digest)
    shown = found.mime if found.mime.startswith(_SHOWN) and "svg" not in found.mime else "application/octet-stream"
    name = f"{digest[:12]}{_suffix(found)}" if download else None
    headers = {"ETag": f'"{digest}"', "Cache-Control": _FOREVER, "Content-Security-Policy": _SANDBOX}
    return MediaFile(hub.media.store.path(found), media_type=shown, headers=headers, filename=name)


@router.get("/{digest}/about", summary="Tell what an artifact is", responses=ERRORS)
def about(hub: HubOf, owner: Owner, digest: Digest) -> ArtifactDocument:
    """Tell type, size, length and name of an artifact."""
    return _document(hub.media.part(owner, digest))


@router.get(
    "/{digest}/thumbnail",
    response_class=MediaFile,
    summary="Get a small picture",
    responses={**ERRORS, **_WEBP, **_UNCHANGED},
)
def small(
    hub: HubOf,
    owner: Owner,
    digest: Digest,
    size: Annotated[int, Query(ge=16, le=1024, description="Longest side in pixels.")] = 256,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Get a picture, or the middle frame of a clip, scaled down; made once."""
    found = hub.media.find(owner, digest)
    return _made(digest, f"thumbnail-{size}", if_none_match, lambda: thumbnail(hub.log, hub.media.store, found, size))


@router.get(
    "/{digest}/film",
    response_class=MediaFile,
    summary="Get a film strip",
    responses={**ERRORS, **_WEBP, **_UNCHANGED},
)
def film(
    hub: HubOf,
    owner: Owner,
    digest: Digest,
    frames: Annotated[int, Query(ge=2, le=24, description="How many frames, evenly spaced.")] = 8,
    size: Annotated[int, Query(ge=16, le=256, description="Height in pixels.")] = 96,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Get frames of a clip side by side; made once."""
    found = hub.media.find(owner, digest)
    if not isinstance(found, Video):
        raise HttpError(
            422, "no_clip", f"a film strip of {found.type} {digest[:12]}", "a clip", "ask for its thumbnail"
        )
    name = f"film-{frames}-{size}"
    return _made(digest, name, if_none_match, lambda: film_strip(hub.log, hub.media.store, found, frames, size))


def _made(digest: str, form: str, known: str | None, make: Any) -> Response:
    tag = f"{digest}-{form}"
    if _is_known(tag, known):
        return _unchanged(tag)
    headers = {"ETag": f'"{tag}"', "Cache-Control": _FOREVER, "Content-Security-Policy": _SANDBOX}
    return MediaFile(make(), media_type="image/webp", headers=headers)


def _is_known(tag: str, known: str | None) -> bool:
    told = [one.strip().removeprefix("W/") for one in (known or "").split(",")]
    return f'"{tag}"' in told or "*" in told


def _unchanged(tag: str) -> Response:
    return Response(status_code=304, headers={"ETag": f'"{tag}"', "Cache-Control": _FOREVER})


def _suffix(found: Artifact) -> str:
    import mimetypes

    return mimetypes.guess_extension(found.mime) or ""


def _document(part: MediaPart) -> ArtifactDocument:
    href = f"/api/v1/artifacts/{part.artifact.artifact}"
    return ArtifactDocument(
        artifact=part.artifact.model_dump(mode="json"),
        name=part.name,
        href=href,
        thumbnail=f"{href}/thumbnail" if isinstance(part.artifact, Image | Video | Mask) else None,
    )
