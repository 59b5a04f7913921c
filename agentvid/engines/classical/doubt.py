"""When a noun is no evidence. Nothing here recognises things: a noun says which one is meant only where just one is.

"the cup" is taken for what stands out where that is a single region of one material. Where several regions stand out
alike, where it runs into the picture's border, or where it is made of several parts any of which may be meant (a cup,
its saucer, the spoon), the step waits for a person.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from agentvid.engines.classical.colourspace import Floats
from agentvid.engines.classical.regions import Flags, border
from agentvid.engines.classical.words import Sought, is_chinese
from agentvid.errors import Needs
from agentvid.media.types import Image

__all__ = ["doubts", "names_a_thing", "several", "waiting_for"]

_ALIKE: Final = 0.45
"""A second region worth this share of the first stands out alike."""
_ON_BORDER: Final = 0.3
"""A region on this share of the picture's border is ground, not figure."""
_MOST: Final = 0.55
"""A region of more of the picture is ground as well."""
_PART: Final = 0.12
"""A material with this share of the region is a part that may be meant."""
_APART: Final = 30.0
"""Materials at least so far apart in Lab differ as things do, not as light and shade."""


def names_a_thing(sought: Sought) -> bool:
    """Return whether the words rest on a noun alone: no colour, no place."""
    return bool(sought.thing) and not sought.colours and not sought.places


def doubts(lab: Floats, mask: Flags, worth: list[float]) -> tuple[str, str] | None:
    """Return why what stands out by contrast may not be what a noun names, in English and Chinese, or None.

    `lab` HWC, `mask` the region that was taken, `worth` of each that stands out.
    """
    edge = border(mask.shape)
    if (mask & edge).sum() > _ON_BORDER * edge.sum() or mask.mean() > _MOST:
        return "nothing stands out from what is around it", "没有什么从周围突出来"
    return several(lab, mask, worth)


def several(lab: Floats, mask: Flags, worth: list[float]) -> tuple[str, str] | None:
    """Return which several things a noun may name in what stands out, in English and Chinese, or None."""
    second = sorted(worth)[-2] if len(worth) > 1 else 0.0
    if second > _ALIKE * max(worth):
        return "several things stand out alike", "有几个东西一样显眼"
    materials = _materials(lab, mask)
    if materials > 1:
        return f"what stands out is made of {materials} parts", f"最显眼的东西由 {materials} 部分组成"
    return None


def waiting_for(what: str, image: Image, english: str, chinese: str) -> Needs:
    """Return the error with which a step waits for a point, a box or a mask: what is unclear, and how to give one."""
    if is_chinese(what):
        size = f"图宽 {image.width}，高 {image.height}"
        return Needs(
            "point",
            f"“{what}”只是个名词，这里不认识东西，而且{chinese}：请点一下它（point），或画框（box）、涂蒙版（mask）；"
            f"{size}。也可以说出颜色或位置，或设 guess=true 取最显眼的",
        )
    return Needs(
        "point",
        f"{what!r} is a noun, nothing here knows nouns, and {english}: click on it (point), or draw a box, or paint a "
        f"mask (the picture is {image.width} wide and {image.height} high); or say its colour or place; "
        "guess=true takes what stands out most",
    )


def _materials(lab: Floats, mask: Flags) -> int:
    """How many clearly different colours the region has, light and shade aside."""
    samples = (lab[mask] * np.array([0.5, 1, 1], np.float32)).astype(np.float32)
    if len(samples) < 60:
        return 1
    cv2.setRNGSeed(1)
    samples = samples[:: max(1, len(samples) // 4000)]
    _, labels, centres = cv2.kmeans(samples, 5, None, (3, 30, 0.5), 3, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    shares = np.bincount(labels.ravel(), minlength=5) / len(samples)
    kept: list[Floats] = []
    for index in np.argsort(-shares):
        if shares[index] >= _PART and all(np.linalg.norm(centres[index] - other) > _APART for other in kept):
            kept.append(centres[index])
    return max(1, len(kept))
