"""Media as a page holds them: pictures as scaled WebP data URIs, clips and sound whole up to a budget, then linked."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import quote

from PIL import Image as Pillow

from agentvid.media.types import Audio, Image, Media, Video
from agentvid.report.draw import scaled

if TYPE_CHECKING:
    from agentvid.store.objects import ObjectStore

__all__ = ["CLIP_BUDGET", "Embedded", "Held", "Shelf"]

CLIP_BUDGET: Final = 24_000_000
"""Bytes of clips and sound that one page embeds; what is beyond is linked."""

_QUALITY: Final = 84


@dataclass(frozen=True)
class Embedded:
    """A picture in the page: its data URI and its size in pixels as it is there."""

    src: str
    width: int
    height: int


@dataclass(frozen=True)
class Held:
    """Where a clip or sound is: `embedded` (data URI), `beside` (a file next to the page), or `absent`."""

    where: Literal["embedded", "beside", "absent"]
    src: str
    bytes: int


class Shelf:
    """Embeds media of one page. `files` names the files that lie beside the page, by sha256."""

    def __init__(self, store: ObjectStore, files: Mapping[str, str], clip_budget: int = CLIP_BUDGET) -> None:
        self.store = store
        self.files = files
        self._left = clip_budget
        self._held: dict[str, Held] = {}

    def open(self, image: Image) -> Pillow.Image:
        """Return a stored picture. Raises: StoreError where it is missing or damaged."""
        return Pillow.fromarray(self.store.image(image))

    def frame(self, video: Video, frame: int = 0) -> Pillow.Image:
        """Return one frame of a stored clip. Raises: StoreError where the clip is missing or damaged."""
        from agentvid.media.codec import read_frame

        return Pillow.fromarray(read_frame(self.store.path(video), min(frame, video.frames - 1)))

    def embed(self, picture: Pillow.Image, width: int, height: int = 0) -> Embedded:
        """Return a picture as WebP of at most `width` pixels (and `height`, where given). No metadata is kept."""
        shown = scaled(picture, width, height)
        bytes_ = io.BytesIO()
        shown.convert("RGB").save(bytes_, "WEBP", quality=_QUALITY, method=4)
        return Embedded(_data_uri("image/webp", bytes_.getvalue()), shown.width, shown.height)

    def hold(self, media: Video | Audio) -> Held:
        """Return where a clip or sound is. The same bytes are embedded once: asking again costs no budget.

        Raises: StoreError where it is missing or damaged.
        """
        if media.artifact not in self._held:
            self._held[media.artifact] = self._place(media)
        return self._held[media.artifact]

    def file(self, media: Media) -> str:
        """Return the name of the file beside the page that holds these bytes, or ""."""
        return self.files.get(media.artifact, "")

    def href(self, media: Media) -> str:
        """Return the link to that file, or ""."""
        return quote(self.file(media))

    def _place(self, media: Video | Audio) -> Held:
        if media.bytes <= self._left:
            self._left -= media.bytes
            src = _data_uri(media.mime, self.store.path(media).read_bytes())
            return Held("embedded", src, media.bytes)
        href = self.href(media)
        return Held("beside" if href else "absent", href, media.bytes)


def _data_uri(mime: str, data: bytes) -> str:
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"
