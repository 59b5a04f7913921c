"""Regions of pictures as masks."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.evals.editing.case import Region
from agentvid.evals.editing.media import scene_of
from agentvid.world.render import render_scene

__all__ = ["mask_of"]

_VISIBLE = 6


def mask_of(region: Region | None, height: int, width: int) -> NDArray[np.bool_]:
    """Return a region as a mask (H, W); all of it where there is no region."""
    if region is None:
        return np.ones((height, width), np.bool_)
    grid = _Grid(*np.mgrid[:height, :width].astype(np.float64))
    inside = np.zeros((height, width), np.bool_)
    for sides in region.boxes:
        inside |= grid.box(sides)
    for sides in region.ellipses:
        inside |= grid.ellipse(sides)
    if region.layouts:
        one, two = (render_scene(scene_of(layout), size=width).rgb.astype(np.int16) for layout in region.layouts)
        inside |= np.abs(one - two).max(axis=-1) > _VISIBLE
    if region.grow:
        side = 2 * region.grow + 1
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
        inside = np.asarray(cv2.dilate(inside.astype(np.uint8), disc), np.bool_)
    return inside


@dataclass(frozen=True)
class _Grid:
    y: NDArray[np.float64]
    x: NDArray[np.float64]

    def box(self, sides: tuple[float, float, float, float]) -> NDArray[np.bool_]:
        x0, y0, x1, y1 = sides
        return np.asarray((self.x >= x0) & (self.x < x1) & (self.y >= y0) & (self.y < y1))

    def ellipse(self, sides: tuple[float, float, float, float]) -> NDArray[np.bool_]:
        x0, y0, x1, y1 = sides
        across, down = (x0 + x1) / 2, (y0 + y1) / 2
        return np.asarray(((self.x - across) * 2 / (x1 - x0)) ** 2 + ((self.y - down) * 2 / (y1 - y0)) ** 2 <= 1)
