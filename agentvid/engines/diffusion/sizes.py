"""Which size and how many frames a model draws where others are asked for, and how a picture is fitted to them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from agentvid.engines.diffusion.profile import Profile
from agentvid.errors import CallError

__all__ = ["covering", "fit_frames", "fit_size"]


def fit_size(
    width: float | None, height: float | None, profile: Profile, shape: tuple[int, int] | None = None
) -> tuple[int, int]:
    """Return the (width, height) that the model draws.

    A side that is not given follows `shape`, the (width, height) of a picture; without one, the family's own size.

    Raises: CallError where a side is not at least one pixel.
    """
    if width is None and height is None:
        return profile.size if shape is None else _size_like(*shape, profile)
    wide, high = shape or profile.size
    asked_width = width if width is not None else (height or 0) * wide / high
    asked_height = height if height is not None else (width or 0) * high / wide
    if min(asked_width, asked_height) < 1:
        raise CallError(
            f"a size of {asked_width:g}x{asked_height:g}", "sides of at least 1 pixel", "ask for another size"
        )
    return _bounded(asked_width, asked_height, profile)


def fit_frames(seconds: float, profile: Profile) -> int:
    """Return the nearest number of frames that the model draws; never a single one.

    Raises: CallError where there is no time.
    """
    if not seconds > 0 or not math.isfinite(seconds):
        raise CallError(f"{seconds:g} seconds", "more than 0", "ask for a longer clip")
    step = profile.frame_step
    most = (profile.most_frames - 1) // step
    return step * min(most, max(1, round((seconds * profile.fps - 1) / step))) + 1


def covering(picture: NDArray[np.uint8], width: int, height: int) -> tuple[NDArray[np.uint8], str]:
    """Return a picture (uint8 HWC) scaled until it covers a size and cut to it around its middle, and what was done.

    The words are "" where it has that size already. Scaling is bicubic with antialiasing.
    """
    old_height, old_width = picture.shape[:2]
    if (old_width, old_height) == (width, height):
        return picture, ""
    scale = max(width / old_width, height / old_height)
    wide, high = max(width, round(old_width * scale)), max(height, round(old_height * scale))
    scaled = Pillow.fromarray(picture).resize((wide, high), Pillow.Resampling.BICUBIC)
    left, top = (wide - width) // 2, (high - height) // 2
    cut = np.asarray(scaled, np.uint8)[top : top + height, left : left + width]
    told = f"the picture of {old_width}x{old_height} was scaled to {wide}x{high}"
    return cut, told if (wide, high) == (width, height) else f"{told} and cut to {width}x{height} around its middle"


def _size_like(width: int, height: int, profile: Profile) -> tuple[int, int]:
    """Return the (width, height) of the family's own area in the shape of a picture."""
    scale = math.sqrt(profile.size[0] * profile.size[1] / (width * height))
    return _bounded(width * scale, height * scale, profile)


def _bounded(width: float, height: float, profile: Profile) -> tuple[int, int]:
    """Return the nearest sides in whole strides within the most pixels."""
    stride = profile.stride
    scale = min(1.0, math.sqrt(profile.max_pixels / (width * height)))
    sides = [max(stride, round(side * scale / stride) * stride) for side in (width, height)]
    if sides[0] * sides[1] > profile.max_pixels:
        sides = [max(stride, math.floor(side * scale / stride) * stride) for side in (width, height)]
    while sides[0] * sides[1] > profile.max_pixels:
        longest = sides.index(max(sides))
        sides[longest] -= stride
    return sides[0], sides[1]
