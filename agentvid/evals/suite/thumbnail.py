"""What an intervention did to the answer, as one small picture: before, and after."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.evals.intervened import Intervened
from agentvid.media.types import Image, Video

__all__ = ["thumbnail"]

_HIGH: Final = 96
_MOST_WIDE: Final = 320
_QUALITY: Final = 82
_GAP: Final = 4


def thumbnail(found: Intervened, path: Path) -> str:
    """Write what the last picture or clip below the intervention shows, before and after (of clips the frame a third
    in, where motion is measured).

    Returns the name of the file, "" where there is nothing to see or all is as before.
    """
    for step in reversed(found.chain.steps):
        if step.id not in found.below:
            continue
        for port in ("video", "image"):
            both = found.before(step.id, port), found.after(step.id, port)
            if all(isinstance(value, Image | Video) for value in both) and both[0] != both[1]:
                _write(path, [_shown(found, value) for value in both if isinstance(value, Image | Video)])
                return path.name
    return ""


def _shown(found: Intervened, value: Image | Video) -> NDArray[np.uint8]:
    if isinstance(value, Image):
        return found.store.image(value)
    at = (value.frames - 1) // 3
    return next(found.store.frames(value, at, at + 1))


def _write(path: Path, pictures: list[NDArray[np.uint8]]) -> None:
    from PIL import Image as Pillow

    tiles = []
    for picture in pictures:
        tile = Pillow.fromarray(picture)
        tile.thumbnail((_MOST_WIDE, _HIGH))
        tiles.append(tile)
    wide = sum(tile.width for tile in tiles) + _GAP * (len(tiles) - 1)
    sheet = Pillow.new("RGB", (wide, max(tile.height for tile in tiles)), (255, 255, 255))
    left = 0
    for tile in tiles:
        sheet.paste(tile, (left, 0))
        left += tile.width + _GAP
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, quality=_QUALITY)
