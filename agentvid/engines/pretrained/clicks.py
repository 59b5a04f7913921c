"""What a click says, and which of the masks that a model offers for it is meant."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import cv2
import numpy as np

from agentvid.engines.classical.colourspace import Bytes, Floats
from agentvid.engines.classical.regions import Flags, tidy

__all__ = ["Click", "choose_mask", "hardened", "picture_mark"]


@dataclass(frozen=True)
class Click:
    """Where a thing is: a pixel (x, y) on it, or a box (x0, y0, x1, y1) around it, or both."""

    point: tuple[float, float] | None = None
    box: tuple[float, float, float, float] | None = None


def choose_mask(masks: Floats, sure: Floats, click: Click, shape: tuple[int, ...]) -> int:
    """Return which of some masks (N, h, w; logits) is meant, in a picture of this shape.

    In a box the one that fills it best, at a pixel the largest of those nearly as sure as the surest.
    """
    inside = masks > 0
    if click.box is None:
        near = [i for i in range(len(sure)) if sure[i] >= sure.max() - 0.05]
        return max(near, key=lambda i: int(inside[i].sum()))
    across, down = inside.shape[2] / shape[1], inside.shape[1] / shape[0]
    box = np.zeros(inside.shape[1:], bool)
    x0, y0, x1, y1 = click.box
    box[int(y0 * down) : int(np.ceil(y1 * down)), int(x0 * across) : int(np.ceil(x1 * across))] = True
    return int(np.argmax([float(sure[i]) + _fit(inside[i], box) for i in range(len(sure))]))


def hardened(soft: Floats) -> Bytes:
    """Return a soft mask (HW 0…1) as uint8 0…255 without specks and cracks, its border about one pixel wide."""
    solid = tidy(cv2.GaussianBlur(soft, (0, 0), max(0.7, max(soft.shape) / 700)) > 0.5)
    return np.rint(np.clip(cv2.GaussianBlur(solid.astype(np.float32), (0, 0), 0.7), 0, 1) * 255).astype(np.uint8)


def picture_mark(rgb: Bytes) -> bytes:
    """Return what tells a picture from others."""
    return hashlib.sha256(rgb.tobytes() + str(rgb.shape).encode()).digest()


def _fit(inside: Flags, box: Flags) -> float:
    """How well a mask fills a box: its tight box's intersection over union with it, and the share that it covers."""
    ys, xs = np.nonzero(inside)
    if not len(ys):
        return 0.0
    own = np.zeros(box.shape, bool)
    own[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1] = True
    return float((own & box).sum() / (own | box).sum()) + 0.4 * float((inside & box).sum() / max(1, box.sum()))
