"""A case as one small picture: the result before the edit, and after it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PIL import Image as Pillow

from agentvid.evals.editing.media import Shown

__all__ = ["write_sheet"]

_HIGH: Final = 120
_GAP: Final = 6
_QUALITY: Final = 82


def write_sheet(path: Path, shown: Sequence[Shown | None]) -> bool:
    """Write the middle frames beside each other as JPEG; return whether there was anything to show."""
    tiles = []
    for each in shown:
        if each is not None:
            tile = Pillow.fromarray(each.frames[len(each.frames) // 2])
            tiles.append(tile.resize((max(1, round(tile.width * _HIGH / tile.height)), _HIGH)))
    if not tiles:
        return False
    sheet = Pillow.new("RGB", (sum(tile.width for tile in tiles) + _GAP * (len(tiles) - 1), _HIGH), "white")
    left = 0
    for tile in tiles:
        sheet.paste(tile, (left, 0))
        left += tile.width + _GAP
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, quality=_QUALITY)
    return True
