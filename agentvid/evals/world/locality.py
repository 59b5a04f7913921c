"""Edit locality: does an edit change the place that truly changes, and leave the rest?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agentvid.errors import InputError
from agentvid.evals.small.likeness import psnr

__all__ = ["EditLocality", "edit_locality"]

LEVELS: Final = 12
"""Grey levels from which a pixel counts as changed."""


@dataclass(frozen=True)
class EditLocality:
    """`iou` of what changed with what should; `outside_db`: PSNR of before and after where nothing should."""

    iou: float
    outside_db: float


def edit_locality(
    before: NDArray[np.uint8], after: NDArray[np.uint8], should: NDArray[np.bool_], levels: int = LEVELS
) -> EditLocality:
    """Return how local an edit is: pictures (H, W, 3) before and after it, and where it should change them (H, W).

    A pixel has changed where a channel differs by more than `levels`. Where neither changed nor should, IoU is 1.

    Raises: InputError for other shapes.
    """
    if before.shape != after.shape or before.shape[:2] != should.shape:
        raise InputError(f"{before.shape}, {after.shape}, mask {should.shape}", "one size", "compare the same picture")
    changed = np.abs(after.astype(np.int16) - before.astype(np.int16)).max(axis=-1) > levels
    either = int((changed | should).sum())
    iou = int((changed & should).sum()) / either if either else 1.0
    return EditLocality(iou, psnr(before, after, ~should))
