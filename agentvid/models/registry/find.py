"""Find the files of the registry on this machine, by the hash of their bytes.

    AGENTVID_MODELS   folders with model files, separated as in PATH; the folder `models` of the home comes last

A file may have any name: its size tells whether it is worth hashing, its hash what it is. One that has the name of a
registered file and other bytes is refused, and said so. Hashes are remembered by path, size, time and inode (on the
disk too), so that telling what is there stays cheap; `read` hashes the very bytes that it returns.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agentvid.errors import InputError
from agentvid.models.registry.zoo import ModelFile, files_of
from agentvid.settings import load_settings

__all__ = ["Found", "find", "find_role", "folders", "home_folder", "read", "sha256_of", "verified"]

_REMEMBERED: Final = "digests.json"
_known: dict[str, str] = {}


@dataclass(frozen=True)
class Found:
    """A registered file and where it lies. `problem` says what is wrong with a file that has its name."""

    model: ModelFile
    path: Path | None = None
    problem: str = ""


def home_folder() -> Path:
    """Return where `agentvid models pull` puts files: the folder `models` of the home. It need not exist."""
    return load_settings().home / "models"


def folders(environ: Mapping[str, str] | None = None) -> tuple[Path, ...]:
    """Return where files are looked for, in order. They need not exist."""
    told = (os.environ if environ is None else environ).get("AGENTVID_MODELS", "")
    named = [Path(os.path.expanduser(folder)) for folder in told.split(os.pathsep) if folder.strip()]  # noqa: PTH111 (leaves an unknown user's ~ as it is)
    return (*(folder.absolute() for folder in named), home_folder())


def find(model: ModelFile, places: Sequence[Path] | None = None) -> Found:
    """Look for a file in `places` (default: `folders()`) and their direct sub-folders. Nothing is loaded."""
    problem = ""
    for path in _files(folders() if places is None else places):
        with suppress(OSError):
            has_name = path.name == model.file
            size = path.stat().st_size
            if size != model.bytes:
                problem = problem or (f"{path} has {size:,} bytes, not {model.bytes:,}" if has_name else "")
                continue
            digest = _remembered(path)
            if digest == model.sha256:
                return Found(model, path)
            problem = problem or (f"{path} has the hash {digest[:12]}…, not {model.sha256[:12]}…" if has_name else "")
    return Found(model, None, problem)


def find_role(role: str, places: Sequence[Path] | None = None) -> dict[str, Found] | None:
    """Return the files of a role by part, or None where one of them is not there.

    Raises: InputError where no model has that role.
    """
    found = {model.part: find(model, places) for model in files_of(role)}
    return found if all(item.path is not None for item in found.values()) else None


def read(found: Found) -> bytes:
    """Return the bytes of a file, which are those that the registry names.

    Raises: InputError (code "bad_model") where it is absent or its bytes are others.
    """
    model = found.model
    do = f"`agentvid models pull {model.role}`, or put the file into a folder that AGENTVID_MODELS names"
    if found.path is None:
        raise InputError(found.problem or f"{model.file} is not there", f"sha256 {model.sha256}", do, code="bad_model")
    try:
        data = found.path.read_bytes()
    except OSError as error:
        raise InputError(f"{found.path} can't be read: {error.strerror}", model.file, do, code="bad_model") from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != model.sha256:
        given = f"{found.path} has the hash {digest}"
        raise InputError(given, f"{model.sha256}, which is {model.name}", do, code="bad_model")
    return data


def verified(found: Found) -> Found:
    """Return the same where the bytes of the file are, read now, those of the registry; else what is wrong with it."""
    if found.path is None:
        return found
    try:
        digest = sha256_of(found.path)
    except OSError as error:
        return Found(found.model, None, f"{found.path} can't be read: {error.strerror}")
    if digest != found.model.sha256:
        return Found(found.model, None, f"{found.path} has the hash {digest}, not {found.model.sha256}")
    return found


def sha256_of(path: Path) -> str:
    """Return the hash of a file's bytes, read now.

    Raises: OSError.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(places: Iterable[Path]) -> Iterable[Path]:
    for place in places:
        for pattern in ("*", "*/*"):
            yield from sorted(path for path in place.glob(pattern) if path.is_file())


def _remembered(path: Path) -> str:
    told = path.stat()
    mark = f"{path.absolute()} {told.st_size} {told.st_mtime_ns} {told.st_ino}"
    if mark not in _known:
        _known.update(_load())
    if mark not in _known:
        _known[mark] = sha256_of(path)
        _keep()
    return _known[mark]


def _load() -> dict[str, str]:
    try:
        told = json.loads((home_folder() / _REMEMBERED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(mark): str(digest) for mark, digest in told.items()} if isinstance(told, dict) else {}


def _keep() -> None:
    """Write what is known of files that are still there. A home that can't be written costs time, nothing else."""
    there = {mark: digest for mark, digest in _known.items() if Path(mark.rsplit(" ", 3)[0]).is_file()}
    folder = home_folder()
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(there, file)
        Path(name).replace(folder / _REMEMBERED)
