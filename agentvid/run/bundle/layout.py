"""The file: a zip whose every byte is accounted for.

    manifest.json             first
    session.json
    objects/<sha256>          sorted

Entries are stored, not compressed, one after the other from the first byte on, with one fixed time and no comment or
extra field. So the same content gives the same bytes, nothing expands when it is read, and nothing can hide beside
what the manifest names. Names are never used as paths.

Source: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", sections 4.3.7, 4.3.12, 4.3.16.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from agentvid.errors import InputError, StoreError
from agentvid.run.bundle.document import BundledSession, Manifest, bad_bundle, check_format, load_document

__all__ = ["MOST_BYTES", "MOST_OBJECTS", "Bundle", "is_bundle", "open_bundle", "write_bundle"]

MOST_BYTES: Final = 3 * 2**30
"""The largest bundle. Below what needs ZIP64."""
MOST_OBJECTS: Final = 10_000
MOST_MANIFEST: Final = 4 * 2**20
MOST_DOCUMENT: Final = 64 * 2**20

_MANIFEST: Final = "manifest.json"
_DOCUMENT: Final = "session.json"
_TIME: Final = (1980, 1, 1, 0, 0, 0)
_DOS_DATE: Final = 0x21
"""1980-01-01 as MS-DOS writes it."""
_ATTRIBUTES: Final = 0o644 << 16
_LOCAL_HEADER: Final = 30
_CHUNK: Final = 2**20
_OBJECT: Final = re.compile(r"objects/([0-9a-f]{64})")
_BROKEN: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    EOFError,
    OSError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
)
"""What reading a crafted or damaged zip raises."""


@dataclass(frozen=True)
class Bundle:
    """An open bundle whose layout, documents and list of objects agree. Objects are not hashed yet: `spool` does."""

    manifest: Manifest
    session: BundledSession
    bytes: int
    file: zipfile.ZipFile

    def spool(self, sha256: str, target: Path) -> None:
        """Write an object's bytes to `target`, a file that does not exist.

        Raises: InputError "bad_bundle" where they are not those of its name.
        """
        with target.open("xb") as copy:
            found = _digest(self.file, f"objects/{sha256}", copy)
        if found != sha256:
            target.unlink()
            raise bad_bundle(f"object {sha256[:12]}… is damaged: its bytes have the sha256 {found[:12]}…")


def write_bundle(out: IO[bytes], manifest: bytes, document: bytes, objects: Iterable[tuple[str, Path]]) -> None:
    """Write a bundle of these documents and objects, which come sorted by sha256.

    Raises: InputError where it would be larger than a bundle may be.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=False) as file:
        for name, data in ((_MANIFEST, manifest), (_DOCUMENT, document)):
            file.writestr(_entry(name, len(data)), data)
        for sha256, path in objects:
            size = path.stat().st_size
            if out.tell() + size > MOST_BYTES:
                raise InputError(
                    f"a bundle of more than {MOST_BYTES / 2**30:.0f} GiB", "a smaller one", "export one turn: --turn N"
                )
            with path.open("rb") as source, file.open(_entry(f"objects/{sha256}", size), "w") as target:
                while chunk := source.read(_CHUNK):
                    target.write(chunk)


def is_bundle(path: Path) -> bool:
    """Return whether a file begins as bundles do."""
    with path.open("rb") as file:
        head = file.read(_LOCAL_HEADER + len(_MANIFEST))
    return head.startswith(b"PK\x03\x04") and head.endswith(_MANIFEST.encode())


@contextmanager
def open_bundle(path: Path) -> Iterator[Bundle]:
    """Open a bundle and read its documents. Nothing is written.

    Raises: InputError "bad_bundle" where it is damaged, cut off, crafted, or of a newer format; InputError where the
    file can't be read.
    """
    with _readable(path) as raw:
        size = os.fstat(raw.fileno()).st_size
        if size > MOST_BYTES + MOST_DOCUMENT:
            raise bad_bundle(f"{path.name} has {size / 2**30:.1f} GiB", f"at most {MOST_BYTES / 2**30:.0f} GiB")
        try:
            file = zipfile.ZipFile(raw)
        except _BROKEN as error:
            raise bad_bundle(f"{path.name} is no whole zip file ({error})") from None
        with file:
            _check_layout(raw, file, size)
            manifest, session = _documents(file)
            yield Bundle(manifest, session, size, file)


def _readable(path: Path) -> IO[bytes]:
    try:
        if not path.is_file():
            raise InputError(f"{path} is not a file", "a bundle", "check the path")
        return path.open("rb")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path} can't be read ({reason})", "a bundle", "check the path") from error


def _documents(file: zipfile.ZipFile) -> tuple[Manifest, BundledSession]:
    entries = file.infolist()
    if entries[0].file_size > MOST_MANIFEST or entries[1].file_size > MOST_DOCUMENT:
        raise bad_bundle("its documents are absurdly large", f"at most {MOST_DOCUMENT / 2**20:.0f} MiB of JSON")
    data = _read(file, _MANIFEST)
    check_format(data)
    manifest = load_document(data, Manifest, _MANIFEST)
    document = _read(file, _DOCUMENT)
    if hashlib.sha256(document).hexdigest() != manifest.document:
        raise bad_bundle(f"{_DOCUMENT} is not the one that the manifest names: it was changed or damaged")
    listed = {entry.filename.removeprefix("objects/"): entry.file_size for entry in entries[2:]}
    if listed != manifest.objects:
        raise bad_bundle("the objects in the file are not those that the manifest names")
    return manifest, load_document(document, BundledSession, _DOCUMENT)


def _check_layout(raw: IO[bytes], file: zipfile.ZipFile, size: int) -> None:
    """Hold the zip against what `write_bundle` writes: names, order, places, flags; no gap, no overlap, no tail."""
    entries = file.infolist()
    names = [entry.filename for entry in entries]
    if names[:2] != [_MANIFEST, _DOCUMENT]:
        raise bad_bundle(f"a zip file that begins with {names[:2]}", f"{_MANIFEST}, then {_DOCUMENT}")
    if len(entries) - 2 > MOST_OBJECTS:
        raise bad_bundle(f"{len(entries) - 2} objects", f"at most {MOST_OBJECTS}")
    for before, name in zip(["", *names[2:]], names[2:], strict=False):
        if not _OBJECT.fullmatch(name):
            raise bad_bundle(f"an entry named {name[:80]!r}", "objects/ and a sha256")
        if name <= before:
            raise bad_bundle(f"the entry {name[:20]}… is out of order or there twice")
    at = 0
    for entry in entries:
        header = _entry(entry.filename, entry.file_size, entry.CRC).FileHeader(zip64=False)
        if entry.header_offset != at or _bytes_at(raw, at, len(header)) != header:
            raise bad_bundle(f"the entry {entry.filename[:20]} is compressed, encrypted, elsewhere or carries more")
        at += len(header) + entry.file_size
    tail = _tail(entries, at)
    if at + len(tail) != size or _bytes_at(raw, at, len(tail)) != tail:
        raise bad_bundle("there are bytes in the file that belong to no entry")


def _tail(entries: list[zipfile.ZipInfo], at: int) -> bytes:
    """Return the central directory and what ends the file."""
    records = b"".join(
        struct.pack(
            "<4s4B4HL2L5H2L",
            b"PK\1\2",
            *(20, 3, 20, 0),  # made by 2.0 on Unix, read by 2.0
            *(0, zipfile.ZIP_STORED, 0, _DOS_DATE),
            entry.CRC,
            *(entry.file_size, entry.file_size),
            *(len(entry.filename), 0, 0, 0, 0),
            *(_ATTRIBUTES, entry.header_offset),
        )
        + entry.filename.encode()
        for entry in entries
    )
    return records + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(entries), len(entries), len(records), at, 0)


def _bytes_at(raw: IO[bytes], at: int, count: int) -> bytes:
    raw.seek(at)
    return raw.read(count)


def _read(file: zipfile.ZipFile, name: str) -> bytes:
    try:
        return file.read(name)
    except _BROKEN as error:
        raise bad_bundle(f"{name} can't be read ({error})") from None


def _digest(file: zipfile.ZipFile, name: str, copy: IO[bytes]) -> str:
    whole = hashlib.sha256()
    try:
        with file.open(name) as entry:
            while chunk := entry.read(_CHUNK):
                whole.update(chunk)
                _write(copy, chunk)
    except _BROKEN as error:
        raise bad_bundle(f"{name[:20]}… can't be read ({error})") from None
    return whole.hexdigest()


def _write(copy: IO[bytes], chunk: bytes) -> None:
    try:
        copy.write(chunk)
    except OSError as error:
        raise StoreError(f"there is no room for the bundle's media: {error}", "a disk that is not full") from error


def _entry(name: str, size: int, crc: int = 0) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _TIME)
    entry.create_system = 3
    entry.external_attr = _ATTRIBUTES
    entry.file_size = entry.compress_size = size
    entry.CRC = crc
    return entry
