"""Where an edit works, and how strongly: alpha planes of masks, and mixing in linear light."""

from __future__ import annotations

import cv2
import numpy as np

from agentvid.engines.classical.colourspace import Bytes, Floats, blurred, from_linear, to_linear
from agentvid.engines.classical.regions import disc
from agentvid.errors import CallError
from agentvid.media.operations import Part

__all__ = ["LUMINANCE", "alpha_of", "composed", "mixed", "part_alpha", "softened"]

LUMINANCE = np.array([0.2126729, 0.7151522, 0.0721750], np.float32)


def alpha_of(mask: Bytes, feather: float) -> Floats:
    """Return 0…1 HW: the mask with its border softened over about `feather` pixels to each side, 0 beyond."""
    alpha = np.asarray(mask / np.float32(255), np.float32)
    if feather > 0:
        reach = cv2.dilate((mask > 0).astype(np.uint8), disc(feather))
        alpha = np.where(reach > 0, np.clip(blurred(alpha, feather / 2), 0, 1), np.float32(0))
    return np.asarray(np.where(alpha < 1 / 512, 0, alpha), np.float32)


def part_alpha(mask: Bytes | None, part: Part, shape: tuple[int, ...], feather: float) -> Floats:
    """Return 0…1 HW: how strongly each pixel is of a part; without a mask the target is the whole picture.

    Raises: CallError for the background where there is no mask.
    """
    if part == "background" and mask is None:
        raise CallError("the background and no mask", "a mask of the thing", "take the mask of a locate step")
    if part == "picture" or mask is None or (mask == 255).all():
        return np.ones(shape[:2], np.float32)
    if part == "target":
        return alpha_of(mask, feather)
    return np.asarray(1 - alpha_of(mask, feather), np.float32)


def composed(rgb: Bytes, light: Floats, changed: Floats, alpha: Floats) -> Bytes:
    """Mix in linear light (HW3; alpha HW1); where alpha is 0 the bytes are the very same."""
    whole = from_linear(light + alpha * (changed - light))
    return np.where(alpha > 0, whole, rgb).astype(np.uint8)


def mixed(rgb: Bytes, changed: Bytes, alpha: Floats) -> Bytes:
    """Mix two pictures of bytes in linear light (alpha HW); where alpha is 0 or 1 the bytes are the very same."""
    if float(alpha.min()) >= 1:
        return changed
    whole = composed(rgb, to_linear(rgb), to_linear(changed), alpha[..., None])
    return np.where(alpha[..., None] >= 1, changed, whole).astype(np.uint8)


def softened(values: Floats, sigma: float) -> Floats:
    """Return a Gaussian blur of `sigma` pixels, HW or HWC; wide ones are made on a smaller plane, and cost no more."""
    factor = int(sigma / 5)
    height, width = values.shape[:2]
    if factor < 2 or min(height, width) < 4 * factor:
        return blurred(values, sigma)
    small = cv2.resize(values, (-(-width // factor), -(-height // factor)), interpolation=cv2.INTER_AREA)
    soft = blurred(np.asarray(small, np.float32), sigma / factor)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
