"""Find writing in a picture by its strokes: thin, of one width and one even colour, in rows of like height.

It reads nothing. Made for writing that was put on a picture (subtitles, dates, watermarks) and for plain signs; writing
in perspective or of many colours is missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from agentvid.engines.classical.colourspace import Bytes, Floats, rgb_to_lab
from agentvid.engines.classical.regions import Flags, disc

__all__ = ["writing_in"]

_WORKING: Final = 1400
"""Pixels of the longer side at which letters are looked for."""
_STEPS: Final = (40, 75, 125)
"""Strokes must stand out from their surroundings by one of these (of 255): on busy ground only bold ones do alone."""
_EVEN: Final = 5.0
_ALIKE: Final = 6.0
"""Lab distance within a letter (mean), and between letters of one row."""


@dataclass(frozen=True)
class _Sign:
    """A connected piece that might be a letter: its box, stroke width, colour (Lab)."""

    x: int
    y: int
    width: int
    height: int
    stroke: float
    colour: Floats


def writing_in(rgb: Bytes, within: Bytes | None = None) -> Flags:
    """Return where letters are, HW, those inside `within` (uint8 HW) where it is given; all False where none are.

    Source: after the stroke width transform, Epshtein et al. (CVPR 2010), with strokes taken from top-hats.
    """
    height, width = rgb.shape[:2]
    if max(height, width) > _WORKING:
        size = (round(width * _WORKING / max(height, width)), round(height * _WORKING / max(height, width)))
        small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
        inside = (
            None if within is None else np.asarray(cv2.resize(within, size, interpolation=cv2.INTER_AREA), np.uint8)
        )
        letters = writing_in(small, inside).astype(np.uint8) * np.uint8(255)
        wide = np.asarray(cv2.resize(letters, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
        return np.asarray(wide > 60)
    lab = rgb_to_lab(rgb)
    grey = np.asarray(np.rint(lab[..., 0] * 2.55), np.uint8)
    side = max(grey.shape)
    found = np.zeros(grey.shape, bool)
    for reach in sorted({max(3, round(side / 90)), max(5, round(side / 30)), max(7, round(side / 13))}):
        for how in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT):
            hat = np.asarray(cv2.morphologyEx(grey, how, disc(reach)), np.uint8)
            for least in _STEPS:
                marks = (hat > least) & (within > 127) if within is not None else hat > least
                found |= _rows(_letters(np.asarray(marks), lab, reach), hat > _STEPS[0] // 2, lab)
    return found & (within > 127) if within is not None else found


def _rows(signs: list[_Sign], strokes: Flags, lab: Floats) -> Flags:
    """Where letters stand, and what has their colour between them: a letter told apart vouches for its neighbours."""
    found = np.zeros(strokes.shape, bool)
    for sign in signs:
        x0, x1 = max(0, sign.x - 2 * sign.height), sign.x + sign.width + 2 * sign.height
        window = (slice(max(0, sign.y - sign.height // 4), sign.y + sign.height * 5 // 4 + 1), slice(x0, x1))
        alike = np.linalg.norm(lab[window] - sign.colour, axis=-1) < 4 * _ALIKE
        found[window] |= alike & strokes[window]
    return found


def _letters(marks: Flags, lab: Floats, reach: int) -> list[_Sign]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(marks.astype(np.uint8), connectivity=8)
    depth = np.asarray(cv2.distanceTransform(np.pad(marks.astype(np.uint8), 1), cv2.DIST_L2, 3)[1:-1, 1:-1], np.float32)
    signs = []
    for label in range(1, count):
        x, y, width, height, area = (int(value) for value in stats[label])
        if not (max(7, 0.5 * reach) <= height <= 6 * reach and 2 <= width <= 5 * height and area >= 12):
            continue
        window = (slice(y, y + height), slice(x, x + width))
        inside = labels[window] == label
        widths = depth[window][inside]
        ridge = widths[widths >= 0.6 * widths.max()]
        stroke = float(ridge.mean())
        long = area / (2 * stroke)
        core = lab[window][inside & (depth[window] >= 0.7 * widths.max())]
        colour = np.asarray(np.median(core, axis=0), np.float32)
        uneven = float(np.linalg.norm(core - colour, axis=-1).mean())
        thin = stroke < 0.22 * max(width, height) and long > 0.8 * max(width, height)
        if thin and uneven < _EVEN and float(ridge.std()) < 0.4 * stroke + 0.3:
            signs.append(_Sign(x, y, width, height, stroke, colour))
    return _in_rows(signs)


def _in_rows(signs: list[_Sign]) -> list[_Sign]:
    """Those of a row of at least four: beside each other, level, of like height, stroke and colour."""
    if len(signs) < 4:
        return []
    x, y, width, height, stroke = (
        np.array([getattr(sign, name) for sign in signs], np.float32)
        for name in ("x", "y", "width", "height", "stroke")
    )
    colour = np.stack([sign.colour for sign in signs])
    high = np.maximum(height[:, None], height[None])
    level = np.abs((y + height / 2)[:, None] - (y + height / 2)[None]) < 0.3 * high
    like = (high < 1.7 * np.minimum(height[:, None], height[None])) & (
        np.maximum(stroke[:, None], stroke[None]) < 1.7 * np.minimum(stroke[:, None], stroke[None])
    )
    gap = np.maximum(x[:, None], x[None]) - np.minimum((x + width)[:, None], (x + width)[None])
    near = (gap < 0.9 * high) & (gap > -0.3 * high)
    same = np.linalg.norm(colour[:, None] - colour[None], axis=-1) < _ALIKE
    beside = (level & like & near & same & ~np.eye(len(signs), dtype=bool)).astype(np.uint8)
    reach = beside.copy()
    for _ in range(5):
        reach = ((reach.astype(np.float32) @ reach.astype(np.float32) + reach) > 0).astype(np.uint8)
    return [sign for index, sign in enumerate(signs) if beside[index].sum() >= 1 and (reach[index].sum() >= 4)]
