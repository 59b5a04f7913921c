"""A picture and a click → masks, for a SAM of either library. Pictures are uint8 HWC RGB."""

from __future__ import annotations

from typing import Final, TypeAlias

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from agentvid.models.sam.loading import Sam

__all__ = ["Predictor"]

Bytes: TypeAlias = NDArray[np.uint8]
Floats: TypeAlias = NDArray[np.float32]
_MEAN: Final = np.array([123.675, 116.28, 103.53], np.float32)
_STD: Final = np.array([58.395, 57.12, 57.375], np.float32)


class Predictor:
    """Reads one picture and answers clicks on it."""

    def __init__(self, sam: Sam, rgb: Bytes) -> None:
        self._sam, self._height, self._width = sam, rgb.shape[0], rgb.shape[1]
        self._scale = sam.shape.side / max(rgb.shape[:2])
        self._embedding = sam.embed(self._square(rgb))

    def masks(
        self,
        point: tuple[float, float] | None = None,
        box: tuple[float, float, float, float] | None = None,
    ) -> tuple[Floats, Floats]:
        """Return three masks (3, H, W; logits, above 0 is inside) and how sure the model is of each, 0…1.

        `point` (x, y) and `box` (x0, y0, x1, y1) are pixels of the picture.
        """
        x, y = self._sides()[0] / self._width, self._sides()[1] / self._height
        scaled = None if box is None else (box[0] * x, box[1] * y, box[2] * x, box[3] * y)
        logits, sure = self._sam.masks(self._embedding, None if point is None else (point[0] * x, point[1] * y), scaled)
        side = self._sam.shape.side
        square = torch.nn.functional.interpolate(logits[None], (side, side), mode="bilinear", align_corners=False)
        width, height = self._sides()
        whole = torch.nn.functional.interpolate(
            square[..., :height, :width], (self._height, self._width), mode="bilinear", align_corners=False
        )
        return whole[0].numpy(), sure.numpy()

    def _sides(self) -> tuple[int, int]:
        return int(self._width * self._scale + 0.5), int(self._height * self._scale + 0.5)

    def _square(self, rgb: Bytes) -> Tensor:
        """The picture with its longer side as the model wants it, normalised, the rest of the square 0."""
        width, height = self._sides()
        how = cv2.INTER_AREA if self._scale < 1 else cv2.INTER_LINEAR
        small = (cv2.resize(rgb, (width, height), interpolation=how).astype(np.float32) - _MEAN) / _STD
        side = self._sam.shape.side
        square = np.zeros((1, 3, side, side), np.float32)
        square[0, :, :height, :width] = small.transpose(2, 0, 1)
        return torch.from_numpy(square)
