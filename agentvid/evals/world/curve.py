"""Likeness frame by frame: how it falls with time, and how unsteady a clip is.

Curves of PSNR and SSIM use `evals.small.likeness` (SSIM: Wang et al. 2004, Gaussian weights of deviation 1.5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError
from agentvid.evals.small.likeness import psnr, ssim

__all__ = ["Flicker", "drift_slope", "flicker", "psnr_curve", "ssim_curve"]

Frames = NDArray[np.uint8]
Curve = NDArray[np.float64]


@dataclass(frozen=True)
class Flicker:
    """Mean change from one frame to the next in grey levels: inside a mask, in a border around it, elsewhere.

    NaN where the mask leaves no pixel.
    """

    inside: float
    border: float
    outside: float


def psnr_curve(made: Frames, true: Frames) -> Curve:
    """Return the PSNR in dB of each frame, (T,); equal pictures have 60.

    Raises: InputError for clips (T, H, W, 3) of different shapes.
    """
    _check(made, true)
    return np.array([psnr(one, two) for one, two in zip(made, true, strict=True)])


def ssim_curve(made: Frames, true: Frames) -> Curve:
    """Return the structural similarity of each frame, (T,).

    Raises: InputError for clips (T, H, W, 3) of different shapes.
    """
    _check(made, true)
    return np.array([ssim(one, two) for one, two in zip(made, true, strict=True)])


def drift_slope(values: Sequence[float] | Curve) -> float:
    """Return the least-squares slope of a curve, per frame; of PSNR it is the drift in dB a frame.

    Raises: InputError for fewer than 2 values.
    """
    if len(values) < 2:
        raise InputError(f"a curve of {len(values)} values", "at least 2", "roll out further")
    return float(np.polyfit(np.arange(len(values)), np.asarray(values, np.float64), 1)[0])


def flicker(frames: Frames, masks: NDArray[np.bool_], border: int = 3) -> Flicker:
    """Return how much a clip (T, H, W, 3) changes from frame to frame inside masks (T, H, W), around them, elsewhere.

    A pixel is inside where it is in both frames, outside where it is in neither even when both are grown by `border`
    pixels, and in the border otherwise. Motion counts as change: compare clips that should move alike.

    Raises: InputError for fewer than 2 frames, or masks of another shape.
    """
    import cv2

    if len(frames) < 2 or masks.shape != frames.shape[:3]:
        raise InputError(f"clip {frames.shape}, masks {masks.shape}", "2 frames or more, a mask for each", "give them")
    kernel = np.ones((2 * border + 1, 2 * border + 1), np.uint8)
    totals, pixels = np.zeros(3), np.zeros(3)
    for at in range(1, len(frames)):
        change = np.abs(frames[at].astype(np.int16) - frames[at - 1].astype(np.int16)).mean(axis=-1)
        inside, either = masks[at] & masks[at - 1], masks[at] | masks[at - 1]
        outside = cv2.dilate(either.astype(np.uint8), kernel) == 0
        for index, chosen in enumerate((inside, ~inside & ~outside, outside)):
            totals[index] += float(change[chosen].sum())
            pixels[index] += int(chosen.sum())
    found = np.divide(totals, pixels, out=np.full(3, np.nan), where=pixels > 0)
    return Flicker(float(found[0]), float(found[1]), float(found[2]))


def _check(made: Frames, true: Frames) -> None:
    if made.shape != true.shape:
        raise InputError(f"clips {made.shape} and {true.shape}", "one shape", "compare the same frames and size")
