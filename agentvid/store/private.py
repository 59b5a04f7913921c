"""The home folder is its owner's alone: folders of mode 700, files of mode 600.

What is there already is closed to others where it belongs to whoever runs this. File systems that keep no modes are
used as they are.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

__all__ = ["make_home", "private_file", "private_folder"]

DATABASE: Final = "agentvid.sqlite"
_FILES: Final = ("settings.toml", "chat_history", "server.lock", "lock", "turns.sqlite", DATABASE)
_BESIDE: Final = ("", "-wal", "-shm", "-journal")
_FOLDERS: Final = ("objects", "tmp", "corrupt")


def make_home(home: Path) -> None:
    """Make the home folder, or close one that is there to others. A folder with other things in it is left as it is.

    Raises: OSError where it can't be made.
    """
    is_home = not home.exists() or (home / DATABASE).exists() or not any(home.iterdir())
    private_folder(home)
    if is_home:
        _close(home)
    for name in _FOLDERS:
        _close(home / name)
    for name in (f"{file}{end}" for file in _FILES for end in _BESIDE):
        _close(home / name)


def private_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for their owner alone.

    Raises: OSError where it can't be made.
    """
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        if not folder.is_dir():
            raise
    except FileNotFoundError:
        private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def private_file(path: Path) -> None:
    """Make an empty file for its owner alone where there is none. What SQLite puts beside it takes its mode.

    Raises: OSError where it can't be made.
    """
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))


def _close(path: Path) -> None:
    """Take a path from others: not a link, nor another's, nor a folder for everybody."""
    with suppress(OSError):
        facts = path.lstat()
        is_ours = facts.st_uid == os.geteuid() and not stat.S_ISLNK(facts.st_mode) and not facts.st_mode & stat.S_ISVTX
        if is_ours and facts.st_mode & 0o077:
            path.chmod(stat.S_IMODE(facts.st_mode) & ~0o077)
