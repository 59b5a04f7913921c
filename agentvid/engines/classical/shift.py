"""Move or resize a thing within its picture: the operations `move` and `resize`.

The thing is lifted with its mask, its place is filled from around it, and it is put down again. Its shadow and its
reflection stay behind: the mask does not hold them.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.engines.classical.blend import alpha_of, composed
from agentvid.engines.classical.colourspace import Bytes, Floats, to_linear
from agentvid.engines.classical.fill import fill
from agentvid.engines.classical.regions import disc
from agentvid.errors import CallError
from agentvid.media.operations import Move, Resize

__all__ = ["lifted", "shifted", "shifted_mask"]


def shifted(
    rgb: Bytes, mask: Bytes, operation: Move | Resize, feather: float, tick: Callable[[int, int], None] | None = None
) -> Bytes:
    """Carry out `move` or `resize` on a picture, uint8 HWC; outside the old and the new place the bytes are the same.

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
    ground = rgb if np.allclose(matrix, np.eye(2, 3)) else fill(rgb, hole, tick)
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


def lifted(mask: Bytes, grow: int) -> Bytes:
    """Return the mask of what is lifted, uint8 HW 0 or 255: the thing and `grow` pixels around it."""
    solid = (mask > 127).astype(np.uint8) * np.uint8(255)
    return np.asarray(cv2.dilate(solid, disc(grow)), np.uint8) if grow else solid


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
