"""Pictures of a textured surface, from the surface itself: what a viewer of its file would show."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from agentvid.engines.classical.camera import Floats, Maps, Picture, fetch, resized
from agentvid.media.mesh import Triangles

__all__ = ["VIEWS", "contact_sheet", "view_of"]

Indices = NDArray[np.uint32]

VIEWS: Final = (("left", -38.0, 8.0), ("front", 0.0, 0.0), ("right", 38.0, 8.0), ("above", 0.0, 40.0))
"""Name, yaw (+ to the right) and pitch (+ up) in degrees, of where the viewer stands."""

_TILE: Final = (480, 360)
_FINER: Final = 1.5
_SPACING: Final = 0.75
"""Pixels between samples of a triangle."""
_MOST_REMAPPED: Final = 30_000
"""Colours that are fetched at once: OpenCV's remap takes no longer row."""
_MOST_STEPS: Final = 1024
_PAPER: Final = np.array([238, 240, 243], np.uint8)
_GAP: Final = 6
_AWAY: Final = 2.2
"""Distance of the eye from the middle of the surface, in its largest extents."""


def contact_sheet(surface: Triangles, texture: Picture) -> Picture:
    """Return the four `VIEWS` of a surface, two by two, uint8 HWC. `texture` is uint8 HWC."""
    tiles = [view_of(surface, texture, yaw, pitch) for _, yaw, pitch in VIEWS]
    width, height = _TILE
    sheet = np.full((2 * height + _GAP, 2 * width + _GAP, 3), 255, np.uint8)
    for number, tile in enumerate(tiles):
        top, left = number // 2 * (height + _GAP), number % 2 * (width + _GAP)
        sheet[top : top + height, left : left + width] = tile
    return sheet


def view_of(surface: Triangles, texture: Picture, yaw_deg: float, pitch_deg: float) -> Picture:
    """Return what is seen of a surface from one side, uint8 HWC: the nearest sample wins, shaded by its slope."""
    width, height = round(_TILE[0] * _FINER), round(_TILE[1] * _FINER)
    low, high = surface.positions.min(axis=0), surface.positions.max(axis=0)
    extent = float(max(high - low))
    turned = _turned((surface.positions - (low + high) / 2) / extent, yaw_deg, pitch_deg)
    normals = _turned(surface.normals(), yaw_deg, pitch_deg)
    away = _AWAY - turned[:, 2]
    focal = 0.74 * _AWAY * min(width / float((high - low)[0] / extent), height / float((high - low)[1] / extent))
    points = np.stack([width / 2 + focal * turned[:, 0] / away, height / 2 - focal * turned[:, 1] / away, away], axis=1)
    shade = 0.78 + 0.22 * np.clip(normals @ np.array([-0.3, 0.4, 0.87]), 0, 1)
    view = np.empty((height * width, 3), np.uint8)
    view[:] = _PAPER
    depth = np.full(height * width, np.inf, np.float32)
    values = np.concatenate([points, surface.uvs * (np.array(texture.shape[1::-1]) - 1), shade[:, None]], axis=1)
    for corners, steps in _by_size(points, surface.indices):
        _draw(view, depth, values[corners], steps, (width, height), texture)
    return resized(view.reshape(height, width, 3), *_TILE)


Steps = tuple[int, int]


def _by_size(points: Floats, indices: Indices) -> Iterator[tuple[Indices, Steps]]:
    """Yield triangles in groups of like size, each with the steps that sample two of its sides closely.

    Triangles are turned so that the first of the two sides is their shortest: thin ones take few samples.
    """
    corners = points[indices][..., :2]
    sides = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=-1)
    order = (sides.argmin(axis=1)[:, None] + np.arange(3)) % 3
    turned = np.take_along_axis(indices, order, axis=1)
    lengths = np.stack([sides.min(axis=1), np.take_along_axis(sides, order, axis=1)[:, 2]], axis=1)
    steps = np.clip(2 ** np.ceil(np.log2(np.maximum(lengths / _SPACING, 1))), 1, _MOST_STEPS).astype(int)
    for first, second in np.unique(steps, axis=0):
        yield turned[(steps == (first, second)).all(axis=1)], (int(first), int(second))


def _draw(view: Picture, depth: Maps, corners: Floats, steps: Steps, size: tuple[int, int], texture: Picture) -> None:
    """Sample triangles, (M, 3, 6) of x y z u v shade, and keep what is nearer than what is there."""
    i, j = (g.ravel() for g in np.meshgrid(np.linspace(0, 1, steps[0] + 1), np.linspace(0, 1, steps[1] + 1)))
    i, j = i[i + j <= 1 + 1e-9], j[i + j <= 1 + 1e-9]
    most = max(1, 2_000_000 // len(i))
    for start in range(0, len(corners), most):
        a, b, c = (corners[start : start + most, corner] for corner in range(3))
        found = (a[:, None] + i[:, None] * (b - a)[:, None] + j[:, None] * (c - a)[:, None]).reshape(-1, 6)
        x, y = np.floor(found[:, 0]).astype(np.int64), np.floor(found[:, 1]).astype(np.int64)
        inside = (x >= 0) & (y >= 0) & (x < size[0]) & (y < size[1])
        found, at = found[inside], (y * size[0] + x)[inside]
        z = found[:, 2].astype(np.float32)
        np.minimum.at(depth, at, z)
        seen = z <= depth[at]
        found, at = found[seen], at[seen]
        for begin in range(0, len(at), _MOST_REMAPPED):
            kept = found[begin : begin + _MOST_REMAPPED]
            colours = fetch(texture, kept[None, :, 3:5].astype(np.float32), cv2.INTER_LINEAR)[0]
            view[at[begin : begin + _MOST_REMAPPED]] = np.clip(colours * kept[:, 5:6], 0, 255).astype(np.uint8)


def _turned(points: Floats | Maps, yaw_deg: float, pitch_deg: float) -> Floats:
    """Return points as a viewer sees them who stands to the right (yaw) and above (pitch)."""
    yaw, pitch = math.radians(-yaw_deg), math.radians(pitch_deg)
    x, y, z = points[:, 0].astype(np.float64), points[:, 1].astype(np.float64), points[:, 2].astype(np.float64)
    x, z = math.cos(yaw) * x + math.sin(yaw) * z, -math.sin(yaw) * x + math.cos(yaw) * z
    y, z = math.cos(pitch) * y - math.sin(pitch) * z, math.sin(pitch) * y + math.cos(pitch) * z
    return np.stack([x, y, z], axis=1)
