"""What is behind a moving thing, put together from the frames in which it is seen: one plate for a whole shot.

The plate has the keyframe's camera. Frames are laid onto it by homographies (exact for far or flat backgrounds and
for a camera that only turns), the median of those that see a pixel is kept, and what no frame sees is filled once, so
that it is the same in every frame. Source: Szeliski, "Image Alignment and Stitching" (2006).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.engines.classical.camera import Maps, Picture, blurred
from agentvid.engines.classical.fill import fill
from agentvid.engines.classical.regions import Flags

__all__ = ["Matrix", "Plate", "build_plate", "camera_between", "filled_from", "scaled_matrix"]

Matrix: TypeAlias = NDArray[np.float64]

_STRIP: Final = 64
"""Rows whose samples are in memory at once."""
_RING: Final = 6
_OTHER: Final = 25.0
"""Pixels around the hole where the plate's tone is compared with the frame's."""


@dataclass(frozen=True)
class Plate:
    """`rgb` uint8 HWC, seen by the keyframe's camera; `seen` where any frame saw it, the rest is made up."""

    rgb: Picture
    seen: Flags


def camera_between(
    first: Picture,
    second: Picture,
    free: Flags | None = None,
    model: Literal["similarity", "homography"] = "homography",
) -> Matrix:
    """Return the 3x3 matrix that takes pixels of `first` to where they are in `second` (grey uint8 HW).

    Corners outside of `free`'s False are followed both ways and fitted by RANSAC with a fixed seed; too few corners
    give the identity. Source: Lucas and Kanade 1981; Shi and Tomasi 1994.
    """
    mask = None if free is None else free.astype(np.uint8)
    found = cv2.goodFeaturesToTrack(first, 500, 0.01, max(5, max(first.shape) // 80), mask=mask)
    if found is None or len(found) < 8:
        return np.eye(3)
    there, seen, _ = cv2.calcOpticalFlowPyrLK(first, second, found, None, winSize=(21, 21), maxLevel=4)  # type: ignore[call-overload]
    back, again, _ = cv2.calcOpticalFlowPyrLK(second, first, there, None, winSize=(21, 21), maxLevel=4)  # type: ignore[call-overload]
    missed = np.linalg.norm((back - found).reshape(-1, 2), axis=1)
    good = (seen.ravel() > 0) & (again.ravel() > 0) & (missed < 0.7)
    if good.sum() < 8:
        return np.eye(3)
    a, b = found.reshape(-1, 2)[good], there.reshape(-1, 2)[good]
    cv2.setRNGSeed(0)
    if model == "homography" and len(a) >= 20:
        matrix, _ = cv2.findHomography(a, b, cv2.RANSAC, 1.5)
        return np.eye(3) if matrix is None else np.asarray(matrix, np.float64)
    part, _ = cv2.estimateAffinePartial2D(a, b, method=cv2.RANSAC, ransacReprojThreshold=1.5)
    return np.eye(3) if part is None else np.vstack([part, [0, 0, 1]]).astype(np.float64)


def build_plate(key: Picture, hole: Flags, frames: Sequence[tuple[Picture, Flags, Matrix]]) -> Plate:
    """Return what is behind the hole of a keyframe.

    `frames` are other frames with the pixels that may not be used and the matrix from the keyframe's pixels to theirs.
    Deterministic.
    """
    height, width = hole.shape
    laid = [_brought(rgb, hidden, matrix, (width, height)) for rgb, hidden, matrix in frames]
    plate, seen = key.copy(), ~hole
    for top in range(0, height, _STRIP):
        rows = slice(top, min(height, top + _STRIP))
        if not hole[rows].any() or not laid:
            continue
        values = np.stack([rgb[rows] for rgb, _ in laid]).astype(np.float32)
        known = np.stack([good[rows] for _, good in laid])
        values[~known] = np.nan
        some = known.any(axis=0) & hole[rows]
        middle = np.nanmedian(values[:, some], axis=0)
        plate[rows][some] = np.rint(middle).astype(np.uint8)
        seen[rows] |= some
    left = ~seen
    if left.any():
        plate = fill(plate, left) if not left.all() else plate
    return Plate(plate, seen)


def _brought(rgb: Picture, hidden: Flags, matrix: Matrix, size: tuple[int, int]) -> tuple[Picture, Flags]:
    flags = cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR
    brought = cv2.warpPerspective(rgb, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    usable = cv2.warpPerspective(
        (~hidden).astype(np.float32), matrix, size, flags=flags, borderMode=cv2.BORDER_CONSTANT
    )
    return np.asarray(brought, np.uint8), np.asarray(usable > 0.99)


def filled_from(rgb: Picture, hole: Flags, plate: Plate, matrix: Matrix) -> Picture:
    """Return a frame with its hole filled from the plate; `matrix` takes the frame's pixels to the plate's.

    The plate is brought to the tone that the frame has around the hole.
    """
    height, width = hole.shape
    flags = cv2.WARP_INVERSE_MAP | cv2.INTER_CUBIC
    behind = np.asarray(
        cv2.warpPerspective(plate.rgb, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REFLECT_101),
        np.uint8,
    )
    ring = (cv2.dilate(hole.astype(np.uint8), np.ones((2 * _RING + 1,) * 2, np.uint8)) > 0) & ~hole
    apart = rgb.astype(np.float32) - behind
    # what differs much is not the tone but something else: a rim of the thing, or what moves by itself
    weight = np.asarray(ring * np.exp(-((np.abs(apart).mean(-1) / _OTHER) ** 2)), np.float32)
    apart = np.asarray(apart * weight[..., None], np.float32)
    tone, covered = np.zeros_like(apart), np.zeros((height, width), np.float32)
    for sigma in (4.0, 16.0, 64.0):
        mass = blurred(weight, sigma)
        share = np.minimum(1 - covered, np.clip(mass / 0.05, 0, 1))
        tone += blurred(apart, sigma) / np.maximum(mass, 1e-6)[..., None] * share[..., None]
        covered += share
    result = rgb.copy()
    result[hole] = np.rint(np.clip(behind + tone, 0, 255)).astype(np.uint8)[hole]
    return result


def scaled_matrix(matrix: Matrix, scale: float) -> Matrix:
    """Return a matrix between frames of another size: found on frames `scale` times as large as those it is for."""
    by: Maps | Matrix = np.diag([scale, scale, 1.0])
    return np.linalg.inv(by) @ matrix @ by
