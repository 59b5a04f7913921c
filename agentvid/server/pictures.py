"""Small pictures of media, made once and kept as artifacts: thumbnails, film strips."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PIL import Image as Pillow

from agentvid.errors import MediaError
from agentvid.media.types import Artifact, Depth, Image, Mask, Video
from agentvid.report.draw import scaled
from agentvid.store.log import Log
from agentvid.store.objects import ObjectStore

__all__ = ["film_strip", "thumbnail"]

_QUALITY: Final = 82
_GAP: Final = 4


def thumbnail(log: Log, store: ObjectStore, of: Artifact, size: int) -> Path:
    """Return the file of a WebP of at most `size` pixels a side. Blocks.

    Raises: MediaError where there is nothing to see in it; StoreError where it is missing or damaged.
    """

    def make() -> Pillow.Image:
        return scaled(_still(store, of), size, size)

    return _once(log, store, of, f"thumbnail-{size}", make)


def film_strip(log: Log, store: ObjectStore, clip: Video, frames: int, height: int) -> Path:
    """Return the file of a WebP with frames of a clip side by side, evenly spaced in time. Blocks.

    Raises: StoreError where the clip is missing or damaged.
    """

    def make() -> Pillow.Image:
        from agentvid.media.codec import read_frame

        count = min(frames, clip.frames)
        path = store.path(clip)
        at = [round(index * (clip.frames - 1) / max(1, count - 1)) for index in range(count)]
        width = max(1, round(height * clip.width / clip.height))
        strip = Pillow.new("RGB", (count * (width + _GAP) - _GAP, height), "white")
        for place, frame in enumerate(at):
            picture = Pillow.fromarray(read_frame(path, frame)).resize((width, height), Pillow.Resampling.LANCZOS)
            strip.paste(picture, (place * (width + _GAP), 0))
        return strip

    return _once(log, store, clip, f"film-{frames}-{height}", make)


def _once(log: Log, store: ObjectStore, of: Artifact, form: str, make: Callable[[], Pillow.Image]) -> Path:
    rows = log.tuples("SELECT made FROM derived WHERE sha256 = ? AND form = ?", of.artifact, form)
    if rows and store.has(rows[0][0]):
        return store.path(rows[0][0])
    data = io.BytesIO()
    make().convert("RGB").save(data, "WEBP", quality=_QUALITY, method=4)
    made = store.put_bytes(data.getvalue(), "image/webp", "image")
    with log.write(durable=False) as connection:
        row = (of.artifact, form, made.artifact)
        connection.execute("INSERT OR REPLACE INTO derived VALUES (?, ?, ?)", row)
    return store.path(made)


def _still(store: ObjectStore, of: Artifact) -> Pillow.Image:
    if isinstance(of, Image):
        return Pillow.fromarray(store.image(of))
    if isinstance(of, Mask):
        return Pillow.fromarray(store.mask(of))
    if isinstance(of, Depth):
        return Pillow.fromarray((store.depth(of) >> 8).astype("uint8"))
    if isinstance(of, Video):
        from agentvid.media.codec import read_frame

        return Pillow.fromarray(read_frame(store.path(of), of.frames // 2))
    raise MediaError(f"a thumbnail of {of.type}", "a picture or a clip", "get the artifact itself")
