"""Which size a picture gets before the model sees it, and how its pixels become numbers.

A picture is resized once for its latents and, from that, once more for the eye; both keep the ratio as nearly as the
strides allow. Resizing is PIL's bicubic (antialiased) on uint8, which the family was trained with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image as Pillow
from torch import Tensor

from agentvid.errors import InputError
from agentvid.models.mot.config import SizeConfig

__all__ = ["Pixels", "SizePolicy", "StrideResize", "checked", "resize", "size_policy", "to_pixels", "to_tensor"]

Pixels = NDArray[np.uint8]
"""A picture outside the model: uint8 [H, W, 3], sRGB."""


class SizePolicy(Protocol):
    """Fits sizes to what the model takes."""

    def latent(self, height: int, width: int) -> tuple[int, int]:
        """Return the (height, width) at which a picture of that size is encoded as latents."""
        ...

    def look(self, height: int, width: int) -> tuple[int, int]:
        """Return the (height, width) at which the eye sees a picture of that size."""
        ...

    def check(self, height: int, width: int) -> None:
        """Refuse a size that can't be drawn.

        Raises: InputError saying which sizes can.
        """
        ...


@dataclass(frozen=True)
class StrideResize:
    """Bound the long side, then the short one, then the area; round each side to the stride.

    Source: BAGEL's published transforms. The area bound scales by the plain ratio of areas, not by its square root,
    and the long side wins over the short one: both as the family was trained.
    """

    config: SizeConfig

    def latent(self, height: int, width: int) -> tuple[int, int]:
        """See SizePolicy."""
        return self._fit(height, width, *self.config.latent)

    def look(self, height: int, width: int) -> tuple[int, int]:
        """See SizePolicy."""
        return self._fit(height, width, *self.config.look)

    def check(self, height: int, width: int) -> None:
        """See SizePolicy."""
        longest, _, stride = self.config.latent
        if any(side < stride or side > longest or side % stride for side in (height, width)):
            raise InputError(
                f"a picture of {width}x{height} can't be drawn",
                f"sides that are multiples of {stride}, from {stride} to {longest} pixels",
                f"ask for {_near(width, longest, stride)}x{_near(height, longest, stride)}",
            )

    def _fit(self, height: int, width: int, longest: int, shortest: int, stride: int) -> tuple[int, int]:
        scale = min(longest / max(height, width), 1.0)
        scale = max(scale, shortest / min(height, width))
        sides = self._scaled(height, width, scale, stride)
        if sides[0] * sides[1] > self.config.max_pixels:
            sides = self._scaled(*sides, self.config.max_pixels / (sides[0] * sides[1]), stride)
        if max(sides) > longest:
            sides = self._scaled(*sides, longest / max(sides), stride)
        return sides

    def _scaled(self, height: int, width: int, scale: float, stride: int) -> tuple[int, int]:
        return _rounded(round(height * scale), stride), _rounded(round(width * scale), stride)


def size_policy(config: SizeConfig) -> SizePolicy:
    """Return the policy that a configuration names."""
    return StrideResize(config)


def resize(picture: Pixels, height: int, width: int) -> Pixels:
    """Return the picture at another size (bicubic, antialiased); the same array where the size is right already."""
    if picture.shape[:2] == (height, width):
        return picture
    return np.asarray(Pillow.fromarray(picture).resize((width, height), Pillow.Resampling.BICUBIC), dtype=np.uint8)


def checked(picture: Pixels) -> Pixels:
    """Return the array, laid out row by row (a flipped or BGR view is copied).

    Raises: InputError where it is no picture.
    """
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or 0 in picture.shape:
        raise InputError(f"an array of shape {picture.shape} and type {picture.dtype}", "uint8 [H, W, 3], RGB")
    return np.ascontiguousarray(picture)


def to_tensor(picture: Pixels) -> Tensor:
    """Return a picture as float32 [3, H, W] in -1 … 1."""
    values = torch.tensor(picture).permute(2, 0, 1).float() / 255.0
    return (values - 0.5) / 0.5


def to_pixels(picture: Tensor) -> Pixels:
    """Return float [3, H, W] in -1 … 1 (clamped) as uint8 [H, W, 3]."""
    values = (picture.float() * 0.5 + 0.5).clamp(0, 1) * 255.0
    return values.permute(1, 2, 0).round().to(torch.uint8).cpu().numpy()


def _rounded(side: int, stride: int) -> int:
    return max(stride, round(side / stride) * stride)


def _near(side: int, longest: int, stride: int) -> int:
    return min(max(stride, round(side / stride) * stride), longest // stride * stride)
