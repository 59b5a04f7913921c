"""Media stored by content: `root/objects/ab/<sha256>`, read-only files that never change.

An object appears whole or not at all: its bytes are written to `root/tmp`, flushed to the disk, and renamed. Processes
may share a root. Bytes are verified on their first read in a process; damaged ones are moved to `root/corrupt`.

Does not cover: what may be removed, and when (`store.gc`); what bytes mean (`media.codec`). Needs a POSIX file system.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, TypeAlias

from pydantic import ValidationError

from agentvid.errors import MediaError, StoreError
from agentvid.media.border import Facts
from agentvid.media.types import Artifact, Audio, Depth, Image, Mask, Media, Mesh, Video
from agentvid.store.fence import Process, this_process
from agentvid.store.flush import flush_folder
from agentvid.store.private import private_file, private_folder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Kind", "ObjectStore", "StoredObject"]

Kind: TypeAlias = Literal["image", "video", "audio", "mesh", "mask", "depth"]

_TYPES: Final[dict[Kind, type[Image | Video | Audio | Mesh | Mask | Depth]]] = {
    "image": Image,
    "video": Video,
    "audio": Audio,
    "mesh": Mesh,
    "mask": Mask,
    "depth": Depth,
}
_SHA256: Final = re.compile(r"[0-9a-f]{64}")

_verified: set[tuple[str, int, int, int]] = set()
"""(path, inode, bytes, mtime in ns) of every object whose bytes this process has hashed or written."""


@dataclass(frozen=True)
class StoredObject:
    """An object as the garbage collector sees it. `age_seconds` counts from its last put."""

    sha256: str
    bytes: int
    age_seconds: float


@dataclass(frozen=True)
class ObjectStore:
    """Objects below one folder. Cheap to build and to pickle: it holds only the path."""

    root: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "root", Path(self.root).absolute())

    # ------------------------------------------------------------ put

    def put_bytes(self, data: bytes, mime: str, kind: Kind) -> Artifact:
        """Store bytes; the same bytes give the same artifact, however often and by whomever they are put.

        Raises: MediaError where the bytes can't be read as that kind, StoreError where the disk can't take them.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        if self._refresh(sha256):
            return self._describe(self._object(sha256), sha256, mime, kind)
        with self._temporary() as temporary:
            temporary.write_bytes(data)
            found = self._describe(temporary, sha256, mime, kind)
            self._publish(temporary, sha256)
        return found

    def put_file(
        self, path: Path, mime: str, kind: Kind, *, move: bool = False, facts: Facts | None = None
    ) -> Artifact:
        """Store a file's bytes. With `move` the file is gone once they are stored; after an error it is still there.

        `facts` are what `media.gate` found in a file from outside; without them the file is read here.

        Raises: MediaError where it is missing, no file, or can't be read as that kind, StoreError as `put_bytes`.
        """
        if not path.is_file():
            raise MediaError(f"{path} is not a file", "a media file", "check the path")
        try:
            source = path.open("rb")
        except OSError as error:
            raise MediaError(f"{path} can't be read ({error.strerror})", "a media file", "check its rights") from error
        with source, self._temporary() as temporary:
            with temporary.open("xb") as copy:
                shutil.copyfileobj(source, copy)
            sha256 = _digest(temporary)
            found = self._describe(temporary, sha256, mime, kind, name=path.name, facts=facts)
            self._publish(temporary, sha256)
        if move and path.resolve() != self._object(sha256).resolve():
            path.unlink(missing_ok=True)
        return found

    def put_image(self, rgb: NDArray[np.uint8]) -> Image:
        """Store a picture, uint8 HWC RGB or RGBA, as PNG. Same pixels, same artifact.

        Raises: MediaError for another shape or dtype, StoreError as `put_bytes`.
        """
        if rgb.ndim != 3 or rgb.shape[2] not in (3, 4) or rgb.dtype != "uint8":
            raise MediaError(f"a picture of {rgb.dtype} {rgb.shape}", "uint8 (height, width, 3 or 4)")
        return Image(**self._put_png(rgb))

    def put_mask(self, mask: NDArray[np.uint8]) -> Mask:
        """Store a mask, uint8 HW, 0 outside to 255 inside, as PNG.

        Raises: MediaError for another shape or dtype, StoreError as `put_bytes`.
        """
        if mask.ndim != 2 or mask.dtype != "uint8":
            raise MediaError(f"a mask of {mask.dtype} {mask.shape}", "uint8 (height, width)", "multiply by 255")
        return Mask(**self._put_png(mask))

    def put_depth(self, depth: NDArray[np.uint16]) -> Depth:
        """Store relative nearness, uint16 HW, 0 farthest to 65535 nearest, as 16-bit PNG.

        Raises: MediaError for another shape or dtype, StoreError as `put_bytes`.
        """
        if depth.ndim != 2 or depth.dtype != "uint16":
            raise MediaError(f"a depth map of {depth.dtype} {depth.shape}", "uint16 (height, width)")
        return Depth(**self._put_png(depth))

    def put_video(self, frames: Iterable[NDArray[np.uint8]], fps: float) -> Video:
        """Store frames, uint8 HWC RGB of one size, as an H.264 clip; they are streamed, never held together.

        H.264 takes even sizes only: of an odd size, the last row or column is repeated.

        Raises: MediaError for no frames or frames that differ in size, StoreError as `put_bytes`.
        """
        from agentvid.media.clip_writer import VideoWriter, even_sized

        left = iter(frames)
        first = next(left, None)
        if first is None:
            raise MediaError("a clip of no frames", "one frame or more")
        even = even_sized(first, first.shape)
        with self._temporary(".mp4") as temporary:
            with VideoWriter(temporary, width=even.shape[1], height=even.shape[0], fps=fps) as writer:
                writer.write(even)
                for frame in left:
                    writer.write(even_sized(frame, first.shape))
            sha256 = _digest(temporary)
            found = self._describe(temporary, sha256, "video/mp4", "video")
            self._publish(temporary, sha256)
        assert isinstance(found, Video)
        return found

    # ------------------------------------------------------------ get

    def has(self, sha256: str) -> bool:
        """Return whether the object is there (its bytes are verified when they are read)."""
        return self._object(sha256).is_file()

    def path(self, artifact: Media | str) -> Path:
        """Return where an object's bytes lie, verified once per process. The file is read-only; never change it.

        Raises: StoreError, naming the object, where it is missing, or damaged (then it is moved to `root/corrupt`).
        """
        sha256 = artifact.artifact if isinstance(artifact, Media) else artifact
        path = self._object(sha256)
        try:
            self._verify(path, sha256)
        except FileNotFoundError:
            raise StoreError(
                f"object {sha256} is not in {self.root}",
                "an object that was stored here and not collected since",
                "run the step that makes it again, or add the file again",
            ) from None
        except OSError as error:
            self._unusable(error)
        return path

    def image(self, image: Image) -> NDArray[np.uint8]:
        """Return the pixels, uint8 HWC RGB.

        Raises: StoreError as `path`.
        """
        from agentvid.media.codec import read_rgb

        return read_rgb(self.path(image))

    def mask(self, mask: Mask) -> NDArray[np.uint8]:
        """Return the mask, uint8 HW, 0 outside to 255 inside.

        Raises: StoreError as `path`.
        """
        from agentvid.media.codec import read_mask

        return read_mask(self.path(mask))

    def depth(self, depth: Depth) -> NDArray[np.uint16]:
        """Return relative nearness, uint16 HW, 0 farthest to 65535 nearest.

        Raises: StoreError as `path`.
        """
        from agentvid.media.codec import read_depth

        return read_depth(self.path(depth))

    def frames(self, video: Video, start: int = 0, stop: int | None = None) -> Iterator[NDArray[np.uint8]]:
        """Return frames `start` to `stop` (exclusive), uint8 HWC RGB, decoded one by one as they are taken.

        Raises: StoreError as `path`.
        """
        from agentvid.media.codec import iter_frames

        return iter_frames(self.path(video), start, stop)

    # ------------------------------------------------------------ for the garbage collector

    def stored(self, now: float) -> Iterator[StoredObject]:
        """List every object, in no order. `now` is in seconds since the epoch."""
        for path in (self.root / "objects").glob("[0-9a-f][0-9a-f]/*"):
            try:
                facts = path.stat()
            except FileNotFoundError:
                continue
            if _SHA256.fullmatch(path.name):
                yield StoredObject(path.name, facts.st_size, now - facts.st_mtime)

    def remove(self, sha256: str, *, put_before: float) -> bool:
        """Remove an object unless it was put (again) at or after `put_before`, in seconds since the epoch.

        Returns whether it was removed. A put at the same time either comes first, and the object stays, or second,
        and makes it anew.
        """
        path = self._object(sha256)
        with self._lock(fcntl.LOCK_EX):
            try:
                if path.stat().st_mtime >= put_before:
                    return False
                path.unlink()
            except FileNotFoundError:
                return False
            except OSError as error:
                self._unusable(error)
        return True

    def abandoned(self, *, written_before: float) -> Iterator[Path]:
        """List temporary files of processes that ended, or of unknown ones not written since `written_before`."""
        for path in (self.root / "tmp").glob("*"):
            owner = Process.from_tag(path.name.partition(".")[0])
            try:
                if owner.is_dead() if owner else path.stat().st_mtime < written_before:
                    yield path
            except FileNotFoundError:
                continue

    # ------------------------------------------------------------ how

    def _object(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise StoreError(f"{sha256!r} is not the name of an object", "64 hexadecimal digits, lower case")
        return self.root / "objects" / sha256[:2] / sha256

    def _put_png(self, pixels: NDArray[Any]) -> dict[str, Any]:
        from agentvid.media.codec import png_bytes

        data = png_bytes(pixels)
        sha256 = hashlib.sha256(data).hexdigest()
        if not self._refresh(sha256):
            with self._temporary() as temporary:
                temporary.write_bytes(data)
                self._publish(temporary, sha256)
        height, width = pixels.shape[:2]
        return {"artifact": sha256, "mime": "image/png", "bytes": len(data), "width": width, "height": height}

    def _describe(
        self, path: Path, sha256: str, mime: str, kind: Kind, *, name: str = "", facts: Facts | None = None
    ) -> Artifact:
        """Return the artifact that a file is. `name` is what errors call the file."""
        from agentvid.media.codec import probe

        python_type = _TYPES[kind]
        try:
            probed = facts if facts is not None else Facts() if kind == "mesh" else probe(path, mime)
            told = {name: value for name, value in probed.items() if name in python_type.model_fields}
            return python_type.model_validate({"artifact": sha256, "mime": mime, "bytes": path.stat().st_size, **told})
        except MediaError as error:
            given = error.given.replace(path.name, name or f"the given {kind}")
            raise MediaError(given, error.expected, error.do) from error
        except ValidationError as error:
            raise MediaError(
                f"{name or 'the given media'} is {mime}", f"a {kind}", "give a file of that kind"
            ) from error

    @contextmanager
    def _temporary(self, suffix: str = "") -> Iterator[Path]:
        """Give a path in `root/tmp` that is gone afterwards; full and unwritable disks are told in words."""
        path = self.root / "tmp" / f"{this_process().tag()}.{uuid.uuid4().hex}{suffix}"
        try:
            private_folder(path.parent)
            yield path
        except OSError as error:
            self._unusable(error)
        finally:
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _refresh(self, sha256: str) -> bool:
        """Return whether the object is there, sound, and safe from collection for another grace period."""
        path = self._object(sha256)
        try:
            self._verify(path, sha256)
            with self._lock(fcntl.LOCK_SH):
                os.utime(path)
                _verified.add(_fingerprint(path, path.stat()))
        except (OSError, StoreError):
            return False  # writing it anew either mends it or says what is wrong
        return True

    def _publish(self, temporary: Path, sha256: str) -> None:
        path = self._object(sha256)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        os.utime(temporary)
        with suppress(PermissionError):
            temporary.chmod(0o400)  # where a file system has modes
        private_folder(path.parent)
        with self._lock(fcntl.LOCK_SH):
            temporary.replace(path)
            _verified.add(_fingerprint(path, path.stat()))
        flush_folder(path.parent)
        flush_folder(path.parent.parent)

    def _verify(self, path: Path, sha256: str) -> None:
        """Hash the object unless this process has.

        Raises: FileNotFoundError, or StoreError where the bytes are not those of its name.
        """
        facts = path.stat()
        if _fingerprint(path, facts) in _verified:
            return
        found = _digest(path)
        if found == sha256:
            _verified.add(_fingerprint(path, facts))
            return
        aside = self.root / "corrupt" / f"{sha256}.{uuid.uuid4().hex[:8]}"
        private_folder(aside.parent)
        with self._lock(fcntl.LOCK_EX):
            if path.stat().st_ino == facts.st_ino:
                path.replace(aside)
        raise StoreError(
            f"object {sha256} is damaged: its bytes have the sha256 {found}; they were moved to {aside}",
            "the bytes that were stored",
            "run the step that makes it again, or add the file again",
        )

    @contextmanager
    def _lock(self, how: int) -> Iterator[None]:
        """Hold the root's lock: shared to publish, exclusive to take an object away. Ends with the process."""
        private_file(self.root / "lock")
        with (self.root / "lock").open("ab") as file:
            fcntl.flock(file, how)
            yield

    def _unusable(self, error: OSError) -> NoReturn:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreError(
                f"the disk of {self.root} is full",
                "room for the object",
                "free some space, collect what is no longer used, or keep the store on another disk",
            ) from error
        raise StoreError(
            f"the store {self.root} can't be used: {error}",
            "a folder that can be written",
            "correct its permissions, or keep the store elsewhere",
        ) from error


def _fingerprint(path: Path, facts: os.stat_result) -> tuple[str, int, int, int]:
    return str(path), facts.st_ino, facts.st_size, facts.st_mtime_ns


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
