"""Put a whole new folder in the place of an old one: whoever looks, or dies, at any moment sees one or the other.

The new folder is written beside the old one. Where there is no old one it is renamed; else both change places in one
step of the system (Linux and macOS). Where the system or the file system bears no such exchange, where the old folder
holds files of others, or is where this process works, the files are moved in one by one, each whole.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from agentvid.store.fence import Process, this_process
from agentvid.store.flush import flush_folder

__all__ = ["written_beside"]

_HERE: Final = -100
_EXCHANGE: Final = 2
"""AT_FDCWD; RENAME_EXCHANGE of renameat2(2), and RENAME_SWAP of renamex_np(2)."""


@contextmanager
def written_beside(out: Path, names: Sequence[str], ours: Collection[str]) -> Iterator[Path]:
    """Give a folder to write the files `names` into; at the end of the block it takes the place of `out`.

    `ours` are the files of `out` that may be replaced or taken away; all others stay. The last of `names` is the
    last to be moved. What a killed process left behind is cleared first.

    Raises: OSError where the folder can't be written; `out` is then as it was, but for files moved one by one.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    _clear(out)
    beside = os.access(out.parent, os.W_OK) and not out.is_mount()
    parent, stem = (out.parent, f".{out.name}") if beside else (out, "")
    if not beside:
        out.mkdir(exist_ok=True)
    writing = parent / f"{stem}.writing-{this_process().tag()}.{uuid.uuid4().hex[:8]}"
    writing.mkdir()
    try:
        yield writing
        _flush(writing, names)
        if beside and not _others(out, ours) and not _works_in(out) and _changed_places(writing, out):
            for name in _others(writing, ours):  # written by somebody just now: it stays
                (out / name).parent.mkdir(parents=True, exist_ok=True)
                (writing / name).replace(out / name)
        else:
            _move_one_by_one(writing, out, names, ours)
    finally:
        shutil.rmtree(writing, ignore_errors=True)


def _clear(out: Path) -> None:
    """Remove what processes that ended were writing here."""
    for parent, stem in ((out.parent, f".{out.name}.writing-"), (out, ".writing-")):
        for path in parent.glob(f"{stem}*"):
            owner = Process.from_tag(path.name.removeprefix(stem).partition(".")[0])
            if owner is None or owner.is_dead():
                shutil.rmtree(path, ignore_errors=True)
    with suppress(OSError):
        (out / ".agentvid-probe").unlink(missing_ok=True)


def _others(folder: Path, ours: Collection[str]) -> list[str]:
    """Return the files in a folder that are not ours."""
    paths = [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]
    return [name for path in paths if (name := path.relative_to(folder).as_posix()) not in ours]


def _works_in(folder: Path) -> bool:
    """Return whether the folder is a link, or this process works inside it: it must stay the one it is."""
    return folder.is_symlink() or Path.cwd().is_relative_to(folder.resolve())


def _changed_places(writing: Path, out: Path) -> bool:
    try:
        if out.exists():
            _exchange(writing, out)
        else:
            writing.rename(out)
    except OSError:
        return False
    flush_folder(out.parent)
    return True


def _exchange(one: Path, other: Path) -> None:
    """Let two folders change places in one step.

    Source: Linux manual, renameat2(2); macOS manual, renamex_np(2).

    Raises: OSError where the system or the file system does not do it.
    """
    system = ctypes.CDLL(None, use_errno=True)
    paths = os.fsencode(one), os.fsencode(other)
    if hasattr(system, "renameat2"):
        failed = system.renameat2(_HERE, paths[0], _HERE, paths[1], _EXCHANGE)
    elif hasattr(system, "renamex_np"):
        failed = system.renamex_np(paths[0], paths[1], _EXCHANGE)
    else:
        raise OSError("this system does not exchange folders")
    if failed:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))


def _move_one_by_one(writing: Path, out: Path, names: Sequence[str], ours: Collection[str]) -> None:
    out.mkdir(exist_ok=True)
    for name in names:
        (out / name).parent.mkdir(exist_ok=True)
        (writing / name).replace(out / name)
    for name in set(ours) - set(names):
        (out / name).unlink(missing_ok=True)


def _flush(writing: Path, names: Sequence[str]) -> None:
    for name in names:
        with (writing / name).open("rb") as file:
            os.fsync(file.fileno())
