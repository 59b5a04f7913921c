"""The border that every file crosses: what its first bytes say it is, and what a decoder's exceptions become.

Does not cover: limits and refusals for files from outside (`media.gate`), decoding (`media.picture`, `media.codec`).
"""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypedDict

from agentvid.errors import AgentvidError, MediaError, StoreError

__all__ = [
    "CLIPS",
    "MAX_PIXELS",
    "MAX_SIDE",
    "MESHES",
    "PICTURES",
    "SEEKABLE",
    "SOUNDS",
    "Facts",
    "border",
    "check_pixels",
    "no_room",
    "sniff",
]


class Facts(TypedDict, total=False):
    """What a file is: sides in pixels as shown, frames per second, frames, seconds, samples per second."""

    width: int
    height: int
    fps: float
    frames: int
    seconds: float
    rate: int


MAX_PIXELS: Final = 64_000_000
"""The largest picture or frame that is decoded at all: 64 megapixels, 192 MB as RGB."""

MAX_SIDE: Final = 32_767
"""The longest side of a picture or frame: what OpenCV can remap."""

PICTURES: Final = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/bmp": "BMP",
}
"""Media type → the Pillow format that may read it."""

CLIPS: Final = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/webm": "matroska",
    "video/x-matroska": "matroska",
    "video/x-msvideo": "avi",
    "video/mpeg": "mpeg",
    "video/mp2t": "mpegts",
}
"""Media type → the FFmpeg demuxer that may read it."""

SEEKABLE: Final = frozenset({"video/mp4", "video/quicktime"})
"""Clips whose index names each frame and keyframe."""

SOUNDS: Final = {
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "audio/flac": "flac",
    "audio/ogg": "ogg",
    "audio/mp4": "mov",
}
"""Media type → the FFmpeg demuxer that may read it."""

MESHES: Final = frozenset({"model/gltf-binary"})

_STILL_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
_QUICKTIME_BOXES: Final = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")


def sniff(path: Path) -> str:
    """Return the media type that a file's first bytes tell, or "" where they tell none that is read here.

    Raises: MediaError where the file can't be opened.
    """
    try:
        with Path(path).open("rb") as file:
            head = file.read(4096)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or error
        raise MediaError(f"{Path(path).name} can't be read ({reason})", "a media file", "check the path") from error
    return _picture(head) or _sound(head) or _clip(head) or _mesh(head)


def _picture(head: bytes) -> str:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head.startswith(b"BM") and len(head) >= 26 and head[6:10] == bytes(4):
        return "image/bmp"
    return "image/webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else ""


def _sound(head: bytes) -> str:
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head.startswith(b"fLaC"):
        return "audio/flac"
    if head.startswith(b"OggS"):
        return "audio/ogg"
    if head[4:8] == b"ftyp" and head[8:11] in (b"M4A", b"M4B"):
        return "audio/mp4"
    is_layer_3 = len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2  # sync word of an MPEG audio frame
    return "audio/mpeg" if head.startswith(b"ID3") or is_layer_3 else ""


def _clip(head: bytes) -> str:
    if head[4:8] == b"ftyp":
        if head[8:12] in _STILL_BRANDS:
            return ""
        return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
    if head[4:8] in _QUICKTIME_BOXES and head[:2] == bytes(2):  # written before brands existed
        return "video/quicktime"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "video/x-msvideo"
    if head.startswith(b"\0\0\1\xba"):
        return "video/mpeg"
    return "video/mp2t" if len(head) > 376 and head[0] == head[188] == head[376] == 0x47 else ""


def _mesh(head: bytes) -> str:
    return "model/gltf-binary" if head.startswith(b"glTF") else ""


@contextmanager
def border(path: Path) -> Iterator[None]:
    """Turn whatever a decoder raises inside the block into MediaError: on broken files it may be any exception."""
    try:
        yield
    except AgentvidError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise no_room(error) from error
        told = str(error).replace(str(path), path.name).splitlines()
        reason = f"{type(error).__name__}: {told[0][:160]}" if told else type(error).__name__
        raise MediaError(
            f"{path.name} is broken or cut off ({reason})", "a complete media file", "save or export it again"
        ) from error


def no_room(error: OSError) -> StoreError:
    """Return what to say where the disk of temporary files is full or can't be written."""
    return StoreError(
        f"there is no room for a temporary file ({error.strerror or error})",
        f"a folder for temporary files that can be written; now {tempfile.gettempdir()}",
        "free some space, or set TMPDIR to a folder on another disk",
    )


def check_pixels(path: Path, width: int, height: int, max_pixels: int) -> None:
    """Compare the sides that a file's header names with what may be decoded.

    Raises: MediaError where there is nothing to decode or too much.
    """
    if width < 1 or height < 1:
        raise MediaError(f"{path.name} says it is {width} x {height} pixels", "at least 1 x 1", "export it again")
    if max(width, height) > MAX_SIDE:
        raise MediaError(f"{path.name} is {width} x {height} pixels", f"no side beyond {MAX_SIDE:,}", "cut it")
    if width * height > max_pixels:
        raise MediaError(
            f"{path.name} is {width} x {height} pixels", f"at most {max_pixels / 1e6:.3g} megapixels", "make it smaller"
        )
