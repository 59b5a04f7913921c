"""Pictures as they are answered, and masks as they are sent."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from starlette.datastructures import UploadFile

from agentvid.errors import MediaError
from agentvid.media.picture import read_mask, read_straight
from agentvid.media.types import Image, Mask
from agentvid.server.hub import Hub
from agentvid.server.openai.reading import take_file

__all__ = ["as_written", "encoded", "take_mask"]


def encoded(path: Path, form: str, compression: int | None) -> bytes:
    """Return a picture's file as PNG, JPEG or WebP. `compression` is the quality of the latter two, 0 to 100."""
    rgb, opacity = read_straight(path)
    whole = rgb if opacity is None or form == "jpeg" else np.dstack([rgb, opacity])
    options = {} if form == "png" else {"quality": 100 if compression is None else compression}
    data = io.BytesIO()
    Pillow.fromarray(whole).save(data, form.upper(), **options)
    return data.getvalue()


def as_written(hub: Hub, owner: str, picture: Image, form: str, compression: int | None) -> Image:
    """Return a picture of the store in this form: itself where it is of it already."""
    mime = f"image/{form}"
    if picture.mime == mime and (form == "png" or compression is None):
        return picture
    data = encoded(hub.media.store.path(picture), form, compression)
    made = hub.media.store.put_bytes(data, mime, "image")
    assert isinstance(made, Image)
    hub.media.remember(owner, made)
    return made


def take_mask(hub: Hub, owner: str, file: UploadFile) -> Mask:
    """Take in a mask: where it is transparent the picture may change; one without transparency is white there.

    Raises: MediaError where it is no picture, or lets nothing change.
    """
    found = take_file(hub, owner, file, "mask").artifact
    if not isinstance(found, Image):
        raise MediaError(f"a mask that is {found.type}", "a picture", "send a PNG that is transparent where to edit")
    path = hub.media.store.path(found)
    _, opacity = read_straight(path)
    inside = read_mask(path) if opacity is None else np.asarray(255 - opacity, np.uint8)
    if not inside.any():
        raise MediaError("a mask that lets nothing change", "transparent, or white, parts", "draw it again")
    made = hub.media.store.put_mask(inside)
    hub.media.remember(owner, made)
    return made
