"""There, and only there: what an intervention changed that it should have left alone, in pixels.

Two edited pictures must be identical wherever neither the old mask nor the new one lets the plan reach; two drawings of
the small world must look alike wherever the truth of both scenes is the same.
"""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.evals.intervened import Intervened, PlannedEdit
from agentvid.media.types import EditPlan, Recolour, Remove
from agentvid.world.render import render_scene
from agentvid.world.scene import Scene

__all__ = ["GREY_LIMIT", "LEAST_DB", "allowed", "grey_outside", "psnr_outside"]

LEAST_DB: Final = 40.0
"""PSNR of two edited pictures, outside what both plans may touch, below which an intervention leaks."""
GREY_LIMIT: Final = 4.0
"""Mean difference in grey levels (of 255) of two drawings, where the truth of both is the same, from which it leaks. A
drawing is made anew as a whole: identical pixels are not to be had."""
_IDENTICAL_DB: Final = 99.0
_SOFT: Final = 2
"""Pixels by which the area that a plan may touch is widened, beyond its feather."""
_SHADOW: Final = 2
_VISIBLE: Final = 6


def psnr_outside(found: Intervened) -> float | None:
    """Return the least PSNR in dB of edited pictures, before and after, where no plan reaches; 99 where identical.

    None where nothing was edited by a plan.
    """
    values = [_psnr(edit) for edit in found.edits()]
    return min(values) if values else None


def grey_outside(before: NDArray[np.uint8], after: NDArray[np.uint8], one: Scene, two: Scene) -> float:
    """Return the mean difference in grey levels of two drawings of scenes, where their true pictures are the same."""
    true = np.abs(render_scene(one).rgb.astype(np.int16) - render_scene(two).rgb.astype(np.int16)).max(axis=-1)
    same = ~_grown(true > _VISIBLE, _SHADOW)
    off = np.abs(before.astype(np.int16) - after.astype(np.int16))[same]
    return float(off.mean()) if off.size else 0.0


def allowed(mask: NDArray[np.bool_], plan: EditPlan) -> NDArray[np.bool_]:
    """Return where a plan with this mask may change a picture (H, W): the mask, or all but the mask for backgrounds."""
    if all(isinstance(operation, Recolour | Remove) for operation in plan.operations):
        grow = max((step.grow for step in plan.operations if isinstance(step, Remove)), default=0)
        return _grown(mask, grow + math.ceil(plan.feather) + _SOFT)
    return ~_shrunk(mask, math.ceil(plan.feather) + _SOFT)


def _psnr(edit: PlannedEdit) -> float:
    touched = allowed(edit.old_mask, edit.old_plan) | allowed(edit.new_mask, edit.new_plan)
    if touched.all():
        return _IDENTICAL_DB
    error = float(np.mean((edit.old.astype(np.float64) - edit.new.astype(np.float64))[~touched] ** 2))
    return _IDENTICAL_DB if error == 0 else float(10 * np.log10(255**2 / error))


def _grown(inside: NDArray[np.bool_], pixels: int) -> NDArray[np.bool_]:
    return np.asarray(cv2.dilate(inside.astype(np.uint8), _disc(pixels)), np.bool_)


def _shrunk(inside: NDArray[np.bool_], pixels: int) -> NDArray[np.bool_]:
    return np.asarray(cv2.erode(inside.astype(np.uint8), _disc(pixels)), np.bool_)


def _disc(pixels: int) -> NDArray[np.uint8]:
    side = 2 * pixels + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)
