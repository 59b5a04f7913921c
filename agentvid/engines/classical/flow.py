"""Dense motion between two frames: flow both ways, where both agree, and values carried along it.

A flow is float32 HW2 in pixels: the pixel (x, y) of the first frame is at (x, y) + flow of the second.
Source: dense inverse search, Kroeger et al. (ECCV 2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from agentvid.engines.classical.camera import Maps, Picture, fetch, resized

__all__ = ["WORK_SIDE", "agreement", "carried", "dense_flow", "far_flow", "grey_of", "grid_of", "is_cut", "work_size"]

WORK_SIDE: Final = 480
"""Flow is computed on frames of at most this longest side."""

_COARSE: Final = (32, 18)


def dense_flow(first: Picture, second: Picture) -> Maps:
    """Return the flow between two grey frames (uint8 HW), searched at full size up to 400 pixels wide, else at half.

    Deterministic.
    """
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    dis.setFinestScale(0 if max(first.shape) <= 400 else 1)
    start = np.zeros((*first.shape, 2), np.float32)  # DIS reads it as the first guess: it must not be uninitialised
    return np.asarray(dis.calc(first, second, start), np.float32)


def far_flow(first: Picture, second: Picture, guess: Maps) -> Maps:
    """Return the flow between frames that lie far apart: `second` is first brought near by a guess of the flow.

    What is left to be found is small, so that small things are not swept along by what is behind them.
    """
    at = grid_of(first.shape) + guess
    left = dense_flow(first, fetch(second, at))
    return left + fetch(guess, grid_of(first.shape) + left)


def agreement(there: Maps, back: Maps, within: float = 0.7) -> Maps:
    """Return 0…1 HW: how surely each pixel of the first frame was followed there and back again.

    1 where the way back ends within `within` pixels, falling to 0 at three times that; longer ways may miss by more.
    """
    at = grid_of(there.shape) + there
    missed = there + fetch(back, at)
    least = within + 0.02 * np.hypot(there[..., 0], there[..., 1])
    inside = (at[..., 0] > -1) & (at[..., 1] > -1) & (at[..., 0] < there.shape[1]) & (at[..., 1] < there.shape[0])
    sure = np.clip(1.5 - 0.5 * np.hypot(missed[..., 0], missed[..., 1]) / least, 0, 1) * inside
    return np.asarray(sure, np.float32)


def carried(values: Maps, flow: Maps) -> Maps:
    """Return what the second frame holds (`values`, HW or HWC) where the first frame's pixels are in it.

    Beyond the border it is as at the border: what touches it is taken to go on.
    """
    return fetch(values, grid_of(flow.shape) + flow)


def grid_of(shape: Sequence[int]) -> Maps:
    """Return the pixel positions (x, y) of a frame, float32 HW2."""
    xs, ys = np.meshgrid(np.arange(shape[1], dtype=np.float32), np.arange(shape[0], dtype=np.float32))
    return np.dstack([xs, ys])


def grey_of(rgb: Picture) -> Picture:
    """Return a frame in grey, uint8 HW."""
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)


def work_size(rgb: Picture, longest: int = WORK_SIDE) -> Picture:
    """Return a frame scaled down to at most that longest side; a smaller one as it is."""
    height, width = rgb.shape[:2]
    scale = longest / max(height, width)
    return rgb if scale >= 1 else resized(rgb, max(2, round(width * scale)), max(2, round(height * scale)))


def is_cut(before: Picture, after: Picture, usual: Sequence[float]) -> tuple[bool, float]:
    """Return whether a new shot begins with `after`, and how much the coarse picture changed (grey levels).

    A cut changes it far more than the frames around did: `usual` are the changes of the last frames.
    """
    coarse = [resized(frame, *_COARSE).astype(np.float32) for frame in (before, after)]
    change = float(np.abs(coarse[0] - coarse[1]).mean())
    return change > 10 and change > 2.5 * float(np.median(usual or [0.0])) + 4, change
