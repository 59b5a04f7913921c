"""Renames that survive a power cut."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["flush_folder"]


def flush_folder(folder: Path) -> None:
    """Make what was renamed inside a folder survive a power cut.

    Raises: OSError where the folder can't be opened.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
