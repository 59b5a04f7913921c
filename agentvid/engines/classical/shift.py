"""Move or resize a thing within its picture: the operations `move` and `resize`.

The thing is lifted with its mask, its place is filled from around it, and it is put down again. Its shadow and its
reflection stay behind: the mask does not hold them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.engines.classical.blend import alpha_of, composed
from agentvid.engines.classical.colourspace import Bytes, Floats, blurred, rgb_to_lab, to_linear
from agentvid.engines.classical.fill import fill
from agentvid.engines.classical.regions import Flags, disc, enclosed
from agentvid.errors import CallError
from agentvid.media.operations import Move, Resize

__all__ = ["carried", "lifted", "shifted", "shifted_mask", "whole_thing"]

_WORKING: Final = 800
"""Pixels of the longer side at which it is decided what belongs to a thing."""
_UNLIKE: Final = 16.0
"""Lab distance from every colour of the surroundings at which a place counts as part of the thing."""


def shifted(
    rgb: Bytes,
    mask: Bytes,
    operation: Move | Resize,
    feather: float,
    tick: Callable[[int, int], None] | None = None,
    filler: Callable[[Bytes, Flags, Callable[[int, int], None] | None], Bytes] = fill,
) -> Bytes:
    """Carry out `move` or `resize` on a picture, uint8 HWC; outside the old and the new place the bytes are the same.

    `filler` fills where the thing was.

    Raises: CallError where the mask covers everything, or the thing would leave the picture altogether.
    """
    if (mask > 127).all():
        raise CallError("a mask that covers the whole picture", "a mask of one thing", "take a smaller mask")
    matrix = _matrix(mask, operation)
    thing = lifted(mask, operation.grow)
    if not (_warped(thing, matrix) > 127).any():
        raise CallError(
            f"a {operation.op} that takes the thing out of the picture", "a place inside it", "move it less far"
        )
    light = to_linear(rgb)
    hole = cv2.dilate(thing, disc(max(2.0, feather))) > 127
    ground = rgb if np.allclose(matrix, np.eye(2, 3)) else filler(rgb, hole, tick)
    rim = np.maximum(alpha_of(hole * np.uint8(255), feather), hole.astype(np.float32))[..., None]
    bare = composed(rgb, light, to_linear(ground), rim)
    scale = float(matrix[0, 0])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    source = cv2.GaussianBlur(light, (0, 0), 0.45 / scale) if scale < 0.7 else light
    put = np.asarray(cv2.warpAffine(source, matrix, rgb.shape[1::-1], flags=_flag(how)), np.float32)
    alpha = _warped_alpha(alpha_of(thing, feather), matrix)[..., None]
    return composed(bare, to_linear(bare), np.clip(put, 0, 1), alpha)


def shifted_mask(mask: Bytes, operation: Move | Resize) -> Bytes:
    """Return where the thing is after a move or resize, uint8 HW."""
    return _warped(mask, _matrix(mask, operation))


def carried(rgb: Bytes, mask: Bytes, operation: Move | Resize) -> Bytes:
    """Return the whole picture moved or resized as the thing is: what its new place should show, uint8 HWC."""
    moved = cv2.warpAffine(rgb, _matrix(mask, operation), mask.shape[::-1], flags=cv2.INTER_LINEAR)
    return np.asarray(moved, np.uint8)


def lifted(mask: Bytes, grow: int) -> Bytes:
    """Return the mask of what is lifted, uint8 HW 0 or 255: the thing and `grow` pixels around it."""
    solid = (mask > 127).astype(np.uint8) * np.uint8(255)
    return np.asarray(cv2.dilate(solid, disc(grow)), np.uint8) if grow else solid


def whole_thing(rgb: Bytes, mask: Bytes) -> Bytes:
    """Return the mask with what belongs to the thing but not to the mask, uint8 HW 0 or 255.

    A mask found by colour misses parts of other colours (the white rim of a red cup). Added is what lies within or
    just beside the thing's hull, touches the mask and is unlike the surroundings, and what all of that encloses; where
    that would nearly double the thing, nothing is.
    """
    longest = max(mask.shape)
    solid = (mask > 127).astype(np.uint8) * np.uint8(255)
    if longest <= _WORKING:
        return _embraced(rgb, solid)
    size = (round(mask.shape[1] * _WORKING / longest), round(mask.shape[0] * _WORKING / longest))
    small = cv2.resize(solid, size, interpolation=cv2.INTER_AREA)
    if not (small > 127).any():
        return solid
    picture = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    more = _embraced(picture, np.asarray((small > 127) * np.uint8(255), np.uint8))
    added = np.asarray((more > 127) & (small <= 127), np.uint8) * np.uint8(255)
    wide = cv2.resize(added, mask.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.where(wide > 127, np.uint8(255), solid), np.uint8)


def _embraced(rgb: Bytes, mask: Bytes) -> Bytes:
    inside = mask > 127
    hull = _hull(inside)
    extent = float(np.sqrt(hull.sum()))
    near = cv2.dilate(hull.astype(np.uint8), disc(0.24 * extent)) > 0
    far = cv2.dilate(hull.astype(np.uint8), disc(0.45 * extent)) > 0
    ring = far & ~near
    open_part = near & ~inside
    if ring.sum() < 60 or not open_part.any():
        return (inside * 255).astype(np.uint8)
    lab = blurred(rgb_to_lab(rgb), 1.0)
    samples = np.ascontiguousarray(lab[ring][:: max(1, int(ring.sum()) // 4000)])
    cv2.setRNGSeed(1)
    _, groups, centres = cv2.kmeans(samples, min(8, len(samples)), None, (3, 20, 0.5), 2, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    usual = centres[np.bincount(groups.ravel(), minlength=len(centres)) > 0.04 * len(samples)]
    unlike = np.min([np.linalg.norm(lab - centre, axis=-1) for centre in usual], axis=0)
    unlike = blurred(np.asarray(unlike, np.float32), max(1.0, extent / 60))
    candidates = cv2.morphologyEx((open_part & (unlike > _UNLIKE)).astype(np.uint8), cv2.MORPH_OPEN, disc(extent / 90))
    joined = cv2.dilate(inside.astype(np.uint8), disc(3)) > 0
    _, labels = cv2.connectedComponents(candidates)
    touching = [label for label in np.unique(labels[joined & (candidates > 0)]) if label]
    touching = [label for label in touching if hull[labels == label].mean() > 0.6]
    whole = inside | np.isin(labels, touching)
    closed = (
        cv2.morphologyEx(np.pad(whole.astype(np.uint8), 12), cv2.MORPH_CLOSE, disc(extent / 40))[12:-12, 12:-12] > 0
    )
    whole = closed | enclosed(closed, 0.6)
    if whole.sum() > 1.9 * inside.sum():
        return (inside * 255).astype(np.uint8)
    return (whole * 255).astype(np.uint8)


def _hull(inside: Flags) -> Flags:
    outlines, _ = cv2.findContours(inside.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    large = [outline for outline in outlines if cv2.contourArea(outline) > 0.02 * inside.sum()] or list(outlines)
    solid = np.zeros(inside.shape, np.uint8)
    cv2.fillPoly(solid, [cv2.convexHull(np.concatenate(large))], 1)
    return np.asarray((solid > 0) | inside)


def _matrix(mask: Bytes, operation: Move | Resize) -> NDArray[np.float64]:
    height, width = mask.shape
    if isinstance(operation, Move):
        return np.array([[1, 0, round(operation.dx * width)], [0, 1, round(operation.dy * height)]], np.float64)
    ys, xs = np.nonzero(mask > 127)
    x = (float(xs.min()) + float(xs.max())) / 2
    y = float(ys.max()) if operation.about == "foot" else (float(ys.min()) + float(ys.max())) / 2
    factor = operation.factor
    return np.array([[factor, 0, (1 - factor) * x], [0, factor, (1 - factor) * y]], np.float64)


def _flag(how: int) -> int:
    return cv2.INTER_LINEAR if how == cv2.INTER_AREA else how


def _warped(mask: Bytes, matrix: NDArray[np.float64]) -> Bytes:
    return np.asarray(cv2.warpAffine(mask, matrix, mask.shape[::-1], flags=cv2.INTER_LINEAR), np.uint8)


def _warped_alpha(alpha: Floats, matrix: NDArray[np.float64]) -> Floats:
    moved = cv2.warpAffine(alpha, matrix, alpha.shape[::-1], flags=cv2.INTER_LINEAR)
    return np.asarray(np.where(moved < 1 / 512, 0, np.clip(moved, 0, 1)), np.float32)
