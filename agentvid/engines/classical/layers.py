"""A picture taken apart for parallax: what is in front, what is behind, and how near each is.

Behind the subject and beyond the border there is nothing to see in one picture; both are made up from what is around.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.engines.classical.camera import FIELD_OF_VIEW_DEG, Lens, Maps, Picture, blurred, fetch, resized

__all__ = ["DEPTH_SPREAD", "Scene", "build_scene", "fill_behind", "guess_nearness"]

Flags = NDArray[np.bool_]

DEPTH_SPREAD: Final = 0.3
"""Inverse distance changes by this much from the farthest (nearness 0) to the nearest (1) point."""

_FLANK: Final = 0.3
"""How far a subject's flank reaches around its hull, in sides of a square of its area."""
_DOME: Final = 0.2
"""How much nearer a subject's middle is than its rim, in units of nearness."""
_STEP: Final = 0.05
"""Difference in nearness between neighbouring pixels from which one stands before the other."""
_STANDS_OUT: Final = 0.08
"""Nearness beyond that of the surroundings from which something counts as standing before them."""


@dataclass(frozen=True)
class Scene:
    """A picture taken apart.

    whole: uint8 HWC, the picture, plate: the picture without its subject, both extended by `margin` on every side.
    plate_nearness: float32 HW, smooth: it is warped as one sheet.
    front, front_nearness: uint8 HWC and float32 HW where a depth map is given: reprojected pixel by pixel over the
    plate, which then is the picture without what the flight uncovers (`hole`, HW).
    spread: by how much inverse distance changes from nearness 0 to 1, in units of the subject's.
    """

    whole: Picture
    plate: Picture
    plate_nearness: Maps
    front: Picture | None
    front_nearness: Maps | None
    margin: int
    lens: Lens
    pivot_nearness: float
    hole: Flags | None = None
    spread: float = DEPTH_SPREAD


def guess_nearness(height: int, width: int) -> Maps:
    """Return the nearness (0 far … 0.75 near) of a ground seen from standing: float32 HW, rising downwards.

    Above the horizon (0.3 of the height) all is equally far.
    """
    y = (np.arange(height, dtype=np.float32) + 0.5) / height
    soft = 0.06
    ramp = soft * np.logaddexp(0, (y - 0.3) / soft)
    ramp = (ramp - ramp[0]) / max(float(ramp[-1] - ramp[0]), 1e-6)
    return np.repeat((0.75 * ramp).astype(np.float32)[:, None], width, axis=1)


def fill_behind(rgb: Picture, hole: Flags) -> Picture:
    """Fill a hole from around it: mirrored texture near its border, a smooth blend further inside.

    Deterministic; a hole that covers everything is returned as it is.
    """
    if not hole.any() or hole.all():
        return rgb
    smooth = _diffuse(rgb.astype(np.float32), ~hole)
    distance, labels = cv2.distanceTransformWithLabels(
        hole.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    height, width = hole.shape
    border = np.zeros((int(labels.max()) + 1, 2), np.float32)
    ys, xs = np.nonzero(~hole)
    border[labels[ys, xs]] = np.stack([xs, ys], axis=1)
    nearest = border[labels]
    gx, gy = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    step = blurred(nearest - np.dstack([gx, gy]), 3)
    mirror = np.dstack([gx, gy]) + 2 * step
    seen = fetch(rgb, mirror, border=cv2.BORDER_REFLECT_101).astype(np.float32)
    real = fetch((~hole).astype(np.float32), mirror, border=cv2.BORDER_CONSTANT)
    reach = 0.1 * max(height, width)
    trust = blurred(real * np.exp(-((distance / reach) ** 2)), 2)[..., None]
    filled = np.where(hole[..., None], smooth + (seen - smooth) * trust, rgb)
    return np.clip(np.round(filled), 0, 255).astype(np.uint8)


def build_scene(
    rgb: Picture,
    mask: Picture | None = None,
    nearness: Maps | None = None,
    *,
    ratio: float | None = None,
    field_deg: float = FIELD_OF_VIEW_DEG,
) -> Scene:
    """Take a picture apart into what is in front and what is behind.

    Args:
        rgb: uint8 HWC
        mask: uint8 HW, the subject; without it there is no separate subject
        nearness: float32 HW, 0 far … 1 near, linear in inverse distance; without it it is guessed
        ratio: how many times as far away the farthest is as the nearest, where it is known
        field_deg: angle of view across the longer side
    """
    height, width = rgb.shape[:2]
    pivot = ((width - 1) / 2, (height - 1) / 2)
    if mask is not None:
        ys, xs = np.nonzero(mask > 127)
        pivot = (float(xs.mean()), float(ys.mean())) if len(xs) else pivot
    lens = Lens(width, height, pivot, field_deg)
    if nearness is not None:
        return _scene_from_depth(rgb, mask, nearness, lens, ratio)
    ground = guess_nearness(height, width)
    if mask is None or not (mask > 127).any():
        level = float(ground[int(pivot[1]), int(pivot[0])])
        wide, margin = _extend(rgb)
        return Scene(wide, wide, ground, None, None, margin, lens, level)
    return _scene_with_subject(rgb, mask, ground, lens)


def _scene_with_subject(rgb: Picture, mask: Picture, ground: Maps, lens: Lens) -> Scene:
    """Return one sheet without a cut: the subject stands up from the ground as a dome with soft flanks.

    A mask rarely holds all of a thing (a cup without its white rim). Cut out and moved apart, the rest would stay
    behind; a sheet stretches instead, and what belongs together stays together.
    """
    inside = mask > 127
    solid = _hull(inside)
    side = float(np.sqrt(solid.sum()))
    level = float(ground[int(np.percentile(np.nonzero(inside)[0], 98)), 0])
    lifted = np.exp(-((_depth_of(~solid) / (_FLANK * side)) ** 2))
    dome = _DOME * (1 - (1 - np.clip(_depth_of(solid) / (0.5 * side), 0, 1)) ** 2)
    near = blurred((ground + (level - ground) * lifted + dome).astype(np.float32), max(2.0, 0.05 * side))
    wide, margin = _extend(rgb)
    return Scene(wide, wide, near, None, None, margin, lens, float(near[inside].mean()))


def _hull(inside: Flags) -> Flags:
    """Return the convex hull of a region, small specks left out."""
    outlines, _ = cv2.findContours(inside.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    large = [outline for outline in outlines if cv2.contourArea(outline) > 0.02 * inside.sum()] or list(outlines)
    solid = np.zeros(inside.shape, np.uint8)
    cv2.fillPoly(solid, [cv2.convexHull(np.concatenate(large))], 1)
    return (solid > 0) | inside


def _depth_of(region: Flags) -> Maps:
    """Return how many pixels each pixel of a region lies inside it; 0 elsewhere. Beyond the picture nothing counts."""
    if region.all():
        return np.full(region.shape, float(max(region.shape)), np.float32)
    return np.asarray(cv2.distanceTransform(region.astype(np.uint8), cv2.DIST_L2, 5), np.float32)


def _scene_from_depth(rgb: Picture, mask: Picture | None, nearness: Maps, lens: Lens, ratio: float | None) -> Scene:
    height, width = nearness.shape
    near = np.asarray(cv2.medianBlur(np.ascontiguousarray(nearness, np.float32), 3), np.float32)
    if mask is not None and (mask > 127).any():
        pivot = float(np.median(near[mask > 127]))
    else:
        pivot = float(np.median(near[height // 3 : -(height // 3) or None, width // 3 : -(width // 3) or None]))
    spread = DEPTH_SPREAD if ratio is None else (ratio - 1) / (1 + (ratio - 1) * pivot)
    near = _outlined(near, spread, pivot)
    steps = _log_inverse(near, spread, pivot)
    covered = _covered(steps) | _standing(steps)
    if mask is not None:
        covered |= mask > 127
    hole = cv2.dilate(covered.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    plate = fill_behind(rgb, hole)
    level = _diffuse(near[..., None], ~hole)[..., 0] if not hole.all() else near
    level = np.minimum(level, near)
    (whole, margin), (filled, _) = _extend(rgb), _extend(plate)
    return Scene(whole, filled, level, rgb, near, margin, lens, pivot, hole, spread)


def _log_inverse(near: Maps, spread: float, pivot: float) -> Maps:
    """Return nearness by ratios of distance, in the unit that thresholds here are made for."""
    inverse = np.maximum(1 + spread * (near - pivot), 0.02)
    return np.asarray(np.log(inverse) / DEPTH_SPREAD, np.float32)


def _outlined(near: Maps, spread: float, pivot: float) -> Maps:
    """Return nearness with the outline of near things one pixel wider: colours are mixed there, and go with them.

    On the far side alone they would stay behind as a line around the place that a thing has left.
    """
    here, kernel = _log_inverse(near, spread, pivot), np.ones((3, 3), np.uint8)
    nearer = np.asarray(cv2.dilate(here, kernel), np.float32) - here
    farther = here - np.asarray(cv2.erode(here, kernel), np.float32)
    is_rim = nearer > _STEP + 3 * farther  # a steep ground rises on both sides
    return np.where(is_rim, np.asarray(cv2.dilate(near, kernel), np.float32), near)


def _covered(near: Maps) -> Flags:
    """Return the pixels on the near side of a step in depth, as far from it as a flight can uncover."""
    height, width = near.shape
    step = cv2.dilate(near, np.ones((3, 3), np.uint8)) - near > _STEP
    if not step.any():
        return np.zeros(near.shape, bool)
    distance, labels = cv2.distanceTransformWithLabels(
        (~step).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    level = np.zeros(int(labels.max()) + 1, np.float32)
    level[labels[step]] = near[step]
    slope = 1.5 / max(height, width)
    nearer = near > level[labels] + 0.04 + slope * distance
    return np.asarray(nearer & (distance < 0.12 * max(height, width)), np.bool_)


def _standing(near: Maps) -> Flags:
    """Return what stands before its surroundings, row by row: only what is behind it may fill the place behind it.

    Narrower than half the picture; wider things are surroundings themselves.
    """
    height, width = near.shape
    across = np.ones((max(1, height // 100), max(3, width // 2) | 1), np.uint8)
    behind = cv2.morphologyEx(np.ascontiguousarray(near), cv2.MORPH_OPEN, across)
    return np.asarray(near - behind > _STANDS_OUT, np.bool_)


def _extend(rgb: Picture) -> tuple[Picture, int]:
    """Return the picture with a made-up margin (mirrored at first, then a smooth blend), and the margin's width."""
    margin = max(2, round(0.25 * max(rgb.shape[:2])))
    hole = np.pad(np.zeros(rgb.shape[:2], bool), margin, constant_values=True)
    return fill_behind(np.pad(rgb, ((margin, margin), (margin, margin), (0, 0))), hole), margin


def _diffuse(values: Maps, known: Flags) -> Maps:
    """Fill unknown pixels smoothly, from coarse to fine (push-pull). Source: Gortler et al. 1996, The Lumigraph."""
    weight = known.astype(np.float32)[..., None]
    height, width = known.shape
    if min(height, width) <= 2 or known.all():
        mean = (values * weight).sum((0, 1)) / max(float(weight.sum()), 1e-6)
        return np.where(known[..., None], values, mean).astype(np.float32)
    size = ((width + 1) // 2, (height + 1) // 2)
    small_weight = resized(weight, *size)[..., None]
    summed = resized(values * weight, *size).reshape(size[1], size[0], -1)
    small = _diffuse(np.asarray(summed / np.maximum(small_weight, 1e-6), np.float32), small_weight[..., 0] > 1e-6)
    back = resized(small, width, height, cv2.INTER_LINEAR).reshape(height, width, -1)
    return np.where(known[..., None], values, back).astype(np.float32)
