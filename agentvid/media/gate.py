"""The gate for every file that comes from outside: told by its bytes, capped before it is decoded, cleaned.

A file's name and extension are never believed. What passes is one of the types of `media.border`, read by the one
decoder for it, with the network closed. Pictures are redrawn as PNG, which drops EXIF with its GPS position; clips
and sounds keep their bytes unless they say where they were made.

Does not cover: fetching from the network, wall time (engines run in processes that can be ended).
"""

from __future__ import annotations

import codecs
import json
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from agentvid.errors import MediaError
from agentvid.media.border import MESHES, PICTURES, SOUNDS, Facts, border, sniff
from agentvid.media.codec import has_location, probe, read_depth, read_mask, read_rgb, without_metadata
from agentvid.media.types import Artifact, Depth, Image, Mask

__all__ = ["Admitted", "Limits", "MediaKind", "MediaStore", "admit", "take_in", "take_in_depth", "take_in_mask"]

MediaKind: TypeAlias = Literal["image", "video", "audio", "mesh"]


@dataclass(frozen=True)
class Limits:
    """What may come in. The defaults let a phone's clips pass and keep a crafted file from costing minutes or memory.

    Frames are streamed: reading holds a few frames (of at most `max_frame_pixels` x 3 bytes: 50 MB), writing also the
    encoder's look-ahead, some tens of frames. The sum of all frames as RGB, `max_decoded_bytes`, bounds the time to
    read a clip once: 64 GB is five minutes of 1080p at 30 fps or eighty seconds of 4K, and takes about four minutes
    to decode on two cores (measured: 0.3 GB/s). A clip beyond `bomb_bytes` that also expands more than
    `max_expansion` times was made to be one: real footage stays far below (the sample clip: 212 times).
    """

    max_bytes: int = 512 * 1024 * 1024
    """Bytes of the file."""
    max_pixels: int = 64_000_000
    """Width x height of a picture."""
    max_frame_pixels: int = 4096 * 4096
    """Width x height of a clip."""
    max_frames: int = 20_000
    """Frames of a clip."""
    max_seconds: float = 600.0
    """Seconds of a clip or sound."""
    max_decoded_bytes: int = 64_000_000_000
    """Width x height x frames x 3 bytes of a clip."""
    bomb_bytes: int = 500_000_000
    """Decoded bytes from which on `max_expansion` is looked at."""
    max_expansion: float = 3_000.0
    """Decoded bytes by bytes of the file."""


@dataclass(frozen=True)
class Admitted:
    """A file that passed: its media type as its bytes tell it, its kind, and what it holds."""

    mime: str
    kind: MediaKind
    facts: Facts


class MediaStore(Protocol):
    """What the gate needs of a store."""

    def put_image(self, rgb: npt.NDArray[np.uint8]) -> Image:
        """Store uint8 HWC RGB as PNG."""
        ...

    def put_mask(self, mask: npt.NDArray[np.uint8]) -> Mask:
        """Store uint8 HW as PNG."""
        ...

    def put_depth(self, depth: npt.NDArray[np.uint16]) -> Depth:
        """Store uint16 HW as PNG."""
        ...

    def put_file(self, path: Path, mime: str, kind: MediaKind, *, move: bool = False) -> Artifact:
        """Store a file's bytes."""
        ...


_ACCEPTED: Final = "PNG, JPEG, WebP, GIF, BMP; MP4, MOV, WebM, MKV, AVI, MPEG; WAV, MP3, M4A, FLAC, Ogg; GLB"

_REFUSED: Final = (
    (b"%!PS", "an EPS or PostScript program", "export it as PNG"),
    (b"\xc5\xd0\xd3\xc6", "an EPS or PostScript program", "export it as PNG"),
    (b"%PDF", "a PDF document", "export the page as PNG"),
    (b"PK\x03\x04", "a zip archive (or a checkpoint, or an office document)", "unpack it and give the media inside"),
    (b"\x1f\x8b", "a gzip archive", "unpack it and give the media inside"),
    (b"\x80\x02", "a Python pickle, which could run any program", "export the data as media"),
    (b"\x80\x03", "a Python pickle, which could run any program", "export the data as media"),
    (b"\x80\x04", "a Python pickle, which could run any program", "export the data as media"),
    (b"\x80\x05", "a Python pickle, which could run any program", "export the data as media"),
    (b"II*\0", "a TIFF picture", "save it as PNG"),
    (b"MM\0*", "a TIFF picture", "save it as PNG"),
    (b"8BPS", "a Photoshop document", "export it as PNG"),
    (b"ffconcat", "a list of other files", "give the clip itself"),
)
"""First bytes of what people try and nothing here reads: what it is, and what to do."""


def admit(path: Path, limits: Limits | None = None) -> Admitted:
    """Check a file from outside and tell what it is. Nothing is decoded before its size was compared with `limits`.

    Raises: MediaError where it is missing, no regular file, empty, of another type, broken, or beyond a limit; it
        names the file (without its folder), what was expected and what to do. Never another exception.
    """
    limits = limits or Limits()
    path = Path(path)
    _check_file(path, limits)
    mime = _check_type(path)
    if mime in PICTURES:
        return Admitted(mime, "image", probe(path, mime, max_pixels=limits.max_pixels))
    if mime in SOUNDS:
        return Admitted(mime, "audio", probe(path, mime, max_seconds=limits.max_seconds))
    if mime in MESHES:
        with border(path):
            _check_mesh(path)
        return Admitted(mime, "mesh", Facts())
    facts = probe(path, mime, max_pixels=limits.max_frame_pixels, max_frames=limits.max_frames)
    _check_clip(path, facts, limits)
    return Admitted(mime, "video", facts)


def take_in(path: Path, store: MediaStore, limits: Limits | None = None) -> Artifact:
    """Admit a file and store it: a picture as upright RGB PNG without EXIF, anything else as the bytes it has.

    Clips and sounds that hold a GPS position or a track of data lose all tags and those tracks; their frames and
    samples stay bit for bit.
    Raises: MediaError as `admit`, and where a position can't be taken out; StoreError where the store can't take it.
    """
    path = Path(path)
    admitted = admit(path, limits)
    if admitted.kind == "image":
        return store.put_image(read_rgb(path))
    if admitted.kind == "mesh" or not has_location(path, admitted.mime):
        return store.put_file(path, admitted.mime, admitted.kind)
    with tempfile.TemporaryDirectory(prefix="agentvid-") as folder:
        cleaned = Path(folder) / "cleaned"
        without_metadata(path, admitted.mime, cleaned)
        _check_cleaned(path, cleaned, admitted)
        return store.put_file(cleaned, admitted.mime, admitted.kind)


def take_in_mask(path: Path, store: MediaStore, limits: Limits | None = None) -> Mask:
    """Admit a picture and store its grey as a mask: white inside, black and transparent outside.

    Raises: as `take_in`, and MediaError where the file is no picture.
    """
    return store.put_mask(read_mask(_admit_picture(Path(path), limits, "a mask: white inside, black outside")))


def take_in_depth(path: Path, store: MediaStore, limits: Limits | None = None) -> Depth:
    """Admit a grey picture and store it as depth: black farthest, white nearest.

    Raises: as `take_in`, and MediaError where the file is no grey picture.
    """
    return store.put_depth(read_depth(_admit_picture(Path(path), limits, "depth: black farthest, white nearest")))


def _admit_picture(path: Path, limits: Limits | None, wanted: str) -> Path:
    admitted = admit(path, limits)
    if admitted.kind != "image":
        raise MediaError(f"{path.name} is {admitted.mime}", wanted, "give a PNG")
    return path


# ---------------------------------------------------------------- checks, in the order they are made


def _check_file(path: Path, limits: Limits) -> None:
    try:
        facts = path.stat()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or error
        raise MediaError(f"{path.name!r} can't be read ({reason})", "a media file", "check the path") from error
    if not stat.S_ISREG(facts.st_mode):
        given = "a folder" if stat.S_ISDIR(facts.st_mode) else "no regular file"
        raise MediaError(f"{path.name} is {given}", "a media file", "give one file at a time")
    if facts.st_size == 0:
        raise MediaError(f"{path.name} is empty (0 bytes)", "a media file", "copy or download it again")
    if facts.st_size > limits.max_bytes:
        raise MediaError(
            f"{path.name} has {facts.st_size / 2**20:.0f} MiB",
            f"at most {limits.max_bytes / 2**20:.0f} MiB",
            "cut it or make it smaller",
        )


def _check_type(path: Path) -> str:
    mime = sniff(path)  # also tells a file that may not be opened
    with border(path), path.open("rb") as file:
        head = file.read(4096)
    if b"#EXTM3U" in head:
        raise MediaError(f"{path.name} is a playlist, which names other files", _ACCEPTED, "give the clip itself")
    if mime:
        return mime
    given, do = _what_is(head)
    raise MediaError(f"{path.name} is {given}", _ACCEPTED, do)


def _what_is(head: bytes) -> tuple[str, str]:
    for magic, given, do in _REFUSED:
        if head.startswith(magic):
            return given, do
    if head[4:8] == b"ftyp":
        return "a HEIC or AVIF picture", "save it as JPEG or PNG"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in start:
        return "an SVG drawing", "export it as PNG"
    if b"\0" not in head and _is_text(head):
        return "a text", "give the media file itself; what you want to say belongs into the message"
    return "of no type that is read here", "convert it to PNG, MP4, WAV or GLB"


def _is_text(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # a character may be cut at the end
    except UnicodeDecodeError:
        return False
    return True


def _check_clip(path: Path, facts: Facts, limits: Limits) -> None:
    if facts["seconds"] > limits.max_seconds:
        raise MediaError(
            f"{path.name} lasts {facts['seconds']:.0f} seconds", f"at most {limits.max_seconds:g} seconds", "cut it"
        )
    decoded = facts["width"] * facts["height"] * facts["frames"] * 3
    if decoded > limits.max_decoded_bytes:
        raise MediaError(
            f"{path.name} holds {facts['frames']} frames of {facts['width']} x {facts['height']}: "
            f"{decoded / 1e9:.1f} GB as pixels",
            f"at most {limits.max_decoded_bytes / 1e9:.1f} GB",
            "cut it or make it smaller",
        )
    size = path.stat().st_size
    if decoded > limits.bomb_bytes and decoded > limits.max_expansion * size:
        raise MediaError(
            f"{path.name} expands {decoded / size:,.0f} times, to {decoded / 1e9:.1f} GB as pixels",
            f"at most {limits.max_expansion:,.0f} times beyond {limits.bomb_bytes / 1e9:.1f} GB",
            "make it smaller or shorter",
        )


def _check_mesh(path: Path) -> None:
    """Check header and JSON chunk of a binary glTF, and that it names no other file.

    Source: Khronos glTF 2.0 specification, section 4.4.
    """
    with path.open("rb") as file:
        _, version, length, chunk, kind = (int(word) for word in np.frombuffer(file.read(20), dtype="<u4"))
        is_framed = length == path.stat().st_size and chunk <= length - 20 and kind == 0x4E4F534A  # "JSON"
        if version != 2 or not is_framed:
            raise MediaError(f"{path.name} is glTF {version} of {length} bytes, or cut off", "a whole glTF 2.0 file")
        document: Any = json.loads(file.read(chunk))
    if not isinstance(document, dict) or not isinstance(document.get("asset"), dict):
        raise MediaError(f"{path.name} holds no glTF asset", "a binary glTF 2.0 file (.glb)", "export it again")
    for item in [*document.get("buffers", []), *document.get("images", [])]:
        if not str(item.get("uri", "data:")).startswith("data:"):
            raise MediaError(f"{path.name} names another file", "a mesh with everything inside", "export it as .glb")


def _check_cleaned(path: Path, cleaned: Path, admitted: Admitted) -> None:
    facts = probe(cleaned, admitted.mime)
    kept = [key for key in ("width", "height", "frames") if facts.get(key) != admitted.facts.get(key)]
    if kept or has_location(cleaned, admitted.mime):
        raise MediaError(
            f"{path.name} says where it was made, and that can't be taken out without changing {kept or 'the clip'}",
            "a clip without a GPS position",
            "remove the location in the program that made it",
        )
