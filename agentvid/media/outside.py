"""A file from outside, before anything is decoded: opened once, told by its first bytes, copied under a neutral name.

The copy is what is read and stored: the file itself may change, be swapped for a pipe, or have a name that some decoder
takes for a pattern or an address.
"""

from __future__ import annotations

import codecs
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from agentvid.errors import AgentvidError, MediaError
from agentvid.media.border import no_room, sniff
from agentvid.media.clean import shown_name
from agentvid.media.reader import Allowance, reader

__all__ = ["Copy", "Limits", "copied"]

_CHUNK: Final = 2**20
_SLOWEST: Final = 20_000_000
"""Decoded bytes per processor second that any clip reaches: a twentieth of what H.264 does."""


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
    max_seconds_to_read: float = 20.0
    """Processor seconds to read a file, and for a clip as many more as its frames take at `_SLOWEST`."""
    max_memory: int = 3 * 2**30
    """Address space of the process that reads, bytes: twice what a picture of 64 megapixels takes."""


@dataclass(frozen=True)
class Copy:
    """A private copy of a file from outside. `name` is how the file is called in messages, `mime` what its bytes tell.

    It is gone, with all beside it, when its block ends.
    """

    path: Path
    name: str
    mime: str
    bytes: int
    limits: Limits

    def beside(self, name: str) -> Path:
        """Return the path of another file in the same folder, which is not made here."""
        return self.path.with_name(name)

    def ask(self, work: str, arguments: Mapping[str, Any], *, decoded: int = 0, written: int = 0) -> dict[str, Any]:
        """Have the reader do one thing with the copy; see `reader_process` for what it can do.

        `decoded` bytes of frames are allowed their time, `written` bytes their room.
        Raises: as `Reader.ask`; messages call the file by its name.
        """
        seconds = self.limits.max_seconds_to_read + decoded / _SLOWEST
        try:
            return reader().ask(work, self.path, Allowance(seconds, self.limits.max_memory, written), **arguments)
        except AgentvidError as error:
            told = (text.replace(self.path.name, self.name) for text in (error.given, error.expected, error.do))
            raise type(error)(*told, code=error.code) from None


@contextmanager
def copied(path: Path, limits: Limits) -> Iterator[Copy]:
    """Open a file, check what can be checked without decoding it, and give a copy of it.

    Raises: MediaError where it is missing, no regular file, unreadable, empty, too large, or of a type that is not
    read here; StoreError where there is no room for the copy.
    """
    name = shown_name(path)
    with _opened(path, name) as file, _folder() as folder:
        target = folder / secrets.token_hex(16)
        size = _copy(file, target, name, limits)
        yield Copy(target, name, _type_of(target, name), size, limits)


@contextmanager
def _opened(path: Path, name: str) -> Iterator[IO[bytes]]:
    try:
        file = open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb", buffering=0)  # noqa: SIM115, PTH123
    except IsADirectoryError:
        raise MediaError(f"{name} is a folder", "a media file", "give one file at a time") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or error
        raise MediaError(f"{name} can't be read ({reason})", "a media file", "check the path") from error
    with file:
        kind = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(kind):
            raise MediaError(f"{name} is no regular file", "a media file", "give one file at a time")
        yield file


@contextmanager
def _folder() -> Iterator[Path]:
    try:
        folder = tempfile.TemporaryDirectory(prefix="agentvid-", ignore_cleanup_errors=True)
    except OSError as error:
        raise no_room(error) from error
    with folder as path:
        yield Path(path)


def _copy(file: IO[bytes], target: Path, name: str, limits: Limits) -> int:
    size = os.fstat(file.fileno()).st_size
    copied = 0
    try:
        with target.open("xb") as copy:
            while size <= limits.max_bytes and copied <= limits.max_bytes and (piece := _read(file, name)):
                copied += len(piece)
                copy.write(piece)
    except OSError as error:
        raise no_room(error) from error
    if max(size, copied) > limits.max_bytes:
        raise MediaError(
            f"{name} has {max(size, copied) / 2**20:.0f} MiB",
            f"at most {limits.max_bytes / 2**20:.0f} MiB",
            "cut it or make it smaller",
        )
    if not copied:
        raise MediaError(f"{name} is empty (0 bytes)", "a media file", "copy or download it again")
    return copied


def _read(file: IO[bytes], name: str) -> bytes:
    try:
        return file.read(_CHUNK)
    except OSError as error:
        raise MediaError(f"{name} can't be read ({error.strerror})", "a whole file", "copy it again") from error


# ---------------------------------------------------------------- what it is


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
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture", "save it as PNG"),
    (b"\xff\x0a", "a JPEG XL picture", "save it as PNG"),
)
"""First bytes of what people try and nothing here reads: what it is, and what to do."""


def _type_of(path: Path, name: str) -> str:
    with path.open("rb") as file:
        head = file.read(4096)
    if b"#EXTM3U" in head:
        raise MediaError(f"{name} is a playlist, which names other files", _ACCEPTED, "give the clip itself")
    mime = sniff(path)
    if mime:
        return mime
    given, do = _what_is(head)
    raise MediaError(f"{name} is {given}", _ACCEPTED, do)


def _what_is(head: bytes) -> tuple[str, str]:
    for magic, given, do in _REFUSED:
        if head.startswith(magic):
            return given, do
    if head[4:8] == b"ftyp":
        return "a HEIC or AVIF picture", "save it as JPEG or PNG"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in start:
        return "an SVG drawing", "export it as PNG"
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page", "save the picture or clip that it shows, and give that"
    if b"\0" not in head and _is_text(head):
        return "a text", "give the media file itself; what you want to say belongs into the message"
    return "of no type that is read here", "convert it to PNG, MP4, WAV or GLB"


def _is_text(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # a character may be cut at the end
    except UnicodeDecodeError:
        return False
    return True
