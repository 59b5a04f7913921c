"""The gate for every file that comes from outside: told by its bytes, capped before it is decoded, cleaned.

A file's name and extension are never believed. The file is opened once and copied under a neutral name; the copy is
decoded whole in a process that may use little (`media.reader`), and only what that process says comes back: facts, the
pixels of a picture, a cleaned clip. What passes is one of the types of `media.border`. Pictures are redrawn as PNG,
which drops EXIF with its GPS position; clips and sounds keep their bytes unless they say where they were made.

All of this blocks: from a coroutine call it through `asyncio.to_thread`. Does not cover: fetching from the network.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from agentvid.errors import MediaError
from agentvid.media.border import MESHES, PICTURES, SEEKABLE, SOUNDS, Facts, check_pixels
from agentvid.media.outside import Copy, Limits, copied
from agentvid.media.picture import Form
from agentvid.media.types import Artifact, Depth, Image, Mask

__all__ = [
    "Admitted",
    "Limits",
    "MediaKind",
    "MediaStore",
    "admit",
    "take_in",
    "take_in_as_it_is",
    "take_in_depth",
    "take_in_mask",
]

MediaKind: TypeAlias = Literal["image", "video", "audio", "mesh"]
Kind: TypeAlias = Literal["image", "video", "audio", "mesh", "mask", "depth"]


@dataclass(frozen=True)
class Admitted:
    """A file that passed: its media type as its bytes tell it, its kind, and what it holds."""

    mime: str
    kind: MediaKind
    facts: Facts
    has_location: bool = False


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

    def put_file(
        self, path: Path, mime: str, kind: Kind, *, move: bool = False, facts: Facts | None = None
    ) -> Artifact:
        """Store a file's bytes. With `facts` it is not read to know what it holds."""
        ...


def admit(path: Path, limits: Limits | None = None) -> Admitted:
    """Check a file from outside and tell what it is. Nothing is decoded before its size was compared with `limits`.

    What is said holds for the bytes that were read, whatever becomes of the file meanwhile.
    Raises: MediaError where it is missing, no regular file, empty, of another type, broken, or beyond a limit; it
        names the file (without its folder), what was expected and what to do. StoreError where there is no room for
        the copy; AgentvidError "no_reader" where no process can be started to read it. Never another exception.
    """
    with copied(Path(path), limits or Limits()) as copy:
        return _admit(copy)


def take_in(path: Path, store: MediaStore, limits: Limits | None = None) -> Artifact:
    """Admit a file and store it: a picture as upright RGB PNG without EXIF, anything else as the bytes it has.

    Clips and sounds that hold a GPS position or a track of data lose all tags and those tracks; their frames and
    samples stay bit for bit.
    Raises: as `admit`; MediaError where a position can't be taken out, StoreError where the store can't take it.
    """
    with copied(Path(path), limits or Limits()) as copy:
        if copy.mime in PICTURES:
            return store.put_image(_pixels(copy, "rgb"))
        admitted = _admit(copy)
        if not admitted.has_location:
            return store.put_file(copy.path, copy.mime, admitted.kind, facts=admitted.facts)
        cleaned = copy.beside("cleaned")
        copy.ask("cleaned", {"mime": copy.mime, "target": str(cleaned)}, written=2 * copy.limits.max_bytes)
        _check_cleaned(copy, admitted, _admit(replace(copy, path=cleaned)))
        return store.put_file(cleaned, copy.mime, admitted.kind, facts=admitted.facts)


def take_in_as_it_is(path: Path, store: MediaStore, mime: str, kind: Kind, limits: Limits | None = None) -> Artifact:
    """Admit a file that is said to be `mime` and store its bytes unchanged, as `kind`.

    Raises: as `admit`; MediaError where it is of another type; StoreError where the store can't take it.
    """
    with copied(Path(path), limits or Limits()) as copy:
        admitted = _admit(copy)
        if admitted.mime != mime:
            raise MediaError(f"{copy.name} is {admitted.mime}", mime, "give the file that is meant")
        return store.put_file(copy.path, mime, kind, facts=admitted.facts)


def take_in_mask(path: Path, store: MediaStore, limits: Limits | None = None) -> Mask:
    """Admit a picture and store its grey as a mask: white inside, black and transparent outside.

    Raises: as `take_in`, and MediaError where the file is no picture.
    """
    with copied(Path(path), limits or Limits()) as copy:
        _check_picture(copy, "a mask: white inside, black outside")
        return store.put_mask(_pixels(copy, "mask"))


def take_in_depth(path: Path, store: MediaStore, limits: Limits | None = None) -> Depth:
    """Admit a grey picture and store it as depth: black farthest, white nearest.

    Raises: as `take_in`, and MediaError where the file is no grey picture.
    """
    with copied(Path(path), limits or Limits()) as copy:
        _check_picture(copy, "depth: black farthest, white nearest")
        return store.put_depth(_pixels(copy, "depth"))


def _check_picture(copy: Copy, wanted: str) -> None:
    if copy.mime not in PICTURES:
        raise MediaError(f"{copy.name} is {copy.mime}", wanted, "give a PNG")


def _check_cleaned(copy: Copy, before: Admitted, after: Admitted) -> None:
    changed = [key for key in ("width", "height", "frames") if before.facts.get(key) != after.facts.get(key)]
    if changed or after.has_location:
        raise MediaError(
            f"{copy.name} says where it was made, and that can't be taken out without changing {changed or 'the clip'}",
            "a clip without a GPS position",
            "remove the location in the program that made it",
        )


# ---------------------------------------------------------------- what the reader says, before it is believed


def _admit(copy: Copy) -> Admitted:
    if copy.mime in MESHES:
        copy.ask("mesh", {})
        return Admitted(copy.mime, "mesh", Facts())
    limits = copy.limits
    if copy.mime in PICTURES:
        return Admitted(copy.mime, "image", _facts(copy, max_pixels=limits.max_pixels)[0])
    if copy.mime in SOUNDS:
        return Admitted(copy.mime, "audio", *_facts(copy, max_seconds=limits.max_seconds))
    facts, has_location = _facts(copy, max_pixels=limits.max_frame_pixels, max_frames=limits.max_frames)
    _check_clip(copy, facts)
    asked = {"mime": copy.mime, "max_seconds": limits.max_seconds}
    read = copy.ask("frames", asked, decoded=_decoded(facts)).get("frames")
    return Admitted(copy.mime, "video", _as_read(copy, facts, read), has_location)


def _as_read(copy: Copy, facts: Facts, read: Any) -> Facts:
    """Return the facts with the number of frames that can be read, which in a stream may begin or end with rests."""
    if not _is_fact("frames", read) or read > copy.limits.max_frames:
        raise _nonsense(copy)
    if read == facts["frames"]:
        return facts
    if copy.mime in SEEKABLE:
        told = f"{copy.name} holds {facts['frames']} frames, of which {read} can be read"
        raise MediaError(told, "a complete clip", "save or export it again")
    return Facts(**{**facts, "frames": read, "seconds": read / facts["fps"]})


def _facts(copy: Copy, **most: float) -> tuple[Facts, bool]:
    told = copy.ask("facts", {"mime": copy.mime, **most})
    facts = told.get("facts")
    if not isinstance(facts, dict) or not all(_is_fact(name, value) for name, value in facts.items()):
        raise _nonsense(copy)
    if "width" in facts:
        check_pixels(Path(copy.name), facts["width"], facts["height"], int(most["max_pixels"]))
    return cast(Facts, facts), told.get("has_location") is not False


def _is_fact(name: str, value: object) -> bool:
    if name in ("width", "height", "frames", "rate"):
        return type(value) is int and value > 0
    return name in ("fps", "seconds") and isinstance(value, float) and 0 < value < math.inf


def _pixels(copy: Copy, form: Form) -> npt.NDArray[Any]:
    """Have a picture decoded into a file of plain pixels, and read that."""
    target, most = copy.beside("pixels"), copy.limits.max_pixels
    written = 3 * most if form == "rgb" else 2 * most
    asked = {"mime": copy.mime, "form": form, "max_pixels": most, "pixels": str(target)}
    shape = copy.ask("still", asked, written=written).get("shape")
    kind = np.dtype(np.uint16 if form == "depth" else np.uint8)
    channels = [3] if form == "rgb" else []
    if not isinstance(shape, list) or shape[2:] != channels or [type(side) for side in shape[:2]] != [int, int]:
        raise _nonsense(copy)
    check_pixels(Path(copy.name), shape[1], shape[0], most)
    if target.is_symlink() or target.stat().st_size != math.prod(shape) * kind.itemsize:
        raise _nonsense(copy)
    return np.fromfile(target, kind).reshape(shape)


def _nonsense(copy: Copy) -> MediaError:
    return MediaError(f"{copy.name} made its reader answer nonsense", "a sound file", "save or export it again")


def _check_clip(copy: Copy, facts: Facts) -> None:
    limits = copy.limits
    if facts["seconds"] > limits.max_seconds:
        raise MediaError(
            f"{copy.name} lasts {facts['seconds']:.0f} seconds", f"at most {limits.max_seconds:g} seconds", "cut it"
        )
    decoded = _decoded(facts)
    if decoded > limits.max_decoded_bytes:
        raise MediaError(
            f"{copy.name} holds {facts['frames']} frames of {facts['width']} x {facts['height']}: "
            f"{decoded / 1e9:.1f} GB as pixels",
            f"at most {limits.max_decoded_bytes / 1e9:.1f} GB",
            "cut it or make it smaller",
        )
    if decoded > limits.bomb_bytes and decoded > limits.max_expansion * copy.bytes:
        raise MediaError(
            f"{copy.name} expands {decoded / copy.bytes:,.0f} times, to {decoded / 1e9:.1f} GB as pixels",
            f"at most {limits.max_expansion:,.0f} times beyond {limits.bomb_bytes / 1e9:.1f} GB",
            "make it smaller or shorter",
        )


def _decoded(facts: Facts) -> int:
    return facts["width"] * facts["height"] * facts["frames"] * 3
