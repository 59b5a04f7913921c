"""Whether a picture is of the small world, and what it shows: by what is known of it, else by looking.

What a chain tells of a picture (the layout it was drawn from) is taken. Without that the picture has to have the size
of this world's pictures, come out of the model's own codec nearly as it went in (pictures of another world do not),
and be read by the model as a scene. Which of the two it was is said in the result.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch

from agentvid.engines.small.thinking import Task, as_scene
from agentvid.errors import CallError
from agentvid.media.types import Image
from agentvid.models.mot import Decoding, Unified
from agentvid.models.mot.sizes import Pixels, to_pixels, to_tensor
from agentvid.world.render import SIZE
from agentvid.world.scene import Scene
from agentvid.world.words import Language

__all__ = [
    "LEAST_DB",
    "LEAST_MAP_DB",
    "WHAT_IS_THERE",
    "plain_picture",
    "read_picture",
    "rebuilt_db",
    "seen_picture",
    "square",
]

LEAST_DB: Final = 28.0
"""PSNR of a picture against itself through the codec, from which it counts as one of this world. Measured with the
codec at 35.6 dB on frames of the world: none of 25 frames below 33 dB, no crop of the sample photo above 24.3 dB."""
WHAT_IS_THERE: Final[dict[Language, str]] = {"en": "what is there, and where?", "zh": "有什么，在哪里？"}
"""The question that the model was trained to answer with a whole layout."""
_MOST_TOKENS: Final = 160
LEAST_MAP_DB: Final = 26.0
"""The same for maps: a thin path comes out of the codec at 31 dB on average."""
_NEAREST: Final = "engine classical edits, describes and turns any picture; or start from a picture that `small` drew"


def seen_picture(task: Task, image: Image, layout: str, told: Scene | None = None) -> tuple[Pixels, Scene]:
    """Return the pixels of a picture of this world, and its scene: by its `layout`, as `told` by a thought, or as read.

    Raises: CallError where the picture is not of this world.
    """
    picture, scene = _right_size(task, image), as_scene(layout)
    if scene is not None:
        task.warnings.append("taken as a picture of its world: the chain tells its layout")
        return picture, scene
    db = rebuilt_db(task.unified, picture)
    read = None if db < LEAST_DB else told or read_picture(task, picture)
    if read is None:
        found = f"it comes out of its codec at {db:.0f} dB" if db < LEAST_DB else "it reads no scene in it"
        raise CallError(f"outside its world: {found}", "a picture of a few solids on its stage", _NEAREST)
    task.warnings.append(
        f"taken as a picture of its world: its codec gives it back at {db:.0f} dB"
        + ("" if told else ", and the model reads a scene in it")
    )
    return picture, read


def plain_picture(task: Task, image: Image, least_db: float = LEAST_DB) -> Pixels:
    """Return the pixels of a picture of this world that shows it from elsewhere: at eye level, or from above.

    Raises: CallError where it is not of this world.
    """
    picture = _right_size(task, image)
    db = rebuilt_db(task.unified, picture)
    if db < least_db:
        raise CallError(f"outside its world: it comes out of its codec at {db:.0f} dB", "a picture of it", _NEAREST)
    task.warnings.append(f"taken as a picture of its world: its codec gives it back at {db:.0f} dB")
    return picture


def square(picture: Pixels) -> Pixels:
    """Return the middle of any picture as one of the size of this world's, (128, 128, 3)."""
    import cv2

    side = min(picture.shape[:2])
    top, left = ((length - side) // 2 for length in picture.shape[:2])
    cut = picture[top : top + side, left : left + side]
    how = cv2.INTER_AREA if side > SIZE else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(cut, (SIZE, SIZE), interpolation=how), np.uint8)


def read_picture(task: Task, picture: Pixels, language: Language = "en") -> Scene | None:
    """Return the scene that the model reads in a picture, None where what it says is none."""
    session = task.unified.session()
    session.look(picture, latents=False)
    session.read(WHAT_IS_THERE[language])
    told = session.think(Decoding(limit=_MOST_TOKENS), keep=False, cancelled=task.context.cancelled)
    return as_scene(told.text)


def _right_size(task: Task, image: Image) -> Pixels:
    if (image.width, image.height) != (SIZE, SIZE):
        raise CallError(
            f"outside its world: a picture of {image.width}x{image.height}", f"one of {SIZE}x{SIZE}", _NEAREST
        )
    return task.context.store.image(image)


@torch.no_grad()
def rebuilt_db(unified: Unified, picture: Pixels) -> float:
    """Return how near a picture comes out of the codec to what went in, as PSNR in dB."""
    latents = unified.codec.encode(to_tensor(picture)[:, None])
    again = to_pixels(unified.codec.decode(latents)[:, 0])
    error = float(np.mean((again.astype(np.float32) - picture.astype(np.float32)) ** 2))
    return float(20 * np.log10(255) - 10 * np.log10(max(error, 1e-6)))
