"""Find writing in a picture by its strokes: thin, of one width, in rows of like height. It reads nothing."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from agentvid.engines.classical.colourspace import Bytes, rgb_to_lab
from agentvid.engines.classical.regions import Flags, disc

__all__ = ["writing_in"]


@dataclass(frozen=True)
class _Sign:
    """A connected piece that might be a letter: its label, box, stroke width, mean lightness."""

    label: int
    x: int
    y: int
    width: int
    height: int
    stroke: float


def writing_in(rgb: Bytes, within: Bytes | None = None) -> Flags:
    """Return where letters are, HW, those inside `within` (uint8 HW) where it is given; all False where none are.

    Source: after the stroke width transform, Epshtein et al. (CVPR 2010), with strokes taken from top-hats.
    """
    grey = np.asarray(np.rint(rgb_to_lab(rgb)[..., 0] * 2.55), np.uint8)
    side = max(grey.shape)
    found = np.zeros(grey.shape, bool)
    for reach in {max(3, round(side / 90)), max(5, round(side / 30)), max(7, round(side / 13))}:
        for how in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT):
            hat = cv2.morphologyEx(grey, how, disc(reach))
            found |= _letters(hat > 38, reach, within)
    return found


def _letters(strokes: Flags, reach: int, within: Bytes | None) -> Flags:
    marks = strokes.astype(np.uint8)
    if within is not None:
        marks[within <= 127] = 0
    count, labels, stats, _ = cv2.connectedComponentsWithStats(marks, connectivity=8)
    depth = np.asarray(cv2.distanceTransform(np.pad(marks, 1), cv2.DIST_L2, 3)[1:-1, 1:-1], np.float32)
    signs = []
    for label in range(1, count):
        x, y, width, height, area = (int(value) for value in stats[label])
        if not (max(5, 0.5 * reach) <= height <= 6 * reach and 1 <= width <= 9 * reach and area >= 6):
            continue
        window = (slice(y, y + height), slice(x, x + width))
        inside = labels[window] == label
        widths = depth[window][inside]
        ridge = widths[widths >= 0.6 * widths.max()]
        stroke = float(ridge.mean())
        thin = stroke < 0.3 * max(width, height) and area / (2 * stroke) > 0.8 * max(width, height)
        upright = area < 0.85 * width * height or width < 0.4 * height
        if thin and upright and float(ridge.std()) < 0.45 * stroke + 0.3:
            signs.append(_Sign(label, x, y, width, height, stroke))
    kept = [sign.label for sign in signs if _in_a_row(sign, signs)]
    return np.asarray(np.isin(labels, kept))


def _in_a_row(sign: _Sign, others: list[_Sign]) -> bool:
    """Whether at least two others of like height and stroke stand beside it on one line."""
    beside = 0
    for other in others:
        if other.label == sign.label:
            continue
        high = max(sign.height, other.height)
        level = abs((sign.y + sign.height / 2) - (other.y + other.height / 2)) < 0.45 * high
        alike = 0.45 < other.height / sign.height < 2.2 and 0.5 < other.stroke / sign.stroke < 2
        gap = max(sign.x, other.x) - min(sign.x + sign.width, other.x + other.width)
        beside += level and alike and gap < 1.3 * high
    return beside >= 2
