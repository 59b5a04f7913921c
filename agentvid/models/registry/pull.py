"""Fetch a registered file from upstream: resumed where it broke off, checked by hash, put in place at once or not.

What has arrived is kept beside the place as `FILE.part`. A file is moved into place only when all of its bytes are
there and hash to what the registry names; other bytes are thrown away.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx
from filelock import FileLock, Timeout

from agentvid.errors import AgentvidError, InputError, StoreError
from agentvid.models.registry.find import Found, find
from agentvid.models.registry.zoo import ModelFile

__all__ = ["Progress", "pull"]

Progress = Callable[[int, int], None]
"""Told how many bytes are here, of how many."""

_ATTEMPTS: Final = 4
"""How often a transfer that breaks off is taken up again."""
_TIMEOUT: Final = httpx.Timeout(30.0, connect=15.0)


def pull(model: ModelFile, folder: Path, progress: Progress | None = None) -> Found:
    """Return the file, fetched into `folder` where it is not there yet.

    Raises: AgentvidError ("no_network") where upstream can't be reached, ("upstream") where it does not give the file;
    InputError ("bad_model") where its bytes are not those of the registry; StoreError where they can't be kept;
    InputError ("busy") where another program is fetching it.
    """
    present = find(model, (folder,))
    if present.path is not None:
        return present
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(str(folder / f"{model.file}.lock"), timeout=0):
            _fetch(model, folder / f"{model.file}.part", progress or _silent)
            (folder / f"{model.file}.part").replace(folder / model.file)
    except Timeout:
        raise InputError(f"{model.file} is being fetched by another program", "one at a time", code="busy") from None
    except OSError as error:
        room = error.errno in (errno.ENOSPC, errno.EDQUOT)
        given = "there is no room" if room else f"{folder} can't be written ({error.strerror})"
        raise StoreError(given, f"{model.bytes / 1e6:.0f} MB in {folder}", "free some space") from error
    return Found(model, folder / model.file)


def _silent(done: int, of: int) -> None:
    """Report nothing."""


def _fetch(model: ModelFile, part: Path, progress: Progress) -> None:
    with httpx.Client(follow_redirects=True, timeout=_TIMEOUT) as client:
        for attempt in range(1, _ATTEMPTS + 1):
            before = _size(part)
            try:
                _transfer(client, model, part, progress)
                break
            except httpx.TransportError as error:
                if attempt == _ATTEMPTS or _size(part) <= before:
                    raise _unreachable(model, error) from error
    _check(model, part)


def _transfer(client: httpx.Client, model: ModelFile, part: Path, progress: Progress) -> None:
    """Fetch what is still missing; a server that can't go on from the middle starts anew."""
    have = _size(part)
    if have >= model.bytes:
        return
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
    with client.stream("GET", model.url, headers=headers) as response:
        if response.status_code not in (200, 206):
            raise _refused(model, f"{response.status_code} {response.reason_phrase}")
        goes_on = response.status_code == 206 and response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        if response.status_code == 206 and not goes_on:
            raise _refused(model, "another part of the file than the one asked for")
        have = have if goes_on else 0
        with part.open("ab" if goes_on else "wb") as file:
            progress(have, model.bytes)
            for chunk in response.iter_raw(2**18):
                have += len(chunk)
                if have > model.bytes:
                    part.unlink()
                    raise _refused(model, f"more than the {model.bytes:,} bytes that it has")
                file.write(chunk)
                progress(have, model.bytes)
            file.flush()
            os.fsync(file.fileno())
    if have < model.bytes:
        raise httpx.ReadError("the transfer ended early")


def _check(model: ModelFile, part: Path) -> None:
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != model.sha256:
        part.unlink()
        raise InputError(
            f"what upstream gives as {model.file} has the hash {digest}; it was thrown away",
            f"{model.sha256}, which is {model.name}",
            "report it: upstream has changed the file, or someone on the way did",
            code="bad_model",
        )


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _by_hand(model: ModelFile) -> str:
    return f"put a file with sha256 {model.sha256} into a folder that AGENTVID_MODELS names; its name does not matter"


def _unreachable(model: ModelFile, error: httpx.TransportError) -> AgentvidError:
    reason = str(error) or type(error).__name__
    given = f"{model.url} can't be reached ({reason}); what has arrived is kept"
    return AgentvidError(
        given, "a network that reaches it", f"try again later, or {_by_hand(model)}", code="no_network"
    )


def _refused(model: ModelFile, what: str) -> AgentvidError:
    return AgentvidError(f"{model.url} gave {what}", model.file, _by_hand(model), code="upstream")
