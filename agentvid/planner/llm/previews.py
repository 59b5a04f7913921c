"""Small pictures of the media on hand, for models that see: at most a few, at most 512 pixels wide or high.

They leave this machine only where `AGENTVID_LLM_VISION` says so.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from agentvid.media.types import Image, Video
from agentvid.planner import KnownMedia
from agentvid.store.objects import ObjectStore

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["LONGEST_SIDE", "MOST_PREVIEWS", "previews_of"]

LONGEST_SIDE: Final = 512
"""Of a preview, in pixels."""
MOST_PREVIEWS: Final = 4


def previews_of(media: Sequence[KnownMedia], store: ObjectStore) -> list[tuple[str, str]]:
    """Return (name, data URL) of JPEG previews: what is new first, then the newest; of a clip its middle frame.

    Raises: StoreError where an object is gone; MediaError where it can't be read.
    """
    seen = [medium for medium in media if isinstance(medium.artifact, Image | Video)]
    chosen = sorted(seen, key=lambda medium: (not medium.is_new, -medium.number))[:MOST_PREVIEWS]
    return [_preview(medium, store) for medium in sorted(chosen, key=lambda medium: medium.number)]


def _preview(medium: KnownMedia, store: ObjectStore) -> tuple[str, str]:
    artifact = medium.artifact
    if isinstance(artifact, Video):
        middle = artifact.frames // 2
        rgb = next(islice(store.frames(artifact, middle, middle + 1), 1))
        name = f"@v{medium.number}, frame {middle} of {artifact.frames}"
    else:
        assert isinstance(artifact, Image)
        rgb, name = store.image(artifact), f"@v{medium.number}"
    return name, f"data:image/jpeg;base64,{base64.b64encode(_jpeg(rgb)).decode()}"


def _jpeg(rgb: npt.NDArray[np.uint8] | Any) -> bytes:
    from PIL import Image as Pictures

    picture, file = Pictures.fromarray(rgb), io.BytesIO()
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    picture.save(file, "JPEG", quality=85)
    return file.getvalue()
