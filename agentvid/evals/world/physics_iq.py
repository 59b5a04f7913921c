"""Physics-IQ: does a generated clip move where, when and as much as the real one?

Clips are compared by motion masks: where a frame differs from a running background. Everything is measured at a quarter
of the width and height, over the first five seconds. What two takes of the same real scene differ by is the physical
variance, and the yardstick.

    real, again, made = (motion_masks(quarter(clip)) for clip in (take_1, take_2, generated))
    physics_iq_score(agreement(a, b, made_a, made_b), variance)

Source: Physics-IQ, Motamed et al. 2025 (arXiv 2501.09038), section 3 and its published code (Apache-2.0).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError

__all__ = [
    "SECONDS",
    "Agreement",
    "agreement",
    "first_seconds",
    "mean_agreement",
    "motion_masks",
    "physics_iq_score",
    "quarter",
]

Frames = NDArray[np.uint8]
Masks = NDArray[np.bool_]

SECONDS: Final = 5.0
"""How much of a clip is compared."""
_KEPT: Final = 0.7
"""Share of the background that is kept from one frame to the next."""
_LEVELS: Final = 10
"""Grey levels from which a pixel counts as moving."""
_BLUR: Final = (5, 5)


@dataclass(frozen=True)
class Agreement:
    """How alike two clips move. The first three are intersections over unions, 0 … 1; `mse` is of pixels in 0 … 1.

    `spatiotemporal`: where and when; `spatial`: where at all; `weighted`: where and how much.
    """

    spatiotemporal: float
    spatial: float
    weighted: float
    mse: float

    def to_json(self) -> dict[str, Any]:
        """Return the four as JSON."""
        return {
            "spatiotemporal_iou": self.spatiotemporal,
            "spatial_iou": self.spatial,
            "weighted_iou": self.weighted,
            "mse": self.mse,
        }


def first_seconds(frames: Frames, fps: float) -> Frames:
    """Return what is compared of a clip (T, H, W, 3): its first five seconds."""
    return frames[: max(1, round(SECONDS * fps))]


def quarter(frames: Frames) -> Frames:
    """Return a clip (T, H, W, 3) at a quarter of its width and height, each pixel the mean of its area.

    Raises: InputError for pictures of less than 4 pixels on a side.
    """
    height, width = frames.shape[1] // 4, frames.shape[2] // 4
    if not height or not width:
        raise InputError(f"frames of {frames.shape[2]}x{frames.shape[1]}", "at least 4x4", "compare larger ones")
    small = [cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA) for frame in frames]
    return np.asarray(np.stack(small), np.uint8)


def motion_masks(frames: Frames) -> Masks:
    """Return where each frame of a clip (T, H, W, 3), already small, moves: (T, H, W). The first mask is empty.

    A frame is compared with the running background that already holds 0.3 of it.
    """
    grey = [cv2.GaussianBlur(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), _BLUR, 0).astype(np.float32) for frame in frames]
    kernel = np.ones(_BLUR, np.uint8)
    masks = np.zeros(frames.shape[:3], np.bool_)
    background = grey[0]
    for at in range(1, len(grey)):
        background = _KEPT * background + (1 - _KEPT) * grey[at]
        moving = (np.abs(grey[at] - background) > _LEVELS).astype(np.uint8)
        opened = cv2.morphologyEx(moving, cv2.MORPH_OPEN, kernel)
        masks[at] = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, kernel) > 0
    return masks


def agreement(one: Frames, two: Frames, one_masks: Masks, two_masks: Masks) -> Agreement:
    """Return how alike two clips of one shape (T, H, W, 3) move, with their motion masks (T, H, W).

    Where neither moves at all, they agree.

    Raises: InputError where the clips or masks differ in shape.
    """
    shapes = {one.shape, two.shape}
    if len(shapes) > 1 or one_masks.shape != two_masks.shape or one_masks.shape != one.shape[:3]:
        raise InputError(
            f"clips {one.shape}, {two.shape} with masks {one_masks.shape}, {two_masks.shape}",
            "the same frames and size",
            "trim or resize one of them",
        )
    at_times = [_iou(a, b) for a, b in zip(one_masks, two_masks, strict=True)]
    heat_one, heat_two = one_masks.mean(axis=0), two_masks.mean(axis=0)
    both, either = float(np.minimum(heat_one, heat_two).sum()), float(np.maximum(heat_one, heat_two).sum())
    errors = [float(np.mean((a / 255.0 - b / 255.0) ** 2)) for a, b in zip(one, two, strict=True)]
    return Agreement(
        spatiotemporal=float(np.mean(at_times)),
        spatial=_iou(np.any(one_masks, axis=0), np.any(two_masks, axis=0)),
        weighted=both / either if either else 1.0,
        mse=float(np.mean(errors)),
    )


def mean_agreement(found: Sequence[Agreement]) -> Agreement:
    """Return the mean of each of the four over scenes.

    Raises: InputError for none.
    """
    if not found:
        raise InputError("no agreements", "at least one", "measure a scene")
    return Agreement(
        float(np.mean([each.spatiotemporal for each in found])),
        float(np.mean([each.spatial for each in found])),
        float(np.mean([each.weighted for each in found])),
        float(np.mean([each.mse for each in found])),
    )


def physics_iq_score(found: Agreement, variance: Agreement) -> float:
    """Return the score, 0 … 100: agreement in units of that of two real takes, less the error beyond theirs.

    Raises: InputError where two real takes do not overlap at all.
    """
    if min(variance.spatiotemporal, variance.spatial, variance.weighted) <= 0:
        raise InputError(f"a variance of {variance}", "takes that overlap", "take the same scene twice")
    overlap = (
        found.spatiotemporal / variance.spatiotemporal
        + found.spatial / variance.spatial
        + found.weighted / variance.weighted
    ) / 3
    return 100 * float(np.clip(overlap - (found.mse - variance.mse), 0, 1))


def _iou(one: Masks, two: Masks) -> float:
    either = int((one | two).sum())
    return int((one & two).sum()) / either if either else 1.0
