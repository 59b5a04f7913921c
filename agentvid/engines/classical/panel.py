"""One clip or still as a thing to show in a composition: read at another rate, scaled, boxed. Streams frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Panel", "Picture", "evened", "letterbox", "panel_length", "resampled", "scaled"]

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Panel:
    """A clip or still as one thing to show: size in pixels, frames (1 for a still), fps (0 for a still)."""

    width: int
    height: int
    frames: int
    fps: float
    read: Callable[[], Iterator[Picture]]


def letterbox(rgb: Picture, width: int, height: int) -> Picture:
    """Return the picture scaled to fit into width x height, centred on black."""
    scale = min(width / rgb.shape[1], height / rgb.shape[0])
    inner = scaled(rgb, (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale))))
    if inner.shape[:2] == (height, width):
        return inner
    boxed = np.zeros((height, width, 3), np.uint8)
    top, left = (height - inner.shape[0]) // 2, (width - inner.shape[1]) // 2
    boxed[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return boxed


def resampled(panel: Panel, fps: float, total: int) -> Iterator[Picture]:
    """Yield `total` frames of a panel at `fps`: the frame shown at each time; the last one is held."""
    source = panel.read()
    shown, at = next(source), 0
    for i in range(total):
        wanted = min(panel.frames - 1, int(i * panel.fps / fps + 1e-6)) if panel.fps else 0
        while at < wanted:
            following = next(source, None)
            if following is None:
                break
            shown, at = following, at + 1
        yield shown


def panel_length(panel: Panel, fps: float) -> int:
    """Return how many frames a clip has at another rate."""
    return max(1, round(panel.frames * fps / panel.fps))


def scaled(rgb: Picture, size: tuple[int, int]) -> Picture:
    """Return a picture at another (width, height)."""
    if (rgb.shape[1], rgb.shape[0]) == size:
        return rgb
    how = cv2.INTER_AREA if size[0] < rgb.shape[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(rgb, size, interpolation=how), np.uint8)


def evened(rgb: Picture) -> Picture:
    """Repeat the last row or column where a side is odd: clips have even sides."""
    pad = ((0, rgb.shape[0] % 2), (0, rgb.shape[1] % 2), (0, 0))
    return rgb if not any(p[1] for p in pad) else np.pad(rgb, pad, mode="edge")
